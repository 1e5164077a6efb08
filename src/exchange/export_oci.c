/*
 * Writes the filter as a seccomp profile of the OCI runtime specification.
 *
 * Rules there have no order, and libseccomp takes one without conditions before
 * all that have some: so every call is told either without any, or by cases that exclude one
 * another. A masked comparison is the only one that can look at 32 bits of 64.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "exchange/call_cases.h"
#include "exchange/exchange.h"
#include "tables/syscalls.h"

static const char *const arch_names[N_FILTER_ARCHES] = {
	[FILTER_ARCH_X86_64] = "SCMP_ARCH_X86_64",
	[FILTER_ARCH_AARCH64] = "SCMP_ARCH_AARCH64",
};

struct writer {
	const struct filter *filter;
	struct text *out;
	bool has_entry;
	/* Which calls have been told, by id. */
	bool is_done[N_SYSCALLS];
};

/* What the file says of every call that it does not name. */
static bool is_default(struct verdict verdict)
{
	return verdict.kind == VERDICT_UNKNOWN ||
	       (verdict.kind == VERDICT_ERRNO && verdict.error == ENOSYS);
}

static bool is_same(struct verdict a, struct verdict b)
{
	return a.kind == b.kind && a.error == b.error;
}

static void begin_entry(struct writer *writer, const char *name)
{
	text_add(writer->out, "%s\n    {\"names\": [\"%s\"",
		 writer->has_entry ? "," : "", name);
	writer->has_entry = true;
}

static void add_action(struct writer *writer, struct verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_ALLOW] = "SCMP_ACT_ALLOW",
		[VERDICT_ERRNO] = "SCMP_ACT_ERRNO",
		[VERDICT_KILL] = "SCMP_ACT_KILL_PROCESS",
		[VERDICT_LOG] = "SCMP_ACT_LOG",
	};

	text_add(writer->out, "], \"action\": \"%s\"", names[verdict.kind]);
	if (verdict.kind == VERDICT_ERRNO)
		text_add(writer->out, ", \"errnoRet\": %u", verdict.error);
}

static void add_arguments(struct writer *writer, const struct call_case *one)
{
	const char *before = ",\n     \"args\": [";

	for (int arg = 0; arg < CASE_ARGS; arg++) {
		if (!one->mask[arg])
			continue;
		text_add(writer->out,
			 "%s{\"index\": %d, \"value\": %" PRIu64
			 ", \"valueTwo\": %" PRIu64
			 ", \"op\": \"SCMP_CMP_MASKED_EQ\"}",
			 before, arg, one->mask[arg], one->value[arg]);
		before = ", ";
	}
	text_add(writer->out, "]}");
}

static bool has_rules(const struct filter *filter, unsigned call)
{
	bool has = false;

	seccomp_verdict(filter, syscall_on(filter->arch, call), &has);
	return has;
}

/* One entry for all calls that have this verdict, whatever their arguments. */
static void add_plain(struct writer *writer, unsigned first)
{
	const struct filter *filter = writer->filter;
	struct verdict verdict =
		filter->by_nr[syscall_on(filter->arch, first)];

	begin_entry(writer, syscalls[first].name);
	for (unsigned call = first + 1; call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter->arch, call);

		if (nr < 0 || writer->is_done[call] ||
		    has_rules(filter, call) ||
		    !is_same(filter->by_nr[nr], verdict))
			continue;
		text_add(writer->out, ",\n      \"%s\"", syscalls[call].name);
		writer->is_done[call] = true;
	}
	add_action(writer, verdict);
	text_add(writer->out, "}");
}

static int add_cases(struct writer *writer, unsigned call)
{
	struct call_cases cases = { 0 };
	int r = call_cases_of(writer->filter,
			      syscall_on(writer->filter->arch, call), &cases);

	for (size_t i = 0; r == 0 && i < cases.n; i++) {
		const struct call_case *one = &cases.list[i];

		if (is_default(one->verdict))
			continue;
		begin_entry(writer, syscalls[call].name);
		add_action(writer, one->verdict);
		add_arguments(writer, one);
	}
	call_cases_done(&cases);
	return r;
}

static int add_calls(struct writer *writer)
{
	const struct filter *filter = writer->filter;
	int r = 0;

	for (unsigned call = 0; r == 0 && call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter->arch, call);

		if (nr < 0 || writer->is_done[call])
			continue;
		writer->is_done[call] = true;
		if (has_rules(filter, call))
			r = add_cases(writer, call);
		else if (!is_default(filter->by_nr[nr]))
			add_plain(writer, call);
	}
	return r;
}

int export_oci(struct export *export, struct fh_error *err)
{
	struct writer writer = { .filter = &export->filter,
				 .out = export->out };
	int r;

	text_add(export->out,
		 "{\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n"
		 "  \"defaultErrnoRet\": %d,\n"
		 "  \"architectures\": [\"%s\"],\n  \"syscalls\": [",
		 ENOSYS, arch_names[export->filter.arch]);
	r = add_calls(&writer);
	text_add(export->out, "\n  ]\n}\n");
	if (r < 0)
		return error_set(err, FH_STAGE_PLAN, r, "export the filter");
	export_new_calls_lost(export);
	return 0;
}
