/* fh_confine() that fails: nothing was changed, or it says how far it came. */
#include <sched.h>
#include <sys/resource.h>

#include "fenced.h"
#include "pretend.h"

/* --- before anything was changed ----------------------------------------------- */

struct before {
	int fd, n_fds;
	struct state state;
	struct rlimit limits[RLIMIT_NLIMITS];
	int securebits;
};

static void look(struct before *ret)
{
	for (int i = 0; i < RLIMIT_NLIMITS; i++)
		check_int(getrlimit((__rlimit_resource_t)i, &ret->limits[i]),
			  0);
	ret->fd = state_open();
	ret->n_fds = count_fds();
	ret->state = state_read(ret->fd);
	ret->securebits = prctl(PR_GET_SECUREBITS);
}

static void check_unchanged(const struct before *before)
{
	static const char *const fields[] = {
		"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd",
		"CapAmb", "NoNewPrivs", "Seccomp", "Threads", "SigBlk",
		"SigIgn", "SigCgt", "Umask",
	};
	struct state now = state_read(before->fd);

	for (size_t i = 0; i < N(fields); i++)
		check_str(state_get(&now, fields[i]),
			  state_get(&before->state, fields[i]));
	for (int i = 0; i < RLIMIT_NLIMITS; i++) {
		struct rlimit limit;

		check_int(getrlimit((__rlimit_resource_t)i, &limit), 0);
		check(memcmp(&limit, &before->limits[i], sizeof(limit)) == 0);
	}
	check_int(count_fds(), before->n_fds);
	check_int(prctl(PR_GET_SECUREBITS), before->securebits);
	check_int(opened("/etc/passwd", O_RDONLY), 0);
	check_int(prctl(PR_GET_KEEPCAPS), 0);
}

static void check_refusal(struct fh_policy *policy, int code,
			  enum fh_stage stage, const char *what)
{
	struct fh_plan *plan = (struct fh_plan *)policy;
	struct before before;

	look(&before);
	memset(&err, 0, sizeof(err));
	check_int(fh_confine(policy, NULL, &plan, &err), code);
	check_int(err.code, code);
	check_int(err.stage, stage);
	if (!strstr(err.what, what))
		tap_fail(__FILE__, __LINE__, "\"%s\" does not say %s",
			 err.what, what);
	check(plan == (struct fh_plan *)policy);
	check_unchanged(&before);
	/* Without an error to fill in it is the same. */
	check_int(fh_confine(policy, NULL, NULL, NULL), code);
	check_unchanged(&before);
	/* Control: it could have been. */
	check_fence(fh_policy_new());
}

static void test_missing_path(void)
{
	check_refusal(POLICY("read", "/etc", "read", "/no/such", "cpu-time",
			     "9s"), -ENOENT, FH_STAGE_PREPARE, "/no/such");
}

static void test_loop(void)
{
	struct place place = place_new();
	char path[160];

	snprintf(path, sizeof(path), "%s/loop", place.dir);
	check_int(symlink(path, path), 0);
	check_refusal(POLICY("write", path), -ELOOP, FH_STAGE_PREPARE, path);
}

static void test_out_of_descriptors(void)
{
	struct fh_policy *policy = POLICY("read", "/etc", "read", "/usr");
	struct before before;
	struct rlimit limit;

	check_int(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 12;
	check_int(setrlimit(RLIMIT_NOFILE, &limit), 0);
	look(&before);
	while (dup(1) >= 0)
		before.n_fds++;
	check_int(fh_confine(policy, NULL, NULL, &err), -EMFILE);
	check_int(err.stage, FH_STAGE_PREPARE);
	close(11);
	check_int(fh_confine(policy, NULL, NULL, &err), -EMFILE);
	check_int(err.stage, FH_STAGE_PREPARE);
	close(10);
	close(9);
	close(8);
	before.n_fds -= 4;
	check_unchanged(&before);
	check_fence(policy);
}

static void test_box_setting(void)
{
	check_refusal(POLICY("hide", "/etc"), -EOPNOTSUPP, FH_STAGE_PLAN,
		      "hide");
}

static void test_contradiction(void)
{
	check_refusal(POLICY("connect", "80"), -EINVAL, FH_STAGE_PLAN,
		      "connect");
}

static void test_lost_guarantee(void)
{
	check_refusal(POLICY("require", "files-see"), -EPERM, FH_STAGE_PLAN,
		      "files-see");
}

static void test_unknown_call(void)
{
	check_refusal(POLICY("deny-syscall", "mount", "allow-syscall",
			     "mount"), -EINVAL, FH_STAGE_PLAN, "mount");
}

static void test_ids_of_others(void)
{
	if (is_root())
		check_int(SC(SYS_setresuid, TESTER, TESTER, TESTER), 0);
	check_refusal(POLICY("uid", "1", "gid", "1"), -EPERM, FH_STAGE_PLAN,
		      "uid");
}

static void test_bad_options(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_confine_options options = { .size = sizeof(options) - 1 };
	struct before before;

	look(&before);
	check_int(fh_confine(NULL, NULL, NULL, &err), -EINVAL);
	check(strstr(err.what, "fh_confine: policy is NULL"));
	check_int(fh_confine(policy, &options, NULL, &err), -EINVAL);
	check(strstr(err.what, "size"));
	options = (struct fh_confine_options){ sizeof(options), 1, NULL };
	check_int(fh_confine(policy, &options, NULL, &err), -EINVAL);
	check(strstr(err.what, "flags"));
	check_int(fh_confine_network_service("", NULL, &err), -EINVAL);
	check_int(fh_confine_file_processor("/no/such", NULL, &err), -ENOENT);
	check_int(fh_confine_file_processor(NULL, "-/no/such", &err), -ENOENT);
	check_unchanged(&before);
}

/* Root in a container may lack what leaving root takes. */
static void test_root_without(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	struct before before;

	check_int(SC(SYS_capset, &header, data), 0);
	look(&before);
	check_int(fh_confine(fh_policy_new(), NULL, NULL, &err), -EPERM);
	check_int(err.stage, FH_STAGE_PREPARE);
	check(strstr(err.what, "CAP_SETUID"));
	check_unchanged(&before);
}

/* A rule is refused before the first step. */
static void test_rule_refused(void)
{
	struct before before;

	pretend(SYS_landlock_add_rule, EUCLEAN);
	look(&before);
	check_int(fh_confine(POLICY("read", "/etc"), NULL, NULL, &err),
		  -EUCLEAN);
	check_int(err.stage, FH_STAGE_PREPARE);
	check(strstr(err.what, "Landlock rule for /etc"));
	check_unchanged(&before);
}

/* What has no place in a tree has no rule. */
static void test_pipe_by_name(void)
{
	int ends[2];
	char path[64];

	check_int(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	check_refusal(POLICY("read", path), -EBADFD, FH_STAGE_PREPARE, path);
}

static void write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	check_int(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* Root of a namespace that has no nobody. */
static void test_unmapped(void)
{
	char uid_map[64], gid_map[64];
	struct before before;
	struct state now;

	snprintf(uid_map, sizeof(uid_map), "0 %u 1", getuid());
	snprintf(gid_map, sizeof(gid_map), "0 %u 1", getgid());
	if (unshare(CLONE_NEWUSER) < 0)
		skip("no user namespaces");
	write_map("/proc/self/setgroups", "deny");
	write_map("/proc/self/uid_map", uid_map);
	write_map("/proc/self/gid_map", gid_map);
	look(&before);
	check_int(fh_confine(fh_policy_new(), NULL, NULL, &err), -EINVAL);
	check_int(err.stage, FH_STAGE_PREPARE);
	check(strstr(err.what, "65534"));
	check_unchanged(&before);
	check_fence(POLICY("uid", "0", "gid", "0"));
	now = state_read(before.fd);
	check_field(&now, "CapEff", "0000000000000000");
	check_field(&now, "CapBnd", "0000000000000000");
}

/* --- in the middle ------------------------------------------------------------------ */

/* What stands before it, told in the remedy; and no descriptor is lost. */
static void check_middle(int nr, const char *what, const char *so_far)
{
	struct fh_policy *policy = POLICY("read", "/etc", "open-files", "99");
	struct fh_plan *plan = NULL;
	int n_fds = count_fds();

	pretend(nr, EUCLEAN);
	check_int(fh_confine(policy, NULL, &plan, &err), -EUCLEAN);
	check_int(err.code, -EUCLEAN);
	check_int(err.stage, FH_STAGE_APPLY);
	check(!plan);
	if (!strstr(err.what, what) || !strstr(err.remedy, so_far) ||
	    !strstr(err.remedy, "end this process"))
		tap_fail(__FILE__, __LINE__, "\"%s; %s\" lacks \"%s\" or \"%s\"",
			 err.what, err.remedy, what, so_far);
	check_int(count_fds(), n_fds);
}

static void test_capset_refused(void)
{
	/* Root needs it to change ids as well. */
	check_middle(SYS_capset, is_root() ? "capabilities" : "capability sets",
		     is_root() ? "half done" : "identity");
}

static void test_restrict_refused(void)
{
	check_middle(SYS_landlock_restrict_self, "Landlock domain",
		     "identity, capabilities, no-new-privs");
}


static void test_limit_refused(void)
{
	/* glibc's getrlimit is this call as well: only what sets is noted. */
	check_middle(SYS_prlimit64, "limit", "landlock");
}

/* Not the question whether there are filters, which comes before all: only
 * what brings a program. */
static void refuse_program(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EUCLEAN),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	pretend_by(code, N(code));
}

static void test_filter_refused(void)
{
	struct fh_policy *policy = POLICY("read", "/etc");

	refuse_program();
	check_int(fh_confine(policy, NULL, NULL, &err), -EUCLEAN);
	check_int(err.stage, FH_STAGE_APPLY);
	check(strstr(err.what, "filter"));
	check(strstr(err.remedy, "landlock"));
	/* It is not claimed to be whole, and in part it is so. */
	check_int(opened("/usr", O_RDONLY), EACCES);
}

static void test_ids_refused(void)
{
	check_middle(SYS_setresuid, "user id", "half done");
}

static void test_groups_refused(void)
{
	check_middle(SYS_setgroups, "supplementary groups", "half done");
}

/* A filter that lies: the call answers 0 and does nothing. */
static void lie(void *arg)
{
	pretend(*(int *)arg, 0);
	if (fh_confine(POLICY("syscalls", "default"), NULL, NULL, &err) !=
	    -EPERM)
		tap_fail(__FILE__, __LINE__, "call %d: %s", *(int *)arg,
			 err.what);
	check_int(err.stage, FH_STAGE_APPLY);
}

static void test_lying_kernel(void)
{
	int calls[] = { SYS_capset, SYS_landlock_restrict_self, SYS_seccomp,
			SYS_setresuid, SYS_setresgid };
	size_t first = is_root() ? 0 : 1, n = is_root() ? 5 : 3;

	for (size_t i = first; i < n; i++)
		check_int(child_status(lie, &calls[i]), 0);
}

/* A saved id of somebody else's, which only asking for all three shows. */
static void keep_saved(void *arg)
{
	const bool is_uid = *(int *)arg == SYS_setresuid;

	check_int(SC(SYS_setgroups, 0, NULL), 0);
	check_int(SC(SYS_setresgid, TESTER, TESTER, is_uid ? TESTER : 1), 0);
	check_int(SC(SYS_setresuid, TESTER, TESTER, is_uid ? 1 : TESTER), 0);
	pretend(*(int *)arg, 0);
	check_int(fh_confine(fh_policy_new(), NULL, NULL, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	if (!strstr(err.what, is_uid ? "user ids" : "group ids"))
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

static void test_saved_ids(void)
{
	int calls[] = { SYS_setresuid, SYS_setresgid };

	for (size_t i = 0; i < N(calls); i++)
		check_int(child_status(keep_saved, &calls[i]), 0);
}

static const struct tap_test anyone[] = {
	TEST(missing_path, "a path that is missing"),
	TEST(loop, "a path that is a loop"),
	TEST(out_of_descriptors, "no descriptor left"),
	TEST(box_setting, "a setting for boxes"),
	TEST(contradiction, "a contradiction"),
	TEST(lost_guarantee, "a required guarantee that is lost"),
	TEST(unknown_call, "a call that cannot be allowed"),
	TEST(ids_of_others, "ids of others"),
	TEST(bad_options, "bad arguments"),
	TEST(restrict_refused, "Landlock's domain is refused"),
	TEST(rule_refused, "Landlock's rule is refused"),
	TEST(pipe_by_name, "a pipe by its name"),
	TEST(unmapped, "an id that the user namespace lacks"),
	TEST(limit_refused, "a resource limit is refused"),
	TEST(filter_refused, "the filter is refused"),
	TEST(capset_refused, "the capability sets are refused"),
	TEST(lying_kernel, "a call that does nothing is found out"),
};

static const struct tap_test root[] = {
	TEST(root_without, "root that cannot leave root"),
	TEST(ids_refused, "the user id is refused"),
	TEST(groups_refused, "clearing the groups is refused"),
	TEST(saved_ids, "a saved id that stays is found out"),
};

static const struct tap_test user[] = {};

TESTS_RUN(anyone, root, user)
