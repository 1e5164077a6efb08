/* Decides which calls of a watched program are stopped. */
#include "learn/learn_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/scratch.h"
#include "mech/seccomp.h"
#include "mech/seccomp_policies.h"
#include "tables/observed_calls.h"

#define C(call) CALL_##call
#define G(group) (MEMBER_GROUP | GROUP_##group)
#define NOT(member) (MEMBER_NOT | (member))

/*
 * What is stopped: calls that name a path, and all that the policy "strict" lacks,
 * for each profile has at least that. What works on a descriptor or an object that
 * another call had to make first is not: it would be stopped for each packet. It
 * counts as used when that other call was seen.
 */
static const uint16_t socket_calls[] = {
	G(NETWORK_IO), NOT(C(bind)), NOT(C(connect)), NOT(C(listen)),
	NOT(C(socket)), NOT(C(socketpair)),
};
static const uint16_t wait_calls[] = { C(wait4), C(waitid) };
static const uint16_t semaphore_calls[] = { C(semctl), C(semop), C(semtimedop) };
static const uint16_t message_calls[] = { C(msgctl), C(msgrcv), C(msgsnd) };
static const uint16_t shared_calls[] = { C(shmat), C(shmctl), C(shmdt) };
static const uint16_t queue_calls[] = {
	C(mq_getsetattr), C(mq_notify), C(mq_timedreceive), C(mq_timedsend),
};
static const uint16_t aio_calls[] = { G(AIO), NOT(C(io_setup)) };

#define MEANS(call, array) { CALL_##call, ARRAY_SIZE(array), array }

static const struct {
	uint16_t call;
	uint16_t n;
	const uint16_t *quiet;
} meanings[] = {
	MEANS(clone, wait_calls),      MEANS(clone3, wait_calls),
	MEANS(fork, wait_calls),       MEANS(io_setup, aio_calls),
	MEANS(mq_open, queue_calls),   MEANS(msgget, message_calls),
	MEANS(semget, semaphore_calls), MEANS(shmget, shared_calls),
	MEANS(socket, socket_calls),   MEANS(socketpair, socket_calls),
	MEANS(vfork, wait_calls),
};

/* A box answers these ENOSYS, for it cannot look behind the pointer, and
 * programs do the same by another. */
static const struct {
	uint16_t call;
	uint16_t instead;
} replaced[] = {
	{ CALL_clone3, CALL_clone },
	{ CALL_openat2, CALL_openat },
};

/* After these something else is known no more: src/observe/observe_cache.c */
static const uint16_t changing_calls[] = { C(fchdir), C(flock) };

/* What would be done by these would not be seen; a box refuses them as well. */
static const uint16_t hiding_calls[] = { G(IO_URING) };

void learn_filter_means(unsigned int call, struct syscall_set *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (meanings[i].call == call)
			syscall_set_change(ret, meanings[i].quiet,
					   meanings[i].n);
	}
	for (size_t i = 0; i < ARRAY_SIZE(replaced); i++) {
		if (replaced[i].call == call)
			call = replaced[i].instead;
	}
	ret->has[call] = true;
}

static void find_quiet(struct syscall_set *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		syscall_set_change(ret, meanings[i].quiet, meanings[i].n);
}

static bool names_path(unsigned int call)
{
	const struct observed_call *row = observed_call_find(call);

	return row && row->paths[0].path != OBSERVED_NONE;
}

static void add_rule(struct filter *filter, unsigned int call,
		     enum verdict_kind kind, const struct arg_test *tests,
		     size_t n_tests)
{
	int nr = syscall_on(filter->arch, call);
	struct filter_rule *rule = &filter->rules[filter->n_rules];

	if (nr < 0)
		return;
	*rule = (struct filter_rule){ .nr = (int16_t)nr,
				      .n_tests = (uint8_t)n_tests,
				      .verdict.kind = (uint8_t)kind };
	memcpy(rule->tests, tests, n_tests * sizeof(*tests));
	filter->n_rules++;
}

/*
 * fstat() of a libc is newfstatat() of a descriptor: hot, and no path. A datagram
 * with an address is a connect(). A file that is mapped for executing was opened
 * for reading only.
 */
static void add_rules(struct filter *filter)
{
	const struct arg_test is_descriptor[2] = {
		{ .arg = 3, .op = ARG_MASKED_NE, .mask = AT_EMPTY_PATH },
		{ .arg = 2, .op = ARG_MASKED_NE, .mask = AT_EMPTY_PATH },
	};
	const struct arg_test has_address = { .arg = 4, .op = ARG_NE,
					      .is_wide = true };
	const struct arg_test maps_program[2] = {
		{ .arg = 2, .op = ARG_MASKED_NE, .mask = PROT_EXEC },
		{ .arg = 3, .op = ARG_MASKED_EQ, .mask = MAP_ANONYMOUS },
	};

	add_rule(filter, CALL_newfstatat, VERDICT_ALLOW, &is_descriptor[0], 1);
	add_rule(filter, CALL_statx, VERDICT_ALLOW, &is_descriptor[1], 1);
	add_rule(filter, CALL_sendto, VERDICT_NOTIFY, &has_address, 1);
	add_rule(filter, CALL_mmap, VERDICT_NOTIFY, maps_program, 2);
}

int learn_filter(struct bpf_program *ret, struct fh_error *err)
{
	scratch struct filter filter;
	struct syscall_set strict, quiet, hiding = { 0 }, changing = { 0 };

	filter_init(&filter, FILTER_ARCH_NATIVE);
	seccomp_policy_calls(SYSCALLS_STRICT, &strict);
	find_quiet(&quiet);
	syscall_set_change(&hiding, hiding_calls, ARRAY_SIZE(hiding_calls));
	syscall_set_change(&changing, changing_calls,
			   ARRAY_SIZE(changing_calls));
	for (size_t nr = 0; nr < FILTER_NR_MAX; nr++)
		filter.by_nr[nr].kind = VERDICT_ALLOW;
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter.arch, call);
		bool is_stopped = !strict.has[call] || names_path(call) ||
				  changing.has[call];

		if (nr < 0)
			continue;
		if (hiding.has[call])
			filter.by_nr[nr] = (struct verdict){
				.kind = VERDICT_ERRNO, .error = ENOSYS };
		else if (is_stopped && !quiet.has[call])
			filter.by_nr[nr].kind = VERDICT_NOTIFY;
	}
	add_rules(&filter);
	return bpf_emit(&filter, ret, err);
}
