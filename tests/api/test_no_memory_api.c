/*
 * Every public call with its first allocation failing, its second, its third,
 * until it succeeds: once the n-th alone fails, once all from the n-th on, once
 * with nobody to be told. A call that fails is -ENOMEM, says so in err, leaks
 * nothing and leaves all as it was. None goes without what it could not get.
 */
#include "broker_names.h"
#include "life_names.h"
#include "profile_names.h"
#include "sweep_calls.h"

/* --- policies ----------------------------------------------------------------- */

static const char *const two_directories[] = { "/etc", "/tmp" };

static void test_policy(void)
{
	need_failing_memory();
	SWEEP(MAKES_POLICY | NO_ERR, made(fh_policy_new()));
	SWEEP(MAKES_POLICY | NO_ERR, made(fh_policy_copy(s.policy)));
	SWEEP(CHANGES, fh_policy_set(s.policy, "bind", "/a:/b:rwx", err));
	SWEEP(CHANGES, fh_policy_set(s.policy, "report", "json=/r", err));
	SWEEP(CHANGES, fh_policy_set_from(s.policy, "tmpfs", "/t:1M", "me:1",
					  err));
	SWEEP(MAKES_TEXT, fh_policy_get(s.policy, "bind", TEXT, err));
	SWEEP(MAKES_TEXT, fh_policy_get(s.policy, "cwd", TEXT, err));
	SWEEP(MAKES_TEXT, fh_policy_print(s.policy, FH_TEXT, TEXT, err));
	SWEEP(MAKES_TEXT, fh_policy_print(s.policy, FH_JSON, TEXT, err));
	SWEEP(CHANGES, fh_policy_preset(s.policy, "file-processor",
					two_directories, 2, err));
	SWEEP(NEVER, (fh_policy_free(s.policy), s.policy = NULL, 0));
	SWEEP(NEVER, fh_setting_at(0, &s.out.setting));
	SWEEP(NEVER, fh_preset_at(0) ? 0 : -1);
}

static void test_typed(void)
{
	need_failing_memory();
	SWEEP(CHANGES, fh_policy_allow(s.policy, FH_READ, "/r", err));
	SWEEP(CHANGES, fh_policy_allow(s.policy, FH_WRITE | FH_EXEC, "-w",
				       err));
	SWEEP(CHANGES, fh_policy_connect(s.policy, 80, err));
	SWEEP(CHANGES, fh_policy_listen(s.policy, 80, err));
	SWEEP(CHANGES, fh_policy_ids(s.policy, 8, 9, err));
	SWEEP(CHANGES, fh_policy_keep_capabilities(s.policy, 0x1401, err));
	SWEEP(CHANGES, fh_policy_allow_syscall(s.policy, "ptrace", err));
	SWEEP(CHANGES, fh_policy_deny_syscall(s.policy, "@debug", err));
	SWEEP(CHANGES, fh_policy_env(s.policy, "A", "b", err));
	SWEEP(CHANGES, fh_policy_env(s.policy, "A", NULL, err));
	SWEEP(CHANGES, fh_policy_keep_fd(s.policy, 7, err));
	/* Numbers and choices have their place. */
	SWEEP(NEVER, fh_policy_net(s.policy, FH_NET_HOST, err));
	SWEEP(NEVER, fh_policy_syscalls(s.policy, "strict", err));
	SWEEP(NEVER, fh_policy_on_deny(s.policy, FH_DENY_KILL, err));
	SWEEP(NEVER, fh_policy_limit(s.policy, FH_LIMIT_PIDS, 7, err));
	SWEEP(NEVER, fh_policy_require(s.policy, FH_GUARANTEE_TIME, err));
	SWEEP(NEVER, fh_policy_without(s.policy, FH_GUARANTEE_TIME, err));
}

/* --- plans -------------------------------------------------------------------- */

static void test_kernel(void)
{
	need_failing_memory();
	scene_kernel_need();
	SWEEP(MAKES_KERNEL, fh_kernel_probe(MADE(kernel), err));
	SWEEP(MAKES_TEXT, fh_kernel_print(scene_kernel, FH_TEXT, TEXT, err));
	SWEEP(MAKES_TEXT, fh_kernel_print(scene_kernel, FH_JSON, TEXT, err));
	SWEEP(NEVER, (fh_kernel_landlock_abi(scene_kernel), 0));
	SWEEP(NEVER, (fh_kernel_has_namespaces(scene_kernel), 0));
	SWEEP(NEVER, (fh_kernel_free(NULL), 0));
}

/* A refusal with all its reasons needs memory, too. */
static int refused(int r)
{
	return r == -EPERM ? 0 : r;
}

static void test_plan_refused(void)
{
	struct fh_policy *policy = fh_policy_new();

	need_failing_memory();
	scene_kernel_need();
	scene_do(fh_policy_require(policy, FH_GUARANTEE_TIME, &scene_err));
	SWEEP(0, refused(fh_plan_new(policy, scene_kernel, NULL, MADE(plan),
				     err)));
	SWEEP(0, refused(fh_plan_confine(policy, scene_kernel, MADE(plan),
					 err)));
	SWEEP(0, refused(fh_spawn(policy, scene_argv, NULL, MADE(box), err)));
	SWEEP(0, refused(fh_confine(policy, NULL, MADE(plan), err)));
	fh_policy_free(policy);
}

static void test_plan(void)
{
	need_failing_memory();
	scene_kernel_need();
	SWEEP(MAKES_PLAN, fh_plan_new(s.policy, scene_kernel, NULL, MADE(plan),
				      err));
	SWEEP(MAKES_PLAN, fh_plan_confine(s.self_policy, scene_kernel,
					  MADE(plan), err));
	SWEEP(NEED_PLANS | MAKES_TEXT,
	      fh_plan_print(s.plan, FH_TEXT, TEXT, err));
	SWEEP(NEED_PLANS | MAKES_TEXT,
	      fh_plan_print(s.plan, FH_JSON, TEXT, err));
	SWEEP(NEED_PLANS | MAKES_TEXT,
	      fh_plan_print(s.self, FH_JSON, TEXT, err));
	SWEEP(NEED_PLANS, fh_plan_guarantee(s.plan, FH_GUARANTEE_FILES_READ,
					    &s.out.holding, err));
	SWEEP(NEED_PLANS, fh_plan_check(s.plan, NULL, err));
	SWEEP(NEED_PLANS, fh_plan_check(s.plan, scene_argv, err));
	SWEEP(NEED_PLANS | NEVER, (fh_plan_free(s.plan), s.plan = NULL, 0));
}

static int ask_fh_plan_why(const char *verb, const char *what)
{
	return fh_plan_why(s.plan, verb, what, (bool *)&s.out.is_allowed, TEXT,
			   (char **)(void *)&s.out.text, err);
}

static void test_why(void)
{
	const unsigned int needs = NEED_PLANS | MAKES_TEXTS;
	char far[2048], *argv[] = { far, NULL };

	need_failing_memory();
	SWEEP(needs, ask_fh_plan_why("read", "/etc"));
	SWEEP(needs, ask_fh_plan_why("write", "/root"));
	SWEEP(needs, ask_fh_plan_why("exec", "/bin/sh"));
	SWEEP(needs, ask_fh_plan_why("connect", "80"));
	SWEEP(needs, ask_fh_plan_why("listen", "80"));
	SWEEP(needs, ask_fh_plan_why("syscall", "mount"));
	/* A link with much behind it: realpath() needs memory of its own. */
	memset(far, 0, sizeof(far));
	strcpy(far, "/bin");
	for (size_t n = 4; n < 2000; n += 2)
		memcpy(far + n, "/.", 2);
	SWEEP(needs, ask_fh_plan_why("read", far));
	for (size_t n = 4; n < 2000; n += 2)
		memcpy(far + n, "/a", 2);
	SWEEP(NEED_PLANS, fh_plan_check(s.plan, argv, err));
}

/* A root of its own, which is walked by entries. */
static void test_root(void)
{
	char root[] = "/tmp/fumehood-root.XXXXXX", path[64];
	struct fh_policy *policy = fh_policy_new();
	struct fh_plan *plan = NULL;
	char *argv[] = { (char *)"/usr/sh", NULL };

	need_failing_memory();
	scene_kernel_need();
	check(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/usr", root);
	check(symlink("/bin", path) == 0);
	scene_do(fh_policy_set(policy, "root", root, &scene_err));
	scene_do(fh_plan_new(policy, scene_kernel, NULL, &plan, &scene_err));
	SWEEP(0, fh_plan_check(plan, argv, err));
	fh_plan_free(plan);
	fh_policy_free(policy);
	unlink(path);
	rmdir(root);
}

/* --- boxes -------------------------------------------------------------------- */

static const struct fh_spawn_options quick = {
	.size = sizeof(quick),
	.flags = FH_SPAWN_RAISE_NOFILE,
	.streams = { { .kind = FH_STREAM_NULL }, { .kind = FH_STREAM_PIPE },
		     { .kind = FH_STREAM_PIPE } },
};

static void test_spawn(void)
{
	struct fh_spawn_options probed = quick;

	need_failing_memory();
	scene_kernel_need();
	probed.kernel = scene_kernel;
	SWEEP(MAKES_BOX, fh_spawn(s.policy, scene_argv, &quick, MADE(box),
				  err));
	SWEEP(MAKES_BOX, fh_spawn(s.policy, scene_argv, &probed, MADE(box),
				  err));
	SWEEP(NEED_PLANS | MAKES_BOX,
	      fh_spawn_plan(s.plan, scene_argv, &quick, MADE(box), err));
}

/* Namespaces are taken for granted, refused, tried, and planned without. */
static void test_spawn_anew(void)
{
	struct fh_policy *policy = scene_self_policy();
	struct fh_seccomp *outer = NULL;

	need_failing_memory();
	scene_do(fh_seccomp_new("default", &outer, &scene_err));
	scene_do(fh_seccomp_allow(outer, "openat2", &scene_err));
	scene_do(fh_seccomp_load(outer, &scene_err));
	scene_kernel_need();
	check(!fh_kernel_has_namespaces(scene_kernel));
	SWEEP(MAKES_BOX, fh_spawn(policy, scene_argv, &quick, MADE(box), err));
	fh_seccomp_free(outer);
	fh_policy_free(policy);
}

static void test_box(void)
{
	need_failing_memory();
	scene_kernel_need();
	SWEEP(NEED_BOX | NEVER, fh_box_fd(s.box) >= 0 ? 0 : -1);
	SWEEP(NEED_BOX | NEVER, fh_box_pid(s.box) > 0 ? 0 : -1);
	SWEEP(NEED_BOX | NEVER, fh_box_plan(s.box) ? 0 : -1);
	SWEEP(NEED_BOX | NEVER, fh_box_stream(s.box, 1) == -EBADF ? 0 : -1);
	SWEEP(NEED_BOX | NEVER, fh_kill(s.box, SIGKILL, err));
	SWEEP(NEED_BOX | NEVER, fh_wait(s.box, -1, &s.out.result, err));
	SWEEP(NEED_BOX | NEVER, (fh_box_free(s.box), s.box = NULL, 0));
	SWEEP(NEED_PLANS | MAKES_TEXT, fh_result_print(&s.result, s.plan,
						       scene_argv, FH_TEXT,
						       TEXT, err));
	SWEEP(NEED_PLANS | MAKES_TEXT, fh_result_print(&s.result, s.plan,
						       scene_argv, FH_JSON,
						       TEXT, err));
}

/* --- the process itself ----------------------------------------------------- */

static void test_confine(void)
{
	need_failing_memory();
	SWEEP(FORKED, fh_confine(s.self_policy, NULL, NULL, err));
	SWEEP(FORKED | MAKES_PLAN,
	      fh_confine(s.self_policy, NULL, MADE(plan), err));
	SWEEP(FORKED, fh_confine_network_service("/etc", "/tmp", err));
	SWEEP(FORKED, fh_confine_file_processor("/etc", "/tmp", err));
}

static void test_layers(void)
{
	const uid_t uid = geteuid() ? geteuid() : FH_NOBODY;
	const gid_t gid = geteuid() ? getegid() : FH_NOBODY;

	need_failing_memory();
	SWEEP(FORKED, fh_ids_drop(uid, gid, err));
	SWEEP(NEVER, fh_capabilities_read(&s.out.capabilities, err));
	SWEEP(NEVER | FORKED, fh_capabilities_drop(0, 0, err));
	SWEEP(NEVER, (fh_capabilities_preset(FH_CAPABILITIES_NONE), 0));
	SWEEP(NEVER, fh_capability_name(0) ? 0 : -1);
	SWEEP(NEVER, fh_capability_find("CAP_CHOWN"));
}

static void test_landlock(void)
{
	need_failing_memory();
	SWEEP(MAKES_LANDLOCK, fh_landlock_new(0, MADE(landlock), err));
	/* The first rule makes room for 16. */
	SWEEP(NEVER, fh_landlock_allow_read(s.landlock, "/etc", err));
	SWEEP(NEVER, fh_landlock_allow_read_write(s.landlock, "/tmp", err));
	SWEEP(NEVER, fh_landlock_allow_execute(s.landlock, "/usr", err));
	SWEEP(NEVER, fh_landlock_allow_connect(s.landlock, 80, err));
	SWEEP(NEVER, fh_landlock_allow_bind(s.landlock, 80, err));
	SWEEP(NEVER, fh_landlock_get_status(s.landlock, &s.out.status, err));
	SWEEP(NEVER | FORKED,
	      fh_landlock_apply(s.landlock, FH_LANDLOCK_ACCEPT_NONE,
				&s.out.status, err));
	SWEEP(NEVER, (fh_landlock_abi(), 0));
	SWEEP(NEVER, (fh_landlock_free(s.landlock), s.landlock = NULL, 0));
}

static struct fh_landlock *empty;

static void test_landlock_room(void)
{
	need_failing_memory();
	scene_do(fh_landlock_new(0, &empty, &scene_err));
	SWEEP(FORKED | CHANGES, fh_landlock_allow_read(empty, "/etc", err));
	SWEEP(FORKED | CHANGES,
	      fh_landlock_allow_read_write(empty, "/tmp", err));
	SWEEP(FORKED | CHANGES,
	      fh_landlock_allow_execute(empty, "/usr", err));
	fh_landlock_free(empty);
}

static void test_seccomp(void)
{
	static const struct fh_condition odd = {
		.compare = FH_COMPARE_MASKED_EQ, .value = 1, .mask = 1,
	};

	need_failing_memory();
	SWEEP(MAKES_SECCOMP, fh_seccomp_new("strict", MADE(seccomp), err));
	SWEEP(CHANGES, fh_seccomp_open_read_only(s.seccomp, err));
	SWEEP(NEVER, fh_seccomp_allow(s.seccomp, "@file-system", err));
	SWEEP(NEVER, fh_seccomp_deny(s.seccomp, "read", err));
	SWEEP(NEVER, fh_seccomp_allow_if(s.seccomp, "dup", &odd, 1, err));
	SWEEP(NEVER, fh_seccomp_deny_if(s.seccomp, "dup", &odd, 1, err));
	SWEEP(NEVER, fh_seccomp_on_deny(s.seccomp, FH_DENY_KILL, 0, err));
	SWEEP(MAKES_TEXT, fh_seccomp_print(s.seccomp, FH_TEXT, TEXT, err));
	SWEEP(MAKES_TEXT, fh_seccomp_print(s.seccomp, FH_JSON, TEXT, err));
	SWEEP(MAKES_TEXT, fh_seccomp_export(s.seccomp, &s.out.made, &s.out.n,
					    err));
	/* It then refuses the look for descriptors. */
	SWEEP(FORKED | CHANGES, fh_seccomp_load(s.seccomp, err));
	SWEEP(NEVER, (fh_seccomp_free(s.seccomp), s.seccomp = NULL, 0));
}

/* All that a channel has is had when it is made. Nobody answers. */
static int unanswered(int r)
{
	return r == -ETIMEDOUT ? 0 : r;
}

static void test_ask(void)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_RESOLVE,
					   .name = "x" };
	const unsigned int flags = NEVER | NEED_CHANNEL;
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	char bytes[8];

	need_failing_memory();
	SWEEP(flags, unanswered(fh_broker_ready(s.channel, 0, err)));
	SWEEP(flags, unanswered(fh_broker_bind(s.channel, FH_TCP, NULL, 80, 0,
					       err)));
	SWEEP(flags, unanswered(fh_broker_connect(s.channel, FH_TCP, "::1", 80,
						  0, err)));
	SWEEP(flags, unanswered(fh_broker_open(s.channel, FH_READ, "/x", 0, 0,
					       err)));
	SWEEP(flags, unanswered(fh_broker_read_file(s.channel, "/x", bytes, 8,
						    &s.out.n, 0, err)));
	SWEEP(flags, unanswered(fh_broker_authenticate(s.channel, "s", "u",
						       "p", 0, err)));
	SWEEP(flags, unanswered(fh_broker_resolve(s.channel, "x", addresses,
						  &s.out.n, 0, err)));
	SWEEP(flags, unanswered(fh_broker_request(s.channel, "r", NULL, 0, NULL,
						  0, NULL, NULL, 0, err)));
	SWEEP(flags, fh_broker_begin(s.channel, &ask, &s.out.id, err));
	SWEEP(flags, fh_broker_finish(s.channel, 0, &s.out.answer, err) ==
			     -ENOENT ? 0 : -1);
	SWEEP(flags, fh_broker_fd(s.channel) >= 0 ? 0 : -1);
	SWEEP(NEVER, (fh_channel_free(NULL), 0));
}

/* Dividing itself succeeds by becoming another image, which ends at once: see
 * main(). */
static void test_split(void)
{
	char name[] = "test_no_memory_api";
	char *const argv[] = { name, NULL };
	struct fh_channel *channel;
	struct fh_broker_result result;

	need_failing_memory();
	SWEEP(FORKED, fh_broker_split(s.broker, argv, NULL, &channel, &result,
				      err));
}

static void test_names(void)
{
	need_failing_memory();
	SWEEP(NEVER, fh_version() ? 0 : -1);
	SWEEP(NEVER, fh_end_name(FH_END_EXITED) ? 0 : -1);
	SWEEP(NEVER, fh_state_name(FH_STATE_NOT) ? 0 : -1);
	SWEEP(NEVER, fh_guarantee_name(0) ? 0 : -1);
	SWEEP(NEVER, fh_guarantee_cannot(0) ? 0 : -1);
	SWEEP(NEVER, (fh_guarantee_is_default(0), 0));
	SWEEP(NEVER, fh_guarantee_find("files-read"));
	SWEEP(NEVER, fh_error_print(&scene_err, s.out.line,
				    sizeof(s.out.line)));
}

static bool is_exported(const char *name)
{
	return !is_about_descriptions(name) && !is_about_profiles(name) &&
	       !is_about_life(name);
}

static void test_complete(void)
{
	need_failing_memory();
	check_all_tried(is_exported);
}

static const struct tap_test tests[] = {
	{ .name = "policies", .run = test_policy, .seconds = 60 },
	{ .name = "policies by typed calls", .run = test_typed, .seconds = 60 },
	{ .name = "kernels", .run = test_kernel, .seconds = 120 },
	{ .name = "plans", .run = test_plan, .seconds = 120 },
	{ .name = "plans that are refused", .run = test_plan_refused,
	  .seconds = 120 },
	{ .name = "why", .run = test_why, .seconds = 120 },
	{ .name = "a root of its own", .run = test_root, .seconds = 60 },
	{ .name = "starting boxes", .run = test_spawn, .seconds = 120 },
	{ .name = "starting boxes where there are no namespaces",
	  .run = test_spawn_anew, .seconds = 120 },
	{ .name = "boxes that run", .run = test_box, .seconds = 60 },
	{ .name = "confining", .run = test_confine, .seconds = 60 },
	{ .name = "capabilities and ids", .run = test_layers, .seconds = 60 },
	{ .name = "Landlock", .run = test_landlock, .seconds = 60 },
	{ .name = "Landlock's first rule", .run = test_landlock_room,
	  .seconds = 60 },
	{ .name = "system-call filters", .run = test_seccomp, .seconds = 60 },
	{ .name = "asking a monitor", .run = test_ask, .seconds = 60 },
	{ .name = "splitting", .run = test_split, .seconds = 60 },
	{ .name = "names", .run = test_names, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	if (getenv("FUMEHOOD_BROKER"))
		_exit(CHILD_DONE);
	scene_share();
	return tap_run(tests, N(tests));
}
