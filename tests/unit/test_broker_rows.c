/* The rows of a broker's table, as text and as structures. */
#include <arpa/inet.h>

#include "base/nearest.h"
#include "base/text.h"
#include "broker/broker_rows.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct fh_error err;

static struct fh_broker *broker_of(const char *key, const char *value)
{
	struct fh_broker *broker = broker_new();

	check(broker);
	if (broker_set(broker, key, value, "app.conf:1", &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s = %s: %s; %s", key, value,
			 err.what, err.remedy);
	check_int(broker->n_rows, 1);
	return broker;
}

/* What is read is printed as it would be read again. */
static const char *const round_trips[][3] = {
	{ "bind", "tcp:80", "tcp:80" },
	{ "bind", "tcp:*:80", "tcp:80" },
	{ "bind", "tcp:127.0.0.1:80 when=starting times=1",
	  "tcp:127.0.0.1:80 when=starting times=1" },
	{ "bind", "tcp:[::1]:80", "tcp:[::1]:80" },
	{ "bind", "udp:53 per-minute=6", "udp:53 per-minute=6" },
	{ "connect", "tcp:10.0.0.1:5432", "tcp:10.0.0.1:5432" },
	{ "connect", "tcp:*:443", "tcp:*:443" },
	{ "open", "/srv/www//x/./", "/srv/www/x" },
	{ "open", "/", "/" },
	{ "open-write", "\t /srv   when=serving\t", "/srv when=serving" },
	{ "open-create", "\"/srv/my dir\" times=2", "\"/srv/my dir\" times=2" },
	{ "open", "\"/a\"\"b\"", "\"/a\"\"b\"" },
	{ "open", "/a\nb\\", "/a\\nb\\\\" },
	{ "read-file", "/etc/key max=16K", "/etc/key max=16384" },
	{ "read-file", "/etc/key", "/etc/key max=32768" },
	{ "authenticate", "login", "login delay=2s per-minute=10" },
	{ "authenticate", "login per-minute=3 delay=1500ms",
	  "login delay=1500ms per-minute=3" },
	{ "resolve", "*.example.org when=always", "*.example.org" },
	{ "resolve", "*", "*" },
	{ "request", "check-login max-answer=1K max-request=512",
	  "check-login max-request=512 max-answer=1024" },
};

static void test_round_trip(void)
{
	for (size_t i = 0; i < N(round_trips); i++) {
		const char *const *trip = round_trips[i];
		struct fh_broker *broker = broker_of(trip[0], trip[1]);
		autotext expected = { 0 }, actual = { 0 };

		text_add(&expected, "%s = %s", trip[0], trip[2]);
		broker_row_print(&broker->rows[0], &actual);
		check_str(text_string(&actual), text_string(&expected));
		check_str(broker->rows[0].origin, "app.conf:1");
		broker_free(broker);
	}
}

static void test_fields(void)
{
	struct fh_broker *broker = broker_of("bind", "udp:[2001:db8::1]:53 "
					     "when=starting times=3 per-minute=9");
	const struct broker_row *row = broker->rows;

	check_int(row->kind, FH_BROKER_BIND);
	check_int(row->transport, FH_UDP);
	check_int(row->address.family, AF_INET6);
	check_int(row->address.bytes[0], 0x20);
	check_int(row->address.bytes[15], 1);
	check_int(row->port, 53);
	check_int(row->when, FH_BROKER_STARTING);
	check_int(row->times, 3);
	check_int(row->per_minute, 9);
	check(!row->object);
	broker_free(broker);
	broker = broker_of("open-create", "/srv");
	check_int(broker->rows[0].access, FH_BROKER_CREATE);
	check_int(broker->rows[0].when, FH_BROKER_ALWAYS);
	broker_free(broker);
}

static const struct refusal {
	const char *key, *value;
	int code;
	const char *said; /* in the message or the remedy */
} refusals[] = {
	{ "bnid", "tcp:80", -ENOENT, "did you mean bind?" },
	{ "", "tcp:80", -ENOENT, "unknown key" },
	{ "bind", "", -EINVAL, "no value" },
	{ "bind", "   ", -EINVAL, "no value" },
	{ "bind", "\"\"", -EINVAL, "no value" },
	{ "bind", "80", -EINVAL, "neither tcp: nor udp:" },
	{ "bind", "sctp:80", -EINVAL, "neither tcp: nor udp:" },
	{ "bind", "tcp:", -EINVAL, "not a port" },
	{ "bind", "tcp:0", -ERANGE, "from 1 to 65535" },
	{ "bind", "tcp:65536", -ERANGE, "from 1 to 65535" },
	{ "bind", "tcp:+80", -EINVAL, "not a port" },
	{ "bind", "tcp::80", -EINVAL, "not a numeric address" },
	{ "bind", "tcp:::1:80", -EINVAL, "not a numeric address" },
	{ "bind", "tcp:[127.0.0.1]:80", -EINVAL, "not a numeric address" },
	{ "bind", "tcp:localhost:80", -EINVAL, "not a numeric address" },
	{ "bind", "tcp:127.1:80", -EINVAL, "not a numeric address" },
	{ "bind", "tcp:[::1]", -EINVAL, "not a n" },
	{ "bind", "tcp:80 max=3", -ENOENT, "when=" },
	{ "bind", "tcp:80 tmes=3", -ENOENT, "did you mean times=" },
	{ "bind", "tcp:80 times", -EINVAL, "without a value" },
	{ "bind", "tcp:80 times=", -EINVAL, "times=1" },
	{ "bind", "tcp:80 times=0", -ERANGE, "out of range" },
	{ "bind", "tcp:80 times=4294967296", -ERANGE, "out of range" },
	{ "bind", "tcp:80 times=1 times=1", -EINVAL, "twice" },
	{ "bind", "tcp:80 when=sometimes", -EINVAL, "when=starting" },
	{ "connect", "tcp:443", -EINVAL, "tcp:*:443" },
	{ "open", "srv", -EINVAL, "not an absolute path" },
	{ "open", "/srv/../etc", -EINVAL, "\"..\"" },
	{ "open", "/srv/my dir", -ENOENT, "double quotes" },
	{ "open", "\"/srv", -EINVAL, "double quote" },
	{ "open", "/s\"rv", -EINVAL, "double quote" },
	{ "open", "\"/s\"rv", -EINVAL, "double quote" },
	{ "read-file", "/etc/key max=0", -ERANGE, "from 1 to 32768" },
	{ "read-file", "/etc/key max=33K", -ERANGE, "from 1 to 32768" },
	{ "authenticate", "../etc/shadow", -EINVAL, "/etc/pam.d" },
	{ "authenticate", ".hidden", -EINVAL, "/etc/pam.d" },
	{ "authenticate", "login delay=2", 0, NULL },
	{ "authenticate", "login delay=2x", -EINVAL, "delay=2s" },
	{ "authenticate", "login delay=61s", -ERANGE, "60000" },
	{ "resolve", "a..b", -EINVAL, "host name" },
	{ "resolve", "*x", -EINVAL, "host name" },
	{ "resolve", "*.", -EINVAL, "host name" },
	{ "resolve", "a*.b", -EINVAL, "host name" },
	{ "request", "a/b", -EINVAL, "letters" },
	{ "request", "x max-request=32769", -ERANGE, "32768" },
	{ "request", "x max-answer=4G", -ERANGE, "out of range" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < N(refusals); i++) {
		const struct refusal *row = &refusals[i];
		struct fh_broker *broker = broker_new();
		int r;

		memset(&err, 0, sizeof(err));
		r = broker_set(broker, row->key, row->value, "app.conf:7",
			       &err);
		if (r != row->code)
			tap_fail(__FILE__, __LINE__, "%s = %s: %d: %s",
				 row->key, row->value, r, err.what);
		check_int(broker->n_rows, r == 0);
		if (r < 0 && !strstr(err.what, row->said) &&
		    !strstr(err.remedy, row->said))
			tap_fail(__FILE__, __LINE__, "%s = %s: %s; %s",
				 row->key, row->value, err.what, err.remedy);
		if (r < 0)
			check_str(err.origin, "app.conf:7");
		check_int(broker_set(broker, row->key, row->value, "row", NULL),
			  r < 0 ? r : -EEXIST);
		broker_free(broker);
	}
}

/* A value is shown, but the reason is not what is cut off. */
static void test_long(void)
{
	static char value[9000];
	struct fh_broker *broker = broker_new();

	memset(value, 'a', sizeof(value) - 1);
	check_int(broker_set(broker, "open", value, "row", &err), -E2BIG);
	check(strstr(err.what, "too long"));
	value[4200] = '\0';
	value[0] = '/';
	check_int(broker_set(broker, "open", value, "row", &err), -E2BIG);
	value[64] = '\0';
	check_int(broker_set(broker, "request", value + 1, "row", &err), 0);
	value[64] = 'a';
	value[65] = '\0';
	check_int(broker_set(broker, "request", value + 1, "row", &err),
		  -EINVAL);
	broker_free(broker);
}

static int handler(void *ctx, const void *request, size_t size,
		   struct fh_broker_reply *reply)
{
	return 0;
}

static void test_duplicates(void)
{
	struct fh_broker *broker = broker_of("bind", "tcp:80");
	struct broker_row row = { .kind = FH_BROKER_REQUEST,
				  .max_answer = 7, .handler = handler };

	check_int(broker_set(broker, "bind", "tcp:*:80 times=2", "app.conf:9",
			     &err), -EEXIST);
	check(strstr(err.what, "app.conf:1"));
	check_str(err.origin, "app.conf:9");
	check_int(broker_set(broker, "bind", "udp:80", "row", &err), 0);
	check_int(broker_set(broker, "bind", "tcp:127.0.0.1:80", "row", &err),
		  0);
	check_int(broker_set(broker, "connect", "tcp:*:80", "row", &err), 0);
	check_int(broker_set(broker, "open", "/srv", "row", &err), 0);
	check_int(broker_set(broker, "open-write", "/srv", "row", &err), 0);
	check_int(broker_set(broker, "open", "/srv/", "row", &err), -EEXIST);
	/* What a profile announced gives way to its handler, once. */
	check_int(broker_set(broker, "request", "x max-answer=1", "row", &err),
		  0);
	check_int(broker->n_rows, 7);
	check_int(broker_add_from(broker, &row, "x", "main", &err), 0);
	check_int(broker->n_rows, 7);
	check_int(broker->rows[6].max_answer, 7);
	check_int(broker_add_from(broker, &row, "x", "main", &err), -EEXIST);
	check_int(broker_set(broker, "request", "x", "row", &err), -EEXIST);
	broker_free(broker);
}

static void test_full(void)
{
	struct fh_broker *broker = broker_new();

	for (int i = 0; i <= BROKER_ROWS_MAX; i++) {
		autotext value = { 0 };

		text_add(&value, "tcp:%d", i + 1);
		check_int(broker_set(broker, "bind", text_string(&value), "row",
				     &err),
			  i < BROKER_ROWS_MAX ? 0 : -E2BIG);
	}
	broker_free(broker);
}

static void test_copy(void)
{
	struct fh_broker *broker = broker_of("open", "/srv");
	struct fh_broker *copy = broker_copy(broker);
	struct fh_policy *worker = broker->worker;

	check_int(broker_set(copy, "open", "/etc", "row", &err), 0);
	check_int(broker->n_rows, 1);
	check_int(copy->n_rows, 2);
	check(copy->rows[0].object != broker->rows[0].object);
	broker_swap(broker, copy);
	check_int(broker->n_rows, 2);
	check(broker->worker == worker);
	broker_free(copy);
	broker_free(broker);
	broker_free(NULL);
}

static void test_keys(void)
{
	for (size_t i = 1; i < N_BROKER_KEYS; i++)
		check(strcmp(broker_row_keys[i - 1].name,
			     broker_row_keys[i].name) < 0);
	for (size_t i = 0; i < N_BROKER_KEYS; i++) {
		struct broker_row row = { .kind = broker_row_keys[i].kind,
					  .access = broker_row_keys[i].access };

		check(broker_row_key(&row) == &broker_row_keys[i]);
	}
	for (size_t i = 1; i < N_BROKER_KINDS; i++)
		check(strcmp(broker_kinds[i - 1].name, broker_kinds[i].name) <
		      0);
}

static const struct tap_test tests[] = {
	{ .name = "what is read is printed alike", .run = test_round_trip },
	{ .name = "words become fields", .run = test_fields },
	{ .name = "what is no row is refused and explained",
	  .run = test_refusals },
	{ .name = "what is too long", .run = test_long },
	{ .name = "one row for one thing, and handlers for announced ones",
	  .run = test_duplicates },
	{ .name = "a table has an end", .run = test_full },
	{ .name = "copies share nothing", .run = test_copy },
	{ .name = "tables are sorted and lead back", .run = test_keys },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
