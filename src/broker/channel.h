/* The worker's end: requests under way, answers that came for others. */
#ifndef FH_BROKER_CHANNEL_H
#define FH_BROKER_CHANNEL_H

#include <fumehood/broker.h>
#include <stdbool.h>

/*
 * All memory that a channel will ever have, and two descriptors beside the socket, are
 * had here: before the worker's filter, and after the worker has closed what it does not
 * keep. Takes over the socket, also when it fails. Return: NULL then
 */
struct fh_channel *channel_new(int socket);
void channel_free(struct fh_channel *channel);

/**
 * channel_begin() - ask; waits only while the monitor does not read
 * @ask: NULL: starting is over, which can be said once
 * Return: 0; -EINVAL, -E2BIG, -ENOBUFS, -EPIPE, -EPROTO; what write(2) says
 */
int channel_begin(struct fh_channel *channel, const struct fh_broker_ask *ask,
		  uint32_t *ret_id);

/**
 * channel_exchange() - ask, and wait for that answer
 * @timeout_ms: -1 or more
 * Return: as channel_begin(), or -ETIMEDOUT; 0 whatever the answer's status
 */
int channel_exchange(struct fh_channel *channel,
		     const struct fh_broker_ask *ask, int timeout_ms,
		     struct fh_broker_answer *ret);

/* The next answer, those first that have come already. Return: 0; -ENOENT with
 * nothing under way; -ETIMEDOUT, -EPIPE, -EPROTO; what recvmsg(2) says */
int channel_finish(struct fh_channel *channel, int timeout_ms,
		   struct fh_broker_answer *ret);

/* Readable when channel_finish() would not wait. */
int channel_fd(const struct fh_channel *channel);

/* Wipes the bytes of the answer that was given last; as the next call would, and
 * freeing. */
void channel_wipe(struct fh_channel *channel);

bool channel_is_ready(const struct fh_channel *channel);

/* After -EPROTO: a constant text of what was wrong with the answer. */
const char *channel_why(const struct fh_channel *channel);

#endif
