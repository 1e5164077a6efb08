/* The report says how it ended, in text and in valid JSON. */
#include <ctype.h>
#include <signal.h>

#include "invented.h"
#include "report/doctor.h"
#include "report/report.h"

/* --- a reader of JSON that knows only right from wrong -------------------- */

static bool skip_value(const char **at);

static void skip_blanks(const char **at)
{
	while (**at == ' ' || **at == '\n' || **at == '\t')
		(*at)++;
}

static bool skip_string(const char **at)
{
	const char *s = *at;

	if (*s++ != '"')
		return false;
	for (; *s != '"'; s++) {
		if ((unsigned char)*s < 0x20)
			return false;
		if (*s != '\\')
			continue;
		s++;
		if (*s == 'u') {
			for (int i = 1; i <= 4; i++)
				if (!isxdigit((unsigned char)s[i]))
					return false;
			s += 4;
		} else if (!*s || !strchr("\"\\/bfnrt", *s)) {
			return false;
		}
	}
	*at = s + 1;
	return true;
}

static bool skip_list(const char **at, char end)
{
	(*at)++;
	skip_blanks(at);
	if (**at == end)
		return (*at)++, true;
	for (;;) {
		skip_blanks(at);
		if (end == '}') {
			if (!skip_string(at))
				return false;
			skip_blanks(at);
			if (*(*at)++ != ':')
				return false;
		}
		if (!skip_value(at))
			return false;
		skip_blanks(at);
		if (**at == end)
			return (*at)++, true;
		if (*(*at)++ != ',')
			return false;
	}
}

static bool skip_value(const char **at)
{
	static const char *const words[] = { "true", "false", "null" };

	skip_blanks(at);
	if (**at == '{')
		return skip_list(at, '}');
	if (**at == '[')
		return skip_list(at, ']');
	if (**at == '"')
		return skip_string(at);
	for (size_t i = 0; i < N(words); i++)
		if (strncmp(*at, words[i], strlen(words[i])) == 0)
			return *at += strlen(words[i]), true;
	if (**at == '-')
		(*at)++;
	if (!isdigit((unsigned char)**at))
		return false;
	while (isdigit((unsigned char)**at))
		(*at)++;
	return true;
}

static bool is_json(const char *text)
{
	if (!skip_value(&text))
		return false;
	skip_blanks(&text);
	return *text == '\0';
}

static void test_reader(void)
{
	static const char *const good[] = { "{}", " {\"a\": [1, -2, {}], "
					    "\"b\": \"\\u001b\"}\n", "[]" };
	static const char *const bad[] = { "", "{", "{\"a\" 1}", "[1,]",
					   "{\"a\": }", "\"\n\"", "[] x",
					   "\"\\x1b\"", "{a: 1}", "[1 2]" };

	for (size_t i = 0; i < N(good); i++)
		check(is_json(good[i]));
	for (size_t i = 0; i < N(bad); i++)
		check(!is_json(bad[i]));
}

/* --- reports --------------------------------------------------------------- */

static struct fh_policy *policy;
static struct fh_plan *plan;
static struct text text;

static void make(const struct wishes *wishes, int abi)
{
	struct fh_kernel kernel = invented_kernel(abi);

	policy = invented_policy(wishes);
	invented_without(policy);
	plan = invented_plan(policy, &kernel);
	text_done(&text);
}

static struct fh_result result_of(enum fh_end reason, int exit_code,
				  int status)
{
	return (struct fh_result){ .reason = reason,
				   .exit_code = exit_code,
				   .status = status,
				   .wall_us = 1234567,
				   .user_us = 5001,
				   .system_us = 42,
				   .memory_peak = 3 << 20 };
}

static void test_text(void)
{
	struct fh_result result = result_of(FH_END_EXITED, 3, 3 << 8);

	make(NULL, 7);
	report_text(plan, &result, NULL, &text);
	check_has(text.data, "Result: exited, exit code 3\n");
	check_has(text.data, "Main process: exited, status=3\n");
	check_has(text.data, "Run time: 1234.567 ms\n");
	check_has(text.data, "CPU time: 5.001 ms user, 0.042 ms system\n");
	check_has(text.data, "Memory peak: 3072 KiB");
	check_has(text.data, "\n  network      held      net namespace\n");
	check_has(text.data, "\n  time         not-asked ");
}

static void test_ends(void)
{
	struct fh_result result = result_of(FH_END_SIGNALLED, 139, SIGSEGV);

	make(NULL, 7);
	report_text(plan, &result, NULL, &text);
	check_has(text.data, "killed by a signal, exit code 139\n");
	check_has(text.data, "killed by signal 11\n");
	text_done(&text);
	result = result_of(FH_END_SIGNALLED, 139, SIGSEGV | 0x80);
	report_text(plan, &result, NULL, &text);
	check_has(text.data, "killed by signal 11, core dumped\n");
	text_done(&text);
	result = result_of(FH_END_REFUSED_SYSCALL, 159, SIGSYS);
	report_text(plan, &result, NULL, &text);
	check_has(text.data, "Refused: a system call outside the policy");
	text_done(&text);
	result = result_of(FH_END_TIMEOUT, 124, -1);
	report_text(plan, &result, NULL, &text);
	check_has(text.data, "ended at the time limit, exit code 124\n");
	check_hasnt(text.data, "Main process");
}

static char *const argv[] = { "/bin/a\"b", "\x1b[2J\xff", "", NULL };

static void test_json(void)
{
	static const struct {
		enum fh_end reason;
		int exit_code, status;
		const char *part;
	} rows[] = {
		{ FH_END_EXITED, 0, 0, "\"status\": 0,\n" },
		{ FH_END_EXITED, 7, 7 << 8, "\"status\": 7,\n" },
		{ FH_END_SIGNALLED, 137, SIGKILL, "\"signal\": 9,\n" },
		{ FH_END_TIMEOUT, 124, -1, "\"result\": \"timeout\"" },
		{ FH_END_REFUSED_SYSCALL, 159, SIGSYS, "\"signal\": 31,\n" },
		{ FH_END_KILLED, 137, -1, "\"result\": \"killed\"" },
		{ FH_END_NOT_STARTED, 125, -1, "\"error\": {" },
	};

	for (int i = 0; i < N_ENDS; i++)
		check(*ends[i].name && *ends[i].meaning);
	for (size_t i = 0; i < N(rows); i++) {
		struct fh_result result = result_of(
			rows[i].reason, rows[i].exit_code, rows[i].status);

		make(WISHES("timeout", "1s"), (int)i);
		error_set(&result.error, FH_STAGE_APPLY, -EPERM, "mount \"%s\"",
			"\x1b");
		report_json(plan, &result, argv, NULL, &text);
		check(is_json(text.data));
		check_has(text.data, "\"schema\": \"fumehood-report-1\"");
		check_has(text.data, rows[i].part);
		check_has(text.data, "[\"/bin/a\\\"b\", "
				     "\"\\u001b[2J\\ufffd\", \"\"]");
		check_has(text.data, "\"wall_us\": 1234567");
		check_has(text.data, "\"time\": {\"state\": \"held\"");
		check_hasnt(text.data, "\x1b");
	}
}

/* Nothing, one row, and rows with all that a string may bring. */
static void test_refusals(void)
{
	struct fh_result result = result_of(FH_END_EXITED, 0, 0);
	struct refusals list = { 0 };
	struct report_refusals refusals = { .list = &list };
	struct fh_refusal row = { .layer = FH_LAYER_SECCOMP, .code = EPERM,
				  .times = 3, .pid = 9, .call = "socket",
				  .object = "AF_PACKET", .rule = "r\"ule",
				  .option = "--x \\", .advice = "un\nwise" };

	make(NULL, 7);
	report_json(plan, &result, argv, NULL, &text);
	check_hasnt(text.data, "refus");
	text_done(&text);
	report_json(plan, &result, argv, &refusals, &text);
	check(is_json(text.data));
	check_has(text.data, "\"refusals\": [],\n");
	check_has(text.data, "\"refusals_lost\": 0,\n");
	check_has(text.data, "\"refusals_counted\": false,\n");
	text_done(&text);
	report_text(plan, &result, &refusals, &text);
	check_hasnt(text.data, "Refused");
	text_done(&text);
	check_int(refusals_add(&list, &row), 0);
	row.call[0] = 'S';
	row.code = 0;
	row.signal = SIGSYS;
	row.times = 1;
	check_int(refusals_add(&list, &row), 0);
	refusals.lost = 5;
	refusals.is_counted = true;
	report_json(plan, &result, argv, &refusals, &text);
	check(is_json(text.data));
	check_has(text.data, "{\"layer\": \"seccomp\", \"call\": \"socket\", "
		  "\"wanted\": \"\", \"object\": \"AF_PACKET\", \"errno\": 1, "
		  "\"times\": 3, \"pid\": 9, \"program\": \"\", "
		  "\"rule\": \"r\\\"ule\", \"option\": \"--x \\\\\", "
		  "\"advice\": \"un\\u000awise\"},\n");
	check_has(text.data, "\"signal\": 31, ");
	check_has(text.data, "\"refusals_lost\": 5,\n");
	check_has(text.data, "\"refusals_counted\": true,\n");
	text_done(&text);
	report_text(plan, &result, &refusals, &text);
	check_has(text.data, "largest process\nRefused: socket AF_PACKET, 3 times (Operation not permitted): r\"ule; would be allowed by: --x \\; un");
	check_has(text.data, "\nRefused: Socket AF_PACKET, 1 time (signal 31)");
	check_has(text.data, "\nRefused: others, 5 times\nGuarantees");
}

static void test_plans_and_doctors(void)
{
	for (int abi = 0; abi <= 11; abi++) {
		make(WISHES("env", "A=\"\n\\", "bind", "/a\"b:/c\nd", "read",
			    "\xff"), abi);
		plan_print_json(plan, &text);
		check(is_json(text.data));
		check_has(text.data, "\"A=\\\"\\u000a\\\\\"");
		text_done(&text);
		doctor_json(plan, &text);
		check(is_json(text.data));
		text_done(&text);
		doctor_text(plan, &text);
		check_has(text.data, "Landlock");
		check_hasnt(text.data, "Missing:");
	}
}

static void test_doctor_of_the_sick(void)
{
	struct fh_kernel kernel = invented_kernel(0);

	invented_denial(&kernel, TRIAL_CREATE, -ENOSPC);
	kernel.max_user_namespaces = 0;
	kernel.landlock_error = -EOPNOTSUPP;
	policy = invented_policy(NULL);
	invented_without(policy);
	plan = invented_plan(policy, &kernel);
	doctor_text(plan, &text);
	check_has(text.data, "lsm= list");
	check_has(text.data, "not tried");
	check_has(text.data, "Missing: cannot create a user namespace");
	check_has(text.data, "Remedy: as root: sysctl");
	text_done(&text);
	doctor_json(plan, &text);
	check(is_json(text.data));
	check_has(text.data, "\"landlock_abi\": 0");
	check_has(text.data, "\"user namespace\": 28");
}

static const struct tap_test tests[] = {
	{ .name = "the reader of JSON reads", .run = test_reader },
	{ .name = "text", .run = test_text },
	{ .name = "each way to end", .run = test_ends },
	{ .name = "JSON", .run = test_json },
	{ .name = "refusals", .run = test_refusals },
	{ .name = "plans and facts as JSON", .run = test_plans_and_doctors },
	{ .name = "what the doctor finds", .run = test_doctor_of_the_sick },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
