/* Behind the filters a process still works, or ends, as it is meant to. */
#include <linux/filter.h>
#include <pthread.h>
#include <spawn.h>

#include "filter_trial.h"

extern char **environ;

/* --- what has to go on working ------------------------------------------ */

static void *thread_body(void *arg)
{
	*(int *)arg = 42;
	return NULL;
}

static void use_threads(void *arg)
{
	pthread_t thread;
	int value = 0;

	confine_by(arg);
	check_int(pthread_create(&thread, NULL, thread_body, &value), 0);
	check_int(pthread_join(thread, NULL), 0);
	check_int(value, 42);
}

static void test_threads(void)
{
	for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
		struct seccomp_request request = {
			.arch = FILTER_ARCH_NATIVE,
			.base = base,
			.on_deny = FH_DENY_KILL,
			.deny_other_pids = true,
			.deny_write_exec = true,
		};

		if (base == SYSCALLS_STRICT)
			continue;
		check_int(child_status(use_threads, &request), 0);
	}
}

static void use_spawn(void *arg)
{
	char *argv[] = { "sh", "-c", "echo x | cat >/dev/null", NULL };
	int status = -1;
	pid_t pid;

	confine_by(arg);
	check_int(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ), 0);
	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
}

static void test_spawn(void)
{
	check_int(child_status(use_spawn, (void *)DEFAULT), 0);
	check_int(child_status(use_spawn,
			       (void *)REQUEST(
				       .base = SYSCALLS_FILE_PROCESSOR,
				       .on_deny = FH_DENY_KILL)),
		  0);
}

/* A dynamic program starts and computes, on the descriptors it was given. */
static void exec_strict(void *arg)
{
	confine_by(arg);
	execl("/bin/cat", "cat", "/proc/self/status", (char *)NULL);
	_exit(98);
}

static void test_strict_exec(void)
{
	int out = open("/dev/null", O_WRONLY);

	check(out >= 0 && dup2(out, STDOUT_FILENO) == STDOUT_FILENO);
	check_int(child_status(exec_strict, (void *)STRICT), 0);
	check_int(child_status(exec_strict,
			       (void *)REQUEST(.base = SYSCALLS_STRICT,
					       .on_deny = FH_DENY_KILL)),
		  0);
}

/* --- what a refusal costs ----------------------------------------------- */

static int call_ptrace(void)
{
	return SC(SYS_ptrace, 0, 0, 0, 0);
}

static void test_kill(void)
{
	struct trial control = { .call = call_ptrace };
	struct trial boxed = { .call = call_ptrace,
			       .request = REQUEST(.on_deny = FH_DENY_KILL) };

	check_int(child_status(run_trial, &control), 0);
	check_int(child_status(run_trial, &boxed), 128 + SIGSYS);
}

static void reap_under_init_filter(void *arg)
{
	static struct filter filter;
	pid_t child = fork();
	int status;

	(void)arg;
	if (child == 0)
		_exit(7);
	seccomp_compile_init(FILTER_ARCH_NATIVE, false, &filter);
	confine(&filter);
	if (wait4(child, &status, 0, NULL) != child)
		_exit(1);
	_exit(WEXITSTATUS(status));
}

static void open_under_init_filter(void *arg)
{
	static struct filter filter;

	(void)arg;
	seccomp_compile_init(FILTER_ARCH_NATIVE, false, &filter);
	confine(&filter);
	_exit(open("/dev/null", O_RDONLY) < 0 ? 1 : 0);
}

static void test_init(void)
{
	check_int(child_status(reap_under_init_filter, NULL), 7);
	check_int(child_status(open_under_init_filter, NULL), 128 + SIGSYS);
}

static void load_without_nnp(void *arg)
{
	static struct filter filter;
	struct bpf_program program;

	(void)arg;
	if (getuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		_exit(99);
	check_int(seccomp_compile(DEFAULT, &filter, NULL), 0);
	check_int(bpf_emit(&filter, &program, NULL), 0);
	check_int(seccomp_load(&program), -EACCES);
	program.code[program.len - 1].code = 0xffff;
	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_int(seccomp_load(&program), -EINVAL);
	bpf_program_done(&program);
}

static void test_load_errors(void)
{
	check_int(child_status(load_without_nnp, NULL), 0);
}

static const struct tap_test tests[] = {
	{ .name = "threads work", .run = test_threads },
	{ .name = "posix_spawn and pipes work", .run = test_spawn },
	{ .name = "strict: a dynamic program starts", .run = test_strict_exec },
	{ .name = "on-deny kill kills", .run = test_kill },
	{ .name = "init reaps, and opens nothing", .run = test_init },
	{ .name = "loading reports why not", .run = test_load_errors },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
