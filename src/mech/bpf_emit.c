/* Turns a filter into classic BPF: a balanced tree over ranges of numbers. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/scratch.h"
#include "mech/bpf_rules.h"
#include "mech/bpf_writer.h"
#include "mech/seccomp.h"

/*
 *	ld arch; jeq NATIVE, +0, kill
 *	ld nr
 *	tree of jge over ranges with the same answer, whose leaves are
 *	  ret ANSWER			for most numbers
 *	  ld arg; jeq ...; ret ANSWER	for numbers with rules
 *
 * Numbers from 0x40000000 on, the x32 calls of x86_64, are above every known
 * number, so the tree's last range answers them with ENOSYS as it does all
 * that no table names. Constant answers depend on nr and arch alone: the
 * kernel (5.11) keeps those that allow in a bitmap and never runs the filter.
 *
 * The result depends on the filter alone; equal filters give equal bytes.
 */
#define NR_OFFSET offsetof(struct seccomp_data, nr)
#define ARCH_OFFSET offsetof(struct seccomp_data, arch)

/* Where a number leads: a RET with this value, or the code of its rules. */
struct answer {
	uint32_t value;
	unsigned rules; /* place; 0 when there are none */
};

static void collect_chain(const struct filter *filter, int nr,
			  struct rule_chain *ret)
{
	ret->n = 0;
	ret->rest = filter->by_nr[nr];
	for (size_t i = 0; i < filter->n_rules; i++) {
		if (filter->rules[i].nr == nr)
			ret->rules[ret->n++] = &filter->rules[i];
	}
}

/* Code already written that serves this number as well, or 0. */
static unsigned find_twin(const struct filter *filter,
			  const struct answer *answers,
			  const struct rule_chain *chain)
{
	scratch struct rule_chain other;

	for (size_t i = 0; i < filter->n_rules; i++) {
		int nr = filter->rules[i].nr;

		if (!answers[nr].rules ||
		    (i > 0 && nr == filter->rules[i - 1].nr))
			continue;
		collect_chain(filter, nr, &other);
		if (rule_chain_is_same(chain, &other))
			return answers[nr].rules;
	}
	return 0;
}

static void put_all_rules(struct bpf_writer *w, const struct filter *filter,
			  struct answer *ret_answers)
{
	scratch struct rule_chain chain;

	for (int nr = 0; nr < FILTER_NR_MAX; nr++)
		ret_answers[nr] = (struct answer){
			.value = bpf_action(filter->by_nr[nr]),
		};
	for (size_t i = 0; i < filter->n_rules; i++) {
		int nr = filter->rules[i].nr;
		unsigned twin;

		if (ret_answers[nr].rules)
			continue;
		collect_chain(filter, nr, &chain);
		twin = find_twin(filter, ret_answers, &chain);
		ret_answers[nr].rules = twin ? twin :
					       put_rule_chain(w, &chain);
	}
}

struct range {
	uint32_t first; /* up to the next range's first */
	struct answer answer;
};

static bool is_same_answer(struct answer a, struct answer b)
{
	return a.rules ? a.rules == b.rules :
			 !b.rules && a.value == b.value;
}

static size_t find_ranges(const struct answer *answers, struct range *ret)
{
	size_t n = 0;

	for (uint32_t nr = 0; nr <= FILTER_NR_MAX; nr++) {
		struct answer answer = { .value = SECCOMP_RET_ERRNO | ENOSYS };

		if (nr < FILTER_NR_MAX)
			answer = answers[nr];
		if (n == 0 || !is_same_answer(ret[n - 1].answer, answer))
			ret[n++] = (struct range){ nr, answer };
	}
	return n;
}

static unsigned put_answer(struct bpf_writer *w, struct answer answer)
{
	/* The other branch of the jump may be written in between. */
	return answer.rules ? answer.rules : put_ret(w, answer.value, 1);
}

/* Numbers of one, each between ranges of one and the same answer: asking for
 * each by name takes half of what cutting on both sides does. */
#define SINGLES_MAX 3

static bool is_singles(const struct range *ranges, size_t n)
{
	if (n % 2 == 0 || n < 3 || n > 2 * SINGLES_MAX + 1)
		return false;
	for (size_t i = 1; i < n; i += 2) {
		if (ranges[i + 1].first != ranges[i].first + 1 ||
		    !is_same_answer(ranges[i + 1].answer, ranges[0].answer))
			return false;
	}
	return true;
}

static unsigned put_singles(struct bpf_writer *w, const struct range *ranges,
			    size_t n)
{
	unsigned no = put_answer(w, ranges[0].answer);

	for (size_t i = 1; i < n; i += 2)
		no = put_jump(w, BPF_JEQ, ranges[i].first,
			      put_answer(w, ranges[i].answer), no);
	return no;
}

static unsigned put_tree(struct bpf_writer *w, const struct range *ranges,
			 size_t n)
{
	size_t half = n / 2;
	unsigned below;
	unsigned above;

	if (n == 1)
		return put_answer(w, ranges[0].answer);
	if (is_singles(ranges, n))
		return put_singles(w, ranges, n);
	above = put_tree(w, ranges + half, n - half);
	below = put_tree(w, ranges, half);
	return put_jump(w, BPF_JGE, ranges[half].first, above, below);
}

static void put_program(struct bpf_writer *w, const struct filter *filter)
{
	static const uint32_t audit_arch[N_FILTER_ARCHES] = {
		[FILTER_ARCH_X86_64] = AUDIT_ARCH_X86_64,
		[FILTER_ARCH_AARCH64] = AUDIT_ARCH_AARCH64,
	};
	scratch struct answer answers[FILTER_NR_MAX];
	scratch struct range ranges[FILTER_NR_MAX + 1];
	unsigned tree;
	unsigned native;
	unsigned foreign;

	put_all_rules(w, filter, answers);
	tree = put_tree(w, ranges, find_ranges(answers, ranges));
	if (tree != w->n)
		put(w, BPF_JMP | BPF_JA, w->n - tree, 0, 0);
	native = put_load(w, NR_OFFSET);
	foreign = put_ret(w, SECCOMP_RET_KILL_PROCESS, 1);
	put_jump(w, BPF_JEQ, audit_arch[filter->arch], native, foreign);
	put_load(w, ARCH_OFFSET);
}

int bpf_emit(const struct filter *filter, struct bpf_program *ret,
	     struct fh_error *err)
{
	scratch struct bpf_writer w; /* mostly left untouched */
	struct sock_filter *code;

	w.n = 0;
	w.n_rets = 0;
	w.is_full = false;
	put_program(&w, filter);
	if (w.is_full)
		return error_set(err, FH_STAGE_PREPARE, -E2BIG,
			       "a filter of more than %d instructions",
			       FILTER_BPF_MAX);
	code = malloc(w.n * sizeof(*code));
	if (!code)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
			       "memory for a filter");
	for (unsigned i = 0; i < w.n; i++)
		code[i] = w.code[w.n - 1 - i];
	*ret = (struct bpf_program){ .code = code, .len = (uint16_t)w.n };
	return 0;
}

void bpf_program_done(struct bpf_program *program)
{
	free(program->code);
	*program = (struct bpf_program){ 0 };
}
