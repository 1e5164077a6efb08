/* Runs a program in a box that was made of its profile. */
#ifndef FH_CLI_LEARN_VERIFY_H
#define FH_CLI_LEARN_VERIFY_H

#include <fumehood/fumehood.h>

/**
 * learn_verify() - run it once more, and tell what it was refused
 * @file:    the profile, with a slash in its name
 * @profile: its text: what it holds back is not missed
 * @before:  how the program ended without a box; NULL: not known
 *
 * Return: an exit status: 0 when it ended alike, and nothing that matters was
 * refused
 */
int learn_verify(const char *file, const char *profile, char **argv,
		 const struct fh_result *before);

#endif
