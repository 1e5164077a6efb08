/*
 * Leaves processes behind in every way a program can, and ends or stays.
 *
 *   helper_linger leave|stay MARKER
 *
 * Each process shows MARKER among its arguments. None ends by a signal that
 * can be ignored, none in less than a minute.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void ignore_signals(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
}

static void sleep_long(void)
{
	alarm(0);
	for (int i = 0; i < 60; i++)
		sleep(1);
	_exit(0);
}

static void plain_child(void)
{
	if (fork() == 0)
		sleep_long();
}

static void own_session(void)
{
	if (fork() == 0) {
		setsid();
		ignore_signals();
		sleep_long();
	}
}

/* The parent in between ends, so that the daemon is nobody's child here. */
static void daemon_child(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		ignore_signals();
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		sleep_long();
	}
}

static void stopped_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		sleep_long();
	kill(pid, SIGSTOP);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 99;
	plain_child();
	own_session();
	daemon_child();
	stopped_child();
	puts("ready");
	fflush(stdout);
	if (strcmp(argv[1], "stay") == 0) {
		ignore_signals();
		sleep_long();
	}
	return 0;
}
