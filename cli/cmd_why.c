/* fumehood why: would it be allowed, by which rule, and what would allow it. */
#include <errno.h>
#include <stdlib.h>

#include "cli.h"
#include "exit_codes.h"
#include "terminal_auto.h"

static int print_answer(char **words, bool is_allowed, const char *reason,
			const char *advice)
{
	struct text text = { 0 };
	int r;

	text_add(&text, "%s: %s ", is_allowed ? "allowed" : "refused",
		 words[0]);
	text_add_escaped(&text, words[1]);
	text_add(&text, ": %s\n", reason);
	if (*advice)
		text_add(&text, "would allow it: %s\n", advice);
	r = print_text(&text);
	text_done(&text);
	return r == 0 && !is_allowed ? EXIT_REFUSED : r;
}

static int why(const struct fh_policy *policy, char **words)
{
	struct fh_plan *plan = plan_for(policy);
	char *reason = NULL, *advice = NULL;
	int r = FH_EXIT_NOT_BOXED;
	struct fh_error err;
	bool is_allowed;

	if (!plan)
		return FH_EXIT_NOT_BOXED;
	if (fh_plan_why(plan, words[0], words[1], &is_allowed, &reason,
			&advice, &err) < 0)
		print_error(&err);
	else
		r = print_answer(words, is_allowed, reason, advice);
	free(reason);
	free(advice);
	fh_plan_free(plan);
	return r;
}

int cmd_why(int argc, char **argv)
{
	struct fh_policy *policy = fh_policy_new();
	int rest = 0;
	int r = options_parse(argv[0], argc, argv, NULL, policy, &rest);

	if (r == 0 && argc - rest != 2) {
		struct fh_error err;

		error_set(&err, FH_STAGE_PARSE, -EINVAL,
			"why takes a question of two words");
		error_remedy(&err, "such as: fumehood why read /etc/shadow");
		print_error(&err);
		r = FH_EXIT_NOT_BOXED;
	}
	if (r == 0)
		r = terminal_settle(policy);
	if (r == 0)
		r = why(policy, argv + rest);
	fh_policy_free(policy);
	return r < 0 ? 0 : r;
}
