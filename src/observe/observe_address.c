/* Reads where a stopped connect, bind or sendto leads. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "observe/observe.h"
#include "observe/observe_base.h"

/* include/linux/socket.h: the kernel takes no longer ones. */
#define ADDRESS_MAX sizeof(struct sockaddr_storage)
/* Up to the scope, which came later: include/net/ipv6.h, SIN6_LEN_RFC2133. */
#define IN6_LEN_MIN 24u

static int read_internet(const struct sockaddr_storage *address, size_t len,
			 struct observed_address *ret)
{
	const void *bytes;
	uint16_t port;

	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		if (len < sizeof(*in))
			return -EINVAL;
		bytes = &in->sin_addr;
		port = in->sin_port;
	} else {
		const struct sockaddr_in6 *in6 = (const void *)address;

		if (len < IN6_LEN_MIN)
			return -EINVAL;
		bytes = &in6->sin6_addr;
		port = in6->sin6_port;
	}
	ret->port = ntohs(port);
	if (!inet_ntop(address->ss_family, bytes, ret->text, sizeof(ret->text)))
		return -EINVAL;
	return 0;
}

/* An abstract name is all bytes up to the length; a NUL among them is shown
 * as /proc/net/unix does. */
static void read_abstract(const char *name, size_t len, char *ret)
{
	ret[0] = '@';
	for (size_t i = 1; i < len; i++)
		ret[i] = name[i] ? name[i] : '@';
	ret[len ? len : 1] = '\0';
}

static int read_unix(const struct observed *observed,
		     const struct sockaddr_storage *address, size_t len,
		     struct observed_address *ret)
{
	const struct sockaddr_un *un = (const void *)address;
	size_t n = len - offsetof(struct sockaddr_un, sun_path);
	char name[sizeof(un->sun_path) + 1];

	if (n > sizeof(un->sun_path))
		return -EINVAL;
	if (n == 0 || un->sun_path[0] == '\0') {
		read_abstract(un->sun_path, n, ret->path);
		return 0;
	}
	memcpy(name, un->sun_path, n);
	name[n] = '\0';
	return observe_join(observed, AT_FDCWD, name, ret->path);
}

int observe_address(const struct observed *observed,
		    struct observed_address *ret)
{
	int first = observed->row->kind == OBSERVED_SEND ? 4 : 1;
	struct sockaddr_storage address = { 0 };
	int32_t len = (int32_t)observed->args[first + 1];
	ssize_t n;

	ret->family = -1;
	ret->port = 0;
	ret->text[0] = ret->path[0] = '\0';
	if (len < (int32_t)sizeof(address.ss_family) ||
	    len > (int32_t)ADDRESS_MAX)
		return -EINVAL;
	n = observe_bytes(observed->tid, observed->args[first], &address,
			  (size_t)len);
	if (n < 0)
		return (int)n;
	ret->family = address.ss_family;
	if (ret->family == AF_INET || ret->family == AF_INET6)
		return read_internet(&address, (size_t)len, ret);
	if (ret->family == AF_UNIX)
		return read_unix(observed, &address, (size_t)len, ret);
	return 0;
}
