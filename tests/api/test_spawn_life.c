/* What init does while a program runs: tells of its stops, gives it grace, and shows
 * whether it had all processes that it may have; with namespaces and without. */
#include "spawn_stand.h"

static struct fh_box *start_with(const char *const *settings,
				 char *const *argv)
{
	struct fh_policy *policy = self_policy();
	struct fh_box *box = NULL;
	const struct fh_spawn_options silent = options_with(
		FH_STREAM_NULL, FH_STREAM_NULL, FH_STREAM_NULL);

	for (size_t i = 0; settings && settings[i]; i += 2)
		check_ok(fh_policy_set(policy, settings[i], settings[i + 1],
				       &err));
	check_ok(fh_spawn(policy, argv, &silent, &box, &err));
	fh_policy_free(policy);
	return box;
}

/* --- stops -------------------------------------------------------------------------- */

static void check_next_event(struct fh_box *box, int event)
{
	struct pollfd news = { .fd = fh_box_event_fd(box), .events = POLLIN };

	check_int(poll(&news, 1, 5000), 1);
	check_int(fh_box_event(box), event);
}

/* A shell could be waiting for a child that was stopped before it was another
 * program: then it does not stop itself. */
static _Noreturn void stop_once(void)
{
	raise(SIGSTOP);
	for (;;)
		pause();
}

static void test_events(void)
{
	char *part[] = { (char *)self_path(), "stop once", NULL };
	struct fh_box *box = start_with(NULL, part);
	struct pollfd news = { .fd = fh_box_event_fd(box), .events = POLLIN };

	check_next_event(box, FH_EVENT_STOPPED);
	check_int(fh_box_event(box), -EAGAIN);
	check_int(poll(&news, 1, 100), 0);
	check_ok(fh_kill(box, SIGCONT, &err));
	check_next_event(box, FH_EVENT_CONTINUED);
	check_ok(fh_kill(box, SIGTSTP, &err));
	check_next_event(box, FH_EVENT_STOPPED);
	check_ok(fh_kill(box, SIGCONT, &err));
	check_next_event(box, FH_EVENT_CONTINUED);
	check_ok(fh_kill(box, SIGKILL, &err));
	end_of(box);
	/* A loop that waits for both would turn without rest. */
	check_int(poll(&news, 1, 0), 0);
	check_int(fh_box_event(box), -EAGAIN);
	fh_box_free(box);
	check_int(fh_box_event(NULL), -EINVAL);
	check_int(fh_box_event_fd(NULL), -EINVAL);
}

WITHOUT_NAMESPACES(test_events_without, test_events)

/* Of another process in the box nothing is told. */
static void test_events_of_others(void)
{
	struct fh_box *box = start_with(NULL,
		SHELL("sleep 99 & kill -STOP $!; sleep 0.2; kill -CONT $!; "
		      "sleep 0.2; exit 3"));

	check_exit(box, 3);
	check_int(fh_box_event(box), -EAGAIN);
	fh_box_free(box);
}

/* It stops itself, and is continued by a child, more often than anything holds that
 * nobody reads. */
static int stop_often(void)
{
	pid_t self = getpid(), child = fork();

	if (child == 0)
		for (;;) {
			kill(self, SIGCONT);
			sched_yield();
		}
	for (int i = 0; i < 5000; i++)
		raise(SIGSTOP);
	kill(child, SIGKILL);
	return 9;
}

static void test_events_unread(void)
{
	char *part[] = { (char *)self_path(), "stop", NULL };
	struct fh_box *box = start_with(NULL, part);
	int event, n = 0;

	check_exit(box, 9);
	while ((event = fh_box_event(box)) != -EAGAIN) {
		check(event == FH_EVENT_STOPPED || event == FH_EVENT_CONTINUED);
		n++;
	}
	check(n > 0); /* many are one where init is slow */
	fh_box_free(box);
}

WITHOUT_NAMESPACES(test_events_unread_without, test_events_unread)

/* --- grace ---------------------------------------------------------------------------- */

static uint64_t wall_ms(const char *grace, const char *script, int status)
{
	const char *const settings[] = { "timeout", "1s", "grace", grace,
					 NULL };
	struct fh_box *box = start_with(settings, SHELL(script));
	struct fh_result result = end_of(box);

	check_int(result.reason, FH_END_TIMEOUT);
	check_int(result.exit_code, FH_EXIT_TIMED_OUT);
	check_int(result.status, status);
	fh_box_free(box);
	return result.wall_us / 1000;
}

static void test_grace(void)
{
	const char *const stubborn = "trap '' TERM; while :; do sleep 0.05; done";
	const char *const tidy = "trap 'exit 5' TERM; while :; do sleep 0.05; done";

	/* Longer than the two seconds of the default. */
	check(wall_ms("2500ms", stubborn, SIGKILL) >= 3500);
	check(wall_ms("20s", tidy, 5 << 8) >= 1000);
	/* At once is at once: it is not asked. */
	check(wall_ms("0", tidy, SIGKILL) >= 1000);
	check(wall_ms("0", stubborn, SIGKILL) < 20000);
}

WITHOUT_NAMESPACES(test_grace_without, test_grace)

/* --- all processes that it may have ------------------------------------------------------ */

/* Makes processes that stay, until it may not. */
static int fork_until_refused(void)
{
	for (int i = 0; i < 2000; i++) {
		pid_t child = fork();

		if (child < 0)
			return errno == EAGAIN ? 1 : 2;
		if (child == 0)
			for (;;)
				pause();
	}
	return 3;
}

/* As many as it may, and then fails of something else when they have ended. */
static int fork_and_reap(void)
{
	for (int i = 0; i < 100; i++) {
		pid_t child = fork();

		if (child < 0)
			return 2;
		if (child == 0)
			_exit(0);
		if (waitpid(child, NULL, 0) != child)
			return 2;
	}
	return 1;
}

static void check_pids(const char *pids, const char *name, int reason)
{
	const char *const settings[] = { "pids", pids, NULL };
	char *part[] = { (char *)self_path(), (char *)name, NULL };
	struct fh_box *box = start_with(settings, part);
	struct fh_result result = end_of(box);

	check_str(fh_end_name(result.reason), fh_end_name(reason));
	check_int(result.exit_code, 1);
	fh_box_free(box);
}

static void test_pids(void)
{
	struct fh_kernel *kernel = NULL;
	struct fh_error err;

	check_int(fh_kernel_probe(&kernel, &err), 0);
	if (!fh_kernel_has_namespaces(kernel))
		skip("no namespaces");
	fh_kernel_free(kernel);
	check_pids("20", "fork", FH_END_PIDS);
	check_pids("20", "reap", FH_END_EXITED);
	check_pids("400", "fork", FH_END_PIDS);
}

/* As soon as one is free nothing is claimed; nor where nothing failed. */
static void test_pids_not_claimed(void)
{
	const char *const settings[] = { "pids", "3", NULL };
	struct fh_box *box = start_with(settings,
		SHELL("sleep 99 & sleep 99 & exit 0"));

	check_exit(box, 0);
	fh_box_free(box);
	box = start_with(settings, SHELL("sleep 99 & exit 4"));
	check_exit(box, 4);
	fh_box_free(box);
}

static const struct tap_test tests[] = {
	{ .name = "stops are told", .run = test_events },
	{ .name = "without namespaces as well", .run = test_events_without },
	{ .name = "those of others are not", .run = test_events_of_others },
	{ .name = "what nobody reads is dropped", .run = test_events_unread },
	{ .name = "that without namespaces", .run = test_events_unread_without },
	{ .name = "grace is as long as asked for", .run = test_grace },
	{ .name = "and without namespaces", .run = test_grace_without },
	{ .name = "having all processes is the reason", .run = test_pids },
	{ .name = "having nearly all is none", .run = test_pids_not_claimed },
};

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "stop") == 0)
		return stop_often();
	if (argc == 2 && strcmp(argv[1], "stop once") == 0)
		stop_once();
	if (argc == 2 && strcmp(argv[1], "fork") == 0)
		return fork_until_refused();
	if (argc == 2 && strcmp(argv[1], "reap") == 0)
		return fork_and_reap();
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
