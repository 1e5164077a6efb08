/* One message of D-Bus, little-endian: made, and taken apart strictly. */
#ifndef FH_CGROUP_DBUS_MESSAGE_H
#define FH_CGROUP_DBUS_MESSAGE_H

#include "base/bytes.h"

/*
 *   16 bytes: 'l', type, flags, version; sizes of body and fields; serial
 *   fields:   an array of (number, variant), filled up to 8
 *   body:     as the field "signature" says
 *
 * Only the few types that starting a unit needs: u, b, s, o, g, arrays of
 * structs with variants to send, u, s and o to read.
 */
#define DBUS_FIXED_SIZE 16
#define DBUS_MESSAGE_MAX 16384 /* of those that we make or look at */
#define DBUS_SIZE_MAX (128u << 20) /* of any, by the specification */
#define DBUS_STRING_MAX 1024   /* of strings in bodies that we read */

enum dbus_type {
	DBUS_CALL = 1,
	DBUS_REPLY,
	DBUS_ERROR,
	DBUS_SIGNAL,
};

/* Strings are "" where the message has none; in what dbus_take() gives they are
 * borrowed from the message. */
struct dbus_header {
	uint32_t type; /* enum dbus_type; others are to be ignored */
	uint32_t serial, reply_serial;
	const char *path, *interface, *member, *error_name;
	const char *destination, *sender, *signature;
};

/* --- making one --------------------------------------------------------------- */

/* A message in the making: the header; the caller puts the body, by the signature it
 * gave. Failures are remembered, and told by dbus_finish(). Strings that are NULL or ""
 * are left out of the header. A bus hangs up on a string that is not UTF-8. */
struct dbus_builder {
	struct writer w;
	size_t body;
};

struct dbus_builder dbus_begin(uint8_t ret[DBUS_MESSAGE_MAX],
			       const struct dbus_header *header);
void dbus_put_number(struct dbus_builder *b, uint32_t number); /* u, b */
void dbus_put_string(struct dbus_builder *b, const char *string); /* s, o */
void dbus_put_signature(struct dbus_builder *b, const char *signature);
void dbus_put_struct(struct dbus_builder *b); /* what follows is one */

/* Elements go between the two. @alignment: of an element's type */
struct dbus_array {
	size_t length_at, first_at;
};
struct dbus_array dbus_array_begin(struct dbus_builder *b, size_t alignment);
void dbus_array_end(struct dbus_builder *b, const struct dbus_array *array);

/* Return: the size of the message, or -E2BIG */
int dbus_finish(struct dbus_builder *b);

/* --- taking one apart ----------------------------------------------------------- */

/* Where in a message one is; alignment counts from its beginning. */
struct dbus_reader {
	struct reader r;
	size_t size;
};

/* How long the message is that begins like this. It may be longer than
 * DBUS_MESSAGE_MAX. Return: 0, or -EPROTO with why */
int dbus_size(const uint8_t fixed[DBUS_FIXED_SIZE], size_t *ret_size,
	      const char **ret_why);

/**
 * dbus_take() - check a message and read its header
 * @size: of exactly one message
 *
 * Return: 0, with a reader of the body; -EPROTO with why, a constant text
 */
int dbus_take(const uint8_t *message, size_t size, struct dbus_header *ret,
	      struct dbus_reader *ret_body, const char **ret_why);

/* Of the body. What was wrong is in r.why; they give 0 and "" then. */
uint32_t dbus_take_number(struct dbus_reader *reader);
const char *dbus_take_string(struct dbus_reader *reader); /* s, o */

#endif
