/* User and group ids alone: gives up root, and makes sure that it is gone. */
#include "api/export.h"

#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sys/capability.h"
#include "sys/threads.h"

/*
 * libc's calls are used, not the kernel's: they change every thread. What a
 * libc does not know of, such as a thread made by clone, is found by the
 * verification, which reads the ids of each thread from /proc.
 */

/* Either of these takes the ids back. */
#define WAYS_BACK                                                              \
	(UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID)

struct ids {
	uid_t uid[3]; /* real, effective, saved */
	gid_t gid[3];
	gid_t *groups; /* heap, owned */
	int room; /* at .groups */
	int n_groups;
	uint64_t effective;
};

/* Room for all groups and one more: 0 would ask how many there are. */
static int reserve_groups(struct ids *ret)
{
	int n = getgroups(0, NULL);

	if (n < 0)
		return -errno;
	ret->groups = malloc(((size_t)n + 1) * sizeof(*ret->groups));
	if (!ret->groups)
		return -ENOMEM;
	ret->room = n + 1;
	return 0;
}

static int read_ids(struct ids *ret)
{
	struct capability_sets sets = { 0 };
	int r = capability_get(&sets);

	if (r < 0)
		return r;
	ret->effective = sets.effective;
	if (getresuid(&ret->uid[0], &ret->uid[1], &ret->uid[2]) < 0 ||
	    getresgid(&ret->gid[0], &ret->gid[1], &ret->gid[2]) < 0)
		return -errno;
	/* If another thread added some, EINVAL. */
	r = getgroups(ret->room, ret->groups);
	if (r < 0)
		return -errno;
	ret->n_groups = r;
	return 0;
}

static bool is_one_of(unsigned int id, const unsigned int ids[3])
{
	return id == ids[0] || id == ids[1] || id == ids[2];
}

static bool has_other_group(const struct ids *ids, gid_t gid)
{
	for (int i = 0; i < ids->n_groups; i++)
		if (ids->groups[i] != gid)
			return true;
	return false;
}

static int fail_first(struct fh_error *err, int code, const char *what)
{
	error_set(err, FH_STAGE_PLAN, code, "%s", what);
	if (code == -EPERM)
		error_remedy(err, "start as root, or with CAP_SETUID and CAP_SETGID; nothing was changed");
	return code;
}

/* Refuses what the kernel would refuse halfway. */
static int check_first(const struct ids *now, uid_t uid, gid_t gid,
		       struct fh_error *err)
{
	bool can_uid = now->effective & UINT64_C(1) << CAP_SETUID ||
		       is_one_of(uid, now->uid);
	bool can_gid = now->effective & UINT64_C(1) << CAP_SETGID ||
		       is_one_of(gid, now->gid);

	if (!can_uid || !can_gid)
		return error_set(err, FH_STAGE_PLAN, -EPERM,
				 "become uid %u and gid %u without CAP_SET%cID",
				 uid, gid, can_uid ? 'G' : 'U');
	return 0;
}

/* Where setgroups is refused, also in a user namespace that denies it, the
 * groups must already be gone. */
static int clear_groups(const struct ids *now, gid_t gid, struct fh_error *err)
{
	if (setgroups(0, NULL) == 0)
		return 0;
	if (errno == EPERM && !has_other_group(now, gid))
		return 0;
	return fail_first(err, -errno, "clear the supplementary groups");
}

/* A user id that the namespace does not map is refused only when tried. */
static int fail_changed(const struct ids *now, int code, const char *what,
			uid_t uid, gid_t gid, struct fh_error *err)
{
	bool is_undone = setresgid(now->gid[0], now->gid[1], now->gid[2]) == 0;

	is_undone &= setgroups((size_t)now->n_groups, now->groups) == 0 ||
		     now->n_groups == 0;
	error_set(err, is_undone ? FH_STAGE_PLAN : FH_STAGE_APPLY, code,
		  "change the %s: uid %u, gid %u", what, uid, gid);
	if (!is_undone)
		error_remedy(err, "end this process: its groups have changed");
	return code;
}

static int change(const struct ids *now, uid_t uid, gid_t gid,
		  struct fh_error *err)
{
	int r = clear_groups(now, gid, err);

	if (r < 0)
		return r;
	if (setresgid(gid, gid, gid) < 0)
		return fail_changed(now, -errno, "group ids", uid, gid, err);
	if (setresuid(uid, uid, uid) < 0)
		return fail_changed(now, -errno, "user ids", uid, gid, err);
	return 0;
}

/* --- verification ----------------------------------------------------------- */

static int fail_verify(struct fh_error *err, const char *what)
{
	error_set(err, FH_STAGE_APPLY, -EPERM, "%s", what);
	error_remedy(err, "end this process: it has not given up what it was asked to");
	return -EPERM;
}

struct wanted {
	unsigned int uid;
	unsigned int gid;
};

/* "Uid:\t1\t1\t1\t1": real, effective, saved, file system. */
static bool are_all(const char *field, unsigned int id)
{
	for (int i = 0; field && i < 4; i++) {
		char *end;
		unsigned long is = strtoul(field, &end, 10);

		if (end == field || is != id || !strchr("\t\n", *end))
			return false;
		field = end + 1;
	}
	return field;
}

static bool is_no_other_group(const char *field, unsigned int gid)
{
	while (field && *field && *field != '\n') {
		char *end;

		if (*field == ' ') {
			field++;
			continue;
		}
		if (strtoul(field, &end, 10) != gid || end == field)
			return false;
		field = end;
	}
	return field;
}

static int is_as_wanted(const char *status, const void *ctx)
{
	const struct wanted *wanted = ctx;

	return are_all(threads_field(status, "Uid"), wanted->uid) &&
	       are_all(threads_field(status, "Gid"), wanted->gid) &&
	       is_no_other_group(threads_field(status, "Groups"), wanted->gid);
}

/* Without /proc the calling thread, which was looked at, must be the only
 * one. */
static int verify_threads(uid_t uid, gid_t gid, struct fh_error *err)
{
	struct wanted wanted = { .uid = uid, .gid = gid };
	int r = threads_check(is_as_wanted, &wanted);

	if (r == 0)
		return fail_verify(err, "a thread kept other ids or groups");
	if (r == 1)
		r = threads_lack(WAYS_BACK);
	if (r == 0)
		return fail_verify(err, "a thread kept CAP_SETUID or CAP_SETGID, which takes the ids back");
	if (r < 0 && threads_look() != THREADS_ONE)
		return fail_verify(err, "the ids of the other threads cannot be seen without /proc");
	return 0;
}

/* In the room of what they were: with the ids changed, no memory is asked for
 * any more. */
static int verify_self(const struct ids *was, uid_t uid, gid_t gid,
		       struct fh_error *err)
{
	struct ids is = { .groups = was->groups, .room = was->room };
	struct capability_sets sets = { 0 };

	if (read_ids(&is) < 0 || capability_get(&sets) < 0)
		return fail_verify(err, "the ids cannot be read back");
	for (int i = 0; i < 3; i++)
		if (is.uid[i] != uid || is.gid[i] != gid)
			return fail_verify(err, "the ids are not what they were made");
	if (has_other_group(&is, gid))
		return fail_verify(err, "supplementary groups are left");
	if (sets.permitted & WAYS_BACK)
		return fail_verify(err, "CAP_SETUID or CAP_SETGID was kept, which takes the ids back");
	return 0;
}

static bool is_refused(int r)
{
	return r < 0 && errno == EPERM;
}

/* In an order in which a success harms least: the process ends then anyway. A
 * namespace that does not map 0 answers EINVAL, which is as final. */
static int try_back(uid_t uid, gid_t gid, struct fh_error *err)
{
	const uid_t same = (uid_t)-1;
	int r;

	if (!is_refused(setgroups(0, NULL)))
		return fail_verify(err, "setgroups was still allowed");
	r = setresgid(same, 0, same);
	if (r == 0 && setresgid(gid, gid, gid) < 0)
		return fail_verify(err, "group 0 was had back");
	if (!is_refused(r) && !(r < 0 && errno == EINVAL))
		return fail_verify(err, "group 0 could be had back");
	r = setresuid(same, 0, same);
	if (r == 0 && setresuid(uid, uid, uid) < 0)
		return fail_verify(err, "uid 0 was had back");
	if (!is_refused(r) && !(r < 0 && errno == EINVAL))
		return fail_verify(err, "uid 0 could be had back");
	return 0;
}

static int check_id(unsigned int id, const char *what, struct fh_error *err)
{
	if (id != 0 && id != UINT_MAX)
		return 0;
	return error_set(err, FH_STAGE_PARSE, -EINVAL,
			 "fh_ids_drop: %s %d is not one to drop to", what,
			 (int)id);
}

static int drop(struct ids *now, uid_t uid, gid_t gid, struct fh_error *err)
{
	int r = reserve_groups(now);

	if (r == 0)
		r = read_ids(now);
	if (r < 0)
		return fail_first(err, r, "read the present ids");
	r = check_first(now, uid, gid, err);
	if (r == 0)
		r = change(now, uid, gid, err);
	if (r == 0)
		r = verify_self(now, uid, gid, err);
	/* Threads before trying: where one may and another may not, a libc
	 * ends the process on the spot. */
	if (r == 0)
		r = verify_threads(uid, gid, err);
	return r == 0 ? try_back(uid, gid, err) : r;
}

int fh_ids_drop(uid_t uid, gid_t gid, struct fh_error *err)
{
	struct ids now = { 0 };
	int r = check_id(uid, "uid", err);

	if (r == 0)
		r = check_id(gid, "gid", err);
	if (r == 0)
		r = drop(&now, uid, gid, err);
	free(now.groups);
	return r;
}
