/*
 * Asks the monitor, and keeps apart which answer is to which request.
 *
 *	 free --asked--> asked --answer--> given to the caller: free
 *	                   | \---answer, another is awaited--> kept --> free
 *	                   \--nobody waits any more--> abandoned --answer--> free
 *
 * All memory is there from the start: each request has its place.
 *
 * What passes may be a password or a key: .out and .in are wiped once they were used,
 * what the caller was lent when the next call begins.
 */
#include "broker/channel.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "broker/channel_check.h"
#include "broker/packet.h"
#include "broker/wire.h"

struct slot {
	enum { SLOT_FREE, SLOT_ASKED, SLOT_ABANDONED, SLOT_KEPT } state;
	uint32_t id;
	struct asked asked;
	/* Of the answer, from when it has come. */
	int status;
	int fd;
	size_t size;
	uint64_t order; /* in which those that are kept came */
};

struct fh_channel {
	int socket;
	int kept_fd; /* an eventfd: readable while answers are kept */
	int poll_fd; /* an epoll of both */
	int failed;  /* what every call returns from now on */
	const char *why;
	bool is_ready;
	uint32_t last_id;
	size_t n_kept;
	uint64_t n_ever_kept;
	struct slot slots[FH_BROKER_PENDING_MAX];
	uint8_t out[WIRE_MESSAGE_MAX];
	uint8_t in[WIRE_MESSAGE_MAX]; /* the answer that came last */
	size_t in_size;		      /* of it; 0: wiped */
	struct slot *lent;	      /* was kept and given last; or NULL */
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	/* Of the slot with that number, while it is kept. Apart from the slots, so
	 * that these lie together, and memory that nobody needs is never touched. */
	uint8_t kept[FH_BROKER_PENDING_MAX][WIRE_MESSAGE_MAX];
};

/* --- making ----------------------------------------------------------------- */

static int watch(const struct fh_channel *channel, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(channel->poll_fd, EPOLL_CTL_ADD, fd, &event);
}

struct fh_channel *channel_new(int socket)
{
	struct fh_channel *channel = calloc(1, sizeof(*channel));

	if (!channel) {
		close(socket);
		return NULL;
	}
	channel->socket = socket;
	channel->kept_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	channel->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (channel->kept_fd < 0 || channel->poll_fd < 0 ||
	    watch(channel, socket) < 0 || watch(channel, channel->kept_fd) < 0) {
		channel_free(channel);
		return NULL;
	}
	return channel;
}

static void wipe_in(struct fh_channel *channel)
{
	explicit_bzero(channel->in, channel->in_size);
	channel->in_size = 0;
}

int channel_fd(const struct fh_channel *channel)
{
	return channel->poll_fd;
}

bool channel_is_ready(const struct fh_channel *channel)
{
	return channel->is_ready;
}

const char *channel_why(const struct fh_channel *channel)
{
	return channel->why ? channel->why : "";
}

/* --- slots ------------------------------------------------------------------- */

static struct slot *find_state(struct fh_channel *channel, int state)
{
	for (size_t i = 0; i < ARRAY_SIZE(channel->slots); i++)
		if ((int)channel->slots[i].state == state)
			return &channel->slots[i];
	return NULL;
}

/* The request that still waits for its answer. */
static struct slot *find_open(struct fh_channel *channel, uint32_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(channel->slots); i++) {
		struct slot *slot = &channel->slots[i];

		if (slot->id == id && (slot->state == SLOT_ASKED ||
				       slot->state == SLOT_ABANDONED))
			return slot;
	}
	return NULL;
}

/* Of no other request: it comes round after 2^32 of them. */
static uint32_t new_id(struct fh_channel *channel)
{
	bool is_taken;

	do {
		channel->last_id++;
		is_taken = channel->last_id == 0;
		for (size_t i = 0; i < ARRAY_SIZE(channel->slots); i++)
			is_taken |= channel->slots[i].state != SLOT_FREE &&
				    channel->slots[i].id == channel->last_id;
	} while (is_taken);
	return channel->last_id;
}

static uint8_t *message_of(struct fh_channel *channel, const struct slot *slot)
{
	return channel->kept[slot - channel->slots];
}

void channel_wipe(struct fh_channel *channel)
{
	wipe_in(channel);
	if (channel->lent)
		explicit_bzero(message_of(channel, channel->lent),
			       channel->lent->size);
	channel->lent = NULL;
}

void channel_free(struct fh_channel *channel)
{
	if (!channel)
		return;
	channel_wipe(channel);
	for (struct slot *slot; (slot = find_state(channel, SLOT_KEPT));) {
		cleanup_close(&slot->fd);
		explicit_bzero(message_of(channel, slot), slot->size);
		slot->state = SLOT_FREE;
	}
	cleanup_close(&channel->poll_fd);
	cleanup_close(&channel->kept_fd);
	cleanup_close(&channel->socket);
	free(channel);
}

/* An eventfd that counts to 2 at most neither fails nor waits; were it so, the
 * one who polls would be late, and nothing worse. */
static void raise_flag(struct fh_channel *channel)
{
	const uint64_t one = 1;

	if (write(channel->kept_fd, &one, sizeof(one)) < 0)
		return;
}

static void lower_flag(struct fh_channel *channel)
{
	uint64_t count;

	if (read(channel->kept_fd, &count, sizeof(count)) < 0)
		return;
}

static int give_up(struct fh_channel *channel, int code, const char *why)
{
	explicit_bzero(channel->in, sizeof(channel->in));
	channel->failed = code;
	channel->why = why;
	raise_flag(channel);
	return code;
}

static void keep(struct fh_channel *channel, struct slot *slot)
{
	memcpy(message_of(channel, slot), channel->in, slot->size);
	wipe_in(channel);
	slot->state = SLOT_KEPT;
	slot->order = channel->n_ever_kept++;
	if (channel->n_kept++ == 0)
		raise_flag(channel);
}

static void give(struct fh_channel *channel, struct slot *slot,
		 struct fh_broker_answer *ret)
{
	const uint8_t *message = slot->state == SLOT_KEPT
					 ? message_of(channel, slot)
					 : channel->in;
	size_t size = slot->size - WIRE_HEADER_SIZE;

	*ret = (struct fh_broker_answer){ .id = slot->id,
					  .status = slot->status,
					  .fd = fd_take(&slot->fd) };
	if (size && !slot->asked.is_ready &&
	    slot->asked.kind == FH_BROKER_RESOLVE) {
		ret->addresses = channel->addresses;
		(void)wire_take_addresses(message, slot->size,
					  channel->addresses,
					  &ret->n_addresses, NULL);
	} else if (size) {
		ret->data = message + WIRE_HEADER_SIZE;
		ret->size = size;
	}
	if (slot->state == SLOT_KEPT) {
		channel->lent = slot;
		if (--channel->n_kept == 0 && !channel->failed)
			lower_flag(channel);
	}
	slot->state = SLOT_FREE;
}

/* The one that came first. */
static struct slot *find_kept(struct fh_channel *channel)
{
	struct slot *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(channel->slots); i++) {
		struct slot *slot = &channel->slots[i];

		if (slot->state == SLOT_KEPT &&
		    (!first || slot->order < first->order))
			first = slot;
	}
	return first;
}

/* --- receiving --------------------------------------------------------------- */

static int fetch(struct fh_channel *channel, int64_t deadline, size_t *ret_size,
		 int *ret_fd)
{
	struct pollfd end = { .fd = channel->socket, .events = POLLIN };
	int left, r;

	if (deadline == DEADLINE_NEVER)
		return packet_await(channel->socket, channel->in,
				    sizeof(channel->in), ret_size, ret_fd);
	do {
		left = deadline_left(deadline);
		if (left && poll(&end, 1, left) < 0 && errno != EINTR)
			return -errno;
		r = packet_receive(channel->socket, channel->in,
				   sizeof(channel->in), ret_size, ret_fd);
	} while (r == -EAGAIN && left);
	return r == -EAGAIN ? -ETIMEDOUT : r;
}

/* What came, to its slot. Return: NULL, or what is wrong with it */
static const char *sort_in(struct fh_channel *channel, size_t size, int *fd,
			   bool is_lost, struct slot **ret)
{
	struct wire_header header;
	struct slot *slot;
	const char *why = NULL;

	if (wire_take_header(channel->in, size, &header, &why) < 0)
		return why;
	if (header.type != WIRE_ANSWER)
		return "it is no answer";
	slot = find_open(channel, header.id);
	if (!slot)
		return "it is to no request that is under way";
	why = channel_check(&slot->asked, &header, channel->in, size, *fd,
			    is_lost);
	if (why)
		return why;
	if (slot->state == SLOT_ABANDONED) {
		slot->state = SLOT_FREE;
		return NULL;
	}
	slot->status = is_lost ? -EMFILE : header.status;
	slot->size = is_lost ? WIRE_HEADER_SIZE : size;
	slot->fd = fd_take(fd);
	*ret = slot;
	return NULL;
}

/**
 * receive() - one packet
 * @ret: the slot whose answer stands in .in now; NULL: nobody waits for it
 */
static int receive(struct fh_channel *channel, int64_t deadline,
		   struct slot **ret)
{
	autoclose int fd = -1;
	const char *why;
	size_t size = 0;
	int r;

	*ret = NULL;
	if (channel->failed)
		return channel->failed;
	r = fetch(channel, deadline, &size, &fd);
	if (r == -EMSGSIZE)
		return give_up(channel, -EPROTO, "it is too long");
	if (r == -EBADMSG)
		return give_up(channel, -EPROTO,
			       "it is empty or has too many descriptors");
	if (r < 0 && r != -EMFILE)
		return r;
	if (size == 0)
		return give_up(channel, -EPIPE, NULL);
	channel->in_size = size;
	why = sort_in(channel, size, &fd, r == -EMFILE, ret);
	if (!*ret)
		wipe_in(channel);
	return why ? give_up(channel, -EPROTO, why) : 0;
}

/* One packet, and what it answers is kept for later. */
static int receive_and_keep(struct fh_channel *channel, int64_t deadline)
{
	struct slot *slot;
	int r = receive(channel, deadline, &slot);

	if (r == 0 && slot)
		keep(channel, slot);
	return r;
}

/* --- asking -------------------------------------------------------------------- */

/* A place for one request more. What nobody waits for may free one. */
static int find_room(struct fh_channel *channel, struct slot **ret)
{
	struct slot *slot;

	while (!(slot = find_state(channel, SLOT_FREE))) {
		int r = receive_and_keep(channel, DEADLINE_NOW);

		if (r < 0)
			return r == -ETIMEDOUT ? -ENOBUFS : r;
	}
	*ret = slot;
	return 0;
}

/*
 * Until a packet can be written without waiting. The monitor has read all when it
 * has answered all; else it may wait for us to read, so that is done meanwhile.
 */
static int await_room(struct fh_channel *channel, int64_t deadline)
{
	struct pollfd end = { .fd = channel->socket,
			      .events = POLLIN | POLLOUT };
	int left, r;

	if (!find_state(channel, SLOT_ASKED) &&
	    !find_state(channel, SLOT_ABANDONED))
		return 0;
	do {
		end.revents = 0;
		left = deadline_left(deadline);
		r = poll(&end, 1, left);
		if (r < 0 && errno != EINTR)
			return -errno;
		if (end.revents & POLLOUT)
			return 0;
		r = r > 0 ? receive_and_keep(channel, DEADLINE_NOW) : 0;
		if (r < 0 && r != -ETIMEDOUT)
			return r;
	} while (left);
	return -ETIMEDOUT;
}

static int put(struct fh_channel *channel, uint32_t id,
	       const struct fh_broker_ask *ask)
{
	if (ask)
		return wire_put_request(channel->out, id, ask);
	return channel->is_ready ? -EINVAL
				 : wire_put_plain(channel->out, WIRE_READY, id);
}

/* What stands in .out goes to the monitor. */
static int post(struct fh_channel *channel, const struct fh_broker_ask *ask,
		uint32_t id, size_t size, int64_t deadline, struct slot **ret)
{
	struct slot *slot;
	int r = find_room(channel, &slot);

	if (r == 0)
		r = await_room(channel, deadline);
	if (r == 0)
		r = packet_write(channel->socket, channel->out, size);
	if (r < 0)
		return r;
	slot->state = SLOT_ASKED;
	slot->id = id;
	slot->fd = -1;
	slot->asked = ask ? (struct asked){ .kind = ask->kind,
					    .access = ask->access }
			  : (struct asked){ .is_ready = true };
	channel->is_ready |= !ask;
	*ret = slot;
	return 0;
}

static int ask_for(struct fh_channel *channel, const struct fh_broker_ask *ask,
		   int64_t deadline, struct slot **ret)
{
	bool has_data = ask && ask->data;
	uint32_t id = new_id(channel);
	int size = channel->failed, r;

	if (!size)
		size = put(channel, id, ask);
	channel_wipe(channel); /* after: who asks may pass on what it was lent */
	r = size < 0 ? size
		     : post(channel, ask, id, (size_t)size, deadline, ret);
	if (has_data)
		explicit_bzero(channel->out,
			       size < 0 ? sizeof(channel->out) : (size_t)size);
	return r;
}

int channel_begin(struct fh_channel *channel, const struct fh_broker_ask *ask,
		  uint32_t *ret_id)
{
	struct slot *slot = NULL;
	int r = ask_for(channel, ask, DEADLINE_NEVER, &slot);

	if (r == 0)
		*ret_id = slot->id;
	return r;
}

int channel_exchange(struct fh_channel *channel,
		     const struct fh_broker_ask *ask, int timeout_ms,
		     struct fh_broker_answer *ret)
{
	int64_t deadline = deadline_in(timeout_ms);
	struct slot *asked = NULL, *answered = NULL;
	int r = ask_for(channel, ask, deadline, &asked);

	if (r < 0)
		return r;
	while (answered != asked) {
		if (answered)
			keep(channel, answered);
		r = receive(channel, deadline, &answered);
		if (r < 0) {
			asked->state = SLOT_ABANDONED;
			return r;
		}
	}
	give(channel, asked, ret);
	return 0;
}

int channel_finish(struct fh_channel *channel, int timeout_ms,
		   struct fh_broker_answer *ret)
{
	int64_t deadline = deadline_in(timeout_ms);
	struct slot *slot = find_kept(channel);
	bool is_awaited = find_state(channel, SLOT_ASKED);

	channel_wipe(channel);
	/* With nothing under way what nobody waits for is taken out, lest the
	 * descriptor stay readable for it. */
	while (!slot) {
		int r = receive(channel, is_awaited ? deadline : DEADLINE_NOW,
				&slot);

		if (r < 0)
			return r == -ETIMEDOUT && !is_awaited ? -ENOENT : r;
	}
	give(channel, slot, ret);
	return 0;
}
