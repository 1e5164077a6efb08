/* Opens a file as a descriptor and executes a command that inherits it.
 *
 *   with_fd FD FILE COMMAND [ARGS...]
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int want = argc > 3 ? atoi(argv[1]) : -1;
	int fd = want < 0 ? -1 : open(argv[2], O_RDONLY);

	if (fd < 0 || (fd != want && (dup2(fd, want) < 0 || close(fd) < 0)))
		return 125;
	execv(argv[3], argv + 3);
	return 127;
}
