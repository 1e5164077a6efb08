/* What a boxed program does to be refused: the parts of test_spawn_refusals. */
#ifndef FH_TESTS_REFUSED_PARTS_H
#define FH_TESTS_REFUSED_PARTS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "layer.h"
#include "spawn_stand.h"

#define NEWUSER 0x10000000

static long call(long nr, long a, long b, long c)
{
	return syscall(nr, a, b, c, 0, 0, 0) < 0 ? errno : 0;
}

/* Refused by some policy or all, in ways of every kind. */
static const struct refused {
	long nr, a, b, c;
} refused_calls[] = {
	{ SYS_socket, 17, 3, 0 },	{ SYS_socket, 2, 3, 0 },
	{ SYS_socket, 2, 1, 77 },	{ SYS_socket, 40, 1, 0 },
	{ SYS_socketpair, 2, 1, 0 },	{ SYS_ioctl, 0, 0x5412, 0 },
	{ SYS_ioctl, 0, 0x541c, 0 },	{ SYS_prctl, 35, 0, 0 },
	{ SYS_prctl, 3, 0, 0 },		{ SYS_clone, NEWUSER | 17, 0, 0 },
	{ SYS_unshare, NEWUSER, 0, 0 }, { SYS_setns, -1, 0, 0 },
	{ SYS_mount, 0, 0, 0 },		{ SYS_umount2, 0, 0, 0 },
	{ SYS_chroot, 0, 0, 0 },	{ SYS_ptrace, 0, 0, 0 },
	{ SYS_keyctl, 0, 0, 0 },	{ SYS_bpf, 0, 0, 0 },
	{ SYS_personality, 0x40000, 0, 0 }, { SYS_fchmod, -1, 04755, 0 },
	{ SYS_init_module, 0, 0, 0 },	{ SYS_reboot, 0, 0, 0 },
	{ SYS_swapon, 0, 0, 0 },	{ SYS_setsid, -1, -1, -1 },
	{ SYS_perf_event_open, 0, 0, 0 }, { SYS_userfaultfd, 0, 0, 0 },
	{ SYS_prlimit64, 1, 7, 0 },	{ SYS_mq_unlink, 0, 0, 0 },
	{ SYS_openat, -100, 0, 0101 },	{ SYS_add_key, 0, 0, 0 },
	{ 435 /* clone3 */, 0, 0, 0 },	{ 437 /* openat2 */, 0, 0, 0 },
	{ 457 /* statmount */, 0, 0, 0 }, { 499, 0, 0, 0 },
};

static int part_calls(void)
{
	for (int i = 0; i < 2; i++)
		for (size_t n = 0; n < N(refused_calls); n++) {
			const struct refused *row = &refused_calls[n];
			long code = call(row->nr, row->a, row->b, row->c);
			char text[64];
			int len = snprintf(text, sizeof(text), "%ld %lx: %ld\n",
					   row->nr, row->a, code);

			if (write(1, text, (size_t)len) != len)
				return 1;
		}
	return 0;
}

/* What is open, and that nothing of ours is. */
static int part_descriptors(void)
{
	char text[64], path[64], link[256];

	for (int fd = 0; fd < 4096; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		snprintf(text, sizeof(text), "%d ", fd);
		if (write(1, text, strlen(text)) < 0)
			return 1;
		if (readlink(path, link, sizeof(link)) > 0 &&
		    strstr(link, "seccomp"))
			return 2;
	}
	return 0;
}

static void *flood(void *arg)
{
	long n = (long)arg;

	for (long i = 0; i < n; i++)
		if (call(SYS_mount, 0, 0, 0) != EPERM)
			_exit(3);
	return NULL;
}

static int part_flood(long times)
{
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		if (pthread_create(&threads[i], NULL, flood,
				   (void *)(times / 8)))
			return 1;
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* With SA_RESTART nothing else than the errno is seen; without, EINTR is, too. */
static int part_signals(bool restarts)
{
	struct sigaction action = { .sa_handler = on_alarm,
				    .sa_flags = restarts ? SA_RESTART : 0 };
	const struct itimerval every = { { 0, 500 }, { 0, 500 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	for (int i = 0; i < 20000; i++) {
		long code = call(SYS_mount, 0, 0, 0);

		if (code != EPERM && (restarts || code != EINTR))
			return 1;
	}
	return 0;
}

/* More kinds than there are rows, and one of them again. */
static int part_many(void)
{
	for (long i = 0; i < 100; i++)
		if (call(SYS_prctl, 0x10000 + i, 0, 0) != EPERM)
			return 1;
	return call(SYS_prctl, 0x10000, 0, 0) != EPERM;
}

static long own_listener(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { N(code), code };

	return syscall(SYS_seccomp, 1, 8, &program);
}

static int part_listener(void)
{
	long fd = own_listener();

	printf("%d %d\n", fd < 0 ? -1 : 0, fd < 0 ? errno : 0);
	return 0;
}

/* Outlives the program, asks for ever, and says what it gets. */
static int part_orphan(void)
{
	char text[64];

	if (fork() != 0)
		pause();
	for (;;) {
		long mounted = call(SYS_mount, 0, 0, 0);
		long fd = own_listener();
		int len = snprintf(text, sizeof(text), "%ld %d\n", mounted,
				   fd < 0 ? errno : 0);

		if (fd >= 0 || !mounted || write(1, text, (size_t)len) != len)
			_exit(1);
		usleep(1000);
	}
}

/* Filters of the program's own make it stricter, and never less strict. */
static int part_filters(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umount2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chroot, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { N(code), code };

	if (syscall(SYS_seccomp, 1, 0, &program) != 0)
		return 1;
	return !(call(SYS_mount, 0, 0, 0) == 77 &&
		 call(SYS_umount2, 0, 0, 0) == ENOSYS &&
		 call(SYS_chroot, 0, 0, 0) == EPERM &&
		 call(SYS_ptrace, 0, 0, 0) == EPERM &&
		 call(SYS_unshare, NEWUSER, 0, 0) == EPERM);
}

static int play(char **argv)
{
	if (strcmp(argv[1], "calls") == 0)
		return part_calls();
	if (strcmp(argv[1], "descriptors") == 0)
		return part_descriptors();
	if (strcmp(argv[1], "flood") == 0)
		return part_flood(atol(argv[2]));
	if (strcmp(argv[1], "signals") == 0)
		return part_signals(true);
	if (strcmp(argv[1], "interrupted") == 0)
		return part_signals(false);
	if (strcmp(argv[1], "many") == 0)
		return part_many();
	if (strcmp(argv[1], "listener") == 0)
		return part_listener();
	if (strcmp(argv[1], "orphan") == 0)
		return part_orphan();
	if (strcmp(argv[1], "filters") == 0)
		return part_filters();
	return 99;
}

#endif
