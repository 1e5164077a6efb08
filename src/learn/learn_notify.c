/* One call that was stopped: what it uses becomes evidence. */
#include "learn/learn_notify.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/scratch.h"
#include "learn/evidence.h"
#include "learn/learn_filter.h"
#include "learn/learn_processes.h"
#include "observe/observe_base.h"
#include "sys/listener_calls.h"
#include "sys/mounts_calls.h"

/* What comes of one notification. */
struct stopped {
	struct learning *learning;
	struct observed observed;
	uint64_t id;
};

static void count_call(struct learning *learning, unsigned int call)
{
	struct syscall_set means;

	if (learning->is_counted[call])
		return;
	learning->is_counted[call] = true;
	learn_filter_means(call, &means);
	for (unsigned int i = 0; i < N_SYSCALLS; i++) {
		if (means.has[i])
			evidence_syscall(learning->evidence, i);
	}
}

/* Calls that are about a link itself, not what it leads to. */
static bool is_about_link(const struct observed *observed, int index,
			  unsigned int use)
{
	const struct observed_call *row = observed->row;
	struct open_request how;
	uint64_t flags = row->flags == OBSERVED_NONE
			 ? 0 : observed->args[row->flags];

	switch (observed->call) {
	case CALL_lstat:
	case CALL_lchown:
	case CALL_lgetxattr:
	case CALL_llistxattr:
	case CALL_lremovexattr:
	case CALL_lsetxattr:
	case CALL_readlink:
	case CALL_readlinkat:
		return true;
	case CALL_linkat:
		return index == 1 || !(flags & AT_SYMLINK_FOLLOW);
	case CALL_openat2:
		return observe_bytes(observed->tid, flags, &how,
				     sizeof(how)) > 0 &&
		       (how.flags & O_NOFOLLOW ||
			how.resolve & OPEN_NO_SYMLINKS);
	default:
		break;
	}
	if (row->kind == OBSERVED_OPEN)
		return flags & O_NOFOLLOW ||
		       (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
	if (use == USE_ENTRY)
		return true;
	return flags & AT_SYMLINK_NOFOLLOW;
}

/* Calls that fail where there is something already. */
static bool is_making(const struct observed *observed, int index)
{
	switch (observed->call) {
	case CALL_mkdir:
	case CALL_mkdirat:
	case CALL_mknod:
	case CALL_mknodat:
	case CALL_symlink:
	case CALL_symlinkat:
		return true;
	case CALL_link:
	case CALL_linkat:
		return index == 1;
	default:
		return false;
	}
}

static int take_path(struct stopped *stopped, int index)
{
	const struct observed *observed = &stopped->observed;
	scratch char path[PATH_MAX];
	unsigned int use = observe_use(observed, index);
	unsigned int how = 0;
	int r = observe_path(observed, index, path);

	/* Names that the kernel will not take either are none. */
	if (r == -EPERM || r == -EACCES || r == -ENOSYS) {
		stopped->learning->n_unread++;
		return observed->tid == stopped->learning->program &&
				       stopped->learning->n_notifications == 1
			       ? -EPERM : 0;
	}
	if (r < 0 || !*path || !use)
		return 0;
	if (is_about_link(observed, index, use))
		how |= LEARN_LINK;
	if (is_making(observed, index))
		how |= LEARN_MAKES;
	return learning_path(stopped->learning, observed, stopped->id, path,
			     use, how);
}

static int take_paths(struct stopped *stopped)
{
	const struct observed_call *row = stopped->observed.row;
	int r = 0;

	for (int i = 0; r == 0 && i < OBSERVED_PATHS_MAX &&
			row->paths[i].path != OBSERVED_NONE; i++)
		r = take_path(stopped, i);
	return r;
}

/* A file that is mapped to be executed: under a mount that forbids it that would fail. */
static int take_mapping(struct stopped *stopped)
{
	const struct observed *observed = &stopped->observed;
	scratch char path[PATH_MAX];

	if (observe_join(observed, (int)observed->args[4], "", path) < 0 ||
	    *path != '/')
		return 0;
	return learning_path(stopped->learning, observed, stopped->id, path,
			     USE_READ | USE_EXEC, 0);
}

static bool is_loopback(const struct observed_address *address)
{
	struct in6_addr in6;

	if (address->family == AF_INET)
		return strncmp(address->text, "127.", 4) == 0;
	if (inet_pton(AF_INET6, address->text, &in6) != 1)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&in6) ||
	       (IN6_IS_ADDR_V4MAPPED(&in6) && in6.s6_addr[12] == 127);
}

/* To connect a datagram socket to port 0 is how programs ask for a route. */
static int take_address(struct stopped *stopped)
{
	struct learning *learning = stopped->learning;
	const struct observed *observed = &stopped->observed;
	bool is_bind = observed->row->kind == OBSERVED_BIND;
	scratch struct observed_address address;

	if (observe_address(observed, &address) < 0)
		return 0;
	if (address.family == AF_UNIX && *address.path == '@')
		return listener_is_valid(learning->listener_fd, stopped->id)
			? evidence_abstract(learning->evidence, address.path)
			: 0;
	if (address.family == AF_UNIX)
		return learning_path(learning, observed, stopped->id,
				     address.path,
				     is_bind ? USE_ENTRY : USE_WRITE,
				     is_bind ? LEARN_LINK | LEARN_MAKES : 0);
	if ((address.family == AF_INET || address.family == AF_INET6) &&
	    (address.port || is_bind) &&
	    listener_is_valid(learning->listener_fd, stopped->id))
		evidence_port(learning->evidence, is_bind, address.family,
			      address.port, is_loopback(&address));
	return 0;
}

/* Looking costs time that the program waits for: a twentieth of it at most. */
static void count_processes(struct learning *learning)
{
	struct timespec now;
	uint64_t before, after, n;

	clock_gettime(CLOCK_MONOTONIC, &now);
	before = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	if (before < learning->next_count_us)
		return;
	n = learn_processes_count(learning->program);
	if (n && n + 1 > learning->n_processes)
		learning->n_processes = n + 1; /* with the one to be made */
	clock_gettime(CLOCK_MONOTONIC, &now);
	after = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	learning->next_count_us = after + 20 * (after - before);
}

static bool clones_mounts(const struct observed *observed)
{
	uint64_t flags;

	return observe_bytes(observed->tid, observed->args[0], &flags,
			     sizeof(flags)) < 0 ||
	       flags & CLONE_NEWNS;
}

/* From here on names may mean different things to different processes. */
static void watch_view(struct learning *learning,
		       const struct observed *observed)
{
	switch (observed->call) {
	case CALL_clone:
		if (!(observed->args[0] & CLONE_NEWNS))
			return;
		break;
	case CALL_clone3: /* the flags come first */
		if (!clones_mounts(observed))
			return;
		break;
	case CALL_chroot:
	case CALL_mount:
	case CALL_move_mount:
	case CALL_pivot_root:
	case CALL_setns:
	case CALL_umount2:
	case CALL_unshare:
		break;
	default:
		return;
	}
	learning->view.is_everybodys = false;
}

static int take_call(struct stopped *stopped)
{
	const struct observed *observed = &stopped->observed;

	if (observed->call == CALL_mmap)
		return take_mapping(stopped);
	if (!observed->row)
		return 0;
	switch ((enum observed_kind)observed->row->kind) {
	case OBSERVED_PATHS:
	case OBSERVED_OPEN:
	case OBSERVED_OPEN_HOW:
		return take_paths(stopped);
	case OBSERVED_CONNECT:
	case OBSERVED_BIND:
	case OBSERVED_SEND:
		return take_address(stopped);
	case OBSERVED_SOCKET:
		evidence_family(stopped->learning->evidence,
				(int)observed->args[0]);
		return 0;
	case OBSERVED_PROCESS:
		count_processes(stopped->learning);
		return 0;
	case OBSERVED_LISTEN:
	case OBSERVED_SIGNAL:
	case OBSERVED_DESCRIPTOR:
	case OBSERVED_OTHER:
		break;
	}
	return 0;
}

int learning_serve(struct learning *learning)
{
	struct stopped stopped = { .learning = learning };
	struct seccomp_notif notif;
	int call = -1;
	int r = listener_receive(learning->listener_fd, &notif);

	if (r < 0)
		return 0; /* it is gone */
	learning->n_notifications++;
	learning->is_answered = false;
	if (notif.data.nr >= 0 && notif.data.nr < FILTER_NR_MAX)
		call = learning->call_of_nr[notif.data.nr];
	if (call >= 0) {
		count_call(learning, (unsigned int)call);
		stopped.id = notif.id;
		stopped.observed.tid = (pid_t)notif.pid;
		stopped.observed.call = (unsigned int)call;
		stopped.observed.row = observed_call_find((unsigned int)call);
		for (size_t i = 0; i < 6; i++)
			stopped.observed.args[i] = notif.data.args[i];
		watch_view(learning, &stopped.observed);
		stopped.observed.has_our_root = learning->view.is_everybodys;
		stopped.observed.cache = &learning->cache;
		observe_cache_begin(&learning->cache, stopped.observed.tid);
		r = take_call(&stopped);
		if (!learning->is_answered)
			observe_cache_end(&learning->cache, &stopped.observed);
	}
	if (!learning->is_answered)
		listener_continue(learning->listener_fd, notif.id);
	return r;
}
