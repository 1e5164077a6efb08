/*
 * Two layers by hand, without a policy: reads files beneath one directory and
 * can do nothing else.
 *
 *   example_reader_layers DIRECTORY FILE...
 *
 * Landlock goes first: the filter would refuse the calls that set it up.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <fumehood/fumehood.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int enter_domain(const char *directory, struct fh_error *err)
{
	struct fh_landlock *landlock = NULL;
	struct fh_landlock_status status;
	int r = fh_landlock_new(0, &landlock, err);

	if (r == 0)
		r = fh_landlock_allow_read(landlock, directory, err);
	if (r == 0)
		r = fh_landlock_apply(landlock, 0, &status, err);
	if (r == 0)
		fprintf(stderr, "Landlock: %s%s%s\n",
			fh_state_name(status.state), *status.reason ? ", " : "",
			status.reason);
	fh_landlock_free(landlock);
	return r;
}

static int load_filter(struct fh_error *err)
{
	static const char *const calls[] = { "@basic-io", "@memory",
					     "fstat",	  "newfstatat",
					     "exit",	  "exit_group" };
	struct fh_seccomp *filter = NULL;
	int r = fh_seccomp_new(NULL, &filter, err); /* allows nothing */

	for (size_t i = 0; r == 0 && i < sizeof(calls) / sizeof(*calls); i++)
		r = fh_seccomp_allow(filter, calls[i], err);
	if (r == 0)
		r = fh_seccomp_open_read_only(filter, err);
	if (r == 0)
		r = fh_seccomp_load(filter, err);
	fh_seccomp_free(filter);
	return r;
}

static int copy_out(const char *path)
{
	char buf[4096];
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		if (write(STDOUT_FILENO, buf, (size_t)n) != n)
			break;
	if (n != 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return n != 0;
}

int main(int argc, char **argv)
{
	struct fh_error err;
	char line[FH_ERROR_LINE_MAX];
	int status = 0;

	if (argc < 3)
		return 2;
	if (enter_domain(argv[1], &err) < 0 || load_filter(&err) < 0) {
		fh_error_print(&err, line, sizeof(line));
		fprintf(stderr, "reader_layers: %s\n", line);
		return 1;
	}
	for (int i = 2; i < argc; i++)
		status |= copy_out(argv[i]);
	return status;
}
