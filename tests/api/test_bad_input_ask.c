/* Every call that asks a broker with what it must refuse. */
#include "attempt.h"

#define NEVER_ASKED 0 /* ms: nobody answers */

/* --- asking ------------------------------------------------------------------- */

static struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
static char bytes[8];

static void test_ask_null(void)
{
	const int t = NEVER_ASKED;
	struct fh_broker_ask ask = { .kind = FH_BROKER_RESOLVE, .name = "x" };

	TAKES(-EINVAL, fh_broker_fd(NULL));
	TAKES(0, (fh_channel_free(NULL), 0));
	NULLED_ASK(fh_broker_ready(NULL, t, err));
	NULLED_ASK(fh_broker_bind(NULL, FH_TCP, NULL, 80, t, err));
	NULLED_ASK(fh_broker_connect(NULL, FH_TCP, "::1", 80, t, err));
	NULLED_ASK(fh_broker_connect(s.channel, FH_TCP, NULL, 80, t, err));
	NULLED_ASK(fh_broker_open(NULL, FH_READ, "/x", 0, t, err));
	NULLED_ASK(fh_broker_open(s.channel, FH_READ, NULL, 0, t, err));
	NULLED_ASK(fh_broker_read_file(NULL, "/x", bytes, 8, &s.out.n, t, err));
	NULLED_ASK(fh_broker_read_file(s.channel, NULL, bytes, 8, &s.out.n, t,
				       err));
	NULLED_ASK(fh_broker_read_file(s.channel, "/x", NULL, 8, &s.out.n, t,
				       err));
	NULLED_ASK(fh_broker_read_file(s.channel, "/x", bytes, 8, NULL, t,
				       err));
	NULLED_ASK(fh_broker_authenticate(NULL, "s", "u", "p", t, err));
	NULLED_ASK(fh_broker_authenticate(s.channel, NULL, "u", "p", t, err));
	NULLED_ASK(fh_broker_authenticate(s.channel, "s", NULL, "p", t, err));
	NULLED_ASK(fh_broker_authenticate(s.channel, "s", "u", NULL, t, err));
	NULLED_ASK(fh_broker_resolve(NULL, "x", addresses, &s.out.n, t, err));
	NULLED_ASK(fh_broker_resolve(s.channel, NULL, addresses, &s.out.n, t,
				     err));
	NULLED_ASK(fh_broker_resolve(s.channel, "x", NULL, &s.out.n, t, err));
	NULLED_ASK(fh_broker_resolve(s.channel, "x", addresses, NULL, t, err));
	NULLED_ASK(fh_broker_request(NULL, "r", NULL, 0, NULL, 0, NULL, NULL, t,
				     err));
	NULLED_ASK(fh_broker_request(s.channel, NULL, NULL, 0, NULL, 0, NULL,
				     NULL, t, err));
	NULLED_ASK(fh_broker_request(s.channel, "r", NULL, 0, NULL, 1,
				     &s.out.n, NULL, t, err));
	NULLED_ASK(fh_broker_request(s.channel, "r", NULL, 0, NULL, 0,
				     &s.out.n, NULL, t, err));
	NULLED_ASK(fh_broker_request(s.channel, "r", NULL, 0, bytes, 8, NULL,
				     NULL, t, err));
	NULLED_ASK(fh_broker_begin(NULL, &ask, &s.out.id, err));
	NULLED_ASK(fh_broker_begin(s.channel, NULL, &s.out.id, err));
	NULLED_ASK(fh_broker_begin(s.channel, &ask, NULL, err));
	NULLED_ASK(fh_broker_finish(NULL, t, &s.out.answer, err));
	NULLED_ASK(fh_broker_finish(s.channel, t, NULL, err));
}

static void test_ask_names(void)
{
	const int t = NEVER_ASKED;

	BAD_ASK(-EINVAL, fh_broker_bind(s.channel, FH_TCP, "", 80, t, err));
	BAD_ASK(-EINVAL, fh_broker_bind(s.channel, FH_TCP, "lo", 80, t, err));
	BAD_ASK(-EINVAL, fh_broker_bind(s.channel, FH_TCP, long_text, 80, t,
					err));
	BAD_ASK(-EINVAL, fh_broker_connect(s.channel, FH_UDP, "a.org", 80, t,
					   err));
	BAD_ASK(-EINVAL, fh_broker_open(s.channel, FH_READ, "", 0, t, err));
	BAD_ASK(-E2BIG, fh_broker_open(s.channel, FH_READ, long_path, 0, t,
				       err));
	BAD_ASK(-EINVAL, fh_broker_read_file(s.channel, "", bytes, 8, &s.out.n,
					     t, err));
	BAD_ASK(-E2BIG, fh_broker_read_file(s.channel, long_path, bytes, 8,
					    &s.out.n, t, err));
	BAD_ASK(-EINVAL, fh_broker_authenticate(s.channel, "", "u", "p", t,
						err));
	BAD_ASK(-EINVAL, fh_broker_authenticate(s.channel, "s", "", "p", t,
						err));
	BAD_ASK(-E2BIG, fh_broker_authenticate(s.channel, long_text, "u", "p",
					       t, err));
	BAD_ASK(-E2BIG, fh_broker_authenticate(s.channel, "s", long_text, "p",
					       t, err));
	BAD_ASK(-E2BIG, fh_broker_authenticate(s.channel, "s", "u", long_text,
					       t, err));
	BAD_ASK(-EINVAL, fh_broker_resolve(s.channel, "", addresses, &s.out.n,
					   t, err));
	BAD_ASK(-E2BIG, fh_broker_resolve(s.channel, long_text, addresses,
					  &s.out.n, t, err));
	BAD_ASK(-EINVAL, fh_broker_request(s.channel, "", NULL, 0, NULL, 0,
					   NULL, NULL, t, err));
	BAD_ASK(-E2BIG, fh_broker_request(s.channel, long_text, NULL, 0, NULL,
					  0, NULL, NULL, t, err));
	BAD_ASK(-E2BIG, fh_broker_request(s.channel, "r", long_text, 1 << 20,
					  NULL, 0, NULL, NULL, t, err));
	BAD_ASK(-E2BIG, fh_broker_request(s.channel, "r", long_text, SIZE_MAX,
					  NULL, 0, NULL, NULL, t, err));
	BAD_ASK(-EINVAL, fh_broker_request(s.channel, "r", NULL, 1, NULL, 0,
					   NULL, NULL, t, err));
}

static void test_ask_numbers(void)
{
	const int t = NEVER_ASKED;
	const enum fh_transport odd = (enum fh_transport)2;
	const struct fh_broker_ask high = { .kind = FH_BROKER_RESOLVE + 1,
					    .name = "x" };
	const struct fh_broker_ask low = { .kind = (enum fh_broker_kind)-1 };
	const struct fh_broker_ask none = { .kind = FH_BROKER_BIND };

	BAD_ASK(-EINVAL, fh_broker_ready(s.channel, -2, err));
	BAD_ASK(-EINVAL, fh_broker_ready(s.channel, INT32_MIN, err));
	BAD_ASK(-ETIMEDOUT, fh_broker_ready(s.channel, 0, err));
	BAD_ASK(-EINVAL, fh_broker_bind(s.channel, odd, NULL, 80, t, err));
	BAD_ASK(-EINVAL, fh_broker_bind(s.channel, FH_TCP, NULL, 0, t, err));
	BAD_ASK(-EINVAL, fh_broker_bind(s.channel, FH_TCP, NULL, 80, -2, err));
	BAD_ASK(-EINVAL, fh_broker_connect(s.channel, odd, "::1", 80, t, err));
	BAD_ASK(-EINVAL, fh_broker_connect(s.channel, FH_TCP, "::1", 0, t,
					   err));
	BAD_ASK(-EINVAL, fh_broker_open(s.channel, 0, "/x", 0, t, err));
	BAD_ASK(-EINVAL, fh_broker_open(s.channel, ~0u, "/x", 0, t, err));
	BAD_ASK(-EINVAL, fh_broker_open(s.channel, FH_EXEC, "/x", 0, t, err));
	BAD_ASK(-EINVAL, fh_broker_open(s.channel, FH_BROKER_CREATE, "/x",
					01000, t, err));
	BAD_ASK(-EINVAL, fh_broker_open(s.channel, FH_READ, "/x", 0, -2, err));
	BAD_ASK(-ETIMEDOUT, fh_broker_read_file(s.channel, "/x", bytes, 0,
						&s.out.n, 0, err));
	BAD_ASK(-EINVAL, fh_broker_begin(s.channel, &high, &s.out.id, err));
	BAD_ASK(-EINVAL, fh_broker_begin(s.channel, &low, &s.out.id, err));
	BAD_ASK(-EINVAL, fh_broker_begin(s.channel, &none, &s.out.id, err));
	BAD_ASK(-EINVAL, fh_broker_finish(s.channel, -2, &s.out.answer, err));
	BAD_ASK(-ENOENT, fh_broker_finish(s.channel, -1, &s.out.answer, err));
}

/* --- splitting ------------------------------------------------------------------ */

static void test_split(void)
{
	const struct fh_broker_options unsized = { 0 };
	const struct fh_broker_options large = { .size = sizeof(large) + 8 };
	const struct fh_broker_options flagged = { .size = sizeof(flagged),
						   .flags = 1 };
	struct fh_broker *b = fh_broker_new();
	struct fh_channel *c = NULL;
	struct fh_broker_result ended;
	char name[] = "x";
	char *const argv[] = { name, NULL }, *const none[] = { NULL };

	check(b);
	NULLED(fh_broker_split(NULL, argv, NULL, &c, &ended, err));
	NULLED(fh_broker_split(b, NULL, NULL, &c, &ended, err));
	NULLED(fh_broker_split(b, none, NULL, &c, &ended, err));
	NULLED(fh_broker_split(b, argv, NULL, NULL, &ended, err));
	NULLED(fh_broker_split(b, argv, NULL, &c, NULL, err));
	BAD(-EINVAL, fh_broker_split(b, argv, &unsized, &c, &ended, err));
	BAD(-EINVAL, fh_broker_split(b, argv, &large, &c, &ended, err));
	BAD(-EINVAL, fh_broker_split(b, argv, &flagged, &c, &ended, err));
	check(!c);
	fh_broker_free(b);
}

static void test_complete(void)
{
	check_all_tried(is_about_asking);
}

static const struct tap_test tests[] = {
	{ .name = "asking: NULL", .run = test_ask_null, .seconds = 60 },
	{ .name = "asking: names", .run = test_ask_names, .seconds = 60 },
	{ .name = "asking: numbers", .run = test_ask_numbers, .seconds = 60 },
	{ .name = "splitting", .run = test_split, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	attempt_start();
	return tap_run(tests, N(tests));
}
