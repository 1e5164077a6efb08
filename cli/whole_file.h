/* Files that are written whole or not at all. */
#ifndef FH_CLI_WHOLE_FILE_H
#define FH_CLI_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * whole_file_write() - beside it, then renamed over it
 * @mode:     of a new file, before the umask
 * @must_be_new: -EEXIST when there is one already, a link included
 *
 * Return: 0 or a negative errno; the file is then as it was
 */
int whole_file_write(const char *path, const char *text, unsigned int mode,
		     bool must_be_new);

/* Could a file be made there? Return: 0 or a negative errno */
int whole_file_check(const char *path);

/* Reads a regular file. Return: 0; -EFBIG past the bound; a negative errno */
int whole_file_read(const char *path, size_t max, char **ret);

#endif
