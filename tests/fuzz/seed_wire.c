/* Writes the seeds of fuzz_wire to a folder: one of each kind, good and not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "broker/wire.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t message[WIRE_MESSAGE_MAX + 1];
static const char *folder;

static int save(const char *name, size_t size)
{
	char path[4096];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file)
		return 1;
	n = fwrite(message, 1, size, file);
	return fclose(file) != 0 || n != size;
}

static const struct {
	const char *name;
	struct fh_broker_ask ask;
} asks[] = {
	{ "authenticate", { .kind = FH_BROKER_AUTHENTICATE, .name = "login",
			    .user = "ann", .data = "pw", .data_size = 2 } },
	{ "authenticate-empty", { .kind = FH_BROKER_AUTHENTICATE,
				  .name = "login", .user = "ann",
				  .data = "" } },
	{ "bind-any", { .kind = FH_BROKER_BIND, .port = 80 } },
	{ "bind-4", { .kind = FH_BROKER_BIND, .port = 80,
		      .address = "127.0.0.1" } },
	{ "bind-udp-6", { .kind = FH_BROKER_BIND, .port = 53,
			  .transport = FH_UDP, .address = "::1" } },
	{ "connect-4", { .kind = FH_BROKER_CONNECT, .port = 25,
			 .address = "192.0.2.1" } },
	{ "connect-6", { .kind = FH_BROKER_CONNECT, .port = 25,
			 .address = "2001:db8::1" } },
	{ "open-read", { .kind = FH_BROKER_OPEN, .access = FH_READ,
			 .name = "/srv/a" } },
	{ "open-write", { .kind = FH_BROKER_OPEN, .access = FH_WRITE,
			  .name = "/srv/../a" } },
	{ "open-create", { .kind = FH_BROKER_OPEN, .mode = 0644,
			   .access = FH_BROKER_CREATE, .name = "/srv/b" } },
	{ "read-file", { .kind = FH_BROKER_READ_FILE, .name = "/etc/key" } },
	{ "request", { .kind = FH_BROKER_REQUEST, .name = "sum",
		       .data = "1 2", .data_size = 3 } },
	{ "request-empty", { .kind = FH_BROKER_REQUEST, .name = "s" } },
	{ "resolve", { .kind = FH_BROKER_RESOLVE,
		       .name = "db.example.org" } },
};

static const struct fh_address addresses[] = {
	{ .family = AF_INET, .bytes = { 192, 0, 2, 1 } },
	{ .family = AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8 } },
};

/* A byte of a good message in another way. */
static const struct {
	const char *name;
	size_t nth, at;
	uint8_t value;
} odd[] = {
	{ "odd-magic", 0, 0, 0 },	   { "odd-version", 0, 4, 2 },
	{ "odd-type", 0, 6, 255 },	   { "odd-size", 0, 15, 255 },
	{ "odd-status", 0, 16, 1 },	   { "odd-fds", 0, 20, 1 },
	{ "odd-string-size", 0, 24, 255 }, { "odd-nul", 0, 27, 0 },
	{ "odd-family", 2, 25, 4 },	   { "odd-address", 3, 40, 1 },
	{ "odd-port", 2, 26, 0 },	   { "odd-access", 7, 24, 7 },
	{ "odd-mode", 7, 31, 255 },	   { "odd-request-size", 11, 24, 64 },
};

static int save_others(void)
{
	struct fh_error err;
	int r = 0;

	error_set(&err, FH_STAGE_APPLY, -EPERM, "enter a domain");
	error_remedy(&err, "do not");
	error_origin(&err, "a.conf:1");
	r |= save("failed", (size_t)wire_put_failure(message, &err));
	r |= save("ready", (size_t)wire_put_plain(message, WIRE_READY, 9));
	r |= save("standing",
		  (size_t)wire_put_plain(message, WIRE_STANDING, 0));
	r |= save("answer", (size_t)wire_put_answer(message, 1, 0, "bytes", 5,
						    0));
	r |= save("answer-fd", (size_t)wire_put_answer(message, 1, 0, NULL, 0,
						       1));
	r |= save("answer-refused", (size_t)wire_put_answer(
					    message, 1, -EACCES, NULL, 0, 0));
	r |= save("addresses", (size_t)wire_put_addresses(message, 1,
							  addresses, 2));
	r |= save("cut", 23);
	r |= save("empty", 0);
	return r;
}

int main(int argc, char **argv)
{
	int r = 0;

	if (argc != 2)
		return 2;
	folder = argv[1];
	for (size_t i = 0; i < N(asks); i++)
		r |= save(asks[i].name, (size_t)wire_put_request(
						message, 1, &asks[i].ask));
	for (size_t i = 0; i < N(odd); i++) {
		int size = wire_put_request(message, 1, &asks[odd[i].nth].ask);

		message[odd[i].at] = odd[i].value;
		r |= save(odd[i].name, (size_t)size);
	}
	return r | save_others();
}
