/*
 * kill -9 of the command at random moments of a run, of several kinds of runs: no
 * process, mount, file or cgroup of it is left. FH_KILLS is how often in all, by
 * default 300.
 *
 * This process is the subreaper of all that it starts: whatever outlives the command
 * becomes its child, and is found by waiting until there is none.
 */
#include "spawn_stand.h"
#include "storm_stand.h"

#include <pty.h>
#include <time.h>
#include <utmp.h>

#define GONE_MS 15000 /* far more than it takes on a busy host */
#define N_KINDS 6

struct kind {
	const char *name;
	const char *options[8];
	bool has_terminal;
	bool has_no_namespaces;
	bool has_cgroup; /* a delegated one is at hand */
};

static const struct kind kinds[N_KINDS] = {
	{ "plain", { NULL }, .has_terminal = false },
	{ "terminal", { "--tty", "pty" }, .has_terminal = true },
	{ "output relay", { "--output-limit", "1M", "--timeout", "60s" },
	  .has_terminal = false },
	{ "report", { "--report=json=report.json", "-w", "." },
	  .has_terminal = false },
	{ "without namespaces", { "-q" }, .has_no_namespaces = true },
	{ "cgroup", { "--cpu-time", "60s" }, .has_cgroup = true },
};

/* Has a child that went away, and does something for a moment. */
#define PROGRAM                                                                \
	"/bin/sh", "-c", "(setsid sleep 99 &) ; (setsid sleep 98 &) ; "        \
			 "echo started; sleep 0.01; echo ending"

static struct delegation delegation;

struct tally {
	int n_cgroups; /* seen after a kill: for the next run to sweep */
	int n_killed; /* the others had ended */
	int n_heirs;  /* processes that outlived the command, for a moment */
	uint64_t longest_us; /* until they were gone */
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The command, in a session of its own. */
static _Noreturn void be_command(const struct kind *kind, int terminal)
{
	const char *argv[24] = { getenv("FUMEHOOD"), "run" };
	const char *const program[] = { PROGRAM };
	int n = 2, null = open("/dev/null", O_RDWR);

	setsid();
	if (terminal >= 0)
		login_tty(terminal);
	else
		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
	for (int i = 0; kind->options[i]; i++)
		argv[n++] = kind->options[i];
	argv[n++] = "--";
	for (size_t i = 0; i < sizeof(program) / sizeof(*program); i++)
		argv[n++] = program[i];
	execv(argv[0], (char *const *)argv);
	_exit(99);
}

static pid_t start(const struct kind *kind, int *ret_master)
{
	int terminal = -1;
	pid_t pid;

	*ret_master = -1;
	if (kind->has_terminal)
		check(openpty(ret_master, &terminal, NULL, NULL, NULL) == 0);
	pid = fork();
	check(pid >= 0);
	if (pid == 0)
		be_command(kind, terminal);
	if (terminal >= 0)
		close(terminal);
	return pid;
}

/* Until nobody is left whom we could wait for. */
static void check_gone(const char *kind, struct tally *tally)
{
	uint64_t begin = now_us(), took;

	for (;;) {
		pid_t pid = waitpid(-1, NULL, __WALL | WNOHANG);

		took = now_us() - begin;
		if (pid < 0 && errno == ECHILD)
			break;
		if (pid > 0)
			tally->n_heirs++;
		if (pid == 0 && took > GONE_MS * 1000ull) {
			show_children();
			tap_fail(__FILE__, __LINE__, "%s: outlived the command",
				 kind);
		}
		if (pid == 0)
			usleep(200);
	}
	if (took > tally->longest_us)
		tally->longest_us = took;
}

static void kill_once(const struct kind *kind, uint64_t after_us,
		      struct tally *tally)
{
	int master, status;
	pid_t pid = start(kind, &master);

	usleep((useconds_t)after_us);
	kill(pid, SIGKILL);
	check(waitpid(pid, &status, 0) == pid);
	tally->n_killed += WIFSIGNALED(status);
	if (!WIFSIGNALED(status))
		check_int(status, 0);
	check_gone(kind->name, tally);
	if (kind->has_cgroup)
		tally->n_cgroups += delegation_count(&delegation);
	if (master >= 0)
		close(master);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Microseconds of a run that nobody kills; it has to succeed. The middle one of
 * some: a busy machine's longest would have most of the kills come too late. */
static uint64_t time_run(const struct kind *kind)
{
	struct tally none = { 0 };
	uint64_t all[5];

	for (int i = 0; i < 5; i++) {
		int master, status;
		uint64_t begin = now_us();
		pid_t pid = start(kind, &master);

		check(waitpid(pid, &status, 0) == pid);
		all[i] = now_us() - begin;
		check_int(status, 0);
		check_gone(kind->name, &none);
		if (master >= 0)
			close(master);
	}
	check_int(none.n_heirs, 0);
	qsort(all, 5, sizeof(*all), compare);
	return all[2];
}

static void storm(const struct kind *kind)
{
	const char *asked = getenv("FH_KILLS");
	int n = (asked && *asked ? atoi(asked) : 300) / N_KINDS;
	struct tally tally = { 0 };
	struct leftovers before;
	uint64_t whole_us;

	check(n > 0);
	check(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	work_begin();
	if (kind->has_no_namespaces)
		deny_namespaces();
	whole_us = time_run(kind);
	leftovers_note(&before);
	srandom((unsigned int)now_us());
	for (int i = 0; i < n; i++)
		kill_once(kind, (uint64_t)random() % (whole_us * 11 / 10),
			  &tally);
	printf("# %s: %d runs of %llu us, %d killed, %d processes outlived "
	       "it, the last for %llu us\n", kind->name, n,
	       (unsigned long long)whole_us, tally.n_killed, tally.n_heirs,
	       (unsigned long long)tally.longest_us);
	/* Else it was no storm: nobody there, or nobody killed. */
	check(tally.n_killed >= n / 3);
	check(tally.n_heirs > 0);
	check(!kind->has_cgroup || tally.n_cgroups > 0);
	check_no_leftovers(&before);
	if (kind->has_cgroup) /* sweeps what the others left */
		time_run(kind);
	work_end();
}

static void test_plain(void) { storm(&kinds[0]); }
static void test_terminal(void) { storm(&kinds[1]); }
static void test_relay(void) { storm(&kinds[2]); }
static void test_report(void) { storm(&kinds[3]); }
static void test_without(void) { storm(&kinds[4]); }

/* Only root can delegate; the user of the tests gets what it delegates. */
static void test_cgroup(void)
{
	int status;
	pid_t pid;

	delegation_make(&delegation);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		delegation_enter(&delegation);
		storm(&kinds[5]);
		fflush(stdout);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid);
	delegation_end(&delegation); /* says what is left */
	check_int(status, 0);
}

/* Without a box what went away stays, and the looking finds it. */
static void test_control(void)
{
	const char *const program[] = { PROGRAM, NULL };
	struct tally tally = { 0 };
	struct leftovers before;
	pid_t pid;

	check(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	work_begin();
	leftovers_note(&before);
	pid = fork();
	if (pid == 0) {
		setsid();
		dup2(open("/dev/null", O_RDWR), 1);
		close(creat("left", 0600));
		execv(program[0], (char *const *)program);
		_exit(99);
	}
	usleep(300000);
	kill(pid, SIGKILL);
	check(waitpid(pid, NULL, 0) == pid);
	check_int(kill_children(), 2);
	check_gone("control", &tally);
	check_int(tally.n_heirs, 2);
	check_int(leftovers_count(&before), 1);
	check(unlink("left") == 0);
	check_no_leftovers(&before);
	work_end();
}

static const struct tap_test tests[] = {
	{ .name = "control: unboxed, processes and files stay and are seen",
	  .run = test_control },
	{ .name = "kill -9 of the command leaves nothing", .run = test_plain,
	  .seconds = STORM_SECONDS },
	{ .name = "nor with a terminal", .run = test_terminal,
	  .seconds = STORM_SECONDS },
	{ .name = "nor with a relay of output", .run = test_relay,
	  .seconds = STORM_SECONDS },
	{ .name = "nor with a report", .run = test_report,
	  .seconds = STORM_SECONDS },
	{ .name = "nor without namespaces", .run = test_without,
	  .seconds = STORM_SECONDS },
	{ .name = "nor a cgroup, in a delegated one", .run = test_cgroup,
	  .seconds = STORM_SECONDS },
};

int main(void)
{
	/* The last is for root, who runs all tests once more. */
	return tap_run(tests, sizeof(tests) / sizeof(*tests) -
				      (geteuid() != 0));
}
