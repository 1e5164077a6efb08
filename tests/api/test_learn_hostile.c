/* fh_learner_run(): programs that do not want to be watched, or cannot be. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "learn_stand.h"

#define N_THREADS 10000
#define N_NAMES 100000

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *open_and_wait(void *arg)
{
	int fd = open("file", O_RDONLY);

	(void)arg;
	close(fd);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return NULL;
}

/* As many as it gets, all alive at once. */
static int has_threads(void)
{
	static pthread_t threads[N_THREADS];
	pthread_attr_t attr;
	int n = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32768);
	pthread_mutex_lock(&gate);
	while (n < N_THREADS &&
	       pthread_create(&threads[n], &attr, open_and_wait, NULL) == 0)
		n++;
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return n < 1000;
}

/* Ends, and leaves a process behind that is another one all the time. */
static int runs_away(void)
{
	if (fork() == 0) {
		setsid();
		for (;;) {
			if (fork() > 0)
				_exit(0);
		}
	}
	return 0;
}

static int multiplies(void)
{
	for (int i = 0; i < 7; i++) {
		if (fork() < 0)
			_exit(1);
	}
	close(open("file", O_RDONLY));
	while (wait(NULL) > 0)
		;
	return 0;
}

static int floods(void)
{
	char name[64];

	for (int i = 0; i < N_NAMES; i++) {
		snprintf(name, sizeof(name), "name-%d\n\033[2J", i);
		unlink(name);
	}
	return 0;
}

static void *execute(void *arg)
{
	execl("/bin/true", "true", NULL);
	return arg;
}

static int executes_in_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, execute, NULL);
	pause();
	return 1;
}

static int kills_children(void)
{
	for (int i = 0; i < 200; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			for (;;)
				close(open("file", O_RDONLY));
		}
		usleep(200 + (useconds_t)i * 7 % 500);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return 0;
}

/* There is one listener in a chain of filters. Return: the errno */
static int listens(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K,
					    SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) < 0
		       ? errno : 0;
}

static void on_alarm(int sig)
{
	(void)sig;
}

static int is_signalled(void)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 3000; i++) {
		int fd;

		/* A call that nobody has looked at yet can be interrupted. */
		do {
			fd = open("file", O_RDONLY);
		} while (fd < 0 && errno == EINTR);
		if (fd < 0)
			return 1;
		close(fd);
	}
	return 0;
}

static int blocks(void)
{
	if (fork() == 0) {
		open("fifo", O_RDONLY);
		_exit(0);
	}
	usleep(20000);
	return access("fifo", R_OK) != 0;
}

static int hides(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	return open("file", O_RDONLY) < 0;
}

static int leaves_daemon(void)
{
	pid_t pid = fork();
	int fd;

	if (pid == 0) {
		setsid();
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	fd = open("daemon", O_CREAT | O_WRONLY, 0600);
	return write(fd, &pid, sizeof(pid)) != sizeof(pid);
}

static int leaves_short(void)
{
	if (fork() == 0) {
		usleep(200000);
		close(open("file", O_RDONLY));
		_exit(0);
	}
	return 0;
}

/* Memory that is not there, names without an end, calls that do not exist. */
static int talks_nonsense(void)
{
	char *name = malloc(2 * PATH_MAX);

	memset(name, 'n', 2 * PATH_MAX);
	for (long nr = 600; nr < 700; nr++)
		syscall(nr, -1, -1, -1, -1, -1, -1);
	syscall(SYS_openat, AT_FDCWD, (void *)8, 0);
	syscall(SYS_openat, AT_FDCWD, name, 0);
	syscall(SYS_openat, 12345, "file", 0);
	syscall(SYS_openat2, AT_FDCWD, "file", (void *)8, 24);
	syscall(SYS_bind, 0, (void *)8, 110);
	syscall(SYS_connect, 0, name, -1);
	syscall(SYS_execve, (void *)8, NULL, NULL);
	syscall(SYS_clone3, (void *)8, 88);
	syscall(SYS_mmap, 0, 4096, 4, 2, 12345, 0);
	return open("file", O_RDONLY) < 0;
}

static int changes_view(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return 77;
	return open("file", O_RDONLY) < 0 || chroot("directory") < 0 ||
	       open("/inner", O_RDONLY) < 0;
}

static int is_nested(void)
{
	struct fh_learner *learner = fh_learner_new();
	char *argv[] = { (char *)"/bin/true", NULL };

	return -fh_learner_run(learner, argv, NULL, NULL);
}

enum {
	HAS_THREADS, RUNS_AWAY, MULTIPLIES, FLOODS, EXECUTES_IN_THREAD,
	KILLS_CHILDREN, LISTENS, IS_SIGNALLED, BLOCKS, HIDES, LEAVES_DAEMON,
	LEAVES_SHORT, TALKS_NONSENSE, CHANGES_VIEW, IS_NESTED,
};

static const deed deeds[] = {
	has_threads, runs_away, multiplies, floods, executes_in_thread,
	kills_children, listens, is_signalled, blocks, hides, leaves_daemon,
	leaves_short, talks_nonsense, changes_view, is_nested,
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Watches one, in a directory with a file; nothing of it is left. */
static struct fh_learner *endure(size_t index, int status)
{
	struct fh_learner *learner;

	enter_place();
	make_file("file");
	learner = watched(index, status);
	check_int(waitpid(-1, NULL, __WALL), -1);
	check_int(errno, ECHILD);
	return learner;
}

static void test_threads(void)
{
	struct fh_learner *learner = endure(HAS_THREADS, 0);
	struct fh_learned learned;

	check_int(use_of(learner, "file"), USE_READ);
	check_int(fh_learner_count(learner, &learned, NULL), 0);
	check(learned.processes >= 1000);
	check(learned.notifications > 2000);
	leave_place();
}

static void test_run_away(void)
{
	double begin = now_s();

	endure(RUNS_AWAY, 0);
	check(now_s() - begin < 20);
	leave_place();
}

static void test_multiply(void)
{
	struct fh_learner *learner = endure(MULTIPLIES, 0);

	check_int(use_of(learner, "file"), USE_READ);
	leave_place();
}

static void test_flood(void)
{
	struct fh_learner *learner = endure(FLOODS, 0);
	struct fh_learned learned;

	check(learner->evidence->n_paths <= EVIDENCE_PATHS_MAX);
	check_int(fh_learner_count(learner, &learned, NULL), 0);
	check(learned.notifications >= N_NAMES);
	check(learned.dropped > 0);
	leave_place();
}

static void test_execute_in_thread(void)
{
	endure(EXECUTES_IN_THREAD, 0);
	leave_place();
}

static void test_kill(void)
{
	struct fh_learner *learner = endure(KILLS_CHILDREN, 0);

	check_int(use_of(learner, "file"), USE_READ);
	leave_place();
}

static void test_listener(void)
{
	endure(LISTENS, EBUSY);
	leave_place();
}

static void test_signals(void)
{
	endure(IS_SIGNALLED, 0);
	leave_place();
}

static void test_fifo(void)
{
	double begin = now_s();
	struct fh_learner *learner;

	enter_place();
	check_int(mkfifo("fifo", 0600), 0);
	learner = watched(BLOCKS, 0);
	check(use_of(learner, "fifo") & USE_READ);
	check(now_s() - begin < 20);
	leave_place();
}

static void test_unreadable(void)
{
	struct fh_learner *learner = endure(HIDES, 0);
	struct fh_learned learned;

	check_int(fh_learner_count(learner, &learned, NULL), 0);
	if (geteuid() == 0) {
		check_int(use_of(learner, "file"), USE_READ);
	} else {
		check_int(use_of(learner, "file"), 0);
		check_int(learned.dropped, 1);
	}
	leave_place();
}

static void test_daemon(void)
{
	double begin = now_s();
	pid_t pid = 0;
	int fd;

	endure(LEAVES_DAEMON, 0);
	check(now_s() - begin >= 0.9);
	check(now_s() - begin < 20);
	fd = open("daemon", O_RDONLY);
	check_int(read(fd, &pid, sizeof(pid)), sizeof(pid));
	check(pid > 1);
	check_int(kill(pid, 0), -1);
	check_int(errno, ESRCH);
	leave_place();
}

static void test_short_rest(void)
{
	struct fh_learner *learner = endure(LEAVES_SHORT, 0);

	check_int(use_of(learner, "file"), USE_READ);
	leave_place();
}

static void test_nonsense(void)
{
	struct fh_learner *learner = endure(TALKS_NONSENSE, 0);

	check_int(use_of(learner, "file"), USE_READ);
	leave_place();
}

static void test_view(void)
{
	struct fh_learner *learner = fh_learner_new();
	struct fh_result result;

	enter_place();
	make_file("file");
	check_int(mkdir("directory", 0700), 0);
	make_file("directory/inner");
	check_int(watch(learner, CHANGES_VIEW, &result, NULL), 0);
	leave_place();
	if (result.exit_code == 77)
		skip("no user namespaces");
	check_int(result.exit_code, 0);
	check_int(use_of(learner, "file"), USE_READ);
	check_int(use_of(learner, "directory/inner"), USE_READ);
}

static void test_nested(void)
{
	endure(IS_NESTED, EOPNOTSUPP);
	leave_place();
}

/* The program does not go on unwatched when the watcher is killed. */
static void test_watcher_dies(void)
{
	int ends[2];
	pid_t pid;
	struct pollfd watched_end;

	enter_place();
	check_int(mkfifo("fifo", 0600), 0);
	check_int(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		char *argv[] = { (char *)"/bin/sleep", (char *)"100", NULL };

		close(ends[0]);
		fh_learner_run(fh_learner_new(), argv, NULL, NULL);
		_exit(0);
	}
	close(ends[1]);
	usleep(300000);
	watched_end = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	check_int(poll(&watched_end, 1, 0), 0);
	kill(pid, SIGKILL);
	check_int(waitpid(pid, NULL, 0), pid);
	/* the program had the other end as well */
	check_int(poll(&watched_end, 1, 5000), 1);
	check(watched_end.revents & POLLHUP);
	leave_place();
}

static const struct tap_test tests[] = {
	{ .name = "ten thousand threads", .run = test_threads, .seconds = 90 },
	{ .name = "a process that runs away", .run = test_run_away,
	  .seconds = 60 },
	{ .name = "processes that multiply", .run = test_multiply,
	  .seconds = 60 },
	{ .name = "a flood of names", .run = test_flood, .seconds = 90 },
	{ .name = "a thread executes", .run = test_execute_in_thread },
	{ .name = "who is killed while looked at", .run = test_kill,
	  .seconds = 60 },
	{ .name = "a listener of its own is refused", .run = test_listener },
	{ .name = "signals do not disturb", .run = test_signals },
	{ .name = "a pipe that nobody opens", .run = test_fifo },
	{ .name = "memory that cannot be read", .run = test_unreadable },
	{ .name = "a daemon is killed", .run = test_daemon },
	{ .name = "what ends soon is seen", .run = test_short_rest },
	{ .name = "nonsense", .run = test_nonsense },
	{ .name = "another root, other mounts", .run = test_view },
	{ .name = "not within itself", .run = test_nested },
	{ .name = "the end of the watcher", .run = test_watcher_dies },
};

int main(int argc, char **argv)
{
	be_watched(argc, argv, deeds, ARRAY_SIZE(deeds));
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
