/* Init's part in refusing system calls: answers them, and counts. */
#include "apply/init_refusals.h"

#include <linux/filter.h>
#include <poll.h>
#include <string.h>

#include "base/io.h"
#include "mech/bpf_run.h"
#include "sys/listener_calls.h"

/* Between two looks at the clock, the launcher and the program's end. */
#define ANSWERS_BATCH 32

void init_refusals_begin(struct init_refusals *refusals, int listener)
{
	refusals->counted.kind = BOX_REFUSED;
	refusals->is_complete = listener >= 0;
	refusals->listener = listener < 0 ? -1 : listener;
	if (listener >= 0)
		listener_wake_synchronously(listener);
}

static void stop(struct init_refusals *refusals)
{
	close(refusals->listener);
	refusals->listener = -1;
}

/* Something is wrong with the listener: without it all are refused, too. */
static bool give_up(struct init_refusals *refusals)
{
	refusals->is_complete = false;
	stop(refusals);
	return false;
}

static struct box_refusal *find_row(struct init_refusals *refusals,
				    const struct box *box, int code,
				    const struct seccomp_data *data)
{
	struct box_refusals *counted = &refusals->counted;
	uint64_t args[6];
	uint64_t key;

	memcpy(args, data->args, sizeof(args));
	key = refused_key_value(box->refused_keys, box->n_refused_keys,
				data->nr, args);
	for (size_t i = 0; i < counted->n; i++) {
		struct box_refusal *row = &counted->rows[i];

		if (row->nr == data->nr && row->code == code &&
		    refused_key_value(box->refused_keys, box->n_refused_keys,
				      row->nr, row->args) == key)
			return row;
	}
	if (counted->n == BOX_REFUSALS_MAX)
		return NULL;
	return &counted->rows[counted->n++];
}

static void count(struct init_refusals *refusals, const struct box *box,
		  int code, const struct seccomp_notif *call)
{
	struct box_refusal *row = find_row(refusals, box, code, &call->data);

	if (!row) {
		refusals->counted.lost++;
		return;
	}
	if (row->times == 0) {
		memcpy(row->args, call->data.args, sizeof(row->args));
		row->nr = (int16_t)call->data.nr;
		row->code = (uint16_t)code;
		row->pid = (int32_t)call->pid;
	}
	if (row->times < UINT32_MAX)
		row->times++;
}

/* What is notified is an errno in the plain filter; were it not, it would be
 * refused all the same. */
static int errno_of(const struct box *box, const struct seccomp_data *data)
{
	uint32_t action = bpf_execute(box->filter.code, data);
	int code = (int)(action & SECCOMP_RET_DATA);

	if ((action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO || !code)
		return EPERM;
	return code;
}

/* Only when poll(2) has told of one: then receiving does not wait, also if who
 * asked has died meanwhile. Return: may there be more? */
static bool answer(struct init_refusals *refusals, const struct box *box)
{
	struct seccomp_notif call;
	int r = listener_receive(refusals->listener, &call), code;

	if (r < 0)
		return r == -ENOENT || r == -EINTR || give_up(refusals);
	code = errno_of(box, &call.data);
	r = listener_refuse(refusals->listener, call.id, code);
	if (r < 0 && r != -ENOENT)
		return give_up(refusals);
	count(refusals, box, code, &call);
	return true;
}

void init_refusals_serve(struct init_refusals *refusals, const struct box *box,
			 short revents)
{
	for (int n = 0; n < ANSWERS_BATCH && revents & POLLIN; n++) {
		struct pollfd watched = { .fd = refusals->listener,
					  .events = POLLIN };

		if (!answer(refusals, box))
			return;
		revents = poll(&watched, 1, 0) > 0 ? watched.revents : 0;
	}
	/* Nobody is left whom the filter holds. */
	if (revents & POLLHUP)
		stop(refusals);
}

void init_refusals_report(const struct init_refusals *refusals,
			  const struct box *box)
{
	const struct box_refusals *counted = &refusals->counted;
	struct pollfd watched = { .fd = box->report_fd, .events = POLLOUT };

	/* A pipe that poll(2) finds writable takes a page. */
	if (!refusals->is_complete || poll(&watched, 1, 0) != 1 ||
	    !(watched.revents & POLLOUT))
		return;
	write_exactly(box->report_fd, counted,
		      offsetof(struct box_refusals, rows) +
			      counted->n * sizeof(counted->rows[0]));
}
