/* The worker's end: requests under way, answers that came for others. */
#ifndef FH_BROKER_CHANNEL_H
#define FH_BROKER_CHANNEL_H

#include <fumehood/broker.h>

/* Takes over the socket. Return: NULL when out of memory */
struct fh_channel *channel_new(int socket);
void channel_free(struct fh_channel *channel);

#endif
