/* The filter of a program that is watched, and what a call stands for. */
#ifndef FH_LEARN_LEARN_FILTER_H
#define FH_LEARN_LEARN_FILTER_H

#include "base/error.h"
#include "mech/filter.h"
#include "tables/syscall_groups.h"

/* Return: 0, -ENOMEM, -E2BIG */
int learn_filter(struct bpf_program *ret, struct fh_error *err);

/* The calls to be counted as used when one was stopped: mostly itself, with
 * others that are never stopped. */
void learn_filter_means(unsigned int call, struct syscall_set *ret);

#endif
