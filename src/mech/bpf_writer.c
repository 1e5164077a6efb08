/* Writes classic BPF from its end to its start. */
#include "mech/bpf_writer.h"

#include "base/error.h"

unsigned put(struct bpf_writer *w, uint16_t code, uint32_t k, unsigned jt,
	     unsigned jf)
{
	if (w->n == FILTER_BPF_MAX) {
		w->is_full = true;
		return w->n;
	}
	w->code[w->n++] = (struct sock_filter){ .code = code,
						.jt = (uint8_t)jt,
						.jf = (uint8_t)jf,
						.k = k };
	return w->n;
}

unsigned put_ret(struct bpf_writer *w, uint32_t value, unsigned slack)
{
	size_t i = 0;

	while (i < w->n_rets && w->rets[i].value != value)
		i++;
	if (i < w->n_rets && w->n + slack - w->rets[i].at <= BPF_JUMP_MAX)
		return w->rets[i].at;
	put(w, BPF_RET | BPF_K, value, 0, 0);
	if (i < BPF_RETS_MAX)
		w->rets[i] = (struct known_ret){ value, w->n };
	if (i == w->n_rets && i < BPF_RETS_MAX)
		w->n_rets++;
	return w->n;
}

/* A place that leads to `target` and that a jump written within the next
 * `slack` instructions reaches. */
static unsigned reach(struct bpf_writer *w, unsigned target, unsigned slack)
{
	const struct sock_filter *there;

	invariant(target > 0 && target <= w->n);
	there = &w->code[target - 1];
	if (w->n + slack - target <= BPF_JUMP_MAX)
		return target;
	if (there->code == (BPF_RET | BPF_K))
		return put_ret(w, there->k, slack);
	return put(w, BPF_JMP | BPF_JA, w->n - target, 0, 0);
}

unsigned put_jump(struct bpf_writer *w, uint16_t op, uint32_t k, unsigned yes,
		  unsigned no)
{
	/* Reaching `no` may write one more instruction. */
	yes = reach(w, yes, 1);
	no = reach(w, no, 0);
	invariant(w->n - yes <= BPF_JUMP_MAX && w->n - no <= BPF_JUMP_MAX);
	return put(w, BPF_JMP | op | BPF_K, k, w->n - yes, w->n - no);
}

unsigned put_load(struct bpf_writer *w, uint32_t offset)
{
	return put(w, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}
