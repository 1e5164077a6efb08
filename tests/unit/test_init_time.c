/* When init looks at the processor time, what it reads there, and what it makes of it. */
#include "apply/init_time.h"

#include <limits.h>
#include <stdint.h>

#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void test_pause(void)
{
	static const struct {
		uint64_t left_us;
		uint32_t n_processors;
		uint64_t pause_ms;
	} rows[] = {
		{ 1000000, 1, 1000 }, { 1000000, 4, 250 }, { 1000000, 3, 333 },
		{ 60000000, 2, 30000 }, { 9999, 1, 9 }, { 5999, 1, 5 },
		{ 4999, 1, 5 }, { 0, 1, 5 }, { 1000000, 8192, 5 },
		{ 1000000, 0, 1000 },
		{ UINT64_MAX, 1, UINT64_MAX / 1000 },
	};

	for (size_t i = 0; i < N(rows); i++)
		check_int(cpu_pause_ms(rows[i].left_us, rows[i].n_processors),
			  rows[i].pause_ms);
}

static int stat_of(const char *text)
{
	char path[] = "/tmp/cpu_stat.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	check(fd >= 0);
	unlink(path);
	check_int(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void replace(int fd, const char *text)
{
	check(ftruncate(fd, 0) == 0);
	check_int(pwrite(fd, text, strlen(text), 0), strlen(text));
}

static void test_read(void)
{
	static const char *const bad[] = {
		"", "usage_usec", "usage_usec ", "usage_usec 12", "usage_usec -1\n",
		"usage_usec x\n", "usage_usec 1 \n", "usage_usec  1\n",
		"usage_usec 18446744073709551616\n", "user_usec 1\n",
		" usage_usec 1\n", "usage_usec 1.5\n",
	};
	uint64_t used = 77;

	check_int(cpu_usage_read(stat_of("usage_usec 0\n"), &used), 0);
	check_int(used, 0);
	check_int(cpu_usage_read(stat_of("usage_usec 1234567\nuser_usec 1\n"
			"system_usec 2\nnice_usec 0\ncore_sched.force 4\n"),
			&used), 0);
	check_int(used, 1234567);
	check_int(cpu_usage_read(
		stat_of("usage_usec 18446744073709551615\n"), &used), 0);
	check(used == UINT64_MAX);
	for (size_t i = 0; i < N(bad); i++) {
		used = 77;
		check_int(cpu_usage_read(stat_of(bad[i]), &used), -EBADMSG);
		check_int(used, 77);
	}
	check_int(cpu_usage_read(-1, &used), -EBADF);
}

static struct box box_with(uint64_t timeout_ms, uint64_t grace_ms,
			   uint64_t cpu_time_ms, int cpu_stat_fd)
{
	return (struct box){ .timeout_ms = timeout_ms, .grace_ms = grace_ms,
			     .cpu_time_ms = cpu_time_ms,
			     .n_processors = 2, .cpu_stat_fd = cpu_stat_fd };
}

static void nap(const struct init_time *time)
{
	int left = init_time_left(time);

	check(left >= 0);
	usleep((useconds_t)(left + 1) * 1000);
}

/* Without limits nobody ever looks. */
static void test_none(void)
{
	struct box box = box_with(UINT64_MAX, 0, UINT64_MAX, -1);
	struct init_time time;

	init_time_begin(&time, &box);
	check_int(init_time_left(&time), -1);
	check_int(init_time_look(&time), TIME_IS_LEFT);
}

static void test_far(void)
{
	struct box box = box_with(UINT64_MAX - 1, 0, UINT64_MAX - 1,
				  stat_of("usage_usec 1\n"));
	struct init_time time;

	init_time_begin(&time, &box);
	check_int(init_time_left(&time), INT_MAX);
	check_int(init_time_look(&time), TIME_IS_LEFT);
}

static void test_wall(void)
{
	struct box box = box_with(50, 60, UINT64_MAX, -1);
	struct init_time time;

	init_time_begin(&time, &box);
	check(init_time_left(&time) <= 50);
	check_int(init_time_look(&time), TIME_IS_LEFT);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_ASK);
	check_int(time.ended_by, BOX_BY_TIME);
	check_int(init_time_look(&time), TIME_IS_LEFT); /* once */
	check(init_time_left(&time) <= 60);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_END);
	box.grace_ms = 0;
	init_time_begin(&time, &box);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_END);
	check_int(time.ended_by, BOX_BY_TIME);
}

/* No sooner than two processors could have used it up, and later the less. */
static void test_cpu(void)
{
	int stat = stat_of("usage_usec 0\n");
	struct box box = box_with(UINT64_MAX, 40, 200, stat);
	struct init_time time;

	init_time_begin(&time, &box);
	check(init_time_left(&time) > 90 && init_time_left(&time) <= 100);
	check_int(init_time_look(&time), TIME_IS_LEFT);
	replace(stat, "usage_usec 900000\n"); /* not looked at yet */
	check_int(init_time_look(&time), TIME_IS_LEFT);
	replace(stat, "usage_usec 140000\n");
	nap(&time);
	check_int(init_time_look(&time), TIME_IS_LEFT);
	check(init_time_left(&time) > 20 && init_time_left(&time) <= 30);
	replace(stat, "usage_usec 199999\n");
	nap(&time);
	check_int(init_time_look(&time), TIME_IS_LEFT);
	check(init_time_left(&time) <= 5);
	replace(stat, "usage_usec 200000\n");
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_ASK);
	check_int(time.ended_by, BOX_BY_CPU);
	check_int(init_time_look(&time), TIME_IS_LEFT);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_END);
	check_int(time.ended_by, BOX_BY_CPU);
}

/* Whoever cannot be counted ends. */
static void test_cpu_uncounted(void)
{
	struct box box = box_with(UINT64_MAX, 9999, 20, stat_of("none\n"));
	struct init_time time;

	init_time_begin(&time, &box);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_END);
	check_int(time.ended_by, BOX_BY_CPU);
	box.cpu_stat_fd = -1;
	init_time_begin(&time, &box);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_END);
}

/* Who is in grace for one limit gets none for the other. */
static void test_both(void)
{
	struct box box = box_with(60, 9999, 20,
				  stat_of("usage_usec 20000\n"));
	struct init_time time;

	init_time_begin(&time, &box);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_ASK);
	check_int(time.ended_by, BOX_BY_CPU);
	check(init_time_left(&time) <= 60);
	nap(&time);
	check_int(init_time_look(&time), TIME_TO_END);
	check_int(time.ended_by, BOX_BY_CPU);
}

static const struct tap_test tests[] = {
	{ .name = "how long to wait", .run = test_pause },
	{ .name = "cpu.stat is read strictly", .run = test_read },
	{ .name = "without limits nobody looks", .run = test_none },
	{ .name = "limits that are far away", .run = test_far },
	{ .name = "the wall clock, and grace", .run = test_wall },
	{ .name = "processor time", .run = test_cpu },
	{ .name = "what cannot be counted ends", .run = test_cpu_uncounted },
	{ .name = "two limits, one grace", .run = test_both },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
