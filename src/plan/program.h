/* Which file the program will be, and where it starts. */
#ifndef FH_PLAN_PROGRAM_H
#define FH_PLAN_PROGRAM_H

#include "plan/prepare.h"

/* Fills box.argv, box.candidates and box.cwd; refuses a program that the box
 * would not show. Return: 0; -EACCES; -ENOENT; -ENAMETOOLONG; -ENOMEM */
int program_prepare(const struct fh_plan *plan, char *const *argv,
		    struct prepared *prepared, struct fh_error *err);

#endif
