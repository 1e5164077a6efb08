/* What `fumehood why` can be asked about. */
#include "tables/questions.h"

#include <errno.h>
#include <string.h>

const struct question_info questions[N_QUESTIONS] = {
	[QUESTION_CONNECT] = { "connect", "PORT", "connect to a TCP port" },
	[QUESTION_EXEC] = { "exec", "PATH", "execute a file" },
	[QUESTION_LISTEN] = { "listen", "PORT", "listen on a TCP port" },
	[QUESTION_READ] = { "read", "PATH", "read a file or list a directory" },
	[QUESTION_SYSCALL] = { "syscall", "CALL", "make a system call" },
	[QUESTION_WRITE] = { "write", "PATH",
			     "change a file, or what a directory holds" },
};

int question_find(const char *name)
{
	for (int i = 0; i < N_QUESTIONS; i++)
		if (strcmp(questions[i].name, name) == 0)
			return i;
	return -ENOENT;
}
