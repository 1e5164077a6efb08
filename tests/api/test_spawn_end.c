/* How boxes end, and what fh_wait() tells of it; with namespaces and without. */
#include "spawn_stand.h"

/* --- a policy, a script, an end ---------------------------------------------------- */

struct end {
	const char *name;
	const char *settings[6]; /* name, value, ..., NULL */
	const char *script;
	int reason, exit_code;
	int status; /* -1: not known */
};

#define SIGNAL_STATUS(sig) (sig)
#define EXIT_STATUS(code) ((code) << 8)

static const struct end ends_to_test[] = {
	{ "exit 0", { NULL }, "exit 0", FH_END_EXITED, 0, 0 },
	{ "exit 42", { NULL }, "exit 42", FH_END_EXITED, 42, EXIT_STATUS(42) },
	{ "exit 125", { NULL }, "exit 125", FH_END_EXITED, 125,
	  EXIT_STATUS(125) },
	{ "exit 137", { NULL }, "exit 137", FH_END_EXITED, 137,
	  EXIT_STATUS(137) },
	{ "exit 255", { NULL }, "exit 255", FH_END_EXITED, 255,
	  EXIT_STATUS(255) },
	{ "SIGTERM", { NULL }, "kill -TERM $$", FH_END_SIGNALLED, 128 + 15,
	  SIGNAL_STATUS(15) },
	{ "SIGKILL by itself", { NULL }, "kill -KILL $$", FH_END_SIGNALLED,
	  128 + 9, SIGNAL_STATUS(9) },
	{ "SIGSEGV", { NULL }, "kill -SEGV $$", FH_END_SIGNALLED, 128 + 11,
	  SIGNAL_STATUS(11) },
	{ "SIGXCPU without a ceiling", { NULL }, "kill -XCPU $$",
	  FH_END_SIGNALLED, 128 + SIGXCPU, SIGNAL_STATUS(SIGXCPU) },
	{ "time limit", { "timeout", "300ms" }, "sleep 100", FH_END_TIMEOUT,
	  FH_EXIT_TIMED_OUT, SIGNAL_STATUS(15) },
	{ "time limit, SIGTERM ignored", { "timeout", "300ms" },
	  "trap '' TERM; while :; do sleep 1; done", FH_END_TIMEOUT,
	  FH_EXIT_TIMED_OUT, SIGNAL_STATUS(9) },
	{ "time limit, stopped", { "timeout", "300ms" }, "kill -STOP $$; exit 3",
	  FH_END_TIMEOUT, FH_EXIT_TIMED_OUT, SIGNAL_STATUS(15) },
	{ "time limit, the program tidies up", { "timeout", "300ms" },
	  "trap 'exit 5' TERM; while :; do sleep 0.05; done", FH_END_TIMEOUT,
	  FH_EXIT_TIMED_OUT, EXIT_STATUS(5) },
	{ "time limit far away", { "timeout", "1h" }, "exit 3", FH_END_EXITED, 3,
	  EXIT_STATUS(3) },
	{ "processor time", { "cpu-time", "1s" }, "while :; do :; done",
	  FH_END_LIMIT, 128 + SIGXCPU, SIGNAL_STATUS(SIGXCPU) },
	{ "file size", { "file-size", "4K" },
	  "exec head -c 9999 /dev/zero >/tmp/x", FH_END_LIMIT, 128 + SIGXFSZ,
	  SIGNAL_STATUS(SIGXFSZ) },
	{ "refused system call, killed",
	  { "on-deny", "kill", "deny-syscall", "sched_yield" },
	  NULL, FH_END_REFUSED_SYSCALL, 128 + SIGSYS, SIGNAL_STATUS(SIGSYS) },
	{ "refused system call, an error", { "deny-syscall", "sched_yield" },
	  NULL, FH_END_EXITED, EPERM, EXIT_STATUS(EPERM) },
	{ "allowed system call", { NULL }, NULL, FH_END_EXITED, 0, 0 },
};

/* The part inside: the errno of one system call. */
static int yield_once(void)
{
	return sched_yield() < 0 ? errno : 0;
}

static void check_end(const struct end *row)
{
	const struct fh_spawn_options silent = options_with(
		FH_STREAM_NULL, FH_STREAM_NULL, FH_STREAM_NULL);
	char *part[] = { (char *)self_path(), "yield", NULL };
	struct fh_policy *policy = self_policy();
	struct fh_result result;
	struct fh_box *box = NULL;

	printf("# %s\n", row->name);
	for (int i = 0; row->settings[i]; i += 2)
		check_ok(fh_policy_set(policy, row->settings[i],
				       row->settings[i + 1], &err));
	check_ok(fh_spawn(policy, row->script ? SHELL(row->script) : part,
			  &silent, &box, &err));
	result = end_of(box);
	check_str(fh_end_name(result.reason), fh_end_name(row->reason));
	check_int(result.exit_code, row->exit_code);
	check_int(result.status & ~0x80, row->status);
	check_int(result.error.code, 0);
	check(result.wall_us > 0 && result.memory_peak > 0);
	fh_box_free(box);
	fh_policy_free(policy);
}

static void test_table(void)
{
	for (size_t i = 0; i < sizeof(ends_to_test) / sizeof(*ends_to_test);
	     i++)
		check_end(&ends_to_test[i]);
}

/* The tier without namespaces: files can be written where they are granted. */
static void test_table_without(void)
{
	deny_namespaces();
	for (size_t i = 0; i < sizeof(ends_to_test) / sizeof(*ends_to_test);
	     i++)
		if (ends_to_test[i].reason != FH_END_LIMIT ||
		    strcmp(ends_to_test[i].name, "file size") != 0)
			check_end(&ends_to_test[i]);
}

/* --- execve refuses late ----------------------------------------------------------------- */

static void write_program(char ret[PATH_MAX], const char *text)
{
	int fd;

	/* Everybody's: in a user namespace root owns no directory of others. */
	strcpy(ret, "/tmp/late.XXXXXX");
	fd = mkstemp(ret);
	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	check(fchmod(fd, 0755) == 0);
	close(fd);
}

static void check_late(const char *text, int error, int exit_code)
{
	struct fh_policy *policy = fh_policy_new();
	char program[PATH_MAX];
	struct fh_result result;
	struct fh_box *box = NULL;

	write_program(program, text);
	check_ok(fh_policy_allow(policy, FH_EXEC, program, &err));
	check_ok(fh_spawn(policy, (char *[]){ program, NULL }, NULL, &box,
			  &err));
	result = end_of(box);
	unlink(program);
	if (!error) { /* the control */
		check_int(result.reason, FH_END_EXITED);
		check_int(result.exit_code, exit_code);
	} else {
		check_int(result.reason, FH_END_NOT_STARTED);
		check_int(result.exit_code, exit_code);
		check_int(result.error.code, error);
		check_int(result.error.stage, FH_STAGE_EXEC);
		check(strstr(result.error.what, program));
		check_int(result.status, -1);
	}
	fh_box_free(box);
	fh_policy_free(policy);
}

static void test_late(void)
{
	check_late("#!/bin/sh\nexit 6\n", 0, 6);
	check_late("#!/no/interpreter\n", -ENOENT, FH_EXIT_NOT_FOUND);
	check_late("\177ELF no program", -ENOEXEC, FH_EXIT_NOT_EXECUTABLE);
	check_late("#!/usr/share\n", -EACCES, FH_EXIT_NOT_EXECUTABLE);
}

WITHOUT_NAMESPACES(test_late_without, test_late)

/* --- killed, from inside and outside -------------------------------------------------------- */

/* A family that went away from its parent's session, all marked. */
static struct fh_box *start_family(const char *mark)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;
	char script[512];

	snprintf(script, sizeof(script),
		 "m() { setsid /bin/sh -c \"while :; do sleep 1; done; : %s\" "
		 "& }; m; m; (m; m) & trap '' TERM; while :; do sleep 1; done; "
		 ": %s", mark, mark);
	check_ok(fh_spawn(policy, SHELL(script), NULL, &box, &err));
	fh_policy_free(policy);
	await_marked(mark, 5);
	return box;
}

static const char *new_mark(void)
{
	static char mark[64];
	static int n;

	snprintf(mark, sizeof(mark), "family-%d-%d-%lx", (int)getpid(), n++,
		 random());
	return mark;
}

static void test_all_are_killed(void)
{
	const char *mark = new_mark();
	struct fh_box *box = start_family(mark);
	struct fh_result result;

	check_ok(fh_kill(box, SIGKILL, &err));
	result = end_of(box);
	check_str(fh_end_name(result.reason), fh_end_name(FH_END_KILLED));
	check_int(result.exit_code, 128 + SIGKILL);
	check_int(result.status, -1);
	check_fails(fh_kill(box, SIGKILL, &err), -ESRCH);
	fh_box_free(box);
	await_marked(mark, 0);

	mark = new_mark(); /* freeing ends what runs */
	box = start_family(mark);
	fh_box_free(box);
	check_int(count_marked(mark), 0);
}

WITHOUT_NAMESPACES(test_all_are_killed_without, test_all_are_killed)

static void test_init_killed(void)
{
	const char *mark = new_mark();
	struct fh_box *box = start_family(mark);
	struct fh_result result;

	check(kill(fh_box_pid(box), SIGKILL) == 0);
	result = end_of(box);
	check_int(result.reason, FH_END_KILLED);
	check_int(result.exit_code, 128 + SIGKILL);
	fh_box_free(box);
	await_marked(mark, 0);
}

/* The program itself takes what is left along: a clean end with orphans. */
static void test_orphans(void)
{
	const char *mark = new_mark();
	char script[256];
	struct fh_box *box;

	snprintf(script, sizeof(script), "setsid /bin/sh -c 'while :; do sleep "
		 "1; done; : %s' & exit 4", mark);
	box = start_box(SHELL(script), NULL);
	check_exit(box, 4);
	check_int(count_marked(mark), 0);
	fh_box_free(box);
}

WITHOUT_NAMESPACES(test_orphans_without, test_orphans)

/* --- signals ------------------------------------------------------------------------------------ */

static void check_signals(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct fh_box *box = start_box(
		SHELL("trap 'echo usr1' USR1; trap 'exit 8' TERM; echo ready; "
		      "while :; do sleep 0.02; done"), &options);
	int out = fh_box_stream(box, 1);
	struct pollfd answers = { out, POLLIN, 0 };
	struct fh_result result;
	char line[32] = "";

	check_int(read(out, line, sizeof(line)), 6);
	check_ok(fh_kill(box, SIGUSR1, &err));
	check_int(read(out, line, sizeof(line)), 5);
	check(memcmp(line, "usr1\n", 5) == 0);
	/* Stopped it does not answer, continued it does. */
	check_ok(fh_kill(box, SIGTSTP, &err));
	usleep(20000);
	check_ok(fh_kill(box, SIGUSR1, &err));
	check_int(poll(&answers, 1, 100), 0);
	check_ok(fh_kill(box, SIGCONT, &err));
	check_int(read(out, line, sizeof(line)), 5);
	check_ok(fh_kill(box, SIGUSR1, &err));
	check_int(read(out, line, sizeof(line)), 5);
	check_fails(fh_wait(box, 0, &result, &err), -ETIMEDOUT);
	check_ok(fh_kill(box, SIGTERM, &err));
	check_exit(box, 8);
	close(out);
	fh_box_free(box);
}

static bool has_ended(void *ctx)
{
	struct pollfd end = { .fd = fh_box_fd(ctx), .events = POLLIN };

	return poll(&end, 1, 0) == 1;
}

/* Ended, and not yet waited for: it cannot be signalled any more. */
static void check_dead_is_told(void)
{
	struct fh_box *box = start_box(SHELL("exit 3"), NULL);

	until(has_ended, box, "the end of the box");
	check_fails(fh_kill(box, SIGTERM, &err), -ESRCH);
	check_fails(fh_kill(box, SIGKILL, &err), -ESRCH);
	check_exit(box, 3);
	check_fails(fh_kill(box, SIGTERM, &err), -ESRCH);
	fh_box_free(box);
}

static void test_signals(void)
{
	check_signals();
	check_dead_is_told();
}

static void test_signals_without(void)
{
	deny_namespaces();
	check_signals();
	check_dead_is_told();
}

static const struct tap_test tests[] = {
	{ .name = "every end is told", .run = test_table, .seconds = 90 },
	{ .name = "every end without namespaces", .run = test_table_without,
	  .seconds = 90 },
	{ .name = "what execve refuses is told by fh_wait", .run = test_late },
	{ .name = "the same without namespaces", .run = test_late_without },
	{ .name = "SIGKILL and freeing take everything in the box",
	  .run = test_all_are_killed },
	{ .name = "without namespaces as well",
	  .run = test_all_are_killed_without },
	{ .name = "init killed from outside", .run = test_init_killed },
	{ .name = "nothing outlives the program", .run = test_orphans },
	{ .name = "without namespaces neither", .run = test_orphans_without },
	{ .name = "signals reach the program", .run = test_signals },
	{ .name = "without namespaces too", .run = test_signals_without },
};

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "yield") == 0)
		return yield_once();
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
