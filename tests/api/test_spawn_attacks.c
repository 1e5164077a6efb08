/* What may go wrong around a box that is not its program's doing: stopped,
 * killed at any moment, typed at, and spawned beside careless threads. */
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "spawn_stand.h"

/* --- stopping --------------------------------------------------------------- */

static int children_of(pid_t parent, pid_t *ret, int max)
{
	char path[64], text[1024] = "";
	int fd, n = 0;
	char *rest = text, *word;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent,
		 parent);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return -1;
	close(fd);
	while (n < max && (word = strsep(&rest, " ")))
		if (*word)
			ret[n++] = atoi(word);
	return n;
}

static char state_of(pid_t pid)
{
	char path[64], text[512] = "";
	const char *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '-';
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = '\0'; /* it has just been reaped */
	close(fd);
	end = strrchr(text, ')');
	return end ? end[2] : '-';
}

static bool is_stopped(void *ctx)
{
	return state_of(*(pid_t *)ctx) == 'T';
}

static bool is_going_on(void *ctx)
{
	return state_of(*(pid_t *)ctx) != 'T';
}

/* The program stops, and not its init, which keeps the time and watches us. */
static void test_stop(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;
	struct fh_result result;
	pid_t program = 0;

	check_ok(fh_policy_limit(policy, FH_LIMIT_TIME, 4000, &err));
	check_ok(fh_policy_set(policy, "without", "pids", &err));
	for (const char *const *name = (const char *const[]){ "files-see",
		"sockets", "processes", "lifetime", NULL }; *name; name++)
		check_ok(fh_policy_set(policy, "without", *name, &err));
	check_ok(fh_spawn(policy, SHELL("exec sleep 60"), NULL,
			  &box, &err));
	while (children_of(fh_box_pid(box), &program, 1) != 1)
		usleep(1000);
	check_ok(fh_kill(box, SIGSTOP, &err));
	until(is_stopped, &program, "the program is stopped");
	check(state_of(fh_box_pid(box)) != 'T');
	check_ok(fh_kill(box, SIGCONT, &err));
	until(is_going_on, &program, "the program goes on");
	check_ok(fh_kill(box, SIGSTOP, &err));
	check_ok(fh_wait(box, 15000, &result, &err));
	check_int(result.reason, FH_END_TIMEOUT);
	fh_box_free(box);
	fh_policy_free(policy);
}

WITHOUT_NAMESPACES(test_stop_without, test_stop)

/* --- the terminal -------------------------------------------------------------- */

static bool has_text(int fd, const char *text, int ms)
{
	static char seen[4096];
	static size_t len;

	for (; ms > 0; ms -= 20) {
		struct pollfd watched = { .fd = fd, .events = POLLIN };

		if (poll(&watched, 1, 20) > 0 && len < sizeof(seen) - 1) {
			ssize_t n = read(fd, seen + len,
					 sizeof(seen) - 1 - len);

			if (n > 0)
				len += (size_t)n;
			seen[len] = '\0';
		}
		if (strstr(seen, text))
			return true;
	}
	return false;
}

/* What is typed at the host is for the host: a box is sent what the host
 * sends it, once. */
static void test_typed(void)
{
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave, out;
	struct fh_box *box;

	check(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	if (setsid() < 0) {
		/* a leader of a group already, as the harness makes us */
		pid_t pid = fork();

		if (pid > 0) {
			int status;

			check_int(waitpid(pid, &status, 0), pid);
			check_int(status, 0);
			_exit(0);
		}
		check(setsid() > 0);
	}
	slave = open(ptsname(master), O_RDWR | O_CLOEXEC);
	check(slave >= 0);
	check_int(ioctl(slave, TIOCSCTTY, 0), 0);
	signal(SIGINT, SIG_IGN);
	box = start_box(SHELL("trap 'echo typed' INT; echo ready; "
			      "while :; do sleep 0.1; done"), &options);
	out = fh_box_stream(box, 1);
	check(has_text(out, "ready", 5000));
	check_int(write(master, "\003", 1), 1);
	check(!has_text(out, "typed", 600));
	check_ok(fh_kill(box, SIGINT, &err));
	check(has_text(out, "typed", 5000));
	check(!has_text(out, "typed\ntyped", 600));
	fh_box_free(box);
	_exit(0);
}

/* --- killed at any moment --------------------------------------------------------- */

#define ROUNDS 100

struct killer {
	pid_t host; /* whose children are killed */
	volatile bool is_over;
	volatile unsigned int pause_us;
	int n_killed;
};

/* Every process that the host makes is an init: there are no others. */
static void *kill_inits(void *arg)
{
	struct killer *killer = arg;
	pid_t found[16];

	while (!killer->is_over) {
		int n = 0;
		char path[64];

		/* Those of the thread that spawns, which is the first. */
		snprintf(path, sizeof(path), "/proc/%d", killer->host);
		n = children_of(killer->host, found, 16);
		if (n <= 0)
			sched_yield();
		else
			usleep(killer->pause_us);
		for (int i = 0; i < n; i++)
			killer->n_killed += state_of(found[i]) != 'Z' &&
					    kill(found[i], SIGKILL) == 0;
	}
	return NULL;
}

static void test_killed(void)
{
	struct killer killer = { .host = getpid() };
	char before[16384], after[16384];
	int n_failed = 0, n_ended = 0;
	pthread_t thread;
	unsigned int seed = 7;

	list_descriptors(before, sizeof(before));
	check_int(pthread_create(&thread, NULL, kill_inits, &killer), 0);
	for (int i = 0; i < ROUNDS; i++) {
		struct fh_policy *policy = fh_policy_new();
		struct fh_result result = { 0 };
		struct fh_error why = { 0 };
		struct fh_box *box = NULL;

		for (const char *const *name = (const char *const[]){
			"files-see", "sockets", "processes", "lifetime",
			"pids", NULL }; *name; name++)
			check_ok(fh_policy_set(policy, "without", *name,
					       &err));
		killer.pause_us = (unsigned int)rand_r(&seed) %
				  (i % 2 ? 6000 : 500);
		if (fh_spawn(policy, SHELL("sleep 0.02"), NULL, &box,
			     &why) < 0) {
			check(why.code < 0 && *why.what && !box);
			n_failed++;
		} else {
			check_ok(fh_wait(box, 10000, &result, &err));
			check(result.reason == FH_END_KILLED ||
			      result.reason == FH_END_EXITED ||
			      result.reason == FH_END_NOT_STARTED);
			n_ended++;
			fh_box_free(box);
		}
		fh_policy_free(policy);
	}
	killer.is_over = true;
	pthread_join(thread, NULL);
	printf("# %d killed, %d spawned, %d not\n", killer.n_killed, n_ended,
	       n_failed);
	check(killer.n_killed);
	check_int(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	list_descriptors(after, sizeof(after));
	check_str(after, before);
}

WITHOUT_NAMESPACES(test_killed_without, test_killed)

/* --- careless threads --------------------------------------------------------------- */

#define CARELESS 16

static volatile bool careless_is_over;

/* Opens what any program would inherit, all the time. */
static void *open_carelessly(void *arg)
{
	(void)arg;
	while (!careless_is_over) {
		int fds[8], ends[2];

		for (size_t i = 0; i < 8; i++)
			fds[i] = open("/etc/passwd", O_RDONLY);
		if (pipe(ends) == 0) {
			close(ends[0]);
			close(ends[1]);
		}
		for (size_t i = 0; i < 8; i++)
			close(fds[i]);
	}
	return NULL;
}

static void test_careless(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	pthread_t threads[CARELESS];
	char *argv[] = { (char *)self_path(), "descriptors", NULL };

	for (size_t i = 0; i < CARELESS; i++)
		check_int(pthread_create(&threads[i], NULL, open_carelessly,
					 NULL), 0);
	for (int i = 0; i < 60; i++) {
		struct fh_policy *policy = self_policy();
		struct fh_box *box = NULL;
		char text[256];

		for (const char *const *name = (const char *const[]){
			"files-see", "sockets", "processes", "lifetime",
			"pids", NULL }; *name; name++)
			check_ok(fh_policy_set(policy, "without", *name,
					       &err));
		check_ok(fh_spawn(policy, argv, &options, &box, &err));
		finish_output(box, text, sizeof(text));
		check_str(text, "0 1 2 ");
		fh_policy_free(policy);
	}
	careless_is_over = true;
	for (size_t i = 0; i < CARELESS; i++)
		pthread_join(threads[i], NULL);
}

WITHOUT_NAMESPACES(test_careless_without, test_careless)

/* --- hosts that are short of something -------------------------------------------- */

/* The ceiling is the program's: building the box must not hit it. */
static void test_few_descriptors(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;

	deny_namespaces();
	for (const char *const *name = (const char *const[]){ "files-see",
		"sockets", "processes", "lifetime", "pids", NULL }; *name;
	     name++)
		check_ok(fh_policy_set(policy, "without", *name, &err));
	check_ok(fh_policy_limit(policy, FH_LIMIT_OPEN_FILES, 4, &err));
	check_ok(fh_spawn(policy, SHELL("test $(ulimit -n) = 4 2>/dev/null; "
					"exec true"), NULL, &box, &err));
	check_exit(box, 2); /* the shell is told that it may have no pipe */
	fh_box_free(box);
	fh_policy_free(policy);
}

static void confine_with_few(void *unused)
{
	struct fh_policy *policy = fh_policy_new();
	struct rlimit limit;

	(void)unused;
	for (int i = 0; i < 16; i++)
		check(dup(0) >= 0);
	check_ok(fh_policy_preset(policy, "network-server", NULL, 0, &err));
	check_ok(fh_policy_limit(policy, FH_LIMIT_OPEN_FILES, 4, &err));
	check_ok(fh_confine(policy, NULL, NULL, &err));
	check_int(getrlimit(RLIMIT_NOFILE, &limit), 0);
	check_int(limit.rlim_max, 4);
}

static void test_few_descriptors_left(void)
{
	check_int(child_status(confine_with_few, NULL), 0);
}

/* The numbers of its own pid namespace mean others in a /proc of another one:
 * no map of theirs may be written. */
static void test_foreign_proc(void)
{
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0)
		skip("no pid namespace can be made here");
	pid = fork();
	if (pid == 0) {
		struct fh_policy *policy = fh_policy_new();
		struct fh_box *box = NULL;

		check_fails(fh_spawn(policy, SHELL("true"), NULL, &box, &err),
			    -ESRCH);
		check(!box);
		fflush(stdout);
		_exit(0);
	}
	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
}

static int tell_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d ", fd);
	return 0;
}

static const struct tap_test tests[] = {
	{ .name = "SIGSTOP stops the program, not what watches it",
	  .run = test_stop },
	{ .name = "without namespaces, too", .run = test_stop_without },
	{ .name = "what is typed at the host does not reach a box",
	  .run = test_typed },
	{ .name = "init is killed at any moment", .run = test_killed,
	  .seconds = 120 },
	{ .name = "and without namespaces", .run = test_killed_without,
	  .seconds = 120 },
	{ .name = "what other threads open is not inherited",
	  .run = test_careless, .seconds = 120 },
	{ .name = "nor without namespaces", .run = test_careless_without,
	  .seconds = 120 },
	{ .name = "4 descriptors are enough for a box without namespaces",
	  .run = test_few_descriptors },
	{ .name = "and for a process that confines itself",
	  .run = test_few_descriptors_left },
	{ .name = "another pid namespace's /proc is told of",
	  .run = test_foreign_proc },
};

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "descriptors") == 0)
		return tell_descriptors();
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
