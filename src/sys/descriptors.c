/* Closes what lies between the descriptors that are kept. */
#include "sys/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/number.h"
#include "sys/process.h"

/* qsort() may allocate. */
static void sort(int *numbers, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && numbers[j] < numbers[j - 1]; j--) {
			int larger = numbers[j - 1];

			numbers[j - 1] = numbers[j];
			numbers[j] = larger;
		}
}

static bool is_kept(const int *keep, size_t n, int fd)
{
	for (size_t i = 0; i < n; i++)
		if (keep[i] == fd)
			return true;
	return fd <= STDERR_FILENO;
}

static int close_ranges(const int *keep, size_t n)
{
	unsigned int first = STDERR_FILENO + 1;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		unsigned int fd = (unsigned int)keep[i];

		if (keep[i] < (int)first)
			continue;
		if (fd > first)
			r = process_close_range(first, fd - 1);
		first = fd + 1;
	}
	return r == 0 ? process_close_range(first, ~0u) : r;
}

/* include/linux/dirent.h, which is not for programs; as getdents64(2) has it. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* What is closed while the list is read may make it skip some: it is read until
 * nothing was closed. Return: how many, or a negative errno */
static int close_listed(int list, const int *keep, size_t n)
{
	_Alignas(struct entry) char entries[2048];
	int n_closed = 0;
	long size;

	if (lseek(list, 0, SEEK_SET) < 0)
		return -errno;
	while ((size = syscall(SYS_getdents64, list, entries,
			       sizeof(entries))) > 0) {
		for (long at = 0; at < size;) {
			const struct entry *entry =
				(const void *)(entries + at);
			uint64_t fd;

			at += entry->length;
			if (number_parse(entry->name, &fd) < 0 ||
			    (int)fd == list || is_kept(keep, n, (int)fd))
				continue;
			close((int)fd);
			n_closed++;
		}
	}
	return size < 0 ? -errno : n_closed;
}

int descriptors_close_but(int *keep, size_t n)
{
	int list, r;

	sort(keep, n);
	r = close_ranges(keep, n);
	if (r == 0)
		return 0;
	list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return -errno;
	do {
		r = close_listed(list, keep, n);
	} while (r > 0);
	close(list);
	return r;
}
