/* Refused system calls get the errno that they ever got, and are counted. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "api/api_box.h"
#include "layer.h"
#include "probe/kernel.h"
#include "spawn_stand.h"
#include "sys/seccomp_calls.h"

#define MARK "refusals-of-a-test"
#define NEWUSER 0x10000000

/* --- parts, played in the box ---------------------------------------------- */

static long call(long nr, long a, long b, long c)
{
	return syscall(nr, a, b, c, 0, 0, 0) < 0 ? errno : 0;
}

/* Refused by some policy or all, in ways of every kind. */
static const struct refused {
	long nr, a, b, c;
} refused_calls[] = {
	{ SYS_socket, 17, 3, 0 },	{ SYS_socket, 2, 3, 0 },
	{ SYS_socket, 2, 1, 77 },	{ SYS_socket, 40, 1, 0 },
	{ SYS_socketpair, 2, 1, 0 },	{ SYS_ioctl, 0, 0x5412, 0 },
	{ SYS_ioctl, 0, 0x541c, 0 },	{ SYS_prctl, 35, 0, 0 },
	{ SYS_prctl, 3, 0, 0 },		{ SYS_clone, NEWUSER | 17, 0, 0 },
	{ SYS_unshare, NEWUSER, 0, 0 }, { SYS_setns, -1, 0, 0 },
	{ SYS_mount, 0, 0, 0 },		{ SYS_umount2, 0, 0, 0 },
	{ SYS_chroot, 0, 0, 0 },	{ SYS_ptrace, 0, 0, 0 },
	{ SYS_keyctl, 0, 0, 0 },	{ SYS_bpf, 0, 0, 0 },
	{ SYS_personality, 0x40000, 0, 0 }, { SYS_fchmod, -1, 04755, 0 },
	{ SYS_init_module, 0, 0, 0 },	{ SYS_reboot, 0, 0, 0 },
	{ SYS_swapon, 0, 0, 0 },	{ SYS_setsid, -1, -1, -1 },
	{ SYS_perf_event_open, 0, 0, 0 }, { SYS_userfaultfd, 0, 0, 0 },
	{ SYS_prlimit64, 1, 7, 0 },	{ SYS_mq_unlink, 0, 0, 0 },
	{ SYS_openat, -100, 0, 0101 },	{ SYS_add_key, 0, 0, 0 },
	{ 435 /* clone3 */, 0, 0, 0 },	{ 437 /* openat2 */, 0, 0, 0 },
	{ 457 /* statmount */, 0, 0, 0 }, { 499, 0, 0, 0 },
};

static int part_calls(void)
{
	for (int i = 0; i < 2; i++)
		for (size_t n = 0; n < N(refused_calls); n++) {
			const struct refused *row = &refused_calls[n];
			long code = call(row->nr, row->a, row->b, row->c);
			char text[64];
			int len = snprintf(text, sizeof(text), "%ld %lx: %ld\n",
					   row->nr, row->a, code);

			if (write(1, text, (size_t)len) != len)
				return 1;
		}
	return 0;
}

/* What is open, and that nothing of ours is. */
static int part_descriptors(void)
{
	char text[64], path[64], link[256];

	for (int fd = 0; fd < 4096; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		snprintf(text, sizeof(text), "%d ", fd);
		if (write(1, text, strlen(text)) < 0)
			return 1;
		if (readlink(path, link, sizeof(link)) > 0 &&
		    strstr(link, "seccomp"))
			return 2;
	}
	return 0;
}

static void *flood(void *arg)
{
	long n = (long)arg;

	for (long i = 0; i < n; i++)
		if (call(SYS_mount, 0, 0, 0) != EPERM)
			_exit(3);
	return NULL;
}

static int part_flood(long times)
{
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		if (pthread_create(&threads[i], NULL, flood,
				   (void *)(times / 8)))
			return 1;
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* With SA_RESTART nothing else than the errno is seen; without, EINTR is, too. */
static int part_signals(bool restarts)
{
	struct sigaction action = { .sa_handler = on_alarm,
				    .sa_flags = restarts ? SA_RESTART : 0 };
	const struct itimerval every = { { 0, 500 }, { 0, 500 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	for (int i = 0; i < 20000; i++) {
		long code = call(SYS_mount, 0, 0, 0);

		if (code != EPERM && (restarts || code != EINTR))
			return 1;
	}
	return 0;
}

/* More kinds than there are rows, and one of them again. */
static int part_many(void)
{
	for (long i = 0; i < 100; i++)
		if (call(SYS_prctl, 0x10000 + i, 0, 0) != EPERM)
			return 1;
	return call(SYS_prctl, 0x10000, 0, 0) != EPERM;
}

static long own_listener(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { N(code), code };

	return syscall(SYS_seccomp, 1, 8, &program);
}

static int part_listener(void)
{
	long fd = own_listener();

	printf("%ld %d\n", fd < 0 ? -1 : 0, fd < 0 ? errno : 0);
	return 0;
}

/* Outlives the program, asks for ever, and says what it gets. */
static int part_orphan(void)
{
	char text[64];

	if (fork() != 0)
		pause();
	for (;;) {
		long mounted = call(SYS_mount, 0, 0, 0);
		long fd = own_listener();
		int len = snprintf(text, sizeof(text), "%ld %d\n", mounted,
				   fd < 0 ? errno : 0);

		if (fd >= 0 || !mounted || write(1, text, (size_t)len) != len)
			_exit(1);
		usleep(1000);
	}
}

/* A box in the box: without namespaces, for they are refused. */
static int part_nested(void)
{
	struct fh_policy *policy = self_policy();
	struct fh_result result;
	struct fh_box *box;
	struct fh_error err;

	char *argv[] = { (char *)self_path(), "calls", NULL };

	if (fh_spawn(policy, argv, NULL, &box, &err) < 0) {
		printf("%s\n", err.what);
		return 1;
	}
	if (fh_wait(box, -1, &result, NULL) < 0)
		return 2;
	return result.exit_code;
}

static int play(char **argv)
{
	if (strcmp(argv[1], "calls") == 0)
		return part_calls();
	if (strcmp(argv[1], "descriptors") == 0)
		return part_descriptors();
	if (strcmp(argv[1], "flood") == 0)
		return part_flood(atol(argv[2]));
	if (strcmp(argv[1], "signals") == 0)
		return part_signals(true);
	if (strcmp(argv[1], "interrupted") == 0)
		return part_signals(false);
	if (strcmp(argv[1], "many") == 0)
		return part_many();
	if (strcmp(argv[1], "listener") == 0)
		return part_listener();
	if (strcmp(argv[1], "orphan") == 0)
		return part_orphan();
	if (strcmp(argv[1], "nested") == 0)
		return part_nested();
	return 99;
}

/* --- the stand --------------------------------------------------------------- */

static struct fh_kernel *kernel_with(bool has_listeners)
{
	struct fh_kernel *kernel = NULL;

	check_ok(fh_kernel_probe(&kernel, &err));
	if (has_listeners && !kernel->has_listeners)
		skip("no listeners before Linux 5.19");
	kernel->has_listeners = has_listeners;
	return kernel;
}

static struct fh_policy *policy_with(const char *name, const char *value)
{
	struct fh_policy *policy = self_policy();

	if (name)
		check_ok(fh_policy_set(policy, name, value, &err));
	return policy;
}

struct stand {
	struct fh_policy *policy;
	struct fh_kernel *kernel;
	struct fh_box *box;
};

static struct stand start(struct fh_policy *policy, bool has_listeners,
			  char *part, char *more)
{
	struct stand s = { .policy = policy,
			   .kernel = kernel_with(has_listeners) };
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	char *argv[] = { (char *)self_path(), part, more, NULL };

	options.kernel = s.kernel;
	check_ok(fh_spawn(policy, argv, &options, &s.box, &err));
	return s;
}

static void output_of(struct stand *s, char *ret, size_t size)
{
	int fd = fh_box_stream(s->box, 1);

	check(fd > 2);
	read_all(fd, ret, size);
	close(fd);
}

/* The row of a call and an object, or NULL. */
static const struct fh_refusal *find(const struct stand *s, const char *name,
				     const char *object)
{
	static struct fh_refusal refusal;

	for (size_t i = 0; fh_box_refusal(s->box, i, &refusal, NULL) == 0; i++)
		if (strcmp(refusal.call, name) == 0 &&
		    (!object || strcmp(refusal.object, object) == 0))
			return &refusal;
	return NULL;
}

static bool is_counted(const struct stand *s)
{
	char *text = NULL, *argv[] = { "x", NULL };
	bool yes, no;

	check_ok(fh_box_print(s->box, argv, FH_JSON, &text, &err));
	yes = strstr(text, "\"refusals_counted\": true");
	no = strstr(text, "\"refusals_counted\": false");
	check(yes != no);
	free(text);
	return yes;
}

/* --- tests ------------------------------------------------------------------- */

static void check_same(const char *policy)
{
	char plain[8192], counted[8192];
	struct stand s = start(policy_with("syscalls", policy), false, "calls",
			       NULL);

	output_of(&s, plain, sizeof(plain));
	check_exit(s.box, 0);
	check(!is_counted(&s)); /* the control */
	check(!find(&s, "mount", NULL));
	s = start(policy_with("syscalls", policy), true, "calls", NULL);
	output_of(&s, counted, sizeof(counted));
	check_exit(s.box, 0);
	check_str(counted, plain);
	check(is_counted(&s));
	check_int(find(&s, "mount", "")->times, 2);
	check_int(find(&s, "mount", "")->code, EPERM);
	check_int(find(&s, "socket", "AF_PACKET")->times, 2);
	check_int(find(&s, "socket", "AF_PACKET")->code, EAFNOSUPPORT);
	check_int(find(&s, "ioctl", "TIOCSTI")->times, 2);
	check_int(find(&s, "prctl", "PR_SET_MM")->times, 2);
	check(find(&s, "clone", "CLONE_NEWUSER") ||
	      strcmp(policy, "strict") == 0);
	check_int(find(&s, "unshare", "CLONE_NEWUSER")->times, 2);
	check_str(find(&s, "ptrace", "PTRACE_TRACEME")->option,
		  "--allow-syscall ptrace");
	/* Which programs only try. */
	check(!find(&s, "clone3", NULL) && !find(&s, "openat2", NULL));
	check(!find(&s, "write", NULL));
	check_int((long long)fh_box_refusals_lost(s.box), 0);
}

static void test_same(void)
{
	check_same("default");
	check_same("file-processor");
	check_same("network-server");
}

static void test_same_strict(void)
{
	check_same("strict");
}

WITHOUT_NAMESPACES(test_same_without, test_same)
WITHOUT_NAMESPACES(test_same_strict_without, test_same_strict)

static void test_descriptors(void)
{
	char text[256];
	struct stand s = start(policy_with(NULL, NULL), true, "descriptors",
			       NULL);

	output_of(&s, text, sizeof(text));
	check_exit(s.box, 0);
	check_str(text, "0 1 2 ");
	check(is_counted(&s));
}

static void test_kept_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), high = dup(fd);
	struct fh_policy *policy = self_policy();
	char text[256], number[16];
	struct stand s;

	check(high > fd);
	snprintf(number, sizeof(number), "%d", high);
	check_ok(fh_policy_set(policy, "keep-fd", number, &err));
	s = start(policy, true, "descriptors", NULL);
	output_of(&s, text, sizeof(text));
	check_exit(s.box, 0);
	snprintf(number, sizeof(number), "0 1 2 %d ", high);
	check_str(text, number);
}

WITHOUT_NAMESPACES(test_descriptors_without, test_descriptors)

static void test_flood(void)
{
	struct stand s = start(policy_with(NULL, NULL), true, "flood",
			       "200000");

	check_exit(s.box, 0);
	check_int(find(&s, "mount", "")->times, 200000);
}

static void test_flood_in_time(void)
{
	struct stand s = start(policy_with("timeout", "500ms"), true, "flood",
			       "2000000000");
	struct fh_result result = end_of(s.box);

	check_int(result.reason, FH_END_TIMEOUT);
	check(result.wall_us < 6000000);
	check(find(&s, "mount", "")->times > 1000);
	check(is_counted(&s));
}

WITHOUT_NAMESPACES(test_flood_in_time_without, test_flood_in_time)

static void test_flood_killed(void)
{
	struct stand s = start(policy_with(NULL, NULL), true, "flood",
			       "2000000000");
	struct fh_result result;

	usleep(100000);
	check_ok(fh_kill(s.box, SIGKILL, &err));
	result = end_of(s.box);
	check_int(result.reason, FH_END_KILLED);
}

WITHOUT_NAMESPACES(test_flood_killed_without, test_flood_killed)

static void test_launcher_killed(void)
{
	int told[2];
	pid_t launcher;
	char byte;

	check(pipe(told) == 0);
	launcher = fork();
	if (launcher == 0) {
		start(policy_with(NULL, NULL), true, "flood",
		      "2000000000");
		check(write(told[1], "", 1) == 1);
		pause();
	}
	check(read(told[0], &byte, 1) == 1);
	await_marked("2000000000", 1);
	usleep(100000);
	kill(launcher, SIGKILL);
	waitpid(launcher, NULL, 0);
	await_marked("2000000000", 0);
}

WITHOUT_NAMESPACES(test_launcher_killed_without, test_launcher_killed)

static void test_signals(void)
{
	struct stand s = start(policy_with(NULL, NULL), true, "signals", NULL);
	uint32_t times;

	check_exit(s.box, 0);
	times = find(&s, "mount", "")->times;
	/* Before Linux 6.17 one that was answered may be asked again. */
	check(times >= 20000 && times < 30000);
	s = start(policy_with(NULL, NULL), true, "interrupted", NULL);
	check_exit(s.box, 0);
	check(find(&s, "mount", "")->times <= 20000);
}

static void test_many(void)
{
	struct stand s = start(policy_with("syscalls", "strict"), true, "many",
			       NULL);
	size_t n = 0;
	struct fh_refusal refusal;
	uint64_t times = 0;

	check_exit(s.box, 0);
	for (; fh_box_refusal(s.box, n, &refusal, NULL) == 0; n++)
		times += refusal.times;
	check_int(n, BOX_REFUSALS_MAX);
	check_int((long long)(times + fh_box_refusals_lost(s.box)), 101);
	check_int(find(&s, "prctl", "0x10000")->times, 2);
	check(is_counted(&s));
}

static void check_listener(const char *name, const char *value,
			   const char *expected, bool counts)
{
	struct stand s = start(policy_with(name, value), true, "listener",
			       NULL);
	char text[64];

	output_of(&s, text, sizeof(text));
	check_exit(s.box, 0);
	check_str(text, expected);
	check_int(is_counted(&s), counts);
	check_int(find(&s, "seccomp", "SECCOMP_FILTER_FLAG_NEW_LISTENER") != NULL,
		  counts);
}

static void test_own_listener(void)
{
	char busy[32];

	snprintf(busy, sizeof(busy), "-1 %d\n", EBUSY);
	check_listener(NULL, NULL, busy, true);
	check_listener("allow-syscall", "seccomp", "0 0\n", false);
}

/* Init is dead and its listener closed: nothing passes, and nobody may put
 * another listener in its place. */
static void test_orphan(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	char line[64], dead[64], alive[64];
	struct stand s;
	FILE *lines;
	int fd;

	deny_namespaces();
	sigaction(SIGPIPE, &ignore, NULL);
	s = start(policy_with(NULL, NULL), true, "orphan", MARK);
	fd = fh_box_stream(s.box, 1);
	lines = fdopen(fd, "r");
	snprintf(alive, sizeof(alive), "%d %d\n", EPERM, EBUSY);
	snprintf(dead, sizeof(dead), "%d %d\n", ENOSYS, ENOSYS);
	check(fgets(line, sizeof(line), lines));
	check_str(line, alive);
	kill(fh_box_pid(s.box), SIGKILL);
	for (int i = 0; i < 5000 && strcmp(line, dead) != 0; i++) {
		if (!fgets(line, sizeof(line), lines))
			break; /* the kernel ended it with init */
		/* One of them may have been between the two. */
		check(strncmp(line, "0", 1) != 0 && !strstr(line, " 0\n"));
	}
	check_str(line, dead);
	fclose(lines);
	await_marked(MARK, 0);
}

/* A listener around us: the plain filter, and nothing is counted. */
static void test_outer_listener(void)
{
	struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { 1, &code };
	char plain[8192], counted[8192];
	struct stand s = start(policy_with(NULL, NULL), false, "calls", NULL);

	output_of(&s, plain, sizeof(plain));
	check_exit(s.box, 0);
	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	check(syscall(SYS_seccomp, 1, 8, &program) >= 0);
	s = start(policy_with(NULL, NULL), true, "calls", NULL);
	output_of(&s, counted, sizeof(counted));
	check_exit(s.box, 0);
	check_str(counted, plain);
	check(!is_counted(&s));
	check(!find(&s, "mount", NULL));
}

WITHOUT_NAMESPACES(test_outer_listener_without, test_outer_listener)

/* No number is left for a listener. */
static void test_few_descriptors(void)
{
	struct stand s = start(policy_with("open-files", "3"), true, "calls",
			       NULL);
	char text[8192];

	output_of(&s, text, sizeof(text));
	end_of(s.box);
	check(!is_counted(&s));
}

static void test_nested(void)
{
	struct fh_policy *policy = policy_with(NULL, NULL);
	struct stand s = start(policy, true, "nested", NULL);
	char text[8192];

	output_of(&s, text, sizeof(text));
	check_exit(s.box, 0);
	check(strstr(text, "499 0: 38\n"));
	check(is_counted(&s));
}

/* It outlives nobody's stream: what the program closes has an end at once. */
static void test_streams_end(void)
{
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	struct fh_box *box = start_box(SHELL("exec >&-; sleep 20"), &options);
	int fd = fh_box_stream(box, 1);
	char byte;

	check(read(fd, &byte, 1) == 0);
	check_fails(fh_wait(box, 0, &(struct fh_result){ 0 }, &err),
		    -ETIMEDOUT);
	fh_box_free(box);
}

static void test_text(void)
{
	struct stand s = start(policy_with(NULL, NULL), true, "calls", NULL);
	char *text = NULL, *argv[] = { "x", NULL }, output[8192];

	check_fails(fh_box_print(s.box, argv, FH_TEXT, &text, &err), -EINVAL);
	output_of(&s, output, sizeof(output));
	check_exit(s.box, 0);
	check_ok(fh_box_print(s.box, argv, FH_TEXT, &text, &err));
	check(strstr(text, "\nRefused: socket AF_PACKET, 2 times ("));
	check(strstr(text, "; would be allowed by: --allow-syscall ptrace; unwise"));
	free(text);
}

static const struct tap_test tests[] = {
	{ .name = "the same errno, and counted", .run = test_same },
	{ .name = "the same under strict", .run = test_same_strict },
	{ .name = "the same without namespaces", .run = test_same_without },
	{ .name = "strict without namespaces", .run = test_same_strict_without },
	{ .name = "no descriptor of ours", .run = test_descriptors },
	{ .name = "and what is kept", .run = test_kept_descriptor },
	{ .name = "none without namespaces", .run = test_descriptors_without },
	{ .name = "a flood is answered", .run = test_flood, .seconds = 60 },
	{ .name = "a flood is ended in time", .run = test_flood_in_time },
	{ .name = "in time without namespaces",
	  .run = test_flood_in_time_without },
	{ .name = "a flood is killed", .run = test_flood_killed },
	{ .name = "killed without namespaces",
	  .run = test_flood_killed_without },
	{ .name = "a flood ends with the launcher", .run = test_launcher_killed },
	{ .name = "with the launcher, without namespaces",
	  .run = test_launcher_killed_without },
	{ .name = "signals", .run = test_signals, .seconds = 60 },
	{ .name = "more kinds than rows", .run = test_many },
	{ .name = "a listener of the program's own", .run = test_own_listener },
	{ .name = "init is dead", .run = test_orphan },
	{ .name = "a listener around us", .run = test_outer_listener },
	{ .name = "around us, without namespaces",
	  .run = test_outer_listener_without },
	{ .name = "no number for a listener", .run = test_few_descriptors },
	{ .name = "a box in a box", .run = test_nested },
	{ .name = "streams end when the program closes them",
	  .run = test_streams_end },
	{ .name = "as text", .run = test_text },
};

int main(int argc, char **argv)
{
	return argc > 1 ? play(argv) : tap_run(tests, N(tests));
}
