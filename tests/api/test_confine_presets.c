/*
 * Every system call under every preset, as the kernel answers it, against the
 * tables. What fh_confine() lets through is answered by a supervisor: so any call
 * can be made, with any arguments, and nothing happens.
 */
#include <sys/mman.h>

#include "fenced.h"
#include "mech/seccomp_policies.h"
#include "mech/seccomp_rules.h"
#include "supervisor.h"

#define LAST 511

/* --- what the tables say ------------------------------------------------------------ */

/* As in fh_confine(3): a process has no mount namespace of its own, shares the
 * machine's ipc, its process group and the host's tree. */
static const char *const refused_to_all[] = {
	"chmod", "chown", "fchmod", "fchmodat", "fchmodat2", "fchown",
	"fchownat", "file_setattr", "fremovexattr", "fsetxattr", "futimesat",
	"getxattr", "getxattrat", "lchown", "lgetxattr", "listxattr",
	"listxattrat", "llistxattr", "lremovexattr", "lsetxattr", "mq_open",
	"mq_unlink",
	"msgctl", "msgget", "msgrcv", "msgsnd", "openat2", "removexattr",
	"removexattrat", "semctl", "semget", "semop", "semtimedop", "setxattr",
	"setxattrat", "shmat", "shmctl", "shmdt", "shmget", "utime",
	"utimensat", "utimes",
};

struct sweep {
	const char *preset;
	enum syscall_policy base;
	struct syscall_set allowed;
	struct seccomp_request request;
	bool is_deadly; /* on-deny kill */
};

static bool holds(const struct arg_test *test, const uint64_t args[6])
{
	uint32_t is = (uint32_t)args[test->arg];
	uint32_t mask = (uint32_t)test->mask, value = (uint32_t)test->value;

	check(!test->is_wide);
	switch ((enum arg_op)test->op) {
	case ARG_EQ:
		return is == value;
	case ARG_NE:
		return is != value;
	case ARG_MASKED_EQ:
		return (is & mask) == value;
	case ARG_MASKED_NE:
		return (is & mask) != value;
	case ARG_GT:
		return is > value;
	case ARG_GE:
		return is >= value;
	}
	tap_fail(__FILE__, __LINE__, "no such test");
}

/* What an allowed call is answered with these arguments. */
static int by_rules(const struct sweep *sweep, unsigned int call,
		    const uint64_t args[6])
{
	for (size_t i = 0; i < n_seccomp_rules; i++) {
		const struct seccomp_rule *rule = &seccomp_rules[i];
		bool all = rule->call == call &&
			   seccomp_rule_applies(rule->when, &sweep->request);

		for (size_t t = 0; all && t < rule->n_tests; t++)
			all = holds(&rule->tests[t], args);
		if (all)
			return rule->verdict.kind == VERDICT_ALLOW
				       ? ALLOWED : rule->verdict.error;
	}
	for (size_t i = 0; i < n_seccomp_rests; i++)
		if (seccomp_rests[i].call == call &&
		    seccomp_rule_applies(seccomp_rests[i].when,
					 &sweep->request))
			return seccomp_rests[i].error;
	return ALLOWED;
}

static int expected(const struct sweep *sweep, int nr, const uint64_t args[6])
{
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		if (syscall_on(FILTER_ARCH_NATIVE, call) != nr)
			continue;
		if (sweep->allowed.has[call])
			return by_rules(sweep, call, args);
		return syscall_soft_errno(call) ? syscall_soft_errno(call)
						: EPERM;
	}
	return ENOSYS;
}

static void sweep_init(struct sweep *sweep)
{
	seccomp_policy_calls(sweep->base, &sweep->allowed);
	/* It has given up what the rest is for. */
	if (sweep->base == SYSCALLS_CONTAINER_RUNTIME) {
		sweep->allowed.has[CALL_openat2] = false;
		sweep->request = (struct seccomp_request){
			.base = sweep->base, .is_self = true };
		return;
	}
	for (size_t i = 0; i < N(refused_to_all); i++) {
		int call = syscall_find(refused_to_all[i]);

		check(call >= 0);
		sweep->allowed.has[call] = false;
	}
	sweep->request = (struct seccomp_request){
		.base = sweep->base,
		.only_unix_sockets = true,
		.keeps_sockets = true,
		.deny_other_pids = true,
		.deny_file_flags = true,
		.shares_group = true,
		.is_self = true,
		.deny_listen_autobind = true,
	};
}

/* --- what the kernel says ------------------------------------------------------------ */

#define N_ARGS 5

/* The same value everywhere; and a few that many rules know. */
static const uint64_t values[N_ARGS] = { 0, UINT64_MAX, 1, 0x7e020002, 16 };

struct answers {
	int by_value[LAST + 1][N_ARGS];
	int by_rule[256];
};

/* The kernel shows them to no filter (Linux 6.14), and ends who calls them
 * from elsewhere than its own trampoline. */
static bool is_unseen(long nr)
{
	return nr == syscall_number(FILTER_ARCH_NATIVE, "uprobe") ||
	       nr == syscall_number(FILTER_ARCH_NATIVE, "uretprobe");
}

static int ask(long nr, const uint64_t args[6])
{
	long r = syscall(nr, args[0], args[1], args[2], args[3], args[4],
			 (uint64_t)MARK << 32 | MARK);

	return r < 0 ? errno : 0;
}

static void spread(uint64_t value, uint64_t ret[6])
{
	for (int i = 0; i < 6; i++)
		ret[i] = value;
}

/* Arguments that a rule is about; all else is 0. */
static void aim(const struct seccomp_rule *rule, uint64_t ret[6])
{
	spread(0, ret);
	for (size_t t = 0; t < rule->n_tests; t++) {
		const struct arg_test *test = &rule->tests[t];

		ret[test->arg] |= test->op == ARG_MASKED_NE
			? test->mask & (0 - test->mask) : test->value;
		/* What the kernel drops must not save a call. */
		ret[test->arg] |= UINT64_C(1) << 40;
	}
}

static void ask_all(struct answers *answers)
{
	uint64_t args[6];

	for (int nr = 0; nr <= LAST; nr++)
		for (int v = 0; v < N_ARGS && !is_unseen(nr); v++) {
			spread(values[v], args);
			answers->by_value[nr][v] = ask(nr, args);
		}
	for (size_t i = 0; i < n_seccomp_rules; i++) {
		aim(&seccomp_rules[i], args);
		answers->by_rule[i] = ask(syscall_on(FILTER_ARCH_NATIVE,
						     seccomp_rules[i].call),
					  args);
	}
}

static void ask_each(const struct sweep *sweep, struct answers *answers);

static void be_swept(const struct sweep *sweep, int socket,
		     struct answers *answers)
{
	struct fh_policy *policy = fh_policy_new();

	send_fd(socket, load_listener());
	if (sweep && !sweep->is_deadly) {
		check_int(fh_policy_preset(policy, sweep->preset, NULL, 0,
					   &err), 0);
		check_fence(policy);
	}
	if (sweep && sweep->is_deadly)
		ask_each(sweep, answers);
	else
		ask_all(answers);
}

static struct answers *answers_of(const struct sweep *sweep)
{
	struct answers *answers = mmap(NULL, sizeof(*answers),
				       PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ends[2], status, listener;
	pid_t pid;

	check(n_seccomp_rules <= N(answers->by_rule));
	check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		be_swept(sweep, ends[1], answers);
		/* The mark may still be in its register. */
		syscall(SYS_exit_group, 0, 0, 0, 0, 0, 0);
	}
	listener = receive_fd(ends[0]);
	supervise(listener);
	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
	return answers;
}

/* Asked only to see whether it may be: never deadly. */
static bool is_soft(int nr)
{
	for (unsigned int call = 0; call < N_SYSCALLS; call++)
		if (syscall_on(FILTER_ARCH_NATIVE, call) == nr)
			return syscall_soft_errno(call) != 0;
	return false;
}

static const char *name_of(int nr)
{
	for (unsigned int call = 0; call < N_SYSCALLS; call++)
		if (syscall_on(FILTER_ARCH_NATIVE, call) == nr)
			return syscalls[call].name;
	return "unknown";
}

static void compare(const struct sweep *sweep, int nr, const uint64_t args[6],
		    int is, int *n_allowed)
{
	int should = nr < 0 ? is : expected(sweep, nr, args);

	*n_allowed += is == ALLOWED;
	if (is != should)
		tap_fail(__FILE__, __LINE__,
			 "%s: %s(%#llx, %#llx, %#llx) is %d, not %d",
			 sweep->preset, name_of(nr),
			 (unsigned long long)args[0],
			 (unsigned long long)args[1],
			 (unsigned long long)args[2], is, should);
}

static void run(const char *preset, enum syscall_policy base)
{
	struct sweep sweep = { .preset = preset, .base = base };
	const struct answers *answers;
	uint64_t args[6];
	int n_allowed = 0;

	sweep_init(&sweep);
	answers = answers_of(&sweep);
	for (int nr = 0; nr <= LAST; nr++)
		for (int v = 0; v < N_ARGS && !is_unseen(nr); v++) {
			spread(values[v], args);
			compare(&sweep, nr, args, answers->by_value[nr][v],
				&n_allowed);
		}
	for (size_t i = 0; i < n_seccomp_rules; i++) {
		aim(&seccomp_rules[i], args);
		compare(&sweep, syscall_on(FILTER_ARCH_NATIVE,
					   seccomp_rules[i].call),
			args, answers->by_rule[i], &n_allowed);
	}
	check(n_allowed > 300);
}

static void test_strict(void)
{
	run("strict", SYSCALLS_STRICT);
}

static void test_file_processor(void)
{
	run("file-processor", SYSCALLS_FILE_PROCESSOR);
}

static void test_network_server(void)
{
	run("network-server", SYSCALLS_NETWORK_SERVER);
}

static void test_web_server(void)
{
	run("web-server", SYSCALLS_NETWORK_SERVER);
}

static void test_container_runtime(void)
{
	run("container-runtime", SYSCALLS_CONTAINER_RUNTIME);
}

/* --- on-deny kill: each call in a process of its own --------------------------------- */

static void ask_and_end(const struct sweep *sweep, int nr)
{
	const uint64_t args[6] = { 0 };
	struct fh_policy *policy = fh_policy_new();

	check_int(fh_policy_preset(policy, sweep->preset, NULL, 0, &err), 0);
	check_int(fh_policy_on_deny(policy, FH_DENY_KILL, &err), 0);
	check_fence(policy);
	syscall(SYS_exit_group, ask(nr, args), 0, 0, 0, 0, 0);
}

static void ask_each(const struct sweep *sweep, struct answers *answers)
{
	for (int nr = 0; nr <= LAST; nr++) {
		int status;
		pid_t pid;

		if (is_unseen(nr))
			continue;
		pid = fork();
		if (pid == 0)
			ask_and_end(sweep, nr);
		check_int(waitpid(pid, &status, 0), pid);
		answers->by_value[nr][0] = WIFSIGNALED(status)
			? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

static void run_deadly(const char *preset, enum syscall_policy base)
{
	struct sweep sweep = { .preset = preset, .base = base,
			       .is_deadly = true };
	const uint64_t args[6] = { 0 };
	const struct answers *answers;
	int n_killed = 0;

	sweep_init(&sweep);
	answers = answers_of(&sweep);
	for (int nr = 0; nr <= LAST; nr++) {
		int should = expected(&sweep, nr, args);
		int is = answers->by_value[nr][0];

		if (is_unseen(nr))
			continue;
		if (should == EPERM && !is_soft(nr))
			should = 1000 + SIGSYS;
		if (is != should)
			tap_fail(__FILE__, __LINE__, "%s: %s is %d, not %d",
				 preset, name_of(nr), is, should);
		n_killed += is == 1000 + SIGSYS;
	}
	check(n_killed > 100);
}

static void test_strict_deadly(void)
{
	run_deadly("strict", SYSCALLS_STRICT);
}

static void test_server_deadly(void)
{
	run_deadly("network-server", SYSCALLS_NETWORK_SERVER);
}

/* Control: without a fence every call comes to the supervisor. */
static void test_control(void)
{
	const struct answers *answers = answers_of(NULL);

	for (int nr = 0; nr <= LAST; nr++)
		for (int v = 0; v < N_ARGS && !is_unseen(nr); v++)
			check_int(answers->by_value[nr][v], ALLOWED);
}

static const struct tap_test anyone[] = {
	TEST(control, "control: every call gets through without a fence"),
	TEST(strict, "strict: every call"),
	TEST(file_processor, "file-processor: every call"),
	TEST(network_server, "network-server: every call"),
	TEST(strict_deadly, "strict, on-deny kill: every call"),
	TEST(server_deadly, "network-server, on-deny kill: every call"),
	TEST(web_server, "web-server: every call"),
};

static const struct tap_test root[] = {
	TEST(container_runtime, "container-runtime: every call"),
};

static const struct tap_test user[] = {};

TESTS_RUN(anyone, root, user)
