/* Starting a scope, with an invented user manager: it gets what it has to be told, and
 * whatever it answers instead of the truth ends in an error, in time. */
#include "cgroup/scope.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "base/deadline.h"
#include "tap.h"
#include "invented_manager.h"

#define TIMEOUT_MS 400

/* Whose id the library is told; interposed, for another user's socket. */
static uid_t pretended;

uid_t geteuid(void)
{
	return pretended ? pretended : (uid_t)syscall(SYS_geteuid);
}

static char folder[] = "/tmp/fumehood-scope.XXXXXX";
static char path[64];
static const pid_t pids[] = { 1234, 1235 };

/* --- both sides ------------------------------------------------------------------ */

static int listen_there(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/bus", folder);
	strcpy(address.sun_path, path);
	check_int(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	check_int(listen(fd, 4), 0);
	return fd;
}

static pid_t start_manager(void)
{
	int fd = listen_there();
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		serve(fd);
		_exit(0);
	}
	close(fd);
	return pid;
}

/* It may have ended; if it complained, that is what is wrong. */
static void end_manager(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	check_int(waitpid(pid, &status, 0), pid);
	check(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	unlink(path);
	rmdir(folder);
}

static int n_open(void)
{
	int n = 0;

	for (int fd = 0; fd < 64; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int start_scope(struct fh_error *err)
{
	struct scope_bus *bus = NULL;
	int r = scope_connect_to(path, has_names, &bus, err);

	if (r < 0)
		return r;
	r = scope_start(bus, NAME, pids, 2, "a \033b", TIMEOUT_MS, err);
	scope_close(bus);
	return r;
}

static const struct {
	const char *what; /* part of the error */
	enum fault fault;
	int code;
} outcomes[] = {
	{ "", RIGHT, 0 },
	{ "REJECTED EXTERNAL", REJECTS, -EACCES },
	{ "timed out", SILENT_LINE, -ETIMEDOUT },
	{ "Protocol error", ENDLESS_LINE, -EPROTO },
	{ "timed out", SILENT, -ETIMEDOUT },
	{ "timed out", WRONG_SERIAL, -ETIMEDOUT },
	{ "", WRONG_FIRST, 0 },
	{ "no\\x1b[2J, not today", SAYS_ERROR, -EIO },
	{ "no\\x1b[2J, not today", SAYS_DENIED, -EACCES },
	{ "the version is another", SAYS_RUBBISH, -EPROTO },
	{ "names no job", SAYS_NOTHING, -EPROTO },
	{ "longer than a message may be", SAYS_TOO_LONG, -EPROTO },
	{ "", SAYS_LONG, 0 },
	{ "reset by peer", HANGS_UP, -ECONNRESET },
	{ "timed out", FLOODS, -ETIMEDOUT },
	{ "timed out", OTHER_JOB, -ETIMEDOUT },
	{ "timed out", TOO_EARLY, -ETIMEDOUT },
	{ "ended with 'fai\\x1bled'", FAILS, -EIO },
};

static void meet(const char *what, int code)
{
	int n_before = n_open();
	int64_t begin = deadline_clock_ms();
	struct fh_error err = { 0 };
	pid_t pid = start_manager();

	check_int(start_scope(&err), code);
	check_int(err.code, code);
	if (!strstr(err.what, what))
		tap_fail(__FILE__, __LINE__, "it says: %s", err.what);
	check(deadline_clock_ms() - begin < 10 * TIMEOUT_MS);
	end_manager(pid);
	check_int(n_open(), n_before);
}

static void meet_all(void)
{
	for (size_t i = 0; i < N(outcomes); i++) {
		strcpy(folder + strlen(folder) - 6, "XXXXXX");
		fault = outcomes[i].fault;
		printf("# %zu: %s\n", i, outcomes[i].what);
		fflush(stdout);
		meet(outcomes[i].what, outcomes[i].code);
	}
}

static void test_manager(void)
{
	meet_all();
}

static void test_bus(void)
{
	has_names = true;
	meet_all();
}

static void test_forged(void)
{
	has_names = true;
	fault = OTHER_SENDER;
	meet("timed out", -ETIMEDOUT);
}

static void test_nobody(void)
{
	struct scope_bus *bus = (void *)1;
	struct fh_error err = { 0 };

	pretended = 3999999999u;
	check_int(scope_connect(&bus, &err), -ENOENT);
	check(bus == (void *)1);
	check(strstr(err.what, "no systemd user manager"));
	check(err.remedy[0]);
	check_int(scope_try(NULL), -ENOENT);
}

static void test_refused(void)
{
	struct fh_error err = { 0 };

	close(listen_there());
	check_int(start_scope(&err), -ECONNREFUSED);
	check(strstr(err.what, path));
}

/* The control is every test above: there it is our own. */
static void test_other_user(void)
{
	struct fh_error err = { 0 };
	pid_t pid = start_manager();

	if (geteuid() == 0)
		skip("root is believed by everybody");
	pretended = geteuid() + 1;
	check_int(start_scope(&err), -EACCES);
	check(strstr(err.what, "another user listens there"));
	end_manager(pid);
}

static void connect_inside(void *arg)
{
	struct fh_error err = { 0 };
	pid_t pid;
	int status;

	/* The user id stays what it is, so far as that goes. */
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0)
		_exit(TAP_EXIT_SKIP);
	pid = fork();
	if (pid == 0) {
		check_int(start_scope(&err), -ESRCH);
		check(strstr(err.what, "another pid namespace"));
		_exit(0);
	}
	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
}

static void test_other_pids(void)
{
	pid_t pid = start_manager();
	int status = child_status(connect_inside, NULL);

	end_manager(pid);
	if (status == TAP_EXIT_SKIP)
		skip("no user namespaces");
	check_int(status, 0);
}

/* A name that is none of D-Bus's: nothing is sent. */
static void test_long_name(void)
{
	static char name[DBUS_STRING_MAX + 2];
	struct scope_bus *bus = NULL;
	struct fh_error err = { 0 };
	pid_t pid = start_manager();

	memset(name, 'n', sizeof(name) - 1);
	check_int(scope_connect_to(path, false, &bus, &err), 0);
	check_int(scope_start(bus, name, pids, 2, "", TIMEOUT_MS, &err), -E2BIG);
	scope_close(bus);
	end_manager(pid);
}

static const struct tap_test tests[] = {
	{ .name = "whatever the manager answers", .run = test_manager },
	{ .name = "whatever comes over a bus", .run = test_bus },
	{ .name = "the end is not believed of another", .run = test_forged },
	{ .name = "no manager at all", .run = test_nobody },
	{ .name = "a socket that nobody listens at", .run = test_refused },
	{ .name = "a socket of another user", .run = test_other_user },
	{ .name = "a manager of another pid namespace",
	  .run = test_other_pids },
	{ .name = "a name that is too long", .run = test_long_name },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
