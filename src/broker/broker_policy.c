/* Makes the policies of both roles of what was described. */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/io.h"
#include "base/number.h"
#include "base/text.h"
#include "broker/broker.h"
#include "policy/policy.h"
#include "probe/kernel.h"
#include "tables/guarantees.h"
#include "tables/settings.h"

/* What the loop itself does beyond the strict policy: packets with
 * descriptors, and a worker to be watched, signalled and reaped. */
static const char loop_calls[] =
	"recvmsg sendmsg pidfd_send_signal waitid";

/*
 * What a table gives up by its nature, on every kernel, and no more: whatever
 * else a kernel cannot hold is refused, unless the monitor's own policy does
 * without it.
 */
static const struct {
	enum fh_broker_kind kind;
	enum fh_guarantee guarantee;
} given_up[] = {
	/* Who may listen can listen on a socket that was never bound, which is
	 * a free port. */
	{ FH_BROKER_BIND, FH_GUARANTEE_NETWORK },
};

/* A policy in the making. */
struct maker {
	const struct fh_broker *broker;
	const struct fh_kernel *kernel;
	struct fh_policy *policy;
	struct fh_error *err;
};

static int fail_memory(struct fh_error *err)
{
	return error_set(err, FH_STAGE_PLAN, -ENOMEM,
			 "make the policies of a broker");
}

static int set(struct maker *maker, const char *name, const char *value,
	       const char *origin)
{
	return policy_set(maker->policy, name, value, origin, maker->err);
}

static int set_number(struct maker *maker, const char *name, uint64_t value,
		      const char *origin)
{
	char text[21];

	number_format(text, value);
	return set(maker, name, text, origin);
}

static bool has_wish(const struct fh_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->n_syscall_changes; i++)
		if (!policy->syscall_changes[i].is_deny &&
		    strcmp(policy->syscall_changes[i].name, name) == 0)
			return true;
	return false;
}

/* Names with spaces between. */
static int allow_calls(struct maker *maker, const char *names,
		       const char *origin)
{
	char name[32];
	int r = 0;

	while (r == 0 && *names) {
		size_t n = strcspn(names, " ");

		invariant(n && n < sizeof(name));
		memcpy(name, names, n);
		name[n] = '\0';
		names += n + strspn(names + n, " ");
		if (!has_wish(maker->policy, name))
			r = set(maker, "allow-syscall", name, origin);
	}
	return r;
}

static void reverse(struct syscall_wish *wishes, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct syscall_wish kept = wishes[i];

		wishes[i] = wishes[n - 1 - i];
		wishes[n - 1 - i] = kept;
	}
}

/* Puts those after the first n before them; each part keeps its order. */
static void put_first(struct fh_policy *policy, size_t n)
{
	size_t all = policy->n_syscall_changes;

	if (!all)
		return;
	reverse(policy->syscall_changes, n);
	reverse(policy->syscall_changes + n, all - n);
	reverse(policy->syscall_changes, all);
}

/* What somebody denied by name stays denied: the last wish counts. */
static int add_calls(struct maker *maker)
{
	size_t before = maker->policy->n_syscall_changes;
	const struct fh_broker *broker = maker->broker;
	int r = allow_calls(maker, loop_calls, "broker");

	for (size_t i = 0; i < broker->n_rows && r == 0; i++)
		r = allow_calls(maker, broker_kinds[broker->rows[i].kind].syscalls,
				broker->rows[i].origin);
	put_first(maker->policy, before);
	return r;
}

static int add_port(struct maker *maker, const char *setting,
		    const struct port_list *ports, const struct broker_row *row)
{
	for (size_t i = 0; i < ports->n; i++)
		if (ports->ports[i] == row->port)
			return 0;
	return set_number(maker, setting, row->port, row->origin);
}

/* Landlock's ports are of both protocols, once it holds both. */
static int add_network(struct maker *maker, const struct broker_row *row)
{
	struct fh_policy *policy = maker->policy;
	int r = 0;

	if (policy->net != FH_NET_HOST)
		r = set(maker, "net", "host", row->origin);
	if (row->transport == FH_UDP)
		policy->lets_udp_out = true;
	if (r < 0)
		return r;
	if (row->kind == FH_BROKER_BIND)
		return add_port(maker, "listen", &policy->listen, row);
	return add_port(maker, "connect", &policy->connect, row);
}

static int add_reach(struct maker *maker, const struct broker_row *row)
{
	switch (row->kind) {
	case FH_BROKER_BIND:
	case FH_BROKER_CONNECT:
		return add_network(maker, row);
	case FH_BROKER_OPEN:
		return set(maker, row->access == FH_READ ? "read" : "write",
			   row->object, row->origin);
	case FH_BROKER_READ_FILE:
		return set(maker, "read", row->object, row->origin);
	case FH_BROKER_AUTHENTICATE:
	case FH_BROKER_REQUEST:
	case FH_BROKER_RESOLVE:
		break;
	}
	return 0;
}

static int add_losses(struct maker *maker)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(given_up) && r == 0; i++)
		if (broker_has(maker->broker, given_up[i].kind))
			r = set(maker, "without",
				guarantees[given_up[i].guarantee].name,
				"broker");
	return r;
}

/* --- capabilities --------------------------------------------------------- */

/* Of this process's network namespace. */
static unsigned int first_free_port(void)
{
	char text[16];
	uint64_t port = 0;

	if (read_small_file(AT_FDCWD,
			    "/proc/sys/net/ipv4/ip_unprivileged_port_start",
			    text, sizeof(text)) <= 0 ||
	    number_parse(text, &port) < 0)
		return 1024;
	return (unsigned int)port;
}

const struct broker_row *broker_needs_port(const struct fh_broker *broker,
					   int capability)
{
	unsigned int first = first_free_port();

	if (capability != CAP_NET_BIND_SERVICE)
		return NULL;
	for (size_t i = 0; i < broker->n_rows; i++)
		if (broker->rows[i].kind == FH_BROKER_BIND &&
		    broker->rows[i].port < first)
			return &broker->rows[i];
	return NULL;
}

static int keep_bind(struct maker *maker)
{
	const struct broker_row *row = broker_needs_port(maker->broker,
							 CAP_NET_BIND_SERVICE);

	if (!row)
		return 0;
	if (kernel_has_capability(maker->kernel, CAP_NET_BIND_SERVICE))
		return set(maker, "keep-cap", "CAP_NET_BIND_SERVICE",
			   row->origin);
	error_set(maker->err, FH_STAGE_PLAN, -EPERM,
		  "bind port %u: it needs CAP_NET_BIND_SERVICE, which this process has not",
		  row->port);
	error_remedy(maker->err, "start it as root or with that capability, take a port from %u on, or lower net.ipv4.ip_unprivileged_port_start",
		     first_free_port());
	error_origin(maker->err, row->origin);
	return -EPERM;
}

/* Who is ended with the monitor but runs as another user than it does? */
const char *broker_needs_kill(const struct fh_broker *broker,
			      const struct fh_kernel *kernel,
			      const struct fh_policy *policy, int capability)
{
	uint64_t monitor = policy->uid, started = kernel->uid;
	uint64_t nobody = started ? started : FH_NOBODY;

	if (capability != CAP_KILL)
		return NULL;
	if (monitor != (broker->worker->uid == POLICY_UNLIMITED
				? nobody : broker->worker->uid))
		return "worker";
	if (monitor != nobody && broker_has(broker, FH_BROKER_RESOLVE))
		return "resolver";
	if (monitor != started && broker_has(broker, FH_BROKER_AUTHENTICATE))
		return "authenticator";
	return NULL;
}

/* The kernel asks even for the signal with which a child ends after its parent
 * whether the parent may send it: to another user, none without CAP_KILL. */
static int keep_kill(struct maker *maker)
{
	const char *role = broker_needs_kill(maker->broker, maker->kernel,
					     maker->policy, CAP_KILL);

	if (!role)
		return 0;
	if (kernel_has_capability(maker->kernel, CAP_KILL))
		return set(maker, "keep-cap", "CAP_KILL", role);
	error_set(maker->err, FH_STAGE_PLAN, -EPERM,
		  "the monitor and its %s have different uids: without CAP_KILL the one cannot end the other",
		  role);
	error_remedy(maker->err, "start it as root, or leave the ids out");
	return -EPERM;
}

/* Without ids of its own it stays who it is, root as well. */
static int keep_ids(struct maker *maker)
{
	struct fh_policy *policy = maker->policy;
	int r = 0;

	if (policy->uid == POLICY_UNLIMITED)
		r = set_number(maker, "uid", maker->kernel->uid, "broker");
	if (r == 0 && policy->gid == POLICY_UNLIMITED)
		r = set_number(maker, "gid", maker->kernel->gid, "broker");
	return r;
}

static int make_monitor(struct maker *maker)
{
	const struct fh_broker *broker = maker->broker;
	int r = keep_ids(maker);

	for (size_t i = 0; i < broker->n_rows && r == 0; i++)
		r = add_reach(maker, &broker->rows[i]);
	if (r == 0)
		r = add_calls(maker);
	if (r == 0)
		r = add_losses(maker);
	if (r == 0)
		r = keep_bind(maker);
	return r < 0 ? r : keep_kill(maker);
}

/* The split leaves them open, before a role confines itself. */
static void drop_keep_fds(struct fh_policy *policy)
{
	policy->n_keep_fds = 0;
	policy->is_set &= ~(UINT64_C(1)
			    << (setting_find("keep-fd") - settings));
}

/* The kernel forgets whose death a process dies with when its ids change. */
static int check_worker(const struct fh_policy *worker, struct fh_error *err)
{
	const uint64_t ids = UINT64_C(1) << CAP_SETUID |
			     UINT64_C(1) << CAP_SETGID;

	if (!(worker->keep_caps & ids))
		return 0;
	error_set(err, FH_STAGE_PLAN, -EPERM,
		  "the worker cannot keep CAP_SETUID or CAP_SETGID: with other ids it would outlive the monitor");
	error_remedy(err, "let it ask the monitor for what it needs them for");
	return -EPERM;
}

int broker_worker_policy(const struct fh_broker *broker, struct fh_policy **ret,
			 struct fh_error *err)
{
	struct fh_policy *policy;
	int r = check_worker(broker->worker, err);

	if (r < 0)
		return r;
	policy = policy_copy(broker->worker);
	if (!policy)
		return fail_memory(err);
	policy->role = POLICY_ROLE_WORKER;
	drop_keep_fds(policy);
	*ret = policy;
	return 0;
}

int broker_monitor_policy(const struct fh_broker *broker,
			  const struct fh_kernel *kernel,
			  struct fh_policy **ret, struct fh_error *err)
{
	struct maker maker = { broker, kernel, policy_copy(broker->monitor),
			       err };
	int r;

	if (!maker.policy)
		return fail_memory(err);
	maker.policy->role = POLICY_ROLE_MONITOR;
	drop_keep_fds(maker.policy);
	r = make_monitor(&maker);
	if (r < 0) {
		policy_free(maker.policy);
		return r;
	}
	*ret = maker.policy;
	return 0;
}
