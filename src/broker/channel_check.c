/* Holds an answer against its request: what the monitor sends is checked, too. */
#include "broker/channel_check.h"

#include <fcntl.h>
#include <sys/stat.h>

/* What an answer with status 0 brings. */
static const struct {
	bool is_data;	   /* bytes, in any number */
	bool has_fd;	   /* one, always */
	bool may_have_fd;
	bool is_blocking;
	mode_t type;
} kinds[] = {
	[FH_BROKER_AUTHENTICATE] = { 0 },
	[FH_BROKER_BIND] = { .has_fd = true, .type = S_IFSOCK },
	[FH_BROKER_CONNECT] = { .has_fd = true, .type = S_IFSOCK,
				.is_blocking = true },
	[FH_BROKER_OPEN] = { .has_fd = true, .type = S_IFREG },
	[FH_BROKER_READ_FILE] = { .is_data = true },
	[FH_BROKER_REQUEST] = { .is_data = true, .may_have_fd = true },
	[FH_BROKER_RESOLVE] = { .is_data = true },
};

/* Can it be read and written as was asked? */
static bool has_access(int flags, const struct asked *asked)
{
	int mode = flags & O_ACCMODE;

	if (asked->kind != FH_BROKER_OPEN)
		return mode == O_RDWR;
	switch (asked->access) {
	case FH_READ:
		return mode == O_RDONLY;
	case FH_WRITE:
		return mode == O_RDWR;
	default:
		return mode == O_WRONLY || mode == O_RDWR;
	}
}

static const char *check_fd(const struct asked *asked, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st) < 0)
		return "its descriptor cannot be looked at";
	if ((st.st_mode & S_IFMT) != kinds[asked->kind].type)
		return "its descriptor is of another type";
	if (flags & O_PATH)
		return "its descriptor is a place alone";
	if (!has_access(flags, asked))
		return "its descriptor has another access mode";
	if (kinds[asked->kind].is_blocking && flags & O_NONBLOCK)
		return "its descriptor does not block";
	return NULL;
}

const char *channel_check(const struct asked *asked,
			  const struct wire_header *header,
			  const uint8_t *message, size_t size, int fd,
			  bool is_lost)
{
	bool is_bare = asked->is_ready || header->status;
	bool has_fd = fd >= 0 || is_lost;
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	const char *why = NULL;
	size_t n;

	if (header->n_fds != has_fd)
		return "it came with another number of descriptors than it says";
	if (has_fd && (is_bare || !(kinds[asked->kind].has_fd ||
				    kinds[asked->kind].may_have_fd)))
		return "it has a descriptor, and was to have none";
	if (header->size && (is_bare || !kinds[asked->kind].is_data))
		return "it has bytes, and was to have none";
	if (is_bare)
		return NULL;
	if (kinds[asked->kind].has_fd && !has_fd)
		return "it has no descriptor";
	if (asked->kind == FH_BROKER_RESOLVE)
		(void)wire_take_addresses(message, size, addresses, &n, &why);
	else if (kinds[asked->kind].has_fd && fd >= 0)
		why = check_fd(asked, fd);
	return why;
}
