/* fumehood attack: plays a hostile program in a box, and keeps the score. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attack/attack_run.h"
#include "attack/attack_stage.h"
#include "cli.h"
#include "exit_codes.h"

#define INSIDE "--inside"

/* The other half: the same binary, now the program in the box. */
static int play_inside(const char *encoded, bool json)
{
	struct attack_stage stage;

	if (attack_stage_decode(encoded, &stage) < 0) {
		print_warning("attack: not a stage that fumehood set up");
		return FH_EXIT_NOT_BOXED;
	}
	return attack_run_all(&stage, stdout, json) ? EXIT_REFUSED : 0;
}

static int own_path(char ret[PATH_MAX], struct fh_error *err)
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);

	if (n < 0 || n == PATH_MAX - 1)
		return error_set(err, FH_STAGE_PROBE, n < 0 ? -errno : -ENAMETOOLONG,
			       "find my own executable by /proc/self/exe");
	ret[n] = '\0';
	return 0;
}

static int play(struct fh_policy *policy, bool json)
{
	char path[PATH_MAX], encoded[ATTACK_STAGE_ENCODED_MAX];
	char *argv[] = { path, "attack", INSIDE, encoded,
			 json ? "--json" : NULL, NULL };
	struct attack_stage stage = { 0 };
	struct fh_error err = { 0 };
	int r = own_path(path, &err);

	if (r == 0)
		r = fh_policy_set_from(policy, "exec", path, "attack", &err);
	if (r == 0)
		r = attack_stage_set_up(&stage, &err);
	if (r == 0) {
		r = attack_stage_encode(&stage, encoded, sizeof(encoded));
		if (r < 0)
			error_set(&err, FH_STAGE_PREPARE, r,
				"describe the targets");
		else
			r = run_boxed(policy, argv);
		attack_stage_tear_down(&stage);
	}
	if (r >= 0)
		return r;
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

int cmd_attack(int argc, char **argv)
{
	bool json = argc == 4 && strcmp(argv[3], "--json") == 0;
	const struct own_switch own[] = { { .name = "json", .is_set = &json },
					  { 0 } };
	struct fh_policy *policy;
	int rest = 0, r;

	if (argc >= 3 && strcmp(argv[1], INSIDE) == 0)
		return play_inside(argv[2], json);
	json = false;
	policy = fh_policy_new();
	r = options_parse(argv[0], argc, argv, own, policy, &rest);
	if (r == 0 && rest < argc && strcmp(argv[rest - 1], "--") != 0) {
		print_warning("attack runs its own program, not %s; leave it out",
			      argv[rest]);
		r = FH_EXIT_NOT_BOXED;
	}
	if (r == 0)
		r = play(policy, json);
	fh_policy_free(policy);
	return r < 0 ? 0 : r;
}
