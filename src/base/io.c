/* Moves whole buffers through descriptors. */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int write_exactly(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int read_exactly(int fd, void *ret, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(fd, (char *)ret + have, len - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return have ? -EBADMSG : -ENODATA;
		have += (size_t)n;
	}
	return 0;
}

int read_small_file(int dirfd, const char *path, char *ret, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t have = 0;
	int r = 0;

	if (fd < 0)
		return -errno;
	while (have < size) {
		ssize_t n = read(fd, ret + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	close(fd);
	if (r < 0)
		return r;
	if (have == size)
		return -EFBIG;
	while (have && ret[have - 1] == '\n')
		have--;
	ret[have] = '\0';
	return (int)have;
}
