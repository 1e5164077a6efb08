/* What appears in the box by default, and what the grants add. */
#include "invented.h"
#include "sys/landlock_calls.h"

static struct fh_policy *policy;
static struct fh_plan *plan;

static void make(const struct wishes *wishes, const struct fh_kernel *kernel)
{
	policy = invented_policy(wishes);
	invented_without(policy);
	plan = invented_plan(policy, kernel);
}

/* The first mount of this target or source. */
static const struct plan_mount *find(const char *path)
{
	for (size_t i = 0; i < plan->n_mounts; i++) {
		const struct plan_mount *mount = &plan->mounts[i];

		if (strcmp(mount->target ? mount->target : mount->source,
			   path) == 0)
			return mount;
	}
	return NULL;
}

static const struct plan_mount *need(const char *path, enum mount_kind kind,
				     unsigned int access)
{
	const struct plan_mount *mount = find(path);

	if (!mount)
		tap_fail(__FILE__, __LINE__, "no %s", path);
	if (mount->kind != kind || mount->access != access)
		tap_fail(__FILE__, __LINE__, "%s: kind %d access %u", path,
			 mount->kind, mount->access);
	return mount;
}

#define R FH_READ
#define W FH_WRITE
#define X FH_EXEC

static void test_private(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	make(NULL, &kernel);
	check(need("/usr", MOUNT_BIND, R | X)->like_host);
	check(need("/lib64", MOUNT_BIND, R | X)->is_optional);
	need("/etc", MOUNT_DIRECTORY, R);
	need("/etc/ld.so.cache", MOUNT_BIND, R);
	need("/dev", MOUNT_DIRECTORY, R);
	need("/dev/null", MOUNT_DEVICE, R | W);
	need("/dev/zero", MOUNT_DEVICE, R);
	need("/dev/pts", MOUNT_DEVPTS, R | W);
	need("/proc", MOUNT_PROC, R);
	check_int(need("/tmp", MOUNT_TMPFS, R | W)->mode, 01777);
	check_int(need("/dev/shm", MOUNT_TMPFS, R | W)->size, 256 << 20);
	check_int(need("/home/ada", MOUNT_TMPFS, R | W)->mode, 0700);
	check_str(need("/var/tmp", MOUNT_SYMLINK, 0)->content, "/tmp");
	check(!find("/dev/tty"));
	for (size_t i = 0; i < plan->n_mounts; i++) {
		const struct plan_mount *mount = &plan->mounts[i];

		check_str(mount->origin, "default");
		/* Nothing of the host's can be changed, and what can be
		 * written cannot be executed. */
		if (mount->kind == MOUNT_BIND)
			check(!(mount->access & W));
		check((mount->access & (W | X)) != (W | X));
	}
}

static void test_not_there(void)
{
	static const char *const hidden[] = { "/", "/home", "/root", "/sys",
					      "/run", "/boot", "/var",
					      "/etc/shadow", "/dev/mem",
					      "/dev/kvm", "/opt", "/mnt" };
	struct fh_kernel kernel = invented_kernel(7);

	make(NULL, &kernel);
	for (size_t i = 0; i < N(hidden); i++)
		check(!find(hidden[i]));
}

static void test_synthesized(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	make(WISHES("hostname", "box"), &kernel);
	check_str(find("/etc/passwd")->content,
		  "root:x:0:0:root:/root:/bin/sh\n"
		  "ada:x:1000:1000::/home/ada:/bin/sh\n"
		  "nobody:x:65534:65534:nobody:/:/bin/false\n");
	check_str(find("/etc/group")->content,
		  "root:x:0:\nada:x:1000:\nnogroup:x:65534:\n");
	check_str(find("/etc/hosts")->content,
		  "127.0.0.1 localhost box\n::1 localhost\n");
	check_has(find("/etc/nsswitch.conf")->content, "passwd: files\n");
	kernel = invented_root(7);
	make(NULL, &kernel);
	check_has(find("/etc/passwd")->content, "ada:x:0:0::/home/ada:");
	check_hasnt(find("/etc/passwd")->content, "root:x:0");
	check_has(find("/etc/hosts")->content, "localhost fumehood");
	make(WISHES("uid", "33", "gid", "34"), &kernel);
	check_has(find("/etc/passwd")->content, "ada:x:33:34:");
	check_has(find("/etc/group")->content, "ada:x:34:");
}

static void test_terminal(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	make(WISHES("tty", "inherit"), &kernel);
	check_int(need("/dev/tty", MOUNT_DEVICE, R | W)->landlock_extra,
		  LL_FS_IOCTL_DEV);
	invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	make(WISHES("tty", "inherit"), &kernel);
	check_int(need("/dev/tty", MOUNT_BIND, R | W)->landlock_extra,
		  LL_FS_IOCTL_DEV);
}

static void test_no_proc(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	invented_denial(&kernel, TRIAL_PROC, -EPERM);
	make(NULL, &kernel);
	check(plan->has_namespaces);
	check(!find("/proc")); /* never the host's in its place */
}

static void test_shared(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	make(WISHES("read", "/srv/in", "device", "/dev/kvm"), &kernel);
	for (size_t i = 0; i < plan->n_mounts; i++)
		check_int(plan->mounts[i].kind, MOUNT_BIND);
	need("/usr", MOUNT_BIND, R | X);
	need("/etc/passwd", MOUNT_BIND, R);
	need("/dev/null", MOUNT_BIND, R | W);
	need("/proc/meminfo", MOUNT_BIND, R);
	need("/srv/in", MOUNT_BIND, R);
	check_int(need("/dev/kvm", MOUNT_BIND, R | W)->landlock_extra,
		  LL_FS_IOCTL_DEV);
	check(!find("/proc") && !find("/tmp") && !find("/home/ada"));
	check(!find("/etc/shadow") && !find("/dev"));
}

/* What Landlock alone cannot do is refused, with the cause. */
static void test_shared_refused(void)
{
	static const struct wishes wishes[] = {
		{ { "bind", "/a:/b" } },
		{ { "hide", "/a" } },
		{ { "tmpfs", "/a" } },
		{ { "root", "/a" } },
	};

	for (size_t i = 0; i < N(wishes); i++) {
		struct fh_kernel kernel = invented_kernel(7);
		struct fh_error err = { 0 };
		char option[16];

		invented_denial(&kernel, TRIAL_CREATE, -ENOSPC);
		kernel.max_user_namespaces = 0;
		policy = invented_policy(&wishes[i]);
		plan = NULL;
		check_int(plan_new(policy, &kernel, invented_env, &plan,
				      &err), -EPERM);
		check(plan == NULL);
		snprintf(option, sizeof(option), "--%s", wishes[i].pairs[0]);
		check_has(err.what, option);
		check_has(err.what, "max_user_namespaces is 0");
		check_has(err.remedy, "sysctl");
		/* The control: with namespaces it is no matter. */
		kernel = invented_kernel(7);
		check_int(plan_new(policy, &kernel, invented_env, &plan,
				      &err), 0);
	}
}

static void test_grants(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	const struct plan_mount *mount;

	make(WISHES("read", "in", "write", "-/out", "bind", "/src:/dst:rx",
		    "hide", "/in/secret", "tmpfs", "/scratch:1M", "tmpfs",
		    "/big", "device", "/dev/kvm", "tmp-size", "2M"),
	     &kernel);
	mount = need("in", MOUNT_BIND, R);
	check(mount->target == NULL && mount->is_alias);
	check(!mount->is_optional && !mount->is_default);
	check_str(mount->origin, "--read");
	check(need("/out", MOUNT_BIND, R | W)->is_optional);
	mount = need("/dst", MOUNT_BIND, R | X);
	check_str(mount->source, "/src");
	check(!mount->is_alias);
	need("/in/secret", MOUNT_HIDE, 0);
	check_int(need("/scratch", MOUNT_TMPFS, R | W)->size, 1 << 20);
	check_int(need("/big", MOUNT_TMPFS, R | W)->size, 2 << 20);
	check(need("/dev/kvm", MOUNT_BIND, R | W)->needs_device);
	check_int(need("/tmp", MOUNT_TMPFS, R | W)->size, 2 << 20);
}

static void test_root(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	const struct plan_mount *mount;

	make(WISHES("root", "/srv/root"), &kernel);
	mount = need("/", MOUNT_BIND, R | X);
	check_str(mount->source, "/srv/root");
	check(mount->is_expanded && mount->is_default);
	check(!find("/usr") && !find("/etc") && !find("/etc/passwd"));
	check(!find("/var/tmp"));
	need("/dev/null", MOUNT_DEVICE, R | W);
	need("/proc", MOUNT_PROC, R);
	need("/tmp", MOUNT_TMPFS, R | W);
}

static const struct tap_test tests[] = {
	{ .name = "the default tree", .run = test_private },
	{ .name = "what is not in it", .run = test_not_there },
	{ .name = "files made for the box", .run = test_synthesized },
	{ .name = "the terminal", .run = test_terminal },
	{ .name = "a masked /proc", .run = test_no_proc },
	{ .name = "without namespaces", .run = test_shared },
	{ .name = "without namespaces, refused", .run = test_shared_refused },
	{ .name = "grants", .run = test_grants },
	{ .name = "another root", .run = test_root },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
