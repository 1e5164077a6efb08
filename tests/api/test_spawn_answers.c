/* fh_spawn() where a supervisor answers for the kernel, and oddly. */
#include "base/cleanup.h"
#include "spawn_stand.h"
#include "supervisor.h"

/* --- a pidfd that cannot be raised ----------------------------------------------- */

/* Of whom a pidfd is; 0 when it is none. */
static pid_t pid_of(const struct seccomp_notif *question)
{
	char path[64], text[1024];
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%d", question->pid,
		 (int)question->data.args[0]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "\nPid:\t");
	return at ? atoi(at + 6) : 0;
}

/* No copy of a child's pidfd. */
static int no_copy(const struct seccomp_notif *question)
{
	pid_t pid;

	if (question->data.args[1] != F_DUPFD_CLOEXEC)
		return ASIDE;
	pid = pid_of(question);
	return pid && pid != (pid_t)question->pid ? -EMFILE : ASIDE;
}

/* Nothing is left, and the program has never run. */
static void check_no_pidfd(void)
{
	static char before[16384], now[16384];
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_FD, FH_STREAM_NULL);
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;
	struct fh_error err = { 0 };
	int out[2];
	char byte;

	list_descriptors(before, sizeof(before));
	check_int(pipe2(out, O_CLOEXEC), 0);
	/* The low number is for the box's pidfd. */
	out[0] = fd_raise(out[0]);
	out[1] = fd_raise(out[1]);
	check(out[0] > STDERR_FILENO && out[1] > STDERR_FILENO);
	options.streams[1].fd = out[1];
	check_int(fh_spawn(policy, SHELL("echo ran"), &options, &box, &err),
		  -EMFILE);
	check_int(err.code, -EMFILE);
	check_int(err.stage, FH_STAGE_SUPERVISE);
	check(strstr(err.what, "pidfd"));
	check(!box);
	close(out[1]);
	check_int(read(out[0], &byte, 1), 0);
	close(out[0]);
	list_descriptors(now, sizeof(now));
	check_str(now, before);
	/* Init was a child that only this sees. */
	check_int(waitpid(-1, NULL, WNOHANG | __WCLONE), -1);
	check_int(errno, ECHILD);
	fh_policy_free(policy);
}

static void pidfd_stays_low(void)
{
	const int calls[] = { SYS_fcntl };

	answered_by(no_copy, calls, N(calls));
	/* Control: where it needs not be raised, all is well. */
	check_exit(start_box(SHELL("exit 7"), NULL), 7);
	close(STDIN_FILENO);
	check_no_pidfd();
	check_int(open("/dev/null", O_RDONLY), STDIN_FILENO);
	check_exit(start_box(SHELL("exit 7"), NULL), 7);
}

static void test_pidfd_stays_low(void)
{
	pidfd_stays_low();
}

static void test_pidfd_stays_low_without(void)
{
	deny_namespaces();
	pidfd_stays_low();
}

/* --- capabilities that stay ---------------------------------------------------------- */

static int do_nothing(const struct seccomp_notif *question)
{
	(void)question;
	return 0;
}

/* In a box of one's own user namespace there are some to be given up. */
static void test_capabilities_stay(void)
{
	const int calls[] = { SYS_capset };
	struct fh_policy *policy = fh_policy_new();
	struct fh_kernel *kernel = NULL;
	struct fh_box *box = NULL;
	struct fh_error err = { 0 };

	check_int(fh_kernel_probe(&kernel, &err), 0);
	if (!fh_kernel_has_namespaces(kernel))
		skip("no namespaces");
	check_exit(start_box(SHELL("exit 7"), NULL), 7);
	answered_by(do_nothing, calls, N(calls));
	check_int(fh_spawn(policy, SHELL("exit 7"), NULL, &box, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	if (!strstr(err.what, "the capability sets"))
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

#define TEST(function, title) { .name = title, .run = test_##function }

static const struct tap_test tests[] = {
	TEST(pidfd_stays_low, "a pidfd that cannot be raised: nothing has run"),
	TEST(pidfd_stays_low_without, "nor without namespaces"),
	TEST(capabilities_stay, "capabilities that are only said to be dropped"),
};

int main(void)
{
	return tap_run(tests, N(tests));
}
