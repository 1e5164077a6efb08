/* fh_learner_run(): each kind of thing that a program does becomes evidence. */
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#include "learn_stand.h"

static int reads(void)
{
	return open("file", O_RDONLY) < 0;
}

static int writes(void)
{
	return open("file", O_WRONLY) < 0;
}

static int reads_and_writes(void)
{
	return open("file", O_RDWR) < 0;
}

static int makes(void)
{
	int fd = open("made", O_CREAT | O_WRONLY, 0600);

	return fd < 0 || ftruncate(fd, 12345) < 0;
}

static int creates_again(void)
{
	return open("file", O_CREAT | O_WRONLY, 0600) < 0;
}

static int lists(void)
{
	return !opendir("directory");
}

static int lists_plainly(void)
{
	return open("directory", O_RDONLY) < 0;
}

static int looks(void)
{
	struct stat st;

	return stat("file", &st) != 0;
}

static int asks(void)
{
	return access("file", W_OK) != 0;
}

static int makes_directory(void)
{
	return mkdir("made", 0700) != 0;
}

static int makes_again(void)
{
	return mkdir("directory", 0700) == 0;
}

static int renames(void)
{
	return rename("file", "made") != 0;
}

static int unlinks(void)
{
	return unlink("file") != 0;
}

static int links(void)
{
	return link("file", "made") != 0;
}

static int links_to_nothing(void)
{
	return symlink("nothing", "made") != 0;
}

static int changes_mode(void)
{
	return chmod("file", 0600) != 0;
}

static int truncates(void)
{
	return truncate("file", 0) != 0;
}

static int touches(void)
{
	return utimes("file", NULL) != 0;
}

static int follows(void)
{
	return open("link", O_RDONLY) < 0;
}

static int reads_link(void)
{
	char target[16];

	return readlink("link", target, sizeof(target)) < 0;
}

static int goes_there(void)
{
	return chdir("directory") != 0 || open("../file", O_RDONLY) < 0;
}

static int uses_descriptor(void)
{
	int fd = open("directory", O_PATH);

	return openat(fd, "inner", O_RDONLY) < 0;
}

static int opens_new_way(void)
{
	uint64_t how[3] = { O_WRONLY };

	return syscall(SYS_openat2, AT_FDCWD, "file", how, sizeof(how)) < 0 &&
	       errno != ENOSYS;
}

static int maps(void)
{
	int fd = open("file", O_RDONLY);

	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) ==
	       MAP_FAILED;
}

static int executes(void)
{
	execl("/bin/true", "true", NULL);
	return 1;
}

static int executes_script(void)
{
	execl("./script", "script", NULL);
	return 1;
}

static int has_child(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(reads());
	waitpid(pid, &status, 0);
	return status;
}

static void *do_read(void *ret)
{
	*(int *)ret = reads();
	return NULL;
}

static int has_thread(void)
{
	pthread_t thread;
	int status = 1;

	pthread_create(&thread, NULL, do_read, &status);
	pthread_join(thread, NULL);
	return status;
}

static int binds_path(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "made" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return bind(fd, (void *)&un, sizeof(un)) != 0;
}

static int connects_path(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "file" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return connect(fd, (void *)&un, sizeof(un)) == 0;
}

/* Which of them leaves which use of what behind, in a directory with a file, a link to
 * it, and a directory with another file. */
static const struct {
	const char *name;
	deed deed;
	const char *path;
	unsigned int use;
	const char *other; /* NULL: none */
	unsigned int other_use;
	bool exactly; /* no other use of path, as the loader might make */
} kinds[] = {
	{ "read", reads, "file", USE_READ, NULL, 0, true },
	{ "write", writes, "file", USE_WRITE, NULL, 0, true },
	{ "both", reads_and_writes, "file", USE_READ | USE_WRITE, NULL, 0,
	  true },
	{ "made", makes, "made", USE_WRITE | USE_ENTRY, NULL, 0, true },
	{ "O_CREAT of a file that is there", creates_again, "file", USE_WRITE,
	  NULL, 0, true },
	{ "listed", lists, "directory", USE_LIST, NULL, 0, true },
	{ "listed without O_DIRECTORY", lists_plainly, "directory", USE_LIST,
	  NULL, 0, true },
	{ "stat", looks, "file", USE_SEE, NULL, 0, true },
	{ "access", asks, "file", USE_SEE, NULL, 0, true },
	{ "mkdir", makes_directory, "made", USE_ENTRY, NULL, 0, true },
	{ "mkdir of what is there", makes_again, "directory", USE_SEE, NULL, 0,
	  true },
	{ "rename", renames, "file", USE_ENTRY, "made", USE_ENTRY, true },
	{ "unlink", unlinks, "file", USE_ENTRY, NULL, 0, true },
	{ "link", links, "file", USE_ENTRY, "made", USE_ENTRY, true },
	{ "symlink", links_to_nothing, "made", USE_ENTRY, "nothing", 0, true },
	{ "chmod", changes_mode, "file", USE_WRITE, NULL, 0, true },
	{ "truncate", truncates, "file", USE_WRITE, NULL, 0, true },
	{ "utimes", touches, "file", USE_WRITE, NULL, 0, true },
	{ "by a link", follows, "file", USE_READ, NULL, 0, true },
	{ "readlink", reads_link, "link", USE_SEE, "file", 0, true },
	{ "from a directory", goes_there, "directory", USE_SEE, "file",
	  USE_READ, true },
	{ "by a descriptor", uses_descriptor, "directory/inner", USE_READ,
	  "directory", USE_SEE, true },
	{ "openat2", opens_new_way, "file", USE_WRITE, NULL, 0, true },
	{ "mapped", maps, "file", USE_READ | USE_EXEC, NULL, 0, true },
	{ "executed", executes, "/bin/true", USE_EXEC, NULL, 0, false },
	{ "a script", executes_script, "script", USE_EXEC, "/bin/sh",
	  USE_EXEC, false },
	{ "in a child", has_child, "file", USE_READ, NULL, 0, true },
	{ "in a thread", has_thread, "file", USE_READ, NULL, 0, true },
	{ "unix bind", binds_path, "made", USE_ENTRY, NULL, 0, true },
	{ "unix connect", connects_path, "file", USE_WRITE, NULL, 0, true },
};
#define N_KINDS ARRAY_SIZE(kinds)

static void fill_place(void)
{
	int fd;

	enter_place();
	make_file("file");
	check_int(mkdir("directory", 0700), 0);
	make_file("directory/inner");
	check_int(symlink("file", "link"), 0);
	fd = open("script", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	check_int(write(fd, "#! /bin/sh -e\n:\n", 16), 16);
	close(fd);
}

static unsigned int real_use_of(const struct fh_learner *learner,
				const char *path)
{
	char real[PATH_MAX];

	return use_of(learner, *path == '/' && realpath(path, real) ? real
								    : path);
}

static void test_kinds(void)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		struct fh_learner *learner;
		unsigned int use;

		fill_place();
		printf("# %s\n", kinds[i].name);
		learner = watched(i, 0);
		use = real_use_of(learner, kinds[i].path);
		if (kinds[i].exactly)
			check_int(use, kinds[i].use);
		else
			check(use & kinds[i].use);
		if (kinds[i].other)
			check_int(real_use_of(learner, kinds[i].other) &
					  (kinds[i].other_use ? kinds[i].other_use
							      : 0xff),
				  kinds[i].other_use);
		check_int(use_of(learner, "nobody-used-this"), 0);
		fh_learner_free(learner);
		leave_place();
	}
}

/* --- what is no path ---------------------------------------------------- */

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

enum other {
	USES_NETWORK = N_KINDS,
	USES_CALLS,
	EXITS_7,
	KILLS_ITSELF,
	COUNTS_DESCRIPTORS,
	TELLS_STATE,
	HAS_FOUR_CHILDREN,
	TAKES_MEMORY,
	N_DEEDS,
};

static const deed others[] = {
	uses_network, uses_calls, exits_7, kills_itself, counts_descriptors,
	tells_state, has_four_children, takes_memory,
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
	learner = watched(3, 0); /* makes */
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

static void test_runs_add_up(void)
{
	struct fh_learner *learner = fh_learner_new();

	fill_place();
	check_int(watch(learner, 0, NULL, NULL), 0); /* reads */
	check_int(watch(learner, 1, NULL, NULL), 0); /* writes */
	check_int(use_of(learner, "file"), USE_READ | USE_WRITE);
	leave_place();
}

static const struct tap_test tests[] = {
	{ .name = "each kind of use", .run = test_kinds, .seconds = 60 },
	{ .name = "the network", .run = test_network },
	{ .name = "system calls", .run = test_calls },
	{ .name = "peaks", .run = test_peaks },
	{ .name = "variables", .run = test_variables },
	{ .name = "how it ended", .run = test_ends },
	{ .name = "what cannot be executed", .run = test_no_program },
	{ .name = "not beside other children", .run = test_other_children },
	{ .name = "descriptors are the caller's", .run = test_descriptors },
	{ .name = "the caller stays as it is", .run = test_state },
	{ .name = "runs add up", .run = test_runs_add_up },
};

int main(int argc, char **argv)
{
	deed deeds[N_DEEDS];

	for (size_t i = 0; i < N_KINDS; i++)
		deeds[i] = kinds[i].deed;
	memcpy(deeds + N_KINDS, others, sizeof(others));
	be_watched(argc, argv, deeds, N_DEEDS);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
