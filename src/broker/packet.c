/* Sends and receives packets, of which none brings more than was expected. */
#include "broker/packet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

#ifndef SO_PASSRIGHTS /* include/uapi/asm-generic/socket.h, Linux 6.16 */
#define SO_PASSRIGHTS 83
#endif

int packet_pair(int ret[2])
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		ends[i] = fd_raise(ends[i]);
		if (ends[i] < 0) {
			/* The failed one is closed already. */
			close(ends[!i]);
			return ends[i];
		}
	}
	memcpy(ret, ends, sizeof(ends));
	return 0;
}

void packet_refuse_fds(int socket)
{
	const int no = 0;

	(void)setsockopt(socket, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
}

/* --- sending --------------------------------------------------------------- */

/* What a call that sends has returned. A peer that closes without having read
 * all is ECONNRESET once, EPIPE then. */
static int sent(ssize_t n, size_t size)
{
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	return (size_t)n == size ? 0 : -EIO;
}

/* Room for one descriptor. CMSG_SPACE() is padded, and into the padding the
 * kernel would deliver a second: the length is always CMSG_LEN(). */
union room {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int packet_send(int socket, const void *data, size_t size, int fd)
{
	union room room = { .bytes = { 0 } };
	/* sendmsg(2) only reads it. */
	struct iovec part = { .iov_base = (void *)(uintptr_t)data,
			      .iov_len = size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (!size)
		return -EINVAL;
	if (fd >= 0) {
		message.msg_control = room.bytes;
		message.msg_controllen = CMSG_LEN(sizeof(int));
		room.header.cmsg_level = SOL_SOCKET;
		room.header.cmsg_type = SCM_RIGHTS;
		room.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&room.header), &fd, sizeof(fd));
	}
	do {
		n = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return sent(n, size);
}

int packet_write(int socket, const void *data, size_t size)
{
	ssize_t n;

	if (!size)
		return -EINVAL;
	do {
		n = write(socket, data, size);
	} while (n < 0 && errno == EINTR);
	return sent(n, size);
}

/* --- receiving -------------------------------------------------------------- */

/* The descriptors that came: the first is kept in *ret_fd, which is -1 before,
 * all others are closed. Return: how many there were */
static size_t take_fds(struct msghdr *message, int *ret_fd)
{
	size_t n_fds = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c;
	     c = CMSG_NXTHDR(message, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (n_fds++)
				close(fd);
			else
				*ret_fd = fd;
		}
	}
	return n_fds;
}

/* recvmsg(2) returns 0 for an empty packet as for the end. Only the end has the
 * peer's direction shut; where both may be, the peer has ended anyway. */
static bool has_peer_closed(int socket)
{
	struct pollfd end = { .fd = socket, .events = POLLRDHUP };

	return poll(&end, 1, 0) == 1 && end.revents & (POLLRDHUP | POLLHUP);
}

static ssize_t receive(int socket, struct msghdr *message, int flags)
{
	ssize_t n;

	/* ECONNRESET is told once: what the peer did not read is lost. What it
	 * had sent is still there, and then its end. */
	do {
		n = recvmsg(socket, message, flags);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	return n < 0 ? -errno : n;
}

static int receive_packet(int socket, void *ret, size_t size, size_t *ret_size,
			  int *ret_fd, int flags)
{
	union room room = { .bytes = { 0 } };
	struct iovec part = { .iov_base = ret, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = ret_fd ? room.bytes : NULL,
		.msg_controllen = ret_fd ? CMSG_LEN(sizeof(int)) : 0,
	};
	autoclose int fd = -1;
	size_t n_fds;
	ssize_t n = receive(socket, &message, flags | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return (int)n;
	n_fds = take_fds(&message, &fd);
	if (message.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	if (n_fds > 1)
		return -EBADMSG;
	if (n == 0 && (n_fds || message.msg_flags & MSG_CTRUNC ||
		       !has_peer_closed(socket)))
		return -EBADMSG;
	if (message.msg_flags & MSG_CTRUNC) {
		if (!ret_fd || n_fds)
			return -EBADMSG;
		*ret_size = (size_t)n;
		return -EMFILE;
	}
	*ret_size = (size_t)n;
	if (ret_fd)
		*ret_fd = fd_take(&fd);
	return 0;
}

int packet_receive(int socket, void *ret, size_t size, size_t *ret_size,
		   int *ret_fd)
{
	return receive_packet(socket, ret, size, ret_size, ret_fd,
			      MSG_DONTWAIT);
}

int packet_await(int socket, void *ret, size_t size, size_t *ret_size,
		 int *ret_fd)
{
	return receive_packet(socket, ret, size, ret_size, ret_fd, 0);
}
