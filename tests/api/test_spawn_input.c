/* Bad input to every function of spawn.h; policies and plans that change. */
#include "spawn_stand.h"

static char *const run_true[] = { "true", NULL };

/* --- bad input ------------------------------------------------------------------ */

static void test_spawn_arguments(void)
{
	struct fh_policy *policy = fh_policy_new();
	char *empty[] = { NULL };
	struct fh_box *box = (void *)-1;
	struct fh_spawn_options options = { .size = sizeof(options) };

	check_fails(fh_spawn(NULL, run_true, NULL, &box, &err), -EINVAL);
	check_fails(fh_spawn(policy, NULL, NULL, &box, &err), -EINVAL);
	check_fails(fh_spawn(policy, empty, NULL, &box, &err), -EINVAL);
	check_fails(fh_spawn(policy, run_true, NULL, NULL, &err), -EINVAL);
	check_int(fh_spawn(NULL, NULL, NULL, NULL, NULL), -EINVAL);
	for (size_t size = 0; size < 2 * sizeof(options); size++) {
		options.size = size;
		if (size != sizeof(options))
			check_fails(fh_spawn(policy, run_true, &options, &box,
					     &err), -EINVAL);
	}
	options.size = sizeof(options);
	for (unsigned int bit = 3; bit < 32; bit++) {
		options.flags = 1u << bit;
		check_fails(fh_spawn(policy, run_true, &options, &box, &err),
			    -EINVAL);
	}
	check(box == (void *)-1);
	/* Control. */
	options.flags = FH_SPAWN_RAISE_NOFILE | FH_SPAWN_DIE_WITH_THREAD;
	check_ok(fh_spawn(policy, run_true, &options, &box, &err));
	check_exit(box, 0);
	fh_box_free(box);
	fh_policy_free(policy);
}

static void test_messages_name_the_argument(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;
	struct fh_error err = { 0 };

	fh_spawn(NULL, run_true, NULL, &box, &err);
	check_str(err.what, "fh_spawn: policy is NULL");
	fh_spawn(policy, NULL, NULL, &box, &err);
	check_str(err.what, "fh_spawn: argv is NULL");
	fh_spawn(policy, run_true, NULL, NULL, &err);
	check_str(err.what, "fh_spawn: ret is NULL");
	fh_spawn_plan(NULL, run_true, NULL, &box, &err);
	check_str(err.what, "fh_spawn_plan: plan is NULL");
	fh_spawn_plan((void *)policy, NULL, NULL, &box, &err);
	check_str(err.what, "fh_spawn_plan: argv is NULL");
	fh_wait(NULL, 0, NULL, &err);
	check_str(err.what, "fh_wait: box is NULL");
	fh_kill(NULL, SIGTERM, &err);
	check_str(err.what, "fh_kill: box is NULL");
}

static struct fh_plan *make_plan(const struct fh_policy *policy)
{
	struct fh_kernel *kernel = NULL;
	struct fh_plan *plan = NULL;

	check_ok(fh_kernel_probe(&kernel, &err));
	check_ok(fh_plan_new(policy, kernel, NULL, &plan, &err));
	fh_kernel_free(kernel);
	return plan;
}

static void test_spawn_plan_arguments(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_plan *plan = make_plan(policy);
	char *empty[] = { NULL };
	struct fh_spawn_options options = { .size = 1 };
	struct fh_box *box = (void *)-1;

	check_fails(fh_spawn_plan(NULL, run_true, NULL, &box, &err), -EINVAL);
	check_fails(fh_spawn_plan(plan, NULL, NULL, &box, &err), -EINVAL);
	check_fails(fh_spawn_plan(plan, empty, NULL, &box, &err), -EINVAL);
	check_fails(fh_spawn_plan(plan, run_true, NULL, NULL, &err), -EINVAL);
	check_fails(fh_spawn_plan(plan, run_true, &options, &box, &err),
		    -EINVAL);
	check(box == (void *)-1);
	check_ok(fh_spawn_plan(plan, run_true, NULL, &box, &err));
	check_exit(box, 0);
	fh_box_free(box);
	fh_plan_free(plan);
	fh_policy_free(policy);
}

static void test_box_arguments(void)
{
	struct fh_box *box = start_box(SHELL("exit 5"), NULL);
	struct fh_result result, again;

	check_int(fh_box_fd(NULL), -EINVAL);
	check_int(fh_box_pid(NULL), -EINVAL);
	check(!fh_box_plan(NULL));
	check(fh_box_plan(box));
	check(fh_box_pid(box) > 1);
	check(kill(fh_box_pid(box), 0) == 0);
	check_int(fcntl(fh_box_fd(box), F_GETFD), FD_CLOEXEC);
	check_fails(fh_kill(NULL, SIGTERM, &err), -EINVAL);
	check_fails(fh_kill(box, 0, &err), -EINVAL);
	check_fails(fh_kill(box, -1, &err), -EINVAL);
	check_fails(fh_kill(box, 32, &err), -EINVAL);
	check_fails(fh_kill(box, 64, &err), -EINVAL);
	check_fails(fh_kill(box, INT_MAX, &err), -EINVAL);
	memset(&result, 0x5a, sizeof(result));
	again = result;
	check_fails(fh_wait(NULL, 0, &result, &err), -EINVAL);
	check_fails(fh_wait(box, 0, NULL, &err), -EINVAL);
	check_fails(fh_wait(box, -2, &result, &err), -EINVAL);
	check_fails(fh_wait(box, INT_MIN, &result, &err), -EINVAL);
	check(memcmp(&result, &again, sizeof(result)) == 0);
	check_ok(fh_wait(box, INT_MAX, &result, &err));
	check_int(result.exit_code, 5);
	check_ok(fh_wait(box, 0, &again, &err)); /* asked for again */
	check(memcmp(&result, &again, sizeof(result)) == 0);
	fh_box_free(box);
	fh_box_free(NULL);
}

static void test_result_print_arguments(void)
{
	struct fh_box *box = start_box(SHELL("exit 5"), NULL);
	const struct fh_plan *plan = fh_box_plan(box);
	struct fh_result result = end_of(box);
	char *text = (void *)-1;

	check_fails(fh_result_print(NULL, plan, run_true, FH_TEXT, &text, &err),
		    -EINVAL);
	check_fails(fh_result_print(&result, NULL, run_true, FH_TEXT, &text,
				    &err), -EINVAL);
	check_fails(fh_result_print(&result, plan, NULL, FH_TEXT, &text, &err),
		    -EINVAL);
	check_fails(fh_result_print(&result, plan, run_true, FH_TEXT, NULL,
				    &err), -EINVAL);
	check_fails(fh_result_print(&result, plan, run_true,
				    (enum fh_format)7, &text, &err), -EINVAL);
	result.reason = FH_END_OUTPUT + 1;
	check_fails(fh_result_print(&result, plan, run_true, FH_TEXT, &text,
				    &err), -EINVAL);
	result.reason = -1;
	check_fails(fh_result_print(&result, plan, run_true, FH_TEXT, &text,
				    &err), -EINVAL);
	check(text == (void *)-1);
	for (int end = 0; end <= FH_END_OUTPUT; end++) {
		for (int format = FH_TEXT; format <= FH_JSON; format++) {
			result.reason = end;
			check_ok(fh_result_print(&result, plan, run_true,
						 (enum fh_format)format, &text,
						 &err));
			check(strlen(text) > 20);
			check(format == FH_TEXT ||
			      strstr(text, fh_end_name(end)));
			free(text);
		}
	}
	check(!fh_end_name(-1) && !fh_end_name(FH_END_OUTPUT + 1));
	fh_box_free(box);
}

/* --- programs that cannot be --------------------------------------------------- */

static void test_programs_refused(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = (void *)-1;
	char dir[PATH_MAX], program[PATH_MAX + 8];
	const char *tmp = getenv("TMPDIR");
	char long_name[2 * PATH_MAX];
	const struct {
		const char *name;
		int error;
	} rows[] = {
		{ "no-such-program", -ENOENT },
		{ "", -ENOENT },
		{ long_name, -ENOENT },
		{ program, -EACCES },
	};
	int fd;

	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	snprintf(dir, sizeof(dir), "%s/input.XXXXXX", tmp ? tmp : "/tmp");
	check(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/run", dir);
	fd = open(program, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	check_int(write(fd, "#!/bin/sh\nexit 7\n", 17), 17);
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *argv[] = { (char *)rows[i].name, NULL };

		check_fails(fh_spawn(policy, argv, NULL, &box, &err),
			    rows[i].error);
		check(box == (void *)-1);
	}
	check_ok(fh_policy_allow(policy, FH_READ, program, &err));
	check_fails(fh_spawn(policy, (char *[]){ program, NULL }, NULL, &box,
			     &err), -EACCES);
	/* Control: granted, it runs. */
	check_ok(fh_policy_allow(policy, FH_EXEC, program, &err));
	check_ok(fh_spawn(policy, (char *[]){ program, NULL }, NULL, &box,
			  &err));
	check_exit(box, 7);
	fh_box_free(box);
	unlink(program);
	rmdir(dir);
	fh_policy_free(policy);
}

static void test_grants_refused(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = (void *)-1;
	struct fh_error why = { 0 };

	check_ok(fh_policy_allow(policy, FH_READ, "/no/such/thing", &err));
	check_int(fh_spawn(policy, run_true, NULL, &box, NULL), -ENOENT);
	check_int(fh_spawn(policy, run_true, NULL, &box, &why), -ENOENT);
	check(strstr(why.what, "/no/such/thing"));
	check_int(why.stage, FH_STAGE_PREPARE);
	check(box == (void *)-1);
	fh_policy_free(policy);
}

/* --- policies and plans that change ---------------------------------------------- */

static const struct fh_spawn_options speaking = {
	.size = sizeof(struct fh_spawn_options),
	.streams = { { .kind = FH_STREAM_PIPE }, { .kind = FH_STREAM_PIPE } },
};

static void answer(struct fh_box *box, const char *expected)
{
	int in = fh_box_stream(box, 0);
	char text[256];

	check_int(write(in, "\n", 1), 1);
	close(in);
	finish_output(box, text, sizeof(text));
	check_str(text, expected);
}

static void test_policy_is_copied(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *freed = NULL, *changed = NULL;
	char *print;

	check_ok(fh_policy_env(policy, "WORD", "before", &err));
	check_ok(fh_spawn(policy, SHELL("read x; echo $WORD"), &speaking,
			  &changed, &err));
	check_ok(fh_policy_env(policy, "WORD", "after", &err));
	check_ok(fh_policy_allow(policy, FH_READ, "/no/such/thing", &err));
	answer(changed, "before\n");
	fh_policy_free(policy);

	policy = fh_policy_new();
	check_ok(fh_policy_env(policy, "WORD", "freed", &err));
	check_ok(fh_spawn(policy, SHELL("read x; echo $WORD"), &speaking,
			  &freed, &err));
	fh_policy_free(policy);
	check_ok(fh_plan_print(fh_box_plan(freed), FH_JSON, &print, &err));
	free(print);
	answer(freed, "freed\n");
}

static void test_plan_is_stale(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_plan *plan = make_plan(policy);
	struct fh_box *box = NULL, *none = (void *)-1;
	char *print = NULL;

	check_ok(fh_spawn_plan(plan, SHELL("read x; echo ran"), &speaking, &box,
			       &err));
	check_ok(fh_policy_env(policy, "WORD", "new", &err));
	check_fails(fh_spawn_plan(plan, run_true, NULL, &none, &err), -ESTALE);
	check(none == (void *)-1);
	/* What runs already goes on; its plan can no longer be told. */
	check_fails(fh_plan_print(fh_box_plan(box), FH_TEXT, &print, &err),
		    -ESTALE);
	answer(box, "ran\n");
	fh_plan_free(plan);
	fh_policy_free(policy);
}

static void test_one_plan_many_boxes(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *boxes[20];
	struct fh_plan *plan;
	char expected[64];

	check_ok(fh_policy_env(policy, "WORD", "planned", &err));
	plan = make_plan(policy);
	for (int i = 0; i < 20; i++) {
		char script[64];

		snprintf(script, sizeof(script), "read x; echo $WORD %d", i);
		check_ok(fh_spawn_plan(plan, SHELL(script), &speaking,
				       &boxes[i], &err));
		check(fh_box_plan(boxes[i]) != plan);
	}
	for (int i = 19; i >= 0; i--) {
		snprintf(expected, sizeof(expected), "planned %d\n", i);
		answer(boxes[i], expected);
	}
	fh_plan_free(plan);
	fh_policy_free(policy);
}

static void test_environment_given(void)
{
	char *const env[] = { "GIVEN=one", "OTHER=two", NULL };
	struct fh_spawn_options options = speaking;
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;

	check_ok(fh_policy_env(policy, "GIVEN", NULL, &err));
	setenv("GIVEN", "of the process", 1);
	check_ok(fh_spawn(policy, SHELL("read x; echo $GIVEN,$OTHER"), &options,
			  &box, &err));
	answer(box, "of the process,\n");
	options.env = env;
	check_ok(fh_spawn(policy, SHELL("read x; echo $GIVEN,$OTHER"), &options,
			  &box, &err));
	answer(box, "one,\n");
	options.env = NULL;
	clearenv(); /* environ is NULL now */
	check_ok(fh_spawn(policy, SHELL("read x; echo $GIVEN,$OTHER"), &options,
			  &box, &err));
	answer(box, ",\n");
	fh_policy_free(policy);
}

static const struct tap_test tests[] = {
	{ .name = "fh_spawn refuses bad arguments", .run = test_spawn_arguments },
	{ .name = "what is refused is named",
	  .run = test_messages_name_the_argument },
	{ .name = "fh_spawn_plan refuses bad arguments",
	  .run = test_spawn_plan_arguments },
	{ .name = "so do the functions of a box", .run = test_box_arguments },
	{ .name = "and fh_result_print", .run = test_result_print_arguments },
	{ .name = "programs that are not there or not granted",
	  .run = test_programs_refused },
	{ .name = "grants of what is not there", .run = test_grants_refused },
	{ .name = "a policy may be changed and freed after fh_spawn",
	  .run = test_policy_is_copied },
	{ .name = "a plan of a changed policy is stale",
	  .run = test_plan_is_stale },
	{ .name = "one plan, twenty boxes", .run = test_one_plan_many_boxes },
	{ .name = "the environment that is given", .run = test_environment_given },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
