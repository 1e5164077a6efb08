/* Fuzzing profiles whole: names, variables, values; what comes of them, printed, is
 * loaded again as the same. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "profile/profile.h"
#include "tables/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *const argv[] = { "prog", "-x",	 "a:b",	     "/etc/passwd",
			      "${1}", "a\n$ \\", "/dev/null", NULL };

static void must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

/* Exactly as large as the input, so that a byte too far is seen. No places: what it
 * extends is built in, or a file by its path. */
static int open_bytes(const char *bytes, size_t size, struct profile *ret,
		      struct fh_error *err)
{
	static const struct profile_places nowhere;
	struct profile_source source = {
		.file = strdup("profile"),
		.bytes = { malloc(size + !size), size, 0, 0 },
	};
	int r;

	must(source.file && source.bytes.data);
	memcpy(source.bytes.data, bytes, size);
	r = profile_open_source(&nowhere, &source, ret, err);
	must(!source.file && !source.bytes.data && err->code == r);
	must(r == 0 || *err->what);
	return r;
}

/* A line that grew by its escapes may have become too long, and the same file may
 * be read no more. */
static void check_print(const struct profile *profile)
{
	autotext first = { 0 }, second = { 0 };
	struct fh_error err = { 0 };
	struct profile again;

	profile_print(profile, &first);
	if (!first.code && open_bytes(text_string(&first), first.len, &again,
				      &err) == 0) {
		profile_print(&again, &second);
		must(strcmp(text_string(&first), text_string(&second)) == 0);
		profile_done(&again);
		return;
	}
	must(first.code || err.code == -E2BIG);
	if (!first.code)
		profile_done(&again);
}

static void check_policy(const struct fh_policy *policy)
{
	struct fh_policy *loaded = policy_new();
	autotext first = { 0 }, second = { 0 };
	struct fh_error err = { 0 };
	struct profile again;
	int r;

	must(loaded != NULL);
	must(policy_print(policy, &first) == 0);
	r = open_bytes(text_string(&first), first.len, &again, &err);
	if (r == 0)
		r = profile_apply(&again, NULL, loaded, &err);
	must(r == 0 || r == -E2BIG);
	if (r == 0) {
		must(policy_print(loaded, &second) == 0);
		must(strcmp(text_string(&first), text_string(&second)) == 0);
		must(loaded->is_set == policy->is_set);
		must(loaded->n_grants == policy->n_grants);
	}
	profile_done(&again);
	policy_free(loaded);
}

/* No argument made a grant optional, or a bind of two. */
static void check_grants(const struct fh_policy *policy)
{
	for (size_t i = 0; i < policy->n_grants; i++) {
		const struct grant *grant = &policy->grants[i];

		must((grant->source || grant->target) && grant->origin);
		must(!grant->source || *grant->source);
		must(strcmp(grant->origin, "-x") != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fh_policy *policy = policy_new();
	struct fh_error err = { 0 };
	struct profile profile;

	must(policy != NULL);
	setenv("HOME", "/home/x", 1);
	if (open_bytes((const char *)data, size, &profile, &err) == 0) {
		check_print(&profile);
		profile_check(&profile, &err);
		err = (struct fh_error){ 0 };
		if (profile_apply(&profile, argv, policy, &err) == 0) {
			check_grants(policy);
			check_policy(policy);
		} else {
			must(err.code < 0 && strchr(err.what, ':'));
			must(!policy->is_set);
		}
	}
	profile_done(&profile);
	policy_free(policy);
	return 0;
}
