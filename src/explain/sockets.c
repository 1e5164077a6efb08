/* Looks sockets up in /proc, and the type of one through a copy of it. */
#include "explain/sockets.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "sys/process.h"

#ifndef SYS_pidfd_getfd /* Linux 5.6 */
#define SYS_pidfd_getfd 438
#endif
#define LINES_MAX 100000 /* of a table that somebody may have filled */
#define STATE_LISTEN 0x0au /* TCP_LISTEN, include/net/tcp_states.h */

/* Calls is_it() for the lines of a table until one is. */
static bool any_line(const char *path,
		     bool (*is_it)(const char *line, const void *what),
		     const void *what)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool found = false;

	if (!file)
		return false;
	for (int n = 0; !found && n < LINES_MAX &&
			fgets(line, sizeof(line), file); n++)
		found = is_it(line, what);
	fclose(file);
	return found;
}

static bool listens_on(const char *line, const void *what)
{
	unsigned int port, state;

	return sscanf(line, " %*[0-9]: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &port,
		      &state) == 2 &&
	       port == *(const uint16_t *)what && state == STATE_LISTEN;
}

bool sockets_has_listener(pid_t tid, uint16_t port)
{
	static const char *const tables[] = { "tcp", "tcp6" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (tid)
			snprintf(path, sizeof(path), "/proc/%d/net/%s",
				 (int)tid, tables[i]);
		else
			snprintf(path, sizeof(path), "/proc/self/net/%s",
				 tables[i]);
		if (any_line(path, listens_on, &port))
			return true;
	}
	return false;
}

static bool is_named(const char *line, const void *what)
{
	const char *name = what;
	const char *at = strstr(line, " @");
	size_t len = strlen(name);

	return at && strncmp(at + 1, name, len) == 0 &&
	       (at[1 + len] == '\n' || !at[1 + len]);
}

bool sockets_has_name(const char *name)
{
	return any_line("/proc/self/net/unix", is_named, name);
}

/* A process has threads with descriptors of their own only if it wants to: then
 * this may be another's, and is told of wrongly or not at all. */
static pid_t group_of(pid_t tid)
{
	char path[32], line[64];
	FILE *file;
	int group = tid;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &group) == 1)
			break;
	if (file)
		fclose(file);
	return group;
}

int sockets_type(pid_t tid, int fd)
{
	autoclose int process = (int)syscall(SYS_pidfd_open, group_of(tid), 0);
	autoclose int copy = process < 0
		? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	socklen_t size = sizeof(int);
	int type = 0;

	if (copy < 0 ||
	    getsockopt(copy, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
		return 0;
	return type;
}
