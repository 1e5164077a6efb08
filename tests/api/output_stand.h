/*
 * What the tests of --output-limit share: a box with a limit, whose streams are
 * collected.
 */
#ifndef FH_TESTS_OUTPUT_STAND_H
#define FH_TESTS_OUTPUT_STAND_H

#include "spawn_stand.h"

struct printed {
	char out[1 << 16], error[1 << 16];
	size_t n_out, n_error;
	struct fh_result result;
};

/* This very program may play a part. */
UNUSED static struct fh_box *start_limited(const char *limit, char *const *argv,
					   const char *const *settings,
					   const struct fh_spawn_options *options)
{
	struct fh_policy *policy = self_policy();
	struct fh_box *box = NULL;

	check_ok(fh_policy_set(policy, "output-limit", limit, &err));
	for (size_t i = 0; settings && settings[i]; i += 2)
		check_ok(fh_policy_set(policy, settings[i], settings[i + 1],
				       &err));
	check_ok(fh_spawn(policy, argv, options, &box, &err));
	fh_policy_free(policy);
	return box;
}

/* Takes both at once, as they come. */
UNUSED static void collect(struct fh_box *box, struct printed *ret)
{
	struct pollfd fds[2] = {
		{ .fd = fh_box_stream(box, 1), .events = POLLIN },
		{ .fd = fh_box_stream(box, 2), .events = POLLIN },
	};
	char *texts[2] = { ret->out, ret->error };
	size_t *lengths[2] = { &ret->n_out, &ret->n_error };

	ret->n_out = ret->n_error = 0;
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		check(poll(fds, 2, -1) > 0);
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			check(*lengths[i] < sizeof(ret->out) - 1);
			n = read(fds[i].fd, texts[i] + *lengths[i],
				 sizeof(ret->out) - 1 - *lengths[i]);
			check(n >= 0);
			*lengths[i] += (size_t)n;
			if (n > 0)
				continue;
			close(fds[i].fd);
			fds[i].fd = -1;
		}
	}
	for (int i = 0; i < 2; i++)
		texts[i][*lengths[i]] = '\0';
	ret->result = end_of(box);
	fh_box_free(box);
}

UNUSED static struct printed *print_limited(const char *limit, const char *script)
{
	static struct printed printed;
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_PIPE);

	collect(start_limited(limit, SHELL(script), NULL, &options), &printed);
	return &printed;
}

#define check_end_is(result, expected, code)                                   \
	do {                                                                   \
		check_str(fh_end_name((result).reason), fh_end_name(expected)); \
		check_int((result).exit_code, code);                           \
	} while (0)

#define EXIT_OUTPUT (FH_EXIT_SIGNAL_BASE + SIGXFSZ)

#endif
