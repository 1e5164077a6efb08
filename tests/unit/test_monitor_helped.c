/* Answers that a helper of the monitor's has to give first. */
#include "monitor_stand.h"

static int helper; /* its end */

static void begin_helped(enum helper_kind kind)
{
	int ends[2];

	begin();
	check_int(packet_pair(ends), 0);
	monitor->helper_sockets[kind] = ends[0];
	helper = ends[1];
}

static int ask_password(const char *password)
{
	return ask((struct fh_broker_ask){ .kind = FH_BROKER_AUTHENTICATE,
					   .name = "login", .user = "me",
					   .data = password,
					   .data_size = strlen(password) });
}

/* What the helper was asked, or -1. */
static int64_t helper_asked(struct wire_request *ret)
{
	static uint8_t message[WIRE_MESSAGE_MAX];
	size_t size = 0;

	if (packet_receive(helper, message, sizeof(message), &size, NULL) < 0)
		return -1;
	check_int(wire_take_request(message, size, ret, NULL), 0);
	return ret->id;
}

static void helper_says(enum helper_kind kind, uint32_t id, int status)
{
	uint8_t message[WIRE_HEADER_SIZE];
	int n = wire_put_answer(message, id, status, NULL, 0, 0);

	later_take(monitor, kind, message, (size_t)n, clock_us);
}

static void add_login(void)
{
	add((struct broker_row){ .kind = FH_BROKER_AUTHENTICATE,
				 .object = strdup("login"), .delay_ms = 1000,
				 .per_minute = 1000 });
}

static void test_authenticate(void)
{
	static struct wire_request asked;
	int64_t id;

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	check_int(ask_password("right"), 1);
	id = helper_asked(&asked);
	check(id >= 0);
	check_str(asked.user, "me");
	check(asked.data_size == 5 && memcmp(asked.data, "right", 5) == 0);
	check(!memmem(answer.bytes, sizeof(answer.bytes), "right", 5));
	check(!memmem(asked_bytes, sizeof(asked_bytes), "right", 5));
	/* At once: told a second after the question. */
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id, 0);
	check_int(later_fd(999999), 1);
	check_int(later_fd(1), 0);
	check_int(answer.header.id, next_id);
	/* After a bit more than a second: told after two. */
	check_int(ask_password("wrong"), 1);
	id = helper_asked(&asked);
	clock_us += 1000001;
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id, -EACCES);
	check_int(later_fd(999998), 1);
	check_int(later_fd(1), -EACCES);
	/* A second answer, and one to nobody, are nothing. */
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id, 0);
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id + 1, 0);
	check_int(later_fd(5000000), 1);
}

static void test_helper_odd(void)
{
	static struct wire_request asked;
	uint8_t message[WIRE_MESSAGE_MAX];
	int n;

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	/* No status of its own, and bytes where there are none. */
	check_int(ask_password("x"), 1);
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)helper_asked(&asked),
		    -EXDEV);
	check_int(later_fd(1000000), -EIO);
	check_int(ask_password("x"), 1);
	n = wire_put_answer(message, (uint32_t)helper_asked(&asked), 0, "abc",
			    3, 0);
	later_take(monitor, HELPER_AUTHENTICATOR, message, (size_t)n, clock_us);
	check_int(later_fd(1000000), -EIO);
	/* It says nothing. */
	check_int(ask_password("x"), 1);
	clock_us += (HELPER_ATTEMPT_MS + 5000) * UINT64_C(1000);
	later_expire(monitor, clock_us);
	check_int(later_fd(1000000), -ETIMEDOUT);
	/* It dies with one under way. */
	check_int(ask_password("x"), 1);
	later_take(monitor, HELPER_AUTHENTICATOR, NULL, 0, clock_us);
	check_int(later_fd(1000000), -EIO);
	monitor->helper_sockets[HELPER_AUTHENTICATOR] = -1;
	check_int(ask_password("x"), 1);
	check_int(later_fd(999999), 1);
	check_int(later_fd(1), -EIO);
}

/* Only what is meant for a question is its answer: a token of another, another
 * helper or another message would be a yes to who got none. */
static void test_whose_answer(void)
{
	static struct wire_request asked;
	uint8_t message[WIRE_HEADER_SIZE];
	uint32_t first, second;
	int n;

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	check_int(ask_password("wrong"), 1);
	first = (uint32_t)helper_asked(&asked);
	check_int(ask_password("right"), 1);
	second = (uint32_t)helper_asked(&asked);
	check(first != second);
	helper_says(HELPER_RESOLVER, second, 0);
	later_take(monitor, HELPER_RESOLVER, NULL, 0, clock_us);
	n = wire_put_plain(message, WIRE_STANDING, second);
	later_take(monitor, HELPER_AUTHENTICATOR, message, (size_t)n, clock_us);
	check_int(later_fd(1000000), 1);
	helper_says(HELPER_AUTHENTICATOR, second, 0);
	check_int(later_fd(1000000), 0);
	check_int(answer.header.id, next_id);
	check_int(later_fd(1000000), 1);
	helper_says(HELPER_AUTHENTICATOR, first, -EACCES);
	check_int(later_fd(1000000), -EACCES);
	check_int(answer.header.id, next_id - 1);
	/* It does not know this one: that is the resolver's. */
	check_int(ask_password("x"), 1);
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)helper_asked(&asked),
		    -ENODATA);
	check_int(later_fd(1000000), -EIO);
}

static void test_resolve(void)
{
	static struct wire_request asked;
	struct fh_broker_ask wish = { .kind = FH_BROKER_RESOLVE };
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX] = {
		{ .family = AF_INET, .bytes = { 10, 0, 0, 1 } } };
	uint8_t message[WIRE_MESSAGE_MAX];
	size_t n_addresses = 0;
	int n, fd;
	static const char *const refused[] = {
		"example.org", "aexample.org", "other.net", "example.org.net" };

	stage();
	add((struct broker_row){ .kind = FH_BROKER_RESOLVE,
				 .object = strdup("*.example.org") });
	begin_helped(HELPER_RESOLVER);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		wish.name = refused[i];
		check_int(ask(wish), -EACCES);
	}
	wish.name = "DB.Example.org";
	check_int(ask(wish), 1);
	n = wire_put_addresses(message, (uint32_t)helper_asked(&asked),
			       addresses, 1);
	check_str(asked.name, "DB.Example.org");
	later_take(monitor, HELPER_RESOLVER, message, (size_t)n, clock_us);
	n = later_next(monitor, clock_us, answer.bytes, &fd);
	check_int(wire_take_addresses(answer.bytes, (size_t)n, addresses,
				      &n_addresses, NULL), 0);
	check_int(n_addresses, 1);
	check_int(addresses[0].bytes[0], 10);
	check_int(ask(wish), 1);
	helper_says(HELPER_RESOLVER, (uint32_t)helper_asked(&asked), -ENODATA);
	check_int(later_fd(0), -ENODATA);
	/* Neither a no nor a yes without addresses is an answer of its. */
	check_int(ask(wish), 1);
	helper_says(HELPER_RESOLVER, (uint32_t)helper_asked(&asked), -EACCES);
	check_int(later_fd(0), -EIO);
	check_int(ask(wish), 1);
	helper_says(HELPER_RESOLVER, (uint32_t)helper_asked(&asked), 0);
	check_int(later_fd(0), -EIO);
}

/* More than are remembered are told so, and nothing is forgotten. */
static void test_full(void)
{
	static struct wire_request asked;
	int64_t ids[FH_BROKER_PENDING_MAX];

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		check_int(ask_password("x"), 1);
		ids[i] = helper_asked(&asked);
		check(ids[i] >= 0);
	}
	check_int(ask_password("x"), -ENOBUFS);
	check_int(helper_asked(&asked), -1);
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		helper_says(HELPER_AUTHENTICATOR, (uint32_t)ids[i], 0);
	clock_us += 1000000;
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		check_int(later_fd(0), 0);
	check_int(later_fd(0), 1);
	check_int(ask_password("x"), 1);
}

int main(void)
{
	const struct tap_test tests[] = {
		{ "a password's answer comes after the same time", test_authenticate, 0 },
		{ "a helper that is odd, silent or dead", test_helper_odd, 0 },
		{ "an answer is to its question alone", test_whose_answer, 0 },
		{ "names of the table are resolved, no others", test_resolve, 0 },
		{ "no more than sixteen answers come later", test_full, 0 },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
