/* The codec's frame: headers, answers, failures. wire_request.c has requests. */
#include "broker/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "broker/wire_message.h"

#define ERRNO_MAX 4095 /* include/linux/err.h */
#define ADDRESS_BYTES 16

_Static_assert(WIRE_HEADER_SIZE + 18 + FH_ERROR_WHAT_MAX + FH_ERROR_REMEDY_MAX +
			       FH_ERROR_ORIGIN_MAX <=
		       WIRE_MESSAGE_MAX,
	       "every failure has room");

static bool is_errno(int32_t code)
{
	return code < 0 && code >= -ERRNO_MAX;
}

/* --- frame ---------------------------------------------------------------- */

struct writer message_begin(uint8_t *ret)
{
	return (struct writer){ .at = ret,
				.size = WIRE_MESSAGE_MAX,
				.len = WIRE_HEADER_SIZE };
}

int message_finish(struct writer *w, const struct wire_header *header)
{
	size_t size = w->len;

	if (w->code)
		return w->code;
	w->len = 0;
	writer_number(w, WIRE_MAGIC, 4);
	writer_number(w, WIRE_VERSION, 2);
	writer_number(w, header->type, 2);
	writer_number(w, header->id, 4);
	writer_number(w, (uint32_t)(size - WIRE_HEADER_SIZE), 4);
	writer_number(w, (uint32_t)header->status, 4);
	writer_number(w, header->n_fds, 2);
	writer_number(w, 0, 2);
	return (int)size;
}

int message_conclude(struct reader *r, const char **ret_why)
{
	if (r->left)
		reader_refuse(r, "there are bytes left over");
	if (r->why && ret_why)
		*ret_why = r->why;
	return r->why ? -EPROTO : 0;
}

static bool is_type(uint32_t type)
{
	return wire_is_request((enum wire_type)type) ||
	       (type >= WIRE_READY && type <= WIRE_ANSWER);
}

/* What only answers have. */
static void check_answer(struct reader *r, const struct wire_header *header)
{
	bool is_answer = header->type == WIRE_ANSWER;

	if (header->n_fds > 1)
		reader_refuse(r, "it has more than one descriptor");
	if (header->status && !is_errno(header->status))
		reader_refuse(r, "the status is not an errno");
	if (!is_answer && (header->status || header->n_fds))
		reader_refuse(r, "it is no answer and has a status or a descriptor");
	if (is_answer && header->size > FH_BROKER_DATA_MAX)
		reader_refuse(r, "there is too much data");
	if (header->status && (header->size || header->n_fds))
		reader_refuse(r, "it is a refusal and has bytes or a descriptor");
}

void message_take(struct reader *r, struct wire_header *ret)
{
	uint32_t type;

	if (r->left > WIRE_MESSAGE_MAX)
		reader_refuse(r, "it is too long");
	if (reader_number(r, 4) != WIRE_MAGIC)
		reader_refuse(r, "the magic is another");
	if (reader_number(r, 2) != WIRE_VERSION)
		reader_refuse(r, "the version is another");
	type = reader_number(r, 2);
	if (!is_type(type))
		reader_refuse(r, "no such type");
	ret->type = (enum wire_type)type;
	ret->id = reader_number(r, 4);
	ret->size = reader_number(r, 4);
	ret->status = (int32_t)reader_number(r, 4);
	ret->n_fds = (uint16_t)reader_number(r, 2);
	if (reader_number(r, 2))
		reader_refuse(r, "what is reserved is not zero");
	if (ret->size != r->left)
		reader_refuse(r, "the size is another");
	if ((ret->type == WIRE_READY || ret->type == WIRE_STANDING) && r->left)
		reader_refuse(r, "there are bytes left over");
	check_answer(r, ret);
}

int wire_take_header(const uint8_t *message, size_t size,
		     struct wire_header *ret, const char **ret_why)
{
	struct reader r = { .at = message, .left = size };
	struct wire_header header;

	message_take(&r, &header);
	r.left = 0; /* the payload is for others */
	if (message_conclude(&r, ret_why) < 0)
		return -EPROTO;
	*ret = header;
	return 0;
}

int wire_put_plain(uint8_t *ret, enum wire_type type, uint32_t id)
{
	struct writer w = message_begin(ret);

	if (type != WIRE_READY && type != WIRE_STANDING)
		return -EINVAL;
	return message_finish(&w, &(struct wire_header){ .type = type, .id = id });
}

/* --- addresses ------------------------------------------------------------- */

/* Zero for none: any address. */
static size_t family_bytes(int family)
{
	return family == AF_INET6 ? 16 : family == AF_INET ? 4 : 0;
}

void message_put_family(struct writer *w, int family)
{
	size_t n = family_bytes(family);

	if (!n && family)
		writer_fail(w, -EINVAL);
	writer_number(w, n == 16 ? 6 : (uint32_t)n, 1);
}

void message_put_address(struct writer *w, const struct fh_address *address)
{
	static const uint8_t zero[ADDRESS_BYTES];
	size_t n = family_bytes(address->family);

	writer_bytes(w, address->bytes, n);
	writer_bytes(w, zero, ADDRESS_BYTES - n);
}

int message_take_family(struct reader *r)
{
	switch (reader_number(r, 1)) {
	case 0:
		return 0;
	case 4:
		return AF_INET;
	case 6:
		return AF_INET6;
	}
	reader_refuse(r, "no such family of addresses");
	return 0;
}

void message_take_address(struct reader *r, struct fh_address *ret)
{
	const uint8_t *bytes = reader_bytes(r, ADDRESS_BYTES);

	if (!bytes)
		return;
	memcpy(ret->bytes, bytes, ADDRESS_BYTES);
	for (size_t i = family_bytes(ret->family); i < ADDRESS_BYTES; i++)
		if (bytes[i])
			reader_refuse(r, "an address is longer than its family's");
}

/* --- answers --------------------------------------------------------------- */

int wire_put_answer(uint8_t *ret, uint32_t id, int status, const void *data,
		    size_t size, unsigned int n_fds)
{
	struct writer w = message_begin(ret);

	if ((status && !is_errno(status)) || n_fds > 1 ||
	    (!data && size) || (status < 0 && (size || n_fds)))
		return -EINVAL;
	if (size > FH_BROKER_DATA_MAX)
		return -E2BIG;
	writer_bytes(&w, data, size);
	return message_finish(&w, &(struct wire_header){ .type = WIRE_ANSWER,
						 .id = id,
						 .status = status,
						 .n_fds = (uint16_t)n_fds });
}

int wire_put_addresses(uint8_t *ret, uint32_t id,
		       const struct fh_address *addresses, size_t n)
{
	struct writer w = message_begin(ret);

	if (!n)
		return -EINVAL;
	if (n > FH_BROKER_ADDRESSES_MAX)
		return -E2BIG;
	for (size_t i = 0; i < n; i++) {
		if (!addresses[i].family)
			return -EINVAL;
		message_put_family(&w, addresses[i].family);
		message_put_address(&w, &addresses[i]);
	}
	return message_finish(&w, &(struct wire_header){ .type = WIRE_ANSWER,
						 .id = id });
}

int wire_take_addresses(const uint8_t *message, size_t size,
			struct fh_address ret[FH_BROKER_ADDRESSES_MAX],
			size_t *ret_n, const char **ret_why)
{
	struct reader r = { .at = message, .left = size };
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX] = { 0 };
	struct wire_header header;
	size_t n = 0;

	message_take(&r, &header);
	if (!r.why && (header.type != WIRE_ANSWER || header.status ||
		       header.n_fds))
		reader_refuse(&r, "it is no answer with addresses");
	do {
		if (n == FH_BROKER_ADDRESSES_MAX) {
			reader_refuse(&r, "there are too many addresses");
			break;
		}
		addresses[n].family = message_take_family(&r);
		if (!addresses[n].family)
			reader_refuse(&r, "an address is missing");
		message_take_address(&r, &addresses[n++]);
	} while (r.left && !r.why);
	if (message_conclude(&r, ret_why) < 0)
		return -EPROTO;
	memcpy(ret, addresses, n * sizeof(*ret));
	*ret_n = n;
	return 0;
}

/* --- failures -------------------------------------------------------------- */

/* As struct fh_error promises its texts: nothing that drives a terminal. */
static bool is_shown(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t len = utf8_printable(s);

		if (!len)
			return false;
		s += len;
	}
	return true;
}

static void put_text(struct writer *w, const char *text, size_t size)
{
	if (!memchr(text, '\0', size) || !is_shown(text))
		writer_fail(w, -EINVAL);
	else
		writer_counted(w, text, strlen(text), size - 1);
}

static bool is_stage(uint32_t stage)
{
	return stage > FH_STAGE_NONE && stage <= FH_STAGE_SUPERVISE;
}

int wire_put_failure(uint8_t *ret, const struct fh_error *err)
{
	struct writer w = message_begin(ret);

	if (!is_errno(err->code) || !is_stage(err->stage) || !*err->what)
		return -EINVAL;
	writer_number(&w, (uint32_t)err->code, 4);
	writer_number(&w, err->stage, 4);
	writer_number(&w, err->step, 4);
	put_text(&w, err->what, sizeof(err->what));
	put_text(&w, err->remedy, sizeof(err->remedy));
	put_text(&w, err->origin, sizeof(err->origin));
	return message_finish(&w, &(struct wire_header){ .type = WIRE_FAILED });
}

static void get_text(struct reader *r, char *ret, size_t size)
{
	reader_string(r, ret, size - 1);
	if (!is_shown(ret))
		reader_refuse(r, "a text is not printable");
}

int wire_take_failure(const uint8_t *message, size_t size, struct fh_error *ret,
		      const char **ret_why)
{
	struct reader r = { .at = message, .left = size };
	struct fh_error err = { 0 };
	struct wire_header header;

	message_take(&r, &header);
	if (!r.why && header.type != WIRE_FAILED)
		reader_refuse(&r, "it is no failure");
	err.code = (int32_t)reader_number(&r, 4);
	if (!is_errno(err.code))
		reader_refuse(&r, "the code is not an errno");
	err.stage = reader_number(&r, 4);
	if (!is_stage(err.stage))
		reader_refuse(&r, "no such stage");
	err.step = reader_number(&r, 4);
	get_text(&r, err.what, sizeof(err.what));
	if (!*err.what)
		reader_refuse(&r, "a string is empty");
	get_text(&r, err.remedy, sizeof(err.remedy));
	get_text(&r, err.origin, sizeof(err.origin));
	if (message_conclude(&r, ret_why) < 0)
		return -EPROTO;
	*ret = err;
	return 0;
}
