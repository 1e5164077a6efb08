/* Puts a filter into force for the caller; async-signal-safe. */
#include "mech/seccomp_apply.h"

#include <linux/filter.h>

#include "mech/filter.h"
#include "sys/seccomp_calls.h"

static int load(const struct bpf_program *program, unsigned int flags)
{
	const struct sock_fprog fprog = { .len = program->len,
					  .filter = program->code };

	return sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &fprog);
}

int seccomp_load(const struct bpf_program *program)
{
	return load(program, 0);
}

int seccomp_load_telling(const struct bpf_program *program)
{
	return load(program, SECCOMP_LISTENER_FLAGS);
}
