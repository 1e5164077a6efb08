/* A session without the caller's terminal, to push no input into: with none, or with
 * one of the box's own. */
#include "mech/terminal_apply.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/pty_calls.h"

int session_apply(struct box *box, struct child_failure *failure)
{
	(void)box;
	if (setsid() < 0)
		return child_fail(failure, -errno, "start", "a new session");
	return 0;
}

/* The launcher takes it out of the socket when the box stands. */
static int send_master(const struct box *box, int master)
{
	char byte = BOX_TOLD_TERMINAL;
	struct iovec data = { &byte, 1 };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &master, sizeof(master));
	return sendmsg(box->go_fd, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

/* In the box's own devpts, so that its name there is its own. The launcher's end is
 * not kept: who holds it types what the program reads. */
static int make_terminal(struct box *box, struct child_failure *failure)
{
	int master = -1, slave = -1;
	int r = pty_open("/dev/pts/ptmx", &master, &slave);

	if (r < 0)
		return child_fail(failure, r, "open a pseudo-terminal in",
				  "/dev/pts");
	if (box->terminal_model >= 0)
		pty_resemble(slave, box->terminal_model,
			     box->has_model_modes);
	r = send_master(box, master);
	close(master);
	box->terminal_fd = slave;
	return r < 0 ? child_fail(failure, r, "hand out", "the terminal") : 0;
}

int terminal_apply(struct box *box, struct child_failure *failure)
{
	int r = box->terminal_fd < 0 ? make_terminal(box, failure) : 0;

	if (r < 0)
		return r;
	/* Init leads the session, so that the program's group is not orphaned:
	 * ^Z would not stop it then. */
	if (setsid() < 0)
		return child_fail(failure, -errno, "start", "a new session");
	if (ioctl(box->terminal_fd, TIOCSCTTY, 0) < 0)
		return child_fail(failure, -errno, "take control of",
				  "the terminal");
	for (int i = 0; i < 3; i++)
		if (box->on_terminal[i] && dup2(box->terminal_fd, i) < 0)
			return child_fail(failure, -errno, "put on the terminal",
					  "a standard stream");
	return 0;
}

/* While SIGTTOU is blocked, which asking from the background would send. */
int foreground_apply(struct box *box, struct child_failure *failure)
{
	pid_t group = getpid();

	if (setpgid(0, 0) < 0)
		return child_fail(failure, -errno, "start", "a process group");
	if (ioctl(box->terminal_fd, TIOCSPGRP, &group) < 0)
		return child_fail(failure, -errno, "enter the foreground of",
				  "the terminal");
	return 0;
}
