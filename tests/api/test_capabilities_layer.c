/* Capabilities alone: what is read is the kernel's, what is dropped is gone. */
#include <fumehood/capabilities.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include "layer.h"
#include "sys/capability.h"

static struct fh_capabilities now(void)
{
	struct fh_capabilities sets;

	check_int(fh_capabilities_read(&sets, NULL), 0);
	return sets;
}

static void need(uint64_t capabilities)
{
	if (capabilities & ~now().permitted)
		skip("root lacks the capability here");
}

static void test_names(void)
{
	check_str(fh_capability_name(CAP_CHOWN), "CAP_CHOWN");
	check_str(fh_capability_name(CAP_LAST_CAP), "CAP_CHECKPOINT_RESTORE");
	check(!fh_capability_name(CAP_LAST_CAP + 1));
	check(!fh_capability_name(-1));
	check_int(fh_capability_find("CAP_SYS_ADMIN"), CAP_SYS_ADMIN);
	check_int(fh_capability_find("cap_sys_admin"), -ENOENT);
	check_int(fh_capability_find(NULL), -EINVAL);
}

static void test_presets(void)
{
	check_int(fh_capabilities_preset(FH_CAPABILITIES_NONE), 0);
	check_int(fh_capabilities_preset(FH_CAPABILITIES_NETWORK_SERVER),
		  BIT(CAP_NET_BIND_SERVICE));
	check_int(fh_capabilities_preset(FH_CAPABILITIES_FILE_PROCESSOR), 0);
	check_int(fh_capabilities_preset(FH_CAPABILITIES_CONTAINER_RUNTIME),
		  BIT(CAP_SYS_ADMIN) | BIT(CAP_SETUID) | BIT(CAP_SETGID) |
			  BIT(CAP_NET_ADMIN));
	check_int(fh_capabilities_preset((enum fh_capability_preset)4), 0);
	check_int(fh_capabilities_preset((enum fh_capability_preset)-1), 0);
}

static void test_read(void)
{
	struct fh_capabilities is = now();

	check_sets(is.inheritable, is.permitted, is.effective, is.bounding,
		   is.ambient);
	check_int(is.securebits, prctl(PR_GET_SECUREBITS));
	check_int(is.reserved, 0);
	/* Control: there is something to be read. */
	check(!is_root() || is.permitted);
}

static void test_bad_input(void)
{
	struct fh_capabilities before = now(), after;
	struct fh_error err = { 0 };

	check_int(fh_capabilities_read(NULL, &err), -EINVAL);
	check_int(err.code, -EINVAL);
	check(strstr(err.what, "fh_capabilities_read: ret is NULL"));
	check_int(fh_capabilities_read(NULL, NULL), -EINVAL);
	memset(&err, 0, sizeof(err));
	check_int(fh_capabilities_drop(0, 2, &err), -EINVAL);
	check(strstr(err.what, "flags"));
	check_int(fh_capabilities_drop(BIT(CAP_LAST_CAP + 1), 0, &err),
		  -EINVAL);
	check_int(fh_capabilities_drop(BIT(63), 0, NULL), -EINVAL);
	after = now();
	check(memcmp(&before, &after, sizeof(before)) == 0);
}

/* --- as root ---------------------------------------------------------------- */

/* The sets after execve, as the new program prints them. */
static uint64_t effective_after_exec(void)
{
	char line[256] = "";
	unsigned long long set = 1;
	FILE *pipe = popen("exec grep CapEff /proc/self/status", "re");

	check(pipe && fgets(line, sizeof(line), pipe));
	pclose(pipe);
	check_int(sscanf(line, "CapEff: %llx", &set), 1);
	return set;
}

static void check_final(uint64_t keep, uint64_t exec)
{
	check_sets(exec, keep, keep, keep, exec);
	check_int(prctl(PR_GET_SECUREBITS), 0xef);
	check_int(outcome(prctl(PR_SET_SECUREBITS, 0)), EPERM);
	check_int(outcome(prctl(PR_SET_KEEPCAPS, 1)), EPERM);
}

static void test_nothing_kept(void)
{
	struct capability_sets all = { 0 };

	need(BIT(CAP_SETPCAP) | BIT(CAP_SYS_CHROOT));
	check_int(outcome(chroot("/")), 0);
	check(effective_after_exec() != 0);
	check_int(capability_get(&all), 0);

	check_int(fh_capabilities_drop(0, 0, NULL), 0);
	check_final(0, 0);
	check_int(outcome(chroot("/")), EPERM);
	/* Uid 0 brings nothing back. */
	check_int(geteuid(), 0);
	check_int(effective_after_exec(), 0);
	check_int(capability_set(&all), -EPERM);
}

static void drop_preset(void *arg)
{
	uint64_t keep = fh_capabilities_preset(
		(enum fh_capability_preset)(intptr_t)arg);

	check_int(fh_capabilities_drop(keep, 0, NULL), 0);
	check_final(keep, 0);
	check_int(outcome(chroot("/")), EPERM);
	check_int(effective_after_exec(), 0);
}

static void test_each_preset(void)
{
	need(BIT(CAP_SETPCAP) | BIT(CAP_SYS_CHROOT) | BIT(CAP_SYS_ADMIN) |
		  BIT(CAP_NET_ADMIN));
	check_int(outcome(chroot("/")), 0);
	for (intptr_t preset = 0; preset < 4; preset++)
		check_int(child_status(drop_preset, (void *)preset), 0);
}

static void test_over_exec(void)
{
	uint64_t keep = BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_CHOWN);

	need(BIT(CAP_SETPCAP) | keep);
	check_int(fh_capabilities_drop(keep, FH_CAPABILITIES_OVER_EXEC, NULL),
		  0);
	check_final(keep, keep);
	check_int(effective_after_exec(), keep);
	/* Once more, though raising ambient ones is locked by now. */
	check_int(fh_capabilities_drop(BIT(CAP_CHOWN),
				       FH_CAPABILITIES_OVER_EXEC, NULL), 0);
	check_sets(BIT(CAP_CHOWN), BIT(CAP_CHOWN), BIT(CAP_CHOWN), keep,
		   BIT(CAP_CHOWN));
	check_int(effective_after_exec(), BIT(CAP_CHOWN));
}

/* Where it cannot be done wholly, it is not begun. */
static void test_refused_whole(void)
{
	struct fh_capabilities before, after;
	struct fh_error err = { 0 };

	need(BIT(CAP_SETPCAP) | BIT(CAP_CHOWN));
	/* SECBIT_NOROOT_LOCKED with the bit itself off. */
	check_int(prctl(PR_SET_SECUREBITS, 2), 0);
	before = now();
	check_int(fh_capabilities_drop(0, 0, &err), -EPERM);
	check(strstr(err.what, "securebits"));
	after = now();
	check(memcmp(&before, &after, sizeof(before)) == 0);
}

static void test_refused_ambient(void)
{
	struct fh_capabilities before, after;
	struct fh_error err = { 0 };

	need(BIT(CAP_SETPCAP) | BIT(CAP_CHOWN));
	check_int(prctl(PR_SET_SECUREBITS, 0x40), 0);
	before = now();
	check_int(fh_capabilities_drop(BIT(CAP_CHOWN),
				       FH_CAPABILITIES_OVER_EXEC, &err),
		  -EPERM);
	check(strstr(err.what, "CAP_CHOWN"));
	after = now();
	check(memcmp(&before, &after, sizeof(before)) == 0);
	/* Control: without the flag it can be had. */
	check_int(fh_capabilities_drop(BIT(CAP_CHOWN), 0, NULL), 0);
	check_final(BIT(CAP_CHOWN), 0);
}

static void test_refused_bounding(void)
{
	struct fh_error err = { 0 };

	need(BIT(CAP_SETPCAP) | BIT(CAP_CHOWN));
	check_int(prctl(PR_CAPBSET_DROP, CAP_CHOWN), 0);
	check_int(fh_capabilities_drop(BIT(CAP_CHOWN),
				       FH_CAPABILITIES_OVER_EXEC, &err),
		  -EPERM);
	check(strstr(err.what, "bounding"));
	/* What is gone from the bounding set does not come back. */
	check_int(fh_capabilities_drop(BIT(CAP_CHOWN), 0, NULL), 0);
	check_sets(0, BIT(CAP_CHOWN), BIT(CAP_CHOWN), 0, 0);
}

/* CAP_SETPCAP need not be effective beforehand. */
static void test_raised_first(void)
{
	struct capability_sets sets = { 0 };

	need(BIT(CAP_SETPCAP));
	check_int(capability_get(&sets), 0);
	sets.effective = 0;
	check_int(capability_set(&sets), 0);
	/* Control: it makes a difference. */
	check_int(outcome(prctl(PR_CAPBSET_DROP, CAP_CHOWN)), EPERM);
	check_int(fh_capabilities_drop(0, 0, NULL), 0);
	check_final(0, 0);
}

static void test_narrower_twice(void)
{
	uint64_t wide = BIT(CAP_CHOWN) | BIT(CAP_KILL);
	struct fh_error err = { 0 };

	need(BIT(CAP_SETPCAP) | wide);
	check_int(fh_capabilities_drop(wide, 0, NULL), 0);
	check_int(fh_capabilities_drop(BIT(CAP_KILL), 0, NULL), 0);
	/* Without CAP_SETPCAP the bounding set stays. */
	check_sets(0, BIT(CAP_KILL), BIT(CAP_KILL), wide, 0);
	check_int(fh_capabilities_drop(wide, 0, &err), -EPERM);
	check(strstr(err.what, "CAP_CHOWN"));
	check(!strstr(err.what, "CAP_KILL"));
	check_sets(0, BIT(CAP_KILL), BIT(CAP_KILL), wide, 0);
}

/* --- as an ordinary user ----------------------------------------------------- */

static void test_user(void)
{
	struct fh_capabilities before = now();
	struct fh_error err = { 0 };

	check_int(fh_capabilities_drop(BIT(CAP_NET_BIND_SERVICE), 0, &err),
		  -EPERM);
	check(strstr(err.what, "CAP_NET_BIND_SERVICE"));
	check_int(fh_capabilities_drop(0, 0, NULL), 0);
	check_sets(0, 0, 0, before.bounding, 0);
	check_int(prctl(PR_GET_SECUREBITS), before.securebits);
	check_int(fh_capabilities_drop(0, FH_CAPABILITIES_OVER_EXEC, NULL), 0);
}

/* --- threads ------------------------------------------------------------------ */

static void test_threads(void)
{
	struct fh_capabilities before = now(), after;
	struct fh_error err = { 0 };
	struct second second;

	second_start(&second);
	if (!before.permitted) {
		check_int(fh_capabilities_drop(0, 0, &err), 0);
		check_sets(0, 0, 0, before.bounding, 0);
		return;
	}
	check_int(fh_capabilities_drop(0, 0, &err), -EBUSY);
	check_int(err.code, -EBUSY);
	check(err.remedy[0]);
	after = now();
	check(memcmp(&before, &after, sizeof(before)) == 0);
}

/* The caller has nothing to lose, but another thread has. */
static int let_go(void)
{
	static const struct capability_sets none;

	return capability_set(&none);
}

static void test_other_thread_has(void)
{
	struct fh_error err = { 0 };
	struct second second;

	second_start(&second);
	check_int(let_go(), 0);
	check_int(fh_capabilities_drop(0, 0, &err), -EBUSY);
	check_int(second_do(&second, let_go), 0);
	check_int(fh_capabilities_drop(0, 0, &err), 0);
}

static const struct tap_test anyone[] = {
	{ .name = "names and numbers", .run = test_names },
	{ .name = "presets", .run = test_presets },
	{ .name = "what is read is what the kernel shows", .run = test_read },
	{ .name = "bad input is refused", .run = test_bad_input },
	{ .name = "with threads it is refused where something is dropped",
	  .run = test_threads },
};

static const struct tap_test root[] = {
	{ .name = "all is dropped for good", .run = test_nothing_kept },
	{ .name = "each preset, exactly", .run = test_each_preset },
	{ .name = "over execve", .run = test_over_exec },
	{ .name = "locked securebits refuse the whole",
	  .run = test_refused_whole },
	{ .name = "forbidden ambient ones refuse the whole",
	  .run = test_refused_ambient },
	{ .name = "the bounding set refuses the whole",
	  .run = test_refused_bounding },
	{ .name = "what is permitted is raised", .run = test_raised_first },
	{ .name = "twice only narrows", .run = test_narrower_twice },
	{ .name = "another thread's capabilities are seen",
	  .run = test_other_thread_has },
};

static const struct tap_test user[] = {
	{ .name = "nothing to drop, nothing to keep", .run = test_user },
};

TESTS_RUN(anyone, root, user)
