/* Landlock alone: what a kernel cannot give, or nobody may ask, is said. */
#include "landlock_layer.h"
#include "mech/landlock_builder.h"
#include "pretend.h"
#include "sys/landlock_calls.h"
#include "tables/landlock_rights.h"

/* --- by the version -------------------------------------------------------- */

static void test_states(void)
{
	static const struct {
		unsigned int flags;
		int abi;
		enum fh_state state;
		const char *has, *has_not;
	} rows[] = {
		{ 0, 1, FH_STATE_PARTLY, "truncation", NULL },
		{ 0, 1, FH_STATE_PARTLY, "fast open", NULL },
		{ 0, 3, FH_STATE_PARTLY, "TCP ports are not", "truncation" },
		{ 0, 4, FH_STATE_PARTLY, "device ioctls", "TCP ports are not" },
		{ 0, 5, FH_STATE_PARTLY, "signals", "device" },
		{ 0, 7, FH_STATE_PARTLY, "pathname sockets", "signals" },
		{ 0, 9, FH_STATE_PARTLY, "UDP", "pathname" },
		{ 0, 10, FH_STATE_PARTLY, "fast open", "UDP" },
		{ 0, 99, FH_STATE_PARTLY, "fast open", "UDP" },
		{ FH_LANDLOCK_FILES_ONLY, 1, FH_STATE_PARTLY, "moving", "TCP" },
		{ FH_LANDLOCK_FILES_ONLY, 2, FH_STATE_PARTLY, "truncation",
		  "moving" },
		{ FH_LANDLOCK_FILES_ONLY, 4, FH_STATE_PARTLY, "device ioctls",
		  "sockets" },
		{ FH_LANDLOCK_FILES_ONLY, 5, FH_STATE_FULLY, "", NULL },
		{ FH_LANDLOCK_FILES_ONLY, 99, FH_STATE_FULLY, "", NULL },
	};
	struct fh_landlock_status status;

	for (size_t i = 0; i < N(rows); i++) {
		landlock_describe(rows[i].flags, rows[i].abi, 0, &status);
		check_int(status.state, rows[i].state);
		check(strstr(status.reason, rows[i].has));
		check(*rows[i].has || !*status.reason);
		check(!rows[i].has_not ||
		      !strstr(status.reason, rows[i].has_not));
		check_int(status.abi, rows[i].abi);
		check_int(status.abi_used, rows[i].abi > LANDLOCK_ABI_KNOWN
						   ? LANDLOCK_ABI_KNOWN
						   : rows[i].abi);
	}
	landlock_describe(0, 0, -ENOSYS, &status);
	check_int(status.state, FH_STATE_NOT);
	check_str(status.reason, "the kernel has no Landlock");
	landlock_describe(0, 0, -EOPNOTSUPP, &status);
	check(strstr(status.reason, "lsm="));
	landlock_describe(0, 0, -EPERM, &status);
	check(strstr(status.reason, "filter"));
}

static void test_handled(void)
{
	struct ll_ruleset_attr attr;

	landlock_handle(0, 99, &attr);
	check_int(attr.handled_fs, 0x1ffff);
	check_int(attr.handled_net, 0xf);
	check_int(attr.scoped, 3);
	landlock_handle(FH_LANDLOCK_FILES_ONLY, 99, &attr);
	check_int(attr.handled_fs, 0xffff);
	check_int(attr.handled_net, 0);
	check_int(attr.scoped, 0);
	landlock_handle(0, 1, &attr);
	check_int(attr.handled_fs, 0x1fff);
	check_int(attr.handled_net, 0);
}

static void test_status(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_landlock_status status;
	struct fh_error err = { 0 };

	check_int(fh_landlock_get_status(landlock, &status, NULL), 0);
	check_int(status.abi, fh_landlock_abi());
	check_status("NoNewPrivs", "0");
	check_int(try_open("/", O_RDONLY | O_DIRECTORY), 0);
	check_int(fh_landlock_get_status(NULL, &status, &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_get_status: landlock is NULL"));
	check_int(fh_landlock_get_status(landlock, NULL, &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_get_status: ret is NULL"));
}

/* --- kernels that are otherwise -------------------------------------------- */

static void test_no_landlock(void)
{
	struct fh_landlock *landlock;
	struct fh_landlock_status status = { .abi = 77 };
	struct fh_error err = { 0 };

	pretend(SYS_landlock_create_ruleset, ENOSYS);
	check_int(fh_landlock_abi(), 0);
	landlock = begin(0);
	check_int(fh_landlock_allow_read(landlock, "/nowhere", NULL), -ENOENT);
	check_int(fh_landlock_allow_read(landlock, "/usr", NULL), 0);
	check_int(fh_landlock_allow_bind(landlock, 80, NULL), 0);
	check_int(fh_landlock_apply(landlock, 0, &status, &err), -EOPNOTSUPP);
	check_int(err.code, -EOPNOTSUPP);
	check_int(status.abi, 77);
	check_int(fh_landlock_apply(landlock, FH_LANDLOCK_ACCEPT_NONE, &status,
				    NULL), 0);
	check_int(status.state, FH_STATE_NOT);
	check_str(status.reason, "the kernel has no Landlock");
	check_int(try_open("/", O_RDONLY | O_DIRECTORY), 0);
}

/* A domain that is said to stand, and does not, is found by the probe. */
static void test_probe(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_landlock_status status = { .abi = 77 };
	struct fh_error err = { 0 };

	need_abi(1);
	pretend(SYS_landlock_restrict_self, 0);
	check_int(fh_landlock_allow_read(landlock, "/usr", NULL), 0);
	check_int(fh_landlock_apply(landlock, 0, &status, &err), -EPERM);
	check(strstr(err.what, "does not hold"));
	check_int(err.stage, FH_STAGE_APPLY);
	check_int(status.abi, 77);
}

/* --- limits and bad input -------------------------------------------------- */

static void test_nested(void)
{
	struct fh_error err = { 0 };
	int r = 0;

	need_abi(1);
	for (int i = 0; i < 16; i++)
		check_apply(begin(FH_LANDLOCK_FILES_ONLY));
	struct fh_landlock *landlock = begin(FH_LANDLOCK_FILES_ONLY);
	r = fh_landlock_apply(landlock, 0, NULL, &err);
	check_int(r, -E2BIG);
	check(strstr(err.what, "16"));
}

static void test_too_many(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_error err = { 0 };

	for (int i = 0; i < 65536; i++)
		if (fh_landlock_allow_bind(landlock, 80, &err) < 0)
			tap_fail(__FILE__, __LINE__, "rule %d: %s", i,
				 err.what);
	check_int(fh_landlock_allow_bind(landlock, 80, &err), -E2BIG);
	check_int(fh_landlock_allow_connect(landlock, 80, NULL), -E2BIG);
	check_int(fh_landlock_allow_read(landlock, "/usr", NULL), -E2BIG);
	check_apply(landlock);
}

static void test_bad_input(void)
{
	struct fh_landlock *landlock = begin(0), *none = NULL;
	struct fh_error err = { 0 };

	check_int(fh_landlock_new(0, NULL, &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_new: ret is NULL"));
	check_int(fh_landlock_new(2, &none, &err), -EINVAL);
	check(!none);
	check_int(fh_landlock_allow_read(NULL, "/", &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_allow_read: landlock is NULL"));
	check_int(fh_landlock_allow_read(landlock, NULL, &err), -EINVAL);
	check_int(fh_landlock_allow_read_write(NULL, "/", NULL), -EINVAL);
	check_int(fh_landlock_allow_read_write(landlock, NULL, NULL), -EINVAL);
	check_int(fh_landlock_allow_execute(NULL, "/", NULL), -EINVAL);
	check_int(fh_landlock_allow_execute(landlock, NULL, NULL), -EINVAL);
	check_int(fh_landlock_allow_bind(NULL, 1, NULL), -EINVAL);
	check_int(fh_landlock_allow_connect(NULL, 1, NULL), -EINVAL);
	check_int(fh_landlock_apply(NULL, 0, NULL, NULL), -EINVAL);
	check_int(fh_landlock_apply(landlock, 2, NULL, &err), -EINVAL);
	check_int(fh_landlock_allow_read(landlock, "", NULL), -ENOENT);
	memset(&err, 0, sizeof(err));
	check_int(fh_landlock_allow_read(landlock, "/no\nwhere", &err),
		  -ENOENT);
	check(strstr(err.what, "/no\\"));
	check_status("NoNewPrivs", "0");
	fh_landlock_free(NULL);
	fh_landlock_free(landlock);
}

/* As a daemon does it between making and applying. */
static void test_closed(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(1);
	check_int(outcome(close_range(3, ~0u, 0)), 0);
	check(fh_landlock_apply(landlock, 0, NULL, NULL) < 0);
}

static const struct tap_test anyone[] = {
	{ .name = "what each ABI is worth", .run = test_states },
	{ .name = "what each ABI handles", .run = test_handled },
	{ .name = "asking changes nothing", .run = test_status },
	{ .name = "a kernel without Landlock", .run = test_no_landlock },
	{ .name = "a domain that does not hold is found", .run = test_probe },
	{ .name = "the seventeenth domain", .run = test_nested },
	{ .name = "too many rules", .run = test_too_many },
	{ .name = "bad input is refused", .run = test_bad_input },
	{ .name = "a ruleset that was closed is no success",
	  .run = test_closed },
};

static const struct tap_test none[] = {};

TESTS_RUN(anyone, none, none)
