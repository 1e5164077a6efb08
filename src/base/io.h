/* Reads and writes whole things; safe between clone and exec. */
#ifndef FH_BASE_IO_H
#define FH_BASE_IO_H

#include <stddef.h>

/* Writes all of it, resuming after signals and short writes.
 * Return: 0 or a negative errno; -EPIPE needs SIGPIPE ignored to be seen */
int write_exactly(int fd, const void *data, size_t len);

/* Reads exactly len bytes.
 * Return: 0; -ENODATA at a clean end before the first byte; -EBADMSG when it
 * ends in the middle; or a negative errno */
int read_exactly(int fd, void *ret, size_t len);

/* Reads a small file (sysctl, /proc) whole as a string, trailing newline cut.
 * Return: its length; -EFBIG when it does not fit; or a negative errno */
int read_small_file(int dirfd, const char *path, char *ret, size_t size);

#endif
