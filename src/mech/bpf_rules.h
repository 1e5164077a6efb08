/* Turns the argument rules of one number into a decision tree of BPF. */
#ifndef FH_MECH_BPF_RULES_H
#define FH_MECH_BPF_RULES_H

#include "mech/bpf_writer.h"

/* The rules of one number, in their order, and the verdict after them. */
struct rule_chain {
	const struct filter_rule *rules[FILTER_RULES_MAX];
	size_t n;
	struct verdict rest;
};

/* What seccomp returns for a verdict. */
uint32_t bpf_action(struct verdict verdict);

/* Would both be the same code? Their numbers do not matter. */
bool rule_chain_is_same(const struct rule_chain *a, const struct rule_chain *b);

/* Writes a chain; returns the place where it starts. */
unsigned put_rule_chain(struct bpf_writer *w, const struct rule_chain *chain);

#endif
