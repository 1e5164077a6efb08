/*
 * Does one thing, and says the errno that it failed with.
 *
 *   helper_refused ACTION [ARGUMENT...]
 *
 * Exit status: 0 when it succeeded, 1 when not, 2 when it is not known. Static, to be
 * of use in a box that shows no library.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int do_open(const char *path, int flags)
{
	return open(path, flags | O_CLOEXEC, 0644) < 0 ? -1 : 0;
}

static int act_read(char **a) { return do_open(a[0], O_RDONLY); }
static int act_list(char **a) { return do_open(a[0], O_RDONLY | O_DIRECTORY); }
static int act_write(char **a) { return do_open(a[0], O_WRONLY); }
static int act_update(char **a) { return do_open(a[0], O_RDWR | O_CREAT); }
static int act_create(char **a) { return do_open(a[0], O_WRONLY | O_CREAT); }
static int act_new(char **a)
{
	return do_open(a[0], O_WRONLY | O_CREAT | O_EXCL);
}
static int act_nofollow(char **a)
{
	return do_open(a[0], O_RDONLY | O_NOFOLLOW);
}
static int act_mkdir(char **a) { return mkdir(a[0], 0755); }
static int act_rmdir(char **a) { return rmdir(a[0]); }
static int act_unlink(char **a) { return unlink(a[0]); }
static int act_rename(char **a) { return rename(a[0], a[1]); }
static int act_link(char **a) { return link(a[0], a[1]); }
static int act_symlink(char **a) { return symlink(a[0], a[1]); }
static int act_mkfifo(char **a) { return mkfifo(a[0], 0644); }
static int act_access(char **a) { return access(a[0], R_OK); }
static int act_writable(char **a) { return access(a[0], W_OK); }
static int act_chdir(char **a) { return chdir(a[0]); }
static int act_chmod(char **a) { return chmod(a[0], 0600); }
static int act_truncate(char **a) { return truncate(a[0], 0); }
static int act_touch(char **a) { return utimensat(AT_FDCWD, a[0], NULL, 0); }
static int act_exec(char **a) { return execv(a[0], a); }
static int act_kill(char **a) { return kill(atoi(a[0]), 0); }
static int act_pidfd(char **a)
{
	return syscall(SYS_pidfd_open, atoi(a[0]), 0) < 0 ? -1 : 0;
}
static int act_mount(char **a)
{
	(void)a;
	return mount("x", "/tmp", "tmpfs", 0, NULL);
}
static int act_uname(char **a)
{
	struct utsname name;

	(void)a;
	return uname(&name);
}
static int act_family(char **a)
{
	return socket(atoi(a[0]), SOCK_RAW, 0) < 0 ? -1 : 0;
}

static int act_stat(char **a)
{
	struct stat st;

	return stat(a[0], &st);
}

static int act_lstat(char **a)
{
	struct stat st;

	return lstat(a[0], &st);
}

static int act_statfs(char **a)
{
	struct statfs st;

	return statfs(a[0], &st);
}

static int act_readlink(char **a)
{
	char link[4096];

	return readlink(a[0], link, sizeof(link)) < 0 ? -1 : 0;
}

static int act_chown(char **a)
{
	return chown(a[0], (uid_t)atoi(a[1]), (gid_t)atoi(a[2]));
}

static socklen_t internet(char **a, struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (void *)ret;
	struct sockaddr_in6 *in6 = (void *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, a[0], &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)atoi(a[1]));
		return sizeof(*in);
	}
	inet_pton(AF_INET6, a[0], &in6->sin6_addr);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)atoi(a[1]));
	return sizeof(*in6);
}

static int act_connect(char **a)
{
	struct sockaddr_storage to;
	socklen_t size = internet(a, &to);
	int fd = socket(to.ss_family, SOCK_STREAM, 0);

	return fd < 0 ? -1 : connect(fd, (void *)&to, size);
}

static int act_bind(char **a)
{
	struct sockaddr_storage to;
	socklen_t size = internet(a, &to);
	int fd = socket(to.ss_family, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return fd < 0 ? -1 : bind(fd, (void *)&to, size);
}

static int act_send(char **a)
{
	struct sockaddr_storage to;
	socklen_t size = internet(a, &to);
	int fd = socket(to.ss_family, SOCK_DGRAM, 0);

	return fd < 0 ? -1 : sendto(fd, "x", 1, 0, (void *)&to, size) < 0 ? -1 : 0;
}

/* Listens itself, and connects to that. */
static int act_talk(char **a)
{
	struct sockaddr_storage to;
	socklen_t size = internet(a, &to);
	int server = socket(to.ss_family, SOCK_STREAM, 0), one = 1;

	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (server < 0 || bind(server, (void *)&to, size) < 0 ||
	    listen(server, 1) < 0)
		return -1;
	return act_connect(a);
}

static socklen_t local(const char *name, struct sockaddr_un *ret)
{
	size_t len = strlen(name);

	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	memcpy(ret->sun_path, name, len);
	if (*name == '@')
		ret->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len +
			   (*name != '@'));
}

static int act_unix(char **a)
{
	struct sockaddr_un to;
	socklen_t size = local(a[0], &to);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? -1 : connect(fd, (void *)&to, size);
}

static int act_unixbind(char **a)
{
	struct sockaddr_un to;
	socklen_t size = local(a[0], &to);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? -1 : bind(fd, (void *)&to, size);
}

static int act_descriptors(char **a)
{
	for (int i = 0; i < atoi(a[0]); i++)
		if (dup(2) < 0)
			return -1;
	return 0;
}

static int act_fork(char **a)
{
	for (int i = 0; i < atoi(a[0]); i++) {
		pid_t pid = fork();

		if (pid < 0)
			return -1;
		if (pid == 0)
			for (;;)
				pause();
	}
	return 0;
}

/* Storage of that many bytes, in a new file. */
static int act_reserve(char **a)
{
	int fd = open(a[0], O_RDWR | O_CREAT, 0644);

	return fd < 0 ? -1 : fallocate(fd, 0, 0, atoll(a[1]));
}

static int act_fill(char **a)
{
	int fd = open(a[0], O_WRONLY | O_CREAT, 0644);

	return fd < 0 ? -1 : pwrite(fd, "x", 1, atoll(a[1])) < 0 ? -1 : 0;
}

static int act_burn(char **a)
{
	struct timespec now;

	do {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	} while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < atoi(a[0]));
	return 0;
}

static int act_sleep(char **a) { return usleep((unsigned int)atoi(a[0]) * 1000); }

/* A copy of itself, executed. */
static int act_copyexec(char **a)
{
	static char buffer[1 << 16];
	int from = open("/proc/self/exe", O_RDONLY);
	int to = open(a[0], O_WRONLY | O_CREAT, 0755);
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, (size_t)n) != n)
			return -1;
	close(to);
	return execl(a[0], a[0], "uname", NULL);
}

static int act_busy(char **a)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	(void)a;
	close(fd);
	return do_open("/proc/self/exe", O_WRONLY);
}

static int act_loop(char **a)
{
	if (symlink(a[0], a[0]) < 0)
		return -1;
	return do_open(a[0], O_RDONLY);
}

static int act_dangle(char **a)
{
	if (symlink("nowhere", a[0]) < 0)
		return -1;
	return do_open(a[0], O_RDONLY);
}

/* The child has a number that it gives back. */
static int act_gone(char **a)
{
	pid_t pid = fork();

	(void)a;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return kill(pid, 0);
}

#define ACT(name) { #name, act_##name }
static const struct {
	const char *name;
	int (*act)(char **arguments);
} acts[] = {
	ACT(access), ACT(bind), ACT(burn), ACT(busy), ACT(chdir), ACT(chmod),
	ACT(chown), ACT(connect), ACT(copyexec), ACT(create), ACT(dangle),
	ACT(descriptors), ACT(exec), ACT(family), ACT(fill), ACT(fork),
	ACT(gone), ACT(kill), ACT(link), ACT(list), ACT(loop), ACT(lstat),
	ACT(mkdir), ACT(mkfifo), ACT(mount), ACT(new), ACT(nofollow),
	ACT(pidfd), ACT(read), ACT(readlink), ACT(rename), ACT(reserve),
	ACT(rmdir), ACT(send), ACT(sleep), ACT(stat), ACT(statfs),
	ACT(symlink), ACT(talk), ACT(touch), ACT(truncate), ACT(uname),
	ACT(unix), ACT(unixbind), ACT(unlink), ACT(update), ACT(writable),
	ACT(write),
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(*acts); i++) {
		if (strcmp(acts[i].name, argv[1]) != 0)
			continue;
		if (acts[i].act(argv + 2) == 0)
			return 0;
		dprintf(1, "errno %d\n", errno);
		return 1;
	}
	return 2;
}
