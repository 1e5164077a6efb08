/*
 * Takes all of one thing that it can get, up to a bound of its own.
 *
 *   helper_bomb KIND ARGUMENT...
 *
 * It prints "all" and exits with 0 when nothing stopped it before its bound,
 * and "stopped: ERRNO" with 1 when a call was refused. Every process ends by
 * itself within a minute, and what was forked ends with who forked it, but for
 * what "daemon" leaves behind on purpose.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_MAX 60
#define STEP (1 << 20)

static int stopped(const char *what)
{
	printf("stopped: %s\n", what);
	return 1;
}

static int stopped_by(int error)
{
	return stopped(strerrorname_np(error));
}

static int all(void)
{
	puts("all");
	return 0;
}

static uint64_t now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void sleep_us(uint64_t us)
{
	struct timespec left = { (time_t)(us / 1000000),
				 (long)(us % 1000000) * 1000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static void burn_us(uint64_t us)
{
	uint64_t begin = now_us(CLOCK_PROCESS_CPUTIME_ID);

	while (now_us(CLOCK_PROCESS_CPUTIME_ID) - begin < us)
		;
}

static void ignore_signals(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
}

static uint64_t number(const char *word)
{
	return strtoull(word, NULL, 10);
}

/* --- processes ------------------------------------------------------------------ */

/* N children that sleep. */
static int bomb_fork(char **args)
{
	for (uint64_t i = 0; i < number(args[0]); i++) {
		pid_t pid = fork();

		if (pid < 0)
			return stopped_by(errno);
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			sleep_us(SECONDS_MAX * 1000000ull);
			_exit(0);
		}
	}
	return all();
}

/* Each process forks for as long as there are fewer than N. A refusal only
 * makes them try again. */
static int bomb_forks(char **args)
{
	atomic_ulong *n = mmap(NULL, sizeof(*n), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t end = now_us(CLOCK_MONOTONIC) + SECONDS_MAX * 1000000ull;
	pid_t first = getpid();

	while (atomic_load(n) < number(args[0])) {
		if (now_us(CLOCK_MONOTONIC) > end)
			return stopped("ETIME");
		if (fork() > 0)
			atomic_fetch_add(n, 1);
	}
	while (wait(NULL) > 0)
		;
	if (getpid() != first)
		_exit(0);
	return all();
}

static void *thread_sleeps(void *arg)
{
	sleep_us(SECONDS_MAX * 1000000ull);
	return arg;
}

static int bomb_threads(char **args)
{
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	for (uint64_t i = 0; i < number(args[0]); i++) {
		pthread_t thread;
		int error = pthread_create(&thread, &small, thread_sleeps, NULL);

		if (error)
			return stopped_by(error);
	}
	return all();
}

/* Leaves a daemon behind that makes the file PATH after MS milliseconds. */
static int bomb_daemon(char **args)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		ignore_signals();
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		sleep_us(number(args[0]) * 1000);
		open(args[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		sleep_us(SECONDS_MAX * 1000000ull);
		_exit(0);
	}
	wait(NULL);
	return all();
}

static int bomb_sleeper(char **args)
{
	ignore_signals();
	puts("ready");
	fflush(stdout);
	sleep_us(number(args[0]) * 1000000);
	return all();
}

/* --- memory ----------------------------------------------------------------------- */

/* A page of it after the other, and all of it held. */
static int fill(int flags, int fd, uint64_t bytes)
{
	for (uint64_t at = 0; at < bytes; at += STEP) {
		char *step = mmap(NULL, STEP, PROT_READ | PROT_WRITE, flags, fd,
				  fd < 0 ? 0 : (off_t)at);

		if (step == MAP_FAILED)
			return stopped_by(errno);
		memset(step, 1, STEP);
	}
	return all();
}

static int bomb_private(char **args)
{
	return fill(MAP_PRIVATE | MAP_ANONYMOUS, -1, number(args[0]));
}

static int bomb_shared(char **args)
{
	return fill(MAP_SHARED | MAP_ANONYMOUS, -1, number(args[0]));
}

static int bomb_malloc(char **args)
{
	for (uint64_t at = 0; at < number(args[0]); at += STEP) {
		char *step = malloc(STEP);

		if (!step)
			return stopped_by(errno);
		for (size_t i = 0; i < STEP; i += 1024)
			*(volatile char *)(step + i) = 1;
	}
	return all();
}

static int bomb_memfd(char **args)
{
	int fd = memfd_create("bomb", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)number(args[0])) < 0)
		return stopped_by(errno);
	return fill(MAP_SHARED, fd, number(args[0]));
}

/* --- files -------------------------------------------------------------------------- */

static int write_bytes(int fd, uint64_t bytes)
{
	static char step[STEP];

	for (uint64_t at = 0; at < bytes;) {
		uint64_t left = bytes - at;
		ssize_t n = write(fd, step, left < STEP ? left : STEP);

		if (n < 0)
			return stopped_by(errno);
		at += (uint64_t)n;
	}
	return -1;
}

static int bomb_file(char **args)
{
	int fd = open(args[0], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int code = fd < 0 ? stopped_by(errno)
			  : write_bytes(fd, number(args[1]));

	return code < 0 ? all() : code;
}

/* A hole of that size, and then bytes in many places of it. */
static int bomb_sparse(char **args)
{
	int fd = open(args[0], O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)number(args[1])) < 0)
		return stopped_by(errno);
	for (uint64_t at = 0; at < number(args[1]); at += 4096)
		if (pwrite(fd, "x", 1, (off_t)at) < 0)
			return stopped_by(errno);
	return all();
}

static int bomb_inodes(char **args)
{
	for (uint64_t i = 0; i < number(args[1]); i++) {
		char path[4096];
		int fd;

		snprintf(path, sizeof(path), "%s/%llu", args[0],
			 (unsigned long long)i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return stopped_by(errno);
		close(fd);
	}
	return all();
}

/* To standard output, and half of it to standard error; a reader that goes
 * away is no end of it. */
static int bomb_output(char **args)
{
	signal(SIGPIPE, SIG_IGN);
	for (uint64_t at = 0; at < number(args[0]); at += STEP) {
		if (write_bytes(STDOUT_FILENO, STEP / 2) >= 0 ||
		    write_bytes(STDERR_FILENO, STEP / 2) >= 0)
			return 1;
	}
	return 0;
}

/* --- processor time ------------------------------------------------------------------- */

static int bomb_cpu(char **args)
{
	ignore_signals();
	burn_us(number(args[0]) * 1000000);
	return all();
}

/* N processes one after the other, each with MS milliseconds of its own. */
static int bomb_burst(char **args)
{
	for (uint64_t i = 0; i < number(args[0]); i++) {
		pid_t pid = fork();

		if (pid < 0)
			return stopped_by(errno);
		if (pid == 0) {
			burn_us(number(args[1]) * 1000);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	return all();
}

/* The processor time that two busy processes get in MS milliseconds, in
 * hundredths of these. */
static int show_share(char **args)
{
	uint64_t ms = number(args[0]);
	struct rusage used;
	uint64_t us;

	for (int i = 0; i < 2; i++)
		if (fork() == 0) {
			uint64_t begin = now_us(CLOCK_MONOTONIC);

			while (now_us(CLOCK_MONOTONIC) - begin < ms * 1000)
				;
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	getrusage(RUSAGE_CHILDREN, &used);
	us = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
	     (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	printf("%llu\n", (unsigned long long)(us / 10 / ms));
	return 0;
}

/* --- the others ------------------------------------------------------------------------ */

/* Ends by signal N, if N ends anything. */
static int end_by_signal(char **args)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} by_default = { NULL, 0, NULL, 0 };
	int sig = atoi(args[0]);
	uint64_t none = 0;

	/* Not by libc, which keeps two of them for itself. */
	syscall(SYS_rt_sigaction, sig, &by_default, NULL, sizeof(none));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
	kill(getpid(), sig);
	return 99;
}

/* What a neighbour notices: the longest of N turns, in microseconds, of sleeping
 * a moment, forking, taking memory and writing a file. */
static int show_turns(char **args)
{
	uint64_t longest = 0;

	for (uint64_t i = 0; i < number(args[0]); i++) {
		uint64_t begin = now_us(CLOCK_MONOTONIC), took;
		int fd = open(args[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		pid_t pid;

		sleep_us(1000);
		if (fd < 0 || write(fd, "turn", 4) != 4)
			return stopped_by(errno);
		close(fd);
		unlink(args[1]);
		pid = fork();
		if (pid < 0)
			return stopped_by(errno);
		if (pid == 0) {
			memset(malloc(STEP), 1, STEP);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		took = now_us(CLOCK_MONOTONIC) - begin;
		longest = took > longest ? took : longest;
	}
	printf("%llu\n", (unsigned long long)longest);
	return 0;
}

static const struct bomb {
	const char *name;
	int n_args;
	int (*run)(char **args);
} bombs[] = {
	{ "burst", 2, bomb_burst },	 { "cpu", 1, bomb_cpu },
	{ "daemon", 2, bomb_daemon },	 { "file", 2, bomb_file },
	{ "fork", 1, bomb_fork },	 { "forks", 1, bomb_forks },
	{ "inodes", 2, bomb_inodes },	 { "malloc", 1, bomb_malloc },
	{ "memfd", 1, bomb_memfd },	 { "output", 1, bomb_output },
	{ "private", 1, bomb_private },	 { "share", 1, show_share },
	{ "shared", 1, bomb_shared },	 { "signal", 1, end_by_signal },
	{ "sleeper", 1, bomb_sleeper },	 { "sparse", 2, bomb_sparse },
	{ "threads", 1, bomb_threads },	 { "turns", 2, show_turns },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(bombs) / sizeof(*bombs); i++)
		if (argc == bombs[i].n_args + 2 &&
		    strcmp(argv[1], bombs[i].name) == 0)
			return bombs[i].run(argv + 2);
	fprintf(stderr, "usage: see the first comment of helper_bomb.c\n");
	return 2;
}
