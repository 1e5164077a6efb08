/* Runs a program in a box that was made of its profile. */
#include "learn_verify.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cli.h"
#include "exit_codes.h"

static void tell_refusal(const struct fh_refusal *refusal, bool is_held)
{
	print_warning("refused by %s: %s %s%s%s%s", fh_layer_name(refusal->layer),
		      refusal->call, refusal->wanted,
		      *refusal->wanted ? " " : "", refusal->object,
		      is_held ? " (held back)" : "");
	if (!is_held && *refusal->option)
		print_warning("  %s would allow it", refusal->option);
}

/* What stands in a comment is refused because nobody accepted it. */
static bool is_held_back(const char *profile, const struct fh_refusal *refusal)
{
	static const char mark[] = "# held back: ";

	for (const char *at = profile; (at = strstr(at, mark)); at++) {
		const char *end = strchr(at, '\n');
		const char *object = *refusal->object
					     ? strstr(at, refusal->object)
					     : strstr(at, refusal->call);

		if (object && end && object < end)
			return true;
	}
	return false;
}

/* Return: how many matter */
static size_t tell_refusals(const struct fh_box *box, const char *profile)
{
	struct fh_refusal refusal;
	size_t n = 0;

	for (size_t i = 0; fh_box_refusal(box, i, &refusal, NULL) == 0; i++) {
		bool is_held = is_held_back(profile, &refusal);

		tell_refusal(&refusal, is_held);
		n += !is_held;
	}
	return n;
}

static int start(const struct fh_policy *policy, char **argv,
		 struct fh_box **ret, struct fh_error *err)
{
	struct fh_spawn_options options = {
		.size = sizeof(options),
		.flags = FH_SPAWN_RAISE_NOFILE | FH_SPAWN_EXPLAIN,
	};
	int r = fh_spawn(policy, argv, &options, ret, err);

	/* Without ptrace what the filter refuses is counted all the same. */
	if (r == -EINVAL || r == -EPERM || r == -EOPNOTSUPP) {
		options.flags = FH_SPAWN_RAISE_NOFILE;
		r = fh_spawn(policy, argv, &options, ret, err);
	}
	return r;
}

static bool ended_alike(const struct fh_result *result,
			const struct fh_result *before)
{
	if (!before)
		return result->reason == FH_END_EXITED && !result->exit_code;
	return result->reason == before->reason &&
	       result->exit_code == before->exit_code;
}

static int conclude(const struct fh_box *box, const char *profile,
		    const struct fh_result *result,
		    const struct fh_result *before)
{
	size_t n = tell_refusals(box, profile);
	bool is_alike = ended_alike(result, before);

	if (!is_alike)
		print_warning("in the box it ended with %d instead of %d",
			      result->exit_code,
			      before ? before->exit_code : 0);
	if (is_alike && !n)
		print_warning("verified: it runs under its profile");
	return is_alike && !n ? 0 : EXIT_REFUSED;
}

int learn_verify(const char *file, const char *profile, char **argv,
		 const struct fh_result *before)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_result result = { 0 };
	struct fh_box *box = NULL;
	struct fh_error err = { 0 };
	int r = policy ? fh_policy_load(policy, file, argv, &err)
		       : error_set(&err, FH_STAGE_PARSE, -ENOMEM, "verify %s",
				   file);

	if (r == 0)
		r = start(policy, argv, &box, &err);
	if (r == 0)
		r = fh_wait(box, -1, &result, &err);
	if (r < 0)
		print_error(&err);
	r = r < 0 ? EXIT_REFUSED : conclude(box, profile, &result, before);
	fh_box_free(box);
	fh_policy_free(policy);
	return r;
}
