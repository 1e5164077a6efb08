/* Reads and writes the files of a cgroup, exactly. */
#include "cgroup/cgroup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/number.h"
#include "cgroup/cgroup_facts.h"

#define SMALL_FILE 4096
#define PROC_CGROUP_SIZE (2 * CGROUP_PATH_SIZE)

int cgroup_write(int dir, const char *name, const char *text)
{
	const size_t len = strlen(text);
	autoclose int fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = write(fd, text, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

/* Decimal digits up to an end of line or of word, or to the end. */
static int parse_word(const char *text, uint64_t *ret)
{
	const size_t len = strcspn(text, " \n");
	char digits[21];

	if (len == 0 || len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len);
	digits[len] = '\0';
	return number_parse(digits, ret);
}

int cgroup_value(const char *text, const char *key, uint64_t *ret)
{
	const size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return parse_word(line + len + 1, ret);
	}
	return -ENOENT;
}

int cgroup_read_value(int dir, const char *name, const char *key,
		      uint64_t *ret)
{
	char text[SMALL_FILE];
	int r = read_small_file(dir, name, text, sizeof(text));

	return r < 0 ? r : cgroup_value(text, key, ret);
}

int cgroup_read_number(int dir, const char *name, uint64_t *ret)
{
	char text[32];
	int r = read_small_file(dir, name, text, sizeof(text));

	return r < 0 ? r : number_parse(text, ret);
}

uint64_t cgroup_sum(const char *text, const char *key)
{
	const size_t len = strlen(key);
	uint64_t sum = 0, value;

	for (const char *word = text; (word = strstr(word, key)); word += len)
		if ((word == text || word[-1] == ' ') && word[len] == '=' &&
		    parse_word(word + len + 1, &value) == 0 &&
		    __builtin_add_overflow(sum, value, &sum))
			return UINT64_MAX;
	return sum;
}

uint32_t cgroup_controllers_in(const char *text)
{
	uint32_t found = 0;

	while (*text) {
		const size_t len = strcspn(text, " \n");

		for (int i = 0; i < N_CONTROLLERS; i++)
			if (strlen(controller_names[i]) == len &&
			    memcmp(text, controller_names[i], len) == 0)
				found |= UINT32_C(1) << i;
		text += len;
		text += *text != '\0';
	}
	return found;
}

uint32_t cgroup_read_controllers(int dir, const char *name)
{
	char text[SMALL_FILE];

	return read_small_file(dir, name, text, sizeof(text)) < 0
		       ? 0
		       : cgroup_controllers_in(text);
}

int cgroup_switch(int dir, uint32_t controllers, char sign)
{
	char words[64];
	size_t len = 0;

	for (int i = 0; i < N_CONTROLLERS; i++)
		if (controllers >> i & 1)
			len += (size_t)snprintf(words + len,
						sizeof(words) - len, "%c%s ",
						sign, controller_names[i]);
	return len ? cgroup_write(dir, "cgroup.subtree_control", words) : 0;
}

int cgroup_path_in(const char *text, char ret[CGROUP_PATH_SIZE])
{
	static const char deleted[] = " (deleted)";
	const size_t deleted_len = sizeof(deleted) - 1;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		size_t len;

		if (*line == '\n')
			line++;
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		line += 3;
		len = strcspn(line, "\n");
		if (len >= CGROUP_PATH_SIZE ||
		    (len >= 3 && memcmp(line, "/..", 3) == 0 &&
		     (len == 3 || line[3] == '/')) ||
		    (len > deleted_len &&
		     memcmp(line + len - deleted_len, deleted, deleted_len) == 0))
			return -EINVAL;
		memcpy(ret, line, len);
		ret[len] = '\0';
		return 0;
	}
	return -ENOENT;
}

int cgroup_path_of(pid_t pid, char ret[CGROUP_PATH_SIZE])
{
	char path[32] = "/proc/self/cgroup", text[PROC_CGROUP_SIZE];
	int r;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	r = read_small_file(AT_FDCWD, path, text, sizeof(text));
	return r < 0 ? r : cgroup_path_in(text, ret);
}

bool cgroup_is_box_name(const char *name)
{
	const size_t prefix = sizeof(CGROUP_PREFIX) - 1;

	return strlen(name) == CGROUP_NAME_SIZE - 1 &&
	       memcmp(name, CGROUP_PREFIX, prefix) == 0 &&
	       strspn(name + prefix, "0123456789abcdef") == 16;
}

int cgroup_open_dir(int dir, const char *name)
{
	int fd = openat(dir, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd_raise(fd);
}

bool cgroup_is_linked(int parent, const char *name, int held)
{
	struct stat there, ours;

	return fstatat(parent, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(held, &ours) == 0 && there.st_dev == ours.st_dev &&
	       there.st_ino == ours.st_ino;
}

#define FEW_PROCESSES 8

/* Return: how many there are, no more than asked for; or a negative errno */
static int read_processes(int dir, pid_t ret[FEW_PROCESSES])
{
	autoclose int fd =
		openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[FEW_PROCESSES * sizeof("4194304")];
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	uint64_t pid;
	int n = 0;

	if (len < 0)
		return -errno;
	text[len] = '\0';
	for (char *line = text, *end;
	     n < FEW_PROCESSES && (end = strchr(line, '\n')); line = end + 1) {
		if (parse_word(line, &pid) < 0)
			return -EINVAL;
		ret[n++] = (pid_t)pid;
	}
	return n;
}

int cgroup_other_process(int dir, pid_t but, pid_t *ret_pid)
{
	pid_t pids[FEW_PROCESSES];
	int n = read_processes(dir, pids);

	for (int i = 0; i < n; i++) {
		if (pids[i] == but)
			continue;
		*ret_pid = pids[i];
		return 1;
	}
	return n < 0 ? n : 0;
}

int cgroup_has_process(int dir, pid_t pid)
{
	pid_t pids[FEW_PROCESSES];
	int n = read_processes(dir, pids);

	for (int i = 0; i < n; i++)
		if (pids[i] == pid)
			return 1;
	return n < 0 ? n : 0;
}
