/* The calls that each named policy lets through, before arguments. */
#ifndef FH_MECH_SECCOMP_POLICIES_H
#define FH_MECH_SECCOMP_POLICIES_H

#include "mech/seccomp.h"
#include "tables/syscall_groups.h"

/* The calls that a policy allows. */
void seccomp_policy_calls(enum syscall_policy policy, struct syscall_set *ret);

/* The calls of the box's own init. */
void seccomp_init_calls(struct syscall_set *ret);

/* The calls of the output relay. */
void seccomp_relay_calls(struct syscall_set *ret);

/* Calls that no wish can allow: they would undo fences that the guarantees
 * rest on. */
void seccomp_locked_calls(struct syscall_set *ret);

/* Calls that FH_DENY_LOG refuses all the same: letting them through to see what
 * a program wants would already be the escape. */
void seccomp_unsafe_calls(struct syscall_set *ret);

#endif
