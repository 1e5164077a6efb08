/* A program that is followed behaves as one that is not, and one that fights it gains
 * nothing. */
#include "traced_parts.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

/* From here on ptrace(2) is refused to this process. */
static void refuse_ptrace(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { COUNT(code), code };

	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_int(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program),
		  0);
}

/* --- the tests --------------------------------------------------------------------- */

static char missing[PATH_MAX];

static struct fh_box *play(const char *part, const char *argument, int expected)
{
	struct fh_policy *policy = self_policy();
	struct fh_result result;
	struct fh_box *box;
	char *argv[] = { (char *)self_path(), (char *)part, (char *)argument,
			 NULL };

	if (strcmp(part, "names") == 0)
		check_ok(fh_policy_allow(policy, FH_READ, argument, &err));
	check_ok(fh_policy_set(policy, "pids", "2000", &err));
	box = explain_box(policy, argv);
	check_ok(fh_wait(box, 0, &result, &err));
	check_int(result.reason, FH_END_EXITED);
	check_int(result.exit_code, expected);
	fh_policy_free(policy);
	return box;
}

/* One refusal of that file, so often. */
static void check_times(struct fh_box *box, uint32_t times)
{
	struct fh_refusal refusal;
	uint32_t found = 0;

	for (size_t i = 0; fh_box_refusal(box, i, &refusal, NULL) == 0; i++)
		if (strcmp(refusal.object, missing) == 0)
			found += refusal.times;
	if (found != times)
		show_refusals(box);
	check_int(found, times);
	fh_box_free(box);
}

static void make_missing(void)
{
	make_scene();
	in_scene(missing, "file");
}

static void test_threads(void)
{
	make_missing();
	check_times(play("threads", missing, 0), 1000);
	clean_scene();
}

static void test_names(void)
{
	struct fh_refusal refusal;
	struct fh_box *box;
	size_t n = 0;

	make_scene();
	box = play("names", scene.directory, 0);
	while (fh_box_refusal(box, n, &refusal, NULL) == 0) {
		for (const char *p = refusal.object; *p; p++)
			check((unsigned char)*p >= ' ');
		check(!strchr(refusal.option, '\n') &&
		      !strchr(refusal.option, '\x1b'));
		n++;
	}
	check_int(n, 256);
	check(fh_box_refusals_lost(box) >= 20000 - 256);
	fh_box_free(box);
	clean_scene();
}

static void test_changing(void)
{
	make_missing();
	fh_box_free(play("changing", missing, 0));
	clean_scene();
}

static void test_exec(void)
{
	make_missing();
	check_times(play("exec", missing, 7), 1);
	clean_scene();
}

static void test_vfork(void)
{
	make_missing();
	check_times(play("vfork", missing, 0), 100);
	clean_scene();
}

static void test_untraced(void)
{
	make_missing();
	check_times(play("untraced", missing, 0), 1);
	clean_scene();
}

static void test_stops(void)
{
	fh_box_free(play("stops", "", 0));
}

static void test_signals(void)
{
	fh_box_free(play("signals", "", 0));
}

static const struct {
	const char *script;
	int reason, exit_code;
} ends[] = {
	{ "exit 42", FH_END_EXITED, 42 },
	{ "kill -SEGV $$", FH_END_SIGNALLED, 128 + 11 },
	{ "kill -KILL $$", FH_END_SIGNALLED, 128 + 9 },
	{ "kill -SYS $$", FH_END_REFUSED_SYSCALL, 128 + SIGSYS },
	{ "sleep 100 & exit 3", FH_END_EXITED, 3 },
	{ "trap 'exit 6' TERM; kill -TERM $$; sleep 9", FH_END_EXITED, 6 },
	{ "(exit 4); exit $?", FH_END_EXITED, 4 },
	{ "i=0; while [ $i -lt 30 ]; do /bin/true & i=$((i+1)); done; wait; exit 2",
	  FH_END_EXITED, 2 },
};

static void test_ends(void)
{
	struct fh_policy *policy = fh_policy_new();

	for (size_t i = 0; i < COUNT(ends); i++) {
		struct fh_result result;
		struct fh_box *box = explain_box(policy, SHELL(ends[i].script));

		check_ok(fh_wait(box, 0, &result, &err));
		printf("# %s\n", ends[i].script);
		check_int(result.reason, ends[i].reason);
		check_int(result.exit_code, ends[i].exit_code);
		fh_box_free(box);
	}
	fh_policy_free(policy);
}

/* The launcher is gone, and all of the box with it. */
static void test_launcher_killed(void)
{
	char mark[64];
	pid_t pid;

	snprintf(mark, sizeof(mark), "explain-mark-%d", getpid());
	pid = fork();
	if (pid == 0) {
		struct fh_policy *policy = self_policy();
		char *argv[] = { (char *)self_path(), "hang", mark, NULL };

		explain_box(policy, argv);
		_exit(0);
	}
	await_marked(mark, 2);
	check_int(kill(pid, SIGKILL), 0);
	waitpid(pid, NULL, 0);
	await_marked(mark, 0);
}

/* Freed while it runs, and stopped while nobody follows. */
static void test_freed(void)
{
	struct fh_spawn_options options = options_with(FH_STREAM_NULL,
		FH_STREAM_NULL, FH_STREAM_NULL);
	struct fh_policy *policy = self_policy();
	char *argv[] = { (char *)self_path(), "hang", "explain-freed", NULL };
	struct fh_result result;
	struct fh_box *box;

	options.flags = FH_SPAWN_EXPLAIN;
	check_ok(fh_policy_set(policy, "on-deny", "kill", &err));
	check_ok(fh_spawn(policy, argv, &options, &box, &err));
	check_fails(fh_wait(box, 50, &result, &err), -ETIMEDOUT);
	fh_box_free(box);
	check_ok(fh_spawn(policy, argv, &options, &box, &err));
	fh_box_free(box);
	check_ok(fh_spawn(policy, argv, &options, &box, &err));
	check_fails(fh_wait(box, 50, &result, &err), -ETIMEDOUT);
	check_ok(fh_kill(box, SIGKILL, &err));
	check_ok(fh_wait(box, 20000, &result, &err));
	fh_box_free(box);
	fh_policy_free(policy);
}

static volatile int n_children;

static void on_child(int sig)
{
	(void)sig;
	n_children++;
}

static void *wait_elsewhere(void *box)
{
	struct fh_result result;

	return (void *)(long)fh_wait(box, 0, &result, NULL);
}

/* Children of the caller's are left to it, with their signal. */
static void test_foreign(void)
{
	struct sigaction action = { .sa_handler = on_child };
	struct fh_spawn_options options = options_with(FH_STREAM_NULL,
		FH_STREAM_NULL, FH_STREAM_NULL);
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box, *second;
	struct fh_result result;
	pthread_t thread;
	pid_t pid = fork();
	void *answer;
	int status;

	if (pid == 0)
		_exit(3);
	options.flags = FH_SPAWN_EXPLAIN;
	sigaction(SIGCHLD, &action, NULL);
	check_ok(fh_spawn(policy, SHELL("ls / >/dev/null; exit 4"), &options,
			  &box, &err));
	check_ok(fh_spawn(policy, SHELL("ls / >/dev/null; exit 5"), &options,
			  &second, &err));
	check_int(pthread_create(&thread, NULL, wait_elsewhere, box), 0);
	pthread_join(thread, &answer);
	check_int((long)answer, -EINVAL);
	check_ok(fh_wait(box, 20000, &result, &err));
	check_int(result.exit_code, 4);
	n_children = 0;
	for (int i = 0; i < 2000; i++) {
		check_ok(fh_box_follow(second, &err));
		if (fh_wait(second, 0, &result, NULL) == 0)
			break;
		usleep(1000);
	}
	check_int(result.exit_code, 5);
	check_int(waitpid(pid, &status, 0), pid);
	check_int(WEXITSTATUS(status), 3);
	check(n_children > 0);
	fh_box_free(box);
	options.flags = 0;
	check_ok(fh_spawn(policy, SHELL("exit 0"), &options, &box, &err));
	check_fails(fh_box_follow(box, &err), -EINVAL);
	check_fails(fh_box_follow(NULL, &err), -EINVAL);
	fh_box_free(box);
	fh_box_free(second);
	fh_policy_free(policy);
}

/* Rather no box than one that is not explained as was asked for. */
static void test_no_ptrace(void)
{
	struct fh_spawn_options options = options_with(FH_STREAM_NULL,
		FH_STREAM_NULL, FH_STREAM_NULL);
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;

	refuse_ptrace();
	check_ok(fh_spawn(policy, SHELL("exit 4"), &options, &box, &err));
	check_exit(box, 4);
	fh_box_free(box);
	box = NULL;
	options.flags = FH_SPAWN_EXPLAIN;
	check_fails(fh_spawn(policy, SHELL("exit 4"), &options, &box, &err),
		    -EPERM);
	check(!box);
	fh_policy_free(policy);
}

WITHOUT_NAMESPACES(test_ends_landlock, test_ends)
WITHOUT_NAMESPACES(test_killed_landlock, test_launcher_killed)
WITHOUT_NAMESPACES(test_freed_landlock, test_freed)
WITHOUT_NAMESPACES(test_stops_landlock, test_stops)

static const struct tap_test tests[] = {
	{ .name = "a thousand threads are seen", .run = test_threads,
	  .seconds = 60 },
	{ .name = "names are counted up to a bound, and escaped",
	  .run = test_names, .seconds = 60 },
	{ .name = "memory that changes does no harm", .run = test_changing,
	  .seconds = 60 },
	{ .name = "a thread may execute", .run = test_exec },
	{ .name = "vfork works", .run = test_vfork },
	{ .name = "no child can leave", .run = test_untraced },
	{ .name = "stopping and going on is as ever", .run = test_stops },
	{ .name = "signals interrupt what they should", .run = test_signals },
	{ .name = "ends are as ever", .run = test_ends },
	{ .name = "nothing outlives the launcher", .run = test_launcher_killed },
	{ .name = "a box may be freed or killed at any time",
	  .run = test_freed },
	{ .name = "where ptrace is refused nothing is started",
	  .run = test_no_ptrace },
	{ .name = "the caller's children are the caller's",
	  .run = test_foreign },
	{ .name = "ends are as ever without namespaces",
	  .run = test_ends_landlock },
	{ .name = "nothing outlives the launcher without namespaces",
	  .run = test_killed_landlock },
	{ .name = "a box may be freed at any time without namespaces",
	  .run = test_freed_landlock },
	{ .name = "stopping is as ever without namespaces",
	  .run = test_stops_landlock },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < COUNT(parts); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].play(argv[2]);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
