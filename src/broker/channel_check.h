/* Is what came an answer to what was asked? */
#ifndef FH_BROKER_CHANNEL_CHECK_H
#define FH_BROKER_CHANNEL_CHECK_H

#include "broker/wire.h"

/* What is remembered of a request, to know its answer. */
struct asked {
	bool is_ready; /* WIRE_READY; .kind says nothing then */
	enum fh_broker_kind kind;
	unsigned int access; /* of OPEN */
};

/**
 * channel_check() - number and kind of descriptors, presence and form of bytes
 * @message: whose header is @header, of an answer with the request's id
 * @fd:      that came with it; -1
 * @is_lost: one came that this process could not be given
 * Return: NULL, or a constant text of what is wrong
 */
const char *channel_check(const struct asked *asked,
			  const struct wire_header *header,
			  const uint8_t *message, size_t size, int fd,
			  bool is_lost);

#endif
