/* Which boxes run, what they use, and ending them by id; whose they are. */
#include "spawn_stand.h"

#include <grp.h>
#include <signal.h>
#include <sys/wait.h>

#define USER 4242 /* somebody else, for root */

static bool find(pid_t id, struct fh_box_info *ret)
{
	struct fh_box_info *boxes = NULL;
	size_t n = SIZE_MAX;
	bool is_found = false;

	check_ok(fh_boxes(&boxes, &n, &err));
	check(n != SIZE_MAX && (n > 0) == (boxes != NULL));
	for (size_t i = 0; i < n; i++) {
		if (boxes[i].id != id)
			continue;
		check(!is_found);
		is_found = true;
		if (ret)
			*ret = boxes[i];
	}
	free(boxes);
	return is_found;
}

struct expected {
	const struct fh_box *box;
	uint64_t processes;
	uint64_t cpu_us;
};

static bool is_so(void *ctx)
{
	const struct expected *expected = ctx;
	struct fh_usage usage;

	check_ok(fh_box_usage(expected->box, &usage, &err));
	return usage.processes == expected->processes &&
	       usage.cpu_us >= expected->cpu_us;
}

static void await_usage(const struct fh_box *box, uint64_t processes,
			uint64_t cpu_us)
{
	struct expected expected = { box, processes, cpu_us };

	until(is_so, &expected, "the numbers of the box");
}

/* --- what it uses ------------------------------------------------------------- */

static void test_usage(void)
{
	struct fh_usage usage, later;
	struct fh_box *box = start_box(
		SHELL("sleep 60 & sleep 60 & while :; do :; done"), NULL);

	await_usage(box, 4, 200000); /* init, the shell, two */
	check_ok(fh_box_usage(box, &usage, &err));
	check(usage.memory > 100 << 10 && usage.memory < 1 << 30);
	check(usage.wall_us >= 200000 && usage.wall_us < 60000000);
	check(usage.cpu_us <= usage.wall_us + 100000);
	await_usage(box, 4, usage.cpu_us + 100000);
	check_ok(fh_box_usage(box, &later, &err));
	check(later.wall_us > usage.wall_us);
	check_ok(fh_kill(box, SIGKILL, &err));
	end_of(box);
	check_fails(fh_box_usage(box, &usage, &err), -ESRCH);
	fh_box_free(box);
}

/* Of what has been waited for the time stays; what ended and was not counts as a
 * process. */
static void test_usage_of_the_dead(void)
{
	struct fh_box *box = start_box(
		SHELL("i=0; (while [ $i -lt 300000 ]; do i=$((i + 1)); done); sleep 60"),
		NULL);

	await_usage(box, 3, 100000); /* init, the shell, sleep */
	check_ok(fh_kill(box, SIGKILL, &err));
	end_of(box);
	fh_box_free(box);
}

WITHOUT_NAMESPACES(test_usage_without, test_usage)

/* --- which there are ------------------------------------------------------------ */

static void test_listed(void)
{
	struct fh_box *one = start_box(SHELL("sleep 60"), NULL);
	struct fh_box *other = start_box(SHELL("sleep 60"), NULL);
	struct fh_box_info info;

	check(find(fh_box_pid(one), &info));
	check_int(info.launcher, getpid());
	check(strstr(info.program, "test_boxes"));
	check(info.usage.processes >= 2 && info.usage.memory > 0);
	check(info.usage.wall_us < 60000000);
	check(find(fh_box_pid(other), NULL));
	check(!find(getpid(), NULL));
	check_ok(fh_kill(one, SIGKILL, &err));
	end_of(one);
	check(!find(fh_box_pid(one), NULL));
	check(find(fh_box_pid(other), NULL));
	fh_box_free(one);
	fh_box_free(other);
}

WITHOUT_NAMESPACES(test_listed_without, test_listed)

/* The same box, looked for by another process of the user. */
static void test_listed_by_others(void)
{
	struct fh_box *box = start_box(SHELL("sleep 60"), NULL);
	struct fh_result result;
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(!find(fh_box_pid(box), NULL) ||
		      fh_boxes_kill(fh_box_pid(box), SIGKILL, NULL) != 0);
	check_int(waitpid(child, &status, 0), child);
	check_int(status, 0);
	result = end_of(box);
	check_int(result.reason, FH_END_KILLED);
	check_int(result.exit_code, 128 + SIGKILL);
	fh_box_free(box);
}

WITHOUT_NAMESPACES(test_listed_by_others_without, test_listed_by_others)

/* --- ending them ---------------------------------------------------------------- */

static void test_kill(void)
{
	static const struct {
		int sig, reason, exit_code;
	} rows[] = {
		{ SIGTERM, FH_END_EXITED, 42 },
		{ SIGUSR1, FH_END_SIGNALLED, 128 + SIGUSR1 },
		{ SIGKILL, FH_END_KILLED, 128 + SIGKILL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fh_box *box = start_box(
			SHELL("trap 'exit 42' TERM; sleep 60 & wait"), NULL);
		struct fh_result result;

		await_usage(box, 3, 0);
		check_ok(fh_boxes_kill(fh_box_pid(box), rows[i].sig, &err));
		result = end_of(box);
		check_int(result.reason, rows[i].reason);
		check_int(result.exit_code, rows[i].exit_code);
		check_fails(fh_boxes_kill(fh_box_pid(box), rows[i].sig, &err),
			    -ESRCH);
		fh_box_free(box);
	}
}

WITHOUT_NAMESPACES(test_kill_without, test_kill)

/* Nothing of it is left, though it left its session and ignores what it can. */
static void test_kill_all(void)
{
	struct fh_box *box = start_box(
		SHELL("trap '' TERM HUP; for i in 1 2 3; do setsid sleep 60.4242 & done; wait"),
		NULL);

	await_marked("60.4242", 3 + 1); /* and the shell */
	check_ok(fh_boxes_kill(fh_box_pid(box), SIGKILL, &err));
	check_int(end_of(box).reason, FH_END_KILLED);
	await_marked("60.4242", 0);
	fh_box_free(box);
}

WITHOUT_NAMESPACES(test_kill_all_without, test_kill_all)

/* A process that is no box, and is still there afterwards. */
static void test_no_box(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		sleep(60);
		_exit(0);
	}
	check_fails(fh_boxes_kill(child, SIGKILL, &err), -ESRCH);
	check_fails(fh_boxes_kill(getpid(), SIGKILL, &err), -ESRCH);
	check_fails(fh_boxes_kill(1, SIGKILL, &err), -ESRCH);
	check_int(waitpid(child, &status, WNOHANG), 0);
	kill(child, SIGKILL);
	check_int(waitpid(child, &status, 0), child);
}

/* --- whose they are --------------------------------------------------------------- */

static void become_user(void)
{
	check(setgroups(0, NULL) == 0);
	check(setresgid(USER, USER, USER) == 0);
	check(setresuid(USER, USER, USER) == 0);
}

static void test_not_of_root(void)
{
	struct fh_box *box;
	pid_t child;
	int status;

	box = start_box(SHELL("exec sleep 60"), NULL);
	check(find(fh_box_pid(box), NULL));
	child = fork();
	if (child == 0) {
		become_user();
		_exit(find(fh_box_pid(box), NULL) ||
		      fh_boxes_kill(fh_box_pid(box), SIGKILL, NULL) != -ESRCH);
	}
	check_int(waitpid(child, &status, 0), child);
	check_int(status, 0);
	await_usage(box, 2, 0);
	fh_box_free(box);
}

/* A user's box; its id through the pipe. */
static void play_user(int fd)
{
	struct fh_box *box;
	pid_t id;

	become_user();
	box = start_box(SHELL("sleep 60"), NULL);
	id = fh_box_pid(box);
	check_int(write(fd, &id, sizeof(id)), sizeof(id));
	_exit(end_of(box).reason != FH_END_KILLED);
}

static void test_not_for_root(void)
{
	int ends[2];
	pid_t child, id;
	int status;

	check_int(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	if (child == 0)
		play_user(ends[1]);
	check_int(read(ends[0], &id, sizeof(id)), sizeof(id));
	check(!find(id, NULL));
	check_fails(fh_boxes_kill(id, SIGKILL, &err), -ESRCH);
	check_int(waitpid(child, &status, WNOHANG), 0);
	kill(id, SIGKILL); /* root may, by other means */
	check_int(waitpid(child, &status, 0), child);
	check_int(status, 0);
}

/* Who started it and whose ids it has both have it. */
static void test_given_away(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box;
	pid_t child;
	int status;

	check_ok(fh_policy_set(policy, "uid", "4242", &err));
	check_ok(fh_policy_set(policy, "gid", "4242", &err));
	check_ok(fh_spawn(policy, SHELL("sleep 60"), NULL, &box, &err));
	check(find(fh_box_pid(box), NULL));
	child = fork();
	if (child == 0) {
		become_user();
		_exit(!find(fh_box_pid(box), NULL));
	}
	check_int(waitpid(child, &status, 0), child);
	check_int(status, 0);
	check_ok(fh_boxes_kill(fh_box_pid(box), SIGKILL, &err));
	check_int(end_of(box).reason, FH_END_KILLED);
	fh_box_free(box);
	fh_policy_free(policy);
}

static const struct tap_test tests[] = {
	{ .name = "what a box uses", .run = test_usage, .seconds = 60 },
	{ .name = "the time of the dead", .run = test_usage_of_the_dead,
	  .seconds = 60 },
	{ .name = "without namespaces as well", .run = test_usage_without,
	  .seconds = 60 },
	{ .name = "those that run are listed", .run = test_listed },
	{ .name = "without namespaces, too", .run = test_listed_without },
	{ .name = "to all of the user's", .run = test_listed_by_others },
	{ .name = "that without namespaces",
	  .run = test_listed_by_others_without },
	{ .name = "signals by id", .run = test_kill, .seconds = 60 },
	{ .name = "signals without namespaces", .run = test_kill_without,
	  .seconds = 60 },
	{ .name = "all of it ends", .run = test_kill_all, .seconds = 60 },
	{ .name = "all of it without namespaces",
	  .run = test_kill_all_without, .seconds = 60 },
	{ .name = "what is no box", .run = test_no_box },
	{ .name = "root's is no user's", .run = test_not_of_root },
	{ .name = "a user's is not root's", .run = test_not_for_root },
	{ .name = "one that was given away", .run = test_given_away },
};

#define FOR_ROOT 3 /* the last of them: only root is several users */

int main(void)
{
	size_t n = sizeof(tests) / sizeof(*tests);

	return tap_run(tests, geteuid() == 0 ? n : n - FOR_ROOT);
}
