/* The system calls that carry policy: which argument is a path, and what for. */
#include "tables/observed_calls.h"

#include "base/cleanup.h"

/*
 * link() needs the directory of the old name as well: Landlock asks for REFER in
 * both. The target of a symbolic link is a text, nothing that is used. Reading
 * what an inode says of itself (stat, extended attributes) is seeing; changing it
 * is writing.
 */
#define NO OBSERVED_NONE
#define END { .path = NO, .dirfd = NO }
#define ROW(name, what, at, ...)                                               \
	{ .call = CALL_##name,                                                 \
	  .kind = OBSERVED_##what,                                             \
	  .flags = (at),                                                       \
	  .paths = { __VA_ARGS__ } }
#define AT(dir, name, what) { .path = (name), .dirfd = (dir), .use = USE_##what }

/* A path from the working directory, in argument 0. */
#define PATH(name, what) ROW(name, PATHS, NO, AT(NO, 0, what), END)
/* A path in argument 1, below the directory in argument 0. */
#define PATH_AT(name, flags, what) ROW(name, PATHS, flags, AT(0, 1, what), END)
/* No path, but something else. */
#define PLAIN(name, what) ROW(name, what, NO, END, END)

const struct observed_call observed_calls[] = {
	PLAIN(accept, DESCRIPTOR),
	PLAIN(accept4, DESCRIPTOR),
	PATH(access, SEE),
	PLAIN(bind, BIND),
	PATH(chdir, SEE),
	PATH(chmod, WRITE),
	PATH(chown, WRITE),
	PATH(chroot, SEE),
	PLAIN(clone, PROCESS),
	PLAIN(clone3, PROCESS),
	PLAIN(connect, CONNECT),
	ROW(creat, OPEN, NO, AT(NO, 0, WRITE), END),
	PLAIN(dup, DESCRIPTOR),
	PLAIN(dup2, DESCRIPTOR),
	PLAIN(dup3, DESCRIPTOR),
	PLAIN(epoll_create, DESCRIPTOR),
	PLAIN(epoll_create1, DESCRIPTOR),
	PLAIN(eventfd, DESCRIPTOR),
	PLAIN(eventfd2, DESCRIPTOR),
	PATH(execve, EXEC),
	PATH_AT(execveat, 4, EXEC),
	PATH_AT(faccessat, NO, SEE),
	PATH_AT(faccessat2, 3, SEE),
	PLAIN(fallocate, DESCRIPTOR),
	ROW(fanotify_mark, PATHS, NO, AT(3, 4, SEE), END),
	PLAIN(fchmod, OTHER),
	PATH_AT(fchmodat, NO, WRITE),
	PATH_AT(fchmodat2, 3, WRITE),
	PLAIN(fchown, OTHER),
	PATH_AT(fchownat, 4, WRITE),
	PATH_AT(file_getattr, 4, SEE),
	PATH_AT(file_setattr, 4, WRITE),
	PLAIN(fork, PROCESS),
	PLAIN(fremovexattr, OTHER),
	PLAIN(fsetxattr, OTHER),
	PLAIN(ftruncate, DESCRIPTOR),
	PATH_AT(futimesat, NO, WRITE),
	PATH(getxattr, SEE),
	PATH_AT(getxattrat, 2, SEE),
	ROW(inotify_add_watch, PATHS, NO, AT(NO, 1, READ), END),
	PLAIN(inotify_init, DESCRIPTOR),
	PLAIN(inotify_init1, DESCRIPTOR),
	PLAIN(kill, SIGNAL),
	PATH(lchown, WRITE),
	PATH(lgetxattr, SEE),
	ROW(link, PATHS, NO, AT(NO, 0, ENTRY), AT(NO, 1, ENTRY)),
	ROW(linkat, PATHS, 4, AT(0, 1, ENTRY), AT(2, 3, ENTRY)),
	PLAIN(listen, LISTEN),
	PATH(listxattr, SEE),
	PATH_AT(listxattrat, 2, SEE),
	PATH(llistxattr, SEE),
	PATH(lremovexattr, WRITE),
	PATH(lsetxattr, WRITE),
	PATH(lstat, SEE),
	PLAIN(memfd_create, DESCRIPTOR),
	PATH(mkdir, ENTRY),
	PATH_AT(mkdirat, NO, ENTRY),
	PATH(mknod, ENTRY),
	PATH_AT(mknodat, NO, ENTRY),
	PLAIN(mount, OTHER),
	PATH_AT(name_to_handle_at, 4, SEE),
	PATH_AT(newfstatat, 3, SEE),
	ROW(open, OPEN, 1, AT(NO, 0, READ), END),
	ROW(openat, OPEN, 2, AT(0, 1, READ), END),
	ROW(openat2, OPEN_HOW, 2, AT(0, 1, READ), END),
	PLAIN(pidfd_open, SIGNAL),
	PLAIN(pipe, DESCRIPTOR),
	PLAIN(pipe2, DESCRIPTOR),
	PLAIN(pivot_root, OTHER),
	PLAIN(ptrace, OTHER),
	PATH(readlink, SEE),
	PATH_AT(readlinkat, NO, SEE),
	PATH(removexattr, WRITE),
	PATH_AT(removexattrat, 2, WRITE),
	ROW(rename, PATHS, NO, AT(NO, 0, ENTRY), AT(NO, 1, ENTRY)),
	ROW(renameat, PATHS, NO, AT(0, 1, ENTRY), AT(2, 3, ENTRY)),
	ROW(renameat2, PATHS, NO, AT(0, 1, ENTRY), AT(2, 3, ENTRY)),
	PATH(rmdir, ENTRY),
	PLAIN(rt_sigqueueinfo, SIGNAL),
	PLAIN(rt_tgsigqueueinfo, SIGNAL),
	PLAIN(sendto, SEND),
	PLAIN(setns, OTHER),
	PATH(setxattr, WRITE),
	PATH_AT(setxattrat, 2, WRITE),
	PLAIN(signalfd, DESCRIPTOR),
	PLAIN(signalfd4, DESCRIPTOR),
	PLAIN(socket, SOCKET),
	PLAIN(socketpair, SOCKET),
	PATH(stat, SEE),
	PATH(statfs, SEE),
	PATH_AT(statx, 2, SEE),
	ROW(symlink, PATHS, NO, AT(NO, 1, ENTRY), END),
	ROW(symlinkat, PATHS, NO, AT(1, 2, ENTRY), END),
	PLAIN(tgkill, SIGNAL),
	PLAIN(timerfd_create, DESCRIPTOR),
	PLAIN(tkill, SIGNAL),
	PATH(truncate, WRITE),
	PLAIN(umount2, OTHER),
	PATH(unlink, ENTRY),
	PATH_AT(unlinkat, 2, ENTRY),
	PLAIN(unshare, OTHER),
	PATH(utime, WRITE),
	PATH_AT(utimensat, 3, WRITE),
	PATH(utimes, WRITE),
	PLAIN(vfork, PROCESS),
};
const size_t n_observed_calls = ARRAY_SIZE(observed_calls);

const struct observed_call *observed_call_find(unsigned int call)
{
	size_t low = 0;
	size_t high = n_observed_calls;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (observed_calls[middle].call == call)
			return &observed_calls[middle];
		if (call < observed_calls[middle].call)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
