/* Holds a request against the table: which row, when, how often. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker/monitor_state.h"

/* --- objects -------------------------------------------------------------- */

static bool is_same_address(const struct fh_address *a,
			    const struct fh_address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool is_endpoint_of(const struct wire_request *request,
			   const struct broker_row *row)
{
	if (row->transport != request->transport || row->port != request->port)
		return false;
	/* Any address means each one to connect to, and all at once to bind:
	 * a narrower socket would be another one. */
	if (row->kind == FH_BROKER_CONNECT && !row->address.family)
		return request->address.family != 0;
	return is_same_address(&row->address, &request->address);
}

/* By whole components: /srv is no prefix of /srv2. */
static bool is_beneath(const char *path, const char *directory, size_t len)
{
	return len == 1 || (strncmp(path, directory, len) == 0 &&
			    path[len] == '/');
}

/* 0: it is not of this row; a larger number is a closer row. */
static size_t match(const struct broker_row *row,
		    const struct wire_request *request)
{
	size_t len;

	switch (row->kind) {
	case FH_BROKER_BIND:
	case FH_BROKER_CONNECT:
		return is_endpoint_of(request, row);
	case FH_BROKER_OPEN:
		len = strlen(row->object);
		return row->access == request->access &&
			       *request->name == '/' &&
			       is_beneath(request->name, row->object, len)
			       ? len : 0;
	case FH_BROKER_RESOLVE:
		return helper_covers_name(row->object, request->name);
	case FH_BROKER_AUTHENTICATE:
	case FH_BROKER_READ_FILE:
	case FH_BROKER_REQUEST:
		break;
	}
	return strcmp(row->object, request->name) == 0;
}

/* --- terms ---------------------------------------------------------------- */

static void move_window(struct row_state *state, uint64_t second)
{
	if (second >= state->second + WINDOW_SECONDS) {
		memset(state->counts, 0, sizeof(state->counts));
		state->n_window = 0;
		state->second = second;
	}
	while (state->second < second) {
		uint32_t *oldest = &state->counts[++state->second %
						  WINDOW_SECONDS];

		state->n_window -= *oldest;
		*oldest = 0;
	}
}

static bool is_too_often(const struct broker_row *row, struct row_state *state,
			 uint64_t now_us)
{
	if (!row->per_minute)
		return false;
	move_window(state, now_us / 1000000);
	return state->n_window >= row->per_minute;
}

static int look_at_terms(struct monitor *m, size_t i, uint64_t now_us)
{
	const struct broker_row *row = &m->broker->rows[i];
	const char *kind = broker_kinds[row->kind].name;

	if (row->when == FH_BROKER_STARTING && m->is_serving)
		return monitor_end(m, "asked for %s after it was ready, which is allowed before only",
				   kind);
	if (row->when == FH_BROKER_SERVING && !m->is_serving)
		return monitor_end(m, "asked for %s before it was ready, which is allowed after only",
				   kind);
	if (row->times && m->rows[i].n_let >= row->times)
		return monitor_end(m, "asked for %s %llu times, %u are allowed",
				   kind, row->times + 1ull, row->times);
	return is_too_often(row, &m->rows[i], now_us) ? -EAGAIN : 0;
}

static void count(struct monitor *m, size_t i)
{
	struct row_state *state = &m->rows[i];

	if (m->broker->rows[i].times)
		state->n_let++;
	if (m->broker->rows[i].per_minute) {
		state->counts[state->second % WINDOW_SECONDS]++;
		state->n_window++;
	}
}

/* Of rows that are equally close the first counts that lets it through; if none
 * does, the one that only asks for patience. */
int table_find(struct monitor *m, const struct wire_request *request,
	       uint64_t now_us)
{
	const struct fh_broker *broker = m->broker;
	size_t closest = 0;
	int result = -EACCES;

	if (!broker_has(broker, request->kind))
		return monitor_end(m, "asked for %s, which the table does not have",
				   broker_kinds[request->kind].name);
	for (size_t i = 0; i < broker->n_rows; i++) {
		size_t len = broker->rows[i].kind == request->kind
			? match(&broker->rows[i], request) : 0;

		closest = len > closest ? len : closest;
	}
	for (size_t i = 0; closest && i < broker->n_rows; i++) {
		int r;

		if (broker->rows[i].kind != request->kind ||
		    match(&broker->rows[i], request) != closest)
			continue;
		r = look_at_terms(m, i, now_us);
		if (r == 0) {
			count(m, i);
			return (int)i;
		}
		result = result == -EAGAIN ? result : r;
	}
	return result;
}
