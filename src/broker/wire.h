/* What monitor, worker and helpers say to each other, as bytes: wire.c and
 * wire_request.c alone know. */
#ifndef FH_BROKER_WIRE_H
#define FH_BROKER_WIRE_H

#include <fumehood/broker.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One message is one packet. All numbers are little-endian and have no padding:
 *
 *	 0  u32  magic, "FHB1"
 *	 4  u16  version, 1
 *	 6  u16  type, enum wire_type
 *	 8  u32  id: of the request; an answer has that of its request
 *	12  u32  bytes that follow the header, exactly
 *	16  i32  status: of an answer, 0 or a negative errno; else 0
 *	20  u16  descriptors that come with it: 0 or 1
 *	22  u16  0
 *	24  payload
 *
 * A string is u16 length and that many bytes, none of them NUL. Payloads:
 *
 *	BIND, CONNECT	u8 transport, u8 family (0: any, of BIND alone; 4, 6), u16
 *			port, not 0, 16 bytes address, zero beyond 4 for family 4,
 *			all zero for 0
 *	OPEN		u32 access, u32 mode, at most 0777, string path
 *	READ_FILE	string path
 *	AUTHENTICATE	string service, string user, string password
 *	RESOLVE		string name
 *	REQUEST		string name, and the rest is data
 *	READY, STANDING	nothing
 *	FAILED		code, stage, step: u32 each; strings what, remedy, origin
 *	ANSWER		bytes, at most FH_BROKER_DATA_MAX; of RESOLVE 1 to
 *			FH_BROKER_ADDRESSES_MAX times u8 family, 4 or 6, and 16
 *			bytes; with a status other than 0 neither bytes nor descriptor
 *
 * No string is empty but a password, a remedy or an origin. A name is at most
 * what holds such a thing: PATH_MAX, NAME_MAX + 1, FH_BROKER_NAME_MAX with the NUL.
 *
 * What is left over, too short, out of range or not zero where it should be makes the
 * whole message invalid.
 */
#define WIRE_MAGIC 0x31424846u
#define WIRE_VERSION 1
#define WIRE_HEADER_SIZE 24
#define WIRE_MESSAGE_MAX                                                       \
	(WIRE_HEADER_SIZE + 2 + FH_BROKER_NAME_MAX + FH_BROKER_DATA_MAX)
#define WIRE_USER_MAX 256     /* with the NUL */
#define WIRE_PASSWORD_MAX 1024 /* without */

enum wire_type {
	WIRE_NONE,
	/* Requests: WIRE_REQUESTS + enum fh_broker_kind. */
	WIRE_REQUESTS = 16,
	WIRE_REQUESTS_END = WIRE_REQUESTS + FH_BROKER_RESOLVE,
	WIRE_READY = 32, /* worker to monitor: starting is over */
	WIRE_STANDING,	 /* either way: my fences stand */
	WIRE_FAILED,	 /* a role or a helper: they do not, and why */
	WIRE_ANSWER,
};

struct wire_header {
	enum wire_type type;
	uint32_t id;
	uint32_t size; /* of the payload */
	int32_t status;
	uint16_t n_fds;
};

/* A request, taken apart. Of what its kind does not have everything is zero. */
struct wire_request {
	uint32_t id;
	enum fh_broker_kind kind;
	enum fh_transport transport;
	struct fh_address address; /* family 0: any */
	uint16_t port;
	uint32_t access;
	uint32_t mode;
	char name[PATH_MAX]; /* path, service, host, request */
	char user[WIRE_USER_MAX];
	const uint8_t *data; /* into the message: password, data of REQUEST */
	size_t data_size;
};

/*
 * All that put write one message to ret, WIRE_MESSAGE_MAX bytes, which the
 * rest may not lie in; but the data of an answer may be where they are to be. Return: its size; -EINVAL for what has no form, -E2BIG for what is too long.
 */
int wire_put_request(uint8_t *ret, uint32_t id, const struct fh_broker_ask *ask);
/* The same from what was taken apart: the monitor passes it to a helper. */
int wire_put_taken(uint8_t *ret, uint32_t id, const struct wire_request *request);
int wire_put_answer(uint8_t *ret, uint32_t id, int status, const void *data,
		    size_t size, unsigned int n_fds);
int wire_put_addresses(uint8_t *ret, uint32_t id,
		       const struct fh_address *addresses, size_t n);
int wire_put_plain(uint8_t *ret, enum wire_type type, uint32_t id);
int wire_put_failure(uint8_t *ret, const struct fh_error *err);

/*
 * All that take return 0 or -EPROTO, and then write nothing, or for a
 * wire_request nothing that means anything. ret_why, which may be NULL, is set to a constant text of
 * what is wrong.
 */
int wire_take_header(const uint8_t *message, size_t size,
		     struct wire_header *ret, const char **ret_why);
/* @message: whose header was taken and is of a request */
int wire_take_request(const uint8_t *message, size_t size,
		      struct wire_request *ret, const char **ret_why);
int wire_take_addresses(const uint8_t *message, size_t size,
			struct fh_address ret[FH_BROKER_ADDRESSES_MAX],
			size_t *ret_n, const char **ret_why);
int wire_take_failure(const uint8_t *message, size_t size, struct fh_error *ret,
		      const char **ret_why);

static inline bool wire_is_request(enum wire_type type)
{
	return type >= WIRE_REQUESTS && type <= WIRE_REQUESTS_END;
}

#endif
