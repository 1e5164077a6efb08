/* Attempts to run code that the program brought along. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"
#include "base/io.h"

/* No format that a kernel knows: what may be executed ends in ENOEXEC, what
 * may not is refused before anyone looks inside. */
static const char not_a_program[] = "not a program\n";

static int execute(int dirfd, const char *path, int flags)
{
	char *const argv[] = { (char *)"attack", NULL };
	char *const envp[] = { NULL };
	int r;

	r = try_result(try_syscall(CALL_execveat, dirfd, (long)path, (long)argv,
				   (long)envp, flags, 0));
	return r == -ENOEXEC ? 0 : r;
}

static int execute_in(const char *dir)
{
	char path[ATTACK_PATH_MAX];
	autoclose int fd = try_make_file(dir, path, sizeof(path));
	int r;

	if (fd < 0)
		return fd;
	r = write_exactly(fd, not_a_program, sizeof(not_a_program) - 1);
	close(fd_take(&fd)); /* or ETXTBSY */
	if (r == 0)
		r = execute(AT_FDCWD, path, 0);
	unlink(path);
	return r;
}

static int run_home(const struct attack_stage *stage)
{
	const char *home = getenv("HOME");

	(void)stage;
	return home ? execute_in(home) : ATTACK_NOT_APPLICABLE;
}

const struct attack attack_execute_home = {
	.name = "execute-home",
	.title = "run a file that it wrote to the home directory",
	.guarantee = "files-write",
	.layer = "noexec, Landlock",
	.run = run_home,
	.expected = { EACCES },
};

static int run_tmp(const struct attack_stage *stage)
{
	(void)stage;
	return execute_in("/tmp");
}

const struct attack attack_execute_tmp = {
	.name = "execute-tmp",
	.title = "run a file that it wrote to /tmp",
	.guarantee = "files-write",
	.layer = "noexec, Landlock",
	.run = run_tmp,
	.expected = { EACCES },
};

/* As "ld.so /tmp/program" does, which needs no execute right on the file. */
static int run_map(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	autoclose int fd = try_make_file("/tmp", path, sizeof(path));
	void *code;
	int r;

	(void)stage;
	if (fd < 0)
		return fd;
	r = write_exactly(fd, not_a_program, sizeof(not_a_program) - 1);
	if (r == 0) {
		code = mmap(NULL, sizeof(not_a_program), PROT_READ | PROT_EXEC,
			    MAP_PRIVATE, fd, 0);
		r = code == MAP_FAILED ? -errno : 0;
	}
	unlink(path);
	return r;
}

const struct attack attack_execute_tmp_mapped = {
	.name = "execute-tmp-mapped",
	.title = "map a file that it wrote to /tmp as code",
	.guarantee = "files-write",
	.layer = "noexec",
	.run = run_map,
	.expected = { EPERM, EACCES },
};

static int run_memory(const struct attack_stage *stage)
{
	autoclose int fd = (int)try_syscall(CALL_memfd_create, (long)"attack",
					    0, 0, 0, 0, 0);
	int r;

	(void)stage;
	if (fd < 0)
		return -errno;
	r = write_exactly(fd, not_a_program, sizeof(not_a_program) - 1);
	return r < 0 ? r : execute(fd, "", AT_EMPTY_PATH);
}

const struct attack attack_hole_memory_file = {
	.name = "hole-memory-file",
	.title = "run a file made in memory: the box confines what code may "
		 "do, not whose code it is",
	.guarantee = "files-write",
	.layer = "none",
	.is_hole = true,
	.run = run_memory,
	.expected = { EACCES, EPERM },
};

static int run_write_exec(const struct attack_stage *stage)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)stage;
	return code == MAP_FAILED ? -errno : 0;
}

const struct attack attack_hole_write_exec = {
	.name = "hole-write-exec",
	.title = "have memory both writable and executable: compilers at run "
		 "time need it; --no-write-exec takes it away",
	.guarantee = "kernel",
	.layer = "none",
	.is_hole = true,
	.run = run_write_exec,
	.expected = { EACCES, EPERM },
};
