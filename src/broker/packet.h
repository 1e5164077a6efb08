/* One packet with at most one descriptor, over a SOCK_SEQPACKET pair. */
#ifndef FH_BROKER_PACKET_H
#define FH_BROKER_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * packet_pair() - two ends, close-on-exec, above the standard descriptors
 * Return: 0 or a negative errno
 */
int packet_pair(int ret[2]);

/**
 * packet_send() - one packet; never waits, never raises SIGPIPE
 * @fd: goes with it, and stays the caller's; -1 for none
 * Return: 0; -EINVAL for no bytes, for that is no packet; -EAGAIN when the peer does not read; -EPIPE; another errno
 */
int packet_send(int socket, const void *data, size_t size, int fd);

/* The same by write(2), which the strictest filter allows a worker: waits while
 * the peer does not read. Sockets of packets raise no SIGPIPE. */
int packet_write(int socket, const void *data, size_t size);

/**
 * packet_receive() - one packet; never waits
 * @ret:      @size bytes
 * @ret_size: of the packet; 0: the peer has closed. -EMSGSIZE when it was longer
 * @ret_fd:   what came with it, close-on-exec, or -1; NULL: none is expected.
 *            More than one, or one where none is expected, are closed by kernel or
 *            here, and make it -EBADMSG
 *
 * A packet without a byte is -EBADMSG, too. For recvmsg(2) it looks as the end
 * does; poll(2) tells them apart, unless the peer has closed since: it is the end then.
 *
 * Return: 0; -EAGAIN when there is none; -EMSGSIZE; -EBADMSG; another errno. No
 *         descriptor is left open then. -EMFILE: one came and this process can
 *         have no more of them; the bytes are there, and *ret_size is set
 */
int packet_receive(int socket, void *ret, size_t size, size_t *ret_size,
		   int *ret_fd);

/* The same, but waits until there is one. */
int packet_await(int socket, void *ret, size_t size, size_t *ret_size,
		 int *ret_fd);

/* Refuse descriptors already at the sender: SO_PASSRIGHTS 0, Linux 6.16. Where the
 * kernel has it not, packet_receive() drops them. */
void packet_refuse_fds(int socket);

#endif
