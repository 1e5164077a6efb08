/* The files of a cgroup: exact reading and writing, by the descriptor of its directory. */
#ifndef FH_CGROUP_CGROUP_FILES_H
#define FH_CGROUP_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_ROOT_PATH "/sys/fs/cgroup"
#define CGROUP_PATH_SIZE 4096
#define CGROUP_LEAF "fumehood-launchers"
#define CGROUP_PREFIX "fumehood-" /* + 16 hexadecimal digits */
#define CGROUP_NAME_SIZE (sizeof(CGROUP_PREFIX) + 16)
#define CGROUP_INNER "box"

/* A whole write(2), for the kernel takes a value by one or not at all.
 * Return: 0 or a negative errno; -ENOENT without such a file */
int cgroup_write(int dir, const char *name, const char *text);

/* "populated 1\nfrozen 0": the number after a key, which is a line's first word.
 * Return: 0, -ENOENT, or -EINVAL when there is no number */
int cgroup_value(const char *text, const char *key, uint64_t *ret);

/* The same, read from a file. */
int cgroup_read_value(int dir, const char *name, const char *key,
		      uint64_t *ret);

/* A file that is one number. */
int cgroup_read_number(int dir, const char *name, uint64_t *ret);

/* "8:0 rbytes=1 wbytes=2 ...": what all lines have for a key together. */
uint64_t cgroup_sum(const char *text, const char *key);

/* CONTROLLER_BITs of the words of a file; 0 when it cannot be read. */
uint32_t cgroup_controllers_in(const char *text);
uint32_t cgroup_read_controllers(int dir, const char *name);

/* "+memory -pids", for cgroup.subtree_control. Return: 0 or a negative errno */
int cgroup_switch(int dir, uint32_t controllers, char sign);

/**
 * cgroup_path_in() - the path of a process in the unified hierarchy
 * @text: /proc/PID/cgroup
 *
 * Return: 0; -ENOENT without a line of it; -EINVAL for a path outside of our cgroup
 *         namespace or of a cgroup that was removed
 */
int cgroup_path_in(const char *text, char ret[CGROUP_PATH_SIZE]);
int cgroup_path_of(pid_t pid, char ret[CGROUP_PATH_SIZE]); /* 0: our own */

bool cgroup_is_box_name(const char *name);

/* Opens a cgroup beneath a held directory. Return: a descriptor or a negative errno */
int cgroup_open_dir(int dir, const char *name);

/* Is the directory that is held still the one of that name? */
bool cgroup_is_linked(int parent, const char *name, int held);

/* A process of a cgroup that is not this one, the calling one where that is
 * @but. Return: 1 and *ret_pid, 0 for its number in another pid namespace; 0 when
 * there is none; a negative errno */
int cgroup_other_process(int dir, pid_t but, pid_t *ret_pid);

/* Is it among the first few of a cgroup? Return: 1, 0 or a negative errno */
int cgroup_has_process(int dir, pid_t pid);

#endif
