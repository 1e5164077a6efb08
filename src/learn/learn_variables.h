/* Which variables of our environment an executed file has the names of. */
#ifndef FH_LEARN_LEARN_VARIABLES_H
#define FH_LEARN_LEARN_VARIABLES_H

#include <stdbool.h>

struct evidence;
struct learn_variables;

/* NULL when out of memory. */
struct learn_variables *learn_variables_new(char *const environment[]);
void learn_variables_free(struct learn_variables *variables);

/* Takes over a descriptor of a regular file, to be looked through later.
 * Return: 0, also where it does not count; -ENOMEM */
int learn_variables_add(struct learn_variables *variables, int fd,
			 const char *file);

/* Is there something to be looked through? */
bool learn_variables_has_work(const struct learn_variables *variables);

/* Looks through a little of it. Return: 0, -ENOMEM */
int learn_variables_work(struct learn_variables *variables,
			 struct evidence *evidence);

#endif
