/* Connects to a D-Bus socket, authenticates, and exchanges messages. */
#include "cgroup/dbus_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"

#define LINE_MAX_SIZE 256
#define BACKLOG_PAUSE_MS 5 /* when nobody accepts yet */

static int fail(struct fh_error *err, int code, const char *doing,
		const char *why)
{
	return error_set(err, FH_STAGE_SUPERVISE, code, "%s: %s", doing, why);
}

/* --- bytes, until a time ---------------------------------------------------------- */

/* Asked before each attempt, so that a flood does not outlast the time. */
static int await(int fd, short events, int64_t deadline)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int n;

	do {
		n = poll(&pollfd, 1, deadline_left(deadline));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int send_exactly(int fd, const void *data, size_t size,
			int64_t deadline)
{
	const char *at = data;

	while (size) {
		int r = await(fd, POLLOUT, deadline);
		ssize_t n;

		if (r < 0)
			return r;
		n = send(fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		at += n < 0 ? 0 : n;
		size -= n < 0 ? 0 : (size_t)n;
	}
	return 0;
}

static int receive_exactly(int fd, void *ret, size_t size, int64_t deadline)
{
	char *at = ret;

	while (size) {
		int r = deadline_left(deadline) ? 0 : -ETIMEDOUT;
		ssize_t n;

		r = r ? r : await(fd, POLLIN, deadline);
		if (r < 0)
			return r;
		n = recv(fd, at, size, MSG_DONTWAIT);
		if (n == 0)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		at += n < 0 ? 0 : n;
		size -= n < 0 ? 0 : (size_t)n;
	}
	return 0;
}

/* --- becoming acquainted ----------------------------------------------------------- */

/* Whom the kernel saw listening: for a socket of systemd's, the manager itself. */
static int check_listener(int fd, const char *path, struct fh_error *err)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return fail(err, -errno, path, strerror(errno));
	if (peer.uid != geteuid() && peer.uid != 0)
		return fail(err, -EACCES, path, "another user listens there");
	if (peer.pid <= 0)
		return fail(err, -ESRCH, path,
			    "who listens there is of another pid namespace");
	return 0;
}

static int connect_socket(const char *path, int64_t deadline)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	fd = fd_raise(fd);
	if (fd < 0)
		return fd;
	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (!deadline_left(deadline))
			return -ETIMEDOUT;
		poll(NULL, 0, BACKLOG_PAUSE_MS);
	}
	return fd_take(&fd);
}

/* A line at a time, byte by byte: what comes after it is not ours to take. */
static int receive_line(int fd, char ret[LINE_MAX_SIZE], int64_t deadline)
{
	size_t n = 0;

	while (n < LINE_MAX_SIZE - 1) {
		int r = receive_exactly(fd, ret + n, 1, deadline);

		if (r < 0)
			return r;
		if (!ret[n])
			return -EPROTO;
		if (ret[n++] == '\n' && n > 1 && ret[n - 2] == '\r') {
			ret[n - 2] = '\0';
			return 0;
		}
	}
	return -EPROTO;
}

/* SASL with what the kernel says of us: EXTERNAL and the uid, its digits in hex. All of it
 * at once: a manager that takes in BEGIN and a message together (seen of systemd 252)
 * leaves the message lying until the next one. */
static int authenticate(int fd, int64_t deadline, struct fh_error *err)
{
	static const char doing[] = "authenticate at the user manager";
	char uid[24], hello[80], line[LINE_MAX_SIZE];
	int len, r;

	snprintf(uid, sizeof(uid), "%u", geteuid());
	/* The NUL at the beginning is a part of it. */
	len = snprintf(hello, sizeof(hello), "%cAUTH EXTERNAL ", '\0');
	for (const char *digit = uid; *digit; digit++)
		len += snprintf(hello + len, sizeof(hello) - (size_t)len,
				"%02x", *digit);
	len += snprintf(hello + len, sizeof(hello) - (size_t)len, "\r\nBEGIN\r\n");
	r = send_exactly(fd, hello, (size_t)len, deadline);
	r = r ? r : receive_line(fd, line, deadline);
	if (r == 0 && strncmp(line, "OK ", 3) != 0)
		return error_set(err, FH_STAGE_SUPERVISE, -EACCES,
				 "%s: it said '%.80s'", doing, line);
	return r < 0 ? fail(err, r, doing, strerror(-r)) : 0;
}

int dbus_connect(const char *path, int64_t deadline, struct dbus_socket **ret,
		 struct fh_error *err)
{
	autoclose int fd = connect_socket(path, deadline);
	struct dbus_socket *made;
	int r;

	if (fd < 0)
		return fail(err, fd, path, strerror(-fd));
	r = check_listener(fd, path, err);
	r = r ? r : authenticate(fd, deadline, err);
	if (r < 0)
		return r;
	made = malloc(sizeof(*made));
	if (!made)
		return fail(err, -ENOMEM, path, strerror(ENOMEM));
	made->fd = fd_take(&fd);
	made->serial = 0;
	*ret = made;
	return 0;
}

void dbus_close(struct dbus_socket *socket)
{
	if (socket)
		close(socket->fd);
	free(socket);
}

/* --- messages ------------------------------------------------------------------- */

static int pass_over(struct dbus_socket *socket, size_t size, int64_t deadline)
{
	int r = 0;

	while (size && r == 0) {
		size_t n = size < sizeof(socket->in) ? size :
						       sizeof(socket->in);

		r = receive_exactly(socket->fd, socket->in, n, deadline);
		size -= n;
	}
	return r;
}

static int receive_message(struct dbus_socket *socket, int64_t deadline,
			   size_t *ret_size, const char **ret_why)
{
	size_t size;

	for (;;) {
		int r = receive_exactly(socket->fd, socket->in, DBUS_FIXED_SIZE,
					deadline);

		r = r ? r : dbus_size(socket->in, &size, ret_why);
		if (r < 0)
			return r;
		if (size <= sizeof(socket->in))
			break;
		r = pass_over(socket, size - DBUS_FIXED_SIZE, deadline);
		if (r < 0)
			return r;
	}
	*ret_size = size;
	return receive_exactly(socket->fd, socket->in + DBUS_FIXED_SIZE,
			       size - DBUS_FIXED_SIZE, deadline);
}

int dbus_receive(struct dbus_socket *socket, const char *doing,
		 int64_t deadline, struct dbus_message *ret,
		 struct fh_error *err)
{
	const char *why = NULL;
	size_t size = 0;
	int r = receive_message(socket, deadline, &size, &why);

	r = r ? r : dbus_take(socket->in, size, &ret->header, &ret->body, &why);
	return r < 0 ? fail(err, r, doing, why ? why : strerror(-r)) : 0;
}

struct dbus_builder dbus_call_begin(struct dbus_socket *socket,
				    struct dbus_header *header)
{
	header->type = DBUS_CALL;
	header->serial = ++socket->serial;
	return dbus_begin(socket->out, header);
}

static int refused(struct dbus_message *message, const char *doing,
		   struct fh_error *err)
{
	static const char denied[] = "org.freedesktop.DBus.Error.AccessDenied";
	const struct dbus_header *header = &message->header;
	bool is_denied = strcmp(header->error_name, denied) == 0;
	const char *text = "";

	if (*header->signature == 's')
		text = dbus_take_string(&message->body);
	return error_set(err, FH_STAGE_SUPERVISE, is_denied ? -EACCES : -EIO,
			 "%s: the answer is: %.300s", doing,
			 *text ? text : header->error_name);
}

int dbus_call(struct dbus_socket *socket, struct dbus_builder *call,
	      const char *doing, int64_t deadline, struct dbus_message *ret,
	      struct fh_error *err)
{
	int size = dbus_finish(call);
	int r = size < 0 ? size : send_exactly(socket->fd, socket->out,
					       (size_t)size, deadline);

	if (r < 0)
		return fail(err, r, doing, strerror(-r));
	for (;;) {
		const struct dbus_header *header = &ret->header;

		r = dbus_receive(socket, doing, deadline, ret, err);
		if (r < 0)
			return r;
		if (header->reply_serial != socket->serial)
			continue;
		if (header->type == DBUS_ERROR)
			return refused(ret, doing, err);
		if (header->type == DBUS_REPLY)
			return 0;
	}
}
