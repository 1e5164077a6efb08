/* What only a kernel that answers oddly can reach: a supervisor answers for it. */
#include <sys/uio.h>

#include "spawn_stand.h"
#include "supervisor.h"

#define TESTER 4242
#define ASIDE 1 /* answer: the kernel shall do it */

/* --- the supervisor ------------------------------------------------------------- */

static int load_for(const int *calls, size_t n)
{
	struct sock_filter code[2 * 4 + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { (unsigned short)(2 * n + 2), code };
	long fd;

	check(n <= 4);
	for (size_t i = 0; i < n; i++) {
		code[1 + 2 * i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)calls[i], 0, 1);
		code[2 + 2 * i] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	}
	code[1 + 2 * n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						       SECCOMP_RET_ALLOW);
	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	check(fd >= 0);
	return (int)fd;
}

static void answer_all(int listener,
		       int (*answer)(const struct seccomp_notif *question))
{
	struct pollfd watched = { .fd = listener, .events = POLLIN };

	for (;;) {
		struct seccomp_notif question = { 0 };
		struct seccomp_notif_resp reply = { 0 };
		int r;

		check(poll(&watched, 1, -1) == 1);
		if (!(watched.revents & POLLIN))
			return;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0)
			continue;
		r = answer(&question);
		reply.id = question.id;
		reply.error = r == ASIDE ? 0 : r;
		reply.flags = r == ASIDE ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
}

/* From here on the calls of this process are answered by a child. */
static void answered_by(int (*answer)(const struct seccomp_notif *question),
			const int *calls, size_t n)
{
	int ends[2];
	pid_t pid;

	check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		close(ends[1]);
		answer_all(receive_fd(ends[0]), answer);
		_exit(0);
	}
	close(ends[0]);
	send_fd(ends[1], load_for(calls, n));
	close(ends[1]);
}

/* --- a pidfd that cannot be raised ----------------------------------------------- */

/* Of whom a pidfd is; 0 when it is none. */
static pid_t pid_of(const struct seccomp_notif *question)
{
	char path[64], text[1024];
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%d", question->pid,
		 (int)question->data.args[0]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "\nPid:\t");
	return at ? atoi(at + 6) : 0;
}

/* No copy of a child's pidfd. */
static int no_copy(const struct seccomp_notif *question)
{
	pid_t pid;

	if (question->data.args[1] != F_DUPFD_CLOEXEC)
		return ASIDE;
	pid = pid_of(question);
	return pid && pid != (pid_t)question->pid ? -EMFILE : ASIDE;
}

static void check_no_pidfd(void)
{
	static char before[16384], now[16384];
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;
	struct fh_error err = { 0 };

	list_descriptors(before, sizeof(before));
	check_int(fh_spawn(policy, SHELL("exit 7"), NULL, &box, &err), -EMFILE);
	check_int(err.code, -EMFILE);
	check_int(err.stage, FH_STAGE_SUPERVISE);
	check(strstr(err.what, "pidfd"));
	check(!box);
	list_descriptors(now, sizeof(now));
	check_str(now, before);
	/* Init was a child that only this sees. */
	check_int(waitpid(-1, NULL, WNOHANG | __WCLONE), -1);
	check_int(errno, ECHILD);
	fh_policy_free(policy);
}

static void test_pidfd_stays_low(void)
{
	const int calls[] = { SYS_fcntl };

	answered_by(no_copy, calls, N(calls));
	/* Control: where it needs not be raised, all is well. */
	check_exit(start_box(SHELL("exit 7"), NULL), 7);
	close(STDIN_FILENO);
	check_no_pidfd();
	check_int(open("/dev/null", O_RDONLY), STDIN_FILENO);
	check_exit(start_box(SHELL("exit 7"), NULL), 7);
}

/* --- a domain that does not stand -------------------------------------------------- */

/* The domain is said to stand, and then nothing can be opened: but not for the
 * domain's sake. */
static int no_domain(const struct seccomp_notif *question)
{
	static bool has_lied;

	if (question->data.nr != SYS_landlock_restrict_self)
		return has_lied ? -EMFILE : ASIDE;
	has_lied = true;
	return 0;
}

static void test_no_domain(void)
{
	const int calls[] = { SYS_landlock_restrict_self, SYS_openat };
	struct fh_error err = { 0 };

	answered_by(no_domain, calls, N(calls));
	check_int(fh_confine(fh_policy_new(), NULL, NULL, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	if (!strstr(err.what, "a directory outside is refused"))
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

/* --- capabilities that stay ---------------------------------------------------------- */

static int do_nothing(const struct seccomp_notif *question)
{
	(void)question;
	return 0;
}

/* In a box of one's own user namespace there are some to be given up. */
static void test_capabilities_stay(void)
{
	const int calls[] = { SYS_capset };
	struct fh_policy *policy = fh_policy_new();
	struct fh_kernel *kernel = NULL;
	struct fh_box *box = NULL;
	struct fh_error err = { 0 };

	check_int(fh_kernel_probe(&kernel, &err), 0);
	if (!fh_kernel_has_namespaces(kernel))
		skip("no namespaces");
	check_exit(start_box(SHELL("exit 7"), NULL), 7);
	answered_by(do_nothing, calls, N(calls));
	check_int(fh_spawn(policy, SHELL("exit 7"), NULL, &box, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	if (!strstr(err.what, "the capability sets"))
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

/* --- ids that were not given up ---------------------------------------------------- */

static void put(const struct seccomp_notif *question, int i, unsigned int id)
{
	struct iovec from = { &id, sizeof(id) };
	struct iovec to = { (void *)(uintptr_t)question->data.args[i],
			    sizeof(id) };

	check_int(process_vm_writev((pid_t)question->pid, &from, 1, &to, 1, 0),
		  sizeof(id));
}

/* All three are said to be the tester's: there is nothing to change. */
static int pretend(const struct seccomp_notif *question)
{
	for (int i = 0; i < 3; i++)
		put(question, i, TESTER);
	return 0;
}

static void check_saved_id(int asking, unsigned int saved_uid,
			   unsigned int saved_gid, const char *field,
			   const char *what)
{
	struct fh_error err = { 0 };

	answered_by(pretend, &asking, 1);
	check_int(SC(SYS_setresgid, TESTER, TESTER, saved_gid), 0);
	check_int(SC(SYS_setresuid, TESTER, TESTER, saved_uid), 0);
	check_status(field, "4242\t4242\t0\t4242");
	check_int(fh_confine(fh_policy_new(), NULL, NULL, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	if (!strstr(err.what, what))
		tap_fail(__FILE__, __LINE__, "\"%s\" does not say %s", err.what,
			 what);
	/* What was had back is gone, and for good. */
	check_status(field, "4242\t4242\t4242\t4242");
}

/* As root: the supervisor writes into who asks. */
static void test_saved_uid(void)
{
	check_saved_id(SYS_getresuid, 0, TESTER, "Uid", "uid 0 cannot");
}

static void test_saved_gid(void)
{
	check_saved_id(SYS_getresgid, TESTER, 0, "Gid", "gid 0 cannot");
}

#define TEST(function, title) { .name = title, .run = test_##function }

static const struct tap_test anyone[] = {
	TEST(pidfd_stays_low, "a pidfd that cannot be raised"),
	TEST(capabilities_stay, "capabilities that are only said to be dropped"),
	TEST(no_domain, "a domain that is not there, and no descriptor"),
};

static const struct tap_test root[] = {
	TEST(saved_uid, "a saved uid 0 that is not told of"),
	TEST(saved_gid, "a saved gid 0 that is not told of"),
};

int main(void)
{
	static struct tests tests;

	tests_add(&tests, anyone, N(anyone));
	if (is_root())
		tests_add(&tests, root, N(root));
	return tap_run(tests.list, tests.n);
}
