/*
 * What a process that confined itself can still do to what lies outside: each
 * attack is played without a fence, where it must succeed, and then behind the
 * fences of each preset, where it must not.
 */
#include <fumehood/fumehood.h>

#include "confine_attacks.h"

/* --- played ------------------------------------------------------------------ */

struct round {
	const struct attack *attack;
	const char *preset; /* NULL: no fence */
};

#define ROUND_UNTRIED 200

static void play(void *ctx)
{
	const struct round *round = ctx;
	struct fh_policy *policy = fh_policy_new();
	struct fh_error err;
	int r;

	open_sockets();
	if (round->preset) {
		check_int(fh_policy_preset(policy, round->preset, NULL, 0,
					   &err), 0);
		if (fh_confine(policy, NULL, NULL, &err) < 0)
			tap_fail(__FILE__, __LINE__, "%s", err.what);
	}
	r = round->attack->play();
	_exit(r == UNTRIED ? ROUND_UNTRIED : r == 0 ? 0 : 2);
}

static int played(const struct attack *attack, const char *preset)
{
	struct round round = { attack, preset };

	return child_status(play, &round);
}

static void attack_preset(const char *preset)
{
	size_t n_tried = 0, n_held = 0;

	stand_up();
	for (size_t i = 0; i < N(attacks); i++) {
		int control = played(&attacks[i], NULL);
		int boxed;

		if (control != 0) {
			printf("# not possible here: %s\n", attacks[i].name);
			continue;
		}
		n_tried++;
		boxed = played(&attacks[i], preset);
		n_held += boxed == 2;
		if (boxed != 2)
			printf("# %s: %s (%d)\n", preset, attacks[i].name,
			       boxed);
	}
	stand_down();
	printf("# %zu of %zu tried\n", n_tried, N(attacks));
	check(n_tried > N(attacks) * 3 / 4);
	check_int(n_held, n_tried);
}

static void test_strict(void) { attack_preset("strict"); }
static void test_file_processor(void) { attack_preset("file-processor"); }
static void test_network_server(void) { attack_preset("network-server"); }
static void test_web_server(void) { attack_preset("web-server"); }

/* --- what is told ------------------------------------------------------------- */

static enum fh_state state_of(const struct fh_plan *plan, int guarantee)
{
	struct fh_holding held;
	struct fh_error err;

	if (fh_plan_guarantee(plan, guarantee, &held, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	return held.state;
}

/* What cannot be refused is not told to be held. */
static void test_datagrams(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct fh_policy *policy = fh_policy_new();
	struct fh_plan *plan = NULL;
	struct fh_error err;
	bool is_sent;

	listen_tcp(&it.tcp);
	check(fd >= 0);
	check_int(fh_policy_preset(policy, "network-server", NULL, 0, &err),
		  0);
	if (fh_confine(policy, NULL, &plan, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	is_sent = sendto(fd, "x", 1, 0, (struct sockaddr *)&it.tcp,
			 sizeof(it.tcp)) == 1;
	check_int(state_of(plan, FH_GUARANTEE_NETWORK),
		  is_sent ? FH_STATE_PARTLY : FH_STATE_FULLY);
}

static const struct tap_test tests[] = {
	{ .name = "nothing of the list from behind strict",
	  .run = test_strict },
	{ .name = "nor file-processor", .run = test_file_processor },
	{ .name = "nor network-server", .run = test_network_server },
	{ .name = "nor web-server", .run = test_web_server },
	{ .name = "an open UDP socket is told of", .run = test_datagrams },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
