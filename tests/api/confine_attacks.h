/* The attacks of a confined process: 0 when one succeeds, or an errno. */
#ifndef FH_TESTS_API_CONFINE_ATTACKS_H
#define FH_TESTS_API_CONFINE_ATTACKS_H

#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "confine_targets.h"

#define UNTRIED -1 /* the machine does not let us try */

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

static int read_secret(void)
{
	return outcome(open(it.secret, O_RDONLY | O_CLOEXEC));
}

static int read_attribute(void)
{
	char value[64];

	return outcome(getxattr(it.secret, "user.secret", value,
				sizeof(value)));
}

static int list_attributes(void)
{
	char value[256];

	return outcome(listxattr(it.secret, value, sizeof(value)));
}

static int of_victim(const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", it.victim, what);
	return outcome(open(path, O_RDONLY | O_CLOEXEC));
}

static int victim_environ(void) { return of_victim("environ"); }
static int victim_memory(void) { return of_victim("mem"); }
static int victim_status(void) { return of_victim("status"); }
static int victim_root(void) { return of_victim("root"); }
static int victim_userns(void) { return of_victim("ns/user"); }

static int victim_exe(void)
{
	char path[64], link[256];

	snprintf(path, sizeof(path), "/proc/%d/exe", it.victim);
	return outcome(readlink(path, link, sizeof(link)));
}

static int victim_copy(void)
{
	char copy[sizeof(it.here)] = "";
	struct iovec to = { copy, sizeof(copy) };
	struct iovec from = { it.here, sizeof(it.here) };

	return outcome(process_vm_readv(it.victim, &to, 1, &from, 1, 0));
}

static int victim_trace(void)
{
	int r = SC(SYS_ptrace, PTRACE_SEIZE, it.victim, 0, 0);

	if (r == 0)
		syscall(SYS_ptrace, PTRACE_DETACH, it.victim, 0, 0);
	return r;
}

static int victim_signal(void)
{
	return SC(SYS_kill, it.victim, SIGURG);
}

static int victim_thread_signal(void)
{
	return SC(SYS_tgkill, it.victim, it.victim, SIGURG);
}

static int victim_pidfd_signal(void)
{
	int fd = (int)syscall(SYS_pidfd_open, it.victim, 0);

	return fd < 0 ? errno
		      : SC(SYS_pidfd_send_signal, fd, SIGURG, NULL, 0);
}

static int victim_descriptor(void)
{
	int fd = (int)syscall(SYS_pidfd_open, it.victim, 0);

	return fd < 0 ? errno : SC(SYS_pidfd_getfd, fd, it.mine_fd, 0);
}

static int victim_limit(void)
{
	struct rlimit limit = { 64, 64 };

	return SC(SYS_prlimit64, it.victim, RLIMIT_NOFILE, &limit, NULL);
}

static int victim_affinity(void)
{
	unsigned long mask = 1;

	return SC(SYS_sched_setaffinity, it.victim, sizeof(mask), &mask);
}

static int victim_nice(void)
{
	return SC(SYS_setpriority, PRIO_PROCESS, it.victim, 19);
}

static int victim_io_priority(void)
{
	return SC(SYS_ioprio_set, 1, it.victim, 3 << 13);
}

static int everybody_nice(void)
{
	return SC(SYS_setpriority, PRIO_USER, getuid(), 19);
}

static int victim_kcmp(void)
{
	return SC(SYS_kcmp, getpid(), it.victim, 0, 0, 0);
}

static int change_mode(void) { return outcome(chmod(it.mine, 0606)); }
static int change_open_mode(void) { return outcome(fchmod(it.mine_fd, 0606)); }

static int change_owner(void)
{
	return outcome(chown(it.mine, getuid(), getgid()));
}

static int change_times(void)
{
	return outcome(utimensat(AT_FDCWD, it.mine, NULL, 0));
}

static int change_open_times(void)
{
	return outcome(futimens(it.mine_fd, NULL));
}

static int change_attribute(void)
{
	return outcome(setxattr(it.mine, "user.mine", "x", 1, 0));
}

static int change_size(void) { return outcome(truncate(it.mine, 3)); }

static int make_link(void)
{
	char path[80];
	int r;

	snprintf(path, sizeof(path), "%s/link", it.dir);
	r = outcome(symlink("/", path));
	unlink(path);
	return r;
}

static int connect_abstract(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno
		      : outcome(connect(fd, (struct sockaddr *)&it.abstract,
					it.abstract_len));
}

static int new_socket(void)
{
	return outcome(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int new_netlink(void)
{
	return outcome(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int connect_open(void)
{
	return outcome(connect(it.fresh, (struct sockaddr *)&it.tcp,
			       sizeof(it.tcp)));
}

static int bind_open(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	return outcome(bind(it.fresh, (struct sockaddr *)&any, sizeof(any)));
}

/* A port that nobody gave, without a bind that could be refused. */
static int listen_open(void)
{
	return outcome(listen(it.fresh, 1));
}

/* TCP fast open connects without a connect that could be refused. */
static int send_to(int fd)
{
	return outcome(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
			      (struct sockaddr *)&it.tcp, sizeof(it.tcp)));
}

static int fast_open(void) { return send_to(it.fresh); }

static int message_fast_open(void)
{
	struct iovec data = { "x", 1 };
	struct msghdr message = { .msg_name = &it.tcp,
		.msg_namelen = sizeof(it.tcp), .msg_iov = &data,
		.msg_iovlen = 1 };

	return outcome(sendmsg(it.fresh, &message,
			       MSG_FASTOPEN | MSG_NOSIGNAL));
}

static int fast_open_accepted(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	connect(it.accepted, &none, sizeof(none));
	return send_to(it.accepted);
}

static int fast_open_option(void)
{
	int on = 1;

	return outcome(setsockopt(it.fresh, IPPROTO_TCP,
				  TCP_FASTOPEN_CONNECT, &on, sizeof(on)));
}

static int shared_memory(void)
{
	return outcome((long)shmat(it.shm, NULL, 0));
}

static int message_queue(void)
{
	return outcome(mq_open(it.name, O_CREAT | O_RDWR, 0600, NULL));
}

/* The kernel sends SIGIO to whoever owns a pipe that has something. Owning is
 * not refused, but the signal must not come. */
static int signal_by_owner(void)
{
	int ends[2], before = *it.n_signals;

	if (pipe(ends) < 0 || fcntl(ends[0], F_SETOWN, it.victim) < 0 ||
	    fcntl(ends[0], F_SETFL, O_ASYNC) < 0 ||
	    write(ends[1], "x", 1) != 1)
		return errno;
	for (int i = 0; i < 40 && *it.n_signals == before; i++)
		usleep(5000);
	/* Closing would send another, which might come in the next round. */
	fcntl(ends[0], F_SETFL, 0);
	return *it.n_signals > before ? 0 : EPERM;
}

static int user_namespace(void) { return SC(SYS_unshare, CLONE_NEWUSER); }

static int clone_namespace(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL,
			   NULL, NULL);

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static int enter_namespace(void)
{
	return it.userns < 0 ? UNTRIED : SC(SYS_setns, it.userns, 0);
}

static int mount_anything(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return errno;
	return SC(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
}

static int uring(void)
{
	struct io_uring_params params = { 0 };

	return SC(SYS_io_uring_setup, 1, &params);
}

/* KEYCTL_GET_KEYRING_ID of the session, and a key into it. */
static int session_keyring(void) { return SC(SYS_keyctl, 0, -3, 0, 0, 0); }

static int new_key(void)
{
	return SC(SYS_add_key, "user", "attack", "x", 1, -3);
}

static const struct attack {
	const char *name;
	int (*play)(void);
} attacks[] = {
	{ "read a secret", read_secret },
	{ "read a file's attribute", read_attribute },
	{ "list a file's attributes", list_attributes },
	{ "/proc: environ of another process", victim_environ },
	{ "/proc: its memory", victim_memory },
	{ "/proc: its status", victim_status },
	{ "/proc: its root", victim_root },
	{ "/proc: its user namespace", victim_userns },
	{ "/proc: its program", victim_exe },
	{ "process_vm_readv", victim_copy },
	{ "ptrace", victim_trace },
	{ "kill", victim_signal },
	{ "tgkill", victim_thread_signal },
	{ "pidfd_send_signal", victim_pidfd_signal },
	{ "pidfd_getfd", victim_descriptor },
	{ "kcmp", victim_kcmp },
	{ "SIGIO by F_SETOWN", signal_by_owner },
	{ "another's affinity", victim_affinity },
	{ "another's priority", victim_nice },
	{ "another's I/O priority", victim_io_priority },
	{ "the user's priority", everybody_nice },
	{ "another's limits", victim_limit },
	{ "chmod", change_mode },
	{ "fchmod of an open file", change_open_mode },
	{ "chown", change_owner },
	{ "utimensat", change_times },
	{ "futimens of an open file", change_open_times },
	{ "setxattr", change_attribute },
	{ "truncate", change_size },
	{ "symlink", make_link },
	{ "an abstract socket", connect_abstract },
	{ "a new internet socket", new_socket },
	{ "a new netlink socket", new_netlink },
	{ "bind an open socket", bind_open },
	{ "listen on an open socket", listen_open },
	{ "connect an open socket", connect_open },
	{ "fast open on an open socket", fast_open },
	{ "the same by sendmsg", message_fast_open },
	{ "the same on an accepted one", fast_open_accepted },
	{ "the same by an option", fast_open_option },
	{ "shared memory", shared_memory },
	{ "a message queue", message_queue },
	{ "a user namespace by unshare", user_namespace },
	{ "a user namespace by clone", clone_namespace },
	{ "a user namespace by setns", enter_namespace },
	{ "mount", mount_anything },
	{ "io_uring", uring },
	{ "the session keyring", session_keyring },
	{ "a new key", new_key },
};

#endif
