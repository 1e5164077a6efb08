/*
 * No copy of a password stays in the worker, however the call ends. Linked as the
 * library is, with -z now: a function that is bound when it is called first saves
 * the vector registers to the stack, and in them is what memcpy() has left.
 */
#include "fake_monitor.h"

#include <stdint.h>

#define SECRET_LEN 32

/* Never in memory as it is, but while it is used. */
static uint8_t hidden[SECRET_LEN];
static char *secret; /* the caller's own */

static void hide(void)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	check_int(read(fd, hidden, sizeof(hidden)), sizeof(hidden));
	close(fd);
	for (size_t i = 0; i < sizeof(hidden); i++)
		hidden[i] |= 1; /* so that no byte of the secret is 0 */
	secret = calloc(1, SECRET_LEN + 1);
	check(secret);
}

static void show(void)
{
	for (size_t i = 0; i < SECRET_LEN; i++)
		secret[i] = (char)(hidden[i] ^ 0xf0);
}

static void wipe(void)
{
	explicit_bzero(secret, SECRET_LEN);
}

static bool is_secret(const uint8_t *at)
{
	/* Half of it would be too much. */
	for (size_t i = 0; i < SECRET_LEN / 2; i++)
		if (at[i] != (hidden[i] ^ 0xf0))
			return false;
	return true;
}

static size_t count_in(const uint8_t *at, const uint8_t *end)
{
	size_t n = 0;

	for (; at + SECRET_LEN / 2 <= end; at++)
		n += is_secret(at);
	return n;
}

/* In all that this process can write. */
__attribute__((no_sanitize("address"))) static size_t count_copies(void)
{
	static char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t n = 0, n_maps = 0;

	check(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long begin, end;
		char may[5];

		if (sscanf(line, "%lx-%lx %4s", &begin, &end, may) != 3 ||
		    may[0] != 'r' || may[1] != 'w')
			continue;
		n += count_in((const uint8_t *)begin, (const uint8_t *)end);
		n_maps++;
	}
	fclose(maps);
	check(n_maps > 3);
	return n;
}

static int ask(int timeout_ms, const char *user)
{
	int r;

	show();
	r = fh_broker_authenticate(channel, "login", user, secret, timeout_ms,
				   &err);
	wipe();
	return r;
}

static void test_scan(void)
{
	hide();
	check_int(count_copies(), 0);
	show();
	check_int(count_copies(), 1);
	wipe();
	check_int(count_copies(), 0);
}

static void yes(void)
{
	static struct wire_request request;

	while (monitor_take(&request).type != WIRE_NONE)
		monitor_answer(request.id, request.data_size == SECRET_LEN
						   ? 0 : -EPROTO,
			       NULL, 0, -1);
}

static void test_answered(void)
{
	hide();
	channel_begin_with(yes);
	check_int(ask(-1, "ann"), 0);
	check_int(count_copies(), 0);
	check_int(ask(20000, "ann"), 0);
	check_int(count_copies(), 0);
	channel_end();
}

static void test_begun(void)
{
	struct fh_broker_ask begun = { .kind = FH_BROKER_AUTHENTICATE,
				       .name = "login", .user = "ann",
				       .data_size = SECRET_LEN };
	uint32_t id;
	int r;

	hide();
	channel_begin_alone();
	show();
	begun.data = secret;
	r = fh_broker_begin(channel, &begun, &id, &err);
	wipe();
	check_int(r, 0);
	check_int(count_copies(), 0);
	channel_end();
}

static void test_failing(void)
{
	static char long_name[300];
	int r = 0, n = 0;

	signal(SIGPIPE, SIG_IGN);
	memset(long_name, 'n', sizeof(long_name) - 1);
	hide();
	channel_begin_alone();
	check_int(ask(0, long_name), -E2BIG);
	check_int(count_copies(), 0);
	check_int(ask(0, ""), -EINVAL);
	check_int(count_copies(), 0);
	while (r != -ENOBUFS && n++ < 100) {
		r = ask(0, "ann");
		check(r == -ETIMEDOUT || r == -ENOBUFS);
		check_int(count_copies(), 0);
	}
	check_int(r, -ENOBUFS);
	close(monitor_fd);
	check_int(ask(0, "ann"), -EPIPE);
	check_int(count_copies(), 0);
	check_int(ask(0, "ann"), -EPIPE);
	check_int(count_copies(), 0);
	fh_channel_free(channel);
}

/* It is too long, but for its end: what fits of it is nowhere, too. */
static void test_too_long(void)
{
	char *longer = malloc(WIRE_PASSWORD_MAX + 2);
	int r;

	hide();
	channel_begin_alone();
	show();
	memset(longer, 'x', WIRE_PASSWORD_MAX + 1);
	longer[WIRE_PASSWORD_MAX + 1] = '\0';
	memcpy(longer, secret, SECRET_LEN);
	r = fh_broker_authenticate(channel, "login", "ann", longer, 0, &err);
	explicit_bzero(longer, WIRE_PASSWORD_MAX);
	wipe();
	check_int(r, -E2BIG);
	check_int(count_copies(), 0);
	free(longer);
	channel_end();
}

/* A key that was read is the caller's alone. */
static void keeper(void)
{
	static struct wire_request request;

	monitor_take(&request);
	show();
	monitor_answer(request.id, 0, secret, SECRET_LEN, -1);
}

static void test_key(void)
{
	size_t n = 0;

	hide();
	channel_begin_with(keeper);
	check_int(fh_broker_read_file(channel, "/key", secret, SECRET_LEN, &n,
				      -1, &err), 0);
	check_int(n, SECRET_LEN);
	check_int(count_copies(), 1);
	wipe();
	check_int(count_copies(), 0);
	channel_end();
}

static const struct tap_test tests[] = {
	{ .name = "a copy is seen where there is one", .run = test_scan },
	{ .name = "a password that was answered", .run = test_answered },
	{ .name = "a password that is under way", .run = test_begun },
	{ .name = "a password that could not be asked", .run = test_failing },
	{ .name = "a password that is too long", .run = test_too_long },
	{ .name = "a key that was read", .run = test_key },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
