/* Fuzzing what comes from a bus: what is taken for a message has its strings in it, and
 * is the same when it is made anew; the size that its beginning tells is kept to. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/dbus_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static const char *const *strings_of(const struct dbus_header *header)
{
	return &header->path;
}
#define N_STRINGS 7

_Static_assert(sizeof(struct dbus_header) ==
		       16 + N_STRINGS * sizeof(const char *),
	       "the strings are the last of it, and all are looked at");

static void check_inside(const struct dbus_header *header, const uint8_t *data,
			 size_t size)
{
	for (size_t i = 0; i < N_STRINGS; i++) {
		const char *string = strings_of(header)[i];

		must(!*string ||
		     (string >= (const char *)data &&
		      string + strlen(string) < (const char *)data + size));
	}
}

/* What is unknown is not made again, so that this is not compared byte by byte. */
static void check_again(const struct dbus_header *header)
{
	static uint8_t message[DBUS_MESSAGE_MAX];
	struct dbus_builder b = dbus_begin(message, header);
	struct dbus_header again;
	struct dbus_reader body;
	const char *why = NULL;
	int size = dbus_finish(&b);

	must(size > 0);
	must(dbus_take(message, (size_t)size, &again, &body, &why) == 0);
	must(again.type == header->type && again.serial == header->serial &&
	     again.reply_serial == header->reply_serial);
	for (size_t i = 0; i < N_STRINGS; i++)
		must(strcmp(strings_of(&again)[i], strings_of(header)[i]) == 0);
	must(body.r.left == 0);
}

/* As its signature says, so far as that is what we read. */
static void read_body(const struct dbus_header *header,
		      struct dbus_reader *body)
{
	size_t left = body->r.left;

	for (const char *type = header->signature; *type; type++) {
		const char *string = "";

		if (*type == 'u')
			dbus_take_number(body);
		else if (*type == 's' || *type == 'o')
			string = dbus_take_string(body);
		must(strlen(string) <= DBUS_STRING_MAX);
		must(body->r.left <= left);
		left = body->r.left;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + !size);
	struct dbus_header header = { 0 };
	struct dbus_reader body = { 0 };
	const char *why = NULL;
	size_t said = 0;
	int r;

	must(copy != NULL);
	memcpy(copy, data, size);
	r = dbus_take(copy, size, &header, &body, &why);
	must(r == 0 || (r < 0 && why && !header.serial));
	if (r == 0) {
		must(dbus_size(copy, &said, &why) == 0 && said == size);
		check_inside(&header, copy, size);
		check_again(&header);
		read_body(&header, &body);
	}
	free(copy);
	return 0;
}
