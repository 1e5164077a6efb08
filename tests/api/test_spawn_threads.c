/* fh_spawn() in programs with threads, signals and sudden deaths. */
#include <locale.h>
#include <pthread.h>
#include <sys/time.h>

#include "spawn_stand.h"

/* A build with a sanitizer is many times slower, and asks for less. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { N_THREADS = 8, N_EACH = 3, N_STORM = 20, N_BESIDE = 20 };
#else
enum { N_THREADS = 32, N_EACH = 8, N_STORM = 100, N_BESIDE = 60 };
#endif

static const struct fh_spawn_options with_output = {
	.size = sizeof(struct fh_spawn_options),
	.streams = { { .kind = FH_STREAM_NULL }, { .kind = FH_STREAM_PIPE },
		     { .kind = FH_STREAM_INHERIT } },
};

static pthread_t start_thread(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	check_int(pthread_create(&thread, NULL, run, arg), 0);
	return thread;
}

/* Spawns one box and looks whether it says what only it can say. */
static void check_one(const struct fh_policy *policy, int number)
{
	struct fh_box *box = NULL;
	char script[64], expected[32], text[64];

	snprintf(script, sizeof(script), "echo %d; echo %d", number,
		 number * 7);
	snprintf(expected, sizeof(expected), "%d\n%d\n", number, number * 7);
	check_ok(fh_spawn(policy, SHELL(script), &with_output, &box, &err));
	finish_output(box, text, sizeof(text));
	check_str(text, expected);
}

/* --- many at once ------------------------------------------------------------------ */

struct shared {
	const struct fh_policy *policy;
	int number;
};

static void *spawn_several(void *arg)
{
	struct shared *shared = arg;

	for (int i = 0; i < N_EACH; i++)
		check_one(shared->policy, shared->number * 1000 + i);
	return NULL;
}

static void test_many_at_once(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct shared shared[N_THREADS];
	pthread_t threads[N_THREADS];

	for (int i = 0; i < N_THREADS; i++) {
		shared[i] = (struct shared){ policy, i };
		threads[i] = start_thread(spawn_several, &shared[i]);
	}
	for (int i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	fh_policy_free(policy);
}

WITHOUT_NAMESPACES(test_many_at_once_without, test_many_at_once)

/* --- beside threads that hold locks ------------------------------------------------------- */

static volatile bool is_over;

static bool goes_on(void)
{
	return !__atomic_load_n(&is_over, __ATOMIC_RELAXED);
}

static void *allocate(void *arg)
{
	unsigned int seed = 1;

	while (goes_on()) {
		void *blocks[64];

		for (int i = 0; i < 64; i++)
			blocks[i] = malloc((size_t)rand_r(&seed) % 9000);
		for (int i = 0; i < 64; i++)
			free(blocks[i]);
	}
	return arg;
}

static void *speak(void *arg)
{
	FILE *null = fopen("/dev/null", "we");

	while (goes_on()) {
		setlocale(LC_ALL, "C.UTF-8");
		fprintf(null, "%s %f\n", setlocale(LC_ALL, NULL), 1.5);
		setlocale(LC_ALL, "C");
	}
	fclose(null);
	return arg;
}

static void *fork_and_execute(void *arg)
{
	while (goes_on()) {
		int status = -1;
		pid_t pid = fork();

		if (pid == 0) {
			execl("/bin/true", "true", NULL);
			_exit(9);
		}
		check(pid > 0);
		check_int(waitpid(pid, &status, 0), pid);
		check_int(status, 0);
	}
	return arg;
}

/* Copies of our descriptors in processes that live on for a while. */
static void *fork_and_linger(void *arg)
{
	while (goes_on()) {
		pid_t pid = fork();

		if (pid == 0) {
			usleep(30000);
			_exit(0);
		}
		check_int(waitpid(pid, NULL, 0), pid);
	}
	return arg;
}

static void test_beside_busy_threads(void)
{
	void *(*const busy[])(void *) = { allocate, speak, fork_and_execute,
					  fork_and_linger };
	struct fh_policy *policy = fh_policy_new();
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = start_thread(busy[i], NULL);
	for (int i = 0; i < N_BESIDE; i++)
		check_one(policy, i);
	__atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	fh_policy_free(policy);
}

/* --- threads that end -------------------------------------------------------------------------- */

struct handed {
	struct fh_box *box;
	unsigned int flags;
};

static void *spawn_and_end(void *arg)
{
	struct handed *handed = arg;
	struct fh_spawn_options options = with_output;

	options.streams[0].kind = FH_STREAM_PIPE;
	options.flags = handed->flags;
	handed->box = start_box(SHELL("read x; echo $x; exit 5"), &options);
	return NULL;
}

static void test_outlives_its_thread(void)
{
	struct handed handed = { 0 };
	char text[32];
	int in, out;

	pthread_join(start_thread(spawn_and_end, &handed), NULL);
	in = fh_box_stream(handed.box, 0);
	out = fh_box_stream(handed.box, 1);
	usleep(50000); /* for a signal that must not come */
	check_int(write(in, "alive\n", 6), 6);
	read_all(out, text, sizeof(text));
	check_str(text, "alive\n");
	check_exit(handed.box, 5);
	fh_box_free(handed.box);

	/* Control: with the flag it ends with the thread. */
	handed.flags = FH_SPAWN_DIE_WITH_THREAD;
	pthread_join(start_thread(spawn_and_end, &handed), NULL);
	check_int(end_of(handed.box).reason, FH_END_KILLED);
	check_int(end_of(handed.box).exit_code, 128 + SIGKILL);
	fh_box_free(handed.box);
}

WITHOUT_NAMESPACES(test_outlives_its_thread_without, test_outlives_its_thread)

/* The first thread ends, the others go on: so do boxes, and new ones can be
 * made, although /proc/self is empty from then on. */
static void *spawn_without_main(void *arg)
{
	struct fh_box *before = arg;
	struct fh_policy *policy = fh_policy_new();
	char text[64], link[64];

	for (int i = 0; i < 1500 && readlink("/proc/self/fd/1", link, 64) >= 0;
	     i++)
		usleep(10000);
	check(readlink("/proc/self/fd/1", link, 64) < 0); /* it has ended */
	finish_output(before, text, sizeof(text));
	check_str(text, "still\n");
	/* A link, whose real name has to be asked for. */
	check_ok(fh_policy_allow(policy, FH_READ, "/etc/os-release", &err));
	for (int i = 0; i < 3; i++)
		check_one(policy, i);
	fh_policy_free(policy);
	fflush(stdout);
	_exit(0);
}

static void test_without_main(void)
{
	struct fh_box *box = start_box(SHELL("sleep 0.5; echo still"),
				       &with_output);

	start_thread(spawn_without_main, box);
	pthread_exit(NULL);
}

WITHOUT_NAMESPACES(test_without_main_nor_namespaces, test_without_main)

/* --- the host dies -------------------------------------------------------------------------------- */

static void *spawn_for_ever(void *arg)
{
	const char *mark = arg;
	char script[128];

	snprintf(script, sizeof(script), "while :; do sleep 1; done; : %s",
		 mark);
	for (;;)
		start_box(SHELL(script), NULL);
	return NULL;
}

static void die_while(const char *mark, int n_boxes, int n_spawning)
{
	char script[256];
	pid_t pid;

	snprintf(script, sizeof(script),
		 "setsid /bin/sh -c 'while :; do sleep 1; done; : %s' & "
		 "trap '' TERM HUP; while :; do sleep 1; done; : %s",
		 mark, mark);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < n_boxes; i++)
			start_box(SHELL(script), NULL);
		for (int i = 0; i < n_spawning; i++)
			start_thread(spawn_for_ever, (void *)mark);
		for (;;)
			pause();
	}
	for (int i = 0; n_spawning && i < 1500 && !count_marked(mark); i++)
		usleep(10000);
	if (n_spawning)
		usleep(300000);
	else
		await_marked(mark, 2 * n_boxes);
	check(count_marked(mark) > 0);
	check(kill(pid, SIGKILL) == 0);
	check_int(waitpid(pid, NULL, 0), pid);
	await_marked(mark, 0);
}

static void test_host_dies(void)
{
	char mark[64];

	for (int i = 0; i < 5; i++) {
		snprintf(mark, sizeof(mark), "orphan-%d-%d", (int)getpid(), i);
		die_while(mark, 2, i ? 2 : 0);
	}
}

WITHOUT_NAMESPACES(test_host_dies_without, test_host_dies)

/* --- waiting, cancelled and beside fh_kill --------------------------------------------------------- */

static volatile int has_waited;

static void *wait_for_it(void *arg)
{
	struct fh_result result;
	int r = fh_wait(arg, -1, &result, NULL);

	__atomic_store_n(&has_waited, r == 0 ? result.reason : -1,
			 __ATOMIC_RELEASE);
	for (;;)
		usleep(1000); /* where a cancelled thread ends */
	return NULL;
}

/* A cancelled thread is not cut off in the middle of the library. */
static void test_cancelled(void)
{
	struct fh_box *box = start_box(SHELL("sleep 600"), NULL);
	pthread_t thread;
	void *how = NULL;

	__atomic_store_n(&has_waited, -2, __ATOMIC_RELEASE);
	thread = start_thread(wait_for_it, box);
	usleep(50000);
	check_int(pthread_cancel(thread), 0);
	usleep(50000);
	check_int(__atomic_load_n(&has_waited, __ATOMIC_ACQUIRE), -2);
	check_ok(fh_kill(box, SIGKILL, &err));
	check_int(pthread_join(thread, &how), 0);
	check(how == PTHREAD_CANCELED);
	check_int(__atomic_load_n(&has_waited, __ATOMIC_ACQUIRE),
		  FH_END_KILLED);
	check_int(end_of(box).reason, FH_END_KILLED);
	fh_box_free(box);
}

static void *spawn_endlessly(void *arg)
{
	for (;;) {
		struct fh_box *box = NULL;
		struct fh_result result;

		if (fh_spawn(arg, SHELL("true"), NULL, &box, NULL) == 0)
			fh_wait(box, -1, &result, NULL);
		fh_box_free(box);
		pthread_testcancel(); /* nothing of the library's is one */
	}
	return NULL;
}

static void test_cancelled_anywhere(void)
{
	struct fh_policy *policy = fh_policy_new();
	static char before[8192], after[8192];

	check_one(policy, 1);
	list_descriptors(before, sizeof(before));
	for (int i = 0; i < 40; i++) {
		pthread_t thread = start_thread(spawn_endlessly, policy);

		usleep((useconds_t)(i * 700));
		pthread_cancel(thread);
		pthread_join(thread, NULL);
	}
	list_descriptors(after, sizeof(after));
	check_str(after, before);
	check_one(policy, 1);
	fh_policy_free(policy);
}

static void *kill_for_ever(void *arg)
{
	struct fh_box *box = arg;

	while (goes_on())
		fh_kill(box, SIGCONT, NULL);
	return NULL;
}

static void test_kill_beside_wait(void)
{
	for (int i = 0; i < 10; i++) {
		struct fh_box *box = start_box(SHELL("sleep 0.1; exit 4"),
					       NULL);
		pthread_t threads[3];

		__atomic_store_n(&is_over, false, __ATOMIC_RELAXED);
		for (int k = 0; k < 3; k++)
			threads[k] = start_thread(kill_for_ever, box);
		check_exit(box, 4);
		check_fails(fh_kill(box, SIGCONT, &err), -ESRCH);
		__atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
		for (int k = 0; k < 3; k++)
			pthread_join(threads[k], NULL);
		fh_box_free(box);
	}
}

/* --- signals all the time ---------------------------------------------------------------------------- */

static volatile sig_atomic_t n_alarms;
static pid_t host;

static void count_alarm(int sig)
{
	(void)sig;
	if (getpid() != host) /* in the child: never */
		_exit(99);
	n_alarms++;
}

static void storm(int flags)
{
	const struct itimerval each = { { 0, 1000 }, { 0, 1000 } };
	const struct itimerval never = { 0 };
	struct sigaction action = { .sa_handler = count_alarm,
				    .sa_flags = flags };

	host = getpid();
	n_alarms = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each, NULL);
	for (int i = 0; i < N_STORM; i++) {
		struct fh_box *box = start_box(SHELL("exit 6"), NULL);

		check_exit(box, 6);
		fh_box_free(box);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	check(n_alarms > N_STORM / 2); /* control: it did storm */
}

static void test_storm(void)
{
	storm(0);
	storm(SA_RESTART);
}

static void test_storm_without(void)
{
	deny_namespaces();
	storm(0);
}

static const struct tap_test tests[] = {
	{ .name = "many threads, each with boxes of its own",
	  .run = test_many_at_once, .seconds = 120 },
	{ .name = "the same without namespaces",
	  .run = test_many_at_once_without, .seconds = 120 },
	{ .name = "beside threads that allocate, print and fork",
	  .run = test_beside_busy_threads, .seconds = 120 },
	{ .name = "a box outlives the thread that made it",
	  .run = test_outlives_its_thread },
	{ .name = "without namespaces too",
	  .run = test_outlives_its_thread_without },
	{ .name = "the first thread has ended", .run = test_without_main },
	{ .name = "and there are no namespaces",
	  .run = test_without_main_nor_namespaces },
	{ .name = "a host that is killed leaves nothing running",
	  .run = test_host_dies, .seconds = 60 },
	{ .name = "not without namespaces either",
	  .run = test_host_dies_without, .seconds = 60 },
	{ .name = "a waiting thread is cancelled", .run = test_cancelled },
	{ .name = "a spawning thread is cancelled, anywhere",
	  .run = test_cancelled_anywhere },
	{ .name = "fh_kill while another waits", .run = test_kill_beside_wait },
	{ .name = "an alarm every millisecond", .run = test_storm,
	  .seconds = 120 },
	{ .name = "and no namespaces", .run = test_storm_without,
	  .seconds = 120 },
};

#if defined(__SANITIZE_THREAD__)
static int unguarded;

static void *count_unguarded(void *arg)
{
	for (int i = 0; i < 1000; i++)
		unguarded++;
	return arg;
}

/* What the sanitizer has to find, or its silence says nothing. */
static int race(void)
{
	pthread_t thread = start_thread(count_unguarded, NULL);

	count_unguarded(NULL);
	pthread_join(thread, NULL);
	return 0;
}
#endif

int main(int argc, char **argv)
{
#if defined(__SANITIZE_THREAD__)
	if (argc == 2 && strcmp(argv[1], "race") == 0)
		return race();
#endif
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
