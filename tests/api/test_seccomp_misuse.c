/* Filters alone: what cannot be said is refused, and changes nothing. */
#include "seccomp_layer.h"

#define CONDITION(...) (&(const struct fh_condition){ __VA_ARGS__ })

static void test_bad_condition(void)
{
	static const struct fh_condition bad[] = {
		{ .argument = 6 },
		{ .compare = (enum fh_compare)6 },
		{ .compare = (enum fh_compare)-1 },
		{ .value = UINT64_C(1) << 32 },
		{ .compare = FH_COMPARE_GT, .value = UINT64_C(1) << 32 },
		{ .compare = FH_COMPARE_MASKED_EQ, .mask = UINT64_C(1) << 33 },
		{ .compare = FH_COMPARE_MASKED_EQ },
		{ .compare = FH_COMPARE_MASKED_NE, .mask = 1, .value = 2 },
	};
	struct fh_seccomp *seccomp = begin(NULL);
	struct fh_error err;

	for (size_t i = 0; i < N(bad); i++) {
		memset(&err, 0, sizeof(err));
		check_int(fh_seccomp_allow_if(seccomp, "read", &bad[i], 1,
					      &err), -EINVAL);
		check(strstr(err.what, "fh_seccomp_allow_if: condition 0"));
	}
	check_int(ask(seccomp, SYS_read, 0, 0), ERRNO(EPERM));
	/* Control: a negative int is written as it comes. */
	check_int(fh_seccomp_allow_if(seccomp, "read",
				      CONDITION(.value = (uint64_t)-100), 1,
				      NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, (uint32_t)-100),
		  SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

static void test_bad_names(void)
{
	struct fh_seccomp *seccomp = NULL;
	struct fh_error err = { 0 };

	check_int(fh_seccomp_new("stric", &seccomp, &err), -ENOENT);
	check(strstr(err.remedy, "strict"));
	check(!seccomp);
	seccomp = begin(NULL);
	check_int(fh_seccomp_allow(seccomp, "opneat", &err), -ENOENT);
	check(strstr(err.what, "opneat"));
	check(strstr(err.remedy, "openat"));
	check_int(fh_seccomp_deny(seccomp, "@file-sytem", &err), -ENOENT);
	check(strstr(err.remedy, "@file-system"));
	check_int(fh_seccomp_allow(seccomp, "", NULL), -ENOENT);
	check_int(fh_seccomp_allow_if(seccomp, "raed", CONDITION(0), 1, &err),
		  -ENOENT);
	check(strstr(err.remedy, "read"));
	check_int(fh_seccomp_deny_if(seccomp, "@debug", CONDITION(0), 1, &err),
		  -EINVAL);
	check(strstr(err.what, "fh_seccomp_deny_if: @debug is a group"));
	fh_seccomp_free(seccomp);
}

static void test_null(void)
{
	struct fh_seccomp *s = begin(NULL);
	struct fh_error err = { 0 };
	void *code;
	char *text;
	size_t n;

	check_int(fh_seccomp_new(NULL, NULL, &err), -EINVAL);
	check(strstr(err.what, "fh_seccomp_new: ret is NULL"));
	check_int(fh_seccomp_allow(NULL, "read", &err), -EINVAL);
	check(strstr(err.what, "fh_seccomp_allow: seccomp is NULL"));
	check_int(fh_seccomp_allow(s, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_deny(NULL, "read", NULL), -EINVAL);
	check_int(fh_seccomp_deny(s, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_allow_if(NULL, "read", CONDITION(0), 1, NULL),
		  -EINVAL);
	check_int(fh_seccomp_allow_if(s, NULL, CONDITION(0), 1, NULL),
		  -EINVAL);
	check_int(fh_seccomp_allow_if(s, "read", NULL, 1, NULL), -EINVAL);
	check_int(fh_seccomp_deny_if(s, "read", NULL, 1, NULL), -EINVAL);
	check_int(fh_seccomp_open_read_only(NULL, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(NULL, FH_DENY_KILL, 0, NULL), -EINVAL);
	check_int(fh_seccomp_print(NULL, FH_TEXT, &text, NULL), -EINVAL);
	check_int(fh_seccomp_print(s, FH_TEXT, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_print(s, (enum fh_format)2, &text, NULL),
		  -EINVAL);
	check_int(fh_seccomp_export(NULL, &code, &n, NULL), -EINVAL);
	check_int(fh_seccomp_export(s, NULL, &n, NULL), -EINVAL);
	check_int(fh_seccomp_export(s, &code, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_load(NULL, &err), -EINVAL);
	fh_seccomp_free(NULL);
	fh_seccomp_free(s);
}

static void test_bad_action(void)
{
	struct fh_seccomp *s = begin(NULL);

	check_int(fh_seccomp_on_deny(s, (enum fh_deny)3, 0, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_ERRNO, 0, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_ERRNO, 4096, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_ERRNO, -1, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_KILL, 1, NULL), -EINVAL);
	check_int(ask(s, SYS_read, 0, 0), ERRNO(EPERM));
	fh_seccomp_free(s);
}

static void test_too_many(void)
{
	struct fh_seccomp *seccomp = begin("strict");
	const struct fh_condition four[4] = { { 0 } };
	struct fh_error err = { 0 };
	size_t n = 0;
	int r = 0;

	check_int(fh_seccomp_allow_if(seccomp, "read", four, 4, &err),
		  -EINVAL);
	check(strstr(err.what, "4 conditions"));
	check_int(fh_seccomp_allow_if(seccomp, "read", four, 0, NULL),
		  -EINVAL);
	while (r == 0 && n++ < 1000)
		r = fh_seccomp_deny_if(seccomp, "read",
				       CONDITION(.value = n), 1, &err);
	check_int(r, -E2BIG);
	check(n > 30);
	/* What does not fit changes nothing. */
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), ERRNO(EACCES));
	check_int(fh_seccomp_open_read_only(seccomp, &err), -E2BIG);
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), ERRNO(EACCES));
	check_int(ask(seccomp, SYS_openat, 2, 0), SECCOMP_RET_ALLOW);
	/* And the base's rules have room under every action. */
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_LOG, 0, NULL), 0);
	ask(seccomp, SYS_read, 0, 0);
	check_int(fh_seccomp_allow(seccomp, "read", NULL), 0);
	check_int(fh_seccomp_open_read_only(seccomp, NULL), 0);
	fh_seccomp_free(seccomp);
}

/* More instructions than a filter of ours may have. */
static void test_too_long(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	struct fh_error err = { 0 };
	void *code = NULL;
	size_t n = 0;

	for (unsigned int i = 0; i < 160; i++) {
		const struct fh_condition c[] = {
			{ .argument = i % 6, .value = i, .is_wide = true },
			{ .argument = (i + 1) % 6, .value = i,
			  .is_wide = true },
			{ .argument = (i + 2) % 6, .value = i,
			  .is_wide = true },
		};

		check_int(fh_seccomp_allow_if(seccomp, "read", c, 3, NULL), 0);
	}
	check_int(fh_seccomp_export(seccomp, &code, &n, &err), -E2BIG);
	check(!code && !n);
	check(strstr(err.what, "1024"));
	check_int(fh_seccomp_load(seccomp, &err), -E2BIG);
	check_status("NoNewPrivs", "0");
	check_status("Seccomp", "0");
	fh_seccomp_free(seccomp);
}

static const struct tap_test anyone[] = {
	{ .name = "bad conditions are refused", .run = test_bad_condition },
	{ .name = "unknown names", .run = test_bad_names },
	{ .name = "NULL", .run = test_null },
	{ .name = "bad actions are refused", .run = test_bad_action },
	{ .name = "too many conditions", .run = test_too_many },
	{ .name = "too long a filter", .run = test_too_long },
};

static const struct tap_test none[] = {};

TESTS_RUN(anyone, none, none)
