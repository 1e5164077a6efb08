/* What differs between the helpers, and the attempts that both are made of. */
#ifndef FH_BROKER_HELPER_WORK_H
#define FH_BROKER_HELPER_WORK_H

#include <sys/types.h>

#include "broker/helper.h"
#include "broker/wire.h"

/*
 * How an attempt says what came of it: its exit status. The numbers are rare
 * ones, for a module or a library that calls exit(0) in the middle must not be
 * taken for a yes.
 */
enum helper_end {
	HELPER_YES = 91,
	HELPER_NO,	/* -EACCES */
	HELPER_NONE,	/* -ENODATA */
	HELPER_LATER,	/* -EAGAIN */
};

/**
 * struct helper_work - one kind of helper
 * @prepare: before the fences: what has to be loaded; @ret_means is handed to
 *           the attempts, and lives as long as the process
 * @attempt: in a process of its own; wipes the request's data when it has it.
 *           What it writes to @answer_fd is the answer's payload
 * @lost:    the answer when an attempt ended in no way of enum helper_end
 */
struct helper_work {
	int (*prepare)(const struct fh_broker *broker, void **ret_means,
		       struct fh_error *err);
	enum helper_end (*attempt)(const void *means,
				   const struct wire_request *request,
				   int answer_fd);
	enum fh_broker_kind answers;
	int lost;
};
extern const struct helper_work helper_authenticator;
extern const struct helper_work helper_resolver;

/* Wipes what is const for all others. */
void helper_wipe(const void *secret, size_t size);

/* --- attempts ---------------------------------------------------------------- */

/* One process at work, from attempt_start() to attempt_end(). */
struct attempt {
	pid_t pid;
	int pidfd;     /* readable when it has ended */
	int answer_fd; /* what it wrote, of a resolver; or -1 */
	uint32_t id;   /* of the request */
	uint64_t ends_ms;
};

struct attempt_list {
	struct attempt all[HELPER_ATTEMPTS_MAX];
	size_t n;
};

/**
 * attempt_start() - a process for one request
 * Return: 0, with one more in the list; -EAGAIN: no process to be had
 */
int attempt_start(struct attempt_list *list, const struct helper_work *work,
		  const void *means, const struct wire_request *request,
		  uint64_t ends_ms);

/**
 * attempt_end() - take it out of the list; what still runs of it is ended
 * @ret:   bytes it answered with
 * @ret_n: how many
 * Return: the status for the answer
 */
int attempt_end(struct attempt_list *list, size_t at,
		const struct helper_work *work, bool is_late,
		struct fh_address ret[FH_BROKER_ADDRESSES_MAX], size_t *ret_n);

/* Ends all of them, and whatever they left behind. */
void attempts_drop(struct attempt_list *list);

/* helper_serve() with another time limit: for tests. */
_Noreturn void helper_serve_for(enum helper_kind kind,
				const struct fh_broker *broker, int socket,
				const struct fh_log *log, uint32_t limit_ms);

#endif
