/* fh_confine() beside other threads: all of them, or refused. */
#include "fenced.h"
#include "pretend.h"
#include "sys/landlock_calls.h"

static struct second second;
static int status_fds[2];

static int open_own_status(void)
{
	return open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
}

/* A second thread, and an account of both. */
static void start(void)
{
	second_start(&second);
	status_fds[0] = open_own_status();
	status_fds[1] = second_do(&second, open_own_status);
	check(status_fds[0] >= 0 && status_fds[1] >= 0);
}

/* No capability, and no way to change an id. */
static void be_user(void)
{
	if (is_root())
		check_int(SC(SYS_setresgid, TESTER, TESTER, TESTER) |
				  SC(SYS_setresuid, TESTER, TESTER, TESTER),
			  0);
}

static struct fh_policy *without_files(const char *base)
{
	return POLICY("syscalls", base, "without", "files-read", "without",
		      "files-write");
}

static void check_same(const struct state before[2])
{
	static const char *const fields[] = {
		"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd",
		"CapAmb", "NoNewPrivs", "Seccomp",
	};

	for (int t = 0; t < 2; t++) {
		struct state now = state_read(status_fds[t]);

		for (size_t i = 0; i < N(fields); i++)
			check_str(state_get(&now, fields[i]),
				  state_get(&before[t], fields[i]));
	}
}

/* What cannot be done for both is refused, and done for none. */
static void check_busy(struct fh_policy *policy, const char *what)
{
	const struct state before[2] = { state_read(status_fds[0]),
					 state_read(status_fds[1]) };
	int n_fds = count_fds();

	check_int(fh_confine(policy, NULL, NULL, &err), -EBUSY);
	check_int(err.code, -EBUSY);
	check_int(err.stage, FH_STAGE_PREPARE);
	if (!strstr(err.what, what))
		tap_fail(__FILE__, __LINE__, "\"%s\" lacks %s", err.what,
			 what);
	check(strstr(err.remedy, "first thread"));
	check_same(before);
	check_int(count_fds(), n_fds);
	check_int(opened("/etc/passwd", O_RDONLY), 0);
}

static int open_passwd(void)
{
	return opened("/etc/passwd", O_RDONLY);
}

static void test_landlock(void)
{
	be_user();
	start();
	check_int(second_do(&second, open_passwd), 0);
	if (ll_abi() < 8) {
		check_busy(fh_policy_new(), "Landlock");
		return;
	}
	check_fence(POLICY("syscalls", "default"));
	check_int(open_passwd(), EACCES);
	check_int(second_do(&second, open_passwd), EACCES);
}

static void test_ids(void)
{
	start();
	check_busy(fh_policy_new(), "ids or groups");
}

static void test_capabilities(void)
{
	start();
	check_busy(POLICY("uid", "0", "gid", "0", "syscalls", "default"),
		   "ids or groups");
}

/* Nothing in force, but a thread of it that could be inherited. */
static void test_inheritable(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	check_int(SC(SYS_capget, &header, data), 0);
	data[0].inheritable = 1;
	check_int(SC(SYS_capset, &header, data), 0);
	be_user();
	pretend(SYS_landlock_create_ruleset, ENOSYS);
	start();
	check_busy(without_files("default"), "capabilities");
}

static int keyctl_call(void)
{
	return SC(SYS_keyctl, 0, -3, 0);
}

/* The filter and no_new_privs reach the thread that did not ask. */
static void test_sync(void)
{
	be_user();
	pretend(SYS_landlock_create_ruleset, ENOSYS);
	start();
	check(keyctl_call() != EPERM);
	check(second_do(&second, keyctl_call) != EPERM);
	check_fence(without_files("default"));
	check_int(keyctl_call(), EPERM);
	check_int(second_do(&second, keyctl_call), EPERM);
	for (int t = 0; t < 2; t++) {
		struct state now = state_read(status_fds[t]);

		check_field(&now, "NoNewPrivs", "1");
		check_field(&now, "Seccomp", "2");
		check_field(&now, "Seccomp_filters", "2");
		check_field(&now, "CapPrm", "0000000000000000");
	}
}

static int call_kill_the_second(void)
{
	return keyctl_call();
}

static void sync_and_kill(void *arg)
{
	struct fh_policy *policy = without_files("default");

	(void)arg;
	be_user();
	pretend(SYS_landlock_create_ruleset, ENOSYS);
	start();
	check_int(fh_policy_on_deny(policy, FH_DENY_KILL, &err), 0);
	check_fence(policy);
	second_do(&second, call_kill_the_second);
}

static void test_sync_kill(void)
{
	check_int(child_status(sync_and_kill, NULL), 128 + SIGSYS);
}

static int own_filter(void)
{
	pretend(SYS_keyctl, EUCLEAN);
	return 0;
}

/* A filter that only the other has: the kernel cannot make them equal. */
static void test_diverged(void)
{
	be_user();
	pretend(SYS_landlock_create_ruleset, ENOSYS);
	start();
	check_int(second_do(&second, own_filter), 0);
	check_int(fh_confine(without_files("default"), NULL, NULL, &err),
		  -EBUSY);
	check_int(err.stage, FH_STAGE_APPLY);
	check(strstr(err.what, "filter"));
	check(strstr(err.remedy, "end this process"));
	/* Nobody got it, and nobody says so. */
	check_int(second_do(&second, keyctl_call), EUCLEAN);
	check(keyctl_call() != EPERM);
}

static struct fh_error from_second;

static int confine_here(void)
{
	return fh_confine(fh_policy_new(), NULL, NULL, &from_second);
}

/* Called by the second thread it is the same. */
static void test_from_second(void)
{
	start();
	if (ll_abi() >= 8 && !is_root())
		skip("this kernel gives Landlock to all threads");
	check_int(second_do(&second, confine_here), -EBUSY);
	check_int(from_second.stage, FH_STAGE_PREPARE);
}

static void *nothing(void *arg)
{
	return arg;
}

/* A thread that has ended is none. */
static void test_joined(void)
{
	pthread_t thread;

	check_int(pthread_create(&thread, NULL, nothing, NULL), 0);
	check_int(pthread_join(thread, NULL), 0);
	check_fence(fh_policy_new());
	check_int(opened("/etc/passwd", O_RDONLY), EACCES);
}

/* A process without /proc in sight counts its threads all the same. */
static void test_second_time(void)
{
	check_fence(POLICY("syscalls", "network-server"));
	check_int(opened("/proc/self/status", O_RDONLY), EACCES);
	check_fence(POLICY("syscalls", "network-server"));
	second_start(&second);
	check_int(fh_confine(POLICY("syscalls", "network-server"), NULL, NULL,
			     &err), -EBUSY);
	check_int(err.stage, FH_STAGE_PREPARE);
}

static const struct tap_test anyone[] = {
	TEST(landlock, "Landlock for all threads, or for none"),
	TEST(sync, "the filter reaches the other thread"),
	TEST(sync_kill, "and kills there"),
	TEST(diverged, "threads whose filters differ"),
	TEST(from_second, "called by the second thread"),
	TEST(joined, "a thread that has ended is none"),
	TEST(second_time, "threads are seen without /proc"),
};

static const struct tap_test root[] = {
	TEST(ids, "ids cannot be changed for all"),
	TEST(capabilities, "nor capabilities given up"),
	TEST(inheritable, "nor what is inheritable"),
};

static const struct tap_test user[] = {};

TESTS_RUN(anyone, root, user)
