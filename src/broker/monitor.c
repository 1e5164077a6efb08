/* Answers the worker's requests, one message at a time. */
#include "broker/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "broker/monitor_state.h"

#define ERRNO_MAX 4095

int monitor_end(struct monitor *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(m->why, sizeof(m->why), fmt, args);
	va_end(args);
	return -EPROTO;
}

void monitor_tell(const struct monitor *m, const char *fmt, ...)
{
	char raw[512], harmless[512];
	va_list args;

	if (!m->log || !m->log->write)
		return;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	escape_into(harmless, sizeof(harmless), raw);
	m->log->write(m->log->ctx, FH_LOG_WARNING, harmless);
}

int monitor_answer(struct monitor *m, uint8_t *ret, uint32_t id, int status,
		   const void *data, size_t size, int fd)
{
	m->n_answered++;
	m->n_refused += status < 0;
	return wire_put_answer(ret, id, status, data, size, fd >= 0);
}

/* --- the kinds ------------------------------------------------------------ */

/* Each gives the size of the answer, or 0 when it comes later. */
struct call {
	const struct broker_row *row;
	int row_fd;
	const struct wire_request *request;
	uint64_t now_us;
	uint8_t *ret;
	int *ret_fd;
};

static int answer_status(struct monitor *m, const struct call *c, int status)
{
	return monitor_answer(m, c->ret, c->request->id, status, NULL, 0, -1);
}

/* @fd: a descriptor or a negative errno */
static int answer_fd(struct monitor *m, const struct call *c, int fd)
{
	if (fd < 0)
		return answer_status(m, c, fd);
	*c->ret_fd = fd;
	return monitor_answer(m, c->ret, c->request->id, 0, NULL, 0, fd);
}

static int handle_open(struct monitor *m, const struct call *c)
{
	return answer_fd(m, c, open_request(c->row, c->row_fd, c->request));
}

static int handle_bind(struct monitor *m, const struct call *c)
{
	return answer_fd(m, c, bind_request(c->request));
}

static int handle_connect(struct monitor *m, const struct call *c)
{
	bool is_pending = false;
	int fd = connect_request(c->request, &is_pending);
	int r = 0;

	if (fd < 0 || !is_pending)
		return answer_fd(m, c, fd);
	r = later_connect(m, c->request->id, fd, c->now_us);
	if (r == 0)
		return 0;
	close(fd);
	return answer_status(m, c, r);
}

static int handle_read_file(struct monitor *m, const struct call *c)
{
	uint8_t *data = c->ret + WIRE_HEADER_SIZE;
	int size = read_file_request(c->row, c->row_fd, data);

	if (size < 0)
		return answer_status(m, c, size);
	return monitor_answer(m, c->ret, c->request->id, 0, data, (size_t)size,
			      -1);
}

static int handle_helper(struct monitor *m, const struct call *c)
{
	int r = later_ask(m, c->row, c->request, c->now_us, c->ret);

	return r < 0 ? answer_status(m, c, r) : 0;
}

/* What a handler may say; the rest never leaves. */
static bool is_reply(const struct monitor *m, const struct broker_row *row,
		     const struct fh_broker_reply *reply, int status)
{
	const char *wrong = NULL;

	if (status > 0 || status < -ERRNO_MAX)
		wrong = "returned what is no status";
	else if (reply->size > row->max_answer)
		wrong = "answered more than its row allows";
	else if (reply->fd != -1 && fcntl(reply->fd, F_GETFD) < 0)
		wrong = "answered with a descriptor that is not open";
	if (wrong)
		monitor_tell(m, "the handler of request %s %s", row->object,
			     wrong);
	return !wrong;
}

static int handle_request(struct monitor *m, const struct call *c)
{
	const struct broker_row *row = c->row;
	uint8_t *data = c->ret + WIRE_HEADER_SIZE;
	struct fh_broker_reply reply = { data, row->max_answer, -1 };
	int status;

	if (c->request->data_size > row->max_request)
		return monitor_end(m, "made request %s of %zu bytes, %u are allowed",
				   row->object, c->request->data_size,
				   row->max_request);
	status = row->handler(row->ctx, c->request->data,
			      c->request->data_size, &reply);
	if (!is_reply(m, row, &reply, status))
		status = -EIO;
	if (status == 0) {
		*c->ret_fd = reply.fd;
		return monitor_answer(m, c->ret, c->request->id, 0, data,
				      reply.size, reply.fd);
	}
	explicit_bzero(data, row->max_answer);
	cleanup_close(&reply.fd);
	return answer_status(m, c, status);
}

static int (*const handlers[N_BROKER_KINDS])(struct monitor *m,
					     const struct call *c) = {
	[FH_BROKER_AUTHENTICATE] = handle_helper,
	[FH_BROKER_BIND] = handle_bind,
	[FH_BROKER_CONNECT] = handle_connect,
	[FH_BROKER_OPEN] = handle_open,
	[FH_BROKER_READ_FILE] = handle_read_file,
	[FH_BROKER_REQUEST] = handle_request,
	[FH_BROKER_RESOLVE] = handle_helper,
};

/* --- messages ------------------------------------------------------------- */

static int take_request(struct monitor *m, const uint8_t *message, size_t size,
			uint64_t now_us, uint8_t *ret, int *ret_fd)
{
	struct wire_request *request = &m->request;
	struct call call = { .request = request, .now_us = now_us, .ret = ret,
			     .ret_fd = ret_fd };
	const char *why = "no request";
	int r = wire_take_request(message, size, request, &why);

	if (r < 0)
		return monitor_end(m, "sent a message that is none: %s", why);
	r = table_find(m, request, now_us);
	if (r == -EPROTO)
		return r;
	if (r < 0)
		return answer_status(m, &call, r);
	call.row = &m->broker->rows[r];
	call.row_fd = m->rows[r].fd;
	return handlers[request->kind](m, &call);
}

static int take_ready(struct monitor *m, const struct wire_header *header,
		      uint8_t *ret)
{
	if (m->is_serving)
		return monitor_end(m, "said twice that it is ready");
	m->is_serving = true;
	return wire_put_answer(ret, header->id, 0, NULL, 0, 0);
}

/* Only these two carry what is the worker's secret: a user may be one, too, that was
 * typed in the wrong place. */
static bool is_secret(enum wire_type type)
{
	return type == WIRE_REQUESTS + FH_BROKER_AUTHENTICATE ||
	       type == WIRE_REQUESTS + FH_BROKER_REQUEST;
}

int monitor_dispatch(struct monitor *m, uint8_t *message, size_t size,
		     uint64_t now_us, uint8_t *ret, int *ret_fd,
		     const char **ret_why)
{
	struct wire_header header = { 0 };
	const char *why = "no header";
	int r = wire_take_header(message, size, &header, &why);

	*ret_fd = -1;
	if (r < 0)
		r = monitor_end(m, "sent a message that is none: %s", why);
	else if (header.type == WIRE_READY)
		r = take_ready(m, &header, ret);
	else if (wire_is_request(header.type))
		r = take_request(m, message, size, now_us, ret, ret_fd);
	else
		r = monitor_end(m, "sent a message that only others send");
	if (r < 0 || is_secret(header.type)) {
		explicit_bzero(message, size);
		explicit_bzero(m->request.user, sizeof(m->request.user));
	}
	if (r < 0)
		*ret_why = m->why;
	return r;
}

/* --- its life ------------------------------------------------------------- */

static const char *why_not(const struct broker_row *row, int code)
{
	if (row->kind == FH_BROKER_READ_FILE && code == -EINVAL)
		return "no regular file";
	if (row->kind == FH_BROKER_OPEN && code == -EPERM)
		return "the monitor's own memory is a file there";
	return strerror(-code);
}

static int open_rows(struct monitor *m, struct fh_error *err)
{
	for (size_t i = 0; i < m->broker->n_rows; i++) {
		const struct broker_row *row = &m->broker->rows[i];
		const char *kind = broker_kinds[row->kind].name;
		int r = open_row(row, &m->rows[i].fd);

		if (r == 0 && row->kind == FH_BROKER_REQUEST && !row->handler) {
			error_set(err, FH_STAGE_PREPARE, -EINVAL,
				  "%s %s: the program has no handler for it",
				  kind, row->object);
			error_origin(err, row->origin);
			return -EINVAL;
		}
		if (r == 0)
			continue;
		error_set(err, FH_STAGE_PREPARE, r, "%s %s: %s", kind,
			  row->object, why_not(row, r));
		error_origin(err, row->origin);
		return r;
	}
	return 0;
}

int monitor_new(const struct fh_broker *broker, struct monitor **ret,
		struct fh_error *err)
{
	struct monitor *m = calloc(1, sizeof(*m));
	int r;

	if (m)
		m->rows = calloc(broker->n_rows + 1, sizeof(*m->rows));
	if (!m || !m->rows) {
		free(m);
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "make the monitor: out of memory");
	}
	m->broker = broker;
	for (size_t i = 0; i < N_HELPERS; i++)
		m->helper_sockets[i] = -1;
	for (size_t i = 0; i < broker->n_rows; i++)
		m->rows[i].fd = -1;
	r = open_rows(m, err);
	if (r < 0)
		monitor_free(m);
	else
		*ret = m;
	return r;
}

void monitor_free(struct monitor *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->broker->n_rows; i++)
		cleanup_close(&m->rows[i].fd);
	later_done(m);
	explicit_bzero(m->message, sizeof(m->message));
	explicit_bzero(m->answer, sizeof(m->answer));
	free(m->rows);
	free(m);
}
