/* A profile, or another small file, that a test writes. */
#ifndef FH_TESTS_API_PROFILE_FILE_H
#define FH_TESTS_API_PROFILE_FILE_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static char path[64];

static inline void make(const char *text)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/profile-%d.conf", (int)getpid());
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), (long long)strlen(text));
	close(fd);
}

#endif
