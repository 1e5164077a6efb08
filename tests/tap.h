/*
 * A TAP harness of one header: each test runs in a forked child of its own,
 * because a filter or a Landlock domain cannot be undone.
 *
 *	static void test_answer(void)
 *	{
 *		check_int(answer(), 42);
 *	}
 *
 *	static const struct tap_test tests[] = {
 *		{ .name = "the answer is known", .run = test_answer },
 *	};
 *
 *	int main(void)
 *	{
 *		return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
 *	}
 *
 * A failed check ends its test. skip("why") ends it without a verdict; when
 * FH_TESTS_MUST_RUN is set to anything but "" or "0" a skip is a failure. A
 * last line, "# skipped: N of M", is the ledger that tells what did not run.
 * In a child that the test forked itself a failed check exits with 1, which
 * the test must notice, best by child_status().
 */
#ifndef FH_TESTS_TAP_H
#define FH_TESTS_TAP_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAP_SECONDS_DEFAULT 30
#define TAP_EXIT_FAIL 1
#define TAP_EXIT_SKIP 77
#define TAP_REASON_MAX 256

struct tap_test {
	const char *name;
	void (*run)(void);
	unsigned seconds; /* before SIGALRM; 0 means TAP_SECONDS_DEFAULT */
};

/* The reason of a skip travels from the test's child through this pipe. */
static int tap_reason_fd = -1;

__attribute__((format(printf, 3, 4), noreturn, unused)) static void
tap_fail(const char *file, int line, const char *fmt, ...)
{
	__builtin_va_list args;

	fprintf(stdout, "# %s:%d: ", file, line);
	__builtin_va_start(args, fmt);
	vfprintf(stdout, fmt, args);
	__builtin_va_end(args);
	fputc('\n', stdout);
	fflush(stdout);
	_exit(TAP_EXIT_FAIL);
}

__attribute__((noreturn, unused)) static void skip(const char *reason)
{
	ssize_t n = write(tap_reason_fd, reason, strlen(reason));

	(void)n;
	fflush(stdout);
	_exit(TAP_EXIT_SKIP);
}

#define check(cond)                                                            \
	do {                                                                   \
		if (!(cond))                                                   \
			tap_fail(__FILE__, __LINE__, "%s", "not so: " #cond);  \
	} while (0)

#define check_int(actual, expected)                                            \
	do {                                                                   \
		long long tap_a = (long long)(actual);                         \
		long long tap_e = (long long)(expected);                       \
		if (tap_a != tap_e)                                            \
			tap_fail(__FILE__, __LINE__,                           \
				 "%s is %lld (%#llx), not %s = %lld (%#llx)",  \
				 #actual, tap_a, tap_a, #expected, tap_e,      \
				 tap_e);                                       \
	} while (0)

#define check_str(actual, expected)                                            \
	do {                                                                   \
		const char *tap_a = (actual);                                  \
		const char *tap_e = (expected);                                \
		if (!tap_a || !tap_e ? tap_a != tap_e : strcmp(tap_a, tap_e))  \
			tap_fail(__FILE__, __LINE__,                           \
				 "%s is \"%s\", not \"%s\"", #actual,          \
				 tap_a ? tap_a : "(null)",                     \
				 tap_e ? tap_e : "(null)");                    \
	} while (0)

/*
 * Runs body in a child and gives how it ended as a shell would: its exit
 * status, or 128 + the signal. Of use when ending is what is tested.
 */
__attribute__((unused)) static int child_status(void (*body)(void *),
						void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		body(arg);
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0)
		tap_fail(__FILE__, __LINE__, "fork: %s", strerror(errno));
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			tap_fail(__FILE__, __LINE__, "waitpid: %s",
				 strerror(errno));
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static int tap_start(const struct tap_test *test, int *ret_reason_fd,
		     pid_t *ret_pid)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return -errno;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		int error = errno;

		close(ends[0]);
		close(ends[1]);
		return -error;
	}
	if (pid == 0) {
		setpgid(0, 0);
		close(ends[0]);
		tap_reason_fd = ends[1];
		alarm(test->seconds ? test->seconds : TAP_SECONDS_DEFAULT);
		test->run();
		fflush(stdout);
		_exit(0);
	}
	setpgid(pid, pid);
	close(ends[1]);
	*ret_reason_fd = ends[0];
	*ret_pid = pid;
	return 0;
}

/*
 * The reason is read only after the end of the test and without blocking for
 * more: a grandchild that outlives the test holds the pipe open.
 */
static int tap_finish(pid_t pid, int reason_fd, char *ret_reason)
{
	siginfo_t info;
	int status = 0;
	ssize_t n = 0;

	/* Not reaped yet, so its number cannot name another group. */
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 &&
	       errno == EINTR)
		;
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == TAP_EXIT_SKIP)
		n = read(reason_fd, ret_reason, TAP_REASON_MAX - 1);
	ret_reason[n > 0 ? n : 0] = '\0';
	close(reason_fd);
	return status;
}

static bool tap_skips_fail(void)
{
	const char *value = getenv("FH_TESTS_MUST_RUN");

	return value && *value && strcmp(value, "0") != 0;
}

__attribute__((unused)) static int tap_run(const struct tap_test *tests,
					   size_t n_tests)
{
	size_t n_failed = 0;
	size_t n_skipped = 0;

	printf("1..%zu\n", n_tests);
	for (size_t i = 0; i < n_tests; i++) {
		char reason[TAP_REASON_MAX] = "";
		int reason_fd = -1;
		int status;
		pid_t pid = -1;

		if (tap_start(&tests[i], &reason_fd, &pid) < 0) {
			printf("Bail out! cannot start a test\n");
			return 1;
		}
		status = tap_finish(pid, reason_fd, reason);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
			printf("ok %zu - %s\n", i + 1, tests[i].name);
		} else if (WIFEXITED(status) &&
			   WEXITSTATUS(status) == TAP_EXIT_SKIP) {
			bool is_failure = tap_skips_fail();

			n_skipped++;
			n_failed += is_failure;
			printf(is_failure ? "not ok %zu - %s # skipped: %s\n" :
					    "ok %zu - %s # SKIP %s\n",
			       i + 1, tests[i].name, reason);
		} else {
			n_failed++;
			if (WIFSIGNALED(status))
				printf("# ended by signal %d%s\n",
				       WTERMSIG(status),
				       WTERMSIG(status) == SIGALRM ?
					       " (took too long)" :
					       "");
			printf("not ok %zu - %s\n", i + 1, tests[i].name);
		}
		fflush(stdout);
	}
	printf("# skipped: %zu of %zu\n", n_skipped, n_tests);
	return n_failed ? 1 : 0;
}

#endif
