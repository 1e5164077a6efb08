/* A seccomp profile of OCI as a container runtime compiles it: by libseccomp. */
#ifndef FH_TESTS_OCI_ORACLE_H
#define FH_TESTS_OCI_ORACLE_H

#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exchange/json_read.h"
#include "filter_eval.h"

/* Entries that count; NULL: all. */
typedef bool (*oracle_counts)(const struct json *entry);

static inline const char *field(const struct json *object, const char *name)
{
	const struct json *value = json_find(object, name);

	check(value && value->type == JSON_STRING);
	return value->string;
}

/* 0 where there is none. */
static inline uint64_t number(const struct json *object, const char *name)
{
	const struct json *value = json_find(object, name);

	if (!value)
		return 0;
	check(value->type == JSON_NUMBER && value->is_whole &&
	      !value->is_negative);
	return value->magnitude;
}

static inline uint32_t action_of(const struct json *entry, const char *action,
				 const char *error)
{
	static const struct {
		const char *name;
		uint32_t action;
	} plain[] = {
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	};
	const char *name = field(entry, action);

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (strcmp(name, plain[i].name) == 0)
			return plain[i].action;
	check_str(name, "SCMP_ACT_ERRNO");
	return SCMP_ACT_ERRNO(json_find(entry, error) ? number(entry, error)
						      : EPERM);
}

static inline enum scmp_compare compare_of(const char *name)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} ops[] = {
		{ "SCMP_CMP_NE", SCMP_CMP_NE }, { "SCMP_CMP_LT", SCMP_CMP_LT },
		{ "SCMP_CMP_LE", SCMP_CMP_LE }, { "SCMP_CMP_EQ", SCMP_CMP_EQ },
		{ "SCMP_CMP_GE", SCMP_CMP_GE }, { "SCMP_CMP_GT", SCMP_CMP_GT },
		{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	};
	unsigned i = 0;

	while (strcmp(ops[i].name, name) != 0)
		check(++i < sizeof(ops) / sizeof(*ops));
	return ops[i].op;
}

static inline unsigned arguments(const struct json *entry,
				 struct scmp_arg_cmp *ret)
{
	const struct json *list = json_find(entry, "args");
	unsigned n = 0;

	for (list = list ? list->first : NULL; list; list = list->next) {
		check(n < 6);
		ret[n++] = (struct scmp_arg_cmp){
			.arg = (unsigned)number(list, "index"),
			.op = compare_of(field(list, "op")),
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
static inline void add_entry(scmp_filter_ctx ctx, const struct json *entry,
			     uint32_t rest, enum filter_arch arch,
			     bool *ret_known)
{
	uint32_t action = action_of(entry, "action", "errnoRet");
	const struct json *name = json_find(entry, "names")->first;
	struct scmp_arg_cmp args[6];
	unsigned n = arguments(entry, args);

	for (; name; name = name->next) {
		int nr = seccomp_syscall_resolve_name(name->string);
		int own = syscall_number(arch, name->string);

		if (nr == __NR_SCMP_ERROR)
			continue;
		if (own >= 0)
			ret_known[own] = true;
		if (action != rest)
			check_int(seccomp_rule_add_array(ctx, action, nr, n,
							 args), 0);
	}
}

static inline struct bpf_program oracle_compile(scmp_filter_ctx ctx)
{
	struct bpf_program program = { 0 };
	int fd = memfd_create("oracle", MFD_CLOEXEC);
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

/* What a runtime would load. @ret_known: by our number, which calls it knows */
static inline struct bpf_program oci_oracle(const char *text,
					    enum filter_arch arch,
					    oracle_counts counts,
					    bool *ret_known)
{
	static const uint32_t tokens[N_FILTER_ARCHES] = {
		[FILTER_ARCH_X86_64] = SCMP_ARCH_X86_64,
		[FILTER_ARCH_AARCH64] = SCMP_ARCH_AARCH64,
	};
	struct arena arena = { 0 };
	struct fh_error err = { 0 };
	const struct json *top = NULL, *entry;
	scmp_filter_ctx ctx;
	uint32_t rest;

	check_int(json_read("profile", text, strlen(text), &arena, &top, &err),
		  0);
	rest = action_of(top, "defaultAction", "defaultErrnoRet");
	ctx = seccomp_init(rest);
	check(ctx != NULL);
	check_int(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				   SCMP_ACT_KILL_PROCESS), 0);
	if (tokens[arch] != seccomp_arch_native()) {
		check_int(seccomp_arch_add(ctx, tokens[arch]), 0);
		check_int(seccomp_arch_remove(ctx, seccomp_arch_native()), 0);
	}
	for (entry = json_find(top, "syscalls")->first; entry;
	     entry = entry->next)
		if (!counts || counts(entry))
			add_entry(ctx, entry, rest, arch, ret_known);
	arena_done(&arena);
	return oracle_compile(ctx);
}

#endif
