/* Filters alone: what was said is what the interpreter then answers. */
#include "mech/seccomp.h"
#include "seccomp_layer.h"

/* --- bases -------------------------------------------------------------------- */

static void test_nothing(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	size_t known = 0;

	for (int nr = 0; nr < 600; nr++) {
		uint32_t action = ask(seccomp, nr, 0, 0);

		check(action == ERRNO(EPERM) || action == ERRNO(ENOSYS));
		known += action == ERRNO(EPERM);
	}
	check(known > 250);
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(ask(seccomp, -1, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_KILL, 0, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_socket, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_openat2, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_LOG, 0, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 0), SECCOMP_RET_LOG);
	/* What would undo other fences is refused even then. */
	check_int(ask(seccomp, SYS_ptrace, 0, 0), ERRNO(EPERM));
	fh_seccomp_free(seccomp);
}

/* A base alone is the very filter that a box with that policy has. */
static void test_bases(void)
{
	for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
		const struct seccomp_request request = {
			.arch = FILTER_ARCH_NATIVE,
			.base = (enum syscall_policy)base,
		};
		struct fh_seccomp *seccomp =
			begin(syscall_policies[base].name);
		static struct filter filter;
		struct bpf_program program;
		void *code;
		size_t n;

		check_int(seccomp_compile(&request, &filter, NULL), 0);
		check_int(bpf_emit(&filter, &program, NULL), 0);
		check_int(fh_seccomp_export(seccomp, &code, &n, NULL), 0);
		check_int(n, program.len);
		check(memcmp(code, program.code, n * 8) == 0);
		free(code);
		bpf_program_done(&program);
		fh_seccomp_free(seccomp);
	}
}

static void test_override(void)
{
	struct fh_seccomp *seccomp = begin("strict");

	/* A rule on the arguments in the base is dropped as well. */
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), ERRNO(EACCES));
	check_int(fh_seccomp_allow(seccomp, "openat", NULL), 0);
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), SECCOMP_RET_ALLOW);
	check_int(fh_seccomp_deny(seccomp, "@file-system", NULL), 0);
	check_int(ask(seccomp, SYS_openat, 2, 0), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5401), ERRNO(EPERM));
	check_int(fh_seccomp_allow(seccomp, "@network-io", NULL), 0);
	check_int(ask(seccomp, SYS_socket, 0, 2), SECCOMP_RET_ALLOW);
	check_int(ask(seccomp, SYS_read, 0, 0), SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

/* --- conditions ---------------------------------------------------------------- */

static bool holds(const struct fh_condition *c, uint64_t value)
{
	uint64_t cut = c->is_wide ? UINT64_MAX : UINT32_MAX;
	uint64_t wanted = c->value & cut, masked = value & c->mask & cut;

	value &= cut;
	switch (c->compare) {
	case FH_COMPARE_EQ:
		return value == wanted;
	case FH_COMPARE_NE:
		return value != wanted;
	case FH_COMPARE_MASKED_EQ:
		return masked == wanted;
	case FH_COMPARE_MASKED_NE:
		return masked != wanted;
	case FH_COMPARE_GT:
		return value > wanted;
	case FH_COMPARE_GE:
		return value >= wanted;
	}
	return false;
}

static void test_comparisons(void)
{
	static const uint64_t values[] = { 0, 1, 3, 0x100000000, 0x100000001,
					   0xffffffff, UINT64_MAX, 0x300000003,
					   0x80000000, 0x8000000000000000 };
	static const uint64_t wanted[] = { 0, 1, 3, 0x100000001, 0x300000000 };

	for (unsigned int op = FH_COMPARE_EQ; op <= FH_COMPARE_GE; op++)
		for (size_t w = 0; w < 2 * N(wanted); w++) {
			struct fh_condition c = {
				.argument = w % 6,
				.compare = (enum fh_compare)op,
				.value = wanted[w / 2],
				.mask = 0x300000003,
				.is_wide = w % 2,
			};
			struct fh_seccomp *seccomp = begin(NULL);
			bool is_fit = c.is_wide || c.value <= UINT32_MAX;

			if (!c.is_wide)
				c.mask = 3;
			check_int(fh_seccomp_allow_if(seccomp, "read", &c, 1,
						      NULL),
				  is_fit ? 0 : -EINVAL);
			for (size_t v = 0; v < N(values) && is_fit; v++)
				check_int(ask(seccomp, SYS_read, c.argument,
					      values[v]),
					  holds(&c, values[v])
						  ? SECCOMP_RET_ALLOW
						  : ERRNO(EPERM));
			fh_seccomp_free(seccomp);
		}
}

static void test_order(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	const struct fh_condition five = { .argument = 0, .value = 5 };
	const struct fh_condition above[] = {
		{ .argument = 0, .compare = FH_COMPARE_GT, .value = 3 },
		{ .argument = 1, .value = 0 },
	};

	check_int(fh_seccomp_deny_if(seccomp, "read", &five, 1, NULL), 0);
	check_int(fh_seccomp_allow_if(seccomp, "read", above, 2, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 3), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_read, 0, 4), SECCOMP_RET_ALLOW);
	check_int(ask(seccomp, SYS_read, 0, 5), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_read, 1, 5), ERRNO(EPERM));
	/* Saying it anew drops them. */
	check_int(fh_seccomp_allow(seccomp, "@basic-io", NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 5), SECCOMP_RET_ALLOW);
	check_int(fh_seccomp_deny_if(seccomp, "read", &five, 1, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 5), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_read, 0, 6), SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

/* Before the rules of the base, which still stand for the rest. */
static void test_before_base(void)
{
	struct fh_seccomp *seccomp = begin(DEFAULT);
	const struct fh_condition sti = { .argument = 1, .value = 0x5412 };

	check_int(ask(seccomp, SYS_ioctl, 1, 0x5412), ERRNO(EPERM));
	check_int(fh_seccomp_allow_if(seccomp, "ioctl", &sti, 1, NULL), 0);
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5412), SECCOMP_RET_ALLOW);
	check_int(ask(seccomp, SYS_ioctl, 1, 0x541c), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5401), SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

static void test_actions(void)
{
	struct fh_seccomp *seccomp = begin("file-processor");
	const struct fh_condition five = { .argument = 0, .value = 5 };

	check_int(fh_seccomp_deny_if(seccomp, "close", &five, 1, NULL), 0);
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_ERRNO, 4095, NULL), 0);
	check_int(ask(seccomp, SYS_close, 0, 5), ERRNO(4095));
	check_int(ask(seccomp, SYS_ptrace, 0, 0), ERRNO(4095));
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5412), ERRNO(4095));
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_KILL, 0, NULL), 0);
	check_int(ask(seccomp, SYS_close, 0, 5), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_ptrace, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_deny(seccomp, "@namespace", NULL), 0);
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(ask(seccomp, SYS_unshare, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(fh_seccomp_deny(seccomp, "clone3", NULL), 0);
	check_int(ask(seccomp, SYS_clone3, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_LOG, 0, NULL), 0);
	check_int(ask(seccomp, SYS_close, 0, 5), SECCOMP_RET_LOG);
	fh_seccomp_free(seccomp);
}

/* --- printing --------------------------------------------------------------------- */

static void test_text(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	char *text = NULL, line[64];

	check_int(fh_seccomp_allow(seccomp, "read", NULL), 0);
	check_int(fh_seccomp_open_read_only(seccomp, NULL), 0);
	check_int(fh_seccomp_print(seccomp, FH_TEXT, &text, NULL), 0);
	check(strstr(text, "Base: none\n"));
	snprintf(line, sizeof(line), "\n  %-24sallow\n", "read");
	check(strstr(text, line));
	check(strstr(text, "allow if (argument 2 & 0x400243) == 0"));
	check(!strstr(text, "  write "));
	free(text);
	fh_seccomp_free(seccomp);
}

static void test_json(void)
{
	struct fh_seccomp *seccomp = begin("strict");
	const struct fh_condition wide = { .argument = 5, .is_wide = true,
					   .value = UINT64_MAX };
	char *text = NULL;
	FILE *jq;

	check_int(fh_seccomp_deny_if(seccomp, "read", &wide, 1, NULL), 0);
	check_int(fh_seccomp_print(seccomp, FH_JSON, &text, NULL), 0);
	check(strstr(text, "\"schema\": \"fumehood-seccomp-1\""));
	jq = popen("jq -e '.schema == \"fumehood-seccomp-1\""
		   " and .base == \"strict\""
		   " and .refused == {action: \"errno\", errno: 1}"
		   " and (.calls | length > 250)"
		   " and (.calls[] | select(.name == \"read\")"
		   " | .action == \"allow\" and .rules == [{if: [{argument: 5,"
		   " compare: \"eq\", bits: 64, value: \"0xffffffffffffffff\"}],"
		   " action: \"errno\", errno: 1}])' >/dev/null", "we");
	check(jq);
	check(fputs(text, jq) >= 0);
	check_int(pclose(jq), 0);
	free(text);
	fh_seccomp_free(seccomp);
}

static const struct tap_test anyone[] = {
	{ .name = "without a base all is refused", .run = test_nothing },
	{ .name = "a base is the filter of a box", .run = test_bases },
	{ .name = "later calls override", .run = test_override },
	{ .name = "comparisons", .run = test_comparisons },
	{ .name = "conditions in their order", .run = test_order },
	{ .name = "conditions come before the base's",
	  .run = test_before_base },
	{ .name = "actions", .run = test_actions },
	{ .name = "as text", .run = test_text },
	{ .name = "as JSON", .run = test_json },
};

static const struct tap_test none[] = {};

TESTS_RUN(anyone, none, none)
