/* Decides the environment variables that the program starts with. */
#ifndef FH_MECH_ENVIRONMENT_H
#define FH_MECH_ENVIRONMENT_H

struct fh_plan;

/* Fills plan->home, ->user, ->path, ->outer_path and ->envp. Pure.
 * Return: 0 or -ENOMEM */
int environment_plan(struct fh_plan *plan, char *const *env);

#endif
