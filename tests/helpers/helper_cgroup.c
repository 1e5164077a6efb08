/*
 * Takes single steps of the cgroup engine, for tests/root/cgroup.bats.
 *
 *   helper_cgroup look        what is found here
 *   helper_cgroup leaf        to the leaf and back, with our cgroup at each point
 *   helper_cgroup storm       the same by four threads at once, many times
 *   helper_cgroup end         ends what is in a cgroup; prints who is left
 *   helper_cgroup memory      spawns, with each allocation failing; what is left then
 *   helper_cgroup descriptors spawns, with fewer descriptors than it takes
 */
#include <dirent.h>
#include <fcntl.h>
#include <fumehood/fumehood.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/cgroup_parts.h"
#include "cgroup/cgroup_place.h"
#include "no_memory.h"

static int look(void)
{
	struct cgroup_facts facts;

	cgroup_look(&facts);
	printf("way: %s\ncontrollers:", cgroup_way_names[facts.way]);
	for (int i = 0; i < N_CONTROLLERS; i++)
		if (facts.controllers >> i & 1)
			printf(" %s", controller_names[i]);
	printf("\nwhy: %s\nremedy: %s\n", facts.why, facts.remedy);
	return 0;
}

static void tell_path(const char *when)
{
	char path[CGROUP_PATH_SIZE] = "?";

	cgroup_path_of(0, path);
	printf("%s: %s\n", when, path);
	fflush(stdout);
}

static int open_own(void)
{
	char path[CGROUP_PATH_SIZE];
	struct cgroup_place place;
	int root = cgroup_root_open(&place), own;

	if (root < 0 || cgroup_path_of(0, path) < 0)
		return -1;
	own = cgroup_open_dir(root, path + 1);
	close(root);
	return own;
}

static int leaf(void)
{
	int own = open_own(), held;
	struct fh_error err = { 0 };

	tell_path("before");
	held = cgroup_leaf_enter(own, false, &err);
	if (held < 0) {
		printf("failed: %s: %s\n", err.what, strerror(-held));
		return 1;
	}
	close(held);
	tell_path("inside");
	cgroup_leaf_leave(own);
	tell_path("after");
	return 0;
}

static void *come_and_go(void *arg)
{
	const int own = *(int *)arg;

	for (int i = 0; i < 200; i++) {
		struct fh_error err = { 0 };
		int held = cgroup_leaf_enter(own, false, &err);

		if (held < 0) {
			printf("failed: %s: %s\n", err.what, strerror(-held));
			return arg;
		}
		close(held);
		cgroup_leaf_leave(own);
	}
	return NULL;
}

static int storm(void)
{
	pthread_t threads[4];
	void *failed = NULL, *one;
	int own = open_own();

	tell_path("before");
	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, come_and_go, &own))
			return 1;
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &one);
		failed = failed ? failed : one;
	}
	tell_path("after");
	return failed != NULL;
}

/* One that makes others, and one that has its own session and ignores what it can. */
static pid_t start_many(struct cgroup *cgroup)
{
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		cgroup_write(cgroup_fd(cgroup), "cgroup.procs", "0");
		if (fork() == 0)
			setsid();
		for (int i = 0; i < 5; i++)
			fork();
		for (;;)
			pause();
	}
	/* Until they are there. */
	for (int i = 0; i < 500; i++) {
		uint64_t n = 0;
		pid_t other;

		if (cgroup_read_number(cgroup_fd(cgroup), "pids.current", &n) == 0
			    ? n >= 8
			    : cgroup_other_process(cgroup_fd(cgroup), pid,
						   &other) > 0)
			break;
		usleep(10000);
	}
	usleep(100000);
	return pid;
}

static int end(void)
{
	const struct cgroup_wish wish = { CGROUP_UNLIMITED, CGROUP_UNLIMITED,
					  CGROUP_UNLIMITED, CGROUP_UNLIMITED,
					  CGROUP_UNLIMITED };
	struct cgroup_account account;
	struct cgroup *cgroup;
	struct fh_error err = { 0 };
	pid_t pid;
	int status;

	if (cgroup_new(CGROUP_DELEGATED, &wish, &cgroup, &err) < 0) {
		printf("failed: %s\n", err.what);
		return 1;
	}
	pid = start_many(cgroup);
	cgroup_read(cgroup, &account);
	printf("cpu: %d\n", account.has_cpu);
	printf("ended: %d\n", cgroup_end(cgroup));
	cgroup_free(cgroup);
	printf("reaped: %d\n", waitpid(pid, &status, 0) == pid &&
				       WIFSIGNALED(status) &&
				       WTERMSIG(status) == SIGKILL);
	return 0;
}

/* Directories of boxes where they are made. */
static int count_left(void)
{
	struct cgroup_place place;
	struct dirent *entry;
	DIR *list;
	int n = 0;

	if (cgroup_place_find(&place) < 0 || !(list = fdopendir(place.dir)))
		return -1;
	while ((entry = readdir(list)))
		n += cgroup_is_box_name(entry->d_name);
	closedir(list);
	return n;
}

/* One box. Return: 0; what fh_spawn() said */
static int spawn_one(const struct fh_policy *policy)
{
	char *argv[] = { "/bin/true", NULL };
	struct fh_error err = { 0 };
	struct fh_box *box = NULL;
	struct fh_result result;
	int r = fh_spawn(policy, argv, NULL, &box, &err);

	if (r == 0)
		fh_wait(box, -1, &result, NULL);
	fh_box_free(box);
	return r;
}

static void fail_memory(long n, bool lasts)
{
	memory->lasts = lasts;
	memory_fail_after(n);
}

static struct rlimit descriptors;

static void fail_descriptors(long n, bool lasts)
{
	struct rlimit fewer = descriptors;

	(void)lasts;
	fewer.rlim_cur = (rlim_t)n + 3;
	setrlimit(RLIMIT_NOFILE, &fewer);
}

/* Until there is no failure any more. */
static int sweep(void (*fail)(long n, bool lasts), bool lasts)
{
	int n_failed = 0, n_left = 0, r = -1;
	struct fh_policy *policy;

	if (!(policy = fh_policy_new()) ||
	    fh_policy_set(policy, "cpu-time", "60", NULL) < 0 ||
	    spawn_one(policy) < 0)
		return 1;
	for (long n = 0; r < 0 && n < 2000; n++) {
		fail(n, lasts);
		r = spawn_one(policy);
		if (fail == fail_memory)
			r = memory_failed() ? -ENOMEM : r;
		setrlimit(RLIMIT_NOFILE, &descriptors);
		n_failed += r < 0;
		n_left += count_left() != 0;
	}
	fh_policy_free(policy);
	printf("failed: %s\nleft: %d\n", n_failed > 5 ? "often" : "seldom",
	       n_left);
	return r < 0;
}

static int without_memory(void)
{
	return sweep(fail_memory, false) || sweep(fail_memory, true);
}

static int without_descriptors(void)
{
	return sweep(fail_descriptors, true);
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		int (*run)(void);
	} rows[] = { { "look", look }, { "leaf", leaf }, { "storm", storm },
		     { "end", end }, { "memory", without_memory },
		     { "descriptors", without_descriptors } };

	getrlimit(RLIMIT_NOFILE, &descriptors);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (argc == 2 && strcmp(argv[1], rows[i].name) == 0)
			return rows[i].run();
	return 2;
}
