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
#define VARIANT_DIRECTORY 10u /* its name is its real one */

#define HEAD_SIZE 1024 /* of a program: as much as the kernel reads, and more */
#define LOADER_WITHIN 64 /* program headers */
#define INTERPRETERS_MAX 5 /* fs/exec.c */

int learning_init(struct learning *ret, struct evidence *evidence,
		  char *const environment[])
{
	memset(ret, 0, sizeof(*ret));
	ret->evidence = evidence;
	ret->listener_fd = -1;
	learn_view_init(&ret->view);
	observe_cache_init(&ret->cache);
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
	observe_cache_done(&learning->cache);
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

/* Where an ELF file names its loader. Return: 0; -ENOENT: none */
static int read_loader(int fd, const Elf64_Ehdr *elf, char ret[PATH_MAX])
{
	Elf64_Phdr header;

	for (unsigned int i = 0; i < elf->e_phnum && i < LOADER_WITHIN; i++) {
		off_t at = (off_t)(elf->e_phoff + i * sizeof(header));

		if (pread(fd, &header, sizeof(header), at) != sizeof(header))
			break;
		if (header.p_type != PT_INTERP)
			continue;
		if (header.p_filesz < 2 || header.p_filesz > PATH_MAX ||
		    pread(fd, ret, header.p_filesz, (off_t)header.p_offset) !=
			    (ssize_t)header.p_filesz ||
		    ret[header.p_filesz - 1] != '\0')
			break;
		return 0;
	}
	return -ENOENT;
}

/* The interpreter that a file names. Return: 0; 1: of a script; -ENOENT: none */
static int read_interpreter(int fd, char ret[PATH_MAX])
{
	scratch char head[HEAD_SIZE] __attribute__((aligned(8)));
	ssize_t n = pread(fd, head, sizeof(head), 0);
	const Elf64_Ehdr *elf = (const void *)head;

	if (n > 2 && head[0] == '#' && head[1] == '!') {
		size_t at = 2, len;

		head[n - 1] = '\0';
		at += strspn(head + at, " \t");
		len = strcspn(head + at, " \t\n");
		memcpy(ret, head + at, len);
		ret[len] = '\0';
		return len ? 1 : -ENOENT;
	}
	if (n < (ssize_t)sizeof(*elf) ||
	    memcmp(head, ELFMAG, SELFMAG) != 0 ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf->e_phentsize != sizeof(Elf64_Phdr))
		return -ENOENT;
	return read_loader(fd, elf, ret);
}

/* The kernel opens the interpreter itself: no call tells of it. */
static int take_interpreter(struct learning *learning, const char *name,
			    bool is_script, char ret_real[PATH_MAX])
{
	scratch struct learn_place place;
	int r;

	if (*name != '/')
		return -ENOENT;
	learn_resolve(&learning->view, getpid(), name, false, &place);
	if (!place.is_there)
		return -ENOENT;
	memcpy(ret_real, place.real, strlen(place.real) + 1);
	r = evidence_path(learning->evidence, name, place.real, USE_EXEC);
	return r < 0 || !is_script ? r
		: evidence_program(learning->evidence, place.real);
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
		learn_seen_add(learning->seen, key, USE_EXEC, LASTS_FOREVER);
		fd = open_regular(file);
		if (fd < 0)
			return 0;
		r = is_mapped ? -ENOENT : read_interpreter(fd, name);
		if (learn_variables_add(learning->variables, fd, file) < 0)
			return -ENOMEM;
		if (r >= 0)
			r = take_interpreter(learning, name, r, file);
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

/* The directory of a path, if it has a name of its own there. */
static bool split(const char *path, char ret_directory[PATH_MAX])
{
	const char *last = strrchr(path, '/');
	size_t n = (size_t)(last - path);

	if (n == 0 || !last[1] || strcmp(last, "/..") == 0 ||
	    strncmp(path, "/proc/", 6) == 0) /* another's, "self" */
		return false;
	memcpy(ret_directory, path, n);
	ret_directory[n] = '\0';
	return true;
}

/* A name in a directory that we have open, too. */
static bool resolve_below(const struct observe_cache *cache, const char *path,
			  struct learn_place *ret)
{
	const char *last = strrchr(path, '/');
	size_t n = (size_t)(last - path);

	return cache->base_fd >= 0 && strncmp(path, cache->base, n) == 0 &&
	       cache->base[n] == '\0' &&
	       learn_resolve_in(path, cache->base_fd, last + 1, ret);
}

/* In a directory that is known a name takes one call instead of four. */
static void resolve(struct learning *learning, pid_t tid, const char *path,
		    bool is_link, struct learn_place *ret)
{
	scratch char directory[PATH_MAX];
	bool is_simple = learning->view.is_everybodys && split(path, directory);
	uint64_t key = 0;

	if (is_simple && resolve_below(&learning->cache, path, ret))
		return;
	if (is_simple) {
		key = learn_seen_key(learning->seen, directory,
				     VARIANT_DIRECTORY);
		if (learn_seen_has(learning->seen, key, USE_SEE) &&
		    learn_resolve_in(path, AT_FDCWD, path, ret))
			return;
	}
	learn_resolve(&learning->view, tid, path, is_link, ret);
	/* Where the name is the real one, so is the directory's. */
	if (is_simple && ret->is_there && strcmp(ret->real, path) == 0)
		learn_seen_add(learning->seen, key, USE_SEE, LASTS_UNTIL_MOVED);
}

/* The program may be about to do that: what was known does not last. */
static void end_lasting(struct learning *learning, unsigned int use)
{
	if (!(use & USE_ENTRY))
		return;
	learn_seen_end(learning->seen, LASTS_UNTIL_MADE);
	if (use == USE_ENTRY) /* open() makes no links */
		learn_seen_end(learning->seen, LASTS_UNTIL_MOVED);
}

/*
 * Was it that thread that was looked at, and not another that got its number? Where
 * nothing is left to be looked at the call goes on here, which tells that as well,
 * and the rest is done beside it.
 */
static bool is_still_it(struct learning *learning,
			const struct observed *observed, uint64_t id,
			unsigned int use)
{
	if (use & (USE_EXEC | USE_ENTRY) || !observed->row ||
	    observed->row->paths[1].path != OBSERVED_NONE)
		return listener_is_valid(learning->listener_fd, id);
	observe_cache_end(&learning->cache, observed);
	learning->is_answered = true;
	return listener_continue(learning->listener_fd, id) == 0;
}

int learning_path(struct learning *learning, const struct observed *observed,
		  uint64_t id, const char *path, unsigned int use,
		  unsigned int how)
{
	scratch struct learn_place place;
	uint64_t key = learn_seen_key(learning->seen, path, how);
	int r;

	if (learn_seen_has(learning->seen, key, use)) {
		end_lasting(learning, use);
		return 0;
	}
	resolve(learning, observed->tid, path, how & LEARN_LINK, &place);
	if (!is_still_it(learning, observed, id, use))
		return 0;
	r = evidence_typed(learning->evidence, path,
			   place.is_there ? place.real : NULL,
			   real_use(&place, use, how), place.mode);
	learn_seen_add(learning->seen, key, use,
		       place.is_there ? LASTS_FOREVER : LASTS_UNTIL_MADE);
	end_lasting(learning, use);
	if (r == 0 && use & USE_WRITE)
		r = remember_written(learning,
				     place.is_there ? place.real : path);
	if (r == 0 && use & USE_EXEC && place.is_there && place.is_ours)
		r = learning_program(learning, place.real, use & USE_READ);
	return r;
}
