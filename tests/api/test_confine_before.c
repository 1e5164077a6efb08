/* What keeps a process from confining itself shows before anything changed. */
#include <fumehood/fumehood.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>

#include "layer.h"

#define STATUS_SIZE 4096

/* All that confining changes of a process, as the kernel tells it. */
static void snapshot(char ret[STATUS_SIZE])
{
	static const char *const fields[] = {
		"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd",
		"CapAmb", "NoNewPrivs", "Seccomp", "FDSize",
	};
	size_t len = 0;

	for (size_t i = 0; i < N(fields); i++) {
		char value[1024];

		status_get(fields[i], value, sizeof(value));
		len += (size_t)snprintf(ret + len, STATUS_SIZE - len,
					"%s %s\n", fields[i], value);
	}
}

static struct fh_policy *strict(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_error err;

	check(policy);
	check_int(fh_policy_preset(policy, "strict", NULL, 0, &err), 0);
	return policy;
}

/* Refused with this errno, by a stage that has changed nothing. */
static void check_untouched(const struct fh_policy *policy, int code)
{
	char before[STATUS_SIZE], after[STATUS_SIZE];
	struct fh_error err = { 0 };

	snapshot(before);
	check_int(fh_confine(policy, NULL, NULL, &err), code);
	check_int(err.code, code);
	check(err.stage == FH_STAGE_PLAN || err.stage == FH_STAGE_PREPARE);
	check(*err.what && *err.remedy);
	snapshot(after);
	check_str(after, before);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), (long)strlen(text));
	close(fd);
}

/* Root of a namespace that knows one id, as in a container of an ordinary
 * user: there is no nobody to become. */
static void test_map(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct fh_policy *policy = strict();
	struct fh_error err;
	char line[64];

	if (unshare(CLONE_NEWUSER) < 0)
		skip("no user namespace here");
	put("/proc/self/setgroups", "deny");
	snprintf(line, sizeof(line), "0 %u 1", uid);
	put("/proc/self/uid_map", line);
	snprintf(line, sizeof(line), "0 %u 1", gid);
	put("/proc/self/gid_map", line);
	check_int(getuid(), 0);
	check_untouched(policy, -EINVAL);
	/* Control: with the id that there is it confines itself. */
	check_int(fh_policy_ids(policy, 0, 0, &err), 0);
	check_int(fh_confine(policy, NULL, NULL, &err), 0);
}

/* A filter that refuses seccomp, and nothing else that confining needs. */
static void test_filter(void)
{
	struct fh_seccomp *filter = NULL;
	struct fh_error err;

	check_int(fh_seccomp_new("default", &filter, &err), 0);
	check_int(fh_seccomp_deny(filter, "seccomp", &err), 0);
	check_int(fh_seccomp_load(filter, &err), 0);
	fh_seccomp_free(filter);
	check_untouched(strict(), -EPERM);
}

static void test_filter_control(void)
{
	struct fh_seccomp *filter = NULL;
	struct fh_error err;

	check_int(fh_seccomp_new("default", &filter, &err), 0);
	check_int(fh_seccomp_load(filter, &err), 0);
	fh_seccomp_free(filter);
	check_int(fh_confine(strict(), NULL, NULL, &err), 0);
}

/* One's own ids may be named by anybody. */
static void test_own_ids(void)
{
	struct fh_policy *policy = strict();
	struct fh_error err;

	check_int(fh_policy_ids(policy, getuid(), getgid(), &err), 0);
	check_int(fh_confine(policy, NULL, NULL, &err), 0);
}

static void test_other_ids(void)
{
	struct fh_policy *policy = strict();
	struct fh_error err;

	check_int(fh_policy_ids(policy, getuid() + 1, getgid(), &err), 0);
	check_untouched(policy, -EPERM);
}

static void set_capabilities(uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)permitted, (uint32_t)permitted,
		  (uint32_t)inheritable },
	};

	check_int(syscall(SYS_capset, &header, data), 0);
}

static void become_user(void)
{
	check_int(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), 0);
	check_int(setgroups(0, NULL), 0);
	check_int(setresgid(4242, 4242, 4242), 0);
	check_int(setresuid(4242, 4242, 4242), 0);
}

/* As a service manager lends it: no CAP_SETPCAP comes along. */
static void test_lent(void)
{
	struct fh_policy *policy = fh_policy_new();
	char text[64];
	struct fh_error err;

	check_int(fh_policy_preset(policy, "network-server", NULL, 0, &err),
		  0);
	check_int(fh_policy_keep_capabilities(
			  policy, BIT(CAP_NET_BIND_SERVICE), &err), 0);
	become_user();
	set_capabilities(BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_CHOWN), 0);
	status_get("CapBnd", text, sizeof(text));
	/* The status can be read no more: of what it says this is the rest. */
	check_int(fh_confine(policy, NULL, NULL, &err), 0);
	check_int(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET,
			CAP_NET_BIND_SERVICE, 0, 0), 0);
	struct fh_capabilities sets;

	check_int(fh_capabilities_read(&sets, &err), 0);
	check_int(sets.effective, BIT(CAP_NET_BIND_SERVICE));
	check_int(sets.permitted, BIT(CAP_NET_BIND_SERVICE));
	check_int(sets.inheritable, 0);
	check_int(sets.bounding, strtoull(text, NULL, 16));
}

/* Who has locked its securebits already still drops root. */
static void test_locked(void)
{
	struct fh_error err;
	uid_t real, effective, saved;

	check_int(fh_capabilities_drop(BIT(CAP_SETUID) | BIT(CAP_SETGID), 0,
				       &err), 0);
	check_int(getuid(), 0);
	check_int(fh_confine(strict(), NULL, NULL, &err), 0);
	check_int(getresuid(&real, &effective, &saved), 0);
	check_int(real, FH_NOBODY);
	check_int(effective, FH_NOBODY);
	check_int(saved, FH_NOBODY);
	check_int(SC(SYS_setresuid, 0, 0, 0), EPERM);
}

static int nothing(void)
{
	return 0;
}

/* Inheritable capabilities are each thread's own, permitted or not. */
static void test_inheritable(void)
{
	struct second second;

	become_user();
	set_capabilities(BIT(CAP_CHOWN), BIT(CAP_CHOWN));
	set_capabilities(0, BIT(CAP_CHOWN));
	second_start(&second);
	check_int(second_do(&second, nothing), 0);
	check_untouched(strict(), -EBUSY);
}

static const struct tap_test anyone[] = {
	{ .name = "nobody has to exist", .run = test_map },
	{ .name = "a filter that refuses filters is found", .run = test_filter },
	{ .name = "control: another one is no hindrance",
	  .run = test_filter_control },
};

static const struct tap_test root[] = {
	{ .name = "a lent capability can be kept", .run = test_lent },
	{ .name = "locked securebits are no hindrance", .run = test_locked },
	{ .name = "an inheritable set among threads is refused",
	  .run = test_inheritable },
};

static const struct tap_test user[] = {
	{ .name = "one's own ids can be named", .run = test_own_ids },
	{ .name = "those of others cannot", .run = test_other_ids },
};

TESTS_RUN(anyone, root, user)
