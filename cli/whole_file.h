/* Files that are written whole or not at all. */
#ifndef FH_CLI_WHOLE_FILE_H
#define FH_CLI_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Where a file will be written: its directory, whatever becomes of the path
 * until then. */
struct whole_place {
	int dir_fd; /* -1: none */
	char *name; /* in it */
};

#define WHOLE_NOWHERE { .dir_fd = -1 }

/**
 * whole_place_find() - take hold of the directory in which a file shall lie
 * @ret: let go of with whole_place_done(), also when this fails
 *
 * Return: 0; what keeps a file from being made there
 */
int whole_place_find(const char *path, struct whole_place *ret);
void whole_place_done(struct whole_place *place);

/**
 * whole_place_write() - beside it, under a name that nobody can know, then renamed
 * over it
 * @ret: device and inode of what was written; may be NULL. See whole_file_write()
 */
struct stat;
int whole_place_write(const struct whole_place *place, const char *text,
		      unsigned int mode, bool must_be_new, struct stat *ret);

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
