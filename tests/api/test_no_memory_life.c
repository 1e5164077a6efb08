/* Every call about the life of a box and its ceilings, with each allocation failing. */
#include "life_names.h"
#include "sweep_calls.h"

static struct fh_usage usage;
static struct fh_holding holding;
static size_t n_boxes;

static void test_box(void)
{
	need_failing_memory();
	SWEEP(NEED_BOX, fh_box_usage(s.box, &usage, err));
	SWEEP(NEED_BOX | NEVER, fh_box_event(s.box) == -EAGAIN ? 0 : -1);
	SWEEP(NEED_BOX | NEVER, fh_box_event_fd(s.box) >= 0 ? 0 : -1);
	SWEEP(NEED_BOX | NEVER, fh_box_terminal(s.box) == -EBADF ? 0 : -1);
}

static void test_boxes(void)
{
	need_failing_memory();
	SWEEP(NEED_BOX | MAKES_TEXT,
	      fh_boxes((struct fh_box_info **)&s.out.made, &n_boxes, err));
	SWEEP(NEVER, fh_boxes_kill(1, SIGTERM, err) == -ESRCH ? 0 : -1);
}

static void test_plans(void)
{
	need_failing_memory();
	SWEEP(NEED_PLANS, fh_plan_ceiling(s.plan, FH_CEILING_PIDS, &holding,
					  err));
	SWEEP(NEVER, !fh_ceiling_name(0));
}

static void test_complete(void)
{
	need_failing_memory();
	check_all_tried(is_about_life);
}

static const struct tap_test tests[] = {
	{ .name = "a box", .run = test_box, .seconds = 60 },
	{ .name = "boxes that run", .run = test_boxes, .seconds = 60 },
	{ .name = "ceilings of plans", .run = test_plans, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	scene_share();
	return tap_run(tests, N(tests));
}
