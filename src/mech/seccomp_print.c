/* What a filter does, call by call, as lines or as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "mech/seccomp.h"
#include "mech/seccomp_builder.h"

static const char *const arch_names[N_FILTER_ARCHES] = {
	[FILTER_ARCH_X86_64] = "x86_64",
	[FILTER_ARCH_AARCH64] = "aarch64",
};

static const struct {
	const char *json;
	const char *text;
} compare_names[] = {
	[ARG_EQ] = { "eq", "==" },
	[ARG_NE] = { "ne", "!=" },
	[ARG_MASKED_EQ] = { "masked-eq", "==" },
	[ARG_MASKED_NE] = { "masked-ne", "!=" },
	[ARG_GT] = { "gt", ">" },
	[ARG_GE] = { "ge", ">=" },
};

static bool is_masked(const struct arg_test *test)
{
	return test->op == ARG_MASKED_EQ || test->op == ARG_MASKED_NE;
}

static const char *action_name(struct verdict verdict)
{
	switch ((enum verdict_kind)verdict.kind) {
	case VERDICT_ALLOW:
	case VERDICT_NOTIFY: /* of no box's filter */
	case VERDICT_TRACE: /* of a box's filter, never printed */
		return "allow";
	case VERDICT_LOG:
		return "log";
	case VERDICT_KILL:
		return "kill";
	case VERDICT_ERRNO:
	case VERDICT_UNKNOWN:
		break;
	}
	return "errno";
}

/* Of a refusal where nothing else is said; what the kernel then gives. */
static struct verdict general_refusal(const struct fh_seccomp *seccomp)
{
	if (seccomp->on_deny == FH_DENY_KILL)
		return (struct verdict){ VERDICT_KILL, 0 };
	if (seccomp->on_deny == FH_DENY_LOG)
		return (struct verdict){ VERDICT_LOG, 0 };
	return (struct verdict){ VERDICT_ERRNO, seccomp->error };
}

static bool is_same(struct verdict a, struct verdict b)
{
	return a.kind == b.kind &&
	       (a.kind != VERDICT_ERRNO || a.error == b.error);
}

static const char *base_name(const struct fh_seccomp *seccomp)
{
	return seccomp->base == SECCOMP_NO_BASE
		       ? NULL : syscall_policies[seccomp->base].name;
}

/* Of numbers that no table names. */
static const struct verdict unknown = { VERDICT_ERRNO, ENOSYS };

/* --- text ------------------------------------------------------------------ */

static void print_verdict(struct verdict verdict, struct text *ret)
{
	text_add(ret, "%s", action_name(verdict));
	if (verdict.kind == VERDICT_ERRNO)
		text_add(ret, " %u (%s)", verdict.error,
			 strerror(verdict.error));
}

static void print_test(const struct arg_test *test, struct text *ret)
{
	const char *bits = test->is_wide ? ", 64 bits" : "";

	if (is_masked(test))
		text_add(ret, "(argument %u & %#" PRIx64 ") %s %#" PRIx64 "%s",
			 test->arg, test->mask, compare_names[test->op].text,
			 test->value, bits);
	else
		text_add(ret, "argument %u %s %#" PRIx64 "%s", test->arg,
			 compare_names[test->op].text, test->value, bits);
}

static size_t print_rules(const char *name, int nr,
			  const struct filter *filter, struct text *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < filter->n_rules; i++) {
		const struct filter_rule *rule = &filter->rules[i];

		if (rule->nr != nr)
			continue;
		text_add(ret, "  %-24s", n++ ? "" : name);
		print_verdict(rule->verdict, ret);
		for (unsigned int t = 0; t < rule->n_tests; t++) {
			text_add(ret, t ? " and " : " if ");
			print_test(&rule->tests[t], ret);
		}
		text_add(ret, "\n");
	}
	return n;
}

/* Only what is not refused as all the rest is. */
static void print_text(const struct fh_seccomp *seccomp,
		       const struct filter *filter, struct text *ret)
{
	struct verdict general = general_refusal(seccomp);

	text_add(ret, "Architecture: %s; calls of another: kill\n",
		 arch_names[filter->arch]);
	text_add(ret, "Base: %s\n",
		 base_name(seccomp) ? base_name(seccomp) : "none");
	text_add(ret, "Refused calls: ");
	print_verdict(general, ret);
	text_add(ret, "\nUnknown calls: ");
	print_verdict(unknown, ret);
	text_add(ret, "\nOther calls:\n");
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter->arch, call);
		size_t n_rules;

		if (nr < 0)
			continue;
		n_rules = print_rules(syscalls[call].name, nr, filter, ret);
		if (!n_rules && is_same(filter->by_nr[nr], general))
			continue;
		text_add(ret, "  %-24s", n_rules ? "" : syscalls[call].name);
		print_verdict(filter->by_nr[nr], ret);
		text_add(ret, n_rules ? " otherwise\n" : "\n");
	}
}

/* --- JSON ------------------------------------------------------------------ */

static void print_json_verdict(struct verdict verdict, struct text *ret)
{
	text_add(ret, "\"action\": \"%s\"", action_name(verdict));
	if (verdict.kind == VERDICT_ERRNO)
		text_add(ret, ", \"errno\": %u", verdict.error);
}

/* Numbers of 64 bits as strings: readers of JSON round them. */
static void print_json_test(const struct arg_test *test, struct text *ret)
{
	text_add(ret, "{\"argument\": %u, \"compare\": \"%s\", \"bits\": %d",
		 test->arg, compare_names[test->op].json,
		 test->is_wide ? 64 : 32);
	if (is_masked(test))
		text_add(ret, ", \"mask\": \"0x%" PRIx64 "\"", test->mask);
	text_add(ret, ", \"value\": \"0x%" PRIx64 "\"}", test->value);
}

static void print_json_rules(int nr, const struct filter *filter,
			     struct text *ret)
{
	const char *separator = "";

	text_add(ret, ", \"rules\": [");
	for (size_t i = 0; i < filter->n_rules; i++) {
		const struct filter_rule *rule = &filter->rules[i];

		if (rule->nr != nr)
			continue;
		text_add(ret, "%s{\"if\": [", separator);
		separator = ", ";
		for (unsigned int t = 0; t < rule->n_tests; t++) {
			text_add(ret, t ? ", " : "");
			print_json_test(&rule->tests[t], ret);
		}
		text_add(ret, "], ");
		print_json_verdict(rule->verdict, ret);
		text_add(ret, "}");
	}
	text_add(ret, "]");
}

static void print_json(const struct fh_seccomp *seccomp,
		       const struct filter *filter, struct text *ret)
{
	const char *separator = "";

	text_add(ret, "{\n  \"schema\": \"fumehood-seccomp-1\",\n");
	text_add(ret, "  \"architecture\": \"%s\",\n  \"base\": ",
		 arch_names[filter->arch]);
	if (base_name(seccomp))
		text_add_json(ret, base_name(seccomp));
	else
		text_add(ret, "null");
	text_add(ret, ",\n  \"refused\": {");
	print_json_verdict(general_refusal(seccomp), ret);
	text_add(ret, "},\n  \"unknown\": {");
	print_json_verdict(unknown, ret);
	text_add(ret, "},\n  \"other_architectures\": {\"action\": \"kill\"},\n  \"calls\": [");
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter->arch, call);

		if (nr < 0)
			continue;
		text_add(ret, "%s\n    {\"name\": \"%s\", \"number\": %d, ",
			 separator, syscalls[call].name, nr);
		separator = ",";
		print_json_verdict(filter->by_nr[nr], ret);
		print_json_rules(nr, filter, ret);
		text_add(ret, "}");
	}
	text_add(ret, "\n  ]\n}\n");
}

void seccomp_print(const struct fh_seccomp *seccomp,
		   const struct filter *filter, enum fh_format format,
		   struct text *ret)
{
	if (format == FH_JSON)
		print_json(seccomp, filter, ret);
	else
		print_text(seccomp, filter, ret);
}
