/* What a table makes of the policies of both roles, on invented machines. */
#include <linux/capability.h>

#include "broker/broker_view.h"
#include "confine/confine_plan.h"
#include "filter_eval.h"
#include "invented.h"
#include "sys/landlock_calls.h"

static struct fh_error err;

#define ALLOWED 0
#define KILLED -1

/* What the filter says to a call, by the interpreter. */
static int answer(const struct fh_plan *plan, const char *name,
		  const uint64_t *args)
{
	struct seccomp_data data = {
		.nr = syscall_number(plan->kernel.arch, name),
		.arch = eval_arch[plan->kernel.arch],
	};
	uint32_t action;

	memcpy(data.args, args, sizeof(data.args));
	check(data.nr >= 0);
	action = eval(&plan->filter, &data);
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return ALLOWED;
	case SECCOMP_RET_KILL_PROCESS:
		return KILLED;
	case SECCOMP_RET_ERRNO:
		return (int)(action & SECCOMP_RET_DATA);
	}
	tap_fail(__FILE__, __LINE__, "%s: action %#x", name, action);
}

#define EXPECT(plan, expected, name, ...)                                      \
	check_int(answer(plan, name, (const uint64_t[6]){ __VA_ARGS__ }),      \
		  expected)

static struct fh_broker *table_of(const struct wishes *rows)
{
	struct fh_broker *broker = broker_new();

	for (size_t i = 0; rows && rows->pairs[i]; i += 2)
		if (broker_set(broker, rows->pairs[i], rows->pairs[i + 1],
			       "row", &err) < 0)
			tap_fail(__FILE__, __LINE__, "%s", err.what);
	return broker;
}

static void set(struct fh_policy *policy, const char *name, const char *value)
{
	if (policy_set(policy, name, value, NULL, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

static struct broker_view view;

static struct fh_plan *monitor_of(struct fh_broker *broker,
				  const struct fh_kernel *kernel)
{
	if (view_make(broker, kernel, &view, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s; %s", err.what, err.remedy);
	return view.plans[VIEW_MONITOR];
}

static struct fh_plan *worker_of(struct fh_broker *broker, int abi)
{
	struct fh_kernel kernel = invented_kernel(abi);

	monitor_of(broker, &kernel);
	return view.plans[VIEW_WORKER];
}

#define CLONE_THREADS 0x3d0f00 /* as pthread_create() */
#define CLONE_CHILD 0x1200011  /* as fork() */

/* --- the worker ------------------------------------------------------------- */

static void test_worker_processes(void)
{
	static const char *const bases[] = { "default", "strict",
					     "file-processor",
					     "network-server",
					     "container-runtime" };

	for (size_t i = 0; i < N(bases); i++) {
		struct fh_broker *broker = table_of(NULL);
		struct fh_plan *plan;
		int thread = strcmp(bases[i], "strict") ? ALLOWED : EPERM;

		set(broker->worker, "syscalls", bases[i]);
		for (int g = 0; g < N_GUARANTEES; g++)
			set(broker->worker, "without", guarantees[g].name);
		plan = worker_of(broker, 7);
		EXPECT(plan, EPERM, "fork", 0);
		EXPECT(plan, EPERM, "vfork", 0);
		EXPECT(plan, ENOSYS, "clone3", 0);
		EXPECT(plan, EPERM, "execve", 0);
		EXPECT(plan, EPERM, "execveat", 0);
		EXPECT(plan, EPERM, "clone", CLONE_CHILD);
		EXPECT(plan, EPERM, "clone", 0);
		EXPECT(plan, thread, "clone", CLONE_THREADS);
		EXPECT(plan, EPERM, "prctl", 1, 0);
		EXPECT(plan, EPERM, "prctl", 1ull << 32 | 1, 9);
		EXPECT(plan, ALLOWED, "prctl", 15, 0);
		EXPECT(plan, ALLOWED, "recvmsg", 0);
		view_done(&view);
		broker_free(broker);
	}
}

/* Neither a wish nor on-deny lets a process be made, or a program executed. */
static void test_worker_wishes(void)
{
	struct fh_broker *broker = table_of(NULL);
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan;

	set(broker->worker, "allow-syscall", "@process");
	plan = worker_of(broker, 7);
	EXPECT(plan, EPERM, "fork", 0);
	EXPECT(plan, EPERM, "vfork", 0);
	EXPECT(plan, EPERM, "execve", 0);
	EXPECT(plan, EPERM, "execveat", 0);
	EXPECT(plan, EPERM, "clone", CLONE_CHILD);
	EXPECT(plan, ALLOWED, "clone", CLONE_THREADS);
	EXPECT(plan, ALLOWED, "wait4", 0);
	view_done(&view);
	set(broker->worker, "on-deny", "log");
	set(broker->worker, "without", "kernel");
	plan = worker_of(broker, 7);
	EXPECT(plan, EPERM, "fork", 0);
	EXPECT(plan, EPERM, "vfork", 0);
	EXPECT(plan, EPERM, "execve", 0);
	EXPECT(plan, EPERM, "clone", CLONE_CHILD);
	EXPECT(plan, EPERM, "prctl", 1, 0);
	view_done(&view);
	set(broker->worker, "on-deny", "kill");
	plan = worker_of(broker, 7);
	EXPECT(plan, KILLED, "fork", 0);
	EXPECT(plan, KILLED, "execve", 0);
	EXPECT(plan, KILLED, "clone", CLONE_CHILD);
	view_done(&view);
	set(broker->worker, "allow-syscall", "fork");
	check_int(view_make(broker, &kernel, &view, &err), -EINVAL);
	check(strstr(err.remedy, "one process"));
	view_done(&view);
	broker_free(broker);
}

/* What is kept open is not the confinement's to refuse. */
static void test_worker_fds(void)
{
	struct fh_broker *broker = table_of(NULL);

	set(broker->worker, "keep-fd", "5");
	set(broker->worker, "deny-syscall", "recvmsg");
	EXPECT(worker_of(broker, 7), EPERM, "recvmsg", 0);
	check_int(view.policies[VIEW_WORKER]->n_keep_fds, 0);
	check_int(broker->worker->n_keep_fds, 1);
	view_done(&view);
	broker_free(broker);
}

/* A policy that is nobody's role has none of it. */
static void test_control(void)
{
	struct fh_kernel kernel = invented_kernel(10);
	struct fh_policy *policy = invented_policy(
		WISHES("syscalls", "default", "net", "host", "connect", "53"));
	struct fh_plan *plan = NULL;

	check_int(confine_plan(policy, &kernel, &plan, &err), 0);
	EXPECT(plan, ALLOWED, "fork", 0);
	EXPECT(plan, ALLOWED, "clone", CLONE_CHILD);
	EXPECT(plan, ALLOWED, "prctl", 1, 0);
	EXPECT(plan, ENOSYS, "openat2", 0);
	EXPECT(plan, ALLOWED, "socket", 2, 2, 0);
	check_int(plan->landlock.scoped,
		  LL_SCOPE_SIGNAL | LL_SCOPE_ABSTRACT_UNIX);
	plan_free(plan);
	policy_free(policy);
}

/* --- the monitor ------------------------------------------------------------ */

static void test_monitor_loop(void)
{
	static const char *const needed[] = {
		"recvmsg", "sendmsg", "ppoll", "poll", "read", "pread64",
		"write", "close", "fcntl", "fstat", "waitid", "lseek",
		"pidfd_send_signal", "clock_gettime", "restart_syscall",
		"exit_group", "rt_sigprocmask", "mmap", "munmap", "brk",
	};
	static const char *const refused[] = {
		"fork", "execve", "bind", "connect", "listen", "kill",
		"ptrace", "unshare", "mount", "pidfd_open", "chmod",
	};
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_broker *broker = table_of(NULL);
	struct fh_plan *plan = monitor_of(broker, &kernel);

	for (size_t i = 0; i < N(needed); i++)
		EXPECT(plan, ALLOWED, needed[i], 0);
	for (size_t i = 0; i < N(refused); i++)
		if (strcmp(refused[i], "execve") != 0)
			EXPECT(plan, EPERM, refused[i], 0);
	EXPECT(plan, ENOSYS, "openat2", 0);
	EXPECT(plan, EAFNOSUPPORT, "socket", 2, 1, 0);
	check_int(plan->n_mounts, 0);
	check_int(plan->policy->net, FH_NET_NONE);
	check_int(plan->policy->without, 0);
	check_int(plan->policy->keep_caps, 0);
	/* The one signal that must get through is the worker's end. */
	check_int(plan->landlock.scoped, LL_SCOPE_ABSTRACT_UNIX);
	EXPECT(plan, EPERM, "kill", 0, 9);
	check_int(plan_state(&plan->guarantees[FH_GUARANTEE_PROCESSES]),
		  FH_STATE_NOT);
	view_done(&view);
	broker_free(broker);
}

static void test_monitor_files(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_broker *broker = table_of(
		WISHES("open", "/srv", "open-write", "/data", "open-create",
		       "/new", "read-file", "/key"));
	struct fh_plan *plan = monitor_of(broker, &kernel);
	static const unsigned int access[] = { FH_READ, FH_READ | FH_WRITE,
					       FH_READ | FH_WRITE, FH_READ };

	check_int(plan->n_mounts, N(access));
	for (size_t i = 0; i < N(access); i++)
		check_int(plan->mounts[i].access, access[i]);
	EXPECT(plan, ALLOWED, "openat2", 0);
	/* Of the strict policy, which has no such rule for openat2. */
	EXPECT(plan, EACCES, "openat", 0, 0, 0101);
	EXPECT(plan, EAFNOSUPPORT, "socket", 2, 1, 0);
	check_int(plan->policy->without, 0);
	view_done(&view);
	/* Nothing of Landlock's holds its signals, hence not the group's. */
	set(broker->monitor, "allow-syscall", "kill");
	plan = monitor_of(broker, &kernel);
	EXPECT(plan, ALLOWED, "kill", 4711, 15);
	EXPECT(plan, EPERM, "kill", 0, 15);
	view_done(&view);
	/* What is denied by name stays denied. */
	set(broker->monitor, "deny-syscall", "openat2");
	EXPECT(monitor_of(broker, &kernel), ENOSYS, "openat2", 0);
	view_done(&view);
	broker_free(broker);
}

static void check_network(int line, const struct wishes *rows, int abi,
			  int tcp, int udp, enum fh_state state)
{
	struct fh_kernel kernel = invented_kernel(abi);
	struct fh_broker *broker = table_of(rows);
	struct fh_plan *plan = monitor_of(broker, &kernel);
	const struct plan_guarantee *row =
		&plan->guarantees[FH_GUARANTEE_NETWORK];

	EXPECT(plan, tcp, "socket", 2, 1, 0);
	EXPECT(plan, tcp, "socket", 10, 1 | 02000000, 6);
	EXPECT(plan, udp, "socket", 2, 2, 0);
	EXPECT(plan, udp, "socket", 10, 2, 17);
	EXPECT(plan, tcp ? EAFNOSUPPORT : EPROTONOSUPPORT, "socket", 2, 1, 262);
	EXPECT(plan, tcp ? EAFNOSUPPORT : EPERM, "socket", 2, 3, 0);
	EXPECT(plan, EAFNOSUPPORT, "socket", 16, 3, 0);
	if (plan_state(row) != state)
		tap_fail(__FILE__, line, "ABI %d: network is %d: %s", abi,
			 plan_state(row), row->lost);
	view_done(&view);
	broker_free(broker);
}
#define NETWORK(rows, abi, tcp, udp, state)                                    \
	check_network(__LINE__, rows, abi, tcp, udp, FH_STATE_##state)

static void test_monitor_network(void)
{
	NETWORK(WISHES("connect", "tcp:*:443"), 7, ALLOWED, EACCES, PARTLY);
	NETWORK(WISHES("connect", "tcp:*:443"), 10, ALLOWED, EACCES, PARTLY);
	NETWORK(WISHES("connect", "udp:*:53"), 7, ALLOWED, ALLOWED, PARTLY);
	NETWORK(WISHES("connect", "udp:*:53"), 10, ALLOWED, ALLOWED, PARTLY);
	NETWORK(WISHES("bind", "tcp:8080"), 7, ALLOWED, EACCES, NOT);
	NETWORK(WISHES("bind", "udp:5353"), 10, ALLOWED, ALLOWED, NOT);
	NETWORK(WISHES("open", "/srv"), 7, EAFNOSUPPORT, EAFNOSUPPORT, PARTLY);
}

/* The ports are Landlock's, once each; the loss is a table's own. */
static void test_monitor_ports(void)
{
	struct fh_kernel kernel = invented_kernel(10);
	struct fh_broker *broker = table_of(
		WISHES("bind", "tcp:8080", "bind", "udp:8080", "bind",
		       "tcp:127.0.0.1:8081", "connect", "tcp:10.0.0.1:5432",
		       "connect", "udp:10.0.0.1:53"));
	struct fh_plan *plan = monitor_of(broker, &kernel);

	check_int(plan->policy->listen.n, 2);
	check_int(plan->policy->listen.ports[0], 8080);
	check_int(plan->policy->connect.n, 2);
	check_int(plan->policy->connect.ports[1], 53);
	check_int(plan->policy->without, GUARANTEE_BIT(FH_GUARANTEE_NETWORK));
	check(plan->landlock.handled_net & LL_NET_BIND_UDP);
	EXPECT(plan, ALLOWED, "bind", 0);
	EXPECT(plan, ALLOWED, "listen", 0);
	EXPECT(plan, ALLOWED, "connect", 0);
	EXPECT(plan, EPERM, "getsockname", 0);
	EXPECT(plan, ALLOWED, "getsockopt", 0);
	EXPECT(plan, ALLOWED, "setsockopt", 0, 1, 2);
	EXPECT(plan, EOPNOTSUPP, "setsockopt", 0, 6, 30);
	view_done(&view);
	broker_free(broker);
	/* Connecting gives nothing up where it can be held, and is refused
	 * where it cannot. */
	broker = table_of(WISHES("connect", "tcp:*:443"));
	plan = monitor_of(broker, &kernel);
	check_int(plan->policy->without, 0);
	EXPECT(plan, EPERM, "setsockopt", 0, 1, 2);
	view_done(&view);
	kernel = invented_kernel(3);
	check_int(view_make(broker, &kernel, &view, &err), -EPERM);
	check(strstr(err.what, "network"));
	view_done(&view);
	broker_free(broker);
}

/* --- who it is --------------------------------------------------------------- */

#define CAP(name) (UINT64_C(1) << CAP_##name)

static void check_root(const struct wishes *rows, const char *worker_uid,
		       uint64_t capabilities)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_broker *broker = table_of(rows);
	struct fh_plan *plan;

	if (worker_uid)
		set(broker->worker, "uid", worker_uid);
	plan = monitor_of(broker, &kernel);
	check_int(plan->uid, 0);
	check_int(plan->gid, 0);
	check_int(plan->policy->keep_caps, capabilities);
	check_int(view.plans[VIEW_WORKER]->uid,
		  worker_uid ? 0 : FH_NOBODY);
	check_int(view.plans[VIEW_WORKER]->policy->keep_caps, 0);
	/* Whatever the table needs: still no way to more of them. */
	check(plan->guarantees[FH_GUARANTEE_PRIVILEGES].holders);
	view_done(&view);
	broker_free(broker);
}

static void test_root(void)
{
	check_root(NULL, NULL, CAP(KILL));
	check_root(NULL, "0", 0);
	check_root(WISHES("resolve", "*"), "0", CAP(KILL));
	check_root(WISHES("authenticate", "login"), "0", 0);
	check_root(WISHES("bind", "tcp:8080"), NULL, CAP(KILL));
	check_root(WISHES("bind", "tcp:1"), NULL,
		   CAP(KILL) | CAP(NET_BIND_SERVICE));
}

static void test_user(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_broker *broker = table_of(WISHES("bind", "tcp:1"));
	struct fh_plan *plan;

	check_int(view_make(broker, &kernel, &view, &err), -EPERM);
	check(strstr(err.what, "bind port 1"));
	check(strstr(err.remedy, "ip_unprivileged_port_start"));
	check_str(err.origin, "row");
	view_done(&view);
	kernel.capabilities = CAP(NET_BIND_SERVICE);
	plan = monitor_of(broker, &kernel);
	check_int(plan->policy->keep_caps, CAP(NET_BIND_SERVICE));
	check_int(plan->uid, 1000);
	check_int(view.plans[VIEW_WORKER]->uid, 1000);
	view_done(&view);
	broker_free(broker);
}

/* Ids of its own: what it then could not end needs CAP_KILL. */
static void test_ids(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_broker *broker = table_of(WISHES("authenticate", "login"));

	set(broker->monitor, "uid", "7");
	set(broker->monitor, "gid", "7");
	set(broker->worker, "uid", "7");
	check_int(monitor_of(broker, &kernel)->uid, 7);
	check_int(view.plans[VIEW_MONITOR]->policy->keep_caps, CAP(KILL));
	view_done(&view);
	kernel.capabilities &= ~CAP(KILL);
	check_int(view_make(broker, &kernel, &view, &err), -EPERM);
	check(strstr(err.what, "authenticator"));
	view_done(&view);
	broker_free(broker);
}

/* The description itself stays what it was. */
static void test_untouched(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_broker *broker = table_of(WISHES("bind", "udp:53"));
	uint64_t version = broker->monitor->version;

	monitor_of(broker, &kernel);
	check_int(broker->monitor->version, version);
	check_int(broker->monitor->role, POLICY_ROLE_NONE);
	check_int(broker->worker->role, POLICY_ROLE_NONE);
	check(!broker->monitor->lets_udp_out);
	view_done(&view);
	broker_free(broker);
}

/* Other ids would free a worker from the monitor's end. */
static void test_worker_ids(void)
{
	static const struct {
		uint64_t capabilities;
		int code;
	} rows[] = {
		{ CAP(SETUID), -EPERM }, { CAP(SETGID), -EPERM },
		{ CAP(SETUID) | CAP(KILL), -EPERM },
		/* Control */
		{ CAP(NET_BIND_SERVICE), 0 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct fh_broker *broker = fh_broker_new();
		struct fh_policy *policy = NULL;

		broker->worker->keep_caps = rows[i].capabilities;
		check_int(broker_worker_policy(broker, &policy, NULL),
			  rows[i].code);
		check_int(policy != NULL, rows[i].code == 0);
		policy_free(policy);
		broker_free(broker);
	}
}

static const struct tap_test tests[] = {
	{ .name = "a worker makes no process, whatever its base",
	  .run = test_worker_processes },
	{ .name = "a worker makes no process, whatever is wished",
	  .run = test_worker_wishes },
	{ .name = "a worker keeps no capability for other ids",
	  .run = test_worker_ids },
	{ .name = "descriptors that a worker keeps", .run = test_worker_fds },
	{ .name = "who has no role is not touched", .run = test_control },
	{ .name = "a monitor's loop", .run = test_monitor_loop },
	{ .name = "a monitor's files", .run = test_monitor_files },
	{ .name = "a monitor's sockets", .run = test_monitor_network },
	{ .name = "a monitor's ports", .run = test_monitor_ports },
	{ .name = "a monitor that is root", .run = test_root },
	{ .name = "a monitor that is not", .run = test_user },
	{ .name = "a monitor with ids of its own", .run = test_ids },
	{ .name = "a description is only read", .run = test_untouched },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
