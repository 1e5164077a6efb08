/* Plays the battery, each attack in a child of its own. */
#include "attack/attack_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack/attack_try.h"
#include "base/cleanup.h"
#include "base/io.h"

/* The call was reached unless it was refused before its own code ran. */
static int make_call(const struct attack_call *call)
{
	const long *a = call->args;
	int r;

	if (try_number(call->id) < 0)
		return ATTACK_NOT_APPLICABLE;
	r = try_result(
		try_syscall(call->id, a[0], a[1], a[2], a[3], a[4], a[5]));
	switch (r) {
	case -EPERM:
	case -EACCES:
	case -ENOSYS:
	case -EAFNOSUPPORT:
		return r;
	}
	return 0;
}

/* Dying by a signal is a way to be refused: no core of it, and no memory of
 * the attacks before it. */
__attribute__((noreturn)) static void
attack_in_child(const struct attack *attack, const struct attack_stage *stage,
		int result_fd)
{
	struct rlimit limit;
	int result;

	if (getrlimit(RLIMIT_CORE, &limit) == 0) {
		limit.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &limit);
	}
	result = attack->run ? attack->run(stage) : make_call(&attack->call);
	_exit(write_exactly(result_fd, &result, sizeof(result)) < 0);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until the child has written or is gone.
 * Return: 0, -ETIMEDOUT, or the negative errno of poll */
static int await(int fd)
{
	int64_t end = now_ms() + ATTACK_TIME_MAX_MS;
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = end - now_ms();
		int r = left <= 0 ? 0 : poll(&pollfd, 1, (int)left);

		if (r > 0)
			return 0;
		if (r == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int collect(pid_t pid, int fd, int *ret_result)
{
	int result = await(fd);
	int status;
	int r = result;

	if (result < 0)
		kill(pid, SIGKILL); /* it may hang */
	else
		r = read_exactly(fd, &result, sizeof(result));
	status = reap(pid);
	if (r == -ENODATA && WIFSIGNALED(status))
		result = -ECANCELED;
	else if (r == -ENODATA)
		return -EPROTO;
	else if (r < 0 && r != -ETIMEDOUT)
		return r;
	*ret_result = result;
	return 0;
}

int attack_play(const struct attack *attack, const struct attack_stage *stage,
		int *ret_result)
{
	autoclose int read_end = -1;
	int ends[2];
	pid_t pid;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = ends[0];
	pid = fork();
	if (pid == 0)
		attack_in_child(attack, stage, ends[1]);
	r = pid < 0 ? -errno : 0;
	close(ends[1]);
	return r < 0 ? r : collect(pid, read_end, ret_result);
}

enum attack_verdict attack_judge(const struct attack *attack, int result)
{
	bool is_hole = attack->is_hole;

	if (result == ATTACK_NOT_APPLICABLE)
		return ATTACK_DOES_NOT_APPLY;
	if (result >= 0)
		return is_hole ? ATTACK_HOLE : ATTACK_GOT_THROUGH;
	if (is_hole)
		return ATTACK_CLOSED_HOLE;
	for (size_t i = 0; attack->expected[i]; i++) {
		if (attack->expected[i] == -result)
			return ATTACK_HELD;
	}
	return ATTACK_HELD_OTHER;
}

int attack_run_all(const struct attack_stage *stage, FILE *out, bool json)
{
	size_t counts[N_ATTACK_VERDICTS] = { 0 };

	attack_card_begin(out, json);
	for (size_t i = 0; i < n_attacks; i++) {
		enum attack_verdict verdict = ATTACK_NOT_PLAYED;
		int result = 0;
		int r;

		/* Or the child has a copy of what was not written yet. */
		fflush(out);
		r = attack_play(attacks[i], stage, &result);
		if (r == 0)
			verdict = attack_judge(attacks[i], result);
		else
			result = r;
		counts[verdict]++;
		attack_card_row(out, json, attacks[i], verdict, result, i == 0);
	}
	attack_card_end(out, json, counts);
	return (int)(counts[ATTACK_GOT_THROUGH] + counts[ATTACK_NOT_PLAYED]);
}
