/* Writes the seeds of fuzz_monitor to a folder: what workers and helpers say. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker/wire.h"
#include "fuzz_monitor.h"

static uint8_t message[WIRE_MESSAGE_MAX];
static uint8_t input[65536];
static size_t n_input;
static const char *folder;
static uint32_t id;

static void add(enum record record, const void *bytes, int size)
{
	input[n_input] = (uint8_t)record;
	input[n_input + 1] = (uint8_t)size;
	input[n_input + 2] = (uint8_t)(size >> 8);
	memcpy(input + n_input + 3, bytes, (size_t)size);
	n_input += 3 + (size_t)size;
}

static void ask(struct fh_broker_ask wish)
{
	int size = wire_put_request(message, ++id, &wish);

	add(RECORD_WORKER, message, size < 0 ? 0 : size);
}

static void ask_open(unsigned int access, const char *path)
{
	ask((struct fh_broker_ask){ .kind = FH_BROKER_OPEN, .access = access,
				    .mode = 0600, .name = path });
}

static void ask_named(enum fh_broker_kind kind, const char *name)
{
	ask((struct fh_broker_ask){ .kind = kind, .name = name, .user = "me",
				    .data = "find", .data_size = 4 });
}

static void ask_socket(enum fh_broker_kind kind, enum fh_transport transport,
		       uint16_t port)
{
	ask((struct fh_broker_ask){ .kind = kind, .transport = transport,
				    .address = "127.0.0.1", .port = port });
}

static void ready(void)
{
	add(RECORD_WORKER, message, wire_put_plain(message, WIRE_READY, ++id));
}

static void say(enum record record, uint32_t token, int status)
{
	add(record, message,
	    wire_put_answer(message, token, status, NULL, 0, 0));
}

static int save(const char *name)
{
	char path[4096];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file)
		return -1;
	n = fwrite(input, 1, n_input, file);
	if (fclose(file) != 0 || n != n_input)
		return -1;
	n_input = 0;
	id = 0;
	return 0;
}

static int save_files(void)
{
	static const char *const paths[] = {
		"/d/pub/file", "/d/pub/link", "/d/pub/up/secret", "/d/secret",
		"/d/pub/../secret", "/d/pub/fifo", "/d/pub", "/d/pub//file" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		char name[16];

		snprintf(name, sizeof(name), "open-%zu", i);
		ask_open(FH_READ, paths[i]);
		ask_open(FH_WRITE, paths[i]);
		if (save(name) < 0)
			return -1;
	}
	ask_open(FH_BROKER_CREATE, "/d/spool/new");
	ask_open(FH_BROKER_CREATE, "/d/pub/new");
	if (save("create") < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		ask_named(FH_BROKER_READ_FILE, "/d/key");
	return save("key-thrice");
}

static int save_sockets(void)
{
	ask_socket(FH_BROKER_BIND, FH_TCP, FUZZ_PORT);
	ask_socket(FH_BROKER_BIND, FH_UDP, FUZZ_PORT);
	ask_socket(FH_BROKER_BIND, FH_UDP, FUZZ_PORT + 1);
	ready();
	ask_socket(FH_BROKER_CONNECT, FH_TCP, FUZZ_PORT + 1);
	ask_socket(FH_BROKER_CONNECT, FH_TCP, FUZZ_PORT);
	if (save("sockets") < 0)
		return -1;
	ready();
	ready();
	if (save("ready-twice") < 0)
		return -1;
	ask_socket(FH_BROKER_CONNECT, FH_TCP, FUZZ_PORT + 1);
	return save("too-early");
}

static int save_helpers(void)
{
	static const uint8_t nothing[256];
	struct fh_address address = { .family = 2, .bytes = { 10, 0, 0, 1 } };

	ask_named(FH_BROKER_AUTHENTICATE, "login");
	say(RECORD_AUTHENTICATOR, 1, 0);
	add(RECORD_TIME, nothing, 2);
	ask_named(FH_BROKER_AUTHENTICATE, "login");
	say(RECORD_AUTHENTICATOR, 2, -EACCES);
	say(RECORD_AUTHENTICATOR, 2, 0);
	add(RECORD_TIME, nothing, 2);
	if (save("authenticate") < 0)
		return -1;
	for (int i = 0; i < 18; i++)
		ask_named(FH_BROKER_AUTHENTICATE, "login");
	add(RECORD_DEATH, nothing, 0);
	add(RECORD_TIME, nothing, 200);
	if (save("authenticate-often") < 0)
		return -1;
	ask_named(FH_BROKER_RESOLVE, "db.example.org");
	add(RECORD_RESOLVER, message,
	    wire_put_addresses(message, 1, &address, 1));
	ask_named(FH_BROKER_RESOLVE, "example.net");
	ask_named(FH_BROKER_RESOLVE, "a.example.org");
	say(RECORD_RESOLVER, 2, -ENODATA);
	return save("resolve");
}

int main(int argc, char **argv)
{
	folder = argc > 1 ? argv[1] : ".";
	if (save_files() < 0 || save_sockets() < 0 || save_helpers() < 0)
		return 1;
	ask_named(FH_BROKER_REQUEST, "echo");
	ask_named(FH_BROKER_REQUEST, "none");
	if (save("request") < 0)
		return 1;
	add(RECORD_WORKER, "garbage", 7);
	return save("garbage") < 0;
}
