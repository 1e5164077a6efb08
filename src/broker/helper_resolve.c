/* The resolver's attempt: one name, by getaddrinfo(). */
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "broker/helper_work.h"

#define HOST_NAME_MAX_BYTES 253 /* RFC 1035, without the last dot */
#define LABEL_MAX_BYTES 63

/*
 * Weak: the library asks libc for it where that is shared, but a program that is
 * linked statically gets it, and all the name services that come with it, only
 * when it names the function itself.
 */
#pragma weak getaddrinfo

/* --- names ------------------------------------------------------------------ */

/* inet_aton() takes "127.1", "0x7f000001" and "2130706433" for addresses; no
 * top-level domain begins with a digit. */
static bool is_label(const char *label, size_t size, bool is_last)
{
	if (size == 0 || size > LABEL_MAX_BYTES || label[0] == '-')
		return false;
	for (size_t i = 0; i < size; i++)
		if (!(label[i] >= 'a' && label[i] <= 'z') &&
		    !(label[i] >= 'A' && label[i] <= 'Z') &&
		    !(label[i] >= '0' && label[i] <= '9') && label[i] != '-' &&
		    label[i] != '_')
			return false;
	return !is_last || !(label[0] >= '0' && label[0] <= '9');
}

static size_t name_size(const char *name)
{
	size_t size = strlen(name);

	return size && name[size - 1] == '.' ? size - 1 : size;
}

bool helper_is_host_name(const char *name)
{
	const size_t size = name_size(name);
	size_t begin = 0;

	if (size == 0 || size > HOST_NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i <= size; i++) {
		if (i < size && name[i] != '.')
			continue;
		if (!is_label(name + begin, i - begin, i == size))
			return false;
		begin = i + 1;
	}
	return true;
}

/* Names of hosts are the same in capitals, whatever the locale. */
static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same(const char *a, const char *b, size_t size)
{
	size_t i = 0;

	while (i < size && to_lower(a[i]) == to_lower(b[i]))
		i++;
	return i == size;
}

bool helper_covers_name(const char *pattern, const char *name)
{
	const size_t size = name_size(name), wanted = name_size(pattern);
	const bool is_suffix = pattern[0] == '*' && pattern[1] == '.';

	if (!helper_is_host_name(name))
		return false;
	if (strcmp(pattern, "*") == 0)
		return true;
	if (!is_suffix)
		return size == wanted && is_same(pattern, name, size);
	/* From the dot on, and something before it. */
	return size > wanted - 1 &&
	       is_same(pattern + 1, name + size - (wanted - 1), wanted - 1);
}

/* --- addresses -------------------------------------------------------------- */

static bool take_address(const struct addrinfo *info, struct fh_address *ret)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(ret, 0, sizeof(*ret));
	ret->family = info->ai_family;
	if (info->ai_family == AF_INET && info->ai_addrlen >= sizeof(in)) {
		memcpy(&in, info->ai_addr, sizeof(in));
		memcpy(ret->bytes, &in.sin_addr, sizeof(in.sin_addr));
		return true;
	}
	if (info->ai_family == AF_INET6 && info->ai_addrlen >= sizeof(in6)) {
		memcpy(&in6, info->ai_addr, sizeof(in6));
		memcpy(ret->bytes, &in6.sin6_addr, sizeof(in6.sin6_addr));
		return true;
	}
	return false;
}

static size_t list_addresses(const struct addrinfo *info,
			     struct fh_address ret[FH_BROKER_ADDRESSES_MAX])
{
	size_t n = 0, same;

	for (; info && n < FH_BROKER_ADDRESSES_MAX; info = info->ai_next) {
		if (!take_address(info, &ret[n]))
			continue;
		for (same = 0; same < n; same++)
			if (memcmp(&ret[same], &ret[n], sizeof(*ret)) == 0)
				break;
		n += same == n;
	}
	return n;
}

static enum helper_end end_of(int error)
{
	switch (error) {
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
	case EAI_ADDRFAMILY:
#endif
		return HELPER_NONE;
	default:
		return HELPER_LATER;
	}
}

static enum helper_end resolve(const void *means,
			       const struct wire_request *request,
			       int answer_fd)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const struct rlimit none = { 0, 0 };
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	struct addrinfo *info = NULL;
	size_t size;
	int r;

	(void)means;
	/* No process and no thread, for who has no privilege. */
	if (setrlimit(RLIMIT_NPROC, &none) < 0)
		return HELPER_LATER;
	r = getaddrinfo(request->name, NULL, &hints, &info);
	if (r != 0)
		return end_of(r);
	size = list_addresses(info, addresses) * sizeof(*addresses);
	if (!size)
		return HELPER_NONE;
	return write(answer_fd, addresses, size) == (ssize_t)size
		       ? HELPER_YES : HELPER_LATER;
}

static int prepare(const struct fh_broker *broker, void **ret_means,
		   struct fh_error *err)
{
	(void)broker;
	*ret_means = NULL;
	if (getaddrinfo)
		return 0;
	error_set(err, FH_STAGE_PREPARE, -ENOSYS,
		  "resolve names: this program has no getaddrinfo");
	error_remedy(err, "it is linked statically: mention getaddrinfo in it, or link it to the shared libc");
	return -ENOSYS;
}

const struct helper_work helper_resolver = {
	.prepare = prepare,
	.attempt = resolve,
	.answers = FH_BROKER_RESOLVE,
	.lost = -EAGAIN,
};
