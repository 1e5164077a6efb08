/*
 * Times fh_confine() against the same fences put up by hand.
 *
 *   confine ROUNDS          in the process: each sample in a fork of its own,
 *                           by turns, the clock around the confinement
 *   confine filter          writes the policy's filter as raw BPF
 *   confine nothing|library exits at once, or confined by the library
 *   confine floor FILE      exits confined by hand, with the filter of FILE:
 *                           to be timed as whole processes
 */
#include <fcntl.h>
#include <fumehood/fumehood.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor_confine.h"
#include "measure.h"
#include "mech/seccomp.h"
#include "plan/plan.h"
#include "sys/landlock_calls.h"

#define OPEN_FILES 256
#define SYSTEM_CALLS "file-processor"

#define READ_TREE (LL_FS_READ_FILE | LL_FS_READ_DIR)
#define WRITE_FILE (LL_FS_READ_FILE | LL_FS_WRITE_FILE | LL_FS_TRUNCATE)
#define WRITE_TREE                                                           \
	(WRITE_FILE | LL_FS_READ_DIR | LL_FS_REMOVE_DIR | LL_FS_REMOVE_FILE | \
	 LL_FS_MAKE_DIR | LL_FS_MAKE_REG | LL_FS_MAKE_SOCK | LL_FS_MAKE_FIFO | \
	 LL_FS_MAKE_SYM | LL_FS_REFER)

/* The same grants in both languages. */
static const struct grant_row {
	unsigned int access;
	struct floor_rule rule;
} grants[] = {
	{ FH_READ | FH_EXEC, { "/usr", READ_TREE | LL_FS_EXECUTE } },
	{ FH_READ, { "/etc", READ_TREE } },
	{ FH_READ, { "/opt", READ_TREE } },
	{ FH_READ, { "/srv", READ_TREE } },
	{ FH_READ, { "/var/lib", READ_TREE } },
	{ FH_WRITE, { "/tmp", WRITE_TREE } },
	{ FH_WRITE, { "/var/tmp", WRITE_TREE } },
	{ FH_WRITE, { "/dev/null", WRITE_FILE } },
};
#define N_GRANTS (sizeof(grants) / sizeof(*grants))

enum { BY_HAND, CONFINE, WITH_POLICY, N_WAYS };

static struct fh_policy *policy_make(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_error err;
	int r = fh_policy_syscalls(policy, SYSTEM_CALLS, &err);

	if (r == 0)
		r = fh_policy_limit(policy, FH_LIMIT_OPEN_FILES, OPEN_FILES,
				    &err);
	for (size_t i = 0; i < N_GRANTS && r == 0; i++)
		r = fh_policy_allow(policy, grants[i].access,
				    grants[i].rule.path, &err);
	if (r == 0)
		return policy;
	fprintf(stderr, "bench_confine: %s\n", err.what);
	_exit(1);
}

/* By the library, with a policy or one made on the way. */
static void by_library(const struct fh_policy *policy)
{
	struct fh_policy *own = policy ? NULL : policy_make();
	struct fh_error err;

	if (fh_confine(own ? own : policy, NULL, NULL, &err) < 0) {
		fprintf(stderr, "bench_confine: %s\n", err.what);
		_exit(1);
	}
	fh_policy_free(own);
}

static void by_hand(const struct sock_fprog *filter)
{
	struct floor_rule rules[N_GRANTS];
	int line;

	for (size_t i = 0; i < N_GRANTS; i++)
		rules[i] = grants[i].rule;
	line = floor_confine(rules, N_GRANTS, OPEN_FILES, filter);
	if (line) {
		fprintf(stderr, "floor_confine.c:%d: %m\n", line);
		_exit(1);
	}
}

/* The library's filter serves the floor, too. */
static struct bpf_program make_filter(void)
{
	struct fh_policy *policy = policy_make();
	struct bpf_program program = { 0 };
	struct fh_kernel *kernel = NULL;
	struct fh_plan *plan = NULL;
	struct fh_error err;

	if (fh_kernel_probe(&kernel, &err) < 0 ||
	    fh_plan_confine(policy, kernel, &plan, &err) < 0 ||
	    bpf_emit(&plan->filter, &program, &err) < 0) {
		fprintf(stderr, "bench_confine: %s\n", err.what);
		_exit(1);
	}
	fh_plan_free(plan);
	fh_kernel_free(kernel);
	fh_policy_free(policy);
	return program;
}

/* What a program does that was given its filter as a file. */
static void by_hand_from_file(const char *path)
{
	static struct sock_filter code[FILTER_BPF_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, code, sizeof(code));

	close(fd);
	if (n <= 0)
		_exit(1);
	by_hand(&(struct sock_fprog){
		.filter = code,
		.len = (unsigned short)((size_t)n / sizeof(*code)) });
}

static double time_way(size_t way, const struct fh_policy *policy,
		       const struct sock_fprog *filter, double *shared)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		double begin = now_us();

		if (way == BY_HAND)
			by_hand(filter);
		else
			by_library(way == CONFINE ? policy : NULL);
		*shared = now_us() - begin;
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "bench_confine: a sample failed\n");
		exit(1);
	}
	return *shared;
}

static void measure(size_t rounds)
{
	struct series ways[N_WAYS] = {
		[BY_HAND] = { .name = "by hand" },
		[CONFINE] = { .name = "fh_confine" },
		[WITH_POLICY] = { .name = "and policy" },
	};
	struct fh_policy *policy = policy_make();
	struct bpf_program program = make_filter();
	const struct sock_fprog filter = { program.len, program.code };
	double *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < N_WAYS; i++)
		ways[i].samples = calloc(rounds, sizeof(double));
	for (size_t round = 0; round < rounds + 3; round++) {
		size_t order[N_WAYS];

		shuffle(order, N_WAYS);
		for (size_t i = 0; i < N_WAYS; i++) {
			double t = time_way(order[i], policy, &filter, shared);

			if (round >= 3) /* the first ones warm the caches */
				ways[order[i]].samples[round - 3] = t;
		}
	}
	print_series(ways, N_WAYS, rounds, "us");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct bpf_program program;

	if (strcmp(what, "nothing") == 0) {
		return 0;
	} else if (strcmp(what, "library") == 0) {
		by_library(NULL);
	} else if (strcmp(what, "floor") == 0 && argc == 3) {
		by_hand_from_file(argv[2]);
	} else if (strcmp(what, "filter") == 0) {
		program = make_filter();
		return fwrite(program.code, sizeof(*program.code), program.len,
			      stdout) != program.len;
	} else if (atoi(what) > 0) {
		measure((size_t)atoi(what));
	} else {
		fprintf(stderr, "usage: confine ROUNDS|filter|nothing|library|floor FILE\n");
		return 2;
	}
	return 0;
}
