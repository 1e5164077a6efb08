/* Takes calls of a log of strace as evidence: their paths and addresses. */
#include "learn/strace_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/scratch.h"
#include "tables/observed_calls.h"

struct taken {
	struct strace_log *log;
	struct strace_process *process;
	const struct observed_call *row;
	const struct strace_call *call;
	unsigned int id;
	bool is_there; /* the call came by the object */
};

static const struct strace_part *argument(const struct taken *taken, int i)
{
	static const struct strace_part none;

	return i >= 0 && (size_t)i < taken->call->n ? &taken->call->arguments[i]
						    : &none;
}

static bool has_flag(const struct taken *taken, const char *flag)
{
	return taken->row->flags != OBSERVED_NONE &&
	       strace_has_word(argument(taken, taken->row->flags), flag);
}

/* --- paths --------------------------------------------------------------------- */

static int base_of(const struct taken *taken, int dirfd, char ret[PATH_MAX])
{
	const struct strace_part *part = argument(taken, dirfd);
	int r;

	if (dirfd != OBSERVED_NONE) {
		r = strace_decoration(part, ret, PATH_MAX);
		if (r >= 0)
			return 0;
		/* Without -y nothing tells what a descriptor is. */
		if (part->len < 8 || memcmp(part->text, "AT_FDCWD", 8) != 0)
			return -EINVAL;
	}
	if (!taken->process->cwd)
		return -EINVAL;
	memcpy(ret, taken->process->cwd, strlen(taken->process->cwd) + 1);
	return 0;
}

/* Return: 0; -EINVAL, -ENAMETOOLONG, -ENODATA: not to be understood; -ENOENT: it is
 * the descriptor itself */
static int name_of(const struct taken *taken, int index, char ret[PATH_MAX])
{
	const struct observed_path *row = &taken->row->paths[index];
	scratch char name[PATH_MAX];
	size_t len;
	int r = strace_string(argument(taken, row->path), name, sizeof(name));

	if (r < 0)
		return r;
	if (!*name)
		return -ENOENT;
	if (*name == '/') {
		memcpy(ret, name, (size_t)r + 1);
		return 0;
	}
	len = (size_t)r;
	r = base_of(taken, row->dirfd, ret);
	if (r < 0)
		return r;
	if (strlen(ret) + 1 + len >= PATH_MAX)
		return -ENAMETOOLONG;
	strcat(ret, "/");
	strcat(ret, name);
	return 0;
}

/* Calls that are about a link itself. */
static bool is_about_link(const struct taken *taken, unsigned int use)
{
	static const uint16_t calls[] = {
		CALL_lchown, CALL_lgetxattr, CALL_llistxattr,
		CALL_lremovexattr, CALL_lsetxattr, CALL_lstat, CALL_readlink,
		CALL_readlinkat,
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i] == taken->id)
			return true;
	return use == USE_ENTRY || has_flag(taken, "AT_SYMLINK_NOFOLLOW") ||
	       has_flag(taken, "O_NOFOLLOW");
}

/* By the links as they are now. */
static void resolve(const char *name, bool is_link, char ret[PATH_MAX])
{
	scratch char parent[PATH_MAX], real[PATH_MAX];
	const char *last = strrchr(name, '/');

	if (!is_link && realpath(name, ret))
		return;
	memcpy(parent, name, (size_t)(last - name));
	parent[last - name] = '\0';
	if (last[1] && strcmp(last, "/..") != 0 &&
	    realpath(last == name ? "/" : parent, real) &&
	    path_normalise(real, last + 1, ret) == 0)
		return;
	if (path_normalise("/", name, ret) < 0)
		memcpy(ret, "/", 2);
}

static unsigned int open_use(const struct taken *taken)
{
	unsigned int use = 0;

	if (taken->id == CALL_creat)
		return USE_WRITE | USE_ENTRY;
	if (has_flag(taken, "O_PATH"))
		return USE_SEE;
	if (has_flag(taken, "O_WRONLY"))
		use |= USE_WRITE;
	else if (has_flag(taken, "O_RDWR"))
		use |= USE_READ | USE_WRITE;
	else if (has_flag(taken, "O_DIRECTORY"))
		use |= USE_LIST;
	else
		use |= USE_READ;
	if (has_flag(taken, "O_TRUNC"))
		use |= USE_WRITE;
	if (has_flag(taken, "O_CREAT") || has_flag(taken, "O_TMPFILE"))
		use |= USE_ENTRY;
	return use;
}

static unsigned int use_of(const struct taken *taken, int index)
{
	if (taken->row->kind == OBSERVED_OPEN ||
	    taken->row->kind == OBSERVED_OPEN_HOW)
		return open_use(taken);
	return taken->row->paths[index].use;
}

/* Of a call that succeeded: is the entry one that was there before? */
static bool removes(const struct taken *taken, int index)
{
	switch (taken->id) {
	case CALL_unlink:
	case CALL_unlinkat:
	case CALL_rmdir:
		return true;
	case CALL_link:
	case CALL_linkat:
	case CALL_rename:
	case CALL_renameat:
	case CALL_renameat2:
		return index == 0;
	default:
		return false;
	}
}

static int tell_path(const struct taken *taken, const char *name,
		     unsigned int use, int index)
{
	struct evidence *evidence = taken->log->evidence;
	scratch char real[PATH_MAX], temporary[PATH_MAX];
	int r;

	if (has_flag(taken, "O_TMPFILE")) {
		r = path_normalise(name, "O_TMPFILE", temporary);
		return r < 0 ? 0 : evidence_path(evidence, temporary, NULL,
						 USE_ENTRY);
	}
	if (taken->call->file.len == 0 ||
	    strace_decoration(&taken->call->file, real, sizeof(real)) < 0)
		resolve(name, is_about_link(taken, use), real);
	if (!(use & USE_ENTRY) || removes(taken, index))
		return evidence_path(evidence, name, real, use);
	if (!taken->is_there) /* EEXIST */
		return evidence_path(evidence, name, real, USE_SEE);
	/* Whether open made it is not in the log: evidence knows what was there. */
	r = evidence_path(evidence, name, NULL, USE_ENTRY);
	use &= ~(unsigned int)USE_ENTRY;
	return r < 0 || !use ? r : evidence_path(evidence, name, real, use);
}

/* Return: 1 when it was not understood */
static int take_paths(const struct taken *taken)
{
	int r = 0;

	for (int i = 0; r == 0 && i < OBSERVED_PATHS_MAX &&
			taken->row->paths[i].path != OBSERVED_NONE; i++) {
		scratch char name[PATH_MAX];

		r = name_of(taken, i, name);
		if (r == 0)
			r = tell_path(taken, name, use_of(taken, i), i);
		else
			r = r == -ENOENT ? 0 : 1;
	}
	return r;
}

/* --- sockets -------------------------------------------------------------------- */

static const struct {
	const char *name;
	int family;
} families[] = {
	{ "AF_UNIX", AF_UNIX }, { "AF_LOCAL", AF_UNIX }, { "AF_INET", AF_INET },
	{ "AF_INET6", AF_INET6 }, { "AF_NETLINK", AF_NETLINK },
	{ "AF_PACKET", AF_PACKET }, { "AF_BLUETOOTH", AF_BLUETOOTH },
	{ "AF_VSOCK", AF_VSOCK }, { "AF_ALG", AF_ALG },
};

static int family_of(const struct strace_part *part)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (strace_has_word(part, families[i].name))
			return families[i].family;
	return -1;
}

static const struct strace_part *address_of(const struct taken *taken)
{
	for (size_t i = 0; i < taken->call->n; i++)
		if (strace_behind(&taken->call->arguments[i], "sa_family=").text)
			return &taken->call->arguments[i];
	return NULL;
}

static int take_unix(const struct taken *taken, const struct strace_part *part,
		     bool is_bind)
{
	struct strace_part path = strace_behind(part, "sun_path=");
	scratch char name[PATH_MAX], real[PATH_MAX];
	bool is_abstract = path.len && *path.text == '@';
	int r;

	if (is_abstract) {
		path.text++;
		path.len--;
	}
	name[0] = is_abstract ? '@' : '/';
	/* strace has it within the braces of the address. */
	if (path.len && *path.text == '"') {
		const char *end = memchr(path.text + 1, '"', path.len - 1);

		path.len = end ? (size_t)(end - path.text) + 1 : 0;
	}
	r = strace_string(&path, name + is_abstract, sizeof(name) - 1);
	if (r < 0)
		return path.text ? 1 : 0;
	if (is_abstract)
		return evidence_abstract(taken->log->evidence, name);
	if (*name != '/')
		return 1;
	if (is_bind)
		return evidence_path(taken->log->evidence, name, NULL,
				     USE_ENTRY);
	resolve(name, false, real);
	return evidence_path(taken->log->evidence, name, real, USE_WRITE);
}

static int take_address(const struct taken *taken)
{
	const struct strace_part *part = address_of(taken);
	bool is_bind = taken->row->kind == OBSERVED_BIND;
	struct strace_part port;
	unsigned long number;
	int family;

	if (!part)
		return 0;
	family = family_of(part);
	if (family == AF_UNIX)
		return take_unix(taken, part, is_bind);
	port = strace_behind(part, "htons(");
	if (family < 0 || !port.text)
		return family < 0;
	number = strtoul(port.text, NULL, 10);
	if (number > UINT16_MAX)
		return 1;
	if (number || is_bind)
		evidence_port(taken->log->evidence, is_bind, family,
			      (uint16_t)number,
			      strace_behind(part, "\"127.").text ||
				      strace_behind(part, "\"::1\"").text);
	return 0;
}

/* --- processes -------------------------------------------------------------------- */

static int change_directory(const struct taken *taken)
{
	scratch char name[PATH_MAX], real[PATH_MAX];
	char *copy = NULL;
	int r;

	if (taken->id == CALL_chdir)
		r = name_of(taken, 0, name);
	else
		r = strace_decoration(argument(taken, 0), name, sizeof(name));
	if (r >= 0) {
		resolve(name, false, real);
		copy = strdup(real);
		if (!copy)
			return -ENOMEM;
	}
	free(taken->process->cwd);
	taken->process->cwd = copy;
	return r < 0;
}

/* Those that strace cut off match no path. */
static int take_arguments(const struct taken *taken)
{
	struct strace_part list = *argument(taken, 1);
	char *argv[256] = { NULL };
	size_t n = 0;
	int r = 0;

	taken->log->has_arguments = true;
	while (n + 1 < ARRAY_SIZE(argv) && (list = strace_behind(&list, "\"")).text) {
		struct strace_part word = { list.text - 1, list.len + 1 };
		scratch char value[PATH_MAX];
		int len = 1;

		while (word.text[len] && word.text[len] != '"')
			len += 1 + (word.text[len] == '\\' && word.text[len + 1]);
		if ((size_t)len >= word.len)
			break;
		list.text = word.text + len + 1;
		list.len = word.len - (size_t)len - 1;
		word.len = (size_t)len + 1 + (list.len >= 3 &&
				!memcmp(list.text, "...", 3) ? 3 : 0);
		argv[n] = strdup(strace_string(&word, value,
					       sizeof(value)) < 0 ? "" : value);
		if (!argv[n++])
			r = -ENOMEM;
	}
	if (r == 0)
		r = evidence_arguments(taken->log->evidence, argv,
				       taken->process->cwd);
	while (n)
		free(argv[--n]);
	return r;
}

static int take_program(const struct taken *taken)
{
	scratch char name[PATH_MAX], real[PATH_MAX];
	int r = 0;

	if (!taken->is_there)
		return 0;
	if (name_of(taken, 0, name) < 0)
		return 1;
	resolve(name, false, real);
	if (!taken->log->has_arguments && taken->id == CALL_execve)
		r = take_arguments(taken);
	if (r == 0)
		r = evidence_program(taken->log->evidence, real);
	return r;
}

static int inherit_directory(const struct taken *taken)
{
	struct strace_process *child;

	if (taken->call->result <= 0 || taken->call->result > INT32_MAX)
		return 0;
	child = strace_log_process(taken->log, (pid_t)taken->call->result);
	return child ? 0 : -ENOMEM;
}

/* Neither was there, or was refused: nothing was used. */
static bool is_refused(const struct strace_call *call)
{
	static const char *const errors[] = {
		"EACCES", "EBADF", "EFAULT", "ENAMETOOLONG", "ENOENT",
		"ENOTDIR", "EPERM", "EROFS",
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (strcmp(call->error, errors[i]) == 0)
			return true;
	return false;
}

static int take_meaning(const struct taken *taken)
{
	int r = 0;

	if (taken->id == CALL_chdir || taken->id == CALL_fchdir)
		r = taken->is_there ? change_directory(taken) : 0;
	if (taken->id == CALL_execve || taken->id == CALL_execveat)
		r = take_program(taken);
	if (r != 0 || !taken->row)
		return r;
	switch ((enum observed_kind)taken->row->kind) {
	case OBSERVED_PATHS:
	case OBSERVED_OPEN:
	case OBSERVED_OPEN_HOW:
		return take_paths(taken);
	case OBSERVED_SOCKET:
		evidence_family(taken->log->evidence,
				family_of(argument(taken, 0)));
		return 0;
	case OBSERVED_CONNECT:
	case OBSERVED_BIND:
	case OBSERVED_SEND:
		return take_address(taken);
	case OBSERVED_PROCESS:
		return inherit_directory(taken);
	default:
		return 0;
	}
}

int strace_call_take(struct strace_log *log, struct strace_process *process,
		     const char *name, const char *text)
{
	struct strace_call call;
	struct taken taken = { .log = log, .process = process, .call = &call };
	int id = syscall_find(name);

	if (id < 0 || !strace_call_parse(text, &call))
		return 1;
	log->n_calls++;
	evidence_syscall(log->evidence, (unsigned int)id);
	taken.id = (unsigned int)id;
	taken.row = observed_call_find(taken.id);
	taken.is_there = !*call.error;
	return is_refused(&call) ? 0 : take_meaning(&taken);
}
