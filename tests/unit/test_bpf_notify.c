/* The filter that tells is the plain one but for its turned returns. */
#include <linux/filter.h>
#include <stdlib.h>

#include "filter_eval.h"
#include "mech/bpf_notify.h"

#define N_FLAGS 6
#define N_EDGES 40

static struct bpf_program plain, telling;

static uint32_t run(const struct bpf_program *program,
		    const struct seccomp_data *data)
{
	uint32_t action = 0;

	check_int(bpf_run(program->code, program->len, data, &action, NULL), 0);
	/* And the one without a check does the same. */
	check_int(bpf_execute(program->code, data), action);
	return action;
}

/* How often was it told, and how often refused without? */
static unsigned long n_told, n_silent;

static void compare(const struct seccomp_data *data)
{
	uint32_t expected = run(&plain, data);
	uint32_t error = expected & SECCOMP_RET_DATA;

	if ((expected & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
		bool is_silent = error == ENOSYS || error == EOPNOTSUPP;

		is_silent ? n_silent++ : n_told++;
		if (!is_silent)
			expected = SECCOMP_RET_USER_NOTIF;
	}
	if (run(&telling, data) != expected)
		tap_fail(__FILE__, __LINE__, "arch %#x nr %d: %#x, not %#x",
			 data->arch, data->nr, run(&telling, data), expected);
}

static void compare_nr(const struct filter *filter, int nr)
{
	static const uint32_t arches[] = { AUDIT_ARCH_I386, AUDIT_ARCH_X86_64,
					   AUDIT_ARCH_AARCH64 };
	struct seccomp_data data = { .nr = nr };

	for (int i = 0; i < 3; i++) {
		data.arch = arches[i];
		compare(&data);
	}
	data.arch = eval_arch[filter->arch];
	for (size_t i = 0; i < filter->n_rules; i++) {
		if (filter->rules[i].nr != nr)
			continue;
		for (int n = 0; n < N_EDGES; n++) {
			uint64_t args[6];

			edge_args(&filter->rules[i], args);
			memcpy(data.args, args, sizeof(args));
			compare(&data);
		}
	}
}

static void compare_filter(const struct seccomp_request *request)
{
	static struct filter filter;

	check_int(seccomp_compile(request, &filter, NULL), 0);
	check_int(bpf_emit(&filter, &plain, NULL), 0);
	check_int(bpf_notify(&plain, &telling), 0);
	check_int(plain.len, telling.len);
	for (int nr = -1; nr <= 600; nr++) {
		compare_nr(&filter, nr);
		compare_nr(&filter, nr | 0x40000000);
	}
	bpf_program_done(&plain);
	bpf_program_done(&telling);
}

static void test_policies(void)
{
	for (unsigned flags = 0; flags < 1u << N_FLAGS; flags++) {
		for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
			struct seccomp_request request = {
				.arch = flags % N_FILTER_ARCHES,
				.base = base,
				.on_deny = flags % 3,
				.can_count = true,
				.only_unix_sockets = flags & 1,
				.tcp_ports_by_landlock = flags & 2,
				.deny_listen_autobind = flags & 4,
				.deny_other_pids = flags & 8,
				.deny_write_exec = flags & 16,
				.protect_init = flags & 32,
			};

			compare_filter(&request);
		}
	}
	check(n_told > 10000 && n_silent > 10000);
}

static void test_told(void)
{
	check(bpf_is_told(SECCOMP_RET_ERRNO | EPERM));
	check(bpf_is_told(SECCOMP_RET_ERRNO | EACCES));
	check(bpf_is_told(SECCOMP_RET_ERRNO | EAFNOSUPPORT));
	check(!bpf_is_told(SECCOMP_RET_ERRNO | ENOSYS));
	check(!bpf_is_told(SECCOMP_RET_ERRNO | EOPNOTSUPP));
	check(!bpf_is_told(SECCOMP_RET_ALLOW));
	check(!bpf_is_told(SECCOMP_RET_LOG));
	check(!bpf_is_told(SECCOMP_RET_KILL_PROCESS));
	check(!bpf_is_told(SECCOMP_RET_KILL_PROCESS | EPERM));
}

/* Data may look like a return, and a return without a constant is none that we
 * emit: both stay. */
static void test_only_returns(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_ERRNO | EPERM),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_RET_ERRNO | EPERM,
			 0, 1),
		BPF_STMT(BPF_RET | BPF_A, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct bpf_program silent = { .code = code, .len = 4 };

	telling = (struct bpf_program){ 0 };
	check_int(bpf_notify(&silent, &telling), -ENOENT);
	check(!telling.code);
	code[3].k = SECCOMP_RET_ERRNO | EPERM;
	check_int(bpf_notify(&silent, &telling), 0);
	check_int(telling.code[0].k, SECCOMP_RET_ERRNO | EPERM);
	check_int(telling.code[1].k, SECCOMP_RET_ERRNO | EPERM);
	check_int(telling.code[2].k, SECCOMP_RET_ERRNO | EPERM);
	check_int(telling.code[3].k, SECCOMP_RET_USER_NOTIF);
	check_int(code[3].k, SECCOMP_RET_ERRNO | EPERM);
}

static const struct tap_test tests[] = {
	{ .name = "what is told", .run = test_told },
	{ .name = "only returns are turned", .run = test_only_returns },
	{ .name = "every policy, every number", .run = test_policies,
	  .seconds = 120 },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
