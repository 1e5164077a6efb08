/* Reads which interpreter an executable file names. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "explain/path_doubt.h"
#include "plan/rule.h"
#include "sys/mounts_calls.h"

#define SCRIPT_LINE_MAX 256 /* BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h */

/* Nothing but a file is opened: opening a device may do something. */
static int open_file(pid_t tid, const char *path)
{
	char root[32], link[64];
	struct stat st;

	snprintf(root, sizeof(root), "/proc/%d/root", (int)tid);
	autoclose int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	autoclose int fd = open_resolved(dir, path, O_PATH | O_CLOEXEC,
					 OPEN_IN_ROOT | OPEN_NO_MAGICLINKS);

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, O_RDONLY | O_CLOEXEC);
}

static int script_interpreter(const char *line, size_t len, char ret[PATH_MAX])
{
	const char *from = line + 2, *end = line + len;
	size_t n = 0;

	while (from < end && (*from == ' ' || *from == '\t'))
		from++;
	while (from + n < end && from[n] && !strchr(" \t\n", from[n]))
		n++;
	if (!n || *from != '/')
		return -ENOENT;
	memcpy(ret, from, n);
	ret[n] = '\0';
	return 0;
}

static int elf_interpreter(int fd, const Elf64_Ehdr *header, char ret[PATH_MAX])
{
	for (int i = 0; i < header->e_phnum && i < 64; i++) {
		Elf64_Phdr part;
		ssize_t n;

		if (pread(fd, &part, sizeof(part),
			  (off_t)(header->e_phoff + (uint64_t)i *
					sizeof(part))) != sizeof(part))
			return -ENOENT;
		if (part.p_type != PT_INTERP)
			continue;
		if (part.p_filesz < 2 || part.p_filesz >= PATH_MAX)
			return -ENOENT;
		n = pread(fd, ret, part.p_filesz, (off_t)part.p_offset);
		if (n != (ssize_t)part.p_filesz)
			return -ENOENT;
		ret[n] = '\0';
		return *ret == '/' ? 0 : -ENOENT;
	}
	return -ENOENT;
}

static int read_interpreter(int fd, char ret[PATH_MAX])
{
	union {
		char line[SCRIPT_LINE_MAX];
		Elf64_Ehdr header;
	} start = { .line = "" };
	ssize_t n = fd < 0 ? -1 : pread(fd, &start, sizeof(start), 0);

	if (n > 2 && memcmp(start.line, "#!", 2) == 0)
		return script_interpreter(start.line, (size_t)n, ret);
	if (n >= (ssize_t)sizeof(start.header) &&
	    memcmp(start.line, ELFMAG, SELFMAG) == 0 &&
	    start.header.e_ident[EI_CLASS] == ELFCLASS64 &&
	    start.header.e_phentsize == sizeof(Elf64_Phdr))
		return elf_interpreter(fd, &start.header, ret);
	return -ENOENT;
}

int interpreter_of(pid_t tid, const char *path, char ret[PATH_MAX])
{
	autoclose int fd = open_file(tid, path);

	return read_interpreter(fd, ret);
}

/* Shown at its own place, and to be executed. */
static bool is_granted(const struct mount_op *op)
{
	return op && op->kind == MOUNT_BIND &&
	       strcmp(op->source, op->target) == 0 && op->access & FH_EXEC;
}

static bool blame_start(struct doubt *doubt, const struct mount_op *op,
			const char *path)
{
	struct text rule = { 0 };
	autotext option = { 0 };

	if (access(path, X_OK) < 0)
		return false;
	doubt_blame(doubt, doubt->plan->has_namespaces ? FH_LAYER_MOUNTS
						       : FH_LAYER_LANDLOCK,
		    "exec", path);
	rule_describe_lack(op, &rule);
	doubt_rule_text(doubt, &rule);
	rule_add_option(&option, "-x", path);
	doubt_option(doubt, &option);
	advise_path(doubt, path, FH_EXEC);
	return true;
}

bool doubt_start(struct doubt *doubt, const char *program)
{
	char path[PATH_MAX], name[PATH_MAX];
	const struct mount_op *op;

	if (doubt->plan->policy->root || doubt->plan->policy->cwd ||
	    !realpath(program, path))
		return false;
	for (int depth = 0; depth < 4; depth++) {
		op = prepared_find(doubt->prepared, path);
		if (!is_granted(op))
			return depth && blame_start(doubt, op, path);
		autoclose int fd = open_file((pid_t)getpid(), path);

		if (read_interpreter(fd, name) < 0 || !realpath(name, path))
			return false;
	}
	return false;
}
