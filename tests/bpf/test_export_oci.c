/*
 * The exported seccomp profile, compiled by libseccomp as container runtimes do
 * it, decides as our own filter does: all numbers, arguments at all edges.
 */
#include <inttypes.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exchange/exchange.h"
#include "exchange/json_read.h"
#include "filter_eval.h"
#include "tables/syscalls.h"

#define N_EDGES 400
#define MAX_INSTRUCTIONS 4096 /* BPF_MAXINSNS */

static struct export export;

static const char *field(const struct json *object, const char *name)
{
	const struct json *value = json_find(object, name);

	check(value && value->type == JSON_STRING);
	return value->string;
}

static uint64_t number(const struct json *object, const char *name)
{
	const struct json *value = json_find(object, name);

	check(value && value->type == JSON_NUMBER && value->is_whole &&
	      !value->is_negative);
	return value->magnitude;
}

static uint32_t action_of(const struct json *entry, const char *action,
			  const char *error)
{
	const char *name = field(entry, action);

	if (strcmp(name, "SCMP_ACT_ALLOW") == 0)
		return SCMP_ACT_ALLOW;
	if (strcmp(name, "SCMP_ACT_LOG") == 0)
		return SCMP_ACT_LOG;
	if (strcmp(name, "SCMP_ACT_KILL_PROCESS") == 0)
		return SCMP_ACT_KILL_PROCESS;
	check_str(name, "SCMP_ACT_ERRNO");
	return SCMP_ACT_ERRNO(number(entry, error));
}

static unsigned arguments(const struct json *entry, struct scmp_arg_cmp *ret)
{
	const struct json *list = json_find(entry, "args");
	unsigned n = 0;

	for (list = list ? list->first : NULL; list; list = list->next) {
		check(n < 6);
		check_str(field(list, "op"), "SCMP_CMP_MASKED_EQ");
		ret[n++] = (struct scmp_arg_cmp){
			.arg = (unsigned)number(list, "index"),
			.op = SCMP_CMP_MASKED_EQ,
			.datum_a = number(list, "value"),
			.datum_b = number(list, "valueTwo"),
		};
		/* Runtimes would take two of one argument for alternatives. */
		check(n == 1 || ret[n - 1].arg > ret[n - 2].arg);
	}
	return n;
}

/* As crun: a name that libseccomp does not know is passed over, and an action
 * that is the default one needs no rule. */
static void add_entry(scmp_filter_ctx ctx, const struct json *entry,
		      uint32_t rest, bool *is_known)
{
	uint32_t action = action_of(entry, "action", "errnoRet");
	const struct json *name = json_find(entry, "names")->first;
	struct scmp_arg_cmp args[6];
	unsigned n = arguments(entry, args);

	check(action != rest);
	for (; name; name = name->next) {
		int nr = seccomp_syscall_resolve_name(name->string);

		check(syscall_number(export.filter.arch, name->string) >= 0);
		if (nr == __NR_SCMP_ERROR)
			continue;
		is_known[syscall_number(export.filter.arch, name->string)] =
			true;
		check_int(seccomp_rule_add_array(ctx, action, nr, n, args), 0);
	}
}

static scmp_filter_ctx new_context(const struct json *top, uint32_t rest)
{
	static const struct {
		const char *name;
		uint32_t token;
	} arches[] = {
		{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
		{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
	};
	const struct json *arch = json_find(top, "architectures")->first;
	scmp_filter_ctx ctx = seccomp_init(rest);
	unsigned i = 0;

	check(ctx && arch && !arch->next);
	while (strcmp(arches[i].name, arch->string) != 0)
		check(++i < 2);
	check_int(i, export.filter.arch);
	check_int(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				   SCMP_ACT_KILL_PROCESS), 0);
	if (arches[i].token != seccomp_arch_native()) {
		check_int(seccomp_arch_add(ctx, arches[i].token), 0);
		check_int(seccomp_arch_remove(ctx, seccomp_arch_native()), 0);
	}
	return ctx;
}

static struct bpf_program compile(scmp_filter_ctx ctx)
{
	struct bpf_program program = { 0 };
	int fd = memfd_create("exported", MFD_CLOEXEC);
	off_t size;

	check(fd >= 0);
	check_int(seccomp_export_bpf(ctx, fd), 0);
	seccomp_release(ctx);
	size = lseek(fd, 0, SEEK_END);
	program.code = malloc((size_t)size);
	check(program.code != NULL);
	check_int(pread(fd, program.code, (size_t)size, 0), size);
	close(fd);
	program.len = (uint16_t)((size_t)size / sizeof(struct sock_filter));
	return program;
}

/* What a runtime would load. */
static struct bpf_program imported(const char *text, bool *is_known)
{
	struct arena arena = { 0 };
	struct fh_error err = { 0 };
	const struct json *top = NULL;
	scmp_filter_ctx ctx;
	uint32_t rest;

	check_int(json_read("profile", text, strlen(text), &arena, &top, &err),
		  0);
	rest = action_of(top, "defaultAction", "defaultErrnoRet");
	check_int(rest, SCMP_ACT_ERRNO(ENOSYS));
	ctx = new_context(top, rest);
	for (const struct json *entry = json_find(top, "syscalls")->first;
	     entry; entry = entry->next)
		add_entry(ctx, entry, rest, is_known);
	arena_done(&arena);
	return compile(ctx);
}

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
	theirs = imported(text_string(&out), is_known);
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
	theirs = imported(text_string(&out), is_known);
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
