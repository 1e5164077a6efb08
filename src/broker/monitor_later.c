/* Answers that come later: connections in the making, what a helper was asked. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "broker/monitor_state.h"
#include "broker/packet.h"

/* A helper ends an attempt by itself; one that does not is not waited for. */
#define ASKED_US_MAX ((HELPER_ATTEMPT_MS + 5000) * UINT64_C(1000))
/* The kernel tries for twice as long, and there are few places. */
#define CONNECT_US_MAX UINT64_C(60000000)

static struct later *find_free(struct monitor *m)
{
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		if (m->later[i].state == LATER_FREE)
			return &m->later[i];
	return NULL;
}

int later_connect(struct monitor *m, uint32_t id, int fd, uint64_t now_us)
{
	struct later *later = find_free(m);

	if (!later)
		return -ENOBUFS;
	*later = (struct later){ .state = LATER_CONNECTING, .id = id,
				 .kind = FH_BROKER_CONNECT, .fd = fd,
				 .asked_us = now_us };
	return 0;
}

static void become_known(struct later *later, int status, uint64_t now_us)
{
	uint64_t delay = later->delay_us;
	uint64_t n = delay ? (now_us - later->asked_us + delay - 1) / delay : 0;

	later->state = LATER_KNOWN;
	later->status = status;
	later->due_us = delay ? later->asked_us + delay * (n ? n : 1) : now_us;
}

int later_ask(struct monitor *m, const struct broker_row *row,
	      const struct wire_request *request, uint64_t now_us,
	      uint8_t *message)
{
	enum helper_kind helper = helper_for(request->kind);
	struct later *later = find_free(m);
	int r;

	if (!later)
		return -ENOBUFS;
	*later = (struct later){
		.state = LATER_ASKED, .id = request->id,
		.kind = request->kind, .token = ++m->n_tokens,
		.helper = helper, .fd = -1, .asked_us = now_us,
		.delay_us = request->kind == FH_BROKER_AUTHENTICATE
			? row->delay_ms * UINT64_C(1000) : 0,
	};
	r = wire_put_taken(message, later->token, request);
	if (r > 0) {
		size_t size = (size_t)r;

		r = m->helper_sockets[helper] < 0 ? -EIO
			: packet_send(m->helper_sockets[helper], message, size,
				      -1);
		explicit_bzero(message, size);
	}
	/* How it failed is told when any other answer would be. */
	if (r < 0)
		become_known(later, r == -EAGAIN ? r : -EIO, now_us);
	return 0;
}

/* What a helper may say; all else is its failure. */
static int check_status(enum fh_broker_kind kind, int status)
{
	switch (status) {
	case 0:
	case -EAGAIN:
	case -ETIMEDOUT:
		return status;
	case -EACCES:
		return kind == FH_BROKER_AUTHENTICATE ? status : -EIO;
	case -ENODATA:
		return kind == FH_BROKER_RESOLVE ? status : -EIO;
	default:
		return -EIO;
	}
}

static void take_answer(struct later *later, const struct wire_header *header,
			const uint8_t *message, size_t size, uint64_t now_us)
{
	int status = check_status(later->kind, header->status);

	if (later->kind == FH_BROKER_RESOLVE && status == 0 &&
	    wire_take_addresses(message, size, later->addresses,
				&later->n_addresses, NULL) < 0)
		status = -EIO;
	if (later->kind != FH_BROKER_RESOLVE && header->size)
		status = -EIO;
	become_known(later, status, now_us);
}

void later_take(struct monitor *m, enum helper_kind helper,
		const uint8_t *message, size_t size, uint64_t now_us)
{
	struct wire_header header = { 0 };

	if (message && (wire_take_header(message, size, &header, NULL) < 0 ||
			header.type != WIRE_ANSWER))
		return;
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		struct later *later = &m->later[i];

		if (later->state != LATER_ASKED || later->helper != helper)
			continue;
		if (!message)
			become_known(later, -EIO, now_us);
		else if (later->token == header.id)
			take_answer(later, &header, message, size, now_us);
	}
}

void later_look(struct later *later, uint64_t now_us)
{
	int r = connect_outcome(later->fd);

	if (r < 0)
		close(fd_take(&later->fd));
	become_known(later, r, now_us);
}

/* Until when it is waited for; UINT64_MAX: for nothing. */
static uint64_t last_us(const struct later *later)
{
	switch (later->state) {
	case LATER_CONNECTING:
		return later->asked_us + CONNECT_US_MAX;
	case LATER_ASKED:
		return later->asked_us + ASKED_US_MAX;
	case LATER_FREE:
	case LATER_KNOWN:
		break;
	}
	return UINT64_MAX;
}

void later_expire(struct monitor *m, uint64_t now_us)
{
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		struct later *later = &m->later[i];

		if (now_us < last_us(later))
			continue;
		if (later->state == LATER_CONNECTING)
			close(fd_take(&later->fd));
		become_known(later, -ETIMEDOUT, now_us);
	}
}

int later_next(struct monitor *m, uint64_t now_us, uint8_t *ret, int *ret_fd)
{
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		struct later *later = &m->later[i];

		if (later->state != LATER_KNOWN || now_us < later->due_us)
			continue;
		later->state = LATER_FREE;
		*ret_fd = later->fd;
		if (later->n_addresses && later->status == 0) {
			m->n_answered++;
			return wire_put_addresses(ret, later->id,
						  later->addresses,
						  later->n_addresses);
		}
		return monitor_answer(m, ret, later->id, later->status, NULL, 0,
				      later->fd);
	}
	return 0;
}

uint64_t later_when(const struct monitor *m)
{
	uint64_t when = UINT64_MAX;

	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		const struct later *later = &m->later[i];
		uint64_t own = later->state == LATER_KNOWN ? later->due_us
							   : last_us(later);

		when = own < when ? own : when;
	}
	return when;
}

void later_done(struct monitor *m)
{
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		struct later *later = &m->later[i];

		if (later->state != LATER_FREE)
			cleanup_close(&later->fd);
		later->state = LATER_FREE;
	}
}
