/* The battery and its runner hold what their headers say. */
#include <ctype.h>
#include <sys/resource.h>
#include <time.h>

#include "attack/attack_run.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"
#include "stand.h"
#include "tables/guarantees.h"
#include "tap.h"

static void test_sorted(void)
{
	for (size_t i = 1; i < n_attacks; i++) {
		if (strcmp(attacks[i - 1]->name, attacks[i]->name) >= 0)
			tap_fail(__FILE__, __LINE__, "%s is not before %s",
				 attacks[i - 1]->name, attacks[i]->name);
	}
	check(n_attacks >= 45);
}

static void check_row(const struct attack *attack)
{
	size_t n_expected = 0;

	check(guarantee_find(attack->guarantee) >= 0);
	check(attack->title[0] && attack->layer[0]);
	while (attack->expected[n_expected]) {
		check(attack->expected[n_expected++] > 0);
		check(n_expected <= ATTACK_EXPECTED_MAX);
	}
	check(n_expected > 0);
	for (const char *s = attack->name; *s; s++)
		check(islower((unsigned char)*s) ||
		      isdigit((unsigned char)*s) || *s == '-');
	check(!attack->is_hole || strncmp(attack->name, "hole-", 5) == 0);
}

static void test_rows(void)
{
	for (size_t i = 0; i < n_attacks; i++)
		check_row(attacks[i]);
}

/* The name of the table's row is what the score card promises. */
static void test_identifiers(void)
{
	static const char *const identifiers[] = {
#define ATTACK(ident) #ident,
#include "attack/attack_list.h"
#undef ATTACK
	};

	check_int(ARRAY_SIZE(identifiers), n_attacks);
	for (size_t i = 0; i < n_attacks; i++) {
		char name[64];
		size_t n = strlen(identifiers[i]);

		check(n < sizeof(name));
		for (size_t k = 0; k <= n; k++)
			name[k] = identifiers[i][k] == '_' ? '-' :
							     identifiers[i][k];
		check_str(attacks[i]->name, name);
	}
}

static int run_through(const struct attack_stage *stage)
{
	(void)stage;
	return 0;
}

static int run_refused(const struct attack_stage *stage)
{
	(void)stage;
	return -EROFS;
}

static int run_signal(const struct attack_stage *stage)
{
	(void)stage;
	signal(SIGSYS, SIG_DFL);
	raise(SIGSYS);
	return 0;
}

static int run_silent(const struct attack_stage *stage)
{
	(void)stage;
	_exit(0);
}

static int run_forever(const struct attack_stage *stage)
{
	(void)stage;
	for (;;)
		pause();
	return 0;
}

static const struct attack_stage no_stage;

static int play(struct attack attack, int *ret_result)
{
	return attack_play(&attack, &no_stage, ret_result);
}

static void check_plays(struct attack attack, int expected)
{
	int result = 4242;

	check_int(play(attack, &result), 0);
	check_int(result, expected);
}

static void test_play(void)
{
	int result = 4242;

	check_plays((struct attack){ .run = run_through }, 0);
	check_plays((struct attack){ .run = run_refused }, -EROFS);
	check_plays((struct attack){ .run = run_signal }, -ECANCELED);
	check_int(play((struct attack){ .run = run_silent }, &result),
		  -EPROTO);
	check_int(result, 4242);
	check_int(waitpid(-1, NULL, WNOHANG), -1);
	check_int(errno, ECHILD);
}

static void test_play_call(void)
{
	check_plays((struct attack){ .call = { CALL_getpid, { 0 } } }, 0);
	/* EBADF is the call's own answer */
	check_plays((struct attack){ .call = { CALL_close, { -1 } } }, 0);
	/* ENOSYS is not */
	check_plays((struct attack){ .call = { CALL_tuxcall, { 0 } } },
		    try_number(CALL_tuxcall) < 0 ? ATTACK_NOT_APPLICABLE :
						   -ENOSYS);
}

static void test_play_hang(void)
{
	time_t start = time(NULL);

	check_plays((struct attack){ .run = run_forever }, -ETIMEDOUT);
	check(time(NULL) - start <= ATTACK_TIME_MAX_MS / 1000 + 2);
	check_int(waitpid(-1, NULL, WNOHANG), -1);
	check_int(errno, ECHILD);
}

static void test_play_no_process(void)
{
	struct rlimit none = { .rlim_cur = 0, .rlim_max = 0 };
	int result = 4242;

	check_int(setrlimit(RLIMIT_NOFILE, &none), 0);
	check_int(play((struct attack){ .run = run_refused }, &result),
		  -EMFILE);
	check_int(result, 4242);
}

static void test_judge(void)
{
	struct attack attack = { .expected = { EPERM, ENOSYS } };
	struct attack hole = { .is_hole = true, .expected = { EPERM } };

	check_int(attack_judge(&attack, 0), ATTACK_GOT_THROUGH);
	check_int(attack_judge(&attack, -EPERM), ATTACK_HELD);
	check_int(attack_judge(&attack, -ENOSYS), ATTACK_HELD);
	check_int(attack_judge(&attack, -EROFS), ATTACK_HELD_OTHER);
	check_int(attack_judge(&attack, ATTACK_NOT_APPLICABLE),
		  ATTACK_DOES_NOT_APPLY);
	check_int(attack_judge(&attack, 2), ATTACK_GOT_THROUGH);
	check_int(attack_judge(&hole, 0), ATTACK_HOLE);
	check_int(attack_judge(&hole, -EPERM), ATTACK_CLOSED_HOLE);
}

static void test_errno_names(void)
{
	char scratch[ATTACK_ERRNO_NAME_MAX];

	check_str(attack_errno_name(-EPERM, scratch), "EPERM");
	check_str(attack_errno_name(-ECANCELED, scratch), "ECANCELED");
	check_str(attack_errno_name(-4095, scratch), "errno 4095");
}

/* Every errno that is promised can be named, or the card reads badly. */
static void test_errno_names_complete(void)
{
	char scratch[ATTACK_ERRNO_NAME_MAX];

	for (size_t i = 0; i < n_attacks; i++) {
		for (const int *e = attacks[i]->expected; *e; e++)
			check(attack_errno_name(-*e, scratch)[0] == 'E');
	}
}

static void read_card(bool json, char *ret, size_t size, int *ret_count)
{
	struct attack_stage stage = set_up();
	FILE *out = tmpfile();
	size_t n;

	check(out != NULL);
	*ret_count = attack_run_all(&stage, out, json);
	attack_stage_tear_down(&stage);
	rewind(out);
	n = fread(ret, 1, size - 1, out);
	ret[n] = '\0';
	check(n > 0 && n < size - 1);
	fclose(out);
}

static char card[256 << 10];

static size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* Outside, most attacks get through; each has one row. */
static void test_card(void)
{
	int n_through;

	read_card(false, card, sizeof(card), &n_through);
	check(n_through > 50);
	check_int(count_of(card, "\nGOT-THROUGH"), n_through);
	for (size_t i = 0; i < n_attacks; i++) {
		char name[64];

		snprintf(name, sizeof(name), " %s ", attacks[i]->name);
		check(count_of(card, name) >= 1);
	}
	check_int(strncmp(card, "verdict ", 8), 0);
	check(strstr(card, "\nhole ") != NULL);
	check(strstr(card, " GOT-THROUGH, ") != NULL);
}

static void test_card_json(void)
{
	int n_through;

	read_card(true, card, sizeof(card), &n_through);
	check_int(count_of(card, "{\"name\": \""), n_attacks);
	check_int(count_of(card, "\"verdict\": \"GOT-THROUGH\""), n_through);
	check_int(count_of(card, "}\n}\n"), 1);
	check_int(count_of(card, "{"), n_attacks + 2);
	check_int(count_of(card, "}"), n_attacks + 2);
}

static const struct tap_test tests[] = {
	{ .name = "battery is sorted", .run = test_sorted },
	{ .name = "rows are complete", .run = test_rows },
	{ .name = "identifiers match names", .run = test_identifiers },
	{ .name = "play gives the result", .run = test_play },
	{ .name = "play makes calls", .run = test_play_call },
	{ .name = "play ends what hangs", .run = test_play_hang },
	{ .name = "play without descriptors", .run = test_play_no_process },
	{ .name = "judge", .run = test_judge },
	{ .name = "names of errnos", .run = test_errno_names },
	{ .name = "promised errnos have names",
	  .run = test_errno_names_complete },
	{ .name = "score card", .run = test_card },
	{ .name = "score card as JSON", .run = test_card_json },
};

int main(void)
{
	/* Never as root: the score card is made by playing outside. */
	become_ordinary();
	return tap_run(tests, ARRAY_SIZE(tests));
}
