/* Becomes the monitor: confines itself, waits for the others, serves. */
#include "broker/role_monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "broker/monitor.h"
#include "broker/packet.h"
#include "broker/role_fence.h"
#include "broker/role_wait.h"
#include "broker/wire.h"
#include "policy/policy.h"
#include "sys/process.h"

#define STANDING_MS 30000 /* then a role that says nothing has failed */
#define HELPER_END_MS 2000 /* then one that was told to end is ended */

static const int passed_on[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT,
};

/* They stay blocked: what comes after the worker's end is to end nothing. */
static int open_signals(void)
{
	/* Its handler for that, if the program has one, would reap what is ours. */
	const uint64_t children = UINT64_C(1) << (SIGCHLD - 1);
	uint64_t passed = 0;
	long fd;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		passed |= UINT64_C(1) << (passed_on[i] - 1);
	r = process_block_more(passed | children);
	if (r == 0)
		r = process_default_signal(SIGCHLD);
	if (r < 0)
		return r;
	fd = syscall(SYS_signalfd4, -1, &passed, sizeof(passed),
		     SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd_raise((int)fd);
}

/* --- waiting for the others ----------------------------------------------- */

/* Its socket closes a bit earlier than it can be waited for. */
static int tell_death(enum role_name name, int pidfd, struct fh_error *err)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	const struct timespec timeout = { 1, 0 };
	siginfo_t info = { 0 };
	char how[64] = "";

	ppoll(&end, 1, &timeout, NULL);
	if (role_waitid(pidfd, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
	    info.si_pid)
		snprintf(how, sizeof(how), ": %s %d",
			 info.si_code == CLD_EXITED ? "exit status" : "signal",
			 info.si_status);
	return error_set(err, FH_STAGE_PREPARE, -ECHILD,
			 "the %s ended before it stood%s", role_names[name],
			 how);
}

/* What the role says of its own failure, with its name before it. */
static int tell_failure(enum role_name name, const struct fh_error *failure,
			struct fh_error *err)
{
	if (err) {
		*err = *failure;
		snprintf(err->what, sizeof(err->what), "%s: %.*s",
			 role_names[name], FH_ERROR_WHAT_MAX - 32,
			 failure->what);
	}
	return failure->code < 0 ? failure->code : -EPROTO;
}

static int take_standing(enum role_name name, const struct role_peer *peer,
			 struct fh_error *err)
{
	autofree uint8_t *message = malloc(WIRE_MESSAGE_MAX);
	struct fh_error failure;
	struct wire_header header;
	size_t size = 0;
	int r = message ? packet_receive(peer->socket, message,
					 WIRE_MESSAGE_MAX, &size, NULL)
			: -ENOMEM;

	if (r == -EAGAIN || r == -ENOMEM)
		return r;
	if (r == -ECONNRESET || (r == 0 && size == 0))
		return tell_death(name, peer->pidfd, err);
	if (r == 0)
		r = wire_take_header(message, size, &header, NULL);
	if (r == 0 && header.type == WIRE_STANDING)
		return 0;
	if (r == 0 && header.type == WIRE_FAILED &&
	    wire_take_failure(message, size, &failure, NULL) == 0)
		return tell_failure(name, &failure, err);
	return error_set(err, FH_STAGE_PREPARE, -EPROTO,
			 "the %s said what no role says at its start",
			 role_names[name]);
}

static int await_role(enum role_name name, const struct role_peer *peer,
		      int64_t deadline, struct fh_error *err)
{
	struct pollfd watched[] = {
		{ .fd = peer->socket, .events = POLLIN },
		{ .fd = peer->pidfd, .events = POLLIN },
	};

	for (;;) {
		int left = deadline_left(deadline), r;

		if (left == 0)
			return error_set(err, FH_STAGE_PREPARE, -ETIMEDOUT,
					 "the %s does not stand after %d s",
					 role_names[name], STANDING_MS / 1000);
		r = poll(watched, ARRAY_SIZE(watched), left);
		if (r < 0 && errno != EINTR)
			return error_set(err, FH_STAGE_PREPARE, -errno,
					 "await the %s: %s", role_names[name],
					 strerror(errno));
		/* What it said before it died comes first. */
		if (r > 0 && watched[0].revents) {
			r = take_standing(name, peer, err);
			if (r != -EAGAIN)
				return r;
		}
		if (r > 0 && watched[1].revents)
			return tell_death(name, peer->pidfd, err);
	}
}

/* The worker is told last: then all stand. */
static int await_all(const struct role *role, struct fh_error *err)
{
	uint8_t message[WIRE_HEADER_SIZE];
	int64_t deadline = deadline_in(STANDING_MS);
	int r = 0;

	for (size_t i = ROLE_WORKER; i < N_ROLES && r == 0; i++)
		if (role->peers[i].socket >= 0)
			r = await_role((enum role_name)i, &role->peers[i],
				       deadline, err);
	if (r < 0)
		return r;
	r = wire_put_plain(message, WIRE_STANDING, 0);
	r = packet_send(role->peers[ROLE_WORKER].socket, message, (size_t)r,
			-1);
	return r < 0 ? tell_death(ROLE_WORKER, role->peers[ROLE_WORKER].pidfd,
				  err)
		     : 0;
}

/* --- the end -------------------------------------------------------------- */

/* A helper ends when its socket does, after what it has begun. */
static void end_helper(struct role_peer *peer)
{
	struct pollfd watched = { .fd = peer->pidfd, .events = POLLIN };
	const struct timespec timeout = { HELPER_END_MS / 1000, 0 };

	if (peer->pidfd < 0)
		return;
	close(fd_take(&peer->socket));
	ppoll(&watched, 1, &timeout, NULL);
	role_end(peer);
}

static void end_roles(struct role *role, bool is_over)
{
	for (size_t i = ROLE_HELPERS; i < N_ROLES && is_over; i++)
		end_helper(&role->peers[i]);
	for (size_t i = ROLE_WORKER; i < N_ROLES; i++)
		role_end(&role->peers[i]);
}

/* --- it itself ------------------------------------------------------------ */

static int fence(const struct fh_broker *broker, const struct fh_log *log,
		 struct fh_error *err)
{
	struct fh_kernel kernel;
	struct fh_policy *policy = NULL;
	int r;

	kernel_probe_quick(&kernel);
	r = broker_monitor_policy(broker, &kernel, &policy, err);
	if (r == 0)
		r = role_fence(policy, &kernel, 0, log, err);
	policy_free(policy);
	return r;
}

static int hide(const struct role *role, const char *program,
		const struct fh_policy *policy, struct fh_error *err)
{
	autofree int *keep = calloc(policy->n_keep_fds + 2 * N_ROLES,
				    sizeof(*keep));
	size_t n = 0;

	if (!keep)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "become the monitor: out of memory");
	for (size_t i = 0; i < N_ROLES; i++) {
		keep[n++] = role->peers[i].socket;
		keep[n++] = role->peers[i].pidfd;
	}
	for (size_t i = 0; i < policy->n_keep_fds; i++)
		keep[n++] = policy->keep_fds[i];
	return role_hide(program, keep, n, err);
}

static int serve(const struct role *role, struct monitor *monitor,
		 int signal_fd, const struct fh_log *log,
		 struct fh_broker_result *ret, struct fh_error *err)
{
	struct monitor_ends ends = {
		.worker_socket = role->peers[ROLE_WORKER].socket,
		.worker_pidfd = role->peers[ROLE_WORKER].pidfd,
		.signal_fd = signal_fd,
		.log = log,
	};

	for (size_t i = 0; i < N_HELPERS; i++)
		ends.helper_sockets[i] = role->peers[ROLE_HELPERS + i].socket;
	return monitor_serve(monitor, &ends, ret, err);
}

int role_monitor(const struct fh_broker *broker, struct role *role,
		 const char *program, const struct fh_log *log,
		 struct fh_broker_result *ret, struct fh_error *err)
{
	struct monitor *monitor = NULL;
	autoclose int signal_fd = -1;
	int r = hide(role, program, broker->monitor, err);

	for (size_t i = 0; i < N_ROLES; i++)
		if (role->peers[i].socket >= 0)
			packet_refuse_fds(role->peers[i].socket);
	if (r == 0)
		r = monitor_new(broker, &monitor, err);
	if (r == 0) {
		signal_fd = open_signals();
		r = signal_fd >= 0 ? 0
			: error_set(err, FH_STAGE_PREPARE, signal_fd,
				    "watch signals: %s", strerror(-signal_fd));
	}
	if (r == 0)
		r = fence(broker, log, err);
	if (r == 0)
		r = await_all(role, err);
	if (r == 0)
		r = serve(role, monitor, signal_fd, log, ret, err);
	end_roles(role, r == 0);
	role_done(role);
	monitor_free(monitor);
	return r < 0 ? r : FH_BROKER_IS_MONITOR;
}
