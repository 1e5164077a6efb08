/* User and group ids alone: give up root for good. */
#ifndef FUMEHOOD_IDS_H
#define FUMEHOOD_IDS_H

#include <fumehood/error.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * fh_ids_drop() - become a user and a group, irrevocably
 * @uid: real, effective and saved; 0 is refused
 * @gid: real, effective and saved; 0 is refused
 *
 * Clears the supplementary groups, then changes the group ids, then the user
 * ids, then verifies all of them and that none can be had back. A change from
 * root empties the capability sets; what is kept on purpose is for
 * fh_capabilities_drop() and KEEPCAPS, or for fh_confine(). All threads are
 * changed, as POSIX has it.
 *
 * Where the caller has no CAP_SETGID it succeeds only if the ids are its own
 * and it has no supplementary group but @gid. Other threads are verified by
 * /proc; without it there may be none.
 *
 * Return: 0; -EPERM when the caller may not, or could still go back (then
 *         err->stage is FH_STAGE_APPLY: the process should end); -EINVAL, also
 *         for an id that the user namespace does not map; -ENOMEM
 */
int fh_ids_drop(uid_t uid, gid_t gid, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
