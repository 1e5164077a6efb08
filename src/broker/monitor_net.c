/* Makes the sockets that the table allows. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "broker/monitor_state.h"

union endpoint {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static socklen_t make_endpoint(const struct fh_address *address, uint16_t port,
			       union endpoint *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->any.sa_family = (sa_family_t)address->family;
	if (address->family == AF_INET) {
		ret->four.sin_port = htons(port);
		memcpy(&ret->four.sin_addr, address->bytes, 4);
		return sizeof(ret->four);
	}
	ret->six.sin6_port = htons(port);
	memcpy(&ret->six.sin6_addr, address->bytes, 16);
	return sizeof(ret->six);
}

static int make_socket(int family, enum fh_transport transport, int flags)
{
	int type = transport == FH_TCP ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(family, type | SOCK_CLOEXEC | flags, 0);

	return fd < 0 ? -errno : fd_raise(fd);
}

static int set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno
									: 0;
}

/* @is_any: an IPv6 socket takes both families, else its own alone */
static int bind_address(const struct fh_address *address,
			const struct wire_request *request, bool is_any)
{
	union endpoint endpoint;
	socklen_t size = make_endpoint(address, request->port, &endpoint);
	autoclose int fd = make_socket(address->family, request->transport, 0);
	int r = fd < 0 ? fd : 0;

	/* Not for UDP, where it would let others take the port's packets. */
	if (r == 0 && request->transport == FH_TCP)
		r = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (r == 0 && address->family == AF_INET6)
		r = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !is_any);
	if (r < 0)
		return r;
	if (bind(fd, &endpoint.any, size) < 0 ||
	    (request->transport == FH_TCP && listen(fd, SOMAXCONN) < 0))
		return -errno;
	return fd_take(&fd);
}

int bind_request(const struct wire_request *request)
{
	struct fh_address any = { .family = AF_INET6 };
	int fd;

	if (request->address.family)
		return bind_address(&request->address, request, false);
	fd = bind_address(&any, request, true);
	if (fd != -EAFNOSUPPORT)
		return fd;
	any.family = AF_INET;
	return bind_address(&any, request, true);
}

int connect_request(const struct wire_request *request, bool *ret_is_pending)
{
	union endpoint endpoint;
	socklen_t size = make_endpoint(&request->address, request->port,
				       &endpoint);
	autoclose int fd = make_socket(request->address.family,
				       request->transport, SOCK_NONBLOCK);

	if (fd < 0)
		return fd;
	*ret_is_pending = connect(fd, &endpoint.any, size) < 0;
	if (*ret_is_pending && errno != EINPROGRESS)
		return -errno;
	if (!*ret_is_pending && fcntl(fd, F_SETFL, 0) < 0)
		return -errno;
	return fd_take(&fd);
}

int connect_outcome(int socket)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	if (error)
		return -error;
	return fcntl(socket, F_SETFL, 0) < 0 ? -errno : 0;
}
