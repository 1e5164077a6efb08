/* What the tests of fh_seccomp_new() share: a filter, and what it answers. */
#ifndef FH_TESTS_API_SECCOMP_LAYER_H
#define FH_TESTS_API_SECCOMP_LAYER_H

#include <fumehood/seccomp.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include "layer.h"
#include "mech/bpf_run.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif
#define DEFAULT "default"
#define ERRNO(e) (SECCOMP_RET_ERRNO | (e))

static inline struct fh_seccomp *begin(const char *base)
{
	struct fh_seccomp *seccomp = NULL;

	check_int(fh_seccomp_new(base, &seccomp, NULL), 0);
	return seccomp;
}

/* What the filter answers, by the interpreter: an SECCOMP_RET_ value. */
static inline uint32_t ask(const struct fh_seccomp *seccomp, int nr,
			   unsigned int arg, uint64_t value)
{
	struct seccomp_data data = { .nr = nr, .arch = ARCH };
	uint32_t action;
	void *code;
	size_t n;

	data.args[arg] = value;
	check_int(fh_seccomp_export(seccomp, &code, &n, NULL), 0);
	check_int(bpf_run(code, n, &data, &action, NULL), 0);
	free(code);
	return action;
}

#endif
