/* Calls made for real, behind a filter that the kernel enforces. */
#ifndef FH_TESTS_UNIT_FILTER_TRIAL_H
#define FH_TESTS_UNIT_FILTER_TRIAL_H

#include <sys/prctl.h>

#include "mech/seccomp.h"
#include "mech/seccomp_apply.h"
#include "outcome.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The program is not freed: init's filter would kill a free() that gives
 * memory back to the kernel, and the child ends soon. */
static inline void confine(const struct filter *filter)
{
	struct bpf_program program;

	check_int(bpf_emit(filter, &program, NULL), 0);
	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_int(seccomp_load(&program), 0);
}

static inline void confine_by(const struct seccomp_request *request)
{
	static struct filter filter;

	check_int(seccomp_compile(request, &filter, NULL), 0);
	confine(&filter);
}

#define REQUEST(...)                                                           \
	&(const struct seccomp_request){ .arch = FILTER_ARCH_NATIVE,           \
					 __VA_ARGS__ }

struct trial {
	int (*call)(void);
	const struct seccomp_request *request; /* NULL: the control */
};

static inline void run_trial(void *arg)
{
	const struct trial *trial = arg;

	if (trial->request)
		confine_by(trial->request);
	_exit(trial->call());
}

#define DEFAULT REQUEST(.base = SYSCALLS_DEFAULT)
#define STRICT REQUEST(.base = SYSCALLS_STRICT)

#endif
