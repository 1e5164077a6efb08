/* Seccomp profiles: which entries count, what they say of a case, and what is told of the
 * rest. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exchange/exchange.h"
#include "exchange/oci_match.h"
#include "invented.h"

static struct arena arena;
static struct fh_error err;

static int read_file(const char *text, struct oci_file *ret)
{
	memset(&err, 0, sizeof(err));
	return oci_read("f", text, strlen(text), FILTER_ARCH_X86_64, &arena,
			ret, &err);
}

#define ENTRY(...) \
	"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [" __VA_ARGS__ "]}"
#define READ "\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\""

static void test_force(void)
{
	static const struct {
		const char *conditions;
		enum oci_force force;
	} rows[] = {
		{ "", OCI_ALWAYS },
		{ ", \"includes\": {}, \"excludes\": {}", OCI_ALWAYS },
		{ ", \"includes\": null, \"args\": null", OCI_ALWAYS },
		{ ", \"includes\": {\"caps\": []}", OCI_ALWAYS },
		{ ", \"includes\": {\"caps\": [\"CAP_KILL\"]}", OCI_UNSURE },
		{ ", \"excludes\": {\"caps\": [\"CAP_KILL\"]}", OCI_ALWAYS },
		{ ", \"includes\": {\"arches\": [\"amd64\"]}", OCI_ALWAYS },
		{ ", \"includes\": {\"arches\": [\"arm64\"]}", OCI_NEVER },
		{ ", \"excludes\": {\"arches\": [\"amd64\"]}", OCI_NEVER },
		{ ", \"excludes\": {\"arches\": [\"s390\"]}", OCI_ALWAYS },
		/* Runtimes know it by one name, which others may have meant. */
		{ ", \"includes\": {\"arches\": [\"s390\", \"x86_64\"]}", OCI_UNSURE },
		{ ", \"includes\": {\"arches\": [\"x86_64\", \"amd64\"]}", OCI_ALWAYS },
		{ ", \"excludes\": {\"arches\": [\"SCMP_ARCH_X86_64\"]}", OCI_UNSURE },
		{ ", \"includes\": {\"minKernel\": \"4.8\"}", OCI_UNSURE },
		{ ", \"excludes\": {\"minKernel\": \"4.8\"}", OCI_UNSURE },
		{ ", \"includes\": {\"moon\": \"full\"}", OCI_UNSURE },
		{ ", \"only\": 1", OCI_UNSURE },
		{ ", \"includes\": {\"arches\": [\"arm64\"], \"caps\": [\"CAP_KILL\"]}", OCI_NEVER },
		{ ", \"includes\": {\"caps\": [\"CAP_KILL\"], \"arches\": [\"arm64\"]}", OCI_NEVER },
		{ ", \"only\": 1, \"excludes\": {\"arches\": [\"amd64\"]}", OCI_NEVER },
		{ ", \"comment\": \"x\", \"errnoRet\": 1", OCI_ALWAYS },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct oci_file file = { 0 };
		char text[512];

		snprintf(text, sizeof(text), ENTRY("{" READ "%s}"),
			 rows[i].conditions);
		if (read_file(text, &file))
			tap_fail(__FILE__, __LINE__, "%s: %s", text, err.what);
		check(file.rules && !file.rules->next);
		check(file.rules->calls.has[CALL_read]);
		check_int(file.rules->force, rows[i].force);
	}
}

/* A test of argument 0 against the case that fixes the bits of a mask. */
static bool allows(const char *op, uint64_t value, uint64_t two, uint64_t mask,
		   uint64_t fixed)
{
	struct call_case one = { .mask = { mask }, .value = { fixed } };
	struct oci_file file = { 0 };
	char text[512];

	snprintf(text, sizeof(text),
		 ENTRY("{" READ ", \"args\": [{\"index\": 0, \"value\": %llu, "
		       "\"valueTwo\": %llu, \"op\": \"SCMP_CMP_%s\"}]}"),
		 (unsigned long long)value, (unsigned long long)two, op);
	check_int(read_file(text, &file), 0);
	return oci_allows(&file, CALL_read, &one);
}

static void test_match(void)
{
	const uint64_t all = UINT64_MAX;

	check(allows("EQ", 5, 0, all, 5));
	check(!allows("EQ", 5, 0, all, 6));
	check(!allows("EQ", 5, 0, UINT32_MAX, 5));
	check(allows("NE", 5, 0, all, 6));
	check(allows("NE", 5, 0, 1, 0));
	check(!allows("NE", 5, 0, 1, 1));
	check(!allows("NE", 5, 0, all, 5));
	check(allows("MASKED_EQ", 6, 2, 7, 2));
	check(!allows("MASKED_EQ", 6, 2, 3, 2));
	check(!allows("MASKED_EQ", 6, 2, 7, 4));
	check(!allows("MASKED_EQ", 6, 9, all, 0));
	check(!allows("MASKED_EQ", 6, 3, all, 2));
	check(allows("LT", 8, 0, all - 7, 0));
	check(!allows("LT", 7, 0, all - 7, 0));
	check(allows("LE", 7, 0, all - 7, 0));
	check(allows("GE", 8, 0, 8, 8));
	check(!allows("GT", 8, 0, 8, 8));
	check(allows("GT", 7, 0, 8, 8));
	check(!allows("GE", 8, 0, 0, 0));
	check(allows("GE", 0, 0, 0, 0));
}

static bool file_allows(const char *text, unsigned int call)
{
	static const struct call_case any;
	struct oci_file file = { 0 };

	check_int(read_file(text, &file), 0);
	return oci_allows(&file, call, &any);
}

static void test_conflicts(void)
{
	static const char same[] =
		"\"args\": [{\"index\": 0, \"value\": 0, \"op\": \"SCMP_CMP_GE\"},"
		"{\"index\": 0, \"value\": 5, \"op\": \"SCMP_CMP_EQ\"}]";
	char text[1024];

	check(file_allows(ENTRY("{" READ "}"), CALL_read));
	check(!file_allows(ENTRY("{" READ "}"), CALL_write));
	/* Whichever comes first. */
	check(!file_allows(ENTRY("{" READ "}, {\"names\": [\"read\"], \"action\": \"SCMP_ACT_KILL\"}"),
			   CALL_read));
	check(!file_allows(ENTRY("{\"names\": [\"read\"], \"action\": \"SCMP_ACT_TRACE\"}, {" READ "}"),
			   CALL_read));
	/* Bits beyond a mask make it untrue, or are taken off: who knows. */
	check(!file_allows("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": "
			   "[{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": "
			   "[{\"index\": 0, \"value\": 16, \"valueTwo\": 17, \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}",
			   CALL_read));
	/* An entry that may not count refuses, and does not allow. */
	check(!file_allows(ENTRY("{" READ "}, {\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", \"includes\": {\"caps\": [\"CAP_KILL\"]}}"),
			   CALL_read));
	check(file_allows(ENTRY("{" READ "}, {\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", \"includes\": {\"arches\": [\"arm64\"]}}"),
			  CALL_read));
	/* Alternatives or not: neither is taken for granted. */
	snprintf(text, sizeof(text), ENTRY("{" READ ", %s}"), same);
	check(!file_allows(text, CALL_read));
	snprintf(text, sizeof(text),
		 ENTRY("{" READ "}, {\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", %s}"),
		 same);
	check(!file_allows(text, CALL_read));
	check(file_allows("{\"defaultAction\": \"SCMP_ACT_LOG\"}", CALL_read));
	check(file_allows(ENTRY("{\"name\": \"read\", \"action\": \"SCMP_ACT_LOG\"}"),
			  CALL_read));
}

static void test_refused(void)
{
	static const struct {
		const char *text, *what;
	} rows[] = {
		{ "[]", "f:1:1: an object with a defaultAction" },
		{ "{}", "f:1:1: an object with a defaultAction" },
		{ "{\"defaultAction\": 1}", "f:1:19: an action is needed" },
		{ "{\"defaultAction\": \"ALLOW\"}", "f:1:19: no such action" },
		{ "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": 1}",
		  "f:1:49: a list is needed" },
		{ ENTRY("1"), "an object with an action" },
		{ ENTRY("{}"), "an object with an action" },
		{ ENTRY("{\"action\": \"SCMP_ACT_LOG\"}"), "names or name" },
		{ ENTRY("{\"action\": \"SCMP_ACT_LOG\", \"names\": []"
			", \"name\": \"read\"}"), "names or name" },
		{ ENTRY("{\"action\": \"SCMP_ACT_LOG\", \"names\": 1}"),
		  "a list is needed" },
		{ ENTRY("{\"action\": \"SCMP_ACT_LOG\", \"names\": [1]}"),
		  "the name of a call" },
		{ ENTRY("{" READ ", \"args\": 1}"), "a list is needed" },
		{ ENTRY("{" READ ", \"args\": [1]}"), "index, value and op" },
		{ ENTRY("{" READ ", \"args\": [{\"index\": 6, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]}"),
		  "no call has such an argument" },
		{ ENTRY("{" READ ", \"args\": [{\"index\": 0, \"value\": -1, \"op\": \"SCMP_CMP_EQ\"}]}"),
		  "a whole number of 64 bits" },
		{ ENTRY("{" READ ", \"args\": [{\"index\": 0, \"value\": 1.0, \"op\": \"SCMP_CMP_EQ\"}]}"),
		  "a whole number of 64 bits" },
		{ ENTRY("{" READ ", \"args\": [{\"index\": 0, \"value\": 1, \"op\": \"EQ\"}]}"),
		  "no such comparison" },
		{ ENTRY("{" READ ", \"includes\": []}"), "an object is needed" },
		{ ENTRY("{" READ ", \"includes\": {\"caps\": \"x\"}}"),
		  "a list is needed" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct oci_file file = { 0 };

		check_int(read_file(rows[i].text, &file), -EINVAL);
		check_has(err.what, "f:1:");
		check_has(err.what, rows[i].what);
		check(!file.rules);
	}
}

static const char *import(const char *text, enum filter_arch arch)
{
	static struct text out;

	text_done(&out);
	out = (struct text){ 0 };
	memset(&err, 0, sizeof(err));
	if (oci_import("f", text, strlen(text), arch, &out, &err))
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	return text_string(&out);
}

#define EXECVE "{\"names\": [\"execve\"], \"action\": \"SCMP_ACT_ALLOW\"}, "

static void test_text(void)
{
	const char *text = import(
		ENTRY(EXECVE "{" READ "}, {\"names\": [\"ptrace\", \"mount\", \"x\\u001by\"], "
		      "\"action\": \"SCMP_ACT_ALLOW\"}], \"flags\": [\"LOG\""),
		FILTER_ARCH_X86_64);

	check_has(text, "\n[syscalls]\nsyscalls = default\n");
	check_has(text, "\ndeny-syscall = write\n");
	check_has(text, "\nallow-syscall = ptrace\n");
	check_hasnt(text, "= read\n");
	check_hasnt(text, "= mount\n");
	check_hasnt(text, "on-deny");
	check_has(text, "no box may allow them:\n#   mount\n");
	check_has(text, "think twice:\n#   ptrace\n");
	check_has(text, "not known here:\n#   x\\x1by\n");
	check_has(text, "not taken over:\n#   flags\n");
	/* Calls of the other architecture are its own affair. */
	check_has(text, "deny-syscall = open\n");
	check_hasnt(import(ENTRY(EXECVE "{" READ "}"), FILTER_ARCH_AARCH64),
		    "deny-syscall = open\n");
	check_has(import("{\"defaultAction\": \"SCMP_ACT_KILL_THREAD\", \"syscalls\": "
			 "[{\"names\": [\"execve\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
			 FILTER_ARCH_X86_64), "\non-deny = kill\n");
	check_has(import("{\"defaultAction\": \"SCMP_ACT_KILL\", \"syscalls\": "
			 "[{\"names\": [\"execve\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
			 FILTER_ARCH_X86_64), "\non-deny = kill\n");
}

/* Of names that a file makes up no more are told than anybody reads. */
static void test_many_names(void)
{
	static char text[4 << 20];
	char *at = text;
	const char *made;

	at += sprintf(at, "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": "
			  "[{\"action\": \"SCMP_ACT_ERRNO\", \"names\": [\"x\"");
	for (int i = 0; i < 1000; i++)
		at += sprintf(at, ", \"%0500d\"", i);
	sprintf(at, "]}]}");
	made = import(text, FILTER_ARCH_X86_64);
	check_has(made, " and 937 more\n");
	check(strlen(made) < 20000);
	/* That all are looked for among all would take a minute. */
	at = text;
	at += sprintf(at, "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": "
			  "[{\"action\": \"SCMP_ACT_ERRNO\", \"names\": [\"x\"");
	for (int i = 0; i < 65000; i++)
		at += sprintf(at, ", \"%050d\"", i);
	sprintf(at, "]}]}");
	check_has(import(text, FILTER_ARCH_X86_64), " and many more\n");
}

static const struct tap_test tests[] = {
	{ .name = "which entries count", .run = test_force },
	{ .name = "comparisons", .run = test_match },
	{ .name = "entries that contradict each other", .run = test_conflicts },
	{ .name = "what is refused", .run = test_refused },
	{ .name = "the text of a profile", .run = test_text },
	{ .name = "many names", .run = test_many_names },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
