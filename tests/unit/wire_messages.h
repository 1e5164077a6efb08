/* One message of each kind, for the tests of the codec. */
#ifndef FH_TESTS_UNIT_WIRE_MESSAGES_H
#define FH_TESTS_UNIT_WIRE_MESSAGES_H

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "broker/wire.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t message[WIRE_MESSAGE_MAX + 1], again[WIRE_MESSAGE_MAX];
static uint8_t full[FH_BROKER_DATA_MAX + 1];

static const struct fh_broker_ask asks[] = {
	{ .kind = FH_BROKER_AUTHENTICATE, .name = "login", .user = "ann",
	  .data = "s3cret", .data_size = 6 },
	{ .kind = FH_BROKER_AUTHENTICATE, .name = "login", .user = "ann",
	  .data = "", .data_size = 0 },
	{ .kind = FH_BROKER_BIND, .transport = FH_TCP, .port = 80 },
	{ .kind = FH_BROKER_BIND, .transport = FH_UDP, .port = 65535,
	  .address = "127.0.0.1" },
	{ .kind = FH_BROKER_BIND, .transport = FH_UDP, .port = 0x1234,
	  .address = "::" },
	{ .kind = FH_BROKER_CONNECT, .transport = FH_TCP, .port = 1,
	  .address = "2001:db8::1" },
	{ .kind = FH_BROKER_OPEN, .access = FH_READ, .name = "/srv/x" },
	{ .kind = FH_BROKER_OPEN, .access = FH_WRITE, .name = "/srv/x",
	  .mode = 0777 },
	{ .kind = FH_BROKER_OPEN, .access = FH_BROKER_CREATE, .name = "/\xff",
	  .mode = 0600 },
	{ .kind = FH_BROKER_READ_FILE, .name = "/etc/key" },
	{ .kind = FH_BROKER_REQUEST, .name = "sum", .data = "a\0b",
	  .data_size = 3 },
	{ .kind = FH_BROKER_REQUEST, .name = "s" },
	{ .kind = FH_BROKER_RESOLVE, .name = "db.example.org" },
};

/* Of each kind one, and of all other types. */
__attribute__((unused)) static size_t put_nth(size_t i)
{
	struct fh_address address = { .family = AF_INET, .bytes = { 127 } };
	struct fh_error err;
	int size;

	if (i < N(asks)) {
		size = wire_put_request(message, 1, &asks[i]);
	} else if (i == N(asks)) {
		size = wire_put_addresses(message, 1, &address, 1);
	} else if (i == N(asks) + 1) {
		error_set(&err, FH_STAGE_APPLY, -EPERM, "what");
		size = wire_put_failure(message, &err);
	} else if (i == N(asks) + 2) {
		size = wire_put_plain(message, WIRE_READY, 1);
	} else {
		size = wire_put_answer(message, 1, -EACCES, NULL, 0, 0);
	}
	check(size > 0);
	return (size_t)size;
}

#define N_MESSAGES (N(asks) + 4)

#endif
