/* Looks sockets up in /proc, and the type of one through a copy of it. */
#include "explain/sockets.h"

#include <fcntl.h>
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

/* Lines of a file of /proc, one after the other, cut to the room there is. */
struct lines {
	int fd;
	size_t at, len;
	char bytes[4096];
	char line[512];
};

static bool next_line(struct lines *lines)
{
	size_t n = 0;

	for (;;) {
		char byte;

		if (lines->at == lines->len) {
			ssize_t got = read(lines->fd, lines->bytes,
					   sizeof(lines->bytes));

			lines->at = 0;
			lines->len = got > 0 ? (size_t)got : 0;
			if (got <= 0)
				return false;
		}
		byte = lines->bytes[lines->at++];
		if (byte == '\n')
			break;
		if (n < sizeof(lines->line) - 1)
			lines->line[n++] = byte;
	}
	lines->line[n] = '\0';
	return true;
}

/* Calls is_it() for the lines of a table until one is. */
static bool any_line(const char *path,
		     bool (*is_it)(const char *line, const void *what),
		     const void *what)
{
	struct lines lines = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
	bool found = false;

	for (int n = 0; lines.fd >= 0 && !found && n < LINES_MAX &&
			next_line(&lines); n++)
		found = is_it(lines.line, what);
	cleanup_close(&lines.fd);
	return found;
}

static const char *after_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static unsigned int hex_number(const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned int number = 0;

	for (; *text && strchr(digits, *text); text++)
		number = number * 16 + (unsigned int)(strchr(digits, *text) -
						      digits);
	return number;
}

/* "sl local_address:port remote_address:port state ..." */
static bool listens_on(const char *line, const void *what)
{
	const char *fields[4] = { after_blanks(line) }, *port;

	for (int i = 1; i < 4; i++) {
		const char *before = fields[i - 1];

		fields[i] = after_blanks(before + strcspn(before, " \t"));
	}
	port = strchr(fields[1], ':');
	return port && hex_number(port + 1) == *(const uint16_t *)what &&
	       hex_number(fields[3]) == STATE_LISTEN;
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
	       !at[1 + len];
}

bool sockets_has_name(const char *name)
{
	return any_line("/proc/self/net/unix", is_named, name);
}

/* A process has threads with descriptors of their own only if it wants to: then
 * this may be another's, and is told of wrongly or not at all. */
static bool is_group(const char *line, const void *what)
{
	pid_t *ret = *(pid_t *const *)what;

	if (strncmp(line, "Tgid:", 5) != 0)
		return false;
	*ret = 0;
	for (line = after_blanks(line + 5); *line >= '0' && *line <= '9'; line++)
		*ret = *ret * 10 + (*line - '0');
	return true;
}

static pid_t group_of(pid_t tid)
{
	char path[32];
	pid_t group = tid;
	pid_t *const ret = &group;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	any_line(path, is_group, &ret);
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
