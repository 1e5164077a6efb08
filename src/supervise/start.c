/* Clones the box's init, writes its id maps, and waits until it is ready. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "apply/child.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "policy/policy.h"
#include "supervise/pty.h"
#include "supervise/running.h"
#include "supervise/trace.h"
#include "sys/process.h"

uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int fail(struct fh_error *err, int code, const char *what)
{
	return error_set(err, FH_STAGE_SUPERVISE, code, "%s", what);
}

static int write_proc(pid_t pid, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : write_exactly(fd, text, strlen(text));
}

/*
 * The parent writes the maps, so that the child is never a moment without
 * one and errors are ours to tell. Setgroups is denied unless root wants to
 * clear the groups, which must happen inside.
 */
static int write_maps(const struct box *box, pid_t init, struct fh_error *err)
{
	char map[64];
	int r = 0;

	if (!(box->clone_flags & CLONE_NEWUSER))
		return 0;
	if (!box->clear_groups)
		r = write_proc(init, "setgroups", "deny");
	if (r < 0)
		return fail(err, r, "write setgroups of the box");
	snprintf(map, sizeof(map), "%u %u 1\n", box->uid, box->uid);
	r = write_proc(init, "uid_map", map);
	if (r < 0)
		return fail(err, r, "write the uid_map of the box");
	snprintf(map, sizeof(map), "%u %u 1\n", box->gid, box->gid);
	r = write_proc(init, "gid_map", map);
	return r < 0 ? fail(err, r, "write the gid_map of the box") : 0;
}

/* A caller may run with a standard stream closed: what is ours must not take
 * that number, for the program's streams are put there in the child. */
static int raise_numbers(int fds[2])
{
	for (int i = 0; i < 2; i++) {
		fds[i] = fd_raise(fds[i]);
		if (fds[i] < 0) {
			int code = fds[i];

			cleanup_close(&fds[!i]);
			return code;
		}
	}
	return 0;
}

/* A socket where we write: writing to a child that has died must not send
 * SIGPIPE to a caller that never heard of it. */
static int make_pipes(int ret_go[2], int ret_report[2])
{
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_go) < 0)
		return -errno;
	r = raise_numbers(ret_go);
	if (r < 0)
		return r;
	r = pipe2(ret_report, O_CLOEXEC) < 0 ? -errno
					     : raise_numbers(ret_report);
	if (r < 0) {
		close(ret_go[0]);
		close(ret_go[1]);
	}
	return r;
}

/* Nothing that a printf of the caller's would be sent to. On failure it is kept
 * as it is: by it init is ended. */
static int raise_pid_fd(struct running *running)
{
	int raised;

	if (running->pid_fd < 0 || running->pid_fd > STDERR_FILENO)
		return 0;
	raised = fcntl(running->pid_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (raised < 0)
		return -errno;
	close(running->pid_fd);
	running->pid_fd = raised;
	return 0;
}

/* A namespace of cgroups that is made by the clone would begin at the launcher's:
 * the child makes it, once it is where it belongs. */
static void view_from_inside(struct box *box, const struct cgroup *cgroup)
{
	if (!cgroup || !(box->clone_flags & CLONE_NEWCGROUP))
		return;
	box->clone_flags &= ~(uint64_t)CLONE_NEWCGROUP;
	box->unshares_cgroup = true;
}

/* Where it cannot be born in its cgroup, it is moved there before it goes on. */
static pid_t clone_child(const struct box *box, const struct cgroup *cgroup,
			 struct running *ret)
{
	int cgroup_dir = cgroup ? cgroup_fd(cgroup) : -1;
	pid_t pid = -ENOSYS;

	if (cgroup_dir >= 0)
		pid = process_clone_into(box->clone_flags, cgroup_dir,
					 &ret->pid_fd);
	ret->is_born_inside = pid >= 0;
	if (pid == -ENOSYS || pid == -E2BIG || pid == -EINVAL)
		pid = process_clone(box->clone_flags, &ret->pid_fd);
	return pid;
}

static int clone_init(struct box *box, struct running *ret,
		      struct fh_error *err)
{
	int go[2] = { -1, -1 }, report[2] = { -1, -1 }, parent;
	uint64_t signals;
	pid_t pid;
	int r = make_pipes(go, report);

	if (r < 0)
		return fail(err, r, "create a pipe");
	ret->go_fd = go[1];
	ret->go_peer_fd = go[0];
	ret->report_fd = report[0];
	/* Where pidfds cannot be had the pipe alone tells of our end. */
	parent = (int)syscall(SYS_pidfd_open, getpid(), 0);
	parent = parent < 0 ? -1 : fd_raise(parent);
	box->parent_fd = parent;
	box->go_fd = go[0];
	box->report_fd = report[1];
	box->must_become_dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
	r = process_block_signals(&signals);
	pid = r < 0 ? r : clone_child(box, ret->cgroup, ret);
	if (pid == 0) {
		close(go[1]);
		close(report[0]);
		box_apply(box);
	}
	if (r == 0)
		process_restore_signals(signals);
	close(report[1]);
	cleanup_close(&parent);
	ret->pid = pid;
	if (r < 0)
		return fail(err, r, "block signals");
	if (pid < 0)
		return fail(err, pid, "create the box's namespaces");
	r = raise_pid_fd(ret);
	return r < 0 ? fail(err, r, "raise the number of the box's pidfd") : 0;
}

/* Waits until the report pipe has something; its end of file alone would not
 * tell of a child that died, for a copy of the other end may be in a process
 * that another thread has just forked. */
static int await_report(const struct running *running, uint64_t deadline_us)
{
	struct pollfd watched[3] = {
		{ .fd = running->report_fd, .events = POLLIN },
		{ .fd = running->pid_fd, .events = POLLIN },
	};

	for (;;) {
		uint64_t now = monotonic_us();
		int wait_ms = -1;

		if (deadline_us != UINT64_MAX) {
			uint64_t left = deadline_us > now ? deadline_us - now
							  : 0;

			wait_ms = left / 1000 > INT32_MAX - 1
					  ? INT32_MAX
					  : (int)((left + 999) / 1000);
		}
		if (running_poll(running, watched, 2, wait_ms) > 0) {
			/* Its last words may have come after the first look
			 * at the pipe and before that at the pidfd. */
			if (!watched[0].revents)
				poll(watched, 1, 0);
			return watched[0].revents ? 0 : -EPROTO;
		}
		if (monotonic_us() >= deadline_us)
			return -ETIMEDOUT;
	}
}

/* The writers are our own code, before the program exists; still a message is
 * taken only whole, of the kind expected, or as a failure. */
static int read_message(struct running *running, uint64_t deadline_us,
			enum box_message_kind kind, struct fh_error *err)
{
	struct box_message message;
	int r = await_report(running, deadline_us);

	if (r == -ETIMEDOUT)
		return fail(err, r, "build the box within its time limit");
	if (r == 0)
		r = read_exactly(running->report_fd, &message, sizeof(message));
	if (r != 0)
		return fail(err, -EPROTO, "learn whether the box stands");
	message_sanitize(&message);
	if (message.kind == BOX_FAILED && message.error.code < 0) {
		if (err)
			*err = message.error;
		return message.error.code;
	}
	if (message.kind == BOX_ENDED)
		return fail(err, message.ended_by == BOX_BY_TIME ? -ETIMEDOUT : -EPROTO,
			    message.ended_by == BOX_BY_TIME
				    ? "build the box within its time limit"
				    : "start the program: it was killed before");
	if (message.kind != (uint32_t)kind)
		return fail(err, -EPROTO, "learn whether the box stands");
	running->lost |= message.lost;
	return 0;
}

static int begin_trace(const struct running *running, struct fh_error *err)
{
	int r = running->trace ? trace_begin(running->trace, running->pid) : 0;

	if (r < 0) {
		fail(err, r, "follow the program with ptrace(2)");
		error_remedy(err, r == -EPERM
			? "Yama or a filter around us refuses it: run without --explain"
			: "run without --explain");
	}
	return r;
}

/* The byte, with what init counts the processor time by. */
static int send_go(const struct running *running, int cpu_stat)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec byte = { .iov_base = "", .iov_len = 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1 };

	if (cpu_stat >= 0) {
		struct cmsghdr *header;

		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &cpu_stat, sizeof(int));
	}
	return sendmsg(running->go_fd, &message, MSG_NOSIGNAL) == 1 ? 0
								    : -errno;
}

static int let_go(const struct box *box, const struct running *running,
		  struct fh_error *err)
{
	bool counts = running->cgroup && box->cpu_time_ms != UINT64_MAX;
	autoclose int cpu_stat =
		counts ? cgroup_open_cpu_stat(running->cgroup) : -1;
	int r;

	if (counts && cpu_stat < 0)
		return fail(err, cpu_stat, "open cpu.stat of the box's cgroup");
	r = send_go(running, cpu_stat);
	return r < 0 ? fail(err, r, "release the box") : 0;
}

/* Until the maps stand the child waits; without the byte it ends by itself. */
static int release_init(const struct box *box, struct running *running,
			uint64_t deadline_us, struct fh_error *err)
{
	int r = 0;

	if (box->must_become_dumpable)
		r = read_message(running, deadline_us, BOX_MAPPABLE, err);
	if (r == 0)
		r = begin_trace(running, err);
	if (r == 0)
		r = write_maps(box, running->pid, err);
	if (r == 0 && running->cgroup)
		r = cgroup_enter(running->cgroup, running->pid,
				 running->is_born_inside, err);
	if (r == 0)
		r = let_go(box, running, err);
	return r < 0 ? r : read_message(running, deadline_us, BOX_STARTING, err);
}

static int take_terminal(const struct box *box, struct running *running,
			 struct fh_error *err)
{
	int fd;

	/* One that was made outside was never the box's to send. */
	if (!box->has_terminal || box->terminal_fd >= 0)
		return 0;
	fd = pty_receive(running->go_fd);
	if (fd < 0)
		return fail(err, fd, "take the box's terminal");
	running->terminal_fd = fd;
	return 0;
}

/* A box that is killed while it is built has said nothing: its memory may be why. */
static int look_for_memory(const struct running *running, int code,
			   struct fh_error *err)
{
	struct cgroup_account account = { 0 };

	if (running->cgroup)
		cgroup_read(running->cgroup, &account);
	if (!account.memory_hits)
		return code;
	fail(err, -ENOMEM, "build the box with so little memory");
	error_remedy(err, "allow more with --memory");
	return -ENOMEM;
}

static void note_rlimits(const struct box *box, struct running *ret)
{
	ret->cpu_limit_us = UINT64_MAX;
	for (size_t i = 0; i < box->n_rlimits; i++) {
		const struct box_rlimit *row = &box->rlimits[i];

		ret->rlimits |= UINT32_C(1) << row->resource;
		if (row->resource == RLIMIT_CPU)
			ret->cpu_limit_us = row->limit.rlim_cur * 1000000;
	}
}

int running_start(struct box *box, uint64_t timeout_ms, struct cgroup *cgroup,
		  struct trace *trace, struct running *ret,
		  struct fh_error *err)
{
	uint64_t deadline_us = UINT64_MAX;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->pid_fd = ret->go_fd = ret->go_peer_fd = ret->report_fd = -1;
	ret->terminal_fd = -1;
	ret->trace = trace;
	ret->cgroup = cgroup;
	view_from_inside(box, cgroup);
	ret->has_pid_namespace = box->has_pid_namespace;
	ret->started_us = monotonic_us();
	if (timeout_ms != POLICY_UNLIMITED)
		deadline_us = ret->started_us + timeout_ms * 1000;
	note_rlimits(box, ret);
	r = clone_init(box, ret, err);
	if (r == 0)
		r = release_init(box, ret, deadline_us, err);
	ret->is_standing = r == 0;
	if (r == 0)
		r = take_terminal(box, ret, err);
	if (r == -EPROTO)
		r = look_for_memory(ret, r, err);
	if (r < 0)
		running_done(ret);
	return r;
}
