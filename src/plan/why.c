/* Looks a question up in the plan that a run would follow. */
#include "plan/why.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/path.h"
#include "plan/allowing.h"
#include "plan/rule.h"
#include "tables/questions.h"
#include "tables/syscall_groups.h"

struct question {
	const struct fh_plan *plan;
	const struct prepared *prepared;
	const char *what;
	unsigned int access;
	struct answer *answer;
	struct fh_error *err;
};

static void advise(struct question *q, const char *option, const char *what)
{
	rule_add_option(&q->answer->advice, option, what);
}

/* The real path where the host has one: grants are kept by real paths. */
static int resolve(struct question *q, char ret[PATH_MAX])
{
	char here[PATH_MAX], normal[PATH_MAX];
	int r;

	if (!q->plan->policy->root && realpath(q->what, ret))
		return 0;
	/* Of a link that could not be followed the answer would be wrong. */
	if (!q->plan->policy->root && errno == ENOMEM)
		return error_set(q->err, FH_STAGE_PREPARE, -ENOMEM,
				 "follow the links of %s", q->what);
	r = getcwd(here, sizeof(here))
		    ? path_normalise(here, q->what, normal) : -errno;
	if (r < 0)
		return error_set(q->err, FH_STAGE_PARSE, -EINVAL,
			       "%s: not a path that can be asked about",
			       q->what);
	memcpy(ret, normal, sizeof(normal));
	return 0;
}

/* Storage and directories of the box's own show nothing of what lies at that
 * name outside, though what the program puts there is its own. */
static bool ask_private(struct question *q, const struct mount_op *op,
			const char *path)
{
	struct text *reason = &q->answer->reason;
	bool is_there = access(path, F_OK) == 0 || errno != ENOENT;

	if (strcmp(op->target, path) == 0)
		return false;
	if (op->kind == MOUNT_TMPFS && (!is_there ||
					q->access == FH_WRITE)) {
		q->answer->is_allowed = !(q->access & ~op->access);
		text_add(reason, "%s is private storage of the box (",
			 op->target);
		text_add_escaped(reason, op->origin);
		text_add(reason, ")");
		return true;
	}
	if (op->kind != MOUNT_TMPFS && op->kind != MOUNT_DIRECTORY)
		return false;
	rule_describe_lack(op, reason);
	if (is_there)
		advise(q, rule_access_option(q->access), path);
	return true;
}

static int ask_path(struct question *q)
{
	char path[PATH_MAX];
	const struct mount_op *op;
	int r = resolve(q, path);

	if (r < 0)
		return r;
	op = prepared_find(q->prepared, path);
	if (!op) {
		rule_describe_lack(op, &q->answer->reason);
		advise(q, rule_access_option(q->access), path);
		return 0;
	}
	if (op->kind == MOUNT_HIDE) {
		rule_describe(op, &q->answer->reason);
		return 0;
	}
	if (ask_private(q, op, path))
		return 0;
	/* A file that the box synthesizes is readable as its directory is. */
	q->answer->is_allowed = op->kind == MOUNT_FILE
					? q->access == FH_READ
					: (op->access & q->access) == q->access;
	rule_describe(op, &q->answer->reason);
	if (!q->answer->is_allowed && q->access != FH_READ)
		advise(q, rule_access_option(q->access), path);
	return 0;
}

static bool has_port(const struct port_list *list, uint64_t port)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->ports[i] == port)
			return true;
	return false;
}

static int ask_port(struct question *q, const struct port_list *list,
		    const char *option)
{
	uint64_t port, mode = q->plan->policy->net;

	if (number_parse(q->what, &port) < 0 || port > 65535)
		return error_set(q->err, FH_STAGE_PARSE, -EINVAL,
			       "%s: not a port", q->what);
	if (mode == FH_NET_LOOPBACK) {
		q->answer->is_allowed = true;
		text_add(&q->answer->reason,
			 "--net loopback gives every port of the box's own loopback, and nothing outside");
		return 0;
	}
	if (mode == FH_NET_NONE) {
		text_add(&q->answer->reason,
			 "the box has no network (--net none)");
		text_add(&q->answer->advice, "--net host %s %s", option,
			 q->what);
		return 0;
	}
	q->answer->is_allowed = has_port(list, port);
	text_add(&q->answer->reason, "--net host %s %s",
		 q->answer->is_allowed ? "with" : "without", option);
	if (!q->answer->is_allowed)
		advise(q, option, q->what);
	return 0;
}

static int ask_syscall(struct question *q)
{
	const char *nearest = NULL, *policy =
		syscall_policies[q->plan->policy->syscalls].name;
	int nr = syscall_number(q->plan->kernel.arch, q->what);
	char option[ALLOWING_MAX];
	bool has_rules = false;
	struct verdict verdict;
	int r;

	if (nr < 0) {
		syscall_name_is_known(q->what, &nearest);
		error_set(q->err, FH_STAGE_PARSE, -EINVAL, "no system call %s",
			q->what);
		if (nearest)
			error_remedy(q->err, "did you mean %s?", nearest);
		return -EINVAL;
	}
	verdict = seccomp_verdict(&q->plan->filter, nr, &has_rules);
	q->answer->is_allowed = seccomp_may_pass(&q->plan->filter, nr);
	if (verdict.kind == VERDICT_LOG)
		text_add(&q->answer->reason,
			 "policy %s refuses it, but --on-deny log lets it through",
			 policy);
	else if (q->answer->is_allowed)
		text_add(&q->answer->reason, "policy %s allows it%s", policy,
			 has_rules ? ", depending on its arguments" : "");
	else if (verdict.kind == VERDICT_KILL)
		text_add(&q->answer->reason, "policy %s kills for it", policy);
	else
		text_add(&q->answer->reason, "policy %s answers %s", policy,
			 strerror(verdict.kind == VERDICT_ERRNO
					  ? verdict.error : ENOSYS));
	if (q->answer->is_allowed)
		return 0;
	r = allowing_option(q->plan, nr, NULL, option);
	if (r < 0)
		return error_set(q->err, FH_STAGE_PREPARE, r,
				 "find what would allow %s", q->what);
	text_add(&q->answer->advice, "%s", option);
	if (!*option)
		text_add(&q->answer->reason,
			 ", and no option allows it: it could undo other fences");
	return 0;
}

static int ask_read(struct question *q)
{
	q->access = FH_READ;
	return ask_path(q);
}

static int ask_write(struct question *q)
{
	q->access = FH_WRITE;
	return ask_path(q);
}

static int ask_exec(struct question *q)
{
	q->access = FH_EXEC;
	return ask_path(q);
}

static int ask_connect(struct question *q)
{
	return ask_port(q, &q->plan->policy->connect, "--connect");
}

static int ask_listen(struct question *q)
{
	return ask_port(q, &q->plan->policy->listen, "--listen");
}

static int (*const ask[N_QUESTIONS])(struct question *q) = {
	[QUESTION_CONNECT] = ask_connect, [QUESTION_EXEC] = ask_exec,
	[QUESTION_LISTEN] = ask_listen,	  [QUESTION_READ] = ask_read,
	[QUESTION_SYSCALL] = ask_syscall, [QUESTION_WRITE] = ask_write,
};

static int fail_unknown(const char *verb, struct fh_error *err)
{
	struct text names = { 0 };

	error_set(err, FH_STAGE_PARSE, -EINVAL, "cannot answer about %s", verb);
	for (int i = 0; i < N_QUESTIONS; i++)
		text_add(&names, "%s%s", i ? ", " : "", questions[i].name);
	error_remedy(err, "ask about one of %s", text_string(&names));
	text_done(&names);
	return -EINVAL;
}

int why_ask(const struct fh_plan *plan, const struct prepared *prepared,
	    const char *verb, const char *what, struct answer *ret,
	    struct fh_error *err)
{
	struct question q = { .plan = plan, .prepared = prepared,
			      .what = what, .answer = ret, .err = err };
	int kind = question_find(verb);

	return kind < 0 ? fail_unknown(verb, err) : ask[kind](&q);
}

void answer_done(struct answer *answer)
{
	text_done(&answer->reason);
	text_done(&answer->advice);
}
