/* Opens files beneath the table's directories, and reads those it names. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "broker/monitor_state.h"
#include "sys/mounts_calls.h"

/* Whatever lies there is neither waited for, nor followed, nor becomes our
 * terminal. */
#define OPEN_ALWAYS (O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)
#define RESOLVE_ALWAYS                                                         \
	(OPEN_BENEATH | OPEN_NO_MAGICLINKS | OPEN_NO_SYMLINKS | OPEN_NO_XDEV)
#define MODE_MAX 0666
#define SETID_BITS 06000

static int is_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode);
}

/* The kernel takes the bits from a file that is written, but not from one that
 * is mapped: whoever executed it later would lend his id to the worker's code. */
static int may_be_given(int fd, unsigned int access)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) &&
	       (access == FH_READ || !(st.st_mode & SETID_BITS));
}

/* Where the monitor's own memory is a file, and that of others. */
static bool is_of_processes(const char *path, int fd)
{
	static const char settings[] = "/proc/sys";
	struct statfs st;

	return fstatfs(fd, &st) < 0 ||
	       (st.f_type == PROC_SUPER_MAGIC &&
		(strncmp(path, settings, sizeof(settings) - 1) != 0 ||
		 !strchr("/", path[sizeof(settings) - 1])));
}

int open_row(const struct broker_row *row, int *ret_fd)
{
	int flags = row->kind == FH_BROKER_OPEN
			    ? O_PATH | O_DIRECTORY | O_CLOEXEC
			    : O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	autoclose int fd = -1;
	int r;

	*ret_fd = -1;
	if (row->kind != FH_BROKER_OPEN && row->kind != FH_BROKER_READ_FILE)
		return 0;
	fd = open(row->object, flags);
	fd = fd < 0 ? -errno : fd_raise(fd);
	if (fd < 0)
		return fd;
	if (row->kind == FH_BROKER_READ_FILE) {
		r = is_regular(fd);
		if (r <= 0)
			return r < 0 ? r : -EINVAL;
	} else if (is_of_processes(row->object, fd)) {
		return -EPERM;
	}
	*ret_fd = fd_take(&fd);
	return 0;
}

/* Every component is a name: not "", "." or "..". */
static bool is_plain(const char *path)
{
	while (path) {
		size_t len = strcspn(path, "/");

		if (len == 0 || (len == 1 && path[0] == '.') ||
		    (len == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path = path[len] ? path + len + 1 : NULL;
	}
	return true;
}

static int how_to_open(unsigned int access)
{
	if (access == FH_READ)
		return O_RDONLY;
	return access == FH_WRITE ? O_RDWR : O_WRONLY | O_CREAT | O_EXCL;
}

/* Of the request only the names beneath the directory and the permission bits
 * reach the kernel. */
int open_request(const struct broker_row *row, int dir_fd,
		 const struct wire_request *request)
{
	size_t len = strlen(row->object);
	const char *rest = request->name + (len == 1 ? 1 : len + 1);
	uint64_t mode = row->access == FH_BROKER_CREATE
				? request->mode & MODE_MAX : 0;
	uint64_t flags = (uint64_t)(OPEN_ALWAYS | how_to_open(row->access));
	autoclose int fd = is_plain(rest)
		? open_resolved_mode(dir_fd, rest, flags, mode, RESOLVE_ALWAYS)
		: -EACCES;
	int r = fd < 0 ? fd : may_be_given(fd, row->access);

	if (r <= 0)
		return r < 0 ? r : -EACCES;
	/* Only O_NONBLOCK can be taken away like that, and it is. */
	if (fcntl(fd, F_SETFL, 0) < 0)
		return -errno;
	return fd_take(&fd);
}

int read_file_request(const struct broker_row *row, int file_fd, uint8_t *ret)
{
	size_t size = 0;

	while (size <= row->max_answer) {
		ssize_t n = pread(file_fd, ret + size,
				  row->max_answer + 1 - size, (off_t)size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return (int)size;
		if (n < 0) {
			int r = -errno;

			explicit_bzero(ret, size);
			return r;
		}
		size += (size_t)n;
	}
	explicit_bzero(ret, size);
	return -EFBIG;
}
