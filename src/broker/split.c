/* Takes up the role that this image of the program has. */
#include "broker/split.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "broker/channel.h"
#include "broker/helper.h"
#include "broker/packet.h"
#include "broker/role_fence.h"
#include "broker/role_monitor.h"
#include "broker/roles.h"
#include "broker/wire.h"
#include "policy/policy.h"

/* Of a role that cannot stand; the monitor has been told why. */
#define EXIT_NO_ROLE 125

static int check_start(struct fh_error *err)
{
	if (!getauxval(AT_SECURE))
		return 0;
	error_set(err, FH_STAGE_PREPARE, -EPERM,
		  "a set-user-ID program does not split: who started it would choose the channel");
	error_remedy(err, "start it by its user, or by a service manager");
	return -EPERM;
}

/* --- before there are roles ----------------------------------------------- */

static int divide(const struct fh_broker *broker, char *const argv[],
		  struct fh_error *err)
{
	const struct fh_policy *worker = broker->worker;
	bool is_wanted[N_ROLES] = { [ROLE_WORKER] = true };

	int r = role_check_threads(err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < broker->n_rows; i++) {
		enum helper_kind helper = helper_for(broker->rows[i].kind);

		if (helper < N_HELPERS)
			is_wanted[ROLE_HELPERS + helper] = true;
	}
	for (size_t i = 0; i < worker->n_keep_fds; i++)
		if (fcntl(worker->keep_fds[i], F_GETFD) < 0)
			return error_set(err, FH_STAGE_PREPARE, -EBADF,
					 "keep-fd %d: it is not open",
					 worker->keep_fds[i]);
	return role_divide(is_wanted, argv, worker->keep_fds,
			   worker->n_keep_fds, err);
}

/* --- the worker ----------------------------------------------------------- */

/* By write(2): the filter may stand, and refuse sendmsg(2). */
static _Noreturn void fail_role(int socket, const struct fh_error *err)
{
	uint8_t *message = malloc(WIRE_MESSAGE_MAX);
	int size = message ? wire_put_failure(message, err) : 0;

	if (size > 0)
		packet_write(socket, message, (size_t)size);
	_exit(EXIT_NO_ROLE);
}

static int say_standing(int socket, struct fh_error *err)
{
	uint8_t message[WIRE_HEADER_SIZE];
	int size = wire_put_plain(message, WIRE_STANDING, 0);
	int r = packet_write(socket, message, (size_t)size);

	return r == 0 ? 0 : error_set(err, FH_STAGE_PREPARE, r,
				      "tell the monitor: %s", strerror(-r));
}

/* A monitor that does not say so has failed, or is no more. */
static void await_monitor(int socket)
{
	struct pollfd watched = { .fd = socket, .events = POLLIN };
	uint8_t message[WIRE_HEADER_SIZE];
	struct wire_header header = { 0 };
	size_t size = 0;
	int r = -EAGAIN;

	while (r == -EAGAIN || r == -EINTR) {
		if (ppoll(&watched, 1, NULL, NULL) < 0 && errno != EINTR)
			_exit(EXIT_NO_ROLE);
		r = packet_receive(socket, message, sizeof(message), &size,
				   NULL);
	}
	if (r < 0 || wire_take_header(message, size, &header, NULL) < 0 ||
	    header.type != WIRE_STANDING)
		_exit(EXIT_NO_ROLE);
}

/* A copy, with the socket. */
static int *kept_by(const struct fh_policy *policy, int socket)
{
	int *keep = calloc(policy->n_keep_fds + 1, sizeof(*keep));

	if (!keep)
		return NULL;
	keep[0] = socket;
	for (size_t i = 0; i < policy->n_keep_fds; i++)
		keep[i + 1] = policy->keep_fds[i];
	return keep;
}

static int become_worker(const struct fh_broker *broker,
			 const struct role *role, const char *program,
			 const struct fh_log *log,
			 struct fh_channel **ret_channel, struct fh_error *err)
{
	autofree int *keep = kept_by(broker->worker, role->socket);
	struct fh_policy *policy = NULL;
	struct fh_kernel kernel;
	int r = keep ? role_hide(program, keep, broker->worker->n_keep_fds + 1,
				 err)
		     : error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "become the worker: out of memory");

	if (r == 0)
		r = broker_worker_policy(broker, &policy, err);
	kernel_probe_quick(&kernel);
	/* Before the fence: what it needs may be refused afterwards. */
	*ret_channel = r == 0 ? channel_new(role->socket) : NULL;
	if (r == 0 && !*ret_channel)
		r = error_set(err, FH_STAGE_PREPARE, -ENOMEM,
			      "become the worker: out of memory");
	if (r == 0)
		r = role_fence(policy, &kernel, role->monitor, log, err);
	if (r == 0)
		r = say_standing(role->socket, err);
	policy_free(policy);
	return r;
}

/* --- all of them ---------------------------------------------------------- */

static _Noreturn void become_helper(const struct fh_broker *broker,
				    struct role *role, const char *program,
				    const struct fh_log *log)
{
	struct fh_error err = { 0 };

	if (role_hide(program, &role->socket, 1, &err) < 0)
		fail_role(role->socket, &err);
	helper_serve(role->name - ROLE_HELPERS, broker, role->socket, log);
}

int broker_split(const struct fh_broker *broker, char *const argv[],
		 const struct fh_log *log, struct fh_channel **ret_channel,
		 struct fh_broker_result *ret, struct fh_error *err)
{
	struct fh_error own = { 0 };
	struct fh_channel *channel = NULL;
	struct role role;
	int r = check_start(err);

	if (r == 0)
		r = role_take(&role, err);
	if (r < 0)
		return r;
	if (role.name == ROLE_NONE)
		return divide(broker, argv, err);
	if (role.name == ROLE_MONITOR)
		return role_monitor(broker, &role, argv[0], log, ret, err);
	if (role.name != ROLE_WORKER)
		become_helper(broker, &role, argv[0], log);
	if (become_worker(broker, &role, argv[0], log, &channel, &own) < 0)
		fail_role(role.socket, &own);
	await_monitor(role.socket);
	*ret_channel = channel;
	return FH_BROKER_IS_WORKER;
}
