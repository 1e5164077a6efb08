/* What might make init let a refused call through: stopping it, tracing, dying. */
#include <elf.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "layer.h"
#include "spawn_stand.h"
#include "sys/tracing.h"

static long mounts(void)
{
	return syscall(SYS_mount, 0, 0, 0, 0, 0) < 0 ? errno : 0;
}

/* --- parts: what the boxed program does --------------------------------------- */

/* Says "a", asks, says what it got. */
static int part_ask(void)
{
	char text[16];
	int len;

	if (write(1, "a\n", 2) != 2)
		return 1;
	for (;;) {
		len = snprintf(text, sizeof(text), "%ld\n", mounts());
		if (write(1, text, (size_t)len) != len)
			return 1;
		usleep(1000);
	}
}

static void *ask_for_ever(void *unused)
{
	for (;;)
		if (mounts() != EPERM)
			_exit(9);
	return unused;
}

/* Many threads, killed while they wait for the answer, or while it is sent. */
static int part_killed(void)
{
	for (int round = 0; round < 60; round++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			pthread_t thread;

			for (int i = 0; i < 40; i++)
				pthread_create(&thread, NULL, ask_for_ever, NULL);
			ask_for_ever(NULL);
		}
		usleep(3000);
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
			return 1;
		if (mounts() != EPERM)
			return 2;
	}
	return 0;
}

static int set_number(pid_t pid, uint64_t nr)
{
	struct trace_registers registers = { 0 };

#if defined(__x86_64__)
	if (trace_get_registers(pid, &registers) < 0)
		return -1;
	registers.values[TRACE_REGISTER_NR] = nr;
	return trace_set_registers(pid, &registers);
#else
	int number = (int)nr;
	struct iovec bytes = { &number, sizeof(number) };

	(void)registers;
	return trace_do(TRACE_SETREGSET, pid, 0x404 /* NT_ARM_SYSTEM_CALL */,
			(uintptr_t)&bytes);
#endif
}

/* getppid() is what the tracer makes mount() of: at the entry, or at the stop that
 * a filter of its own asks for. */
static _Noreturn void traced_child(bool has_filter)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { N(code), code };

	if (syscall(SYS_ptrace, 0 /* PTRACE_TRACEME */, 0, 0, 0) < 0)
		_exit(100);
	raise(SIGSTOP);
	if (has_filter && syscall(SYS_seccomp, 1, 0, &program) != 0)
		_exit(101);
	errno = 0;
	_exit(syscall(SYS_getppid, 0, 0, 0, 0, 0, 0) < 0 ? errno : 200);
}

static int trace_child(bool has_filter)
{
	int status, changed = 0;
	pid_t pid = fork();

	if (pid == 0)
		traced_child(has_filter);
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 10;
	trace_do(TRACE_SETOPTIONS, pid, 0, TRACE_O_SYSGOOD | TRACE_O_SECCOMP);
	for (;;) {
		struct trace_call_info info = { 0 };
		int wanted = has_filter ? TRACE_INFO_SECCOMP : 1;

		trace_do(has_filter ? TRACE_CONT : TRACE_SYSCALL, pid, 0, 0);
		if (waitpid(pid, &status, 0) != pid)
			return 11;
		if (WIFEXITED(status))
			break;
		if (WIFSTOPPED(status) &&
		    trace_get_call(pid, &info) == wanted &&
		    info.entry.nr == SYS_getppid &&
		    set_number(pid, SYS_mount) == 0)
			changed++;
	}
	return changed != 1 ? 12 : WEXITSTATUS(status) == EPERM ? 0
				 : WEXITSTATUS(status) == 200 ? 13 : 14;
}

static int part_traced(void)
{
	int r = trace_child(false);

	return r ? r : trace_child(true) ? trace_child(true) + 20 : 0;
}

/* Nothing but 0 to 2, nor after another name of PATH was tried. */
static int part_descriptors(void)
{
	for (int fd = 3; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 1;
	return mounts() != EPERM;
}

/* --- tests --------------------------------------------------------------------- */

static struct fh_box *start(const char *name, const char *value, char *part)
{
	struct fh_policy *policy = self_policy();
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	char *argv[] = { (char *)self_path(), part, NULL };
	struct fh_box *box = NULL;

	if (name)
		check_ok(fh_policy_set(policy, name, value, &err));
	check_ok(fh_spawn(policy, argv, &options, &box, &err));
	fh_policy_free(policy);
	return box;
}

static bool comes(int fd, char *ret, int timeout_ms)
{
	struct pollfd watched = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&watched, 1, timeout_ms) != 1)
		return false;
	n = read(fd, ret, 4096);
	check(n > 0);
	ret[n] = '\0';
	return true;
}

/* Init stands still: refused calls wait, and are refused when it goes on. */
static void test_stopped(void)
{
	struct fh_box *box = start(NULL, NULL, (char *)"ask");
	int fd = fh_box_stream(box, 1), n = 0;
	pid_t init = fh_box_pid(box);
	char text[4097];

	check(comes(fd, text, 5000));
	check_int(kill(init, SIGSTOP), 0);
	usleep(50000);
	while (n++ < 1000 && comes(fd, text, 100))
		;
	check(n < 1000);
	check(!comes(fd, text, 300));
	check_int(kill(init, SIGCONT), 0);
	check(comes(fd, text, 5000));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		check_int(atoi(line), EPERM);
	fh_box_free(box);
	close(fd);
}

static void test_killed(void)
{
	struct fh_box *box = start(NULL, NULL, (char *)"killed");

	check_exit(box, 0);
	fh_box_free(box);
}

static void test_traced(void)
{
	struct fh_box *box = start("allow-syscall", "ptrace", (char *)"traced");

	check_exit(box, 0);
	fh_box_free(box);
}

/* The first of two in PATH may not be executed: the second starts, and has nothing. */
static void test_second_program(void)
{
	char directory[] = "/tmp/refusedXXXXXX", path[PATH_MAX], text[PATH_MAX];
	char variable[3 * PATH_MAX];
	char *argv[] = { path, (char *)"descriptors", NULL };
	struct fh_policy *policy = self_policy();
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_NULL, FH_STREAM_INHERIT);
	struct fh_box *box = NULL;
	int fd;

	check(mkdtemp(directory));
	snprintf(text, sizeof(text), "%s", self_path());
	snprintf(path, sizeof(path), "%s%s", directory, strrchr(text, '/'));
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	check_int(write(fd, "#!/no/such/interpreter\n", 23), 23);
	close(fd);
	check_ok(fh_policy_set(policy, "exec", directory, &err));
	*strrchr(text, '/') = '\0';
	argv[0] = strrchr(path, '/') + 1;
	snprintf(variable, sizeof(variable), "PATH=%s:%s", directory, text);
	check_ok(fh_policy_set(policy, "env", variable, &err));
	check_ok(fh_spawn(policy, argv, &options, &box, &err));
	check_exit(box, 0);
	fh_box_free(box);
	fh_policy_free(policy);
	snprintf(text, sizeof(text), "rm -rf '%s'", directory);
	check_int(system(text), 0);
}

static const struct {
	const char *name;
	int (*play)(void);
} parts[] = {
	{ "ask", part_ask },	   { "descriptors", part_descriptors },
	{ "killed", part_killed }, { "traced", part_traced },
};

static const struct tap_test tests[] = {
	{ .name = "init stands still", .run = test_stopped },
	{ .name = "who asks is killed", .run = test_killed, .seconds = 60 },
	{ .name = "a tracer in the box changes the number", .run = test_traced },
	{ .name = "the second program of PATH", .run = test_second_program },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < N(parts); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].play();
	return tap_run(tests, N(tests));
}
