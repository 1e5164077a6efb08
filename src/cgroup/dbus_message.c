/* Makes messages of D-Bus, and takes them apart. */
#include "cgroup/dbus_message.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

#define VERSION 1
#define BODY_SIZE_AT 4
#define FIELDS_MAX (64u << 20) /* of an array, by the specification */

enum place {
	NUMBER_OF_REPLY = 5,
	SIGNATURE_OF_BODY = 8,
};

/* The header's fields that are strings. */
static const struct field {
	uint8_t number;
	char type;
	size_t offset;
} fields[] = {
	{ 1, 'o', offsetof(struct dbus_header, path) },
	{ 2, 's', offsetof(struct dbus_header, interface) },
	{ 3, 's', offsetof(struct dbus_header, member) },
	{ 4, 's', offsetof(struct dbus_header, error_name) },
	{ 6, 's', offsetof(struct dbus_header, destination) },
	{ 7, 's', offsetof(struct dbus_header, sender) },
	{ SIGNATURE_OF_BODY, 'g', offsetof(struct dbus_header, signature) },
};

static const char **field_of(struct dbus_header *header,
			     const struct field *field)
{
	return (const char **)(void *)((char *)header + field->offset);
}

/* --- making ------------------------------------------------------------------- */

static void put_alignment(struct writer *w, size_t alignment)
{
	static const uint8_t zeros[8];

	writer_bytes(w, zeros, -w->len & (alignment - 1));
}

void dbus_put_number(struct dbus_builder *b, uint32_t number)
{
	put_alignment(&b->w, 4);
	writer_number(&b->w, number, 4);
}

void dbus_put_string(struct dbus_builder *b, const char *string)
{
	size_t len = strlen(string);

	if (len > DBUS_STRING_MAX)
		writer_fail(&b->w, -E2BIG);
	dbus_put_number(b, (uint32_t)len);
	writer_bytes(&b->w, string, len + 1);
}

void dbus_put_signature(struct dbus_builder *b, const char *signature)
{
	size_t len = strlen(signature);

	if (len > UINT8_MAX)
		writer_fail(&b->w, -E2BIG);
	writer_number(&b->w, (uint32_t)len, 1);
	writer_bytes(&b->w, signature, len + 1);
}

void dbus_put_struct(struct dbus_builder *b)
{
	put_alignment(&b->w, 8);
}

struct dbus_array dbus_array_begin(struct dbus_builder *b, size_t alignment)
{
	struct dbus_array array;

	dbus_put_number(b, 0);
	array.length_at = b->w.len - 4;
	put_alignment(&b->w, alignment);
	array.first_at = b->w.len;
	return array;
}

static void patch(struct writer *w, size_t at, size_t number)
{
	size_t len = w->len;

	if (w->code)
		return;
	w->len = at;
	writer_number(w, (uint32_t)number, 4);
	w->len = len;
}

void dbus_array_end(struct dbus_builder *b, const struct dbus_array *array)
{
	patch(&b->w, array->length_at, b->w.len - array->first_at);
}

static void put_field(struct dbus_builder *b, uint8_t number, char type)
{
	dbus_put_struct(b);
	writer_number(&b->w, number, 1);
	dbus_put_signature(b, (char[]){ type, '\0' });
}

static void put_fields(struct dbus_builder *b, const struct dbus_header *header)
{
	struct dbus_header copy = *header;
	struct dbus_array array = dbus_array_begin(b, 8);

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *value = *field_of(&copy, &fields[i]);

		if (!value || !*value)
			continue;
		put_field(b, fields[i].number, fields[i].type);
		if (fields[i].type == 'g')
			dbus_put_signature(b, value);
		else
			dbus_put_string(b, value);
	}
	if (header->reply_serial) {
		put_field(b, NUMBER_OF_REPLY, 'u');
		dbus_put_number(b, header->reply_serial);
	}
	dbus_array_end(b, &array);
}

struct dbus_builder dbus_begin(uint8_t ret[DBUS_MESSAGE_MAX],
			       const struct dbus_header *header)
{
	struct dbus_builder b = { .w = { .at = ret,
					 .size = DBUS_MESSAGE_MAX } };

	writer_number(&b.w, 'l', 1);
	writer_number(&b.w, header->type, 1);
	writer_number(&b.w, 0, 1);
	writer_number(&b.w, VERSION, 1);
	writer_number(&b.w, 0, 4);
	writer_number(&b.w, header->serial, 4);
	put_fields(&b, header);
	put_alignment(&b.w, 8);
	b.body = b.w.len;
	return b;
}

int dbus_finish(struct dbus_builder *b)
{
	patch(&b->w, BODY_SIZE_AT, b->w.len - b->body);
	return b->w.code ? b->w.code : (int)b->w.len;
}

/* --- taking apart ----------------------------------------------------------- */

static void take_alignment(struct dbus_reader *reader, size_t alignment)
{
	size_t n = -(reader->size - reader->r.left) & (alignment - 1);
	const uint8_t *bytes = reader_bytes(&reader->r, n);

	for (size_t i = 0; bytes && i < n; i++)
		if (bytes[i])
			reader_refuse(&reader->r, "what fills it up is not zero");
}

uint32_t dbus_take_number(struct dbus_reader *reader)
{
	take_alignment(reader, 4);
	return reader_number(&reader->r, 4);
}

/* len bytes, and the NUL that ends every string there. */
static const char *take_characters(struct dbus_reader *reader, size_t len)
{
	const uint8_t *bytes;

	if (len > DBUS_STRING_MAX)
		reader_refuse(&reader->r, "a string is too long");
	bytes = reader_bytes(&reader->r, len + 1);
	if (bytes && memchr(bytes, '\0', len + 1) != bytes + len) {
		reader_refuse(&reader->r, "a string does not end where it should");
		bytes = NULL;
	}
	return bytes ? (const char *)bytes : "";
}

const char *dbus_take_string(struct dbus_reader *reader)
{
	return take_characters(reader, dbus_take_number(reader));
}

static const char *take_signature(struct dbus_reader *reader)
{
	return take_characters(reader, reader_number(&reader->r, 1));
}

/* A field that is not known has to be passed over; no such has a container. */
static void skip_value(struct dbus_reader *reader, char type)
{
	size_t size;

	switch (type) {
	case 's':
	case 'o':
		dbus_take_string(reader);
		return;
	case 'g':
		take_signature(reader);
		return;
	case 'y':
		size = 1;
		break;
	case 'n':
	case 'q':
		size = 2;
		break;
	case 'b':
	case 'i':
	case 'u':
	case 'h':
		size = 4;
		break;
	case 'x':
	case 't':
	case 'd':
		size = 8;
		break;
	default:
		reader_refuse(&reader->r, "a field of the header has no plain type");
		return;
	}
	take_alignment(reader, size);
	reader_bytes(&reader->r, size);
}

static const struct field *field_find(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].number == number)
			return &fields[i];
	return NULL;
}

static void take_known(struct dbus_reader *reader, const struct field *field,
		       char type, struct dbus_header *ret)
{
	const char **value = field_of(ret, field);

	if (type != field->type)
		reader_refuse(&reader->r, "a field of the header has another type");
	if (*value)
		reader_refuse(&reader->r, "a field of the header is there twice");
	*value = type == 'g' ? take_signature(reader) :
			       dbus_take_string(reader);
}

static void take_field(struct dbus_reader *reader, struct dbus_header *ret)
{
	const struct field *field;
	const char *signature;
	uint32_t number;

	take_alignment(reader, 8);
	number = reader_number(&reader->r, 1);
	signature = take_signature(reader);
	if (strlen(signature) != 1)
		reader_refuse(&reader->r, "a field of the header has no plain type");
	field = field_find(number);
	if (!number)
		reader_refuse(&reader->r, "a field of the header has the number 0");
	else if (field)
		take_known(reader, field, *signature, ret);
	else if (number != NUMBER_OF_REPLY)
		skip_value(reader, *signature);
	else if (*signature != 'u' || ret->reply_serial)
		reader_refuse(&reader->r, "what it answers is not said once");
	else
		ret->reply_serial = dbus_take_number(reader);
}

/* What a message of its type must have. */
static bool is_complete(const struct dbus_header *header)
{
	switch (header->type) {
	case DBUS_CALL:
		return *header->path && *header->member;
	case DBUS_REPLY:
		return header->reply_serial;
	case DBUS_ERROR:
		return header->reply_serial && *header->error_name;
	case DBUS_SIGNAL:
		return *header->path && *header->interface && *header->member;
	}
	return header->type != 0;
}

int dbus_size(const uint8_t fixed[DBUS_FIXED_SIZE], size_t *ret_size,
	      const char **ret_why)
{
	struct reader r = { .at = fixed, .left = DBUS_FIXED_SIZE };
	uint64_t body, n_fields;
	uint64_t size;

	if (reader_number(&r, 1) != 'l')
		reader_refuse(&r, "it is not little-endian");
	reader_bytes(&r, 2);
	if (reader_number(&r, 1) != VERSION)
		reader_refuse(&r, "the version is another");
	body = reader_number(&r, 4);
	reader_bytes(&r, 4);
	n_fields = reader_number(&r, 4);
	size = DBUS_FIXED_SIZE + ((n_fields + 7) & ~UINT64_C(7)) + body;
	if (n_fields > FIELDS_MAX || size > DBUS_SIZE_MAX)
		reader_refuse(&r, "it is longer than a message may be");
	if (r.why) {
		*ret_why = r.why;
		return -EPROTO;
	}
	*ret_size = (size_t)size;
	return 0;
}

/* Reads what dbus_size() has looked at, up to the fields' beginning. */
static size_t take_fixed(struct dbus_reader *reader, struct dbus_header *ret)
{
	reader_bytes(&reader->r, 1);
	ret->type = reader_number(&reader->r, 1);
	reader_bytes(&reader->r, 6);
	ret->serial = dbus_take_number(reader);
	if (!ret->serial)
		reader_refuse(&reader->r, "the serial is 0");
	return dbus_take_number(reader);
}

int dbus_take(const uint8_t *message, size_t size, struct dbus_header *ret,
	      struct dbus_reader *ret_body, const char **ret_why)
{
	struct dbus_reader reader = { .r = { .at = message, .left = size },
				      .size = size };
	struct dbus_header header = { 0 };
	size_t said = 0, n_fields, end;

	if (size < DBUS_FIXED_SIZE)
		reader_refuse(&reader.r, "it ends too early");
	else if (dbus_size(message, &said, &reader.r.why) == 0 && said != size)
		reader_refuse(&reader.r, "the size is another");
	n_fields = take_fixed(&reader, &header);
	end = DBUS_FIXED_SIZE + n_fields;
	while (!reader.r.why && size - reader.r.left < end)
		take_field(&reader, &header);
	if (!reader.r.why && size - reader.r.left != end)
		reader_refuse(&reader.r, "a field goes beyond the header");
	take_alignment(&reader, 8);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char **value = field_of(&header, &fields[i]);

		*value = *value ? *value : "";
	}
	if (!is_complete(&header))
		reader_refuse(&reader.r, "a field that it must have is missing");
	if (reader.r.why) {
		*ret_why = reader.r.why;
		return -EPROTO;
	}
	*ret = header;
	*ret_body = reader;
	return 0;
}
