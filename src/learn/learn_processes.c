/* The processes that a watched program has started: how many, and their end. */
#include "learn/learn_processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Of one look: a program can have more than can be looked at for what that tells. */
#define PROCESSES_MAX 2048
#define PARENTS_MAX 32 /* threads of one process that may have children */

struct walk {
	pid_t pids[PROCESSES_MAX];
	size_t n;
};

static void add_pids(struct walk *walk, const char *words)
{
	while (*words && walk->n < PROCESSES_MAX) {
		char *end;
		long pid = strtol(words, &end, 10);

		if (end == words)
			return;
		if (*end == '\0')
			return; /* cut: another number */
		walk->pids[walk->n++] = (pid_t)pid;
		words = end + strspn(end, " ");
	}
}

static void add_children(struct walk *walk, pid_t pid, const char *thread)
{
	char path[64], words[4096];
	autoclose int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/task/%.12s/children", (int)pid,
		 thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, words, sizeof(words) - 1);
	words[n > 0 ? n : 0] = '\0';
	add_pids(walk, words);
}

/* Return: its threads, the only one that the directory's links tell */
static size_t visit(struct walk *walk, pid_t pid)
{
	char path[32], self[16];
	size_t n_threads = 0, n = 0;
	struct stat st;
	struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	if (stat(path, &st) < 0)
		return 0;
	n_threads = st.st_nlink > 2 ? (size_t)st.st_nlink - 2 : 0;
	snprintf(self, sizeof(self), "%d", (int)pid);
	if (n_threads <= 1) {
		add_children(walk, pid, self);
		return n_threads;
	}
	tasks = opendir(path);
	while (tasks && n < PARENTS_MAX && (entry = readdir(tasks))) {
		if (*entry->d_name == '.')
			continue;
		add_children(walk, pid, entry->d_name);
		n++;
	}
	if (tasks)
		closedir(tasks);
	return n_threads;
}

size_t learn_processes_count(pid_t pid)
{
	autofree struct walk *walk = malloc(sizeof(*walk));
	size_t n_threads = 0;

	if (!walk)
		return 0;
	walk->pids[0] = pid;
	walk->n = 1;
	for (size_t i = 0; i < walk->n; i++)
		n_threads += visit(walk, walk->pids[i]);
	return n_threads;
}

/* The number after the state, behind a name that may hold anything. */
static pid_t parent_of(const char *pid)
{
	char path[32], text[512];
	autoclose int fd = -1;
	const char *end;
	ssize_t n;
	int parent;

	snprintf(path, sizeof(path), "/proc/%.12s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	end = strrchr(text, ')');
	if (!end || sscanf(end, ") %*c %d", &parent) != 1)
		return -1;
	return parent;
}

void learn_processes_kill(void)
{
	const pid_t self = getpid();
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc))) {
		if (*entry->d_name >= '1' && *entry->d_name <= '9' &&
		    parent_of(entry->d_name) == self)
			kill((pid_t)atoi(entry->d_name), SIGKILL);
	}
	if (proc)
		closedir(proc);
}
