/* The words for which rule of a plan decides about a path, and which option would
 * change that: the same before a run and after it. */
#ifndef FH_PLAN_RULE_H
#define FH_PLAN_RULE_H

#include "base/text.h"
#include "plan/prepare.h"

/* "the default tree's /usr gives read, execute" */
void rule_describe(const struct mount_op *op, struct text *ret);

/* Why what lies outside cannot be had: no rule (NULL), what is the box's own, or one
 * that gives less. */
void rule_describe_lack(const struct mount_op *op, struct text *ret);

/* -r, -w or -x for FH_READ, FH_WRITE or FH_EXEC. */
const char *rule_access_option(unsigned int access);

/* Adds "OPTION VALUE", after a blank where there is something already; the value as
 * one word of a shell. */
void rule_add_option(struct text *ret, const char *option, const char *value);

#endif
