/* A connection to somebody who speaks D-Bus: calls, and messages awaited. */
#ifndef FH_CGROUP_DBUS_SOCKET_H
#define FH_CGROUP_DBUS_SOCKET_H

#include "base/deadline.h"
#include "base/error.h"
#include "cgroup/dbus_message.h"

struct dbus_socket {
	int fd;
	uint32_t serial; /* of the last call */
	uint8_t in[DBUS_MESSAGE_MAX];
	uint8_t out[DBUS_MESSAGE_MAX];
};

/* Borrowed from the socket, up to the next call or message. */
struct dbus_message {
	struct dbus_header header;
	struct dbus_reader body;
};

/**
 * dbus_connect() - to a socket whose listener is root or oneself, authenticated
 *
 * No file descriptors are negotiated, so none ever arrive.
 * Return: 0; -ENOENT, -ECONNREFUSED and what else connect(2) says; -EACCES when
 *         either side does not accept the other; -ESRCH for a listener of
 *         another pid namespace, which would know our processes by other numbers;
 *         -EPROTO; -ETIMEDOUT
 */
int dbus_connect(const char *path, int64_t deadline, struct dbus_socket **ret,
		 struct fh_error *err);
void dbus_close(struct dbus_socket *socket);

/* Begins a call in the socket's buffer; its serial is filled in. */
struct dbus_builder dbus_call_begin(struct dbus_socket *socket,
				    struct dbus_header *header);

/**
 * dbus_call() - send it, and pass over what comes until the answer
 * @doing: what it is for, "start a scope", for the error
 *
 * Return: 0; -EACCES or -EIO with what the other side said; -EPROTO; -ECONNRESET;
 *         -ETIMEDOUT
 */
int dbus_call(struct dbus_socket *socket, struct dbus_builder *call,
	      const char *doing, int64_t deadline, struct dbus_message *ret,
	      struct fh_error *err);

/* The next message; those longer than DBUS_MESSAGE_MAX are passed over. */
int dbus_receive(struct dbus_socket *socket, const char *doing,
		 int64_t deadline, struct dbus_message *ret,
		 struct fh_error *err);

#endif
