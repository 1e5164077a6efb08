/* The codec's requests: each kind is a few parts, one after the other. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "broker/wire.h"
#include "broker/wire_message.h"

#define MODE_BITS 0777u

/* What kinds of requests are made of. */
enum part {
	PART_END,
	PART_ADDRESS, /* any, 4 or 6 */
	PART_NUMERIC, /* 4 or 6 */
	PART_ACCESS,
	PART_NAME,
	PART_USER,
	PART_PASSWORD,
	PART_DATA, /* what is left */
};

static const struct form {
	size_t name_max; /* bytes, without a NUL */
	enum part parts[4];
} forms[] = {
	[FH_BROKER_AUTHENTICATE] = { NAME_MAX, { PART_NAME, PART_USER,
						 PART_PASSWORD } },
	[FH_BROKER_BIND] = { 0, { PART_ADDRESS } },
	[FH_BROKER_CONNECT] = { 0, { PART_NUMERIC } },
	[FH_BROKER_OPEN] = { PATH_MAX - 1, { PART_ACCESS, PART_NAME } },
	[FH_BROKER_READ_FILE] = { PATH_MAX - 1, { PART_NAME } },
	[FH_BROKER_REQUEST] = { FH_BROKER_NAME_MAX - 1, { PART_NAME,
							  PART_DATA } },
	[FH_BROKER_RESOLVE] = { NAME_MAX, { PART_NAME } },
};

_Static_assert(ARRAY_SIZE(forms) == FH_BROKER_RESOLVE + 1, "a form each");
_Static_assert(WIRE_HEADER_SIZE + 8 + 2 + PATH_MAX <= WIRE_MESSAGE_MAX &&
		       WIRE_HEADER_SIZE + 6 + 2 * NAME_MAX + WIRE_PASSWORD_MAX <=
			       WIRE_MESSAGE_MAX,
	       "every request has room");

static bool is_transport(unsigned int transport)
{
	return transport == FH_TCP || transport == FH_UDP;
}

static bool is_access(uint32_t access)
{
	return access == FH_READ || access == FH_WRITE ||
	       access == FH_BROKER_CREATE;
}

/* --- writing --------------------------------------------------------------- */

/* A name that must be there, and must not be empty. */
static void put_name(struct writer *w, const char *name, size_t max)
{
	if (!name || !*name)
		writer_fail(w, -EINVAL);
	else
		writer_counted(w, name, strnlen(name, max + 1), max);
}

static void put_socket(struct writer *w, const struct fh_broker_ask *ask,
		       const struct fh_address *address, enum part part)
{
	if (!is_transport(ask->transport) || !ask->port ||
	    (part == PART_NUMERIC && !address->family))
		writer_fail(w, -EINVAL);
	writer_number(w, ask->transport, 1);
	message_put_family(w, address->family);
	writer_number(w, ask->port, 2);
	message_put_address(w, address);
}

static void put_access(struct writer *w, const struct fh_broker_ask *ask)
{
	if (!is_access(ask->access) || ask->mode & ~MODE_BITS)
		writer_fail(w, -EINVAL);
	writer_number(w, ask->access, 4);
	writer_number(w, ask->mode, 4);
}

static void put_data(struct writer *w, const struct fh_broker_ask *ask)
{
	if (!ask->data && ask->data_size)
		writer_fail(w, -EINVAL);
	else if (ask->data_size > FH_BROKER_DATA_MAX)
		writer_fail(w, -E2BIG);
	else
		writer_bytes(w, ask->data, ask->data_size);
}

static void put_part(struct writer *w, enum part part,
		     const struct fh_broker_ask *ask,
		     const struct fh_address *address)
{
	switch (part) {
	case PART_ADDRESS:
	case PART_NUMERIC:
		put_socket(w, ask, address, part);
		return;
	case PART_ACCESS:
		put_access(w, ask);
		return;
	case PART_NAME:
		put_name(w, ask->name, forms[ask->kind].name_max);
		return;
	case PART_USER:
		put_name(w, ask->user, WIRE_USER_MAX - 1);
		return;
	case PART_PASSWORD:
		if (!ask->data)
			writer_fail(w, -EINVAL);
		else
			writer_counted(w, ask->data, ask->data_size,
				    WIRE_PASSWORD_MAX);
		return;
	case PART_DATA:
		put_data(w, ask);
		return;
	case PART_END:
		return;
	}
}

static int put_request(uint8_t *ret, uint32_t id,
		       const struct fh_broker_ask *ask,
		       const struct fh_address *address)
{
	struct writer w = message_begin(ret);

	for (size_t i = 0; i < ARRAY_SIZE(forms[0].parts); i++)
		put_part(&w, forms[ask->kind].parts[i], ask, address);
	return message_finish(&w, &(struct wire_header){
				  .type = (enum wire_type)(WIRE_REQUESTS +
							   ask->kind),
				  .id = id });
}

/* Of text; NULL is any. */
static int parse_address(const char *text, struct fh_address *ret)
{
	*ret = (struct fh_address){ 0 };
	if (!text)
		return 0;
	ret->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(ret->family, text, ret->bytes) == 1 ? 0 : -EINVAL;
}

int wire_put_request(uint8_t *ret, uint32_t id, const struct fh_broker_ask *ask)
{
	struct fh_address address;

	if ((unsigned int)ask->kind >= ARRAY_SIZE(forms) ||
	    parse_address(ask->address, &address) < 0)
		return -EINVAL;
	return put_request(ret, id, ask, &address);
}

int wire_put_taken(uint8_t *ret, uint32_t id,
		   const struct wire_request *request)
{
	const struct fh_broker_ask ask = {
		.kind = request->kind,
		.transport = request->transport,
		.port = request->port,
		.access = request->access,
		.mode = request->mode,
		.name = request->name,
		.user = request->user,
		.data = request->data,
		.data_size = request->data_size,
	};

	if ((unsigned int)ask.kind >= ARRAY_SIZE(forms))
		return -EINVAL;
	return put_request(ret, id, &ask, &request->address);
}

/* --- reading ---------------------------------------------------------------- */

static void get_name(struct reader *r, char *ret, size_t max)
{
	reader_string(r, ret, max);
	if (!*ret)
		reader_refuse(r, "a string is empty");
}

static void get_socket(struct reader *r, struct wire_request *ret,
		       enum part part)
{
	uint32_t transport = reader_number(r, 1);

	if (!is_transport(transport))
		reader_refuse(r, "no such transport");
	ret->transport = (enum fh_transport)transport;
	ret->address.family = message_take_family(r);
	if (part == PART_NUMERIC && !ret->address.family)
		reader_refuse(r, "an address is missing");
	ret->port = (uint16_t)reader_number(r, 2);
	if (!ret->port)
		reader_refuse(r, "the port is 0");
	message_take_address(r, &ret->address);
}

static void get_access(struct reader *r, struct wire_request *ret)
{
	ret->access = reader_number(r, 4);
	if (!is_access(ret->access))
		reader_refuse(r, "no such access");
	ret->mode = reader_number(r, 4);
	if (ret->mode & ~MODE_BITS)
		reader_refuse(r, "the mode is more than permission bits");
}

static void get_part(struct reader *r, enum part part, struct wire_request *ret)
{
	switch (part) {
	case PART_ADDRESS:
	case PART_NUMERIC:
		get_socket(r, ret, part);
		return;
	case PART_ACCESS:
		get_access(r, ret);
		return;
	case PART_NAME:
		get_name(r, ret->name, forms[ret->kind].name_max);
		return;
	case PART_USER:
		get_name(r, ret->user, WIRE_USER_MAX - 1);
		return;
	case PART_PASSWORD:
		ret->data = reader_counted(r, WIRE_PASSWORD_MAX, &ret->data_size);
		return;
	case PART_DATA:
		if (r->left > FH_BROKER_DATA_MAX)
			reader_refuse(r, "there is too much data");
		ret->data_size = r->left;
		ret->data = reader_bytes(r, r->left);
		return;
	case PART_END:
		return;
	}
}

int wire_take_request(const uint8_t *message, size_t size,
		      struct wire_request *ret, const char **ret_why)
{
	struct reader r = { .at = message, .left = size };
	struct wire_header header;

	memset(ret, 0, sizeof(*ret));
	message_take(&r, &header);
	if (!r.why && !wire_is_request(header.type))
		reader_refuse(&r, "it is no request");
	if (!r.why) {
		ret->id = header.id;
		ret->kind = (enum fh_broker_kind)(header.type - WIRE_REQUESTS);
		for (size_t i = 0; i < ARRAY_SIZE(forms[0].parts); i++)
			get_part(&r, forms[ret->kind].parts[i], ret);
	}
	return message_conclude(&r, ret_why);
}
