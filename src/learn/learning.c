/* What is known of a run so far: paths, programs and files, each looked at once. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/scratch.h"
#include "learn/evidence.h"
#include "learn/learn_notify.h"
#include "learn/learn_seen.h"
#include "learn/learn_variables.h"
#include "mech/seccomp.h"
#include "sys/listener_calls.h"

/* Names are told apart by what they are seen as, besides how they were named. */
#define VARIANT_PROGRAM 8u
#define VARIANT_MAPPED 9u

#define HEAD_SIZE 4096 /* of a program: as much as the kernel reads, and more */
#define INTERPRETERS_MAX 5 /* fs/exec.c */

int learning_init(struct learning *ret, struct evidence *evidence,
		  char *const environment[])
{
	memset(ret, 0, sizeof(*ret));
	ret->evidence = evidence;
	ret->listener_fd = -1;
	learn_view_init(&ret->view);
	memset(ret->call_of_nr, -1, sizeof(ret->call_of_nr));
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(FILTER_ARCH_NATIVE, call);

		if (nr >= 0 && nr < FILTER_NR_MAX)
			ret->call_of_nr[nr] = (int16_t)call;
	}
	ret->seen = learn_seen_new();
	ret->variables = learn_variables_new(environment);
	if (ret->seen && ret->variables)
		return 0;
	learning_done(ret);
	return -ENOMEM;
}

void learning_done(struct learning *learning)
{
	learn_seen_free(learning->seen);
	learn_variables_free(learning->variables);
	for (size_t i = 0; i < learning->n_written; i++)
		free(learning->written[i]);
	learning->n_written = 0;
}

/* A device or a pipe may do something when it is opened. */
static int open_regular(const char *real)
{
	autoclose int path_fd = open(real, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	char link[32];
	struct stat st;

	if (path_fd < 0 || fstat(path_fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", path_fd);
	return open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* The interpreter that a file names. Return: 0; -ENOENT: none */
static int read_interpreter(int fd, char ret[PATH_MAX])
{
	scratch char head[HEAD_SIZE];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	const Elf64_Ehdr *elf = (const void *)head;
	Elf64_Phdr header;

	if (n > 2 && head[0] == '#' && head[1] == '!') {
		size_t at = 2, len;

		head[n - 1] = '\0';
		at += strspn(head + at, " \t");
		len = strcspn(head + at, " \t\n");
		memcpy(ret, head + at, len);
		ret[len] = '\0';
		return len ? 0 : -ENOENT;
	}
	if (n < (ssize_t)sizeof(*elf) ||
	    memcmp(head, ELFMAG, SELFMAG) != 0 ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf->e_phentsize != sizeof(header))
		return -ENOENT;
	for (unsigned int i = 0; i < elf->e_phnum && i < 64; i++) {
		off_t at = (off_t)(elf->e_phoff + i * sizeof(header));

		if (pread(fd, &header, sizeof(header), at) != sizeof(header))
			break;
		if (header.p_type != PT_INTERP)
			continue;
		if (header.p_filesz < 2 || header.p_filesz > PATH_MAX)
			break;
		n = pread(fd, ret, header.p_filesz, (off_t)header.p_offset);
		if (n != (ssize_t)header.p_filesz || ret[n - 1] != '\0')
			break;
		return 0;
	}
	return -ENOENT;
}

/* The kernel opens the interpreter itself: no call tells of it. */
static int take_interpreter(struct learning *learning, const char *name,
			    char ret_real[PATH_MAX])
{
	scratch struct learn_place place;

	if (*name != '/')
		return -ENOENT;
	learn_resolve(&learning->view, getpid(), name, false, &place);
	if (!place.is_there)
		return -ENOENT;
	memcpy(ret_real, place.real, strlen(place.real) + 1);
	return evidence_path(learning->evidence, name, place.real, USE_EXEC);
}

int learning_program(struct learning *learning, const char *real,
		     bool is_mapped)
{
	const unsigned int variant = is_mapped ? VARIANT_MAPPED
					       : VARIANT_PROGRAM;
	scratch char file[PATH_MAX], name[PATH_MAX];
	int r = is_mapped ? 0 : evidence_program(learning->evidence, real);

	memcpy(file, real, strlen(real) + 1);
	for (int i = 0; r == 0 && i < INTERPRETERS_MAX; i++) {
		uint64_t key = learn_seen_key(learning->seen, file, variant);
		int fd;

		if (learn_seen_has(learning->seen, key, USE_EXEC))
			return 0;
		learn_seen_add(learning->seen, key, USE_EXEC, true);
		fd = open_regular(file);
		if (fd < 0)
			return 0;
		r = is_mapped ? -ENOENT : read_interpreter(fd, name);
		learn_variables_add(learning->variables, fd, file);
		if (r == 0)
			r = take_interpreter(learning, name, file);
	}
	return r == -ENOENT ? 0 : r;
}

static int remember_written(struct learning *learning, const char *real)
{
	char *copy;

	if (learning->n_written == LEARN_WRITTEN_MAX)
		return 0;
	copy = strdup(real);
	if (!copy)
		return -ENOMEM;
	learning->written[learning->n_written++] = copy;
	return 0;
}

uint64_t learning_file_size(const struct learning *learning)
{
	uint64_t most = 0;
	struct stat st;

	for (size_t i = 0; i < learning->n_written; i++) {
		if (lstat(learning->written[i], &st) == 0 &&
		    S_ISREG(st.st_mode) && (uint64_t)st.st_size > most)
			most = (uint64_t)st.st_size;
	}
	return most;
}

/* What an object turns out to be decides what was done with it. */
static unsigned int real_use(const struct learn_place *place, unsigned int use,
			     unsigned int how)
{
	if (!place->is_there)
		return use;
	if (how & LEARN_MAKES) /* what is there stays */
		return USE_SEE;
	if (S_ISDIR(place->mode) && use & USE_READ)
		use = (use & ~USE_READ) | USE_LIST;
	return use;
}

int learning_path(struct learning *learning, const struct observed *observed,
		  uint64_t id, const char *path, unsigned int use,
		  unsigned int how)
{
	scratch struct learn_place place;
	uint64_t key = learn_seen_key(learning->seen, path, how);
	unsigned int real;
	int r;

	if (learn_seen_has(learning->seen, key, use)) {
		if (use & USE_ENTRY)
			learn_seen_changed(learning->seen);
		return 0;
	}
	learn_resolve(&learning->view, observed->tid, path, how & LEARN_LINK,
		      &place);
	if (!listener_is_valid(learning->listener_fd, id))
		return 0;
	real = real_use(&place, use, how);
	r = evidence_path(learning->evidence, path,
			  place.is_there ? place.real : NULL, real);
	learn_seen_add(learning->seen, key, use, place.is_there);
	if (use & USE_ENTRY)
		learn_seen_changed(learning->seen);
	if (r == 0 && use & USE_WRITE)
		r = remember_written(learning,
				     place.is_there ? place.real : path);
	if (r == 0 && use & USE_EXEC && place.is_there && place.is_ours)
		r = learning_program(learning, place.real, use & USE_READ);
	return r;
}
