/*
 * libseccomp as a second opinion: it makes its own programs from the same
 * rules, and both run through the interpreter.
 *
 * Its rules have no order, so a whole filter with ours cannot be put to it.
 * Two things can: one filter with the verdict of every number that has no
 * rules, made by name, which judges the table of numbers, the tree and the
 * checks of the architecture; and one filter for each single test, from whose
 * answers the verdict of a call is put together.
 */
#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "filter_eval.h"
#include "tables/syscalls.h"

/* linux/seccomp.h and seccomp.h agree on what they both define. */

#define N_EDGES 40
#define TRUE_ACTION SECCOMP_RET_ALLOW

static scmp_filter_ctx oracle_new(enum filter_arch arch, uint32_t rest,
				  uint32_t badarch)
{
	static const uint32_t tokens[N_FILTER_ARCHES] = {
		[FILTER_ARCH_X86_64] = SCMP_ARCH_X86_64,
		[FILTER_ARCH_AARCH64] = SCMP_ARCH_AARCH64,
	};
	scmp_filter_ctx ctx = seccomp_init(rest);

	check(ctx != NULL);
	check_int(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, badarch), 0);
	check_int(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2), 0);
	if (tokens[arch] != seccomp_arch_native()) {
		check_int(seccomp_arch_add(ctx, tokens[arch]), 0);
		check_int(seccomp_arch_remove(ctx, seccomp_arch_native()), 0);
	}
	return ctx;
}

/* Takes ctx. */
static struct bpf_program oracle_export(scmp_filter_ctx ctx)
{
	struct bpf_program program = { 0 };
	int fd = memfd_create("oracle", MFD_CLOEXEC);
	off_t size;

	check(fd >= 0);
	check_int(seccomp_export_bpf(ctx, fd), 0);
	seccomp_release(ctx);
	size = lseek(fd, 0, SEEK_END);
	check(size > 0);
	program.code = malloc((size_t)size);
	check(program.code != NULL);
	check_int(pread(fd, program.code, (size_t)size, 0), size);
	close(fd);
	program.len = (uint16_t)((size_t)size / sizeof(struct sock_filter));
	return program;
}

static uint32_t run(const struct bpf_program *program,
		    const struct seccomp_data *data)
{
	uint32_t action = 0;

	check_int(bpf_run(program->code, program->len, data, &action, NULL), 0);
	return action;
}

static bool has_rules(const struct filter *filter, int nr)
{
	bool has = false;

	seccomp_verdict(filter, nr, &has);
	return has;
}

/* Which numbers libseccomp was told about. */
static bool is_known[FILTER_NR_MAX];

/* Every call by its name: libseccomp finds the number itself. */
static struct bpf_program oracle_of_numbers(const struct filter *filter,
					    uint32_t badarch)
{
	uint32_t rest = SCMP_ACT_ERRNO(ENOSYS);
	scmp_filter_ctx ctx = oracle_new(filter->arch, rest, badarch);

	memset(is_known, 0, sizeof(is_known));
	for (unsigned i = 0; i < N_SYSCALLS; i++) {
		const char *name = syscalls[i].name;
		int nr = syscall_number(filter->arch, name);
		int resolved = seccomp_syscall_resolve_name(name);
		uint32_t action;

		if (nr < 0 || resolved == __NR_SCMP_ERROR)
			continue;
		action = eval_action(filter->by_nr[nr]);
		is_known[nr] = true;
		if (!has_rules(filter, nr) && action != rest)
			check_int(seccomp_rule_add(ctx, action, resolved, 0),
				  0);
	}
	return oracle_export(ctx);
}

static void compare(const struct bpf_program *ours,
		    const struct bpf_program *theirs, int nr, uint32_t arch)
{
	struct seccomp_data data = { .nr = nr, .arch = arch };

	if (run(ours, &data) != run(theirs, &data))
		printf("# nr %d arch %#x\n", nr, arch);
	check_int(run(ours, &data), run(theirs, &data));
}

static void compare_numbers(const struct filter *filter)
{
	uint32_t arch = eval_arch[filter->arch];
	struct bpf_program theirs =
		oracle_of_numbers(filter, SCMP_ACT_KILL_PROCESS);
	struct bpf_program ours;
	unsigned n_compared = 0;

	check_int(bpf_emit(filter, &ours, NULL), 0);
	for (int nr = 0; nr < 600; nr++) {
		bool is_ours = nr < FILTER_NR_MAX &&
			       filter->by_nr[nr].kind != VERDICT_UNKNOWN;

		compare(&ours, &theirs, nr, AUDIT_ARCH_I386);
		compare(&ours, &theirs, nr, AUDIT_ARCH_RISCV64);
		/* Known to us and not to it: newer than it is. */
		if (is_ours && (!is_known[nr] || has_rules(filter, nr)))
			continue;
		compare(&ours, &theirs, nr, arch);
		n_compared++;
	}
	check(n_compared > 400);
	bpf_program_done(&theirs);

	/* For x32 it has one answer, that for foreign architectures. */
	theirs = oracle_of_numbers(filter, SCMP_ACT_ERRNO(ENOSYS));
	for (int nr = 0; nr < 600; nr++)
		compare(&ours, &theirs, 0x40000000 | nr, arch);
	bpf_program_done(&theirs);
	bpf_program_done(&ours);
}

/* A test as libseccomp says it, and whether to turn the answer round. */
static struct scmp_arg_cmp comparison(const struct arg_test *test,
				      bool *ret_is_negated)
{
	uint64_t width = test->is_wide ? ~0ull : 0xffffffff;
	struct scmp_arg_cmp cmp = { .arg = test->arg,
				    .op = SCMP_CMP_MASKED_EQ,
				    .datum_a = width,
				    .datum_b = test->value & width };

	*ret_is_negated = test->op == ARG_NE || test->op == ARG_MASKED_NE;
	if (test->op == ARG_MASKED_EQ || test->op == ARG_MASKED_NE)
		cmp.datum_a = test->mask & width;
	/* Its ordered comparisons are 64 bits wide; no policy has any. */
	check(test->op != ARG_GT && test->op != ARG_GE);
	return cmp;
}

struct oracle_test {
	struct bpf_program program;
	bool is_negated;
};

static struct oracle_test oracle_of_test(const struct filter *filter,
					 int resolved,
					 const struct arg_test *test)
{
	scmp_filter_ctx ctx = oracle_new(filter->arch, SCMP_ACT_ERRNO(1),
					 SCMP_ACT_KILL_PROCESS);
	struct oracle_test oracle;
	struct scmp_arg_cmp cmp = comparison(test, &oracle.is_negated);

	check_int(seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, resolved, 1,
					 &cmp),
		  0);
	oracle.program = oracle_export(ctx);
	return oracle;
}

static bool oracle_holds(const struct oracle_test *oracle,
			 const struct seccomp_data *data)
{
	bool is_so = run(&oracle->program, data) == TRUE_ACTION;

	return is_so != oracle->is_negated;
}

static int resolved_name(const struct filter *filter, int nr)
{
	for (unsigned i = 0; i < N_SYSCALLS; i++) {
		if (syscall_number(filter->arch, syscalls[i].name) == nr)
			return seccomp_syscall_resolve_name(syscalls[i].name);
	}
	return __NR_SCMP_ERROR;
}

typedef struct oracle_test rule_oracle[FILTER_TESTS_MAX];

static uint32_t oracle_verdict(const struct filter *filter,
			       const rule_oracle *oracles,
			       const struct seccomp_data *data)
{
	for (size_t i = 0; i < filter->n_rules; i++) {
		const struct filter_rule *rule = &filter->rules[i];
		unsigned n_held = 0;

		if (rule->nr != data->nr)
			continue;
		while (n_held < rule->n_tests &&
		       oracle_holds(&oracles[i][n_held], data))
			n_held++;
		if (n_held == rule->n_tests)
			return eval_action(rule->verdict);
	}
	return eval_action(filter->by_nr[data->nr]);
}

static void compare_rules(const struct filter *filter)
{
	static rule_oracle oracles[FILTER_RULES_MAX];
	struct bpf_program ours;
	unsigned n_rules = 0;

	check_int(bpf_emit(filter, &ours, NULL), 0);
	for (size_t i = 0; i < filter->n_rules; i++) {
		const struct filter_rule *rule = &filter->rules[i];
		int resolved = resolved_name(filter, rule->nr);

		for (unsigned t = 0; t < rule->n_tests; t++) {
			oracles[i][t].program.code = NULL;
			if (resolved != __NR_SCMP_ERROR)
				oracles[i][t] = oracle_of_test(
					filter, resolved, &rule->tests[t]);
		}
	}
	for (size_t i = 0; i < filter->n_rules; i++) {
		const struct filter_rule *rule = &filter->rules[i];
		struct seccomp_data data = { .nr = rule->nr,
					     .arch = eval_arch[filter->arch] };

		if (!oracles[i][0].program.code)
			continue; /* newer than libseccomp */
		n_rules++;
		for (unsigned n = 0; n < N_EDGES; n++) {
			uint64_t args[6];

			edge_args(rule, args);
			memcpy(data.args, args, sizeof(args));
			check_int(run(&ours, &data),
				  oracle_verdict(filter, oracles, &data));
		}
	}
	check(n_rules + 1 >= filter->n_rules); /* all but fchmodat2's */
	for (size_t i = 0; i < filter->n_rules; i++) {
		for (unsigned t = 0; t < filter->rules[i].n_tests; t++)
			bpf_program_done(&oracles[i][t].program);
	}
	bpf_program_done(&ours);
}

static void for_all(void (*compare_one)(const struct filter *filter))
{
	static struct filter filter;
	/* only_unix; port rules; those with UDP; all that narrows */
	static const unsigned flags[] = { 0, 1, 2, 2 | 4, 2 | 8 | 16 | 32 };

	for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
		for (int i = 0; i < 2 * 5; i++) {
			unsigned flag = flags[i / 2];
			struct seccomp_request request = {
				.arch = (enum filter_arch)(i % 2),
				.base = base,
				.only_unix_sockets = flag & 1,
				.tcp_ports_by_landlock = flag & 2,
				.allow_udp = flag & 4,
				.deny_listen_autobind = flag & 8,
				.deny_other_pids = flag & 16,
				.deny_write_exec = flag & 32,
				.on_deny = flag & 16 ? FH_DENY_KILL : FH_DENY_ERRNO,
			};

			check_int(seccomp_compile(&request, &filter, NULL), 0);
			compare_one(&filter);
		}
	}
}

static void test_numbers(void)
{
	for_all(compare_numbers);
}

static void test_rules(void)
{
	for_all(compare_rules);
}

static void test_init(void)
{
	static struct filter filter;

	for (int both = 0; both < 2 * N_FILTER_ARCHES; both++) {
		enum filter_arch arch = both / 2;

		seccomp_compile_init(arch, both % 2, &filter);
		/* Its table kills for unknown numbers too. */
		for (int nr = 0; nr < FILTER_NR_MAX; nr++) {
			bool is_named = false;

			for (unsigned i = 0; i < N_SYSCALLS; i++)
				is_named |= syscall_number(arch,
							   syscalls[i].name) ==
					    nr;
			if (!is_named)
				filter.by_nr[nr].kind = VERDICT_UNKNOWN;
		}
		compare_numbers(&filter);
	}
}

static const struct tap_test tests[] = {
	{ .name = "libseccomp agrees on numbers",
	  .run = test_numbers,
	  .seconds = 120 },
	{ .name = "libseccomp agrees on arguments",
	  .run = test_rules,
	  .seconds = 120 },
	{ .name = "libseccomp agrees on init", .run = test_init },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
