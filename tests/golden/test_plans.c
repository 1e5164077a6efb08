/*
 * The whole plan on kernels that are not at hand, as text. A difference is a
 * change of what a user is told: with GOLDEN_UPDATE set the texts of the tree
 * at $TOP are written anew, to be read by eye before they are kept.
 */
#include <limits.h>

#include "base/io.h"
#include "confine/confine_plan.h"
#include "invented.h"

#define TEXT_SIZE (64 << 10)

struct golden {
	const char *name; /* of the file, and of the test */
	struct fh_kernel (*kernel)(void);
	const struct wishes *wishes;
	bool is_self; /* the process confines itself */
};

#define ABI(n)                                                                \
	static struct fh_kernel abi_##n(void)                                 \
	{                                                                     \
		return invented_kernel(n);                                    \
	}                                                                     \
	static struct fh_kernel alone_##n(void)                               \
	{                                                                     \
		struct fh_kernel kernel = invented_kernel(n);                 \
                                                                              \
		invented_denial(&kernel, TRIAL_CREATE, -ENOSPC);              \
		kernel.max_user_namespaces = 0;                               \
		return kernel;                                                \
	}

ABI(0)
ABI(1)
ABI(2)
ABI(3)
ABI(4)
ABI(5)
ABI(6)
ABI(7)
ABI(8)
ABI(9)
ABI(10)
ABI(11)

static struct fh_kernel abi_12(void)
{
	return invented_kernel(12);
}

/* Debian's patch, switched off by the administrator. */
static struct fh_kernel debian(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	kernel.unprivileged_userns_clone = 0;
	return kernel;
}

static struct fh_kernel docker(void)
{
	struct fh_kernel kernel = invented_root(7);

	/* What Docker leaves to root; CAP_SYS_ADMIN is not among it. */
	kernel.capabilities = 0xa80425fb;
	invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	kernel.is_filtered = true;
	kernel.is_masked_proc = true;
	return kernel;
}

static struct fh_kernel ubuntu(void)
{
	struct fh_kernel kernel = invented_kernel(4);

	invented_denial(&kernel, TRIAL_MAP, -EPERM);
	kernel.apparmor_restrict_userns = 1;
	return kernel;
}

static struct fh_kernel masked_proc(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	invented_denial(&kernel, TRIAL_PROC, -EPERM);
	kernel.is_masked_proc = true;
	return kernel;
}

static struct fh_kernel old_pid_max(void)
{
	struct fh_kernel kernel = invented_kernel(5);

	kernel.trials[TRIAL_PID_MAX] = -EACCES;
	return kernel;
}

static struct fh_kernel no_mdwe(void)
{
	struct fh_kernel kernel = invented_kernel(2);

	kernel.trials[TRIAL_PID_MAX] = -EACCES;
	kernel.has_mdwe = false;
	return kernel;
}

static struct fh_kernel root(void)
{
	return invented_root(7);
}

static struct fh_kernel old_root(void)
{
	struct fh_kernel kernel = invented_root(5);

	kernel.trials[TRIAL_PID_MAX] = -EACCES;
	return kernel;
}

/* Not root, but started with a capability by a service manager. */
static struct fh_kernel lent_capability(void)
{
	struct fh_kernel kernel = debian();

	kernel.capabilities = UINT64_C(1) << 10;
	return kernel;
}

/* All ceilings at once. */
#define CEILINGS                                                              \
	"memory", "64M", "swap", "1M", "pids", "50", "cpus", "0.5",           \
	"io-weight", "50", "cpu-time", "10s", "timeout", "1m", "grace", "1s", \
	"file-size", "1M", "output-limit", "4K"

static struct fh_kernel delegated(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	kernel.cgroup = (struct cgroup_facts){
		.is_known = true, .way = CGROUP_DELEGATED, .has_swap = true,
		.controllers = CONTROLLER_BIT(MEMORY) | CONTROLLER_BIT(PIDS) |
			       CONTROLLER_BIT(CPU) | CONTROLLER_BIT(IO),
	};
	return kernel;
}

/* Of a user manager as distributions set it up. */
static struct fh_kernel scope(void)
{
	struct fh_kernel kernel = delegated();

	kernel.cgroup.way = CGROUP_SCOPE;
	kernel.cgroup.controllers = CONTROLLER_BIT(MEMORY) |
				    CONTROLLER_BIT(PIDS) | CONTROLLER_BIT(CPU);
	return kernel;
}

static struct fh_kernel hybrid(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	kernel.cgroup = (struct cgroup_facts){
		.is_known = true,
		.why = "/sys/fs/cgroup is no unified cgroup v2 hierarchy",
	};
	return kernel;
}

#define ALONE_LOSSES                                                          \
	"without", "files-read", "without", "files-write", "without",         \
		"lifetime"

/* Identifier, file, kernel, and the wishes. */
#define GOLDENS(X)                                                            \
	X(abi_0, "abi-0", abi_0, NULL)                                        \
	X(abi_1, "abi-1", abi_1, NULL)                                        \
	X(abi_2, "abi-2", abi_2, NULL)                                        \
	X(abi_3, "abi-3", abi_3, NULL)                                        \
	X(abi_4, "abi-4", abi_4, NULL)                                        \
	X(abi_5, "abi-5", abi_5, NULL)                                        \
	X(abi_6, "abi-6", abi_6, NULL)                                        \
	X(abi_7, "abi-7", abi_7, NULL)                                        \
	X(abi_8, "abi-8", abi_8, NULL)                                        \
	X(abi_9, "abi-9", abi_9, NULL)                                        \
	X(abi_10, "abi-10", abi_10, NULL)                                     \
	X(abi_11, "abi-11", abi_11, NULL)                                     \
	X(abi_12, "abi-12", abi_12, NULL)                                     \
	X(alone_abi_0, "alone-abi-0", alone_0, NULL)                          \
	X(alone_abi_0_accepted, "alone-abi-0-accepted", alone_0,              \
	  ALONE_LOSSES)                                                       \
	X(alone_abi_1, "alone-abi-1", alone_1, NULL)                          \
	X(alone_abi_1_accepted, "alone-abi-1-accepted", alone_1,              \
	  ALONE_LOSSES)                                                       \
	X(alone_abi_2, "alone-abi-2", alone_2, NULL)                          \
	X(alone_abi_3, "alone-abi-3", alone_3, NULL)                          \
	X(alone_abi_4, "alone-abi-4", alone_4, NULL)                          \
	X(alone_abi_5, "alone-abi-5", alone_5, NULL)                          \
	X(alone_abi_6, "alone-abi-6", alone_6, NULL)                          \
	X(alone_abi_7, "alone-abi-7", alone_7, NULL)                          \
	X(alone_abi_8, "alone-abi-8", alone_8, NULL)                          \
	X(alone_abi_9, "alone-abi-9", alone_9, NULL)                          \
	X(alone_abi_10, "alone-abi-10", alone_10, NULL)                       \
	X(alone_abi_11, "alone-abi-11", alone_11, NULL)                       \
	X(alone_hide, "alone-hide", alone_7, "hide", "/srv")                  \
	X(alone_loopback, "alone-loopback", alone_7, "net", "loopback")       \
	X(alone_net_host, "alone-net-host", alone_7, "net", "host",           \
	  "connect", "443")                                                   \
	X(ceilings_delegated, "ceilings-delegated", delegated, CEILINGS)      \
	X(ceilings_scope, "ceilings-scope", scope, CEILINGS)                  \
	X(ceilings_none, "ceilings-none", hybrid, CEILINGS)                   \
	X(ceilings_required, "ceilings-required", hybrid, "memory", "64M",    \
	  "require", "memory")                                                \
	X(debian_no_userns, "debian-no-userns", debian, NULL)                 \
	X(docker, "docker", docker, NULL)                                     \
	X(grants, "grants", abi_7, "read", "/srv/in", "write", "-out",        \
	  "exec", "/opt/tool", "bind", "/srv/a:/data:rw", "hide",             \
	  "/srv/in/secret", "tmpfs", "/scratch:8M", "device", "/dev/kvm",     \
	  "hostname", "box", "env", "A=\x1b[2J")                              \
	X(lent_capability, "lent-capability", lent_capability, NULL)          \
	X(masked_proc, "masked-proc", masked_proc, NULL)                      \
	X(net_host_abi_3, "net-host-abi-3", abi_3, "net", "host", "connect",  \
	  "443")                                                              \
	X(net_host_abi_4, "net-host-abi-4", abi_4, "net", "host", "connect",  \
	  "443")                                                              \
	X(net_host_abi_9, "net-host-abi-9", abi_9, "net", "host", "listen",   \
	  "80")                                                               \
	X(net_host_abi_10, "net-host-abi-10", abi_10, "net", "host",          \
	  "connect", "443")                                                   \
	X(no_mdwe, "no-mdwe", no_mdwe, "no-write-exec", NULL)                 \
	X(old_pid_max, "old-pid-max", old_pid_max, NULL)                      \
	X(on_deny_log, "on-deny-log", abi_7, "on-deny", "log")                \
	X(pids_few_root, "pids-few-root", root, "pids", "10")                 \
	X(required_ceilings, "required-ceilings", abi_7, "require", "time",   \
	  "require", "cpu", "require", "disk")                                \
	X(root, "root", root, NULL)                                           \
	X(root_keep_cap, "root-keep-cap", root, "uid", "33", "gid", "33",     \
	  "keep-cap", "CAP_NET_BIND_SERVICE")                                 \
	X(root_old_pid_max, "root-old-pid-max", old_root, NULL)               \
	X(root_uid, "root-uid", root, "uid", "33", "gid", "33")               \
	X(strict, "strict", abi_7, "syscalls", "strict", "on-deny", "kill")   \
	X(tty_inherit, "tty-inherit", abi_7, "tty", "inherit")                \
	X(tty_pty, "tty-pty", abi_7, "tty", "pty")                            \
	X(tty_pty_alone, "tty-pty-alone", alone_9, "tty", "pty")              \
	X(ubuntu_apparmor, "ubuntu-apparmor", ubuntu, NULL)                   \
	X(user_keep_cap, "user-keep-cap", abi_7, "keep-cap", "CAP_NET_RAW")   \
	X(user_uid, "user-uid", abi_7, "uid", "33")

/* Processes that confine themselves: the same columns. */
#define CONFINED(X)                                                           \
	X(confine_empty, "confine-empty", abi_7, NULL)                        \
	X(confine_old, "confine-old", abi_2, "syscalls", "file-processor",    \
	  "read", "/srv/in", "write", "-out", "file-size", "1M")              \
	X(confine_none, "confine-no-landlock", abi_0, NULL)                   \
	X(confine_server, "confine-server-root", root, "syscalls",            \
	  "network-server", "write", "/var/lib/x", "open-files", "512")       \
	X(confine_ports, "confine-ports", abi_10, "syscalls", "default",      \
	  "net", "host", "connect", "443", "on-deny", "kill")                 \
	X(confine_runtime, "confine-runtime", root, "syscalls",               \
	  "container-runtime", "uid", "0", "gid", "0", "keep-cap",            \
	  "CAP_SYS_ADMIN", "without", "files-read", "without",                \
	  "files-write", "without", "network", "without", "privileges")

/* What a user of `fumehood show` would read on that kernel. */
static void render(const struct golden *golden, struct text *ret)
{
	struct fh_policy *policy = invented_policy(golden->wishes);
	struct fh_kernel kernel = golden->kernel();
	struct fh_plan *plan = NULL;
	struct fh_error err = { 0 };

	int r = golden->is_self
		? confine_plan(policy, &kernel, &plan, &err)
		: plan_new(policy, &kernel, invented_env, &plan, &err);

	if (r < 0)
		text_add(ret, "Refused: %s\nRemedy: %s\n", err.what,
			 err.remedy);
	else
		plan_print(plan, ret);
	check_int(ret->code, 0);
	plan_free(plan);
	policy_free(policy);
}

static void update(const struct golden *golden, const struct text *text)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/tests/golden/%s.txt", getenv("TOP"),
		 golden->name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		tap_fail(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	check_int(write_exactly(fd, text->data, text->len), 0);
	close(fd);
}

/* Shows the first line that differs. */
static void compare(const char *now, const char *kept)
{
	int line = 1;

	while (*now && *kept) {
		size_t a = strcspn(now, "\n"), b = strcspn(kept, "\n");

		if (a != b || strncmp(now, kept, a))
			break;
		now += a + (now[a] == '\n');
		kept += b + (kept[b] == '\n');
		line++;
	}
	if (*now || *kept)
		tap_fail(__FILE__, __LINE__, "line %d: \"%.*s\", not \"%.*s\"",
			 line, (int)strcspn(now, "\n"), now,
			 (int)strcspn(kept, "\n"), kept);
}

static void check_golden(const struct golden *golden)
{
	static char kept[TEXT_SIZE];
	const char *stage = getenv("STAGE"), *wish = getenv("GOLDEN_UPDATE");
	struct text text = { 0 };
	char path[PATH_MAX];
	int r;

	render(golden, &text);
	if (wish && *wish) {
		update(golden, &text);
		return;
	}
	snprintf(path, sizeof(path), "%s/tests/golden/%s.txt",
		 stage ? stage : ".", golden->name);
	r = read_small_file(AT_FDCWD, path, kept, sizeof(kept));
	if (r < 0)
		tap_fail(__FILE__, __LINE__, "%s: %s", path, strerror(-r));
	kept[r] = '\n'; /* the last one was cut */
	kept[r + 1] = '\0';
	compare(text.data, kept);
	text_done(&text);
}

#define DEFINE(identifier, file, machine, ...)                                \
	static void test_##identifier(void)                                   \
	{                                                                     \
		check_golden(&(const struct golden){                          \
			file, machine, WISHES(__VA_ARGS__), false });         \
	}

GOLDENS(DEFINE)

#define DEFINE_SELF(identifier, file, machine, ...)                           \
	static void test_##identifier(void)                                   \
	{                                                                     \
		check_golden(&(const struct golden){                          \
			file, machine, WISHES(__VA_ARGS__), true });          \
	}

CONFINED(DEFINE_SELF)

/* The printed plan is a function of its inputs and of nothing else. */
static void test_pure(void)
{
#define ROW(identifier, file, machine, ...)                                   \
	{ file, machine, WISHES(__VA_ARGS__), false },
#define ROW_SELF(identifier, file, machine, ...)                              \
	{ file, machine, WISHES(__VA_ARGS__), true },
	const struct golden goldens[] = { GOLDENS(ROW) CONFINED(ROW_SELF) };
#undef ROW
#undef ROW_SELF

	for (size_t i = 0; i < N(goldens); i++) {
		struct text a = { 0 }, b = { 0 };

		check_int(chdir("/"), 0);
		setenv("HOME", "/home/one", 1);
		render(&goldens[i], &a);
		check_int(chdir("/usr"), 0);
		setenv("HOME", "/home/two", 1);
		render(&goldens[i], &b);
		check_str(a.data, b.data);
		text_done(&a);
		text_done(&b);
	}
}

static const struct tap_test tests[] = {
#define ROW(identifier, file, machine, ...)                                   \
	{ .name = file, .run = test_##identifier },
	GOLDENS(ROW)
	CONFINED(ROW)
#undef ROW
	{ .name = "plans depend on their inputs only", .run = test_pure },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
