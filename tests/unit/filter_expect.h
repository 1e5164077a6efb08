/* Expectations of a compiled filter, call by call in plain words. */
#ifndef FH_TESTS_UNIT_FILTER_EXPECT_H
#define FH_TESTS_UNIT_FILTER_EXPECT_H

#include "filter_eval.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define OK (-1) /* expected: allowed */
#define KILLED (-2)
#define LOGGED (-3)
#define HIGH (1ull << 32)

/* The answer of a compiled filter to a call by name. */
static inline int answer(const struct filter *filter, const char *name,
			 const uint64_t *args)
{
	struct seccomp_data data = { .arch = eval_arch[filter->arch] };
	uint32_t action;

	data.nr = syscall_number(filter->arch, name);
	if (data.nr < 0)
		tap_fail(__FILE__, __LINE__, "no call %s", name);
	memcpy(data.args, args, sizeof(data.args));
	action = eval(filter, &data);
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return OK;
	case SECCOMP_RET_LOG:
		return LOGGED;
	case SECCOMP_RET_KILL_PROCESS:
		return KILLED;
	case SECCOMP_RET_ERRNO:
		return (int)(action & SECCOMP_RET_DATA);
	}
	tap_fail(__FILE__, __LINE__, "action %#x", action);
}

static struct filter compiled;

static inline void compile(const struct seccomp_request *request)
{
	struct fh_error err = { 0 };

	if (seccomp_compile(request, &compiled, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

static inline void expect(const char *name, const uint64_t *args, int expected)
{
	int actual = answer(&compiled, name, args);

	if (actual != expected)
		tap_fail(__FILE__, __LINE__,
			 "%s(%#llx, %#llx, %#llx, %#llx) gives %d, not %d",
			 name, (unsigned long long)args[0],
			 (unsigned long long)args[1],
			 (unsigned long long)args[2],
			 (unsigned long long)args[3], actual, expected);
}
#define EXPECT(name, expected, ...)                                            \
	expect(name, (const uint64_t[6]){ __VA_ARGS__ }, expected)

#define COMPILE(...)                                                           \
	compile(&(const struct seccomp_request){                               \
		.arch = FILTER_ARCH_X86_64, __VA_ARGS__ })

#endif
