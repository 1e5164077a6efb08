/* Fuzzing the import of seccomp profiles: what comes out is a profile that compiles, and
 * lets through no call that the file refuses whatever its arguments are. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/exchange.h"
#include "exchange/oci_file.h"
#include "profile/profile_lines.h"
#include "tables/syscalls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHANGES_MAX (2 * N_SYSCALLS)

struct made {
	struct seccomp_request request;
	struct syscall_change changes[CHANGES_MAX];
};

static void must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static int take(void *ctx, const struct profile_line *line,
		struct fh_error *err)
{
	struct made *made = ctx;
	struct syscall_change *change =
		&made->changes[made->request.n_changes];
	int call = syscall_find(line->value);

	must(strcmp(line->section, "syscalls") == 0);
	if (strcmp(line->name, "on-deny") == 0) {
		must(strcmp(line->value, "kill") == 0);
		made->request.on_deny = FH_DENY_KILL;
	} else if (strcmp(line->name, "syscalls") == 0) {
		while (strcmp(syscall_policies[made->request.base].name,
			      line->value) != 0)
			must(++made->request.base < N_BOX_POLICIES);
	} else {
		change->is_deny = strcmp(line->name, "deny-syscall") == 0;
		must(change->is_deny ||
		     strcmp(line->name, "allow-syscall") == 0);
		must(call >= 0 && ++made->request.n_changes < CHANGES_MAX);
		change->name = syscalls[call].name;
	}
	return 0;
}

/* Does the file refuse a call in any case? */
static bool refuses(const struct oci_file *file, unsigned int call)
{
	bool allows = file->allows_rest;

	for (const struct oci_rule *rule = file->rules; rule; rule = rule->next) {
		if (!rule->calls.has[call] || rule->force != OCI_ALWAYS)
			continue;
		if (!rule->is_allow && !rule->n_tests)
			return true;
		allows |= rule->is_allow;
	}
	return !allows;
}

static void check_made(const struct text *text, const struct oci_file *file)
{
	static struct filter filter;
	static struct made made;
	struct fh_error err = { 0 };

	memset(&made, 0, sizeof(made));
	made.request.arch = FILTER_ARCH_NATIVE;
	made.request.changes = made.changes;
	must(profile_lines("made", text->data, text->len, take, &made, &err) ==
	     0);
	must(seccomp_compile(&made.request, &filter, &err) == 0);
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter.arch, call);

		if (nr >= 0 && refuses(file, call))
			must(filter.by_nr[nr].kind != VERDICT_ALLOW);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + !size);
	struct arena arena = { 0 };
	struct oci_file file = { 0 };
	struct fh_error err = { 0 };
	autotext text = { 0 };
	int r;

	must(copy != NULL);
	memcpy(copy, data, size);
	r = oci_import("file", copy, size, FILTER_ARCH_NATIVE, &text, &err);
	must(r == 0 || (r == -EINVAL && err.code == r &&
			strncmp(err.what, "file:", 5) == 0));
	if (r == 0) {
		must(oci_read("file", copy, size, FILTER_ARCH_NATIVE, &arena,
			      &file, &err) == 0);
		check_made(&text, &file);
	}
	arena_done(&arena);
	free(copy);
	return 0;
}
