/*
 * Every call about boxes, the calling process and the layers with what it must
 * refuse. test_bad_input.c has those about policies and plans.
 */
#include "attempt.h"

/* --- boxes -------------------------------------------------------------------- */

static char *const no_program[] = { NULL };
static char *const empty_program[] = { (char *)"", NULL };
static char *const long_name[] = { long_text, NULL };
static char *const long_program[] = { long_path, NULL };

static void test_spawn_null(void)
{
	NULLED(fh_spawn(NULL, scene_argv, NULL, MADE(box), err));
	NULLED(fh_spawn(s.policy, NULL, NULL, MADE(box), err));
	NULLED(fh_spawn(s.policy, scene_argv, NULL, NULL, err));
	NULLED(fh_spawn_plan(NULL, scene_argv, NULL, MADE(box), err));
	NULLED(fh_spawn_plan(s.plan, NULL, NULL, MADE(box), err));
	NULLED(fh_spawn_plan(s.plan, scene_argv, NULL, NULL, err));
	NULLED(fh_kill(NULL, SIGTERM, err));
	NULLED(fh_wait(NULL, -1, &s.out.result, err));
	TAKES(-EINVAL, fh_box_fd(NULL));
	TAKES(-EINVAL, fh_box_pid(NULL));
	TAKES(-EINVAL, fh_box_stream(NULL, 0));
	TAKES(false, fh_box_plan(NULL) != NULL);
	TAKES(0, (fh_box_free(NULL), 0));
	NULLED(fh_result_print(NULL, s.plan, scene_argv, FH_TEXT, TEXT, err));
	NULLED(fh_result_print(&s.result, NULL, scene_argv, FH_TEXT, TEXT,
			       err));
	NULLED(fh_result_print(&s.result, s.plan, NULL, FH_TEXT, TEXT, err));
	NULLED(fh_result_print(&s.result, s.plan, scene_argv, FH_TEXT, NULL,
			       err));
}

/* What a caller may get wrong in the options of a box. */
static const struct {
	const char *about;
	struct fh_spawn_options options;
	int code;
} spawn_options[] = {
	{ "size 0", { .size = 0 }, -EINVAL },
	{ "size too small", { .size = sizeof(struct fh_spawn_options) - 1 },
	  -EINVAL },
	{ "size too large", { .size = sizeof(struct fh_spawn_options) + 1 },
	  -EINVAL },
	{ "unknown flag",
	  { .size = sizeof(struct fh_spawn_options), .flags = 8 }, -EINVAL },
	{ "all flags",
	  { .size = sizeof(struct fh_spawn_options), .flags = ~0u }, -EINVAL },
	{ "unknown kind of stream",
	  { .size = sizeof(struct fh_spawn_options),
	    .streams = { [2] = { .kind = (enum fh_stream_kind)4 } } },
	  -EINVAL },
	{ "negative kind of stream",
	  { .size = sizeof(struct fh_spawn_options),
	    .streams = { { .kind = (enum fh_stream_kind)-1 } } },
	  -EINVAL },
	{ "descriptor that is not open",
	  { .size = sizeof(struct fh_spawn_options),
	    .streams = { [1] = { .kind = FH_STREAM_FD, .fd = 60 } } },
	  -EBADF },
	{ "negative descriptor",
	  { .size = sizeof(struct fh_spawn_options),
	    .streams = { { .kind = FH_STREAM_PIPE },
			 { .kind = FH_STREAM_FD, .fd = -1 } } },
	  -EBADF },
};

static void test_spawn_options(void)
{
	for (size_t i = 0; i < N(spawn_options); i++) {
		const struct fh_spawn_options *options =
			&spawn_options[i].options;
		int code = spawn_options[i].code;

		printf("# %s\n", spawn_options[i].about);
		BAD(code, fh_spawn(s.policy, scene_argv, options, MADE(box),
				   err));
		BAD_PLAN(code, fh_spawn_plan(s.plan, scene_argv, options,
					     MADE(box), err));
	}
}

static void test_spawn_values(void)
{
	BAD(-EINVAL, fh_spawn(s.policy, no_program, NULL, MADE(box), err));
	BAD(-ENOENT, fh_spawn(s.policy, empty_program, NULL, MADE(box), err));
	BAD(-ENOENT, fh_spawn(s.policy, long_name, NULL, MADE(box), err));
	BAD(-ENOENT, fh_spawn(s.policy, long_program, NULL, MADE(box), err));
	BAD_PLAN(-EINVAL, fh_spawn_plan(s.plan, no_program, NULL, MADE(box),
					err));
	BAD_PLAN(-ENOENT, fh_spawn_plan(s.plan, empty_program, NULL, MADE(box),
					err));
	BAD_PLAN(-EINVAL, fh_spawn_plan(s.self, scene_argv, NULL, MADE(box),
					err));
}

static void test_box(void)
{
	scene_kernel_need();
	BAD_BOX(-EBADF, fh_box_stream(s.box, 0));
	BAD_BOX(-EINVAL, fh_box_stream(s.box, 3));
	BAD_BOX(-EINVAL, fh_box_stream(s.box, -1));
	BAD_BOX(-EINVAL, fh_kill(s.box, 0, err));
	BAD_BOX(-EINVAL, fh_kill(s.box, -1, err));
	BAD_BOX(-EINVAL, fh_kill(s.box, 32, err));
	BAD_BOX(-EINVAL, fh_kill(s.box, INT32_MAX, err));
	BAD_BOX(-EINVAL, fh_wait(s.box, -1, NULL, err));
	BAD_BOX(-EINVAL, fh_wait(s.box, -2, &s.out.result, err));
	BAD_BOX(-EINVAL, fh_wait(s.box, INT32_MIN, &s.out.result, err));
}

/* A box that has ended: nothing left to signal. */
static void test_ended(void)
{
	struct fh_result result;

	scene_kernel_need();
	scene_make(&s, NEED_BOX);
	check_int(fh_wait(s.box, -1, &result, &told), 0);
	check_int(fh_kill(s.box, SIGTERM, &told), -ESRCH);
	check_told(&told, -ESRCH, "fh_kill");
	scene_done(&s);
}

static void test_result(void)
{
	struct fh_result high = { .reason = FH_END_OUTPUT + 1 };
	struct fh_result low = { .reason = -1 };
	char *text;

	BAD_PLAN(-EINVAL, fh_result_print(&s.result, s.plan, scene_argv,
					  (enum fh_format)2, TEXT, err));
	BAD_PLAN(-EINVAL, fh_result_print(&high, s.plan, scene_argv, FH_JSON,
					  TEXT, err));
	BAD_PLAN(-EINVAL, fh_result_print(&low, s.plan, scene_argv, FH_TEXT,
					  TEXT, err));
	/* A plan to confine with has guarantees, too; no argument is none. */
	scene_make(&s, NEED_PLANS);
	check_int(fh_result_print(&s.result, s.self, no_program, FH_JSON, &text,
				  &told), 0);
	free(text);
	scene_done(&s);
}

/* --- the process itself ----------------------------------------------------- */

static void test_confine(void)
{
	const struct fh_confine_options small = { .size = sizeof(small) - 1 };
	const struct fh_confine_options large = { .size = sizeof(large) + 1 };
	const struct fh_confine_options none = { .size = 0 };
	const struct fh_confine_options flagged = { .size = sizeof(flagged),
						    .flags = 1 };

	NULLED(fh_confine(NULL, NULL, MADE(plan), err));
	BAD(-EINVAL, fh_confine(s.self_policy, &none, MADE(plan), err));
	BAD(-EINVAL, fh_confine(s.self_policy, &small, MADE(plan), err));
	BAD(-EINVAL, fh_confine(s.self_policy, &large, MADE(plan), err));
	BAD(-EINVAL, fh_confine(s.self_policy, &flagged, MADE(plan), err));
	BAD(-EOPNOTSUPP, fh_confine(s.policy, NULL, MADE(plan), err));
	BAD(-EINVAL, fh_confine_file_processor("", NULL, err));
	BAD(-E2BIG, fh_confine_file_processor(NULL, long_path, err));
	BAD(-ENOENT, fh_confine_file_processor("/no/such", NULL, err));
	BAD(-EINVAL, fh_confine_network_service(NULL, "", err));
	BAD(-E2BIG, fh_confine_network_service(long_path, NULL, err));
	BAD(-ENOENT, fh_confine_network_service("/etc", "/no/such", err));
}

static void test_capabilities(void)
{
	NULLED(fh_capabilities_read(NULL, err));
	BAD(-EINVAL, fh_capabilities_drop(0, 2, err));
	BAD(-EINVAL, fh_capabilities_drop(0, ~0u, err));
	BAD(-EINVAL, fh_capabilities_drop(UINT64_MAX, 0, err));
	BAD(-EINVAL, fh_capabilities_drop(UINT64_C(1) << 41, 0, err));
	TAKES(0, fh_capabilities_preset((enum fh_capability_preset)4));
	TAKES(0, fh_capabilities_preset((enum fh_capability_preset)-1));
	TAKES(false, fh_capability_name(-1) != NULL);
	TAKES(false, fh_capability_name(41) != NULL);
	TAKES(false, fh_capability_name(INT32_MAX) != NULL);
	TAKES(-EINVAL, fh_capability_find(NULL));
	TAKES(-ENOENT, fh_capability_find(""));
	TAKES(-ENOENT, fh_capability_find("cap_chown"));
	TAKES(-ENOENT, fh_capability_find(long_text));
}

static void test_ids(void)
{
	BAD(-EINVAL, fh_ids_drop(0, 7, err));
	BAD(-EINVAL, fh_ids_drop(7, 0, err));
	BAD(-EINVAL, fh_ids_drop((uid_t)-1, 7, err));
	BAD(-EINVAL, fh_ids_drop(7, (gid_t)-1, err));
	if (geteuid() != 0)
		BAD(-EPERM, fh_ids_drop(7, 7, err));
}

/* Root has no capability that it may not keep. */
static void test_capabilities_user(void)
{
	if (geteuid() != 0)
		BAD(-EPERM, fh_capabilities_drop(1, 0, err));
	else
		check_int(fh_capabilities_drop(1, 0, &told), 0);
}

/* --- layers --------------------------------------------------------------------- */

static void test_landlock(void)
{
	NULLED(fh_landlock_new(0, NULL, err));
	BAD(-EINVAL, fh_landlock_new(2, MADE(landlock), err));
	BAD(-EINVAL, fh_landlock_new(~0u, MADE(landlock), err));
	NULLED(fh_landlock_allow_read(NULL, "/", err));
	NULLED(fh_landlock_allow_read(s.landlock, NULL, err));
	BAD(-ENOENT, fh_landlock_allow_read(s.landlock, "", err));
	BAD(-ENOENT, fh_landlock_allow_read(s.landlock, "/no/such", err));
	BAD(-ENAMETOOLONG, fh_landlock_allow_read(s.landlock, long_path, err));
	NULLED(fh_landlock_allow_read_write(NULL, "/", err));
	NULLED(fh_landlock_allow_read_write(s.landlock, NULL, err));
	BAD(-ENOENT, fh_landlock_allow_read_write(s.landlock, "", err));
	NULLED(fh_landlock_allow_execute(NULL, "/", err));
	NULLED(fh_landlock_allow_execute(s.landlock, NULL, err));
	BAD(-ENOENT, fh_landlock_allow_execute(s.landlock, "", err));
	NULLED(fh_landlock_allow_connect(NULL, 80, err));
	NULLED(fh_landlock_allow_bind(NULL, 80, err));
	NULLED(fh_landlock_get_status(NULL, &s.out.status, err));
	NULLED(fh_landlock_get_status(s.landlock, NULL, err));
	NULLED(fh_landlock_apply(NULL, 0, &s.out.status, err));
	BAD(-EINVAL, fh_landlock_apply(s.landlock, 2, &s.out.status, err));
	BAD(-EINVAL, fh_landlock_apply(s.landlock, ~0u, &s.out.status, err));
	TAKES(0, (fh_landlock_free(NULL), 0));
	TAKES(0, fh_landlock_abi() < 0);
}

static void test_landlock_files_only(void)
{
	struct fh_landlock *files = NULL;

	scene_do(fh_landlock_new(FH_LANDLOCK_FILES_ONLY, &files, &scene_err));
	BAD(-EINVAL, fh_landlock_allow_connect(files, 80, err));
	BAD(-EINVAL, fh_landlock_allow_bind(files, 80, err));
	fh_landlock_free(files);
}

static void test_seccomp(void)
{
	NULLED(fh_seccomp_new("strict", NULL, err));
	BAD(-ENOENT, fh_seccomp_new("", MADE(seccomp), err));
	BAD(-ENOENT, fh_seccomp_new("stricd", MADE(seccomp), err));
	BAD(-ENOENT, fh_seccomp_new(long_text, MADE(seccomp), err));
	NULLED(fh_seccomp_allow(NULL, "read", err));
	NULLED(fh_seccomp_allow(s.seccomp, NULL, err));
	BAD(-ENOENT, fh_seccomp_allow(s.seccomp, "", err));
	BAD(-ENOENT, fh_seccomp_allow(s.seccomp, "@", err));
	BAD(-ENOENT, fh_seccomp_allow(s.seccomp, long_text, err));
	NULLED(fh_seccomp_deny(NULL, "read", err));
	NULLED(fh_seccomp_deny(s.seccomp, NULL, err));
	BAD(-ENOENT, fh_seccomp_deny(s.seccomp, "raed", err));
	NULLED(fh_seccomp_open_read_only(NULL, err));
	NULLED(fh_seccomp_on_deny(NULL, FH_DENY_KILL, 0, err));
	BAD(-EINVAL, fh_seccomp_on_deny(s.seccomp, (enum fh_deny)3, 0, err));
	BAD(-EINVAL, fh_seccomp_on_deny(s.seccomp, (enum fh_deny)-1, 0, err));
	BAD(-EINVAL, fh_seccomp_on_deny(s.seccomp, FH_DENY_ERRNO, 0, err));
	BAD(-EINVAL, fh_seccomp_on_deny(s.seccomp, FH_DENY_ERRNO, -1, err));
	BAD(-EINVAL, fh_seccomp_on_deny(s.seccomp, FH_DENY_ERRNO, 4096, err));
	BAD(-EINVAL, fh_seccomp_on_deny(s.seccomp, FH_DENY_KILL, 1, err));
	NULLED(fh_seccomp_print(NULL, FH_TEXT, TEXT, err));
	NULLED(fh_seccomp_print(s.seccomp, FH_TEXT, NULL, err));
	BAD(-EINVAL, fh_seccomp_print(s.seccomp, (enum fh_format)2, TEXT, err));
	BAD(-EINVAL, fh_seccomp_print(s.seccomp, (enum fh_format)-1, TEXT,
				      err));
	NULLED(fh_seccomp_export(NULL, &s.out.made, &s.out.n, err));
	NULLED(fh_seccomp_export(s.seccomp, NULL, &s.out.n, err));
	NULLED(fh_seccomp_export(s.seccomp, &s.out.made, NULL, err));
	NULLED(fh_seccomp_load(NULL, err));
	TAKES(0, (fh_seccomp_free(NULL), 0));
}

static const struct fh_condition good = { .argument = 0 };
static const struct fh_condition bad[] = {
	{ .argument = 6 },
	{ .argument = ~0u },
	{ .compare = (enum fh_compare)6 },
	{ .compare = (enum fh_compare)-1 },
	{ .value = UINT64_C(1) << 32 },
	{ .compare = FH_COMPARE_MASKED_EQ },
	{ .compare = FH_COMPARE_MASKED_EQ, .mask = UINT64_C(1) << 32 },
	{ .compare = FH_COMPARE_MASKED_NE, .mask = 1, .value = 2 },
};

static void test_conditions(void)
{
	NULLED(fh_seccomp_allow_if(NULL, "dup", &good, 1, err));
	NULLED(fh_seccomp_allow_if(s.seccomp, NULL, &good, 1, err));
	NULLED(fh_seccomp_allow_if(s.seccomp, "dup", NULL, 1, err));
	NULLED(fh_seccomp_deny_if(NULL, "dup", &good, 1, err));
	NULLED(fh_seccomp_deny_if(s.seccomp, NULL, &good, 1, err));
	NULLED(fh_seccomp_deny_if(s.seccomp, "dup", NULL, 1, err));
	BAD(-ENOENT, fh_seccomp_allow_if(s.seccomp, "", &good, 1, err));
	BAD(-ENOENT, fh_seccomp_deny_if(s.seccomp, long_text, &good, 1, err));
	BAD(-EINVAL, fh_seccomp_allow_if(s.seccomp, "@debug", &good, 1, err));
	BAD(-EINVAL, fh_seccomp_allow_if(s.seccomp, "dup", &good, 0, err));
	BAD(-EINVAL, fh_seccomp_deny_if(s.seccomp, "dup", &good, 4, err));
	BAD(-EINVAL, fh_seccomp_deny_if(s.seccomp, "dup", &good, SIZE_MAX,
					err));
	for (size_t i = 0; i < N(bad); i++) {
		BAD(-EINVAL, fh_seccomp_allow_if(s.seccomp, "dup", &bad[i], 1,
						 err));
		BAD(-EINVAL, fh_seccomp_deny_if(s.seccomp, "dup", &bad[i], 1,
						err));
	}
}

/* No more room: the one that was too much is not in it. */
static void test_conditions_full(void)
{
	struct fh_seccomp *full = NULL;
	char *before = NULL, *after = NULL;
	int r = 0;

	scene_do(fh_seccomp_new(NULL, &full, &scene_err));
	for (int n = 0; r == 0 && n < 10000; n++) {
		free(before);
		scene_do(fh_seccomp_print(full, FH_JSON, &before, &scene_err));
		r = fh_seccomp_allow_if(full, "dup", &good, 1, &told);
	}
	check_int(r, -E2BIG);
	check_told(&told, r, "fh_seccomp_allow_if");
	check_int(fh_seccomp_open_read_only(full, &told), -E2BIG);
	scene_do(fh_seccomp_print(full, FH_JSON, &after, &scene_err));
	check_str(after, before);
	free(before);
	free(after);
	fh_seccomp_free(full);
}

/* --- names ---------------------------------------------------------------------- */

static void test_names(void)
{
	struct fh_error wild;
	char line[8];

	TAKES(false, fh_end_name(-1) != NULL);
	TAKES(false, fh_end_name(FH_END_OUTPUT + 1) != NULL);
	TAKES(false, fh_state_name((enum fh_state)3) != NULL);
	TAKES(false, fh_state_name((enum fh_state)-1) != NULL);
	TAKES(false, fh_guarantee_name(-1) != NULL);
	TAKES(false, fh_guarantee_name(15) != NULL);
	TAKES(false, fh_guarantee_cannot(-1) != NULL);
	TAKES(false, fh_guarantee_cannot(INT32_MAX) != NULL);
	TAKES(false, fh_guarantee_is_default(-1));
	TAKES(false, fh_guarantee_is_default(15));
	TAKES(-EINVAL, fh_guarantee_find(NULL));
	TAKES(-ENOENT, fh_guarantee_find(""));
	TAKES(-ENOENT, fh_guarantee_find(long_text));
	TAKES(true, fh_version() != NULL);
	TAKES(-EINVAL, fh_error_print(NULL, s.out.line, sizeof(s.out.line)));
	TAKES(-EINVAL, fh_error_print(&scene_err, NULL, 1));
	TAKES(0, fh_error_print(&scene_err, NULL, 0));
	/* Not one that a call filled in: any bytes, with no NUL anywhere. */
	memset(&wild, 0xff, sizeof(wild));
	check_int(fh_error_print(&wild, line, sizeof(line)), 0);
	check(strlen(line) < sizeof(line));
}

static void test_complete(void)
{
	check_all_tried(is_about_boxes);
}

static const struct tap_test tests[] = {
	{ .name = "boxes: NULL", .run = test_spawn_null, .seconds = 60 },
	{ .name = "boxes: options", .run = test_spawn_options, .seconds = 60 },
	{ .name = "boxes: programs and plans", .run = test_spawn_values,
	  .seconds = 60 },
	{ .name = "a box that runs", .run = test_box, .seconds = 60 },
	{ .name = "a box that has ended", .run = test_ended },
	{ .name = "results", .run = test_result },
	{ .name = "confining", .run = test_confine, .seconds = 60 },
	{ .name = "capabilities", .run = test_capabilities, .seconds = 60 },
	{ .name = "ids", .run = test_ids, .seconds = 60 },
	{ .name = "capabilities that the caller has not",
	  .run = test_capabilities_user },
	{ .name = "Landlock", .run = test_landlock, .seconds = 60 },
	{ .name = "Landlock for files alone", .run = test_landlock_files_only },
	{ .name = "system-call filters", .run = test_seccomp, .seconds = 60 },
	{ .name = "conditions", .run = test_conditions, .seconds = 60 },
	{ .name = "conditions without room", .run = test_conditions_full },
	{ .name = "names and errors", .run = test_names, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	attempt_start();
	return tap_run(tests, N(tests));
}
