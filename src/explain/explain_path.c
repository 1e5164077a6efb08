/* Finds out whether the box refused a path: not shown, read-only, no right to it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "explain/doubt.h"
#include "explain/path_doubt.h"
#include "plan/rule.h"
#include "sys/landlock_calls.h"
#include "sys/mounts_calls.h"

/* chmod, utimensat and the like ask who owns it, not what the mode allows. */
static bool changes_inode(const struct path_doubt *p)
{
	return p->use == USE_WRITE && !p->only_asks &&
	       p->doubt->observed.row->kind == OBSERVED_PATHS &&
	       p->doubt->observed.call != CALL_truncate;
}

/* access(2) says what for. */
static unsigned int asked_use(const struct doubt *doubt)
{
	bool is_plain = doubt->observed.call == CALL_access;
	uint64_t mode = doubt->observed.args[is_plain ? 1 : 2];
	unsigned int use = (mode & R_OK ? USE_READ : 0) |
			   (mode & W_OK ? USE_WRITE : 0) |
			   (mode & X_OK ? USE_EXEC : 0);

	return use ? use : USE_SEE;
}

/* O_CREAT and O_EXCL: only a new name will do. */
static bool creates_only(const struct doubt *doubt)
{
	const struct observed_call *row = doubt->observed.row;
	const uint64_t both = O_CREAT | O_EXCL;

	return row->flags != OBSERVED_NONE &&
	       (doubt->observed.args[row->flags] & both) == both;
}

static bool follows_last(const struct doubt *doubt, unsigned int use)
{
	const struct observed_call *row = doubt->observed.row;
	uint64_t flags = row->flags == OBSERVED_NONE
				 ? 0 : doubt->observed.args[row->flags];

	if (row->kind == OBSERVED_OPEN && doubt->observed.call != CALL_creat)
		return !(flags & O_NOFOLLOW) && !creates_only(doubt);
	if (row->kind != OBSERVED_PATHS)
		return true;
	return use != USE_ENTRY && !(flags & AT_SYMLINK_NOFOLLOW) &&
	       !doubt_is_of(doubt, CALL_lstat, CALL_readlink, CALL_readlinkat) &&
	       !doubt_is_of(doubt, CALL_lchown, CALL_lgetxattr, CALL_lsetxattr);
}

/* Where a grant shows another place, that; else the same name. */
static bool find_outside(struct path_doubt *p)
{
	const struct mount_op *op = p->op;
	const char *rest = p->place.path;
	int n;

	if (op && op->kind == MOUNT_BIND) {
		rest += strcmp(op->target, "/") == 0 ? 0 : strlen(op->target);
		n = snprintf(p->outside, PATH_MAX, "%s%s", op->source, rest);
	} else {
		n = snprintf(p->outside, PATH_MAX, "%s", rest);
	}
	return n > 0 && n < PATH_MAX;
}

/* What a process says of itself is another thing for who asks outside. */
static bool is_of_process(const char *path)
{
	static const char *const own[] = { "self", "thread-self", "net",
					   "mounts" };
	const char *name = path + sizeof("/proc/") - 1;

	if (strncmp(path, "/proc/", sizeof("/proc/") - 1) != 0)
		return false;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (strncmp(name, own[i], strlen(own[i])) == 0)
			return true;
	return *name >= '0' && *name <= '9';
}

static bool look_at(struct path_doubt *p, const char *named)
{
	if (place_find(p->doubt->observed.tid, named, p->follows,
		       &p->place) < 0)
		return false;
	p->op = prepared_find(p->doubt->prepared, p->place.path);
	if (!find_outside(p))
		return false;
	/* A granted tree is the program's to look at. */
	return (p->op && p->op->kind == MOUNT_BIND) ||
	       outside_is_near(p->outside);
}

/* "name/" and "name/." are of a directory; joined, that is not seen any more. */
static bool names_directory(const struct observed *observed, int index)
{
	uint64_t address = observed->args[observed->row->paths[index].path];
	char name[PATH_MAX];
	ssize_t n = observe_string(observed->tid, address, name, sizeof(name));

	return (n > 0 && name[n - 1] == '/') ||
	       (n > 1 && strcmp(name + n - 2, "/.") == 0);
}

bool path_look(struct doubt *doubt, int index, struct path_doubt *ret)
{
	char named[PATH_MAX];

	*ret = (struct path_doubt){ .doubt = doubt, .index = index };
	if (observe_path(&doubt->observed, index, named) < 0 || !*named)
		return false;
	ret->use = observe_use(&doubt->observed, index);
	ret->only_asks = doubt_is_of(doubt, CALL_access, CALL_faccessat,
				     CALL_faccessat2);
	if (ret->only_asks)
		ret->use = asked_use(doubt);
	ret->is_directory = names_directory(&doubt->observed, index);
	ret->follows = ret->is_directory || follows_last(doubt, ret->use);
	return look_at(ret, named) && !is_of_process(ret->place.path);
}

static bool is_new(const struct path_doubt *p)
{
	const struct doubt *doubt = p->doubt;

	if (doubt->observed.row->kind == OBSERVED_OPEN)
		return creates_only(doubt);
	if (p->use != USE_ENTRY || removes(doubt))
		return false;
	return !((renames(doubt) || links(doubt)) && p->index == 0);
}

bool path_outside_grants(const struct path_doubt *p)
{
	const struct outside outside = {
		.path = p->outside, .use = p->use, .follows = p->follows,
		.must_be_new = is_new(p), .changes_inode = changes_inode(p),
		.only_asks = p->only_asks, .is_directory = p->is_directory,
	};
	struct stat st;

	if (outside_may(&outside))
		return true;
	/* The new name of a rename may be taken. */
	return renames(p->doubt) && p->index == 1 &&
	       lstat(p->outside, &st) == 0;
}

static const char *wanted(const struct path_doubt *p)
{
	if (renames(p->doubt))
		return "rename";
	if (links(p->doubt))
		return "link";
	if (removes(p->doubt))
		return "remove";
	if (p->use & USE_EXEC)
		return "exec";
	if (p->use & USE_WRITE)
		return "write";
	if (p->use & USE_ENTRY)
		return "create";
	return p->use & (USE_READ | USE_LIST) ? "read" : "see";
}

static unsigned int access_for(unsigned int use)
{
	if (use & USE_EXEC)
		return FH_READ | FH_EXEC;
	return use & (USE_WRITE | USE_ENTRY) ? FH_READ | FH_WRITE : FH_READ;
}

/* What has to be granted: the thing itself, or the directory of a name that shall
 * come or go. */
static void choose_grant(const struct path_doubt *p, char ret[PATH_MAX])
{
	struct stat st;
	char *slash;

	memcpy(ret, p->outside, strlen(p->outside) + 1);
	if (!(p->use & USE_ENTRY) ||
	    (p->use != USE_ENTRY && lstat(ret, &st) == 0))
		return;
	slash = strrchr(ret, '/');
	if (slash)
		slash[slash == ret] = '\0';
}

/* Who has no capability is what the owner and the mode make of him. */
static bool needs_capability(const struct path_doubt *p, const struct stat *st)
{
	unsigned int wanted_mode = (p->use & (USE_READ | USE_LIST) ? 4 : 0) |
				   (p->use & USE_WRITE ? 2 : 0) |
				   (p->use & USE_EXEC ? 1 : 0);
	unsigned int mode = st->st_mode;

	if (p->doubt->code == EPERM)
		return changes_inode(p) && st->st_uid != p->doubt->plan->uid;
	mode >>= st->st_uid == p->doubt->plan->uid ? 6
	       : st->st_gid == p->doubt->plan->gid ? 3 : 0;
	return p->use != USE_ENTRY && wanted_mode & ~mode;
}

/* Where nothing of the host's can be shown there is no option: of /proc, and of
 * what is not where it is outside. */
static void add_path_option(struct path_doubt *p, unsigned int access)
{
	struct stat there;

	const struct mount_op *op = p->op;
	autotext option = { 0 };
	char grant[PATH_MAX];
	struct stat st;

	if (op && op->kind == MOUNT_HIDE)
		return;
	if (op && op->kind == MOUNT_BIND && !op->is_same_place &&
	    strcmp(op->source, op->target) != 0) {
		doubt_advice(p->doubt, "more access in that option would allow it");
		return;
	}
	if (geteuid() == 0 && stat(p->outside, &there) == 0 &&
	    needs_capability(p, &there)) {
		doubt_advice(p->doubt, "root can do it outside by a capability, which the box does not have");
		return;
	}
	choose_grant(p, grant);
	if (path_is_within(grant, "/proc") || strcmp(grant, "/") == 0 ||
	    !outside_can_grant(grant, access) || p->place.is_winding ||
	    !outside_is_near(p->place.way))
		return;
	if (*p->place.way) {
		rule_add_option(&option, "-r", p->place.way);
		advise_path(p->doubt, p->place.way, FH_READ);
	}
	if (stat(grant, &st) == 0 &&
	    (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
		rule_add_option(&option, "--device", grant);
	else
		rule_add_option(&option, rule_access_option(access), grant);
	doubt_option(p->doubt, &option);
	advise_path(p->doubt, grant, access);
}

static void describe(struct path_doubt *p, const char *how)
{
	struct text text = { 0 };

	rule_describe_lack(p->op, &text);
	text_add(&text, "%s", how);
	doubt_rule_text(p->doubt, &text);
}

static bool blame(struct path_doubt *p, enum fh_layer layer, const char *how)
{
	doubt_blame(p->doubt, layer, wanted(p), p->place.path);
	describe(p, how);
	add_path_option(p, access_for(p->use));
	return true;
}

/* What is in a granted tree is there, or is not there outside either. */
static bool shows_host(const struct mount_op *op)
{
	return op && (op->kind == MOUNT_BIND || op->kind == MOUNT_DEVICE ||
		      op->kind == MOUNT_PROC || op->kind == MOUNT_DEVPTS);
}

static bool blame_absence(struct path_doubt *p)
{
	if (!p->doubt->plan->has_namespaces || p->place.exists ||
	    shows_host(p->op) || !path_outside_grants(p))
		return false;
	return blame(p, FH_LAYER_MOUNTS, "");
}

/* Rights of Landlock that this use of the path takes. */
static uint64_t rights_for(const struct path_doubt *p)
{
	if (p->use & USE_EXEC)
		return LL_FS_EXECUTE;
	if (p->use == USE_ENTRY)
		return removes(p->doubt) || renames(p->doubt)
			       ? LL_FS_REMOVE_FILE : LL_FS_MAKE_REG;
	return (p->use & USE_READ ? LL_FS_READ_FILE : 0) |
	       (p->use & USE_LIST ? LL_FS_READ_DIR : 0) |
	       (p->use & USE_WRITE ? LL_FS_WRITE_FILE : 0) |
	       (p->use & USE_ENTRY && !p->place.exists ? LL_FS_MAKE_REG : 0);
}

static bool landlock_refuses(const struct path_doubt *p)
{
	uint64_t handled = p->doubt->plan->landlock.handled_fs;
	uint64_t given = p->op ? p->op->landlock_all | p->op->landlock : 0;
	uint64_t needed = p->only_asks ? 0 : rights_for(p);

	/* A directory is listed by READ_DIR, whatever it was opened as. */
	if (S_ISDIR(p->place.mode) && needed & LL_FS_READ_FILE)
		needed = (needed & ~(uint64_t)LL_FS_READ_FILE) |
			 LL_FS_READ_DIR;
	given |= p->doubt->prepared->box.landlock_root;
	return needed & handled & ~given;
}

static bool is_executable(const struct path_doubt *p)
{
	return p->use & USE_EXEC && p->place.exists &&
	       S_ISREG(p->place.mode) && p->place.mode & 0111;
}

/* A file that the program made itself has no counterpart outside. */
static bool blame_noexec(struct path_doubt *p)
{
	bool is_own = p->op && p->op->kind == MOUNT_TMPFS;

	if (!is_executable(p) || !p->op || !(p->op->attr & MNT_ATTR_NOEXEC) ||
	    !p->doubt->plan->has_namespaces || (!is_own && !path_outside_grants(p)))
		return false;
	doubt_blame(p->doubt, FH_LAYER_MOUNTS, wanted(p), p->place.path);
	if (is_own) {
		doubt_rule(p->doubt, "nothing can be executed in the box's own storage");
		return true;
	}
	describe(p, ", and is mounted without execute");
	add_path_option(p, access_for(p->use));
	return true;
}

/* Ordinary rules would let root do it by a capability, which the box does not have. */
static bool blame_privileges(struct path_doubt *p)
{
	struct stat st;

	if (geteuid() != 0 || p->doubt->plan->policy->keep_caps ||
	    stat(p->outside, &st) < 0 || !needs_capability(p, &st) ||
	    !path_outside_grants(p))
		return false;
	doubt_blame(p->doubt, FH_LAYER_PRIVILEGES, wanted(p), p->place.path);
	doubt_rule(p->doubt, "root has no capability in the box: the mode of the file counts for it as for anybody");
	return true;
}

static bool blame_denial(struct path_doubt *p)
{
	if (blame_noexec(p))
		return true;
	if (p->op && p->op->kind == MOUNT_HIDE)
		return path_outside_grants(p) && blame(p, FH_LAYER_MOUNTS, "");
	if (!landlock_refuses(p))
		return blame_privileges(p);
	return path_outside_grants(p) && blame(p, FH_LAYER_LANDLOCK, "");
}

/* The new root itself is read-only, and so is all that the box puts in it but
 * storage. */
static bool blame_read_only(struct path_doubt *p)
{
	if (!p->doubt->plan->has_namespaces ||
	    (p->op && !(p->op->attr & MNT_ATTR_RDONLY) &&
	     (p->op->kind == MOUNT_BIND || p->op->kind == MOUNT_TMPFS)) ||
	    !path_outside_grants(p))
		return false;
	return blame(p, FH_LAYER_MOUNTS,
		     p->op && p->op->kind == MOUNT_BIND
			     ? ", and is mounted read-only" : "");
}

static bool blame_path(struct path_doubt *p)
{
	switch (p->doubt->code) {
	case ENOENT:
		return blame_absence(p);
	case EACCES:
		return blame_denial(p);
	case EROFS:
		return blame_read_only(p);
	case EPERM:
		return blame_privileges(p);
	}
	return false;
}

/* A file that is there and may be executed may need another one for it. */
static bool blame_interpreter(struct path_doubt *p)
{
	char path[PATH_MAX];

	for (int depth = 0; depth < 4; depth++) {
		if (!(p->use & USE_EXEC) || !p->place.exists ||
		    interpreter_of(p->doubt->observed.tid, p->place.path,
				   path) < 0)
			return false;
		p->follows = true;
		if (!look_at(p, path))
			return false;
		if (blame_path(p))
			return true;
	}
	return false;
}

static bool doubt_path(struct doubt *doubt, int index)
{
	struct path_doubt p;

	if (!path_look(doubt, index, &p))
		return false;
	return blame_path(&p) || blame_interpreter(&p);
}

bool doubt_paths(struct doubt *doubt)
{
	if (doubt->code == EXDEV)
		return doubt_move(doubt);
	for (int i = 0; i < OBSERVED_PATHS_MAX; i++)
		if (doubt_path(doubt, i))
			return true;
	return doubt_owner(doubt);
}

bool doubt_named(struct doubt *doubt, const char *path, unsigned int use)
{
	struct path_doubt p = { .doubt = doubt, .use = use, .follows = true };

	return look_at(&p, path) && blame_path(&p);
}
