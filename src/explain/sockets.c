/* Looks sockets up in /proc: who listens, and what type one is of. */
#include "explain/sockets.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"

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

/* By the name that the kernel gives its inode, as lsof does: a copy of the socket
 * could be the last one when it is closed, which may take as long as the program
 * said (SO_LINGER). */
int sockets_type(pid_t tid, int fd)
{
	static const struct {
		const char *begin;
		int type;
	} protocols[] = {
		{ "MPTCP", SOCK_STREAM }, { "TCP", SOCK_STREAM },
		{ "UDP", SOCK_DGRAM },
	};
	char path[64], name[32];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, fd);
	n = getxattr(path, "system.sockprotoname", name, sizeof(name) - 1);
	name[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (strncmp(name, protocols[i].begin,
			    strlen(protocols[i].begin)) == 0)
			return protocols[i].type;
	return 0;
}
