/* The parts that the tests of traced boxes play in the box: threads, names, stops. */
#ifndef FH_TESTS_API_TRACED_PARTS_H
#define FH_TESTS_API_TRACED_PARTS_H

#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "refused.h"

static void *open_one(void *path)
{
	return open(path, O_RDONLY) < 0 ? NULL : path;
}

static int play_threads(const char *path)
{
	enum { ALL = 1000 };
	static pthread_t threads[ALL];
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32768);
	for (int i = 0; i < ALL; i++)
		if (pthread_create(&threads[i], &attr, open_one, (void *)path))
			return 1;
	for (int i = 0; i < ALL; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static int play_names(const char *directory)
{
	char path[PATH_MAX];

	for (int i = 0; i < 20000; i++) {
		snprintf(path, sizeof(path), "%s/\x1b[31m\n%d", directory, i);
		if (mkdir(path, 0755) == 0 || errno != EROFS)
			return 1;
	}
	return 0;
}

static char *changing;

static void *change(void *end)
{
	while (!*(volatile int *)end)
		for (int i = 0; i < 4000; i++)
			changing[i] = changing[i] == 'a' ? '/' : 'a';
	return NULL;
}

static int play_changing(const char *path)
{
	pthread_t thread;
	int end = 0;

	/* The name ends where the memory does. */
	changing = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(changing + 4096, 4096);
	memset(changing, '/', 4096);
	changing[4094] = 'x';
	changing[4095] = '\0';
	memcpy(changing, path, strlen(path));
	pthread_create(&thread, NULL, change, &end);
	for (int i = 0; i < 3000; i++) {
		open(changing, O_RDONLY);
		open(changing + 4096, O_RDONLY);
		open((char *)-1, O_RDONLY);
	}
	end = 1;
	pthread_join(thread, NULL);
	return 0;
}

static void *execute(void *path)
{
	execl(self_path(), "x", "read", path, NULL);
	return NULL;
}

static int play_exec_thread(const char *path)
{
	pthread_t thread, other;

	pthread_create(&other, NULL, open_one, "/dev/null");
	pthread_create(&thread, NULL, execute, (void *)path);
	pthread_join(thread, NULL);
	return 9;
}

/* A child that would rather not be followed. */
static int play_untraced(const char *path)
{
	int status;
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL,
				   NULL, NULL, NULL);

	if (pid == 0)
		_exit(open(path, O_RDONLY) < 0 && errno == ENOENT ? 7 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0x700 ? 0 : 1;
}

static int play_vfork(const char *path)
{
	char *const argv[] = { "x", "read", (char *)path, NULL };

	for (int i = 0; i < 100; i++) {
		int status;
		pid_t pid = vfork();

		if (pid == 0) {
			execv("/proc/self/exe", argv);
			_exit(8);
		}
		if (waitpid(pid, &status, 0) != pid || status != 0x700)
			return 1;
	}
	return 0;
}

/* A child that stops and goes on, as a shell sees it. */
static int play_stops(const char *path)
{
	int status;
	pid_t pid = fork();

	(void)path;
	if (pid == 0) {
		raise(SIGSTOP);
		open("/absent", O_RDONLY);
		raise(SIGTSTP);
		_exit(5);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
	    WSTOPSIG(status) != SIGSTOP)
		return 1;
	usleep(50000);
	if (waitpid(pid, &status, WNOHANG | WUNTRACED) != 0)
		return 2;
	kill(pid, SIGCONT);
	if (waitpid(pid, &status, WCONTINUED | WUNTRACED) != pid)
		return 3;
	/* Nobody stops an orphaned process group by SIGTSTP. */
	if (!WIFEXITED(status) &&
	    (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)))
		return 4;
	return WEXITSTATUS(status) == 5 ? 0 : 6;
}

static volatile int n_alarms;

static void on_alarm(int sig)
{
	n_alarms += sig == SIGALRM;
}

static int play_signals(const char *path)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int pipes[2];
	char byte;

	(void)path;
	sigaction(SIGALRM, &action, NULL);
	if (pipe(pipes) < 0)
		return 1;
	ualarm(20000, 0);
	if (read(pipes[0], &byte, 1) != -1 || errno != EINTR || n_alarms != 1)
		return 2;
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, NULL);
	if (fork() == 0) {
		usleep(100000);
		write(pipes[1], "", 1);
		_exit(0);
	}
	ualarm(20000, 0);
	return read(pipes[0], &byte, 1) == 1 && n_alarms == 2 ? 0 : 3;
}

static int play_read(const char *path)
{
	return open(path, O_RDONLY) < 0 ? 7 : 0;
}

__attribute__((noreturn)) static int play_hang(const char *path)
{
	(void)path;
	fork();
	for (;;)
		open("/absent", O_RDONLY);
}

static const struct {
	const char *name;
	int (*play)(const char *argument);
} parts[] = {
	{ "threads", play_threads },	   { "names", play_names },
	{ "changing", play_changing },	   { "exec", play_exec_thread },
	{ "vfork", play_vfork },	   { "stops", play_stops },
	{ "signals", play_signals },	   { "read", play_read },
	{ "hang", play_hang },		   { "untraced", play_untraced },
};

#endif
