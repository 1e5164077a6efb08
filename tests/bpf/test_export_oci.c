/*
 * The exported seccomp profile, compiled by libseccomp as container runtimes do
 * it, decides as our own filter does: all numbers, arguments at all edges.
 */
#include <inttypes.h>

#include "exchange/exchange.h"
#include "oci_oracle.h"

#define N_EDGES 400
#define MAX_INSTRUCTIONS 4096 /* BPF_MAXINSNS */

static struct export export;

static void compare(const struct bpf_program *theirs,
		    const struct seccomp_data *data)
{
	uint32_t wanted = eval(&export.filter, data), action = 0;

	check_int(bpf_run(theirs->code, theirs->len, data, &action, NULL), 0);
	if (action != wanted)
		printf("# nr %d (%" PRIx64 ", %" PRIx64 ", %" PRIx64 ")\n",
		       data->nr, (uint64_t)data->args[0],
		       (uint64_t)data->args[1], (uint64_t)data->args[2]);
	check_int(action, wanted);
}

static unsigned compare_all(const struct bpf_program *theirs,
			    const bool *is_known)
{
	const struct filter *filter = &export.filter;
	struct seccomp_data data = { .arch = eval_arch[filter->arch] };
	unsigned n = 0;

	for (data.nr = 0; data.nr < 600; data.nr++) {
		uint32_t action;

		if (data.nr < FILTER_NR_MAX && is_known[data.nr])
			n++;
		/* Newer than this libseccomp: refused, whatever we say. */
		if (data.nr < FILTER_NR_MAX && !is_known[data.nr]) {
			check_int(bpf_run(theirs->code, theirs->len, &data,
					  &action, NULL), 0);
			check_int(action, SECCOMP_RET_ERRNO | ENOSYS);
			continue;
		}
		memset(data.args, 0, sizeof(data.args));
		compare(theirs, &data);
		memset(data.args, 0xff, sizeof(data.args));
		compare(theirs, &data);
	}
	for (size_t i = 0; i < filter->n_rules; i++) {
		data.nr = filter->rules[i].nr;
		for (unsigned e = 0; is_known[data.nr] && e < N_EDGES; e++) {
			uint64_t args[6];

			edge_args(&filter->rules[i], args);
			memcpy(data.args, args, sizeof(args));
			compare(theirs, &data);
		}
	}
	return n;
}

static void compare_request(const struct seccomp_request *request)
{
	static struct text out, losses;
	bool is_known[FILTER_NR_MAX] = { false };
	struct bpf_program theirs;
	struct fh_error err = { 0 };

	check_int(seccomp_compile(request, &export.filter, &err), 0);
	out = losses = (struct text){ 0 };
	export.out = &out;
	export.losses = &losses;
	check_int(export_oci(&export, &err), 0);
	check_int(out.code, 0);
	theirs = oci_oracle(text_string(&out), export.filter.arch, NULL,
			    is_known);
	check(theirs.len <= MAX_INSTRUCTIONS);
	check(compare_all(&theirs, is_known) > 100);
	bpf_program_done(&theirs);
	text_done(&out);
	text_done(&losses);
}

/* Each bit is one flag of the request: alone, and all at once. */
static struct seccomp_request request_of(enum filter_arch arch,
					 enum syscall_policy base,
					 unsigned flags)
{
	return (struct seccomp_request){
		.arch = arch, .base = base,
		.only_unix_sockets = flags & 1,
		.tcp_ports_by_landlock = flags & 2,
		.deny_listen_autobind = flags & 4,
		.shares_group = flags & 8,
		.deny_group_signals = flags & 8,
		.deny_write_exec = flags & 16,
		.on_deny = flags & 32 ? FH_DENY_KILL
			 : flags & 64 ? FH_DENY_LOG : FH_DENY_ERRNO,
	};
}

static void test_policies(void)
{
	static const unsigned flags[] = { 0, 1, 2 | 4, 8, 16, 32, 64,
					  2 | 4 | 8 | 16 | 32 };

	for (int base = 0; base < N_BOX_POLICIES; base++)
		for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
			for (int arch = 0; arch < N_FILTER_ARCHES; arch++) {
				struct seccomp_request request = request_of(
					arch, base, flags[i]);

				compare_request(&request);
			}
}

static void test_changes(void)
{
	static const struct syscall_change changes[] = {
		{ "ptrace", false }, { "@network-io", true },
		{ "socket", false }, { "chmod", true },
	};
	struct seccomp_request request =
		request_of(FILTER_ARCH_NATIVE, SYSCALLS_DEFAULT, 0);

	request.changes = changes;
	request.n_changes = sizeof(changes) / sizeof(*changes);
	compare_request(&request);
}

/* The comparison is able to fail. */
static void test_control(void)
{
	struct seccomp_data data = { .arch = eval_arch[FILTER_ARCH_NATIVE] };
	struct seccomp_request request =
		request_of(FILTER_ARCH_NATIVE, SYSCALLS_DEFAULT, 0);
	static struct text out, losses;
	bool is_known[FILTER_NR_MAX] = { false };
	struct bpf_program theirs;
	uint32_t action = 0;

	check_int(seccomp_compile(&request, &export.filter, NULL), 0);
	export.out = &out;
	export.losses = &losses;
	check_int(export_oci(&export, NULL), 0);
	theirs = oci_oracle(text_string(&out), export.filter.arch, NULL,
			    is_known);
	data.nr = syscall_number(FILTER_ARCH_NATIVE, "clone");
	data.args[0] = 0x10000000; /* CLONE_NEWUSER */
	check_int(bpf_run(theirs.code, theirs.len, &data, &action, NULL), 0);
	check_int(action, SECCOMP_RET_ERRNO | EPERM);
	data.args[0] = 0x11; /* SIGCHLD */
	check_int(bpf_run(theirs.code, theirs.len, &data, &action, NULL), 0);
	check_int(action, SECCOMP_RET_ALLOW);
	bpf_program_done(&theirs);
}

static const struct tap_test tests[] = {
	{ .name = "libseccomp makes the same filter of what was exported",
	  .run = test_policies,
	  .seconds = 300 },
	{ .name = "with calls allowed and denied", .run = test_changes },
	{ .name = "it sees a namespace asked for", .run = test_control },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
