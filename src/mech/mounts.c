/* Lists the default tree of the box, then what the grants add to it. */
#include "mech/mounts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/ceilings.h"

#define RX (FH_READ | FH_EXEC)
#define RW (FH_READ | FH_WRITE)
#define DEFAULT "default"

/* System trees: a link in the box where the host has one. */
static const char *const system_trees[] = {
	"/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin", "/usr",
};

/* Of /etc only what programs need to start and to find their way. */
static const char *const system_files[] = {
	"/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache",
	"/etc/localtime", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
};

/* Without a mount namespace nothing can be synthesized: the real ones. */
static const char *const real_files[] = {
	"/etc/group", "/etc/hosts", "/etc/nsswitch.conf", "/etc/passwd",
};

/* Not the other processes: those of a directory per process stay closed. */
static const char *const shared_proc[] = {
	"/proc/cpuinfo", "/proc/filesystems", "/proc/loadavg", "/proc/meminfo",
	"/proc/stat", "/proc/sys", "/proc/uptime", "/proc/version",
};

struct device_row {
	const char *path;
	unsigned int access;
};

/* Reading them is all that these are for but null, full and tty. That
 * /dev/zero cannot be written is held by Landlock: a read-only mount does
 * not stop writing to a device. */
static const struct device_row devices[] = {
	{ "/dev/full", RW },	{ "/dev/null", RW },
	{ "/dev/random", FH_READ }, { "/dev/urandom", FH_READ },
	{ "/dev/zero", FH_READ },
};

static const char *const device_links[][2] = {
	{ "/dev/fd", "/proc/self/fd" },
	{ "/dev/ptmx", "pts/ptmx" },
	{ "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
};

#define NSSWITCH                                                             \
	"passwd: files\ngroup: files\nshadow: files\nhosts: files\n"         \
	"networks: files\nprotocols: files\nservices: files\nethers: files\n" \
	"rpc: files\n"

static int add_host(struct fh_plan *plan, const char *path,
		    unsigned int access)
{
	struct plan_mount *mount =
		plan_add_mount(plan, MOUNT_BIND, path, DEFAULT);

	if (!mount)
		return -ENOMEM;
	mount->source = path;
	mount->access = access;
	mount->like_host = true;
	mount->is_optional = true;
	mount->is_default = true;
	return 0;
}

static int add_content(struct fh_plan *plan, enum mount_kind kind,
		       const char *target, const char *content)
{
	struct plan_mount *mount = plan_add_mount(plan, kind, target, DEFAULT);

	if (!mount || !content)
		return -ENOMEM;
	mount->content = content;
	mount->is_default = true;
	return 0;
}

/* What is in it is memory: no more of it than the box may have, where nobody
 * counts the whole. */
static uint64_t storage_size(const struct fh_plan *plan, uint64_t asked)
{
	return plan_limits_data(plan) && asked > plan->policy->memory
		       ? plan->policy->memory
		       : asked;
}

static int add_storage(struct fh_plan *plan, const char *target,
		       unsigned int mode)
{
	struct plan_mount *mount =
		plan_add_mount(plan, MOUNT_TMPFS, target, DEFAULT);

	if (!mount)
		return -ENOMEM;
	mount->access = RW;
	mount->size = storage_size(plan, plan->policy->tmp_size);
	mount->files = plan->policy->tmp_files;
	mount->mode = mode;
	mount->is_default = true;
	return 0;
}

static int add_trees(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;
	int r = 0;

	if (policy->root) {
		struct plan_mount *mount =
			plan_add_mount(plan, MOUNT_BIND, "/", "--root");

		if (!mount)
			return -ENOMEM;
		mount->source = policy->root;
		mount->access = RX;
		mount->is_expanded = true;
		mount->is_default = true;
		return 0;
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(system_trees); i++)
		r = add_host(plan, system_trees[i], RX);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(system_files); i++)
		r = add_host(plan, system_files[i], FH_READ);
	return r;
}

static int add_directory(struct fh_plan *plan, const char *target,
			 unsigned int access)
{
	struct plan_mount *mount =
		plan_add_mount(plan, MOUNT_DIRECTORY, target, DEFAULT);

	if (!mount)
		return -ENOMEM;
	mount->mode = 0755;
	mount->access = access;
	mount->is_default = true;
	return 0;
}

static int add_etc(struct fh_plan *plan)
{
	const char *root = plan->uid ? "root:x:0:0:root:/root:/bin/sh\n" : "";
	/* A line of the file must not be what a directory's name makes it. */
	const char *home = strpbrk(plan->home, ":\n") ? "/" : plan->home;
	const char *root_group = plan->gid ? "root:x:0:\n" : "";
	const char *host = plan->policy->hostname ? plan->policy->hostname
						  : "fumehood";
	int r = add_directory(plan, "/etc", FH_READ);

	if (r == 0)
		r = add_content(plan, MOUNT_FILE, "/etc/passwd",
			arena_print(&plan->arena,
				"%s%s:x:%u:%u::%s:/bin/sh\n"
				"nobody:x:65534:65534:nobody:/:/bin/false\n",
				root, plan->user, plan->uid, plan->gid,
				home));
	if (r == 0)
		r = add_content(plan, MOUNT_FILE, "/etc/group",
			arena_print(&plan->arena,
				"%s%s:x:%u:\nnogroup:x:65534:\n", root_group,
				plan->user, plan->gid));
	if (r == 0)
		r = add_content(plan, MOUNT_FILE, "/etc/hosts",
			arena_print(&plan->arena,
				"127.0.0.1 localhost %s\n::1 localhost\n",
				host));
	if (r == 0)
		r = add_content(plan, MOUNT_FILE, "/etc/nsswitch.conf",
				NSSWITCH);
	return r;
}

static int add_device(struct fh_plan *plan, const char *path,
		      unsigned int access)
{
	struct plan_mount *mount =
		plan_add_mount(plan, MOUNT_DEVICE, path, DEFAULT);

	if (!mount)
		return -ENOMEM;
	mount->source = path;
	mount->access = access;
	mount->is_default = true;
	return 0;
}

static int add_dev(struct fh_plan *plan)
{
	struct plan_mount *mount;
	int r = add_directory(plan, "/dev", FH_READ);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(devices); i++)
		r = add_device(plan, devices[i].path, devices[i].access);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(device_links); i++)
		r = add_content(plan, MOUNT_SYMLINK, device_links[i][0],
				device_links[i][1]);
	if (r == 0 && policy_tty(plan->policy) != TTY_NONE) {
		r = add_device(plan, "/dev/tty", RW);
		if (r == 0)
			plan->mounts[plan->n_mounts - 1].landlock_extra =
				LL_FS_IOCTL_DEV;
	}
	if (r == 0)
		r = add_storage(plan, "/dev/shm", 01777);
	mount = r == 0 ? plan_add_mount(plan, MOUNT_DEVPTS, "/dev/pts", DEFAULT)
		       : NULL;
	if (!mount)
		return -ENOMEM;
	mount->access = RW;
	mount->landlock_extra = LL_FS_IOCTL_DEV;
	return 0;
}

static int add_proc(struct fh_plan *plan)
{
	struct plan_mount *mount;

	if (!plan->has_proc)
		return 0;
	mount = plan_add_mount(plan, MOUNT_PROC, "/proc", DEFAULT);
	if (!mount)
		return -ENOMEM;
	mount->access = FH_READ;
	return 0;
}

static int add_private_tree(struct fh_plan *plan)
{
	int r = add_trees(plan);

	if (r == 0 && !plan->policy->root)
		r = add_etc(plan);
	if (r == 0)
		r = add_dev(plan);
	if (r == 0)
		r = add_proc(plan);
	if (r == 0)
		r = add_storage(plan, "/tmp", 01777);
	if (r == 0 && !plan->policy->root)
		r = add_content(plan, MOUNT_SYMLINK, "/var/tmp", "/tmp");
	if (r == 0)
		r = add_storage(plan, plan->home, 0700);
	return r;
}

/* Without namespaces the tree is the host's, seen through Landlock alone. */
static int add_shared_tree(struct fh_plan *plan)
{
	int r = add_trees(plan);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(real_files); i++)
		r = add_host(plan, real_files[i], FH_READ);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(shared_proc); i++)
		r = add_host(plan, shared_proc[i], FH_READ);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(devices); i++)
		r = add_host(plan, devices[i].path, devices[i].access);
	if (r == 0 && policy_tty(plan->policy) != TTY_NONE) {
		r = add_host(plan, "/dev/tty", RW);
		if (r == 0)
			plan->mounts[plan->n_mounts - 1].landlock_extra =
				LL_FS_IOCTL_DEV;
	}
	return r;
}

static int add_grant(struct fh_plan *plan, const struct grant *grant)
{
	enum mount_kind kind = grant->kind == GRANT_TMPFS ? MOUNT_TMPFS
			     : grant->kind == GRANT_HIDE ? MOUNT_HIDE
							 : MOUNT_BIND;
	struct plan_mount *mount =
		plan_add_mount(plan, kind, grant->target, grant->origin);

	if (!mount)
		return -ENOMEM;
	mount->source = grant->source;
	mount->access = grant->access;
	mount->is_optional = grant->is_optional;
	mount->is_least = grant->is_least;
	mount->needs_file = grant->is_file;
	mount->is_alias = grant->kind == GRANT_PATH;
	if (grant->kind == GRANT_TMPFS) {
		mount->size = storage_size(plan, grant->size
						? grant->size
						: plan->policy->tmp_size);
		mount->files = plan->policy->tmp_files;
		mount->mode = 0755;
	}
	if (grant->kind == GRANT_DEVICE) {
		mount->needs_device = true;
		mount->landlock_extra = LL_FS_IOCTL_DEV;
	}
	return 0;
}

/* Landlock has no "all but this" and cannot show a file elsewhere. */
static int check_shared(const struct fh_plan *plan, struct fh_error *err)
{
	const struct fh_policy *policy = plan->policy;
	const char *asked = policy->root ? "--root" : NULL;
	char cause[256], remedy[256];

	for (size_t i = 0; !asked && i < policy->n_grants; i++) {
		enum grant_kind kind = policy->grants[i].kind;

		if (kind == GRANT_BIND || kind == GRANT_HIDE ||
		    kind == GRANT_TMPFS)
			asked = policy->grants[i].origin;
	}
	if (!asked)
		return 0;
	kernel_namespace_cause(&plan->kernel, cause, remedy);
	error_set(err, FH_STAGE_PLAN, -EPERM,
		"%s needs a mount namespace, which cannot be had: %s", asked,
		cause);
	error_remedy(err, "%s", remedy);
	return -EPERM;
}

int mounts_plan(struct fh_plan *plan, struct fh_error *err)
{
	const struct fh_policy *policy = plan->policy;
	int r = plan->has_namespaces ? 0 : check_shared(plan, err);

	if (r == 0)
		r = plan->has_namespaces ? add_private_tree(plan)
					 : add_shared_tree(plan);
	for (size_t i = 0; r == 0 && i < policy->n_grants; i++)
		r = add_grant(plan, &policy->grants[i]);
	return r;
}
