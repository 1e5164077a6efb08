/* The monitor: reads requests, holds them against the table, answers. */
#ifndef FH_BROKER_MONITOR_H
#define FH_BROKER_MONITOR_H

#include "broker/broker.h"
#include "broker/helper.h"
#include "broker/wire.h"

struct monitor;

/* What the monitor holds open while it serves; all of it stays the caller's. */
struct monitor_ends {
	int worker_socket;
	int worker_pidfd;
	int helper_sockets[N_HELPERS]; /* -1: there is none */
	int signal_fd;		       /* signals to be passed on; -1 */
	const struct fh_log *log;      /* may be NULL */
};

/**
 * monitor_new() - opens the directories and files of the table
 * Return: 0; what opening says, with the row named; -ENOMEM
 */
int monitor_new(const struct fh_broker *broker, struct monitor **ret,
		struct fh_error *err);
void monitor_free(struct monitor *monitor);

/**
 * monitor_dispatch() - one message of the worker's, from bytes to its answer
 * @now_us:  monotonic
 * @ret:     WIRE_MESSAGE_MAX bytes, for the answer
 * @ret_fd:  to be sent with it and closed then; or -1
 * @ret_why: a text of the monitor's, when it is -EPROTO
 *
 * Return: the size of the answer; 0 when it comes later; -EPROTO: the worker
 *         is to be ended. What was secret in @message is wiped
 */
int monitor_dispatch(struct monitor *monitor, uint8_t *message, size_t size,
		     uint64_t now_us, uint8_t *ret, int *ret_fd,
		     const char **ret_why);

/**
 * monitor_serve() - until the worker has ended
 * Return: 0, with ret filled
 */
int monitor_serve(struct monitor *monitor, const struct monitor_ends *ends,
		  struct fh_broker_result *ret, struct fh_error *err);

#endif
