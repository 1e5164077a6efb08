/* Copies bytes and strings from the memory of another thread. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "observe/observe.h"

/* The smallest page of the architectures that are known: where a string goes on
 * in the next one, reading twice does no harm where pages are larger. */
#define PAGE 4096u

/* A range that wraps is nobody's. */
static ssize_t copy_some(pid_t tid, uint64_t address, void *ret, size_t size)
{
	struct iovec here = { .iov_base = ret, .iov_len = size };
	struct iovec there = { .iov_base = (void *)(uintptr_t)address,
			       .iov_len = size };
	ssize_t n;

	if (address + size < address)
		return -EFAULT;
	n = process_vm_readv(tid, &here, 1, &there, 1, 0);
	return n < 0 ? -errno : n;
}

/* Less than asked for means that the next page is not there. */
ssize_t observe_bytes(pid_t tid, uint64_t address, void *ret, size_t size)
{
	ssize_t n = size ? copy_some(tid, address, ret, size) : 0;

	return n >= 0 && (size_t)n < size ? -EFAULT : n;
}

ssize_t observe_string(pid_t tid, uint64_t address, char *ret, size_t size)
{
	size_t len = 0;

	while (len < size) {
		size_t chunk = PAGE - (size_t)((address + len) % PAGE);
		const char *end;
		ssize_t n;

		if (chunk > size - len)
			chunk = size - len;
		n = copy_some(tid, address + len, ret + len, chunk);
		if (n <= 0)
			return n < 0 ? n : -EFAULT;
		end = memchr(ret + len, '\0', (size_t)n);
		if (end)
			return end - ret;
		len += (size_t)n;
	}
	return -ENAMETOOLONG;
}
