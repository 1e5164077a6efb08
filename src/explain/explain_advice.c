/* Says of what would be allowed whether that is wise. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "explain/doubt.h"
#include "tables/sensitive.h"

/* What is more than it seems. */
static const struct {
	const char *path;
	const char *advice;
} broad[] = {
	{ "/", "not wise: that is everything" },
	{ "/dev", "not wise: devices are outside of all other fences" },
	{ "/etc", "not wise as a whole: grant the file" },
	{ "/home", "not wise: the files of all users" },
	{ "/proc", "not wise: all processes outside" },
	{ "/root", "not wise: the files of root" },
	{ "/run", "not wise as a whole: sockets of daemons" },
	{ "/sys", "not wise: the machine's devices and settings" },
	{ "/var", "not wise as a whole: grant the directory that is needed" },
};

static bool advise_of(struct doubt *doubt, const char *path, unsigned int access)
{
	const char *home = doubt->plan->outer_home;
	const struct sensitive_path *sensitive =
		sensitive_find(path, home, access & FH_WRITE);

	for (size_t i = 0; i < sizeof(broad) / sizeof(*broad); i++)
		if (strcmp(path, broad[i].path) == 0) {
			doubt_advice(doubt, broad[i].advice);
			return true;
		}
	if (sensitive)
		doubt_advise(doubt, "not wise: ", sensitive->what);
	else if (home && strcmp(path, home) == 0)
		doubt_advice(doubt, "not wise: all your files");
	return *doubt->row.advice;
}

/* What is granted is where a link leads; the name alone may look harmless. */
void advise_path(struct doubt *doubt, const char *path, unsigned int access)
{
	char real[PATH_MAX];
	struct stat st;

	if (*doubt->row.advice || advise_of(doubt, path, access))
		return;
	if (!realpath(path, real))
		memcpy(real, path, strlen(path) + 1);
	if (advise_of(doubt, real, access) || stat(path, &st) < 0)
		return;
	if (S_ISSOCK(st.st_mode))
		doubt_advice(doubt, "whoever listens there does for the program what it does for you");
	else if (access & FH_WRITE && S_ISDIR(st.st_mode))
		doubt_advice(doubt, "all in that directory can be changed then");
	else if (sensitive_is_beneath(real, doubt->plan->outer_home))
		doubt_advice(doubt, "not wise as a whole: something sensitive lies beneath");
}
