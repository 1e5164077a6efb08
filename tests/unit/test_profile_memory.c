/* Without memory nothing is loaded, listed or printed by halves. */
#include "no_memory.h"
#include "profile_place.h"

static void make_profiles(void)
{
	make_places();
	put("a/base.conf", "[profile]\ndescription = b\n[limits]\npids = 7\n");
	put("b/x.conf", "[profile]\nextends = base\ndescription = x\n"
			"[filesystem]\nread = -${HOME}/a\nwrite = ${1}\n"
			"bind = ${1}:/in:rw\n[process]\nenv = A=b\n");
	put("b/bad.conf", "[limits]\npid = 7\n");
}

static void test_load(void)
{
	char *const argv[] = { "p", "/a", NULL };
	struct fh_policy *policy = policy_new(), *before = policy_new();
	struct profile profile;
	bool done = false;

	need_failing_memory();
	make_profiles();
	for (long n = 0; !done; n++) {
		long live = memory->live;
		int r;

		memset(&err, 0, sizeof(err));
		memory_fail_after(n);
		r = profile_open(&places, "x", &profile, &err);
		if (r == 0)
			r = profile_check(&profile, &err);
		if (r == 0)
			r = profile_apply(&profile, argv, policy, &err);
		done = !memory_failed();
		check_int(r, done ? 0 : -ENOMEM);
		check_int(err.code, r);
		check(done || *err.what);
		profile_done(&profile);
		if (done)
			break;
		check_int(memcmp(policy, before, sizeof(*policy)), 0);
		check_int(memory->live, live);
	}
	check_int(policy->pids, 7);
	check_int(policy->n_grants, 3);
	remove_places();
}

static void test_print(void)
{
	bool done = false;

	need_failing_memory();
	make_profiles();
	for (long n = 0; !done; n++) {
		struct text text = { 0 };
		long live = memory->live;
		int r;

		memory_fail_after(n);
		r = profile_list(&places, n & 1, &text);
		done = !memory_failed();
		if (r == 0)
			r = text.code;
		check_int(r, done ? 0 : -ENOMEM);
		text_done(&text);
		check_int(memory->live, live);
	}
	remove_places();
}

/* What is not found is told without its neighbour. */
static void test_unknown(void)
{
	bool done = false;

	need_failing_memory();
	make_profiles();
	for (long n = 0; !done; n++) {
		int r;

		memory_fail_after(n);
		r = try_open("bse");
		done = !memory_failed();
		check(r == -ENOENT || (!done && r == -ENOMEM));
	}
	check(strstr(err.remedy, "did you mean base?"));
	remove_places();
}

static const struct tap_test tests[] = {
	{ .name = "what is loaded", .run = test_load },
	{ .name = "what is listed", .run = test_print },
	{ .name = "what is not found", .run = test_unknown },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
