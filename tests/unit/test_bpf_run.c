/* The interpreter takes and does what the kernel takes and does. */
#include <linux/filter.h>
#include <sys/prctl.h>

#include "filter_eval.h"
#include "mech/seccomp_apply.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define RET(k) BPF_STMT(BPF_RET | BPF_K, k)

static uint32_t run(const struct sock_filter *code, size_t n)
{
	static const struct seccomp_data data = {
		.nr = 7,
		.arch = AUDIT_ARCH_X86_64,
		.instruction_pointer = 0x1111222233334444,
		.args = { 0xaaaabbbbccccdddd, 1, 2, 3, 4, 0x5555666677778888 },
	};
	uint32_t action = 0xdead;
	size_t steps = 0;

	check_int(bpf_run(code, n, &data, &action, &steps), 0);
	check(steps > 0 && steps <= n);
	return action;
}
#define RUN(...)                                                               \
	run((const struct sock_filter[]){ __VA_ARGS__ },                       \
	    N(((const struct sock_filter[]){ __VA_ARGS__ })))

#define LD(k) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, k)
#define IMM(k) BPF_STMT(BPF_LD | BPF_IMM, k)
#define X(k) BPF_STMT(BPF_LDX | BPF_IMM, k)
#define ALU_K(op, k) BPF_STMT(BPF_ALU | (op) | BPF_K, k)
#define ALU_X(op) BPF_STMT(BPF_ALU | (op) | BPF_X, 0)
#define RET_A BPF_STMT(BPF_RET | BPF_A, 0)
#define JUMP(op, k, t, f) BPF_JUMP(BPF_JMP | (op), k, t, f)

static void test_loads(void)
{
	check_int(RUN(LD(0), RET_A), 7);
	check_int(RUN(LD(4), RET_A), AUDIT_ARCH_X86_64);
	check_int(RUN(LD(8), RET_A), 0x33334444);
	check_int(RUN(LD(12), RET_A), 0x11112222);
	check_int(RUN(LD(16), RET_A), 0xccccdddd);
	check_int(RUN(LD(20), RET_A), 0xaaaabbbb);
	check_int(RUN(LD(60), RET_A), 0x55556666);
	check_int(RUN(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET_A), 64);
	check_int(RUN(BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0),
		      BPF_STMT(BPF_MISC | BPF_TXA, 0), RET_A),
		  64);
	check_int(RUN(IMM(9), BPF_STMT(BPF_ST, 3), IMM(1),
		      BPF_STMT(BPF_LD | BPF_MEM, 3), RET_A),
		  9);
	check_int(RUN(X(8), BPF_STMT(BPF_STX, 15), X(1),
		      BPF_STMT(BPF_LDX | BPF_MEM, 15),
		      BPF_STMT(BPF_MISC | BPF_TXA, 0), RET_A),
		  8);
	check_int(RUN(IMM(5), BPF_STMT(BPF_MISC | BPF_TAX, 0), IMM(3),
		      ALU_X(BPF_SUB), RET_A),
		  (uint32_t)-2);
}

static void test_arithmetic(void)
{
	check_int(RUN(IMM(6), ALU_K(BPF_ADD, 3), RET_A), 9);
	check_int(RUN(IMM(6), ALU_K(BPF_SUB, 7), RET_A), 0xffffffff);
	check_int(RUN(IMM(6), ALU_K(BPF_MUL, 7), RET_A), 42);
	check_int(RUN(IMM(42), ALU_K(BPF_DIV, 5), RET_A), 8);
	check_int(RUN(IMM(6), ALU_K(BPF_AND, 3), RET_A), 2);
	check_int(RUN(IMM(6), ALU_K(BPF_OR, 3), RET_A), 7);
	check_int(RUN(IMM(6), ALU_K(BPF_XOR, 3), RET_A), 5);
	check_int(RUN(IMM(6), ALU_K(BPF_LSH, 31), RET_A), 0);
	check_int(RUN(IMM(6), ALU_K(BPF_RSH, 1), RET_A), 3);
	check_int(RUN(IMM(6), ALU_K(BPF_NEG, 0), RET_A), (uint32_t)-6);
	check_int(RUN(X(3), IMM(6), ALU_X(BPF_MUL), RET_A), 18);
	check_int(RUN(X(0), IMM(6), ALU_X(BPF_DIV), RET(7)), 0);
}

static void test_jumps(void)
{
	static const struct {
		uint16_t op;
		uint32_t a;
		uint32_t k;
		bool is_so;
	} rows[] = {
		{ BPF_JEQ, 5, 5, true },   { BPF_JEQ, 5, 6, false },
		{ BPF_JGT, 6, 5, true },   { BPF_JGT, 5, 5, false },
		{ BPF_JGE, 5, 5, true },   { BPF_JGE, 4, 5, false },
		{ BPF_JSET, 6, 2, true },  { BPF_JSET, 6, 1, false },
		{ BPF_JGE, ~0u, 1, true }, { BPF_JGT, 1, ~0u, false },
	};

	for (size_t i = 0; i < N(rows); i++) {
		check_int(RUN(IMM(rows[i].a),
			      JUMP(rows[i].op | BPF_K, rows[i].k, 1, 0), RET(0),
			      RET(1)),
			  rows[i].is_so);
		check_int(RUN(X(rows[i].k), IMM(rows[i].a),
			      JUMP(rows[i].op | BPF_X, 0, 0, 1), RET(1),
			      RET(0)),
			  rows[i].is_so);
	}
	check_int(RUN(BPF_STMT(BPF_JMP | BPF_JA, 1), RET(1), RET(2)), 2);
}

#define REFUSED(...)                                                           \
	check_int(bpf_check((const struct sock_filter[]){ __VA_ARGS__ },       \
			    N(((const struct sock_filter[]){ __VA_ARGS__ }))), \
		  -EINVAL)

static void test_malformed(void)
{
	static struct sock_filter many[BPF_MAXINSNS + 1];
	static const struct seccomp_data data;
	uint32_t action = 0xdead;

	check_int(bpf_check(NULL, 1), -EINVAL);
	check_int(bpf_check(many, 0), -EINVAL);
	for (size_t i = 0; i < N(many); i++)
		many[i] = (struct sock_filter)RET(0);
	check_int(bpf_check(many, BPF_MAXINSNS), 0);
	check_int(bpf_check(many, BPF_MAXINSNS + 1), -EINVAL);
	REFUSED(IMM(1));			     /* no end */
	REFUSED(LD(64), RET(0));		     /* past the data */
	REFUSED(LD(2), RET(0));			     /* not aligned */
	REFUSED(JUMP(BPF_JEQ | BPF_K, 0, 1, 0), RET(0)); /* past the end */
	REFUSED(JUMP(BPF_JEQ | BPF_K, 0, 0, 1), RET(0));
	REFUSED(BPF_STMT(BPF_JMP | BPF_JA, 1), RET(0));
	REFUSED(BPF_STMT(BPF_JMP | BPF_JA, ~0u), RET(0)); /* backwards */
	REFUSED(ALU_K(BPF_DIV, 0), RET(0));
	REFUSED(ALU_K(BPF_MOD, 3), RET(0));
	REFUSED(ALU_K(BPF_LSH, 32), RET(0));
	REFUSED(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RET(0));
	REFUSED(BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), RET(0));
	REFUSED(BPF_STMT(BPF_LD | BPF_MEM, 0), RET_A); /* never stored */
	REFUSED(BPF_STMT(BPF_ST, 16), RET(0));
	/* stored on one of two ways only */
	REFUSED(JUMP(BPF_JEQ | BPF_K, 0, 1, 0), BPF_STMT(BPF_ST, 0),
		BPF_STMT(BPF_LD | BPF_MEM, 0), RET_A);
	check_int(bpf_run(many, 0, &data, &action, NULL), -EINVAL);
	check_int(action, 0xdead);
}

/* Exits with 3 when the kernel finds the program malformed. When it does not,
 * the program is in force and any end may come of it. */
static void try_load(void *arg)
{
	const struct bpf_program *program = arg;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(4);
	_exit(seccomp_load(program) == -EINVAL ? 3 : 0);
}

static struct sock_filter random_insn(void)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS,  BPF_LD | BPF_W | BPF_LEN,
		BPF_LDX | BPF_W | BPF_LEN, BPF_LD | BPF_IMM,
		BPF_LDX | BPF_IMM,	   BPF_LD | BPF_MEM,
		BPF_LDX | BPF_MEM,	   BPF_ST,
		BPF_STX,		   BPF_MISC | BPF_TAX,
		BPF_MISC | BPF_TXA,	   BPF_RET | BPF_A,
		BPF_RET | BPF_K,	   BPF_RET | BPF_X,
		BPF_JMP | BPF_JA,
	};
	struct sock_filter insn = {
		.code = codes[random_below(N(codes))],
		.jt = (uint8_t)random_below(4),
		.jf = (uint8_t)random_below(4),
		.k = random_below(8) * (random_below(3) ? 1 : 4),
	};

	if (random_below(3) == 0)
		insn.code = (uint16_t)random_below(0x100);
	if (random_below(3) == 0)
		insn.code = BPF_JMP | (random_below(5) << 4) |
			    (random_below(2) ? BPF_X : BPF_K);
	if (random_below(20) == 0)
		insn.k = (uint32_t)random_next();
	if (random_below(200) == 0)
		insn.code |= 0x100;
	return insn;
}

static void test_kernel_agrees(void)
{
	unsigned n_taken = 0;
	unsigned n_refused = 0;

	for (unsigned round = 0; round < 1500; round++) {
		struct sock_filter code[6];
		struct bpf_program program = { .code = code };
		int status;

		program.len = (uint16_t)(1 + random_below(N(code)));
		for (unsigned i = 0; i + 1 < program.len; i++)
			code[i] = random_insn();
		code[program.len - 1] = random_below(10) ?
						(struct sock_filter)RET(
							SECCOMP_RET_ALLOW) :
						random_insn();
		status = child_status(try_load, &program);
		check(status != 4);
		n_taken += status != 3;
		n_refused += status == 3;
		if ((status == 3) != (bpf_check(code, program.len) < 0)) {
			for (unsigned i = 0; i < program.len; i++)
				printf("# %#x jt %u jf %u k %#x\n",
				       code[i].code, code[i].jt, code[i].jf,
				       code[i].k);
		}
		check_int(status == 3, bpf_check(code, program.len) < 0);
	}
	check(n_taken > 100);
	check(n_refused > 100);
}

static const struct tap_test tests[] = {
	{ .name = "loads and stores", .run = test_loads },
	{ .name = "arithmetic", .run = test_arithmetic },
	{ .name = "jumps", .run = test_jumps },
	{ .name = "malformed programs are refused", .run = test_malformed },
	{ .name = "the kernel refuses the same",
	  .run = test_kernel_agrees,
	  .seconds = 120 },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
