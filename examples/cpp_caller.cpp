// Runs a program in a box from C++17, with owners and exceptions around the
// C calls, and prints what it wrote and how it ended.
//
//   example_cpp_caller [PROGRAM ARGS...]
#include <fumehood/fumehood.h>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

// One owner for each kind of object; the C call that frees is part of the type.
template <auto free_it> struct Free {
	template <class T> void operator()(T *p) const { free_it(p); }
};
using Policy = std::unique_ptr<fh_policy, Free<fh_policy_free>>;
using Box = std::unique_ptr<fh_box, Free<fh_box_free>>;

std::string text_of(const fh_error &err)
{
	std::string line(FH_ERROR_LINE_MAX, '\0');

	fh_error_print(&err, line.data(), line.size());
	line.resize(line.find('\0'));
	return line;
}

// Calls, with an fh_error as the last argument, and throws what went wrong.
template <class Call, class... Args> void check(Call call, Args... args)
{
	fh_error err{};

	if (call(args..., &err) < 0)
		throw std::runtime_error(text_of(err));
}

Policy make_policy()
{
	Policy policy(fh_policy_new());

	if (!policy)
		throw std::bad_alloc();
	check(fh_policy_set, policy.get(), "timeout", "5s");
	check(fh_policy_limit, policy.get(), FH_LIMIT_PIDS, uint64_t{64});
	return policy;
}

Box spawn(const Policy &policy, std::vector<std::string> command)
{
	std::vector<char *> argv;
	fh_spawn_options options{};
	fh_box *box = nullptr;

	for (std::string &word : command)
		argv.push_back(word.data());
	argv.push_back(nullptr);
	options.size = sizeof(options);
	options.streams[0].kind = FH_STREAM_NULL;
	options.streams[1].kind = FH_STREAM_PIPE;
	check(fh_spawn, policy.get(), argv.data(), &options, &box);
	return Box(box);
}

std::string read_all(int fd)
{
	std::string text;
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		text.append(buf, static_cast<size_t>(n));
	close(fd);
	return text;
}

int run(const std::vector<std::string> &command)
{
	Policy policy = make_policy();
	Box box = spawn(policy, command);
	fh_result result{};

	std::cout << read_all(fh_box_stream(box.get(), STDOUT_FILENO));
	check(fh_wait, box.get(), -1, &result);
	if (result.reason == FH_END_NOT_STARTED)
		throw std::runtime_error(text_of(result.error));
	std::cout << command[0] << ": " << fh_end_name(result.reason) << ", "
		  << result.exit_code << "\n";
	return result.exit_code;
}

} // namespace

int main(int argc, char **argv)
{
	std::vector<std::string> command(argv + 1, argv + argc);

	if (command.empty())
		command = { "/bin/echo", "hello from the box" };
	try {
		return run(command);
	} catch (const std::exception &e) {
		std::cerr << "cpp_caller: " << e.what() << "\n";
		return FH_EXIT_NOT_BOXED;
	}
}
