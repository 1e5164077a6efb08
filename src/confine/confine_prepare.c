/* Gets ready what confining needs, while nothing is changed yet. */
#include "confine/confine_prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "mech/landlock.h"
#include "mech/landlock_apply.h"
#include "mech/limits.h"
#include "sys/capability.h"
#include "sys/landlock_calls.h"
#include "sys/seccomp_calls.h"
#include "sys/threads.h"
#include "tables/landlock_rights.h"

#define ABI_TSYNC 8 /* LANDLOCK_RESTRICT_SELF_TSYNC: Linux 7.0 */

static int open_grant(const struct plan_mount *grant, struct mount_op *ret, int abi,
		      struct fh_error *err)
{
	int fd = open(grant->source, O_PATH | O_CLOEXEC);
	struct stat st;

	*ret = (struct mount_op){ .fd = -1, .target = grant->source,
				  .origin = grant->origin };
	if (fd < 0 && errno == ENOENT && grant->is_optional)
		return 0; /* without a rule */
	if (fd < 0 || fstat(fd, &st) < 0) {
		int code = -errno;

		cleanup_close(&fd);
		error_set(err, FH_STAGE_PREPARE, code, "%s %s: %s",
			  grant->origin, grant->source, strerror(-code));
		if (code == -ENOENT)
			error_remedy(err, "create it, or write -%s if it may be missing",
				     grant->source);
		return code;
	}
	ret->fd = fd;
	ret->device = (uint64_t)st.st_dev;
	ret->inode = st.st_ino;
	ret->landlock = landlock_access(grant->access, S_ISDIR(st.st_mode),
					abi);
	return 0;
}

static int open_grants(struct confinement *c, struct fh_error *err)
{
	const struct fh_plan *plan = c->plan;
	int abi = landlock_abi_used(plan);
	int r = 0;

	c->ops = calloc(plan->n_mounts + 1, sizeof(*c->ops));
	if (!c->ops)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "confine the process");
	c->box.mounts = c->ops;
	for (size_t i = 0; i < plan->n_mounts && r == 0; i++)
		r = open_grant(&plan->mounts[i],
			       &c->ops[c->box.n_mounts++], abi, err);
	return r;
}

/* Every rule grants reading, and reaches what lies beneath: unless "/" itself
 * has one, it will be shut. */
static bool is_root_shut(const struct confinement *c)
{
	autoclose int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 ||
	    !(c->plan->steps & STEP_BIT(STEP_PROGRAM_LANDLOCK)))
		return false;
	for (size_t i = 0; i < c->box.n_mounts; i++)
		if (c->ops[i].fd >= 0 &&
		    c->ops[i].device == (uint64_t)st.st_dev &&
		    c->ops[i].inode == st.st_ino)
			return false;
	return true;
}

static int refuse_ids(const struct fh_plan *plan, const char *capability,
		      struct fh_error *err)
{
	error_set(err, FH_STAGE_PREPARE, -EPERM,
		  "become uid %u and gid %u: without %s nobody can",
		  plan->uid, plan->gid, capability);
	error_remedy(err, "keep the capability until the process has confined itself");
	return -EPERM;
}

/* A program that is setuid has several. */
struct ids {
	uint32_t real, effective, saved;
};

/* Without the capability, a process may only choose among what it has. */
static bool is_among(const struct ids *ids, uint32_t id)
{
	return ids->real == id || ids->effective == id || ids->saved == id;
}

static bool is_all(const struct ids *ids, uint32_t id)
{
	return ids->real == id && ids->effective == id && ids->saved == id;
}

/* A user namespace may lack the id; where it cannot be seen it is tried. */
static bool is_mapped(const char *map, uint32_t id)
{
	char text[4096], *line = text;
	int n = read_small_file(AT_FDCWD, map, text, sizeof(text));

	if (n <= 0)
		return true;
	while (line && *line) {
		unsigned long first = strtoul(line, &line, 10);
		unsigned long count;

		strtoul(line, &line, 10); /* where it is outside */
		count = strtoul(line, &line, 10);
		if (id >= first && id - first < count)
			return true;
		line = strchr(line, '\n');
		line += line ? 1 : 0;
	}
	return false;
}

static int refuse_unmapped(const struct fh_plan *plan, struct fh_error *err)
{
	error_set(err, FH_STAGE_PREPARE, -EINVAL,
		  "become uid %u and gid %u: this user namespace has them not",
		  plan->uid, plan->gid);
	error_remedy(err, "name ids that it has; uid 0 and gid 0 stay what they are");
	return -EINVAL;
}

/* What is permitted counts, for a privilege that was put aside is taken up
 * again. */
static int prepare_ids(struct confinement *c, struct fh_error *err)
{
	const struct fh_plan *plan = c->plan;
	struct capability_sets sets = { 0 };
	struct ids u = { 0 }, g = { 0 };
	int r = capability_get(&sets);

	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
				 "read the capability sets: %s", strerror(-r));
	if (getresuid(&u.real, &u.effective, &u.saved) < 0 ||
	    getresgid(&g.real, &g.effective, &g.saved) < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno,
				 "read the present ids");
	c->box.uid = plan->uid;
	c->box.gid = plan->gid;
	c->box.use_newuid = !is_all(&u, plan->uid) || !is_all(&g, plan->gid);
	if (!is_among(&u, plan->uid) && !(sets.permitted >> CAP_SETUID & 1))
		return refuse_ids(plan, "CAP_SETUID", err);
	if (!is_among(&g, plan->gid) && !(sets.permitted >> CAP_SETGID & 1))
		return refuse_ids(plan, "CAP_SETGID", err);
	if ((!is_among(&u, plan->uid) &&
	     !is_mapped("/proc/thread-self/uid_map", plan->uid)) ||
	    (!is_among(&g, plan->gid) &&
	     !is_mapped("/proc/thread-self/gid_map", plan->gid)))
		return refuse_unmapped(plan, err);
	c->puts_aside = sets.permitted & ~sets.effective;
	c->box.has_setpcap = sets.permitted >> CAP_SETPCAP & 1;
	c->box.clear_groups = plan->kernel.can_clear_groups ||
			      (c->puts_aside >> CAP_SETGID & 1);
	return 0;
}

static int busy(struct fh_error *err, const char *what)
{
	error_set(err, FH_STAGE_PREPARE, -EBUSY,
		  "%s while other threads run, or may run", what);
	error_remedy(err, "confine the process before its first thread is made");
	return -EBUSY;
}

/* Inheritable ones count: they would have to be given up as well. */
static int has_no_capability(const char *status, const void *ctx)
{
	const char *permitted = threads_field(status, "CapPrm");
	const char *inheritable = threads_field(status, "CapInh");

	(void)ctx;
	if (!permitted || !inheritable)
		return -ENODATA;
	return !strtoull(permitted, NULL, 16) &&
	       !strtoull(inheritable, NULL, 16);
}

/* The filter, no_new_privs and, from ABI 8 on, Landlock can be given to all
 * threads at once; ids and capabilities are each thread's own. */
static int check_threads(struct confinement *c, struct fh_error *err)
{
	c->has_threads = threads_look() != THREADS_ONE;
	if (!c->has_threads)
		return 0;
	if (c->box.use_newuid || c->box.clear_groups)
		return busy(err, "change ids or groups");
	if (threads_check(has_no_capability, NULL) != 1)
		return busy(err, "give up capabilities");
	if (!(c->plan->steps & STEP_BIT(STEP_PROGRAM_LANDLOCK)))
		return 0;
	if (c->plan->kernel.landlock_abi < ABI_TSYNC)
		return busy(err, "enter a Landlock domain (before Linux 7.0 it takes one thread only)");
	c->box.landlock_flags = LL_RESTRICT_TSYNC;
	return 0;
}

/* The rules are made here: one may be refused, as for a pipe by its name in
 * /proc/self/fd, and then nothing is to be changed yet. */
static int prepare_landlock(struct confinement *c, struct fh_error *err)
{
	const struct fh_policy *policy = c->plan->policy;
	struct child_failure failure = { 0 };
	int fd;

	if (!(c->plan->steps & STEP_BIT(STEP_PROGRAM_LANDLOCK)))
		return 0;
	c->box.landlock = c->plan->landlock;
	if (c->plan->landlock.handled_net) {
		c->box.connect_ports = policy->connect.ports;
		c->box.n_connect_ports = policy->connect.n;
		c->box.listen_ports = policy->listen.ports;
		c->box.n_listen_ports = policy->listen.n;
	}
	fd = landlock_make(&c->box, &failure);
	if (fd < 0)
		return error_set(err, FH_STAGE_PREPARE, fd, "%s %s: %s",
				 failure.action, failure.object, strerror(-fd));
	c->ruleset_fd = fd;
	return 0;
}

/* The filter comes last: whether it can be had at all is asked first, with no
 * program at the place where it would be. */
static int check_filter(const struct confinement *c, struct fh_error *err)
{
	int r = sys_seccomp(SECCOMP_SET_MODE_FILTER,
			    c->has_threads ? SECCOMP_FILTER_FLAG_TSYNC : 0,
			    NULL);

	if (r == -EFAULT || r >= 0) /* a lie is found out afterwards */
		return 0;
	error_set(err, FH_STAGE_PREPARE, r,
		  "a system-call filter cannot be loaded: %s", strerror(-r));
	error_remedy(err, r == -EPERM
		     ? "an earlier filter refuses the call seccomp: allow it there, or confine once"
		     : "the kernel needs CONFIG_SECCOMP_FILTER");
	return r;
}

int confine_prepare(const struct fh_plan *plan, struct confinement *ret,
		    struct fh_error *err)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->plan = plan;
	ret->status_fd = ret->ruleset_fd = -1;
	ret->box.keep_caps = plan->policy->keep_caps;
	r = prepare_ids(ret, err);
	if (r == 0)
		r = check_threads(ret, err);
	if (r == 0)
		r = open_grants(ret, err);
	if (r == 0)
		r = prepare_landlock(ret, err);
	if (r == 0)
		r = bpf_emit(&plan->filter, &ret->box.filter, err);
	if (r == 0)
		r = check_filter(ret, err);
	if (r < 0)
		return r;
	ret->is_root_shut = is_root_shut(ret);
	ret->status_fd = open("/proc/thread-self/status",
			      O_RDONLY | O_CLOEXEC);
	limits_add_asked(&ret->box, plan->policy);
	return 0;
}

void confinement_done(struct confinement *c)
{
	for (size_t i = 0; i < c->box.n_mounts; i++)
		cleanup_close(&c->ops[i].fd);
	free(c->ops);
	bpf_program_done(&c->box.filter);
	cleanup_close(&c->ruleset_fd);
	cleanup_close(&c->status_fd);
	c->ops = NULL;
	c->box.n_mounts = 0;
	c->status_fd = c->ruleset_fd = -1;
}
