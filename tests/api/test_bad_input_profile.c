/* Every call about profiles, learning and refusals with what it must refuse. */
#include "attempt.h"
#include "profile_file.h"

#include <sys/stat.h>

static struct fh_learner *learner;
static struct fh_learned learned;
static struct fh_refusal refusal;

static void test_null(void)
{
	TAKES(0, (learner = fh_learner_new(), fh_learner_free(learner), 0));
	learner = fh_learner_new();
	check(learner);
	NULLED(fh_policy_load(NULL, "jq", NULL, err));
	NULLED(fh_policy_load(s.policy, NULL, NULL, err));
	NULLED(fh_profile_list(FH_TEXT, NULL, err));
	NULLED(fh_profile_print(NULL, FH_TEXT, TEXT, err));
	NULLED(fh_profile_print("jq", FH_TEXT, NULL, err));
	NULLED(fh_policy_export(NULL, FH_TARGET_OCI, NULL, TEXT, TEXT2, err));
	NULLED(fh_policy_export(s.policy, FH_TARGET_OCI, NULL, NULL, TEXT2,
				err));
	NULLED(fh_policy_export(s.policy, FH_TARGET_OCI, NULL, TEXT, NULL,
				err));
	NULLED(fh_profile_import(FH_TARGET_OCI, NULL, TEXT, err));
	NULLED(fh_profile_import(FH_TARGET_OCI, "/dev/null", NULL, err));
	NULLED(fh_learner_run(NULL, scene_argv, NULL, err));
	NULLED(fh_learner_run(learner, NULL, NULL, err));
	NULLED(fh_learner_read_strace(NULL, "/dev/null", err));
	NULLED(fh_learner_read_strace(learner, NULL, err));
	NULLED(fh_learner_load(NULL, "jq", err));
	NULLED(fh_learner_load(learner, NULL, err));
	NULLED(fh_learner_accept(NULL, "/x", err));
	NULLED(fh_learner_accept(learner, NULL, err));
	NULLED(fh_learner_count(NULL, &learned, err));
	NULLED(fh_learner_count(learner, NULL, err));
	NULLED(fh_learner_print(NULL, NULL, TEXT, err));
	NULLED(fh_learner_print(learner, NULL, NULL, err));
	NULLED(fh_box_refusal(NULL, 0, &refusal, err));
	NULLED(fh_box_follow(NULL, err));
	NULLED(fh_box_print(NULL, scene_argv, FH_TEXT, TEXT, err));
	TAKES(0, (fh_learner_free(NULL), 0));
	TAKES(0, (long long)fh_box_refusals_lost(NULL));
	fh_learner_free(learner);
}

static void test_names(void)
{
	TAKES(0, fh_target_name(FH_TARGET_OCI) == NULL);
	TAKES(1, fh_target_name(-1) == NULL);
	TAKES(1, fh_target_name(FH_TARGET_BWRAP + 1) == NULL);
	TAKES(0, fh_layer_name(FH_LAYER_SECCOMP) == NULL);
	TAKES(1, fh_layer_name(-1) == NULL);
	TAKES(1, fh_layer_name(FH_LAYER_LIMITS + 1) == NULL);
}

static void test_profiles(void)
{
	BAD(-ENOENT, fh_policy_load(s.policy, "", NULL, err));
	BAD(-ENOENT, fh_policy_load(s.policy, "no-such-profile", NULL, err));
	BAD(-ENOENT, fh_policy_load(s.policy, "/nowhere/x.conf", NULL, err));
	BAD(-ENOENT, fh_policy_load(s.policy, long_text, NULL, err));
	BAD(-ENAMETOOLONG, fh_policy_load(s.policy, long_path, NULL, err));
	BAD(-EACCES, fh_policy_load(s.policy, "/", NULL, err));
	BAD(-EACCES, fh_policy_load(s.policy, "/dev/null", NULL, err));
	BAD(-ENOENT, fh_profile_print("no-such-profile", FH_TEXT, TEXT, err));
	BAD(-EINVAL, fh_profile_print("jq", (enum fh_format)2, TEXT, err));
	BAD(-EINVAL, fh_profile_list((enum fh_format)-1, TEXT, err));
	make("[profile]\nextends = no-such-profile\n");
	BAD(-ENOENT, fh_policy_load(s.policy, path, NULL, err));
	make("[filesystem]\nread = ${1}\n");
	BAD(-EINVAL, fh_policy_load(s.policy, path, NULL, err));
	make("[limits]\npids = 4194305\n");
	BAD(-ERANGE, fh_policy_load(s.policy, path, NULL, err));
	make("[limits]\npids = many\n");
	BAD(-EINVAL, fh_policy_load(s.policy, path, NULL, err));
	check_int(chmod(path, 0602), 0);
	BAD(-EACCES, fh_policy_load(s.policy, path, NULL, err));
	check_int(truncate(path, (1 << 20) + 1), 0);
	check_int(chmod(path, 0600), 0);
	BAD(-EFBIG, fh_policy_load(s.policy, path, NULL, err));
	unlink(path);
}

static void test_exchange(void)
{
	BAD(-EINVAL, fh_policy_export(s.policy, (enum fh_target)3, NULL, TEXT,
				      TEXT2, err));
	BAD(-EINVAL, fh_policy_export(s.policy, (enum fh_target)-1, NULL, TEXT,
				      TEXT2, err));
	BAD(-EOPNOTSUPP, fh_profile_import(FH_TARGET_SYSTEMD, "/dev/null",
					   TEXT, err));
	BAD(-EINVAL, fh_profile_import((enum fh_target)3, "/dev/null", TEXT,
				       err));
	BAD(-ENOENT, fh_profile_import(FH_TARGET_OCI, "/nowhere", TEXT, err));
	BAD(-ENOENT, fh_profile_import(FH_TARGET_OCI, "", TEXT, err));
	make("{\"defaultAction\": ");
	BAD(-EINVAL, fh_profile_import(FH_TARGET_OCI, path, TEXT, err));
	check_int(truncate(path, (4 << 20) + 1), 0);
	BAD(-EFBIG, fh_profile_import(FH_TARGET_OCI, path, TEXT, err));
	unlink(path);
}

static void test_learners(void)
{
	static char *const nowhere[] = { (char *)"/nowhere/x", NULL };
	static char *const nobody[] = { NULL };
	static char *const directory[] = { (char *)"/", NULL };

	learner = fh_learner_new();
	check(learner);
	BAD(-ENOENT, fh_learner_run(learner, nowhere, NULL, err));
	BAD(-EACCES, fh_learner_run(learner, directory, NULL, err));
	BAD(-EINVAL, fh_learner_run(learner, nobody, NULL, err));
	BAD(-ENOENT, fh_learner_read_strace(learner, "/nowhere", err));
	BAD(-ENOENT, fh_learner_read_strace(learner, "", err));
	make("no line of strace's\n");
	BAD(-EINVAL, fh_learner_read_strace(learner, path, err));
	unlink(path);
	BAD(-ENOENT, fh_learner_load(learner, "no-such-profile", err));
	BAD(-EINVAL, fh_learner_accept(learner, "", err));
	BAD(-EINVAL, fh_learner_accept(learner, "relative", err));
	fh_learner_free(learner);
}

static void test_boxes(void)
{
	scene_kernel_need();
	BAD_BOX(-EINVAL, fh_box_refusal(s.box, 0, NULL, err));
	BAD_BOX(-EINVAL, fh_box_refusal(s.box, 0, &refusal, err));
	BAD_BOX(-EINVAL, fh_box_follow(s.box, err));
	BAD_BOX(-EINVAL, fh_box_print(s.box, scene_argv, FH_TEXT, TEXT, err));
	BAD_BOX(-EINVAL, fh_box_print(s.box, NULL, FH_TEXT, TEXT, err));
	BAD_BOX(-EINVAL, fh_box_print(s.box, scene_argv, FH_TEXT, NULL, err));
	scene_make(&s, NEED_BOX);
	check_int(fh_wait(s.box, -1, &s.out.result, &told), 0);
	check_int(fh_box_refusal(s.box, 0, &refusal, &told), -ENOENT);
	check_int(fh_box_refusal(s.box, SIZE_MAX, &refusal, &told), -ENOENT);
	check_int((long long)fh_box_refusals_lost(s.box), 0);
	scene_done(&s);
}

static void test_complete(void)
{
	check_all_tried(is_about_profiles);
}

static const struct tap_test tests[] = {
	{ .name = "NULL", .run = test_null, .seconds = 60 },
	{ .name = "names", .run = test_names },
	{ .name = "profiles", .run = test_profiles, .seconds = 60 },
	{ .name = "other tools' files", .run = test_exchange, .seconds = 60 },
	{ .name = "learners", .run = test_learners, .seconds = 60 },
	{ .name = "boxes", .run = test_boxes, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	attempt_start();
	return tap_run(tests, N(tests));
}
