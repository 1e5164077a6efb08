/* Takes what the tracer saw, and adds what the box is to blame for to the list. */
#include "explain/explain.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/path_doubt.h"
#include "tables/syscalls.h"

struct explain {
	const struct fh_plan *plan;
	struct prepared *prepared; /* the starter's, then .kept */
	struct prepared kept;
	struct refusals *rows;
	struct trace *trace;
	size_t n_starts; /* how often our own execve failed */
	/* By number of the machine: which system call it is. */
	uint16_t calls[FILTER_NR_MAX];
};

#define NO_CALL UINT16_MAX

void doubt_blame(struct doubt *doubt, enum fh_layer layer, const char *wanted,
		 const char *object)
{
	struct fh_refusal *row = &doubt->row;

	row->layer = layer;
	snprintf(row->wanted, sizeof(row->wanted), "%s", wanted);
	escape_into(row->object, sizeof(row->object), object);
}

void doubt_rule(struct doubt *doubt, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(doubt->row.rule, sizeof(doubt->row.rule), fmt, args);
	va_end(args);
}

void doubt_rule_text(struct doubt *doubt, struct text *text)
{
	snprintf(doubt->row.rule, sizeof(doubt->row.rule), "%s",
		 text_string(text));
	text_done(text);
}

void doubt_option(struct doubt *doubt, const struct text *option)
{
	if (!option->code && option->len < sizeof(doubt->row.option))
		memcpy(doubt->row.option, text_string(option), option->len + 1);
}

void doubt_option_number(struct doubt *doubt, const char *option,
			 uint64_t number)
{
	snprintf(doubt->row.option, sizeof(doubt->row.option), "%s %llu",
		 option, (unsigned long long)number);
}

void doubt_advice(struct doubt *doubt, const char *advice)
{
	snprintf(doubt->row.advice, sizeof(doubt->row.advice), "%s", advice);
}

void doubt_advise(struct doubt *doubt, const char *verdict, const char *why)
{
	snprintf(doubt->row.advice, sizeof(doubt->row.advice), "%s%s", verdict,
		 why);
}

static void add(struct explain *explain, struct doubt *doubt)
{
	const struct traced_call *call = doubt->call;
	struct fh_refusal *row = &doubt->row;
	char program[sizeof(row->program)];

	row->code = row->signal ? 0 : doubt->code;
	row->times = 1;
	row->pid = call->tid;
	observe_program(call->tid, program, sizeof(program));
	escape_into(row->program, sizeof(row->program), program);
	/* Without memory there is one row less; which the count of lost tells. */
	if (refusals_add(explain->rows, row) < 0)
		explain->rows->lost++;
}

static bool is_to_blame(struct doubt *doubt)
{
	if (doubt->call->signal)
		return doubt_signal(doubt);
	if (!doubt->observed.row)
		return false;
	if (doubt->call->is_start)
		return doubt->observed.call == CALL_execve &&
		       doubt->program && doubt_start(doubt, doubt->program);
	if (doubt_limit(doubt))
		return true;
	switch ((enum observed_kind)doubt->observed.row->kind) {
	case OBSERVED_PATHS:
	case OBSERVED_OPEN:
	case OBSERVED_OPEN_HOW:
	case OBSERVED_OTHER:
		return doubt_paths(doubt);
	case OBSERVED_CONNECT:
	case OBSERVED_BIND:
	case OBSERVED_SEND:
		return doubt_network(doubt);
	case OBSERVED_SIGNAL:
		return doubt_process(doubt);
	case OBSERVED_SOCKET:
	case OBSERVED_LISTEN:
	case OBSERVED_PROCESS:
	case OBSERVED_DESCRIPTOR:
		break;
	}
	return false;
}

/* The program's own start is a search through its PATH, in the order that was
 * prepared: only of a file that is there something is to be said. */
static const char *next_program(struct explain *explain)
{
	const struct box *box = &explain->prepared->box;

	return explain->n_starts < box->n_candidates
		       ? box->candidates[explain->n_starts++] : NULL;
}

static void saw(void *ctx, const struct traced_call *call)
{
	struct explain *explain = ctx;
	struct doubt doubt = {
		.plan = explain->plan, .prepared = explain->prepared,
		.trace = explain->trace, .call = call, .code = call->code,
		.observed.tid = call->tid,
	};
	unsigned int id = NO_CALL;

	if (call->nr >= 0 && call->nr < FILTER_NR_MAX)
		id = explain->calls[call->nr];
	if (id != NO_CALL) {
		doubt.observed.call = id;
		doubt.observed.row = observed_call_find(id);
		snprintf(doubt.row.call, sizeof(doubt.row.call), "%s",
			 syscalls[id].name);
	}
	memcpy(doubt.observed.args, call->args, sizeof(call->args));
	if (call->is_start && id == CALL_execve)
		doubt.program = next_program(explain);
	if (is_to_blame(&doubt))
		add(explain, &doubt);
}

static void number_calls(struct explain *explain)
{
	for (size_t i = 0; i < FILTER_NR_MAX; i++)
		explain->calls[i] = NO_CALL;
	for (unsigned int id = 0; id < N_SYSCALLS; id++) {
		int nr = syscall_on(explain->plan->kernel.arch, id);

		if (nr >= 0 && nr < FILTER_NR_MAX)
			explain->calls[nr] = (uint16_t)id;
	}
}

int explain_new(const struct fh_plan *plan, struct prepared *prepared,
		struct refusals *ret_rows, struct explain **ret,
		struct fh_error *err)
{
	struct explain *explain = calloc(1, sizeof(*explain));

	if (explain)
		explain->trace = trace_new(saw, explain,
				plan->policy->on_deny == FH_DENY_KILL);
	if (!explain || !explain->trace) {
		free(explain);
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "follow the program");
	}
	explain->plan = plan;
	explain->prepared = prepared;
	explain->rows = ret_rows;
	number_calls(explain);
	*ret = explain;
	return 0;
}

void explain_keep(struct explain *explain, struct prepared *prepared)
{
	prepared_close(prepared);
	explain->kept = *prepared;
	explain->prepared = &explain->kept;
	memset(prepared, 0, sizeof(*prepared));
}

struct trace *explain_trace(struct explain *explain)
{
	return explain->trace;
}

/* What init says of itself; it ends the program by SIGTERM first. */
void explain_end(struct explain *explain, bool is_timed_out)
{
	struct fh_refusal row = { .layer = FH_LAYER_LIMITS, .signal = SIGTERM,
				  .times = 1, .wanted = "time" };
	uint64_t limit = explain->plan->policy->timeout_ms;

	if (!is_timed_out)
		return;
	snprintf(row.rule, sizeof(row.rule), "--timeout %llums ended it",
		 (unsigned long long)limit);
	snprintf(row.option, sizeof(row.option), "--timeout %llums",
		 (unsigned long long)limit * 2);
	if (refusals_add(explain->rows, &row) < 0)
		explain->rows->lost++;
}

void explain_free(struct explain *explain)
{
	if (!explain)
		return;
	trace_free(explain->trace);
	prepared_done(&explain->kept);
	free(explain);
}
