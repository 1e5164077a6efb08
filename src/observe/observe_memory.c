/* Copies bytes and strings from the memory of another thread. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "observe/observe_base.h"
#include "observe/observe_cache.h"

/* The smallest page of the architectures that are known: where a string goes on
 * in the next one, reading twice does no harm where pages are larger. */
#define PAGE 4096u
#define NAME_USUAL 256u

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

/* Most names are short: the rest of a page is copied only where one is not. */
static size_t chunk_size(uint64_t address, size_t len)
{
	size_t chunk = PAGE - (size_t)(address % PAGE);

	return !len && chunk > NAME_USUAL ? NAME_USUAL : chunk;
}

/* Through a file where there is one, which is cheaper. Whatever is wrong with it, the
 * other way tells why. */
static ssize_t copy_chunk(pid_t tid, int memory_fd, uint64_t address,
			  void *ret, size_t size)
{
	ssize_t n = memory_fd < 0 ? -1
		    : pread(memory_fd, ret, size, (off_t)address);

	return n > 0 ? n : copy_some(tid, address, ret, size);
}

static ssize_t read_string(pid_t tid, int memory_fd, uint64_t address,
			   char *ret, size_t size)
{
	size_t len = 0;

	while (len < size) {
		size_t chunk = chunk_size(address + len, len);
		const char *end;
		ssize_t n;

		if (chunk > size - len)
			chunk = size - len;
		n = copy_chunk(tid, memory_fd, address + len, ret + len, chunk);
		if (n <= 0)
			return n < 0 ? n : -EFAULT;
		end = memchr(ret + len, '\0', (size_t)n);
		if (end)
			return end - ret;
		len += (size_t)n;
	}
	return -ENAMETOOLONG;
}

ssize_t observe_string(pid_t tid, uint64_t address, char *ret, size_t size)
{
	return read_string(tid, -1, address, ret, size);
}

ssize_t observe_name(const struct observed *observed, uint64_t address,
		     char *ret, size_t size)
{
	int memory_fd = observed->cache
			? observe_cache_memory(observed->cache) : -1;

	return read_string(observed->tid, memory_fd, address, ret, size);
}
