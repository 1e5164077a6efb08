/* Init, which has no program to be fenced in, has fences of its own. */
#include "layer.h"
#include "spawn_stand.h"
#include "sys/seccomp_calls.h"

static void field_of(pid_t pid, const char *name, char *ret, size_t size)
{
	char path[64], line[1024];
	const size_t len = strlen(name);
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	check(file);
	*ret = '\0';
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(ret, size, "%s", line + len + 2);
	}
	fclose(file);
}

#define check_field_of(pid, name, expected)                                    \
	do {                                                                   \
		char tap_field[1024];                                          \
		field_of(pid, name, tap_field, sizeof(tap_field));             \
		check_str(tap_field, expected);                                \
	} while (0)

static void check_filters(pid_t pid)
{
	char own[64], more[64];

	field_of(getpid(), "Seccomp_filters", own, sizeof(own));
	snprintf(more, sizeof(more), "%d", atoi(own) + 1);
	check_field_of(pid, "Seccomp", "2");
	if (*own) /* Linux 5.9 */
		check_field_of(pid, "Seccomp_filters", more);
}

static void check_no_capability(pid_t pid, bool has_userns)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff",
					    "CapAmb", "CapBnd" };

	for (size_t i = 0; i < (has_userns || is_root() ? 5 : 4); i++)
		check_field_of(pid, sets[i], "0000000000000000");
}

/* A look at what only the owner of a dumpable process may see. */
static bool is_open(pid_t pid)
{
	char path[64], link[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return readlink(path, link, sizeof(link)) > 0;
}

static void check_closed(pid_t pid)
{
	pid_t other = fork();

	if (other == 0)
		for (;;)
			pause();
	check(is_open(other)); /* control */
	check(!is_open(pid));
	kill(other, SIGKILL);
}

/* Root sees them all: ways to the host and to the signals, no file, no stream.
 * Return: how many there are */
static int check_descriptors(pid_t pid)
{
	static const char *const known[] = { "socket:", "pipe:",
		"anon_inode:[signalfd]", "anon_inode:[pidfd]",
		"anon_inode:seccomp notify" };
	char path[64], link[PATH_MAX];
	struct dirent *entry;
	int n_seen = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	check(dir);
	while ((entry = readdir(dir))) {
		bool is_known = false;
		ssize_t n;

		if (*entry->d_name == '.')
			continue;
		n = readlinkat(dirfd(dir), entry->d_name, link,
			       sizeof(link) - 1);
		check(n > 0);
		link[n] = '\0';
		for (size_t i = 0; i < N(known); i++)
			is_known |= strncmp(link, known[i],
					    strlen(known[i])) == 0;
		if (!is_known)
			tap_fail(__FILE__, __LINE__, "%s: %s", entry->d_name,
				 link);
		n_seen++;
	}
	closedir(dir);
	return n_seen;
}

struct closed {
	pid_t pid;
	int n;
};

static bool has_closed(void *ctx)
{
	const struct closed *closed = ctx;
	char path[64];
	struct dirent *entry;
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", closed->pid);
	dir = opendir(path);
	check(dir);
	while ((entry = readdir(dir)))
		n += *entry->d_name != '.';
	closedir(dir);
	return n == closed->n;
}

/* What init shares with the program's process it closes when that has become the
 * program, or a moment later. */
static void check_closed_but(pid_t pid, int n)
{
	struct closed closed = { pid, n };

	until(has_closed, &closed, "init has closed what it does not need");
	check_int(check_descriptors(pid), n);
}

/* When it says something, init has done all it does before it waits. */
static struct fh_box *start_standing(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct fh_box *box = start_box(SHELL("echo; exec sleep 99"), &options);
	int out = fh_box_stream(box, 1);
	char byte;

	check_int(read(out, &byte, 1), 1);
	return box;
}

static void check_init(bool has_userns)
{
	struct fh_box *box = start_standing();
	const pid_t pid = fh_box_pid(box);

	check_filters(pid);
	check_field_of(pid, "NoNewPrivs", "1");
	check_no_capability(pid, has_userns);
	/* All but two, so that no handler of the host's ever runs in it. */
	check_field_of(pid, "SigBlk", "fffffffffffbfeff");
	/* Who has denied himself namespaces is root of his own one alone. */
	if (is_root() && has_userns)
		check_closed_but(pid, seccomp_has_listeners() ? 5 : 4);
	else
		check_closed(pid);
	fh_box_free(box);
}

static void test_init(void)
{
	struct fh_kernel *kernel = NULL;
	struct fh_error err;

	check_int(fh_kernel_probe(&kernel, &err), 0);
	if (!fh_kernel_has_namespaces(kernel))
		skip("no namespaces");
	fh_kernel_free(kernel);
	check_init(true);
}

static void test_init_without(void)
{
	deny_namespaces();
	check_init(false);
}

static const struct tap_test tests[] = {
	{ .name = "init has fences of its own", .run = test_init },
	{ .name = "without namespaces as well", .run = test_init_without },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
