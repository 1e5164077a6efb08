/* Chooses a box's streams that are terminals, and has the master of its own one. */
#include "supervise/pty.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "plan/box.h"
#include "sys/pty_calls.h"

static int open_outside(const struct streams *streams, struct pty *ret,
			struct fh_error *err)
{
	int r = pty_open("/dev/ptmx", &ret->master, &ret->slave);

	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
				 "open a pseudo-terminal: /dev/ptmx");
	ret->master = fd_raise(ret->master);
	ret->slave = fd_raise(ret->slave);
	if (ret->master < 0 || ret->slave < 0) {
		r = ret->master < 0 ? ret->master : ret->slave;
		pty_done(ret);
		return error_set(err, FH_STAGE_PREPARE, r,
				 "open a pseudo-terminal");
	}
	if (ret->model >= 0)
		pty_resemble(ret->slave, streams->child[ret->model],
			     ret->has_modes);
	return 0;
}

/* A job in the background sees the modes that its shell edits lines with. */
static bool is_of_others(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group >= 0 && group != getpgrp();
}

int pty_prepare(const struct fh_stream *wanted, const struct streams *streams,
		bool in_box, struct pty *ret, struct fh_error *err)
{
	*ret = (struct pty)PTY_NONE;
	for (int i = 2; i >= 0; i--) {
		ret->on[i] = wanted[i].kind == FH_STREAM_INHERIT &&
			     pty_is_terminal(streams->child[i]);
		if (ret->on[i])
			ret->model = i;
	}
	ret->has_modes = ret->model >= 0 &&
			 !is_of_others(streams->child[ret->model]);
	for (int i = 0; i < 3 && ret->model < 0; i++)
		ret->on[i] = wanted[i].kind == FH_STREAM_INHERIT;
	return in_box ? 0 : open_outside(streams, ret, err);
}

void pty_done(struct pty *pty)
{
	cleanup_close(&pty->master);
	cleanup_close(&pty->slave);
	pty->master = pty->slave = -1;
}

int pty_receive(int go_fd)
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(go_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = n == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	int fd;

	if (n < 0)
		return -errno;
	if (!header || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	if (byte == BOX_TOLD_TERMINAL)
		return fd_raise(fd);
	close(fd);
	return -EPROTO;
}
