/* Every call about profiles, learning and refusals, with each allocation failing. */
#include "profile_file.h"
#include "profile_names.h"
#include "sweep_calls.h"

#define TEXT2 ((char **)(void *)&s.out.text)

static struct fh_learner *learner;

static void test_profiles(void)
{
	static char *const argv[] = { (char *)"cat", path, NULL };

	need_failing_memory();
	make("[profile]\ndescription = x\nextends = file-processor\n"
	     "[filesystem]\nread = ${FILES}\nread = ${HOME}/x\n"
	     "[process]\nenv = A=b\n[limits]\npids = 7\n");
	setenv("HOME", "/tmp", 1);
	SWEEP(CHANGES, fh_policy_load(s.policy, path, argv, err));
	SWEEP(CHANGES, fh_policy_load(s.policy, "jq", NULL, err));
	SWEEP(MAKES_TEXT, fh_profile_print(path, FH_TEXT, TEXT, err));
	SWEEP(MAKES_TEXT, fh_profile_print(path, FH_JSON, TEXT, err));
	SWEEP(MAKES_TEXT, fh_profile_list(FH_TEXT, TEXT, err));
	SWEEP(MAKES_TEXT, fh_profile_list(FH_JSON, TEXT, err));
	unlink(path);
}

static void test_exchange(void)
{
	need_failing_memory();
	/* Each probes the kernel, which takes as long as a box. */
	for (int target = 0; fh_target_name(target); target++)
		SWEEP(MAKES_TEXTS | ONE_WAY,
		      fh_policy_export(s.policy, (enum fh_target)target,
				       scene_argv, TEXT, TEXT2, err));
	make("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":"
	     "[{\"names\":[\"execve\",\"mount\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}");
	SWEEP(MAKES_TEXT, fh_profile_import(FH_TARGET_OCI, path, TEXT, err));
	unlink(path);
}

static int learner_made(struct fh_learner *made_one)
{
	bool is_made = made_one != NULL;

	fh_learner_free(made_one);
	return is_made ? 0 : -ENOMEM;
}

/* Long, and not accepted before: there is no room left for it. */
static int fill(int (*accept)(struct fh_learner *learner, const char *path,
			      struct fh_error *err))
{
	static char longest[4001];
	static int n;

	memset(longest, 'a', sizeof(longest) - 1);
	longest[0] = '/';
	snprintf(longest + 1, 16, "%d", n++);
	longest[strlen(longest)] = 'a';
	return accept(learner, longest, err);
}

/* What was learned until it failed goes with its learner. */
static int ended(int r)
{
	fh_learner_free(learner);
	learner = NULL;
	return r;
}

static struct fh_learner *fresh(void)
{
	learner = fh_learner_new();
	if (!learner && err)
		*err = (struct fh_error){ .code = -ENOMEM, .what = "fresh",
					  .stage = FH_STAGE_PARSE };
	return learner;
}

/* What is measured, and what is only remembered to be quicker, may fail unseen. */
static int made_do(int r)
{
	if (r == 0 && memory_failed() && err)
		*err = (struct fh_error){ .code = -ENOMEM, .what = "made do",
					  .stage = FH_STAGE_PARSE };
	return r == 0 && memory_failed() ? -ENOMEM : r;
}

#define SWEEP_FRESH(...) SWEEP(0, !fresh() ? -ENOMEM : ended(__VA_ARGS__))

static void test_learners(void)
{
	struct fh_learned learned;

	need_failing_memory();
	SWEEP(NO_ERR, learner_made(fh_learner_new()));
	make("# a comment\n[filesystem]\n# one more\nread = /etc/fstab\n");
	SWEEP_FRESH(fh_learner_load(learner, path, err));
	make("1 openat(AT_FDCWD, \"/etc/fstab\", O_RDONLY) = 3\n");
	SWEEP_FRESH(fh_learner_read_strace(learner, path, err));
	SWEEP_FRESH(made_do(fh_learner_run(learner, scene_argv, NULL, err)));
	learner = fh_learner_new();
	check(learner);
	SWEEP(CHANGES, fill(fh_learner_accept));
	check_int(fh_learner_run(learner, scene_argv, NULL, NULL), 0);
	SWEEP(MAKES_TEXT, fh_learner_print(learner, "x", TEXT, err));
	SWEEP(CHANGES, fh_learner_count(learner, &learned, err));
	SWEEP(NEVER, (fh_learner_free(learner), learner = NULL, 0));
	unlink(path);
}

static bool has_ended(struct fh_box *box)
{
	struct fh_result result;

	return fh_wait(box, -1, &result, NULL) == 0;
}

static void test_boxes(void)
{
	struct fh_refusal refusal;

	need_failing_memory();
	SWEEP(NEED_BOX | MAKES_TEXT,
	      !has_ended(s.box) ? -EPROTO
				: fh_box_print(s.box, scene_argv, FH_JSON, TEXT,
					       err));
	SWEEP(NEVER, fh_box_refusal(NULL, 0, &refusal, NULL) + EINVAL);
	SWEEP(NEVER, fh_box_follow(NULL, NULL) + EINVAL);
	SWEEP(NEVER, (int)fh_box_refusals_lost(NULL));
	SWEEP(NEVER, !fh_layer_name(0));
	SWEEP(NEVER, !fh_target_name(0));
}

static void test_complete(void)
{
	need_failing_memory();
	check_all_tried(is_about_profiles);
}

static const struct tap_test tests[] = {
	{ .name = "profiles", .run = test_profiles, .seconds = 120 },
	{ .name = "other tools' files", .run = test_exchange, .seconds = 600 },
	{ .name = "learners", .run = test_learners, .seconds = 300 },
	{ .name = "boxes", .run = test_boxes, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	scene_share();
	return tap_run(tests, N(tests));
}
