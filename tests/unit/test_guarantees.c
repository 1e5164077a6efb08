/* The vocabulary of guarantees is complete, unique and exactly matched. */
#include "tables/guarantees.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void test_names(void)
{
	for (int i = 0; i < N_GUARANTEES; i++) {
		check(guarantees[i].name && *guarantees[i].name);
		check(guarantees[i].cannot && *guarantees[i].cannot);
		check_int(guarantee_find(guarantees[i].name), i);
		check(!strchr(guarantees[i].cannot, '\n'));
	}
	check_int(guarantee_find("network"), FH_GUARANTEE_NETWORK);
	check_int(guarantee_find(""), -ENOENT);
	check_int(guarantee_find("Network"), -ENOENT);
	check_int(guarantee_find("files"), -ENOENT);
	check_int(guarantee_find("networks"), -ENOENT);
}

/* What a user gets who asks for nothing: a change here is a change of the
 * product's promise. */
static void test_required(void)
{
	static const char *const required[] = {
		"files-read", "files-write", "network", "privileges",
		"kernel",     "terminal",    "lifetime",
	};
	int n = 0;

	for (size_t i = 0; i < N(required); i++)
		check(guarantees[guarantee_find(required[i])].is_required);
	for (int i = 0; i < N_GUARANTEES; i++)
		n += guarantees[i].is_required != 0;
	check_int(n, N(required));
}

static void test_mechanisms(void)
{
	for (int i = 0; i < N_MECHANISMS; i++) {
		check(mechanisms[i].name && *mechanisms[i].name);
		check(mechanisms[i].since != NULL);
		for (int k = 0; k < i; k++)
			check(strcmp(mechanisms[i].name, mechanisms[k].name));
	}
	check(N_MECHANISMS <= 32); /* they are bits of a uint32_t */
	check(N_GUARANTEES <= 32);
	check_int(GUARANTEE_BIT(31), 0x80000000);
}

static const struct tap_test tests[] = {
	{ .name = "names", .run = test_names },
	{ .name = "what is required by default", .run = test_required },
	{ .name = "mechanisms", .run = test_mechanisms },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
