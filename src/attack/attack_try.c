/* The moves that several attacks share. */
#include "attack/attack_try.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"

int try_result(long r)
{
	return r < 0 ? -errno : 0;
}

int try_open(const char *path, int flags)
{
	autoclose int fd =
		open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return try_result(fd);
}

int try_read(const char *path)
{
	autoclose int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char byte;

	if (fd < 0)
		return -errno;
	return try_result(read(fd, &byte, 1));
}

int try_list(const char *path)
{
	DIR *dir = opendir(path);
	int r;

	if (!dir)
		return -errno;
	errno = 0;
	r = readdir(dir) ? 0 : -errno;
	closedir(dir);
	return r;
}

int try_create(const char *path)
{
	autoclose int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	unlink(path);
	return 0;
}

int try_path(char *ret, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(ret, size, fmt, args);
	va_end(args);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int try_make_file(const char *dir, char *ret_path, size_t size)
{
	int fd;
	int r;

	r = try_path(ret_path, size, "%s/fumehood-attack-%d", dir,
		     (int)getpid());
	if (r < 0)
		return r;
	fd = open(ret_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	return fd < 0 ? -errno : fd;
}

int try_number(enum syscall_id id)
{
#if defined(__x86_64__)
	return syscalls[id].x86_64;
#elif defined(__aarch64__)
	return syscalls[id].aarch64;
#else
#error "system call numbers are known for x86_64 and aarch64 only"
#endif
}

long try_syscall(enum syscall_id id, long a, long b, long c, long d, long e,
		 long f)
{
	int nr = try_number(id);

	if (nr < 0) {
		errno = ENOSYS;
		return -1;
	}
	return syscall(nr, a, b, c, d, e, f);
}

bool try_prey_is_ours(const struct attack_stage *stage)
{
	pid_t session = getsid(stage->prey_pid);

	return session >= 0 && session == getsid(0);
}
