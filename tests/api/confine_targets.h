/* What the attacks of a confined process are aimed at, set up outside. */
#ifndef FH_TESTS_API_CONFINE_TARGETS_H
#define FH_TESTS_API_CONFINE_TARGETS_H

#include <arpa/inet.h>
#include <mqueue.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "layer.h"

#define SECRET "what nobody shall know"

/* All that an attack is aimed at, and what was open before the fences. */
static struct {
	char dir[64], secret[80], mine[80], name[32];
	pid_t victim; /* of the same user, waiting */
	struct sockaddr_in tcp; /* listens, and is not ours to reach */
	struct sockaddr_un abstract;
	socklen_t abstract_len;
	int abstract_fd;
	int shm;
	int mine_fd;  /* of .mine, to read and write */
	struct sockaddr_in served; /* listens, for an .accepted */
	int serving;
	int fresh, accepted; /* TCP sockets of the one attack */
	volatile int *n_signals; /* that reached the victim */
	int userns; /* of a process of ours */
	char here[32]; /* read out of the victim: the same place in both */
} it;

static inline int listen_tcp(struct sockaddr_in *ret)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*ret);

	*ret = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check(fd >= 0);
	check_int(bind(fd, (struct sockaddr *)ret, len), 0);
	check_int(listen(fd, 64), 0);
	check_int(getsockname(fd, (struct sockaddr *)ret, &len), 0);
	return fd;
}

/* Anew for each attack: what is open is shared with all children. */
static inline void open_sockets(void)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	it.fresh = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_int(connect(client, (struct sockaddr *)&it.served,
			  sizeof(it.served)), 0);
	it.accepted = accept(it.serving, NULL, NULL);
	check(it.fresh >= 0 && it.accepted >= 0);
}

static inline void listen_all(void)
{
	it.serving = listen_tcp(&it.served);
	listen_tcp(&it.tcp);
	it.abstract = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(it.abstract.sun_path + 1, sizeof(it.abstract.sun_path) - 1,
		 "confine-attacks-%d", getpid());
	it.abstract_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				      1 + strlen(it.abstract.sun_path + 1));
	it.abstract_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_int(bind(it.abstract_fd, (struct sockaddr *)&it.abstract,
		       it.abstract_len), 0);
	check_int(listen(it.abstract_fd, 64), 0);
}

static inline void write_text(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	check(fd >= 0);
	check_int(write(fd, SECRET, strlen(SECRET)), strlen(SECRET));
	fsetxattr(fd, "user.secret", SECRET, strlen(SECRET), 0);
	close(fd);
}

/* A user namespace of ours, held by its descriptor alone. */
static inline int make_userns(void)
{
	int ends[2], fd = -1;
	char path[64], byte;
	pid_t pid;

	check(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		byte = unshare(CLONE_NEWUSER) == 0;
		byte = (char)write(ends[1], &byte, 1);
		pause();
	}
	if (read(ends[0], &byte, 1) == 1 && byte) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

static inline void count_signal(int sig)
{
	(void)sig;
	++*it.n_signals;
}

static inline void stand_up(void)
{
	snprintf(it.dir, sizeof(it.dir), "/tmp/attacks-XXXXXX");
	check(mkdtemp(it.dir));
	snprintf(it.secret, sizeof(it.secret), "%s/secret", it.dir);
	snprintf(it.mine, sizeof(it.mine), "%s/mine", it.dir);
	snprintf(it.name, sizeof(it.name), "/attacks-%d", getpid());
	write_text(it.secret);
	write_text(it.mine);
	it.mine_fd = open(it.mine, O_RDWR | O_CLOEXEC);
	it.shm = shmget(IPC_PRIVATE, 4096, 0600);
	check(it.mine_fd >= 0 && it.shm >= 0);
	it.userns = make_userns();
	listen_all();
	strcpy(it.here, SECRET);
	it.n_signals = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(it.n_signals != MAP_FAILED);
	it.victim = fork();
	if (it.victim == 0) {
		signal(SIGURG, SIG_IGN);
		signal(SIGIO, count_signal);
		for (;;)
			pause();
	}
	check(it.victim > 0);
	usleep(20000);
	memset(it.here, 0, sizeof(it.here));
}

static inline void stand_down(void)
{
	kill(it.victim, SIGKILL);
	waitpid(it.victim, NULL, 0);
	shmctl(it.shm, IPC_RMID, NULL);
	mq_unlink(it.name);
	unlink(it.secret);
	unlink(it.mine);
	rmdir(it.dir);
}

#endif
