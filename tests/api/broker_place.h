/* What programs that split themselves are given to ask for: files and a port. */
#ifndef FH_TESTS_BROKER_PLACE_H
#define FH_TESTS_BROKER_PLACE_H

#include <arpa/inet.h>
#include <limits.h>
#include <sys/socket.h>

#include "tap.h"

static char directory[PATH_MAX], port[8];

static inline void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* It is free now; nobody else here takes it on purpose. */
static inline void choose_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check_int(bind(fd, (struct sockaddr *)&in, size), 0);
	check_int(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	close(fd);
	snprintf(port, sizeof(port), "%d", ntohs(in.sin_port));
}

/* In a directory of its own, which becomes the current one. */
static inline void place(void)
{
	snprintf(directory, sizeof(directory), "%s/broker.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	check(mkdtemp(directory) != NULL);
	check_int(chdir(directory), 0);
	choose_port();
}

/* A field of /proc/PID/status, in that base. */
static inline unsigned long long status_of(pid_t pid, const char *field,
					   int base)
{
	char path[64], line[256], *value = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	check(file != NULL);
	while (!value && fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0 &&
		    line[strlen(field)] == ':')
			value = line + strlen(field) + 1;
	fclose(file);
	check(value != NULL);
	return strtoull(value, NULL, base);
}

#endif
