/* Makes the kernel seem to be another: one system call is answered for it. */
#ifndef FH_TESTS_API_PRETEND_H
#define FH_TESTS_API_PRETEND_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "layer.h"

/* A filter that stands before any of the library's. */
static inline void pretend_by(struct sock_filter *code, size_t n)
{
	const struct sock_fprog program = { (unsigned short)n, code };

	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_int(SC(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), 0);
}

/* From here on the call ends with this errno; 0 is success. */
static inline void pretend(int nr, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
			 SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	pretend_by(code, N(code));
}

#endif
