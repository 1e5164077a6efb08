/* Makes of a filter one that tells of what it refuses. */
#include "mech/bpf_notify.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

bool bpf_is_told(uint32_t action)
{
	uint32_t error = action & SECCOMP_RET_DATA;

	return (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
	       error != ENOSYS && error != EOPNOTSUPP;
}

int bpf_notify(const struct bpf_program *plain, struct bpf_program *ret)
{
	size_t size = plain->len * sizeof(*plain->code);
	struct sock_filter *code = malloc(size);
	size_t n = 0;

	if (!code)
		return -ENOMEM;
	memcpy(code, plain->code, size);
	for (size_t i = 0; i < plain->len; i++) {
		if (code[i].code != (BPF_RET | BPF_K) || !bpf_is_told(code[i].k))
			continue;
		code[i].k = SECCOMP_RET_USER_NOTIF;
		n++;
	}
	if (n == 0) {
		free(code);
		return -ENOENT;
	}
	*ret = (struct bpf_program){ .code = code, .len = plain->len };
	return 0;
}
