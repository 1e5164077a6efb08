/* Finds out whether a ceiling of the box was reached. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "explain/path_doubt.h"
#include "mech/bpf_run.h"

static uint32_t audit_arch(void)
{
#if defined(__x86_64__)
	return AUDIT_ARCH_X86_64;
#else
	return AUDIT_ARCH_AARCH64;
#endif
}

static bool blame_open_files(struct doubt *doubt)
{
	uint64_t limit = doubt->plan->policy->open_files;

	if (limit == POLICY_UNLIMITED)
		return false;
	doubt_blame(doubt, FH_LAYER_LIMITS, "open", "");
	doubt_rule(doubt, "--open-files %llu", (unsigned long long)limit);
	doubt_option_number(doubt, "--open-files", limit * 2);
	return true;
}

/* Processes that have ended and are not waited for count as well, but only the box
 * sees them: its /proc lists them. */
static size_t count_ended(pid_t tid)
{
	struct dirent *entry;
	char path[48];
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/root/proc", (int)tid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
	if (dir)
		closedir(dir);
	return n;
}

/* EAGAIN is given for a ceiling of the user's outside as well: ours is to blame
 * when there are as many as it lets be. */
static bool blame_processes(struct doubt *doubt)
{
	uint64_t limit = doubt->plan->policy->pids;
	size_t n = trace_running(doubt->trace);
	size_t seen = count_ended(doubt->observed.tid);

	if (!doubt->plan->has_userns || limit == POLICY_UNLIMITED ||
	    (seen > n ? seen : n) + 1 < limit)
		return false;
	doubt_blame(doubt, FH_LAYER_LIMITS, "process", "");
	doubt_rule(doubt, "--pids %llu", (unsigned long long)limit);
	doubt_option_number(doubt, "--pids", limit * 2);
	return true;
}

/* Which storage of the box's own a place is in; NULL for any other. */
static const struct mount_op *storage_at(const struct doubt *doubt,
					 const char *path)
{
	const struct mount_op *op = prepared_find(doubt->prepared, path);

	return op && op->kind == MOUNT_TMPFS ? op : NULL;
}

static bool find_storage(struct doubt *doubt, const struct mount_op **ret_op,
			 char ret_path[PATH_MAX])
{
	struct path_doubt p;
	char link[64];
	ssize_t n;

	if (doubt->observed.row->kind == OBSERVED_DESCRIPTOR) {
		snprintf(link, sizeof(link), "/proc/%d/fd/%d",
			 (int)doubt->observed.tid,
			 (int)doubt->observed.args[0]);
		n = readlink(link, ret_path, PATH_MAX - 1);
		if (n <= 0 || *ret_path != '/')
			return false;
		ret_path[n] = '\0';
	} else {
		int last = doubt->observed.row->paths[1].path == OBSERVED_NONE
				   ? 0 : 1;

		if (!path_look(doubt, last, &p))
			return false;
		memcpy(ret_path, p.place.path, PATH_MAX);
	}
	*ret_op = storage_at(doubt, ret_path);
	return *ret_op != NULL;
}

static bool blame_storage(struct doubt *doubt)
{
	const struct mount_op *op;
	char path[PATH_MAX];

	if (!doubt->plan->has_namespaces || !find_storage(doubt, &op, path))
		return false;
	doubt_blame(doubt, FH_LAYER_LIMITS, "write", path);
	if (strcmp(op->origin, "default") == 0) {
		doubt_rule(doubt, "--tmp-size %llu: %s is private storage of the box",
			   (unsigned long long)op->size, op->target);
		doubt_option_number(doubt, "--tmp-size", op->size * 2);
	} else {
		doubt_rule(doubt, "%s gives it %llu bytes", op->origin,
			   (unsigned long long)op->size);
		doubt_advice(doubt, "a larger size in that option would allow it");
	}
	return true;
}

bool doubt_limit(struct doubt *doubt)
{
	switch (doubt->code) {
	case EMFILE:
		return blame_open_files(doubt);
	case EAGAIN:
		return doubt->observed.row->kind == OBSERVED_PROCESS &&
		       blame_processes(doubt);
	case ENOSPC:
		return blame_storage(doubt);
	}
	return false;
}

static bool blame_file_size(struct doubt *doubt)
{
	uint64_t limit = doubt->plan->policy->file_size;
	char link[64], path[PATH_MAX];
	ssize_t n;

	if (limit == POLICY_UNLIMITED)
		return false;
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)doubt->observed.tid,
		 (int)doubt->observed.args[0]);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	doubt_blame(doubt, FH_LAYER_LIMITS, "write",
		    doubt->observed.call == CALL_truncate ? "" : path);
	doubt_rule(doubt, "--file-size %llu", (unsigned long long)limit);
	doubt_option_number(doubt, "--file-size", limit * 2);
	return true;
}

static bool blame_time(struct doubt *doubt)
{
	uint64_t limit = doubt->plan->policy->cpu_time_ms;

	if (limit == POLICY_UNLIMITED)
		return false;
	doubt_blame(doubt, FH_LAYER_LIMITS, "time", "");
	doubt_rule(doubt, "--cpu-time %llu", (unsigned long long)limit / 1000);
	doubt_option_number(doubt, "--cpu-time", limit / 1000 * 2);
	return true;
}

static bool kills(const struct doubt *doubt)
{
	const struct bpf_program *filter = &doubt->prepared->box.filter;
	struct seccomp_data data = { .nr = doubt->call->nr,
				     .arch = audit_arch() };
	uint32_t action = SECCOMP_RET_ALLOW;

	for (int i = 0; i < 6; i++)
		data.args[i] = doubt->call->args[i];
	return bpf_run(filter->code, filter->len, &data, &action, NULL) == 0 &&
	       action == SECCOMP_RET_KILL_PROCESS;
}

/* The call must be one that the filter kills for: anybody may send SIGSYS. */
static bool blame_filter(struct doubt *doubt)
{
	const struct traced_call *call = doubt->call;
	struct fh_refusal *row = &doubt->row;

	if (call->nr < 0 || !kills(doubt))
		return false;
	refusal_of_syscall(doubt->plan, call->nr, call->args, 0, row);
	row->signal = call->signal;
	return true;
}

bool doubt_signal(struct doubt *doubt)
{
	doubt->row.signal = doubt->call->signal;
	switch (doubt->call->signal) {
	case SIGXFSZ:
		return blame_file_size(doubt);
	case SIGXCPU:
		doubt->row.call[0] = '\0';
		return blame_time(doubt);
	case SIGSYS:
		return blame_filter(doubt);
	}
	return false;
}
