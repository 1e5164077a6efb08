/* Interprets seccomp filters: for init, which answers by one, and for tests. */
#include "mech/bpf_run.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

#define N_WORDS (sizeof(struct seccomp_data) / sizeof(uint32_t))

/* --- what the kernel accepts -------------------------------------------- */

static bool is_alu_valid(const struct sock_filter *insn)
{
	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		return true;
	case BPF_DIV:
		return BPF_SRC(insn->code) == BPF_X || insn->k != 0;
	case BPF_LSH:
	case BPF_RSH:
		return BPF_SRC(insn->code) == BPF_X || insn->k < 32;
	case BPF_NEG:
		return BPF_SRC(insn->code) == BPF_K;
	}
	return false;
}

static bool is_jump_valid(const struct sock_filter *insn, size_t left)
{
	switch (insn->code) {
	case BPF_JMP | BPF_JA | BPF_K:
		return insn->k < left;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
		return insn->jt < left && insn->jf < left;
	}
	return false;
}

/* @left: instructions after this one */
static bool is_valid(const struct sock_filter *insn, size_t left)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return insn->k % 4 == 0 &&
		       insn->k < sizeof(struct seccomp_data);
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_A:
	case BPF_RET | BPF_K:
		return true;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return insn->k < BPF_MEMWORDS;
	}
	if ((insn->code & ~0xffu) != 0)
		return false;
	if (BPF_CLASS(insn->code) == BPF_ALU)
		return is_alu_valid(insn);
	if (BPF_CLASS(insn->code) == BPF_JMP)
		return is_jump_valid(insn, left);
	return false;
}

/* What is surely stored when control comes from one more place. */
static void meet(uint16_t *stored, uint16_t now)
{
	*stored &= now;
}

/* Every load from scratch memory must follow a store, on whatever way. */
static bool are_loads_stored(const struct sock_filter *code, size_t len)
{
	uint16_t at[BPF_MAXINSNS];
	uint16_t now = 0;

	memset(at, 0xff, sizeof(at));
	for (size_t i = 0; i < len; i++) {
		const struct sock_filter *insn = &code[i];

		now &= at[i];
		switch (insn->code) {
		case BPF_ST:
		case BPF_STX:
			now |= (uint16_t)(1u << insn->k);
			continue;
		case BPF_LD | BPF_MEM:
		case BPF_LDX | BPF_MEM:
			if (!(now & (1u << insn->k)))
				return false;
			continue;
		}
		if (BPF_CLASS(insn->code) != BPF_JMP)
			continue;
		if (BPF_OP(insn->code) == BPF_JA) {
			meet(&at[i + 1 + insn->k], now);
		} else {
			meet(&at[i + 1 + insn->jt], now);
			meet(&at[i + 1 + insn->jf], now);
		}
		now = 0xffff;
	}
	return true;
}

int bpf_check(const struct sock_filter *code, size_t len)
{
	if (!code || len == 0 || len > BPF_MAXINSNS)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (!is_valid(&code[i], len - 1 - i))
			return -EINVAL;
	}
	if (BPF_CLASS(code[len - 1].code) != BPF_RET)
		return -EINVAL;
	return are_loads_stored(code, len) ? 0 : -EINVAL;
}

/* --- what it does ------------------------------------------------------- */

struct machine {
	uint32_t a;
	uint32_t x;
	uint32_t memory[BPF_MEMWORDS];
	uint32_t words[N_WORDS]; /* the data, as 32-bit words */
};

/* Returns false to end the program: division by zero returns 0. */
static bool calculate(struct machine *m, const struct sock_filter *insn)
{
	uint32_t by = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		m->a += by;
		break;
	case BPF_SUB:
		m->a -= by;
		break;
	case BPF_MUL:
		m->a *= by;
		break;
	case BPF_DIV:
		if (by == 0)
			return false;
		m->a /= by;
		break;
	case BPF_AND:
		m->a &= by;
		break;
	case BPF_OR:
		m->a |= by;
		break;
	case BPF_XOR:
		m->a ^= by;
		break;
	case BPF_LSH:
		m->a <<= by & 31;
		break;
	case BPF_RSH:
		m->a >>= by & 31;
		break;
	case BPF_NEG:
		m->a = -m->a;
		break;
	}
	return true;
}

static void move(struct machine *m, const struct sock_filter *insn)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		m->a = m->words[insn->k / 4];
		break;
	case BPF_LD | BPF_W | BPF_LEN:
		m->a = sizeof(m->words);
		break;
	case BPF_LDX | BPF_W | BPF_LEN:
		m->x = sizeof(m->words);
		break;
	case BPF_LD | BPF_IMM:
		m->a = insn->k;
		break;
	case BPF_LDX | BPF_IMM:
		m->x = insn->k;
		break;
	case BPF_LD | BPF_MEM:
		m->a = m->memory[insn->k];
		break;
	case BPF_LDX | BPF_MEM:
		m->x = m->memory[insn->k];
		break;
	case BPF_ST:
		m->memory[insn->k] = m->a;
		break;
	case BPF_STX:
		m->memory[insn->k] = m->x;
		break;
	case BPF_MISC | BPF_TAX:
		m->x = m->a;
		break;
	case BPF_MISC | BPF_TXA:
		m->a = m->x;
		break;
	}
}

static size_t jump(const struct machine *m, const struct sock_filter *insn)
{
	uint32_t by = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;
	bool is_so = false;

	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return insn->k;
	case BPF_JEQ:
		is_so = m->a == by;
		break;
	case BPF_JGT:
		is_so = m->a > by;
		break;
	case BPF_JGE:
		is_so = m->a >= by;
		break;
	case BPF_JSET:
		is_so = m->a & by;
		break;
	}
	return is_so ? insn->jt : insn->jf;
}

/* Jumps go forward only and stay inside, so this ends. */
static uint32_t execute(struct machine *m, const struct sock_filter *code,
			size_t *ret_steps)
{
	for (size_t at = 0;; at++) {
		const struct sock_filter *insn = &code[at];

		(*ret_steps)++;
		switch (BPF_CLASS(insn->code)) {
		case BPF_RET:
			return BPF_RVAL(insn->code) == BPF_A ? m->a : insn->k;
		case BPF_JMP:
			at += jump(m, insn);
			break;
		case BPF_ALU:
			if (!calculate(m, insn))
				return 0;
			break;
		default:
			move(m, insn);
			break;
		}
	}
}

int bpf_run(const struct sock_filter *code, size_t len,
	    const struct seccomp_data *data, uint32_t *ret_action,
	    size_t *ret_steps)
{
	struct machine m = { 0 };
	size_t steps = 0;

	if (bpf_check(code, len) < 0)
		return -EINVAL;
	memcpy(m.words, data, sizeof(m.words));
	*ret_action = execute(&m, code, &steps);
	if (ret_steps)
		*ret_steps = steps;
	return 0;
}

uint32_t bpf_execute(const struct sock_filter *code,
		     const struct seccomp_data *data)
{
	struct machine m = { 0 };
	size_t steps = 0;

	memcpy(m.words, data, sizeof(m.words));
	return execute(&m, code, &steps);
}
