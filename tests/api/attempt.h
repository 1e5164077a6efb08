/*
 * Calls that must be refused: the errno is the one that the comment of the
 * function names, err is filled, and all is as it was.
 */
#ifndef FH_TESTS_API_ATTEMPT_H
#define FH_TESTS_API_ATTEMPT_H

#include "broker_names.h"
#include "life_names.h"
#include "profile_names.h"
#include "scene.h"

static struct scene s;
static struct fh_error told, *err;
static char long_text[(1 << 20) + 1]; /* 1 MiB of a */
static char long_path[(1 << 20) + 1]; /* the same, absolute */

static struct attempt {
	const char *call;
	unsigned int needs;
	int n; /* once with err, once without */
} attempt;

static void attempt_begin(unsigned int needs, const char *call)
{
	note_tried(call);
	attempt = (struct attempt){ .call = call, .needs = needs };
}

static bool attempt_next(void)
{
	if (attempt.n == 2)
		return false;
	scene_make(&s, attempt.needs);
	memset(&told, 0, sizeof(told));
	err = attempt.n ? NULL : &told;
	return true;
}

static void attempt_end(long long r, long long expected)
{
	if (r != expected)
		tap_fail(__FILE__, __LINE__, "%s: %lld, not %lld: %s",
			 attempt.call, r, expected, told.what);
	if (err && strstr(attempt.call, "err)"))
		check_told(err, (int)r, attempt.call);
	check_no_leak(&s, attempt.call);
	check_unchanged(&s, attempt.call);
	scene_done(&s);
	attempt.n++;
}

/* "fh_kill: box is NULL": a mistake of who wrote the call, and where. */
static void check_null(void)
{
	const char *name = strstr(attempt.call, "fh_");
	size_t len = strcspn(name, "(");

	if (err && strstr(attempt.call, "err)") &&
	    (strncmp(told.what, name, len) != 0 || told.what[len] != ':' ||
	     !strstr(told.what, " is NULL")))
		tap_fail(__FILE__, __LINE__, "%s: says \"%s\"", attempt.call,
			 told.what);
}

#define TRY(needs, expected, call)                                             \
	for (attempt_begin(needs, #call); attempt_next();)                     \
		attempt_end((call), expected)
#define BAD(expected, call) TRY(0, expected, call)
#define BAD_PLAN(expected, call) TRY(NEED_PLANS, expected, call)
#define BAD_ASK(expected, call) TRY(NEED_CHANNEL, expected, call)
#define BAD_BOX(expected, call) TRY(NEED_BOX, expected, call)

/* With a NULL where none may be. */
#define NULLED_OF(needs, call)                                                 \
	for (attempt_begin(needs, #call); attempt_next(); check_null())        \
		attempt_end((call), -EINVAL)
#define NULLED(call) NULLED_OF(NEED_PLANS, call)
#define NULLED_ASK(call) NULLED_OF(NEED_CHANNEL, call)

/* One that has no error to give, and takes no harm. */
#define TAKES(expected, call) TRY(0, expected, call)

#define MADE(type) ((struct fh_##type **)(void *)&s.out.made)
#define TEXT ((char **)(void *)&s.out.made)
#define TEXT2 ((char **)(void *)&s.out.text)
#define ALLOWED ((bool *)&s.out.is_allowed)

/* The files share the functions out between them. */
static inline bool is_about_plans(const char *name)
{
	static const char *const nouns[] = { "fh_policy_", "fh_setting_",
					     "fh_preset_", "fh_kernel_",
					     "fh_plan_" };

	for (size_t i = 0; i < N(nouns); i++)
		if (strncmp(name, nouns[i], strlen(nouns[i])) == 0)
			return !is_about_profiles(name) &&
			       !is_about_life(name);
	return false;
}

static inline bool is_about_boxes(const char *name)
{
	return !is_about_plans(name) && !is_about_brokers(name) &&
	       !is_about_profiles(name) && !is_about_life(name);
}

static inline void attempt_start(void)
{
	memset(long_text, 'a', sizeof(long_text) - 1);
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[0] = '/';
	scene_share();
}

#endif
