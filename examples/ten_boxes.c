/*
 * Boxes ten programs at once and tells how each of them ended.
 *
 *   example_ten_boxes
 *
 * One poll(2) loop serves all: the pipe of each box, and the descriptor that
 * becomes readable when the box has ended. No thread, no handler, no SIGCHLD.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fumehood/fumehood.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N_JOBS = 10 };

static const struct job {
	const char *name;
	const char *script;
} jobs[N_JOBS] = {
	{ "succeed", "exit 0" },
	{ "fail", "exit 3" },
	{ "speak", "echo hello from the box" },
	{ "count", "seq 100000 | wc -l" },
	{ "steal", "cat /etc/shadow" },
	{ "deface", "echo evil >/usr/evil" },
	{ "hang", "sleep 1000" },
	{ "crash", "kill -SEGV $$" },
	{ "revolt", "kill -KILL 1; echo still in the box" },
	{ "linger", "sleep 1000 & echo gone" },
};

struct run {
	struct fh_box *box;
	int pipe;
	struct fh_result result;
	size_t len;
	char output[256]; /* the rest is read and dropped */
};

static int complain(const char *name, const struct fh_error *err)
{
	char line[FH_ERROR_LINE_MAX];

	fh_error_print(err, line, sizeof(line));
	fprintf(stderr, "%s: %s\n", name, line);
	return err->code;
}

static int start(const struct fh_policy *policy, const struct job *job,
		 struct run *ret)
{
	char script[256];
	char *argv[] = { "/bin/sh", "-c", script, NULL };
	const struct fh_spawn_options options = {
		.size = sizeof(options),
		.streams = { { .kind = FH_STREAM_NULL },
			     { .kind = FH_STREAM_PIPE },
			     { .kind = FH_STREAM_NULL } },
	};
	struct fh_error err;

	snprintf(script, sizeof(script), "exec 2>&1; %s", job->script);
	if (fh_spawn(policy, argv, &options, &ret->box, &err) < 0)
		return complain(job->name, &err);
	ret->pipe = fh_box_stream(ret->box, STDOUT_FILENO);
	return 0;
}

/* Returns false at the end of the pipe. */
static bool hear(struct run *run)
{
	char buf[4096];
	ssize_t n = read(run->pipe, buf, sizeof(buf));
	size_t room = sizeof(run->output) - 1 - run->len;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	room = (size_t)n < room ? (size_t)n : room;
	memcpy(run->output + run->len, buf, room);
	run->len += room;
	return true;
}

/* Until all pipes are at their end and all boxes have been waited for. */
static int watch(struct run *runs)
{
	struct pollfd fds[2 * N_JOBS];
	size_t n_open = 2 * N_JOBS;

	for (size_t i = 0; i < 2 * N_JOBS; i++)
		fds[i] = (struct pollfd){
			.fd = i % 2 ? fh_box_fd(runs[i / 2].box)
				    : runs[i / 2].pipe,
			.events = POLLIN,
		};
	while (n_open) {
		if (poll(fds, 2 * N_JOBS, -1) < 0 && errno != EINTR)
			return -errno;
		for (size_t i = 0; i < 2 * N_JOBS; i++) {
			struct run *run = &runs[i / 2];

			if (!fds[i].revents || (i % 2 == 0 && hear(run)))
				continue;
			if (i % 2)
				fh_wait(run->box, 0, &run->result, NULL);
			else
				close(run->pipe);
			fds[i] = (struct pollfd){ .fd = -1 }; /* is skipped */
			n_open--;
		}
	}
	return 0;
}

int main(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct run runs[N_JOBS] = { 0 };
	struct fh_error err = { .code = -ENOMEM };
	int r = -ENOMEM;

	if (policy)
		r = fh_policy_limit(policy, FH_LIMIT_TIME, 3000, &err);
	if (r < 0)
		r = complain("policy", &err);
	for (size_t i = 0; r == 0 && i < N_JOBS; i++)
		r = start(policy, &jobs[i], &runs[i]);
	if (r == 0)
		r = watch(runs);
	for (size_t i = 0; i < N_JOBS; i++) {
		runs[i].output[strcspn(runs[i].output, "\n")] = '\0';
		if (r == 0)
			printf("%-8s %-9s %3d  %s\n", jobs[i].name,
			       fh_end_name(runs[i].result.reason),
			       runs[i].result.exit_code, runs[i].output);
		fh_box_free(runs[i].box);
	}
	fh_policy_free(policy);
	return r < 0;
}
