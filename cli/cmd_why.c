/* fumehood why: would it be allowed, by which rule, and what would allow it. */
#include <errno.h>

#include "cli.h"
#include "plan/why.h"
#include "tables/exit_codes.h"

static int answer(const struct fh_plan *plan, const struct prepared *prepared,
		  char **words)
{
	struct answer answer = { 0 };
	struct fh_error err = { 0 };
	struct text text = { 0 };
	int r = why_ask(plan, prepared, words[0], words[1], &answer, &err);

	if (r < 0) {
		print_error(&err);
		r = FH_EXIT_NOT_BOXED;
	} else {
		text_add(&text, "%s: %s ",
			 answer.is_allowed ? "allowed" : "refused", words[0]);
		text_add_escaped(&text, words[1]);
		text_add(&text, ": %s\n", text_string(&answer.reason));
		if (answer.advice.len)
			text_add(&text, "would allow it: %s\n",
				 text_string(&answer.advice));
		r = print_text(&text);
		if (r == 0 && !answer.is_allowed)
			r = EXIT_REFUSED;
	}
	text_done(&text);
	answer_done(&answer);
	return r;
}

static int why(const struct fh_policy *policy, char **words)
{
	struct fh_plan *plan = plan_for(policy, true);
	struct prepared prepared = { 0 };
	struct fh_error err = { 0 };
	int r;

	if (!plan)
		return FH_EXIT_NOT_BOXED;
	if (plan_prepare(plan, NULL, &prepared, &err) < 0) {
		print_error(&err);
		r = FH_EXIT_NOT_BOXED;
	} else {
		r = answer(plan, &prepared, words);
		prepared_done(&prepared);
	}
	plan_free(plan);
	return r;
}

int cmd_why(int argc, char **argv)
{
	struct fh_policy *policy = policy_new();
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
		r = why(policy, argv + rest);
	policy_free(policy);
	return r < 0 ? 0 : r;
}
