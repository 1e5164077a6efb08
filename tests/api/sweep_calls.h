/* Makes one call again and again, each time with a later allocation failing. */
#ifndef FH_TESTS_API_SWEEP_CALLS_H
#define FH_TESTS_API_SWEEP_CALLS_H

#include "scene.h"

enum sweep_flag {
	/* What the call makes, to be freed when it succeeds. */
	MAKES_TEXT = 1 << 8,
	MAKES_TEXTS = 1 << 9,
	MAKES_POLICY = 1 << 10,
	MAKES_PLAN = 1 << 11,
	MAKES_KERNEL = 1 << 12,
	MAKES_LANDLOCK = 1 << 13,
	MAKES_SECCOMP = 1 << 14,
	MAKES_BOX = 1 << 15,
	MAKES_BROKER = 1 << 20,
	CHANGES = 1 << 16, /* an object, which then holds more */
	NEVER = 1 << 17, /* allocates nothing, so cannot fail for it */
	NO_ERR = 1 << 18,
	FORKED = 1 << 19, /* a success cannot be undone */
	ONE_WAY = 1 << 21, /* it is slow: one allocation fails, no more */
};

enum sweep_way { ONE_FAILS, ALL_FAIL, NOBODY_TOLD, N_WAYS };

enum { CHILD_REFUSED = 20, CHILD_DONE };

static struct scene s;
static struct fh_error told, *err;

static struct sweep {
	const char *call;
	unsigned int flags;
	enum sweep_way way;
	long n;
	long made_before;
} sweep;

static void sweep_begin(unsigned int flags, const char *call)
{
	note_tried(call);
	sweep = (struct sweep){ .call = call, .flags = flags };
}

static void sweep_prepare(void)
{
	scene_make(&s, sweep.flags & (NEED_PLANS | NEED_BOX | NEED_CHANNEL));
	memset(&told, 0, sizeof(told));
	err = sweep.way == NOBODY_TOLD ? NULL : &told;
	memory->lasts = sweep.way == ALL_FAIL;
	memory->foreign = 0;
	sweep.made_before = memory->made;
	memory_fail_after(sweep.n);
}

static void free_outputs(void)
{
	if (sweep.flags & (MAKES_TEXT | MAKES_TEXTS))
		free(s.out.made);
	if (sweep.flags & MAKES_TEXTS)
		free(s.out.text);
	if (sweep.flags & MAKES_POLICY)
		fh_policy_free(s.out.made);
	if (sweep.flags & MAKES_PLAN)
		fh_plan_free(s.out.made);
	if (sweep.flags & MAKES_KERNEL)
		fh_kernel_free(s.out.made);
	if (sweep.flags & MAKES_LANDLOCK)
		fh_landlock_free(s.out.made);
	if (sweep.flags & MAKES_SECCOMP)
		fh_seccomp_free(s.out.made);
	if (sweep.flags & MAKES_BROKER)
		fh_broker_free(s.out.made);
	if (sweep.flags & MAKES_BOX)
		fh_box_free(s.out.made);
}

static void check_success(int r)
{
	if (r != 0)
		tap_fail(__FILE__, __LINE__, "%s: %d with memory for all: %s",
			 sweep.call, r, told.what);
	if (memory->foreign)
		tap_fail(__FILE__, __LINE__,
			 "%s: allocates in a child, before execve", sweep.call);
	if (sweep.flags & NEVER)
		check_int(memory->made, sweep.made_before);
	free_outputs();
	if (!(sweep.flags & (CHANGES | NEVER)))
		check_no_leak(&s, sweep.call);
}

static void check_failure(int r)
{
	if (sweep.flags & NEVER)
		tap_fail(__FILE__, __LINE__, "%s: allocates", sweep.call);
	if (r != -ENOMEM)
		tap_fail(__FILE__, __LINE__,
			 "%s: %d with allocation %ld failing, not ENOMEM: %s",
			 sweep.call, r, sweep.n, told.what);
	if (err && !(sweep.flags & NO_ERR))
		check_told(err, r, sweep.call);
	check_no_leak(&s, sweep.call);
	check_unchanged(&s, sweep.call);
}

static void sweep_advance(bool is_done)
{
	/* Of thousands each hundredth, or it takes minutes. */
	sweep.n += 1 + sweep.n / 100;
	if (!is_done)
		return;
	if (sweep.way == ONE_FAILS)
		printf("# %s%ld allocations: %s\n",
		       sweep.n > 100 ? "some " : "", sweep.n - 1, sweep.call);
	/* One that never fails for it is done where it says so. */
	if (sweep.way == ONE_FAILS && sweep.n == 1 && !(sweep.flags & NEVER))
		tap_fail(__FILE__, __LINE__, "%s: allocates nothing",
			 sweep.call);
	sweep.way = sweep.flags & ONE_WAY ? N_WAYS : sweep.way + 1;
	sweep.n = 0;
}

static void sweep_end(int r)
{
	bool has_failed = memory_failed();

	if (has_failed)
		check_failure(r);
	else
		check_success(r);
	if (sweep.flags & FORKED)
		_exit(has_failed ? CHILD_REFUSED : CHILD_DONE);
	scene_done(&s);
	sweep_advance(!has_failed);
}

/* In the child that shall make the call, or in the parent when all were. */
static bool sweep_fork(void)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		return true;
	check_int(waitpid(pid, &status, 0), pid);
	memory->left = -1; /* of one that became another program */
	if (!WIFEXITED(status) || WEXITSTATUS(status) < CHILD_REFUSED)
		tap_fail(__FILE__, __LINE__,
			 "%s, with allocation %ld failing: status %#x",
			 sweep.call, sweep.n, status);
	sweep_advance(WEXITSTATUS(status) == CHILD_DONE);
	return false;
}

static bool sweep_next(void)
{
	while (sweep.way < N_WAYS) {
		if (sweep.flags & FORKED && !sweep_fork())
			continue;
		sweep_prepare();
		return true;
	}
	return false;
}

#define SWEEP(flags, call)                                                     \
	for (sweep_begin(flags, #call); sweep_next();)                         \
		sweep_end(call)

/* For calls that return what they make, and NULL without memory. */
static inline int made(void *object)
{
	if (object)
		s.out.made = object;
	return object ? 0 : -ENOMEM;
}

#define MADE(type) ((struct fh_##type **)(void *)&s.out.made)
#define TEXT ((char **)(void *)&s.out.made)

#endif
