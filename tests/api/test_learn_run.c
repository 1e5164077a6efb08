/* fh_learner_run(): what is no path, how runs end, and what the caller keeps. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "learn_stand.h"

static int uses_network(void)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(7),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(49999),
		.sin6_addr = IN6ADDR_ANY_INIT,
	};
	struct sockaddr_un un = { .sun_family = AF_UNIX,
				  .sun_path = "\0fumehood-test" };
	int tcp = socket(AF_INET, SOCK_STREAM, 0);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int six = socket(AF_INET6, SOCK_STREAM, 0);
	int local = socket(AF_UNIX, SOCK_DGRAM, 0);

	connect(tcp, (void *)&in, sizeof(in));
	bind(six, (void *)&in6, sizeof(in6));
	listen(six, 1);
	in.sin_port = htons(9);
	sendto(udp, "x", 1, 0, (void *)&in, sizeof(in));
	connect(local, (void *)&un, 2 + 14);
	return 0;
}

static int uses_calls(void)
{
	int fd = open("file", O_RDONLY);
	uint64_t how[3] = { O_RDONLY };

	flock(fd, LOCK_SH);
	syscall(SYS_openat2, AT_FDCWD, "file", how, sizeof(how));
	syscall(SYS_getpid);
	syscall(435, NULL, 0); /* clone3 */
	return syscall(425, 1, NULL) == -1 && errno == ENOSYS ? 0 : 1;
}

static int exits_7(void)
{
	return 7;
}

static int kills_itself(void)
{
	raise(SIGTERM);
	return 0;
}

static int count_descriptors(bool also_closing)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++) {
		int flags = fcntl(fd, F_GETFD);

		n += flags >= 0 && (also_closing || !(flags & FD_CLOEXEC));
	}
	return n;
}

static int counts_descriptors(void)
{
	return count_descriptors(true);
}

static int tells_state(void)
{
	sigset_t set;
	int is_reaper = 0;

	prctl(PR_GET_CHILD_SUBREAPER, &is_reaper);
	sigprocmask(SIG_SETMASK, NULL, &set);
	return is_reaper | sigismember(&set, SIGUSR1) << 1 |
	       sigismember(&set, SIGUSR2) << 2 |
	       (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) << 3;
}

static int has_four_children(void)
{
	for (int i = 0; i < 4; i++) {
		if (fork() == 0) {
			usleep(300000);
			_exit(0);
		}
	}
	usleep(50000);
	if (fork() == 0)
		_exit(0);
	while (wait(NULL) > 0)
		;
	return 0;
}

static int takes_memory(void)
{
	volatile char *at = malloc(64 << 20);

	for (size_t i = 0; i < 64 << 20; i += 4096)
		at[i] = 1;
	return at[4096] != 1;
}

static int makes(void)
{
	int fd = open("made", O_CREAT | O_WRONLY, 0600);

	return fd < 0 || ftruncate(fd, 12345) < 0;
}

enum {
	USES_NETWORK, USES_CALLS, EXITS_7, KILLS_ITSELF, COUNTS_DESCRIPTORS,
	TELLS_STATE, HAS_FOUR_CHILDREN, TAKES_MEMORY, MAKES,
};

static const deed deeds[] = {
	uses_network, uses_calls, exits_7, kills_itself, counts_descriptors,
	tells_state, has_four_children, takes_memory, makes,
};

static bool has_port(const struct evidence *evidence, bool is_listen,
		     uint16_t port, bool is_loopback)
{
	for (size_t i = 0; i < evidence->n_ports; i++) {
		if (evidence->ports[i].is_listen == is_listen &&
		    evidence->ports[i].port == port &&
		    evidence->ports[i].is_loopback == is_loopback)
			return true;
	}
	return false;
}

static void test_network(void)
{
	struct fh_learner *learner = watched(USES_NETWORK, 0);
	const struct evidence *evidence = learner->evidence;

	check(has_port(evidence, false, 7, true));
	check(has_port(evidence, false, 9, true));
	check(has_port(evidence, true, 49999, false));
	check(!has_port(evidence, true, 7, true));
	check_int(evidence->abstract.n, 1);
	check_str(evidence->abstract.names[0], "@fumehood-test");
	check(evidence->families[AF_INET]);
	check(evidence->families[AF_INET6]);
	check(evidence->families[AF_UNIX]);
	check(!evidence->families[AF_NETLINK]);
	check(evidence->calls[CALL_socket]);
	check(evidence->calls[CALL_recvfrom]);
	check(evidence->calls[CALL_accept4]);
}

static void test_calls(void)
{
	struct fh_learner *learner;
	const bool *calls;

	fill_place();
	learner = watched(USES_CALLS, 0);
	calls = learner->evidence->calls;
	check(calls[CALL_flock]);
	check(calls[CALL_clone]);
	check(calls[CALL_wait4]);
	check(!calls[CALL_clone3]);
	check(!calls[CALL_openat2]);
	check(!calls[CALL_socket]);
	check(!calls[CALL_recvfrom]);
	check(!calls[CALL_io_uring_setup]);
	check(!calls[CALL_getpid]);
	leave_place();
}

static void test_peaks(void)
{
	struct fh_learned learned;
	struct fh_learner *learner;

	fill_place();
	learner = watched(HAS_FOUR_CHILDREN, 0);
	check_int(fh_learner_count(learner, &learned, NULL), 0);
	check_int(learned.processes, 6);
	fh_learner_free(learner);
	learner = watched(TAKES_MEMORY, 0);
	check_int(fh_learner_count(learner, &learned, NULL), 0);
	check(learned.memory_peak > (64u << 20));
	check(learned.memory_peak < (512u << 20));
	check(learned.notifications > 0);
	fh_learner_free(learner);
	learner = watched(MAKES, 0);
	check_int(fh_learner_count(learner, &learned, NULL), 0);
	check_int(learned.file_size, 12345);
	leave_place();
}

static void test_variables(void)
{
	struct fh_learner *learner;
	const struct seen_names *variables;
	bool has_path = false;

	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("FUMEHOOD_NOBODY_READS_ME", "1", 1);
	learner = watched(EXITS_7, 7);
	variables = &learner->evidence->variables;
	for (size_t i = 0; i < variables->n; i++) {
		has_path |= strcmp(variables->names[i], "PATH") == 0;
		/* this program has the name in it, of all programs */
		check(strcmp(variables->names[i], "FUMEHOOD_NOBODY") != 0);
	}
	check(has_path);
}

static void test_ends(void)
{
	struct fh_learner *learner = fh_learner_new();
	struct fh_result result = { 0 };

	check_int(watch(learner, EXITS_7, &result, NULL), 0);
	check_int(result.reason, FH_END_EXITED);
	check_int(result.exit_code, 7);
	check(result.wall_us > 0);
	check_int(watch(learner, KILLS_ITSELF, &result, NULL), 0);
	check_int(result.reason, FH_END_SIGNALLED);
	check_int(result.exit_code, 128 + SIGTERM);
	check_int(watch(learner, EXITS_7, NULL, NULL), 0);
}

static void test_no_program(void)
{
	struct fh_learner *learner = fh_learner_new();
	struct fh_result result = { .exit_code = 4711 };
	struct fh_error err = { 0 };
	char *missing[] = { (char *)"./missing", NULL };
	char *nowhere[] = { (char *)"no-such-program-anywhere", NULL };
	char *empty[] = { (char *)"", NULL };
	char *plain[] = { (char *)"./plain", NULL };
	char *broken[] = { (char *)"./broken", NULL };
	char *none[] = { NULL };
	int fd;

	fill_place();
	make_file("plain");
	chmod("plain", 0600);
	fd = open("broken", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	check_int(write(fd, "#! /no/such/interpreter\n", 24), 24);
	close(fd);
	check_int(fh_learner_run(learner, missing, &result, &err), -ENOENT);
	check_int(err.code, -ENOENT);
	check_int(fh_learner_run(learner, nowhere, &result, &err), -ENOENT);
	check_int(fh_learner_run(learner, empty, &result, &err), -ENOENT);
	check_int(fh_learner_run(learner, plain, &result, &err), -EACCES);
	check_int(fh_learner_run(learner, broken, &result, &err), -ENOENT);
	check_int(fh_learner_run(learner, none, &result, &err), -EINVAL);
	check_int(result.exit_code, 4711);
	check_int(waitpid(-1, NULL, __WALL), -1);
	check_int(errno, ECHILD);
	leave_place();
}

static void test_other_children(void)
{
	struct fh_learner *learner = fh_learner_new();
	struct fh_error err = { 0 };
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	check_int(watch(learner, EXITS_7, NULL, &err), -EBUSY);
	check_int(err.code, -EBUSY);
	kill(pid, SIGKILL);
	check_int(watch(learner, EXITS_7, NULL, &err), -EBUSY);
	check_int(waitpid(pid, NULL, 0), pid);
	check_int(watch(learner, EXITS_7, NULL, &err), 0);
}

static void test_descriptors(void)
{
	int before = count_descriptors(true);
	int given = count_descriptors(false);
	struct fh_learner *learner = watched(COUNTS_DESCRIPTORS, given);

	check_int(count_descriptors(true), before);
	/* what the caller lets through goes through */
	check(fcntl(0, F_DUPFD, 40) >= 0);
	fh_learner_free(learner);
	watched(COUNTS_DESCRIPTORS, given + 1);
}

static void test_state(void)
{
	sigset_t set, after;
	int is_reaper = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	watched(TELLS_STATE, 2 | 8);
	sigprocmask(SIG_SETMASK, NULL, &after);
	check(sigismember(&after, SIGUSR1));
	check(!sigismember(&after, SIGUSR2));
	prctl(PR_GET_CHILD_SUBREAPER, &is_reaper);
	check_int(is_reaper, 0);
	check_int(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	watched(TELLS_STATE, 2 | 8);
	prctl(PR_GET_CHILD_SUBREAPER, &is_reaper);
	check_int(is_reaper, 1);
}

static const struct tap_test tests[] = {
	{ .name = "the network", .run = test_network },
	{ .name = "system calls", .run = test_calls },
	{ .name = "peaks", .run = test_peaks },
	{ .name = "variables", .run = test_variables },
	{ .name = "how it ended", .run = test_ends },
	{ .name = "what cannot be executed", .run = test_no_program },
	{ .name = "not beside other children", .run = test_other_children },
	{ .name = "descriptors are the caller's", .run = test_descriptors },
	{ .name = "the caller stays as it is", .run = test_state },
};

int main(int argc, char **argv)
{
	be_watched(argc, argv, deeds, ARRAY_SIZE(deeds));
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
