/* Looks for open sockets that could reach more than they do now. */
#include "confine/confine_sockets.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "confine/confine_plan.h"
#include "sys/landlock_calls.h"

static int socket_option(int fd, int option)
{
	socklen_t size = sizeof(int);
	int value = 0;

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -errno
								     : value;
}

static bool is_of_this_machine(int domain)
{
	static const int local[] = { AF_UNIX, AF_NETLINK, AF_ALG };

	for (size_t i = 0; i < ARRAY_SIZE(local); i++)
		if (domain == local[i])
			return true;
	return false;
}

/* Landlock knows ports of TCP, and of UDP where they are handled. What else
 * speaks for the internet, MPTCP for one, it lets pass. */
static bool is_loose(const struct fh_plan *plan, int fd)
{
	const uint64_t udp = LL_NET_BIND_UDP | LL_NET_CONNECT_SEND_UDP;
	int domain = socket_option(fd, SO_DOMAIN);
	int protocol;

	if (domain < 0 || is_of_this_machine(domain))
		return false;
	protocol = socket_option(fd, SO_PROTOCOL);
	if ((domain != AF_INET && domain != AF_INET6) ||
	    socket_option(fd, SO_TYPE) == SOCK_RAW)
		return true;
	return protocol != IPPROTO_TCP &&
	       !(protocol == IPPROTO_UDP &&
		 (plan->landlock.handled_net & udp) == udp);
}

/* Return: a descriptor, -1 for none, -2 when they cannot be seen */
static int find_loose(const struct fh_plan *plan)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int found = -1;

	if (!dir)
		return -2;
	while (found < 0 && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (*entry->d_name != '.' && fd != dirfd(dir) &&
		    is_loose(plan, fd))
			found = fd;
	}
	closedir(dir);
	return found;
}

int confine_look_at_sockets(struct fh_plan *plan, struct fh_error *err)
{
	static const char *const ways[] = { "bind", "connect", "listen",
					    "sendmmsg", "sendmsg", "sendto" };
	struct plan_guarantee *row = &plan->guarantees[FH_GUARANTEE_NETWORK];
	bool is_open = false;
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		is_open |= !confine_refuses(plan, ways[i]);
	if (!is_open || !row->holders || row->lost)
		return 0;
	fd = find_loose(plan);
	if (fd == -1)
		return 0;
	if (fd < 0)
		row->lost = "without /proc it cannot be seen whether a socket is open that no fence holds, such as UDP";
	else
		row->lost = arena_print(&plan->arena,
			"descriptor %d is an open socket of a kind that no fence holds, such as UDP: it can reach anybody",
			fd);
	return row->lost ? 0
			 : error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				     "confine the process");
}
