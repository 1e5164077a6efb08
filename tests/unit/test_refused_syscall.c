/* A refused system call is named, its rule told, and the advice is true. */
#include <ctype.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include "explain/refusals.h"
#include "invented.h"
#include "mech/bpf_run.h"
#include "mech/refused_call.h"

#define NEWUSER 0x10000000

struct row {
	const char *wish, *value; /* of the policy; NULL: none */
	bool has_no_namespaces;
	const char *call;
	uint64_t args[6];
	int code;
	const char *object, *rule, *option, *advice;
};

static const struct row rows[] = {
	{ NULL, NULL, false, "socket", { 17, 3 }, EAFNOSUPPORT, "AF_PACKET",
	  "a rule of policy default", "", "no option allows it" },
	{ NULL, NULL, false, "socket", { 2, 3 }, EPERM, "AF_INET SOCK_RAW",
	  "a rule of policy default", "", "no option allows it" },
	{ NULL, NULL, false, "socket", { 40 | 1ull << 32, 1 }, EAFNOSUPPORT,
	  "AF_VSOCK", "a rule of policy default", "", "" },
	{ NULL, NULL, false, "socket", { 77, 1 }, EAFNOSUPPORT, "0x4d",
	  "a rule of policy default", "", "" },
	{ NULL, NULL, true, "socket", { 2, 1 }, EAFNOSUPPORT,
	  "AF_INET SOCK_STREAM", "a rule of policy default", "--net host",
	  "network" },
	{ "syscalls", "file-processor", false, "socket", { 1, 1 }, EAFNOSUPPORT,
	  "AF_UNIX", "policy file-processor refuses it",
	  "--allow-syscall socket", "as wise as it is to let" },
	{ NULL, NULL, false, "ioctl", { 0, 0x5412 }, EPERM, "TIOCSTI",
	  "a rule of policy default", "", "no option allows it" },
	{ NULL, NULL, false, "ioctl", { 0, 0x5412 | 1ull << 32 }, EPERM,
	  "TIOCSTI", "a rule of policy default", "", "" },
	{ "syscalls", "strict", false, "ioctl", { 0, 0x5414 }, EPERM,
	  "TIOCSWINSZ", "a rule of policy strict", "--syscalls default",
	  "it widens" },
	{ NULL, NULL, false, "prctl", { 35 }, EPERM, "PR_SET_MM",
	  "a rule of policy default", "", "" },
	{ NULL, NULL, false, "clone", { NEWUSER | 17 }, EPERM, "CLONE_NEWUSER",
	  "a rule of policy default", "", "" },
	{ NULL, NULL, false, "clone", { NEWUSER | 0x20000 | 17 }, EPERM,
	  "CLONE_NEWNS|CLONE_NEWUSER", "a rule of policy default", "", "" },
	{ NULL, NULL, false, "unshare", { 0x40000000 }, EPERM, "CLONE_NEWNET",
	  "policy default refuses it", "", "could undo the box's namespaces" },
	{ NULL, NULL, false, "mount", { 0 }, EPERM, "",
	  "policy default refuses it", "", "could undo the box's file tree" },
	{ NULL, NULL, false, "io_uring_setup", { 0 }, EPERM, "",
	  "policy default refuses it", "", "no filter sees" },
	{ NULL, NULL, false, "ptrace", { 16 }, EPERM, "PTRACE_ATTACH",
	  "policy default refuses it", "--allow-syscall ptrace", "unwise" },
	{ "deny-syscall", "ptrace", false, "ptrace", { 0 }, EPERM,
	  "PTRACE_TRACEME", "--deny-syscall ptrace", "--allow-syscall ptrace",
	  "unwise" },
	{ "deny-syscall", "mkdir", false, "mkdir", { 0 }, EPERM, "",
	  "--deny-syscall mkdir", "--allow-syscall mkdir", "no other fence" },
	{ "deny-syscall", "@timer", false, "alarm", { 0 }, EPERM, "",
	  "--deny-syscall @timer", "--allow-syscall alarm", "no other fence" },
	{ NULL, NULL, false, "keyctl", { 11 }, EPERM, "KEYCTL_READ",
	  "policy default refuses it", "--allow-syscall keyctl", "unwise" },
	{ NULL, NULL, false, "bpf", { 5 }, EPERM, "BPF_PROG_LOAD",
	  "policy default refuses it", "--allow-syscall bpf", "unwise" },
	{ NULL, NULL, false, "init_module", { 0 }, EPERM, "",
	  "policy default refuses it", "--allow-syscall init_module",
	  "unwise" },
	{ NULL, NULL, false, "userfaultfd", { 0 }, EPERM, "",
	  "policy default refuses it", "--allow-syscall userfaultfd",
	  "unwise" },
	{ NULL, NULL, false, "chmod", { 0, 04755 }, EPERM, "",
	  "a rule of policy default", "", "" },
	{ "syscalls", "strict", false, "openat", { 0, 0, 01 }, EACCES, "",
	  "a rule of policy strict", "--syscalls default", "it widens" },
	{ "syscalls", "strict", false, "fork", { 0 }, EPERM, "",
	  "policy strict refuses it", "--allow-syscall fork",
	  "no other fence" },
	{ "syscalls", "network-server", false, "shmget", { 0 }, EPERM, "",
	  "policy network-server refuses it", "--allow-syscall shmget",
	  "without namespaces" },
	{ NULL, NULL, true, "shmget", { 0 }, EPERM, "",
	  "refused where there are no namespaces", "--allow-syscall shmget",
	  "without namespaces" },
	{ NULL, NULL, true, "chmod", { 0, 0755 }, EPERM, "",
	  "refused where there are no namespaces", "", "no option allows it" },
	{ NULL, NULL, false, "personality", { 0x40000 }, EPERM,
	  "ADDR_NO_RANDOMIZE", "a rule of policy default", "", "" },
	{ NULL, NULL, false, "seccomp", { 1, 8 }, EBUSY,
	  "SECCOMP_FILTER_FLAG_NEW_LISTENER", "there can be one listener",
	  "--allow-syscall seccomp", "not counted" },
	{ NULL, NULL, false, "prlimit64", { 1 }, EPERM, "",
	  "a rule of policy default", "", "" },
};

static struct fh_kernel kernel_of(bool has_no_namespaces, enum filter_arch arch)
{
	struct fh_kernel kernel = invented_kernel_of(7, !has_no_namespaces);

	kernel.has_listeners = true;
	kernel.arch = arch;
	return kernel;
}

static uint32_t verdict_on(const struct fh_plan *plan, int nr,
			   const uint64_t args[6])
{
	static const uint32_t arches[] = {
		[FILTER_ARCH_X86_64] = AUDIT_ARCH_X86_64,
		[FILTER_ARCH_AARCH64] = AUDIT_ARCH_AARCH64,
	};
	struct seccomp_data data = { .nr = nr,
				     .arch = arches[plan->kernel.arch] };
	struct bpf_program program;
	uint32_t action;

	memcpy(data.args, args, sizeof(data.args));
	check_int(bpf_emit(&plan->filter, &program, NULL), 0);
	check_int(bpf_run(program.code, program.len, &data, &action, NULL), 0);
	bpf_program_done(&program);
	return action;
}

static struct fh_plan *plan_of(const struct row *row, const char *option,
			       enum filter_arch arch)
{
	struct fh_kernel kernel = kernel_of(row->has_no_namespaces, arch);
	struct fh_policy *policy =
		invented_policy(WISHES(row->wish, row->value));
	char setting[64];
	const char *blank = option ? strchr(option, ' ') : NULL;

	invented_without(policy);
	if (blank) {
		snprintf(setting, sizeof(setting), "%.*s",
			 (int)(blank - option - 2), option + 2);
		check_int(policy_set(policy, setting, blank + 1, NULL, NULL),
			  0);
	}
	return invented_plan(policy, &kernel);
}

static void check_row(const struct row *row, enum filter_arch arch)
{
	struct fh_plan *plan = plan_of(row, NULL, arch);
	int nr = syscall_number(arch, row->call);
	struct fh_refusal refusal = { .pid = 7, .times = 3 };

	if (nr < 0)
		return;
	/* The control: this is what the filter says of it. */
	check_int(verdict_on(plan, nr, row->args),
		  SECCOMP_RET_ERRNO | (unsigned int)row->code);
	refusal_of_syscall(plan, nr, row->args, row->code, &refusal);
	check_int(refusal.layer, FH_LAYER_SECCOMP);
	check_int(refusal.code, row->code);
	check_int(refusal.pid, 7);
	check_int(refusal.times, 3);
	check_str(refusal.call, row->call);
	check_str(refusal.wanted, "");
	check_str(refusal.object, row->object);
	check_has(refusal.rule, row->rule);
	check_str(refusal.option, row->option);
	check_has(refusal.advice, row->advice);
	if (*refusal.option)
		check_int(verdict_on(plan_of(row, refusal.option, arch), nr,
				     row->args), SECCOMP_RET_ALLOW);
}

static void test_rows(void)
{
	for (size_t i = 0; i < N(rows); i++) {
		printf("# %s %s\n", rows[i].call, rows[i].object);
		check_row(&rows[i], FILTER_ARCH_X86_64);
		check_row(&rows[i], FILTER_ARCH_AARCH64);
	}
}

/* Whatever the filter refuses: advice that is given is true, and an option that
 * would do is never missed for a call that can be allowed. */
static void test_all_numbers(void)
{
	static const char *const policies[] = { "default", "strict",
						"file-processor",
						"network-server" };
	const uint64_t args[6] = { 0 };

	for (size_t p = 0; p < N(policies); p++) {
		struct row row = { "syscalls", policies[p], .has_no_namespaces = p % 2 };
		struct fh_plan *plan = plan_of(&row, NULL, FILTER_ARCH_X86_64);

		for (int nr = 0; nr < 480; nr++) {
			struct fh_refusal refusal = { 0 };
			bool has_rules;

			if (verdict_on(plan, nr, args) == SECCOMP_RET_ALLOW)
				continue;
			refusal_of_syscall(plan, nr, args, EPERM, &refusal);
			check(*refusal.call && *refusal.rule);
			if (*refusal.option)
				check_int(verdict_on(plan_of(&row,
							     refusal.option,
							     FILTER_ARCH_X86_64),
						     nr, args),
					  SECCOMP_RET_ALLOW);
			seccomp_verdict(&plan->filter, nr, &has_rules);
			if (p == 0 && !*refusal.option && !has_rules &&
			    isalpha(*refusal.call))
				check(syscall_is_locked(refusal.call));
		}
	}
}

static void test_unknown(void)
{
	const struct row row = { 0 };
	const uint64_t args[6] = { 1, 2, 3, 4, 5, 6 };
	struct fh_refusal refusal = { 0 };

	refusal_of_syscall(plan_of(&row, NULL, FILTER_ARCH_X86_64), 499, args,
			   ENOSYS, &refusal);
	check_str(refusal.call, "499");
	check_str(refusal.option, "");
	check_has(refusal.rule, "no table");
	refusal_of_syscall(plan_of(&row, NULL, FILTER_ARCH_X86_64), -1, args,
			   ENOSYS, &refusal);
	check_str(refusal.call, "-1");
}

/* A policy that was changed says nothing of the plan any more. */
static void test_stale(void)
{
	const struct row row = { 0 };
	const uint64_t args[6] = { 0 };
	struct fh_plan *plan = plan_of(&row, NULL, FILTER_ARCH_X86_64);
	struct fh_refusal refusal = { 0 };

	((struct fh_policy *)plan->policy)->version++;
	refusal_of_syscall(plan, 101, args, EPERM, &refusal);
	check_str(refusal.call, "ptrace");
	check_str(refusal.option, "");
	check_str(refusal.advice, "");
}

/* Init tells apart what has different words, and nothing else. */
static void test_keys(void)
{
	struct refused_key keys[REFUSED_KEYS_MAX];

	for (int arch = 0; arch < N_FILTER_ARCHES; arch++) {
		size_t n = refused_keys(arch, keys);
		int nr = syscall_number(arch, "socket");
		const uint64_t packet[6] = { 17, 3, 9 }, high[6] = {
			17 | 1ull << 40, 3 | 04000, 8 },
			       raw[6] = { 2, 3 }, stream[6] = { 2, 1 };

		check(n > 5 && n <= REFUSED_KEYS_MAX);
		check(refused_key_value(keys, n, nr, packet) ==
		      refused_key_value(keys, n, nr, high));
		check(refused_key_value(keys, n, nr, packet) !=
		      refused_key_value(keys, n, nr, raw));
		check(refused_key_value(keys, n, nr, stream) !=
		      refused_key_value(keys, n, nr, raw));
		nr = syscall_number(arch, "mount");
		check_int(refused_key_value(keys, n, nr, packet), 0);
		nr = syscall_number(arch, "clone");
		check(refused_key_value(keys, n, nr,
					(uint64_t[6]){ 0x10000011 }) ==
		      refused_key_value(keys, n, nr,
					(uint64_t[6]){ 0x10000f00 }));
	}
}

static const struct tap_test tests[] = {
	{ .name = "calls, objects, rules and options", .run = test_rows },
	{ .name = "all numbers: advice is true", .run = test_all_numbers,
	  .seconds = 120 },
	{ .name = "a number without a name", .run = test_unknown },
	{ .name = "a policy that was changed", .run = test_stale },
	{ .name = "what init tells apart", .run = test_keys },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
