/* Paths that no profile should grant without a human being saying so. */
#ifndef FH_TABLES_SENSITIVE_H
#define FH_TABLES_SENSITIVE_H

#include <stdbool.h>
#include <stddef.h>

struct sensitive_path {
	char path[64]; /* "~/.ssh", "/etc/shadow"; a last "*" matches the rest of a name */
	char what[48]; /* "keys of ssh" */
	bool is_for_writing; /* it may be read, but who writes it takes over: ~/.bashrc */
};

extern const struct sensitive_path sensitive_paths[];
extern const size_t n_sensitive_paths;

/**
 * sensitive_find() - does a path lie in something sensitive?
 * @path: absolute, without "." and ".."
 * @home: of the user, or NULL
 * @for_writing: shall it be written to
 *
 * Besides the table: any component named .env, .git and the like; the table
 * file says which. Return: the row; NULL when it does not
 */
const struct sensitive_path *sensitive_find(const char *path, const char *home,
					    bool for_writing);

/* Does something sensitive lie beneath this directory (or is it one itself, or /, or
 * home)? Then it must not be granted as a whole. */
bool sensitive_is_beneath(const char *directory, const char *home);

#endif
