/* Which argument tells refused calls of one number apart. */
#include "mech/refused_call.h"

#include "base/cleanup.h"
#include "mech/seccomp.h"
#include "tables/syscalls.h"

#define WHOLE 0xffffffff
#define SOCKET_TYPE 0xf
/* What may not be in the flags of clone; without, a thread and a process would
 * be two refusals. include/uapi/linux/sched.h */
#define CLONE_NEW_ANY 0x7e020000

/* Nothing that a program could vary for ever without being one that tries. */
static const struct {
	uint16_t call;
	uint8_t arg[2];
	uint32_t mask[2];
} keys[] = {
	{ CALL_bpf, { 0 }, { WHOLE } },
	{ CALL_clone, { 0 }, { CLONE_NEW_ANY } },
	{ CALL_ioctl, { 1 }, { WHOLE } },
	{ CALL_keyctl, { 0 }, { WHOLE } },
	{ CALL_personality, { 0 }, { WHOLE } },
	{ CALL_prctl, { 0 }, { WHOLE } },
	{ CALL_ptrace, { 0 }, { WHOLE } },
	{ CALL_setns, { 1 }, { WHOLE } },
	{ CALL_setsockopt, { 1, 2 }, { WHOLE, WHOLE } },
	{ CALL_socket, { 0, 1 }, { WHOLE, SOCKET_TYPE } },
	{ CALL_socketpair, { 0 }, { WHOLE } },
	{ CALL_unshare, { 0 }, { WHOLE } },
};
_Static_assert(ARRAY_SIZE(keys) <= REFUSED_KEYS_MAX, "all keys fit a box");

size_t refused_keys(enum filter_arch arch,
		    struct refused_key ret[REFUSED_KEYS_MAX])
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		ret[i].nr = (int16_t)syscall_on(arch, keys[i].call);
		for (int part = 0; part < 2; part++) {
			ret[i].arg[part] = keys[i].arg[part];
			ret[i].mask[part] = keys[i].mask[part];
		}
	}
	return ARRAY_SIZE(keys);
}
