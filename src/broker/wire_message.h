/* What the files of the codec share: a message's frame, and addresses in it. */
#ifndef FH_BROKER_WIRE_MESSAGE_H
#define FH_BROKER_WIRE_MESSAGE_H

#include "base/bytes.h"
#include "broker/wire.h"

/* A writer that stands behind the header. @ret: WIRE_MESSAGE_MAX bytes */
struct writer message_begin(uint8_t *ret);
/* The header, when all that follows it is there; its size is set by itself.
 * Return: the message's size, or what the writer has failed with */
int message_finish(struct writer *w, const struct wire_header *header);

/* The header; the reader stands at the payload then. */
void message_take(struct reader *r, struct wire_header *ret);
/* Is all read, and was all good? Return: 0, or -EPROTO with *ret_why set */
int message_conclude(struct reader *r, const char **ret_why);

/* One byte: 0 for any, 4 or 6. */
void message_put_family(struct writer *w, int family);
int message_take_family(struct reader *r);
/* 16 bytes; .family is set before. */
void message_put_address(struct writer *w, const struct fh_address *address);
void message_take_address(struct reader *r, struct fh_address *ret);

#endif
