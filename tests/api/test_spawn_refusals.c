/* Refused system calls get the errno that they ever got, and are counted. */
#include "probe/kernel.h"
#include "refused_parts.h"

#include "api/api_box.h"

#define MARK "refusals-of-a-test"

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
	bool yes, no; /* one of them */

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
	char text[256], number[32];
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

/* The number of the listener could not be written: nothing is counted, and
 * nobody waits. */
static void test_no_write(void)
{
	struct stand s = start(policy_with("deny-syscall", "write"), true,
			       "flood", "800");

	check_exit(s.box, 0);
	check(!is_counted(&s));
}

/* Who asked, where its number means something to the caller. */
static void test_pid(void)
{
	struct stand s = start(policy_with(NULL, NULL), true, "filters", NULL);

	check_exit(s.box, 0);
	if (s.box->running.has_pid_namespace)
		check_int(find(&s, "chroot", "")->pid, 0);
	else
		check(find(&s, "chroot", "")->pid > 1);
}

WITHOUT_NAMESPACES(test_no_write_without, test_no_write)
WITHOUT_NAMESPACES(test_pid_without, test_pid)

/* No number is left for a listener. */
static void test_few_descriptors(void)
{
	struct stand s = start(policy_with("open-files", "4"), true, "calls",
			       NULL);
	char text[8192];

	output_of(&s, text, sizeof(text));
	end_of(s.box);
	check(!is_counted(&s));
}

static void test_own_filters(void)
{
	struct stand s = start(policy_with(NULL, NULL), true, "filters", NULL);

	check_exit(s.box, 0);
	check(!find(&s, "mount", NULL) && !find(&s, "umount2", NULL));
	check_int(find(&s, "chroot", "")->times, 1);
	check_int(find(&s, "unshare", "CLONE_NEWUSER")->times, 1);
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
	{ .name = "a policy without write", .run = test_no_write },
	{ .name = "without write, without namespaces",
	  .run = test_no_write_without },
	{ .name = "who asked, in a pid namespace", .run = test_pid },
	{ .name = "who asked, without", .run = test_pid_without },
	{ .name = "no number for a listener", .run = test_few_descriptors },
	{ .name = "filters of the program's own", .run = test_own_filters },
	{ .name = "streams end when the program closes them",
	  .run = test_streams_end },
	{ .name = "as text", .run = test_text },
};

int main(int argc, char **argv)
{
	return argc > 1 ? play(argv) : tap_run(tests, N(tests));
}
