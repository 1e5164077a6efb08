/* The resource limits that a policy asks for, of boxes and of processes. */
#ifndef FH_MECH_LIMITS_H
#define FH_MECH_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct box;
struct fh_policy;

bool limits_are_asked(const struct fh_policy *policy);

/* Adds a limit, no higher than the hard one that the caller has now. */
void limits_add(struct box *box, int resource, uint64_t soft, uint64_t hard);

/* Adds those that the policy asks for. */
void limits_add_asked(struct box *box, const struct fh_policy *policy);

#endif
