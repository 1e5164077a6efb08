/* Asks what this user could do outside of the box, without doing it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain/doubt.h"

/* The directory that a name is in. */
static void cut_last(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');

	if (slash)
		slash[slash == path] = '\0';
}

/* As a program that this user executes: access(2) leaves capabilities out of account
 * unless he is root. */
static bool may_access(const char *path, int mode)
{
	return access(path, mode) == 0;
}

/* Who may write to a directory may add to it; taking away needs more where it is
 * sticky. */
static bool may_change_entry(const char *path, const struct stat *entry)
{
	char above[PATH_MAX];
	struct stat st;

	memcpy(above, path, strlen(path) + 1);
	cut_last(above);
	if (stat(above, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    !may_access(above, W_OK | X_OK))
		return false;
	return !entry || !(st.st_mode & S_ISVTX) || geteuid() == 0 ||
	       entry->st_uid == geteuid() || st.st_uid == geteuid();
}

static bool may_use(const struct outside *outside, const struct stat *st)
{
	const char *path = outside->path;
	unsigned int use = outside->use;

	if ((use & USE_LIST || outside->is_directory) && !S_ISDIR(st->st_mode))
		return false;
	if (outside->only_asks)
		return may_access(path, (use & USE_READ ? R_OK : 0) |
						(use & USE_WRITE ? W_OK : 0) |
						(use & USE_EXEC ? X_OK : 0));
	if (use & (USE_READ | USE_LIST) && !may_access(path, R_OK))
		return false;
	if (use & USE_WRITE && S_ISDIR(st->st_mode) && !outside->changes_inode)
		return false;
	if (use & USE_WRITE && !outside->changes_inode &&
	    !may_access(path, W_OK))
		return false;
	if (outside->changes_inode && geteuid() != 0 &&
	    st->st_uid != geteuid())
		return false;
	return !(use & USE_EXEC) ||
	       (S_ISREG(st->st_mode) && may_access(path, X_OK));
}

bool outside_may(const struct outside *outside)
{
	struct stat st;
	bool exists = fstatat(AT_FDCWD, outside->path, &st,
			      outside->follows ? 0 : AT_SYMLINK_NOFOLLOW) == 0;

	if (outside->must_be_new)
		return !exists && errno == ENOENT &&
		       may_change_entry(outside->path, NULL);
	if (!exists)
		return errno == ENOENT && outside->use & USE_ENTRY &&
		       outside->use & ~USE_ENTRY &&
		       may_change_entry(outside->path, NULL);
	/* Without a content that is read or written it is taken away or moved. */
	if (outside->use == USE_ENTRY)
		return may_change_entry(outside->path, &st);
	return may_use(outside, &st);
}

bool outside_can_grant(const char *path, unsigned int access)
{
	int mode = R_OK | (access & FH_WRITE ? W_OK : 0);

	return may_access(path, mode);
}
