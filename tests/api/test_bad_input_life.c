/* Every call about the life of a box and its ceilings with what it must refuse. */
#include "attempt.h"

static struct fh_usage usage;
static struct fh_holding holding;
static struct fh_box_info *boxes;
static size_t n_boxes;

static void test_null(void)
{
	NULLED(fh_box_usage(NULL, &usage, err));
	NULLED(fh_boxes(NULL, &n_boxes, err));
	NULLED(fh_boxes(&boxes, NULL, err));
	NULLED(fh_plan_ceiling(NULL, FH_CEILING_MEMORY, &holding, err));
	NULLED(fh_plan_ceiling(s.plan, FH_CEILING_MEMORY, NULL, err));
	TAKES(-EINVAL, fh_box_terminal(NULL));
	TAKES(-EINVAL, fh_box_event_fd(NULL));
	TAKES(-EINVAL, fh_box_event(NULL));
}

static void test_plans(void)
{
	BAD_PLAN(-EINVAL, fh_plan_ceiling(s.plan, -1, &holding, err));
	BAD_PLAN(-EINVAL, fh_plan_ceiling(s.plan, FH_CEILING_OUTPUT_LIMIT + 1,
					  &holding, err));
	TAKES(1, fh_ceiling_name(-1) == NULL);
	TAKES(1, fh_ceiling_name(FH_CEILING_OUTPUT_LIMIT + 1) == NULL);
	TAKES(0, fh_ceiling_name(FH_CEILING_OUTPUT_LIMIT) == NULL);
}

static void test_stale(void)
{
	scene_make(&s, NEED_PLANS);
	scene_do(fh_policy_set(s.policy, "quiet", NULL, &scene_err));
	check_int(fh_plan_ceiling(s.plan, FH_CEILING_PIDS, &holding, &told),
		  -ESTALE);
	check_told(&told, -ESTALE, "fh_plan_ceiling");
	scene_done(&s);
}

static void test_box(void)
{
	BAD_BOX(-EBADF, fh_box_terminal(s.box));
	BAD_BOX(-EAGAIN, fh_box_event(s.box));
	BAD_BOX(-EINVAL, fh_box_usage(s.box, NULL, err));
	scene_make(&s, NEED_BOX);
	check(fh_box_event_fd(s.box) > STDERR_FILENO);
	check_int(fh_kill(s.box, SIGKILL, &told), 0);
	check_int(fh_wait(s.box, -1, &s.out.result, &told), 0);
	check_int(fh_box_usage(s.box, &usage, &told), -ESRCH);
	check_told(&told, -ESRCH, "fh_box_usage");
	check_int(fh_box_event(s.box), -EAGAIN);
	scene_done(&s);
}

static void test_boxes(void)
{
	/* A signal that cannot be sent; what is no box of ours, be it there or not. */
	BAD(-EINVAL, fh_boxes_kill(getpid(), 0, err));
	BAD(-EINVAL, fh_boxes_kill(getpid(), -1, err));
	BAD(-EINVAL, fh_boxes_kill(getpid(), SIGCHLD, err));
	BAD(-EINVAL, fh_boxes_kill(getpid(), 64, err));
	BAD(-EINVAL, fh_boxes_kill(0, SIGKILL, err));
	BAD(-EINVAL, fh_boxes_kill(-1, SIGKILL, err));
	BAD(-ESRCH, fh_boxes_kill(getpid(), SIGTERM, err));
	BAD(-ESRCH, fh_boxes_kill(1, SIGTERM, err));
	BAD(-ESRCH, fh_boxes_kill(INT32_MAX, SIGKILL, err));
}

static void test_complete(void)
{
	check_all_tried(is_about_life);
}

static const struct tap_test tests[] = {
	{ .name = "NULL", .run = test_null, .seconds = 60 },
	{ .name = "ceilings of plans", .run = test_plans, .seconds = 60 },
	{ .name = "a plan of an older policy", .run = test_stale },
	{ .name = "a box", .run = test_box, .seconds = 60 },
	{ .name = "boxes that run", .run = test_boxes, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	attempt_start();
	return tap_run(tests, N(tests));
}
