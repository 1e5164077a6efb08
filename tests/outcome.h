/* How a call ended, as one number. */
#ifndef FH_TESTS_OUTCOME_H
#define FH_TESTS_OUTCOME_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 0, or the errno that a call ended with. */
static inline int outcome(long r)
{
	return r < 0 ? errno : 0;
}
#define SC(...) outcome(syscall(__VA_ARGS__))

#endif
