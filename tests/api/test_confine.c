/* What fh_confine() leaves of a process: compared with the kernel's account. */
#include <sys/mount.h>

#include "fenced.h"

/* is_root() of a process that has become nobody says no: asked once. */
static bool was_root;
static uid_t own_uid; /* before anything was confined */
static gid_t own_gid;

static void by_preset(const char *name, uint64_t keep, bool stays_root)
{
	int fd = state_open();
	struct state before = state_read(fd), now;
	struct fh_policy *policy = fh_policy_new();

	check_int(fh_policy_preset(policy, name, NULL, 0, &err), 0);
	check_fence(policy);
	now = state_read(fd);
	if (stays_root)
		check_promise(&now, 0, 0, "", keep, NULL);
	else if (was_root)
		check_promise(&now, 65534, 65534, "", keep, NULL);
	else
		check_promise(&now, own_uid, own_gid,
			      state_get(&before, "Groups"), 0,
			      state_get(&before, "CapBnd"));
	/* Control: the account was another before. */
	check_field(&before, "NoNewPrivs", "0");
	check(!was_root || strcmp(state_get(&before, "CapBnd"),
				  state_get(&now, "CapBnd")) != 0);
}

static void test_strict(void)
{
	by_preset("strict", 0, false);
}

static void test_file_processor(void)
{
	by_preset("file-processor", 0, false);
}

static void test_network_server(void)
{
	by_preset("network-server", 0, false);
}

static void test_web_server(void)
{
	by_preset("web-server", 0, false);
}

static void test_container_runtime(void)
{
	by_preset("container-runtime",
		  BIT(CAP_SYS_ADMIN) | BIT(CAP_SETUID) | BIT(CAP_SETGID) |
			  BIT(CAP_NET_ADMIN), true);
}

/* It can do what it is for; and what it is not for, it cannot. */
static void test_runtime_works(void)
{
	struct fh_policy *policy = fh_policy_new();

	check_int(fh_policy_preset(policy, "container-runtime", NULL, 0, &err),
		  0);
	check_fence(policy);
	check_int(SC(SYS_unshare, 0x00020000 | 0x04000000), 0);
	check_int(outcome(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)),
		  0);
	check_int(outcome(mount("x", "/mnt", "tmpfs", 0, NULL)), 0);
	check_int(outcome(sethostname("x", 1)), 0);
	check_int(SC(SYS_setresuid, TESTER, TESTER, 0), 0);
	check_int(SC(SYS_setresuid, 0, 0, 0), 0);
	check_int(SC(SYS_keyctl, 0, -3, 0), EPERM);
	check_int(SC(SYS_bpf, 0, NULL, 0), EPERM);
	check_int(SC(SYS_reboot, 0, 0, 0, NULL), EPERM);
	check_int(SC(SYS_init_module, NULL, 0, ""), EPERM);
	check_int(SC(SYS_chroot, "/"), EPERM);
	check_int(outcome(mknod("/mnt/sda", S_IFBLK | 0600, 0x800)), EPERM);
}

static void test_container_runtime_user(void)
{
	int fd = state_open();
	struct state before = state_read(fd), now;
	struct fh_policy *policy = fh_policy_new();

	check_int(fh_policy_preset(policy, "container-runtime", NULL, 0, &err),
		  0);
	check_int(fh_confine(policy, NULL, NULL, &err), -EPERM);
	check_int(err.stage, FH_STAGE_PLAN);
	now = state_read(fd);
	check_str(state_get(&now, "Seccomp"), state_get(&before, "Seccomp"));
}

static void check_left(int fd, const struct state *before)
{
	struct state now = state_read(fd);

	if (was_root)
		check_promise(&now, 65534, 65534, "", 0, NULL);
	else
		check_promise(&now, own_uid, own_gid,
			      state_get(before, "Groups"), 0,
			      state_get(before, "CapBnd"));
}

static void test_service_call(void)
{
	struct place place = place_new();
	int fd = state_open();
	struct state before = state_read(fd);

	check_int(fh_confine_network_service(place.in, place.out, &err), 0);
	check_left(fd, &before);
	check_int(opened(place.secret, O_RDONLY), EACCES);
	check_int(opened(place.in_file, O_RDWR), 0);
	check_int(opened(place.out_file, O_WRONLY | O_CREAT), 0);
}

static void test_file_call(void)
{
	struct place place = place_new();
	int fd = state_open();
	struct state before = state_read(fd);

	check_int(opened(place.in_file, O_WRONLY), 0);
	check_int(fh_confine_file_processor(place.in, place.out, &err), 0);
	check_left(fd, &before);
	check_int(opened(place.secret, O_RDONLY), EACCES);
	check_int(opened(place.in_file, O_RDONLY), 0);
	check_int(opened(place.in_file, O_WRONLY), EACCES);
	check_int(opened(place.out_file, O_WRONLY | O_CREAT), 0);
	check_int(SC(SYS_socket, 1, 1, 0), EAFNOSUPPORT);
}

static void test_calls_without_directories(void)
{
	int fd = state_open();
	struct state before = state_read(fd);

	check_int(fh_confine_file_processor(NULL, NULL, NULL), 0);
	check_left(fd, &before);
	check_int(opened("/", O_RDONLY), EACCES);
}

/* An empty policy: strict, and no file at all. */
static void test_empty_policy(void)
{
	int fd = state_open();
	struct state before = state_read(fd);
	struct fh_policy *policy = fh_policy_new();

	check_int(opened("/etc/passwd", O_RDONLY), 0);
	check_fence(policy);
	check_left(fd, &before);
	check_int(opened("/etc/passwd", O_RDONLY), EACCES);
	check_int(SC(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM);
	check_int(SC(SYS_prctl, PR_SET_DUMPABLE, 0), EPERM);
}

/* --- nothing comes back ------------------------------------------------------ */

static void test_ids_stay(void)
{
	gid_t group = 0;

	check_fence(POLICY("syscalls", "default"));
	check_int(SC(SYS_setuid, 0), EPERM);
	check_int(SC(SYS_setgid, 0), EPERM);
	check_int(SC(SYS_setreuid, -1, 0), EPERM);
	check_int(SC(SYS_setregid, -1, 0), EPERM);
	check_int(SC(SYS_setresuid, -1, -1, 0), EPERM);
	check_int(SC(SYS_setresgid, -1, -1, 0), EPERM);
	check_int(SC(SYS_setgroups, 1, &group), EPERM);
	check_int(SC(SYS_setgroups, 0, NULL), EPERM);
	check_int(SC(SYS_setfsuid, 0), 0);
	/* setfsuid answers with the id that it found: it is the old one. */
	check_int(syscall(SYS_setfsuid, -1), was_root ? 65534 : own_uid);
}

static void test_ids_control(void)
{
	gid_t group = 0;

	check_int(SC(SYS_setgroups, 1, &group), 0);
	check_int(SC(SYS_setresgid, -1, -1, 0), 0);
	check_int(SC(SYS_setresuid, -1, -1, 0), 0);
}

static void test_capabilities_stay(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	check_fence(POLICY("syscalls", "default"));
	check_int(SC(SYS_capget, &header, data), 0);
	check_int(data[0].permitted | data[1].permitted, 0);
	data[0].permitted = data[0].effective = 1u << CAP_NET_BIND_SERVICE;
	check_int(SC(SYS_capset, &header, data), EPERM);
	check_int(outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE,
				CAP_NET_BIND_SERVICE, 0, 0)), EPERM);
	check_int(outcome(prctl(PR_SET_SECUREBITS, 0)), EPERM);
}

static void test_securebits(void)
{
	int before = prctl(PR_GET_SECUREBITS);

	check_fence(POLICY("syscalls", "default"));
	check_int(prctl(PR_GET_SECUREBITS), was_root ? 0xef : before);
}

static void test_keep_one(void)
{
	int fd = state_open();
	struct state now;

	check_fence(POLICY("keep-cap", "CAP_NET_BIND_SERVICE"));
	now = state_read(fd);
	check_promise(&now, 65534, 65534, "", BIT(CAP_NET_BIND_SERVICE), NULL);
}

static void test_ids_given(void)
{
	int fd = state_open();
	struct state now;

	check_fence(POLICY("uid", "33", "gid", "34"));
	now = state_read(fd);
	check_promise(&now, 33, 34, "", 0, NULL);
}

static void test_stay_root(void)
{
	int fd = state_open();
	struct state now;
	struct fh_plan *plan = NULL;
	struct fh_policy *policy = POLICY("uid", "0", "gid", "0");
	struct fh_holding holding;

	check_int(fh_confine(policy, NULL, &plan, &err), 0);
	now = state_read(fd);
	check_promise(&now, 0, 0, "", 0, NULL);
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_PRIVILEGES, &holding,
				    &err), 0);
	check_int(holding.state, FH_STATE_PARTLY);
	check(strstr(holding.reason, "stays 0"));
	fh_plan_free(plan);
}

/* --- callers with several ids -------------------------------------------------- */

static void become(uid_t r, uid_t e, uid_t s, gid_t rg, gid_t eg, gid_t sg)
{
	const gid_t groups[] = { 0, 7, 8 };

	check_int(SC(SYS_setgroups, N(groups), groups), 0);
	check_int(SC(SYS_setresgid, rg, eg, sg), 0);
	check_int(SC(SYS_setresuid, r, e, s), 0);
}

/* The user's own program, owned by root and setuid: back to the user. */
static void test_setuid_program(void)
{
	int fd = state_open();
	struct state now;

	become(TESTER, 0, 0, TESTER, 0, 0);
	check_fence(fh_policy_new());
	now = state_read(fd);
	check_promise(&now, TESTER, TESTER, "", 0, NULL);
}

static void test_setgid_program(void)
{
	int fd = state_open();
	struct state now;

	become(0, 0, 0, 0, TESTER, TESTER);
	check_fence(fh_policy_new());
	now = state_read(fd);
	check_promise(&now, 65534, 65534, "", 0, NULL);
}

/* It has put its privilege aside, to take it up again. */
static void test_privilege_put_aside(void)
{
	int fd = state_open();
	struct state now;

	become(TESTER, TESTER, 0, TESTER, TESTER, 0);
	check_fence(fh_policy_new());
	now = state_read(fd);
	check_promise(&now, TESTER, TESTER, "", 0, NULL);
}

static void test_root_put_aside(void)
{
	int fd = state_open();
	struct state now;

	become(0, TESTER, 0, 0, TESTER, 0);
	check_fence(fh_policy_new());
	now = state_read(fd);
	check_promise(&now, 65534, 65534, "", 0, NULL);
}

/* A user who has no privilege cannot be rid of groups: it says so. */
static void test_groups_of_a_user(void)
{
	int fd = state_open();
	struct state before, now;
	struct fh_plan *plan = NULL;

	become(TESTER, TESTER, TESTER, TESTER, TESTER, TESTER);
	before = state_read(fd);
	check_int(fh_confine(fh_policy_new(), NULL, &plan, &err), 0);
	now = state_read(fd);
	check_promise(&now, TESTER, TESTER, "0 7 8", 0,
		      state_get(&before, "CapBnd"));
}

/* Inheritable alone, as service managers leave it. */
static void test_inheritable(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	int fd = state_open();
	struct state before, now;

	check_int(SC(SYS_capget, &header, data), 0);
	data[0].inheritable = 1;
	check_int(SC(SYS_capset, &header, data), 0);
	check_int(SC(SYS_setresuid, TESTER, TESTER, TESTER), 0);
	before = state_read(fd);
	check_field(&before, "CapInh", "0000000000000001");
	check_fence(fh_policy_new());
	now = state_read(fd);
	check_field(&now, "CapInh", "0000000000000000");
}

static const struct tap_test anyone[] = {
	TEST(strict, "preset strict: the state is exact"),
	TEST(file_processor, "preset file-processor: the state is exact"),
	TEST(network_server, "preset network-server: the state is exact"),
	TEST(web_server, "preset web-server: the state is exact"),
	TEST(service_call, "fh_confine_network_service"),
	TEST(file_call, "fh_confine_file_processor"),
	TEST(calls_without_directories, "the ready-made calls take NULL"),
	TEST(empty_policy, "an empty policy allows nothing"),
	TEST(ids_stay, "ids and groups cannot be changed back"),
	TEST(capabilities_stay, "capabilities cannot be had back"),
	TEST(securebits, "securebits are locked where that can be done"),
};

static const struct tap_test root[] = {
	TEST(container_runtime, "preset container-runtime: the state is exact"),
	TEST(runtime_works, "container-runtime unshares and mounts"),
	TEST(ids_control, "control: root changes ids and groups"),
	TEST(keep_one, "one capability is kept, in all sets that count"),
	TEST(ids_given, "the ids of the policy"),
	TEST(stay_root, "root that stays root is told so"),
	TEST(setuid_program, "a setuid program ends with one id"),
	TEST(setgid_program, "a setgid program ends with one id"),
	TEST(privilege_put_aside, "privilege put aside is given up"),
	TEST(root_put_aside, "root that acts as another ends with one id"),
	TEST(groups_of_a_user, "a user's groups stay"),
	TEST(inheritable, "what is inheritable is given up"),
};

static const struct tap_test user[] = {
	TEST(container_runtime_user, "container-runtime is for root"),
};

int main(void)
{
	static struct tests tests;

	was_root = is_root();
	own_uid = getuid();
	own_gid = getgid();
	tests_add(&tests, anyone, N(anyone));
	if (was_root)
		tests_add(&tests, root, N(root));
	else
		tests_add(&tests, user, N(user));
	return tap_run(tests.list, tests.n);
}
