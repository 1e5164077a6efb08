/* A Landlock ruleset in the making, and what a kernel makes of one. */
#include "mech/landlock_builder.h"

#include <errno.h>
#include <fcntl.h>
#include <fumehood/policy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "sys/landlock_calls.h"
#include "tables/landlock_rights.h"

static int abi_used(int abi)
{
	return abi < LANDLOCK_ABI_KNOWN ? abi : LANDLOCK_ABI_KNOWN;
}

/* FH_LANDLOCK_FILES_ONLY leaves sockets alone, also those with a path. */
static bool is_handled(const struct landlock_right *right, unsigned int flags)
{
	if (!(flags & FH_LANDLOCK_FILES_ONLY))
		return true;
	return right->kind == LANDLOCK_FS && right->bit != LL_FS_RESOLVE_UNIX;
}

void landlock_handle(unsigned int flags, int abi, struct ll_ruleset_attr *ret)
{
	uint64_t masks[] = { [LANDLOCK_FS] = 0, [LANDLOCK_NET] = 0,
			     [LANDLOCK_SCOPE] = 0 };

	for (unsigned int i = 0; i < n_landlock_rights; i++) {
		const struct landlock_right *right = &landlock_rights[i];

		if (right->abi <= abi_used(abi) && is_handled(right, flags))
			masks[right->kind] |= right->bit;
	}
	*ret = (struct ll_ruleset_attr){ .handled_fs = masks[LANDLOCK_FS],
					 .handled_net = masks[LANDLOCK_NET],
					 .scoped = masks[LANDLOCK_SCOPE] };
}

/* --- what it is worth ------------------------------------------------------ */

static void add_reason(struct fh_landlock_status *status, const char *reason)
{
	size_t len = strlen(status->reason);
	const char *comma = len ? "; " : "";

	if (!strstr(status->reason, reason) &&
	    len + strlen(comma) + strlen(reason) < sizeof(status->reason))
		snprintf(status->reason + len, sizeof(status->reason) - len,
			 "%s%s", comma, reason);
}

static const char *why_none(int abi_error)
{
	if (abi_error == -ENOSYS)
		return "the kernel has no Landlock";
	if (abi_error == -EOPNOTSUPP)
		return "Landlock is not among the kernel's active security modules (lsm=)";
	return "Landlock is refused here, by a filter for one";
}

/*
 * "Fully" is measured by what was asked for: files alone are held from ABI 5
 * (Linux 6.10) on, which has truncation (3) and device ioctls (5). Ports,
 * signals and sockets want ABI 10, and even that does not see a TCP connection
 * that is not made by connect(2): so they are never more than partly held. What
 * a kernel refuses altogether, as moving between directories before ABI 2,
 * costs a program something, and is told as well.
 */
void landlock_describe(unsigned int flags, int abi, int abi_error,
		       struct fh_landlock_status *ret)
{
	*ret = (struct fh_landlock_status){ .abi = abi,
					    .abi_used = abi_used(abi) };
	if (!abi) {
		ret->state = FH_STATE_NOT;
		add_reason(ret, why_none(abi_error));
		return;
	}
	for (unsigned int i = 0; i < n_landlock_rights; i++) {
		const struct landlock_right *right = &landlock_rights[i];

		if (right->abi > abi && is_handled(right, flags))
			add_reason(ret, right->lost);
	}
	if (!(flags & FH_LANDLOCK_FILES_ONLY))
		add_reason(ret, "TCP fast open and MPTCP pass port rules by");
	ret->state = ret->reason[0] ? FH_STATE_PARTLY : FH_STATE_FULLY;
}

/* --- rules ----------------------------------------------------------------- */

static int check_room(struct fh_landlock *landlock, struct fh_error *err)
{
	if (landlock->n_rules < LANDLOCK_RULES_MAX)
		return 0;
	return error_set(err, FH_STAGE_PREPARE, -E2BIG,
			 "more than %d Landlock rules", LANDLOCK_RULES_MAX);
}

/* Room for one more, so that what the kernel has taken is never forgotten. */
static int reserve_place(struct fh_landlock *landlock, struct fh_error *err)
{
	size_t size = landlock->size_places ? 2 * landlock->size_places : 16;
	struct landlock_place *places;

	if (landlock->n_places < landlock->size_places)
		return 0;
	places = realloc(landlock->places, size * sizeof(*places));
	if (!places)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "memory for a Landlock rule");
	landlock->places = places;
	landlock->size_places = size;
	return 0;
}

int landlock_add_path(struct fh_landlock *landlock, const char *path,
		      unsigned int access, struct fh_error *err)
{
	autoclose int fd = open(path, O_PATH | O_CLOEXEC);
	struct ll_ruleset_attr handled;
	struct stat st;
	uint64_t rights;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno,
				 "open %s for a Landlock rule", path);
	r = check_room(landlock, err);
	if (r == 0)
		r = reserve_place(landlock, err);
	if (r < 0)
		return r;
	landlock_handle(landlock->flags, landlock->abi, &handled);
	rights = landlock_access(access, S_ISDIR(st.st_mode),
				 abi_used(landlock->abi)) & handled.handled_fs;
	if (landlock->ruleset_fd >= 0)
		r = ll_add_path(landlock->ruleset_fd, fd, rights);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
				 "add a Landlock rule for %s", path);
	landlock->n_rules++;
	if (S_ISDIR(st.st_mode))
		landlock->places[landlock->n_places++] =
			(struct landlock_place){ st.st_dev, st.st_ino };
	return 0;
}

int landlock_add_port(struct fh_landlock *landlock, uint16_t port,
		      uint64_t rights, struct fh_error *err)
{
	struct ll_ruleset_attr handled;
	int r = check_room(landlock, err);

	if (r < 0)
		return r;
	landlock_handle(landlock->flags, landlock->abi, &handled);
	if (landlock->ruleset_fd >= 0 && handled.handled_net & rights)
		r = ll_add_port(landlock->ruleset_fd, port, rights);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
				 "add a Landlock rule for port %u", port);
	landlock->n_rules++;
	return 0;
}

/* --- the probe ------------------------------------------------------------- */

static bool has_rule(const struct fh_landlock *landlock,
		     struct landlock_place place)
{
	for (size_t i = 0; i < landlock->n_places; i++)
		if (landlock->places[i].dev == place.dev &&
		    landlock->places[i].ino == place.ino)
			return true;
	return false;
}

static int look(const char *path, struct landlock_place *ret)
{
	autoclose int fd = open(path, LANDLOCK_PROBE_FLAGS);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	*ret = (struct landlock_place){ st.st_dev, st.st_ino };
	return 0;
}

/*
 * Every rule grants reading, and a rule reaches a directory only from itself
 * or from one above it. After a chroot there may be rules from above the root;
 * then there is nothing of which it is known that no rule reaches it.
 */
const char *landlock_find_probe(const struct fh_landlock *landlock)
{
	static const char *const beneath_root[] = { "/proc", "/dev", "/tmp" };
	struct landlock_place root, place = { 0 };
	struct stat st;

	if (stat("/", &st) < 0 || st.st_dev != landlock->root.dev ||
	    st.st_ino != landlock->root.ino)
		return NULL;
	root = (struct landlock_place){ st.st_dev, st.st_ino };
	if (has_rule(landlock, root))
		return NULL;
	if (look("/", &place) == 0)
		return "/";
	for (size_t i = 0; i < ARRAY_SIZE(beneath_root); i++)
		if (look(beneath_root[i], &place) == 0 &&
		    !has_rule(landlock, place))
			return beneath_root[i];
	return NULL;
}
