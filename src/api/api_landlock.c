/* Landlock alone: a domain for the calling thread, by paths and ports. */
#include "api/export.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "mech/landlock_builder.h"
#include "sys/landlock_calls.h"
#include "sys/threads.h"

#define ABI_TSYNC 8 /* Linux 7.0 */

int fh_landlock_abi(void)
{
	int abi = ll_abi();

	return abi > 0 ? abi : 0;
}

static int check_flags(unsigned int flags, unsigned int known,
		       const char *function, struct fh_error *err)
{
	if (!(flags & ~known))
		return 0;
	return error_set(err, FH_STAGE_PARSE, -EINVAL, "%s: unknown flags %#x",
			 function, flags & ~known);
}

static int create(struct fh_landlock *landlock)
{
	struct ll_ruleset_attr handled;
	struct stat st;
	int abi = ll_abi();

	landlock->abi = abi > 0 ? abi : 0;
	landlock->abi_error = abi > 0 ? 0 : abi;
	if (stat("/", &st) < 0)
		return -errno;
	landlock->root = (struct landlock_place){ st.st_dev, st.st_ino };
	if (!landlock->abi)
		return 0;
	landlock_handle(landlock->flags, landlock->abi, &handled);
	landlock->ruleset_fd = ll_create(&handled);
	return landlock->ruleset_fd < 0 ? landlock->ruleset_fd : 0;
}

int fh_landlock_new(unsigned int flags, struct fh_landlock **ret,
		    struct fh_error *err)
{
	struct fh_landlock *landlock;
	int r = api_needs(ret, err);

	if (r == 0)
		r = check_flags(flags, FH_LANDLOCK_FILES_ONLY, __func__, err);
	if (r < 0)
		return r;
	landlock = calloc(1, sizeof(*landlock));
	if (!landlock)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "memory for a Landlock ruleset");
	landlock->flags = flags;
	landlock->ruleset_fd = -1;
	r = create(landlock);
	if (r < 0) {
		fh_landlock_free(landlock);
		return error_set(err, FH_STAGE_PREPARE, r,
				 "create a Landlock ruleset");
	}
	*ret = landlock;
	return 0;
}

void fh_landlock_free(struct fh_landlock *landlock)
{
	if (!landlock)
		return;
	if (landlock->ruleset_fd >= 0)
		close(landlock->ruleset_fd);
	free(landlock->places);
	free(landlock);
}

int fh_landlock_allow_read(struct fh_landlock *landlock, const char *path,
			   struct fh_error *err)
{
	int r = api_needs(landlock, err);

	if (r == 0)
		r = api_needs(path, err);
	return r == 0 ? landlock_add_path(landlock, path, FH_READ, err) : r;
}

int fh_landlock_allow_read_write(struct fh_landlock *landlock,
				 const char *path, struct fh_error *err)
{
	int r = api_needs(landlock, err);

	if (r == 0)
		r = api_needs(path, err);
	return r == 0 ? landlock_add_path(landlock, path, FH_READ | FH_WRITE,
					  err) : r;
}

int fh_landlock_allow_execute(struct fh_landlock *landlock, const char *path,
			      struct fh_error *err)
{
	int r = api_needs(landlock, err);

	if (r == 0)
		r = api_needs(path, err);
	return r == 0 ? landlock_add_path(landlock, path, FH_READ | FH_EXEC,
					  err) : r;
}

static int allow_port(struct fh_landlock *landlock, uint16_t port,
		      uint64_t rights, const char *function,
		      struct fh_error *err)
{
	if (landlock->flags & FH_LANDLOCK_FILES_ONLY)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: port %u: the rules are for files only",
				 function, port);
	return landlock_add_port(landlock, port, rights, err);
}

int fh_landlock_allow_connect(struct fh_landlock *landlock, uint16_t port,
			      struct fh_error *err)
{
	int r = api_needs(landlock, err);

	return r == 0 ? allow_port(landlock, port, LL_NET_CONNECT_TCP,
				   __func__, err) : r;
}

int fh_landlock_allow_bind(struct fh_landlock *landlock, uint16_t port,
			   struct fh_error *err)
{
	int r = api_needs(landlock, err);

	return r == 0 ? allow_port(landlock, port, LL_NET_BIND_TCP, __func__,
				   err) : r;
}

int fh_landlock_get_status(const struct fh_landlock *landlock,
		       struct fh_landlock_status *ret, struct fh_error *err)
{
	int r = api_needs(landlock, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		landlock_describe(landlock->flags, landlock->abi,
				  landlock->abi_error, ret);
	return r;
}

/* --- applying --------------------------------------------------------------- */

static int fail_none(const struct fh_landlock_status *status,
		     struct fh_error *err)
{
	error_set(err, FH_STAGE_APPLY, -EOPNOTSUPP, "enter a Landlock domain: %s",
		  status->reason);
	error_remedy(err, "use Linux 5.13 or later with landlock in lsm=, or accept to go on without");
	return -EOPNOTSUPP;
}

/* With one thread there is nothing to synchronise; whether there are more is
 * seen before anything is changed. */
static int restrict_flags(const struct fh_landlock *landlock,
			  unsigned int *ret, struct fh_error *err)
{
	if (threads_look() == THREADS_ONE) {
		*ret = 0;
		return 0;
	}
	if (landlock->abi >= ABI_TSYNC) {
		*ret = LL_RESTRICT_TSYNC;
		return 0;
	}
	error_set(err, FH_STAGE_APPLY, -EBUSY,
		  "enter a Landlock domain while other threads run, or may run: ABI %d can take one thread only",
		  landlock->abi);
	error_remedy(err, "enter it before the first thread is made, or use Linux 7.0");
	return -EBUSY;
}

static int restrict_self(const struct fh_landlock *landlock,
			 unsigned int flags, struct fh_error *err)
{
	int r;

	/* TSYNC carries it to the other threads. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, FH_STAGE_APPLY, -errno,
				 "set no_new_privs");
	r = ll_restrict(landlock->ruleset_fd, flags);
	if (r < 0)
		error_set(err, FH_STAGE_APPLY, r, r == -E2BIG
			  ? "enter a Landlock domain: the kernel nests 16"
			  : "enter a Landlock domain");
	return r;
}

static int check_probe(const char *probe, struct fh_error *err)
{
	autoclose int fd = probe ? open(probe, LANDLOCK_PROBE_FLAGS) : -1;

	if (!probe || (fd < 0 && errno == EACCES))
		return 0;
	error_set(err, FH_STAGE_APPLY, -EPERM, fd >= 0
		  ? "the Landlock domain does not hold: %s could be opened"
		  : "whether the Landlock domain holds cannot be seen by opening %s",
		  probe);
	error_remedy(err, "end this process: its files are not fenced");
	return -EPERM;
}

int fh_landlock_apply(struct fh_landlock *landlock, unsigned int flags,
		      struct fh_landlock_status *ret, struct fh_error *err)
{
	struct fh_landlock_status status;
	unsigned int how = 0;
	const char *probe;
	int r = api_needs(landlock, err);

	if (r == 0)
		r = check_flags(flags, FH_LANDLOCK_ACCEPT_NONE, __func__, err);
	if (r < 0)
		return r;
	landlock_describe(landlock->flags, landlock->abi, landlock->abi_error,
			  &status);
	if (!landlock->abi && !(flags & FH_LANDLOCK_ACCEPT_NONE))
		return fail_none(&status, err);
	if (landlock->abi) {
		r = restrict_flags(landlock, &how, err);
		if (r < 0)
			return r;
		probe = landlock_find_probe(landlock);
		r = restrict_self(landlock, how, err);
		if (r == 0)
			r = check_probe(probe, err);
	}
	if (r == 0 && ret)
		*ret = status;
	return r;
}
