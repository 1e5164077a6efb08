/* Turns the argument rules of one number into a decision tree of BPF. */
#include "mech/bpf_rules.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>

/* Little endian on both architectures. */
static uint32_t low_word(unsigned arg)
{
	return offsetof(struct seccomp_data, args) + 8 * arg;
}

static uint32_t high_word(unsigned arg)
{
	return low_word(arg) + 4;
}

uint32_t bpf_action(struct verdict verdict)
{
	switch ((enum verdict_kind)verdict.kind) {
	case VERDICT_ALLOW:
		return SECCOMP_RET_ALLOW;
	case VERDICT_ERRNO:
		return SECCOMP_RET_ERRNO | verdict.error;
	case VERDICT_LOG:
		return SECCOMP_RET_LOG;
	case VERDICT_NOTIFY:
		return SECCOMP_RET_USER_NOTIF;
	case VERDICT_TRACE:
		return SECCOMP_RET_TRACE;
	case VERDICT_UNKNOWN:
		return SECCOMP_RET_ERRNO | ENOSYS;
	case VERDICT_KILL:
		break;
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/* What the accumulator must hold for the second entry of a test: a word of
 * the arguments, cut by a mask if one was applied. */
struct held {
	uint32_t offset; /* 0 when nothing useful: args start at 16 */
	uint32_t mask;	 /* 0 when none was applied */
};

static bool is_held(struct held a, struct held b)
{
	return a.offset != 0 && a.offset == b.offset && a.mask == b.mask;
}

static bool is_masked(const struct arg_test *test)
{
	return test->op == ARG_MASKED_EQ || test->op == ARG_MASKED_NE;
}

/* "any bit set" has an instruction of its own, which keeps the word whole. */
static bool is_bit_test(const struct arg_test *test)
{
	return is_masked(test) && (uint32_t)test->value == 0;
}

static struct held held_by(const struct arg_test *test)
{
	struct held held = { 0 };

	if (test->is_wide)
		return held;
	held.offset = low_word(test->arg);
	if (is_masked(test) && !is_bit_test(test))
		held.mask = (uint32_t)test->mask;
	return held;
}

/* The comparison of one loaded word, without the load. */
static unsigned put_word_test(struct bpf_writer *w, uint8_t op, uint32_t mask,
			   uint32_t value, unsigned yes, unsigned no)
{
	switch ((enum arg_op)op) {
	case ARG_EQ:
		return put_jump(w, BPF_JEQ, value, yes, no);
	case ARG_NE:
		return put_jump(w, BPF_JEQ, value, no, yes);
	case ARG_MASKED_EQ:
		if (value == 0)
			return put_jump(w, BPF_JSET, mask, no, yes);
		return put_jump(w, BPF_JEQ, value, yes, no);
	case ARG_MASKED_NE:
		if (value == 0)
			return put_jump(w, BPF_JSET, mask, yes, no);
		return put_jump(w, BPF_JEQ, value, no, yes);
	case ARG_GT:
		return put_jump(w, BPF_JGT, value, yes, no);
	case ARG_GE:
		break;
	}
	return put_jump(w, BPF_JGE, value, yes, no);
}

static unsigned put_mask(struct bpf_writer *w, uint32_t mask)
{
	return put(w, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
}

/* Both words of a 64-bit argument: the upper decides unless it is equal. */
static unsigned put_wide_test(struct bpf_writer *w, const struct arg_test *test,
			   unsigned yes, unsigned no)
{
	uint32_t high = (uint32_t)(test->value >> 32);
	uint32_t high_mask = (uint32_t)(test->mask >> 32);
	bool is_ordered = test->op == ARG_GT || test->op == ARG_GE;
	bool is_negated = test->op == ARG_NE || test->op == ARG_MASKED_NE;
	bool has_mask = is_masked(test);
	unsigned differs = is_negated ? yes : no;

	put_word_test(w, test->op, (uint32_t)test->mask, (uint32_t)test->value,
		      yes, no);
	if (has_mask && !is_bit_test(test))
		put_mask(w, (uint32_t)test->mask);
	put_load(w, low_word(test->arg));
	put_jump(w, BPF_JEQ, high, w->n, differs);
	if (is_ordered)
		put_jump(w, BPF_JGT, high, yes, w->n);
	if (has_mask)
		put_mask(w, high_mask);
	return put_load(w, high_word(test->arg));
}

/* --- the rules of one number -------------------------------------------- */

/* Where to go on: with any accumulator, or with a certain one loaded. */
struct entry {
	unsigned any; /* 0 when it was not asked for */
	unsigned loaded;
	struct held held;
};

static bool is_same_test(const struct arg_test *a, const struct arg_test *b)
{
	return a->arg == b->arg && a->op == b->op && a->is_wide == b->is_wide &&
	       a->value == b->value && (!is_masked(a) || a->mask == b->mask);
}

static struct entry put_rules(struct bpf_writer *w,
			      const struct filter_rule *const *rules, size_t n,
			      unsigned depth, struct entry rest,
			      bool needs_any);

/* The test that the rules of a run share, then what is left of them. */
static struct entry put_run(struct bpf_writer *w,
			    const struct filter_rule *const *rules, size_t n,
			    unsigned depth, struct entry next, bool needs_any)
{
	const struct arg_test *test = &rules[0]->tests[depth];
	struct entry at = { .held = held_by(test) };
	struct entry after;
	unsigned no;

	after = put_rules(w, rules, n, depth + 1,
			  (struct entry){ .any = next.any }, true);
	no = is_held(at.held, next.held) ? next.loaded : next.any;
	if (test->is_wide) {
		at.any = put_wide_test(w, test, after.any, no);
		return at;
	}
	put_word_test(w, test->op, (uint32_t)test->mask, (uint32_t)test->value,
		      after.any, no);
	at.loaded = w->n;
	if (needs_any) {
		if (at.held.mask)
			put_mask(w, at.held.mask);
		at.any = put_load(w, at.held.offset);
	}
	return at;
}

/* Whether one of the rules has no tests left, so that none falls through. */
static bool has_end(const struct filter_rule *const *rules, size_t n,
		    unsigned depth)
{
	for (size_t i = 0; i < n; i++) {
		if (rules[i]->n_tests == depth)
			return true;
	}
	return false;
}

/*
 * Neighbouring rules that share a test share its code: the rules of a number
 * become a decision tree without changing their order. When all tests of a
 * run fail to decide, the rest is next; if both look at the same word, it is
 * not loaded twice.
 */
static struct entry put_rules(struct bpf_writer *w,
			      const struct filter_rule *const *rules, size_t n,
			      unsigned depth, struct entry rest, bool needs_any)
{
	const struct arg_test *test;
	struct entry next = rest;
	size_t n_run = 1;

	if (n == 0)
		return rest;
	if (rules[0]->n_tests == depth) {
		unsigned end = put_ret(w, bpf_action(rules[0]->verdict), 1);

		return (struct entry){ .any = end };
	}
	test = &rules[0]->tests[depth];
	while (n_run < n && rules[n_run]->n_tests > depth &&
	       is_same_test(test, &rules[n_run]->tests[depth]))
		n_run++;
	if (n_run < n) {
		bool can_load = rules[n_run]->n_tests > depth &&
				is_held(held_by(test),
					held_by(&rules[n_run]->tests[depth]));
		bool can_fall = !has_end(rules, n_run, depth + 1);

		next = put_rules(w, rules + n_run, n - n_run, depth, rest,
				 can_fall || !can_load);
	}
	return put_run(w, rules, n_run, depth, next, needs_any);
}

static bool is_same_rule(const struct filter_rule *a,
			 const struct filter_rule *b)
{
	if (a->n_tests != b->n_tests ||
	    bpf_action(a->verdict) != bpf_action(b->verdict))
		return false;
	for (unsigned i = 0; i < a->n_tests; i++) {
		if (!is_same_test(&a->tests[i], &b->tests[i]))
			return false;
	}
	return true;
}

bool rule_chain_is_same(const struct rule_chain *a, const struct rule_chain *b)
{
	if (a->n != b->n || bpf_action(a->rest) != bpf_action(b->rest))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (!is_same_rule(a->rules[i], b->rules[i]))
			return false;
	}
	return true;
}

unsigned put_rule_chain(struct bpf_writer *w, const struct rule_chain *chain)
{
	unsigned rest = put_ret(w, bpf_action(chain->rest), 1);
	struct entry entry;

	entry = put_rules(w, chain->rules, chain->n, 0,
			  (struct entry){ .any = rest }, true);
	return entry.any;
}
