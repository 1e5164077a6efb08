/*
 * A filter that gives each marked system call to a supervisor, which answers it
 * instead of the kernel. Loaded before the filter that is tested, it gets what
 * that one lets through: a refusal goes before. The mark is in the sixth argument,
 * which no rule looks at.
 */
#ifndef FH_TESTS_API_SUPERVISOR_H
#define FH_TESTS_API_SUPERVISOR_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "layer.h"

#define MARK 0x5eed5eedu
#define ALLOWED EXFULL /* no rule answers so */

__attribute__((unused)) static int load_listener(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[5]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { N(code), code };
	long fd;

	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	check(fd >= 0);
	return (int)fd;
}

__attribute__((unused)) static void send_fd(int socket, int fd)
{
	char byte = 0;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS,
				  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec vector = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	check_int(sendmsg(socket, &message, 0), 1);
	close(fd);
}

__attribute__((unused)) static int receive_fd(int socket)
{
	char byte;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec vector = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int fd;

	check_int(recvmsg(socket, &message, 0), 1);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

/* Answers until nobody is left who could ask. */
__attribute__((unused)) static void supervise(int listener)
{
	struct pollfd poll_fd = { .fd = listener, .events = POLLIN };

	for (;;) {
		struct seccomp_notif question = { 0 };
		struct seccomp_notif_resp answer = { .error = -ALLOWED };

		check(poll(&poll_fd, 1, -1) == 1);
		if (!(poll_fd.revents & POLLIN))
			return;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0)
			continue;
		answer.id = question.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

/* --- chosen calls, whatever their arguments ---------------------------------------- */

#define ASIDE 1 /* answer: the kernel shall do it */

__attribute__((unused)) static int load_for(const int *calls, size_t n)
{
	struct sock_filter code[2 * 4 + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { (unsigned short)(2 * n + 2), code };
	long fd;

	check(n <= 4);
	for (size_t i = 0; i < n; i++) {
		code[1 + 2 * i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)calls[i], 0, 1);
		code[2 + 2 * i] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	}
	code[1 + 2 * n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						       SECCOMP_RET_ALLOW);
	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	check(fd >= 0);
	return (int)fd;
}

__attribute__((unused)) static void
answer_all(int listener,
	   int (*answer)(const struct seccomp_notif *question))
{
	struct pollfd watched = { .fd = listener, .events = POLLIN };

	for (;;) {
		struct seccomp_notif question = { 0 };
		struct seccomp_notif_resp reply = { 0 };
		int r;

		check(poll(&watched, 1, -1) == 1);
		if (!(watched.revents & POLLIN))
			return;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0)
			continue;
		r = answer(&question);
		reply.id = question.id;
		reply.error = r == ASIDE ? 0 : r;
		reply.flags = r == ASIDE ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
}

/* From here on the calls of this process are answered by a child. */
__attribute__((unused)) static void
answered_by(int (*answer)(const struct seccomp_notif *question),
	    const int *calls, size_t n)
{
	int ends[2];
	pid_t pid;

	check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		close(ends[1]);
		answer_all(receive_fd(ends[0]), answer);
		_exit(0);
	}
	close(ends[0]);
	send_fd(ends[1], load_for(calls, n));
	close(ends[1]);
}

#endif
