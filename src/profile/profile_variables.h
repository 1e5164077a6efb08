/* The variables of a profile: what they stand for, in the values of grants. */
#ifndef FH_PROFILE_PROFILE_VARIABLES_H
#define FH_PROFILE_PROFILE_VARIABLES_H

#include "profile/profile_setting.h"

/*
 *	${HOME} ${CWD}	  of who runs it
 *	${0} ${1} ...	  the program and its arguments
 *	${FILES}	  each argument that is a regular file, and no option
 *	$$		  a dollar; any other $ is itself
 *
 * A value is taken apart once: what a variable stands for is never read as
 * an optional mark, as a part of what bind and tmpfs have colons for, or as another
 * variable.
 */
struct profile_variables {
	char *const *argv; /* NULL: not known */
	size_t n_args;	   /* the program's name is one */
	const char *home;  /* NULL: there is none */
	char *cwd;	   /* NULL: there is none */
	const char **files;
	size_t n_files;
	bool is_check; /* everything is there, and nothing is looked at */
};

/* Looks at the caller. @argv: borrowed, NULL for not known. Return: 0 or
 * -ENOMEM */
int profile_variables_begin(struct profile_variables *ret, char *const argv[],
			    struct fh_error *err);
void profile_variables_done(struct profile_variables *variables);

/* Stand-ins, to see whether a profile could be used at all. */
extern const struct profile_variables profile_variables_check;

/* Does the value have ${FILES}, which stands for none, one or many? */
bool profile_has_files(const char *value);

/* Is ${FILES} all of what lies outside? */
bool profile_is_files(const struct profile_entry *entry);

/**
 * profile_expand() - tell what a value comes to
 * @take: for each; what it returns but 0 ends it
 *
 * None at all where ${FILES} is nothing, or where something is not given in a
 * value that is optional.
 *
 * Return: 0; -EINVAL for an unknown variable, one that is not given, that is empty
 *         or that has a colon where it would mean more; -E2BIG; -ENOMEM; what @take
 *         returned
 */
int profile_expand(const struct profile_entry *entry,
		   const struct profile_variables *variables,
		   int (*take)(void *ctx, const char *value,
			       struct fh_error *err),
		   void *ctx, struct fh_error *err);

#endif
