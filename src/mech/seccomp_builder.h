/* A filter put together call by call, on top of a policy or of nothing. */
#ifndef FH_MECH_SECCOMP_BUILDER_H
#define FH_MECH_SECCOMP_BUILDER_H

#include <fumehood/seccomp.h>
#include <stdbool.h>

#include "mech/filter.h"
#include "tables/syscalls.h"

struct text;

/* What was said of a call; the last word counts. */
enum seccomp_choice {
	CHOICE_BASE, /* nothing: what the base has, or a refusal */
	CHOICE_ALLOW,
	CHOICE_REFUSE, /* in a group or by the way: ENOSYS for what is tried */
	CHOICE_DENY,   /* by its name: the action, whatever it is */
};

/* Conditions that were said of a call, tried before its choice. */
struct seccomp_condition {
	uint16_t call; /* enum syscall_id */
	bool is_deny;
	uint8_t n_tests;
	struct arg_test tests[FILTER_TESTS_MAX];
};

#define SECCOMP_NO_BASE (-1)

/* Kept as it was said, since the action may be named last. */
struct fh_seccomp {
	int base; /* enum syscall_policy, or SECCOMP_NO_BASE */
	enum fh_deny on_deny;
	uint16_t error; /* for FH_DENY_ERRNO */
	uint8_t choices[N_SYSCALLS]; /* enum seccomp_choice */
	struct seccomp_condition conditions[FILTER_RULES_MAX];
	size_t n_conditions;
};

/* Says the choice for each call that is meant, and drops its conditions.
 * Return: 0, or -ENOENT with the nearest name */
int seccomp_choose(struct fh_seccomp *seccomp, const char *name,
		   enum seccomp_choice choice, struct fh_error *err);

/* Adds conditions of one call; @function is named in errors.
 * Return: as fh_seccomp_allow_if() */
int seccomp_add_condition(struct fh_seccomp *seccomp, const char *name,
			  bool is_deny, const struct fh_condition *conditions,
			  size_t n, const char *function,
			  struct fh_error *err);

/* fh_seccomp_open_read_only(). */
int seccomp_open_read_only(struct fh_seccomp *seccomp, struct fh_error *err);

/* The whole as a filter for this architecture. Return: 0, or as
 * seccomp_compile() */
int seccomp_build(const struct fh_seccomp *seccomp, struct filter *ret,
		  struct fh_error *err);

/* Adds what the filter does, as lines or as one JSON object. */
void seccomp_print(const struct fh_seccomp *seccomp,
		   const struct filter *filter, enum fh_format format,
		   struct text *ret);

#endif
