/* A getaddrinfo() for the resolver under test, which does what the name says. */
#ifndef FH_TESTS_INVENTED_NAMES_H
#define FH_TESTS_INVENTED_NAMES_H

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/helper_work.h"

static struct addrinfo *make_list(int n_v4, int n_v6)
{
	struct addrinfo *first = NULL, **next = &first;

	for (int i = 0; i < n_v4 + n_v6; i++) {
		struct addrinfo *info = calloc(1, sizeof(*info));
		struct sockaddr_in6 *in6 = calloc(1, sizeof(*in6));
		struct sockaddr_in *in = (void *)in6;

		info->ai_addr = (void *)in6;
		if (i < n_v4) {
			info->ai_family = AF_INET;
			info->ai_addrlen = sizeof(*in);
			in->sin_addr.s_addr = htonl(0xc0000200u + (unsigned)i);
		} else {
			info->ai_family = AF_INET6;
			info->ai_addrlen = sizeof(*in6);
			in6->sin6_addr.s6_addr[15] = (unsigned char)i;
		}
		*next = info;
		next = &info->ai_next;
	}
	return first;
}

static int can_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

/* What is open beside the standard streams and the way back. */
static int n_surplus_fds(void)
{
	int n = 0;

	for (int fd = 4; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* All other names are the machine's to know. */
int getaddrinfo(const char *node, const char *service,
		const struct addrinfo *hints, struct addrinfo **ret)
{
	__typeof__(getaddrinfo) *real;

	if (strcmp(node, "slow.test") == 0)
		for (;;)
			pause();
	if (strcmp(node, "crash.test") == 0)
		raise(SIGKILL);
	if (strcmp(node, "exit.test") == 0)
		_exit(0);
	/* What no attempt of ours answers with. */
	if (strcmp(node, "half.test") == 0)
		_exit(write(3, "half", 4) == 4 ? HELPER_YES : 1);
	if (strcmp(node, "odd.test") == 0) {
		struct fh_address odd = { .family = AF_UNIX };

		_exit(write(3, &odd, sizeof(odd)) == sizeof(odd) ? HELPER_YES : 1);
	}
	if (strcmp(node, "none.test") == 0)
		return EAI_NONAME;
	if (strcmp(node, "again.test") == 0)
		return EAI_AGAIN;
	if (strcmp(node, "fork.test") == 0) {
		*ret = make_list(can_fork() ? 2 : 1, 0);
		return 0;
	}
	if (strcmp(node, "fds.test") == 0) {
		*ret = make_list(1 + n_surplus_fds(), 0);
		return 0;
	}
	if (strcmp(node, "open.test") == 0) {
		*ret = make_list(open("/etc/hosts", O_RDONLY) >= 0 ? 1 : 2,
				 open("/proc/version", O_RDONLY) >= 0);
		return 0;
	}
	if (strcmp(node, "mixed.test") == 0 || strcmp(node, "many.test") == 0) {
		*ret = make_list(2, node[1] == 'i' ? 1 : 30);
		return 0;
	}
	real = (__typeof__(real))(uintptr_t)dlsym(RTLD_NEXT, "getaddrinfo");
	return real(node, service, hints, ret);
}

#endif
