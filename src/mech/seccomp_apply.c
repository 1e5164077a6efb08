/* Puts a filter into force for the caller; async-signal-safe. */
#include "mech/seccomp_apply.h"

#include <linux/filter.h>

#include "mech/filter.h"
#include "sys/seccomp_calls.h"

int seccomp_load(const struct bpf_program *program)
{
	const struct sock_fprog fprog = { .len = program->len,
					  .filter = program->code };

	return sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &fprog);
}
