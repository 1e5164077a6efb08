/* Threads are seen, with /proc and without, and so is what they may. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "sys/threads.h"
#include "tap.h"

static sem_t end;

static void *wait_for_end(void *arg)
{
	while (sem_wait(&end) < 0)
		;
	return arg;
}

static pthread_t start(void)
{
	pthread_t thread;

	sem_init(&end, 0, 0);
	check_int(pthread_create(&thread, NULL, wait_for_end, NULL), 0);
	return thread;
}

static void test_counted(void)
{
	pthread_t thread;

	check_int(threads_look(), THREADS_ONE);
	thread = start();
	check_int(threads_look(), THREADS_MANY);
	sem_post(&end);
	pthread_join(thread, NULL);
	check_int(threads_look(), THREADS_ONE);
}

/* A root without /proc, as a daemon's empty chroot is. */
static void hide_proc(void)
{
	char empty[] = "/tmp/empty.XXXXXX";
	char path[128];
	const char *tmp = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/empty.XXXXXX", tmp ? tmp : "/tmp");
	check(tmp ? mkdtemp(path) : mkdtemp(empty));
	if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
		skip("no user namespaces");
	check_int(chroot(tmp ? path : empty), 0);
	check_int(chdir("/"), 0);
	check(access("/proc/self/status", F_OK) < 0);
}

static void test_without_proc(void)
{
	pthread_t thread;

	hide_proc();
	check_int(threads_look(), THREADS_ONE);
	thread = start();
	check_int(threads_look(), THREADS_MANY);
	check(threads_have_no_capability() < 0);
	sem_post(&end);
	pthread_join(thread, NULL);
	check_int(threads_look(), THREADS_ONE);
}

/* Where unshare would kill, it is not called. */
static void test_filtered(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = code };

	hide_proc();
	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_int(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	check(threads_look() != THREADS_MANY);
	start();
	check(threads_look() != THREADS_ONE);
}

static void test_fields(void)
{
	const char *status = "Name:\tUid:\t7\nUid:\t1\t2\nGidX:\t3\nGid:\t4\n";

	check(strncmp(threads_field(status, "Uid"), "1\t2\n", 4) == 0);
	check(strncmp(threads_field(status, "Gid"), "4\n", 2) == 0);
	check(strncmp(threads_field(status, "Name"), "Uid:", 4) == 0);
	check(!threads_field(status, "Groups"));
	check(!threads_field("", "Uid"));
}

static int is_name(const char *status, const void *ctx)
{
	const char *name = threads_field(status, "Name");

	return name && strncmp(name, ctx, strlen(ctx)) == 0;
}

static int is_error(const char *status, const void *ctx)
{
	return -EDOM;
}

static void test_each_is_asked(void)
{
	pthread_t thread = start();

	check_int(prctl(PR_SET_NAME, "first"), 0);
	check_int(pthread_setname_np(thread, "second"), 0);
	check_int(threads_check(is_name, "first"), 0);
	check_int(threads_check(is_name, "second"), 0);
	check_int(pthread_setname_np(thread, "first"), 0);
	check_int(threads_check(is_name, "first"), 1);
	check_int(threads_check(is_error, NULL), -EDOM);
}

/* The first thread may end before the others; then it tells of the past. */
static void *after_first(void *arg)
{
	const pthread_t *first = arg;

	pthread_join(*first, NULL);
	prctl(PR_SET_NAME, "left");
	fflush(stdout);
	_exit(threads_check(is_name, "left") == 1 ? 0 : 1);
}

static void leave_first(void *arg)
{
	static pthread_t first;
	pthread_t thread;

	first = pthread_self();
	check_int(pthread_create(&thread, NULL, after_first, &first), 0);
	pthread_exit(arg);
}

static void test_ended(void)
{
	check_int(child_status(leave_first, NULL), 0);
}

static const struct tap_test tests[] = {
	{ .name = "one or many", .run = test_counted },
	{ .name = "without /proc", .run = test_without_proc },
	{ .name = "without /proc, and filtered", .run = test_filtered },
	{ .name = "fields of a status", .run = test_fields },
	{ .name = "each thread is asked", .run = test_each_is_asked },
	{ .name = "but those that have ended", .run = test_ended },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
