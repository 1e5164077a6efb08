/* What a worker asks of its monitor, a call for each kind. */
#include "api/export.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "broker/channel.h"
#include "broker/wire.h"

#define ABOUT_MAX 1024 /* bytes of what was asked, in a message */
#define ERRNO_KNOWN 133 /* EHWPOISON, the last */

void fh_channel_free(struct fh_channel *channel)
{
	channel_free(channel);
}

int fh_broker_fd(const struct fh_channel *channel)
{
	return channel ? channel_fd(channel) : -EINVAL;
}

/* --- errors ------------------------------------------------------------------ */

static const char *or_none(const char *text)
{
	return text ? text : "(none)";
}

/* Without user and password: what a user typed as the one may be the other. */
static void describe(const struct fh_broker_ask *ask, char ret[ABOUT_MAX])
{
	const char *transport = ask->transport == FH_UDP ? "udp" : "tcp";
	const char *name = or_none(ask->name);

	switch (ask->kind) {
	case FH_BROKER_AUTHENTICATE:
		snprintf(ret, ABOUT_MAX, "authenticate by %s", name);
		return;
	case FH_BROKER_BIND:
		snprintf(ret, ABOUT_MAX, "bind %s %s, port %u", transport,
			 ask->address ? ask->address : "any address",
			 ask->port);
		return;
	case FH_BROKER_CONNECT:
		snprintf(ret, ABOUT_MAX, "connect %s %s, port %u", transport,
			 or_none(ask->address), ask->port);
		return;
	case FH_BROKER_OPEN:
		snprintf(ret, ABOUT_MAX, "open %s", name);
		return;
	case FH_BROKER_READ_FILE:
		snprintf(ret, ABOUT_MAX, "read %s", name);
		return;
	case FH_BROKER_REQUEST:
		snprintf(ret, ABOUT_MAX, "request %s", name);
		return;
	case FH_BROKER_RESOLVE:
		snprintf(ret, ABOUT_MAX, "resolve %s", name);
		return;
	}
	snprintf(ret, ABOUT_MAX, "request of kind %d", (int)ask->kind);
}

static const char *errno_text(int code)
{
	return code >= -ERRNO_KNOWN ? strerror(-code) : "an unknown error";
}

/* What kept a question from being asked, or an answer from coming. */
static const struct {
	int code;
	const char *text;
} failures[] = {
	{ -EINVAL, "no request has that form" },
	{ -E2BIG, "no message holds so much" },
	{ -ENOBUFS, "as many requests as can be are under way" },
	{ -ETIMEDOUT, "no answer in time" },
	{ -EPIPE, "the monitor is no more" },
};

static int fail(const struct fh_channel *channel, const char *about, int code,
		struct fh_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		if (failures[i].code == code)
			return error_set(err, FH_STAGE_SUPERVISE, code,
					 "%s: %s", about, failures[i].text);
	if (code == -EPROTO)
		return error_set(err, FH_STAGE_SUPERVISE, code,
				 "%s: the monitor's answer is none: %s", about,
				 channel_why(channel));
	return error_set(err, FH_STAGE_SUPERVISE, code, "%s: %s", about,
			 errno_text(code));
}

static int fail_ask(const struct fh_channel *channel,
		    const struct fh_broker_ask *ask, int code,
		    struct fh_error *err)
{
	char about[ABOUT_MAX];

	describe(ask, about);
	return fail(channel, about, code, err);
}

static int refused(const char *about, int status, struct fh_error *err)
{
	bool is_refusal = status == -EACCES || status == -EAGAIN ||
			  status == -EPERM;

	return error_set(err, FH_STAGE_SUPERVISE, status,
			 is_refusal ? "%s: the monitor refused: %s"
				    : "%s: the monitor could not: %s",
			 about, errno_text(status));
}

/* --- asking and waiting ------------------------------------------------------ */

static int check_timeout(int timeout_ms, const char *function,
			 struct fh_error *err)
{
	return timeout_ms >= -1
		       ? 0
		       : error_set(err, FH_STAGE_PARSE, -EINVAL,
				   "%s: no time limit is %d ms", function,
				   timeout_ms);
}

/* Return: the status; then ret holds what the kind brings */
static int exchange(struct fh_channel *channel, const char *function,
		    const struct fh_broker_ask *ask, int timeout_ms,
		    struct fh_broker_answer *ret, struct fh_error *err)
{
	char about[ABOUT_MAX];
	int r = check_timeout(timeout_ms, function, err);

	if (r < 0)
		return r;
	r = channel_exchange(channel, ask, timeout_ms, ret);
	if (r < 0)
		return fail_ask(channel, ask, r, err);
	if (ret->status == 0)
		return 0;
	describe(ask, about);
	return refused(about, ret->status, err);
}

int fh_broker_ready(struct fh_channel *channel, int timeout_ms,
		    struct fh_error *err)
{
	static const char about[] = "tell the monitor that starting is over";
	struct fh_broker_answer answer = { .fd = -1 };
	int r = api_needs(channel, err);

	if (r == 0)
		r = check_timeout(timeout_ms, __func__, err);
	if (r < 0)
		return r;
	if (channel_is_ready(channel))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: that was told before", __func__);
	r = channel_exchange(channel, NULL, timeout_ms, &answer);
	if (r < 0)
		return fail(channel, about, r, err);
	return answer.status ? refused(about, answer.status, err) : 0;
}

/* For those whose answer is a descriptor, which was checked. */
static int ask_fd(struct fh_channel *channel, const char *function,
		  const struct fh_broker_ask *ask, int timeout_ms,
		  struct fh_error *err)
{
	struct fh_broker_answer answer = { .fd = -1 };
	int r = exchange(channel, function, ask, timeout_ms, &answer, err);

	return r < 0 ? r : answer.fd;
}

int fh_broker_bind(struct fh_channel *channel, enum fh_transport transport,
		   const char *address, uint16_t port, int timeout_ms,
		   struct fh_error *err)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_BIND,
					   .transport = transport,
					   .port = port,
					   .address = address };
	int r = api_needs(channel, err);

	return r < 0 ? r : ask_fd(channel, __func__, &ask, timeout_ms, err);
}

int fh_broker_connect(struct fh_channel *channel, enum fh_transport transport,
		      const char *address, uint16_t port, int timeout_ms,
		      struct fh_error *err)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_CONNECT,
					   .transport = transport,
					   .port = port,
					   .address = address };
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(address, err);
	return r < 0 ? r : ask_fd(channel, __func__, &ask, timeout_ms, err);
}

int fh_broker_open(struct fh_channel *channel, unsigned int access,
		   const char *path, mode_t mode, int timeout_ms,
		   struct fh_error *err)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_OPEN,
					   .access = access,
					   .mode = mode,
					   .name = path };
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(path, err);
	return r < 0 ? r : ask_fd(channel, __func__, &ask, timeout_ms, err);
}

/* Bytes of an answer for the caller. */
static int copy_out(const struct fh_broker_ask *ask,
		    const struct fh_broker_answer *answer, void *ret,
		    size_t size, size_t *ret_size, struct fh_error *err)
{
	char about[ABOUT_MAX];

	if (answer->size > size) {
		describe(ask, about);
		return error_set(err, FH_STAGE_SUPERVISE, -ENOSPC,
				 "%s: the answer has %zu bytes, and there is room for %zu",
				 about, answer->size, size);
	}
	if (answer->size)
		memcpy(ret, answer->data, answer->size);
	if (ret_size)
		*ret_size = answer->size;
	return 0;
}

int fh_broker_read_file(struct fh_channel *channel, const char *path, void *ret,
			size_t size, size_t *ret_size, int timeout_ms,
			struct fh_error *err)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_READ_FILE,
					   .name = path };
	struct fh_broker_answer answer = { .fd = -1 };
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(path, err);
	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_needs(ret_size, err);
	if (r == 0)
		r = exchange(channel, __func__, &ask, timeout_ms, &answer, err);
	if (r < 0)
		return r;
	r = copy_out(&ask, &answer, ret, size, ret_size, err);
	channel_wipe(channel); /* it may be a key */
	return r;
}

int fh_broker_authenticate(struct fh_channel *channel, const char *service,
			   const char *user, const char *password,
			   int timeout_ms, struct fh_error *err)
{
	struct fh_broker_ask ask = { .kind = FH_BROKER_AUTHENTICATE,
				     .name = service,
				     .user = user,
				     .data = password };
	struct fh_broker_answer answer = { .fd = -1 };
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(service, err);
	if (r == 0)
		r = api_needs(user, err);
	if (r == 0)
		r = api_needs(password, err);
	if (r < 0)
		return r;
	ask.data_size = strnlen(password, WIRE_PASSWORD_MAX + 1);
	return exchange(channel, __func__, &ask, timeout_ms, &answer, err);
}

int fh_broker_resolve(struct fh_channel *channel, const char *name,
		      struct fh_address ret[FH_BROKER_ADDRESSES_MAX],
		      size_t *ret_n, int timeout_ms, struct fh_error *err)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_RESOLVE,
					   .name = name };
	struct fh_broker_answer answer = { .fd = -1 };
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(name, err);
	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_needs(ret_n, err);
	if (r == 0)
		r = exchange(channel, __func__, &ask, timeout_ms, &answer, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < answer.n_addresses; i++)
		ret[i] = answer.addresses[i];
	*ret_n = answer.n_addresses;
	return 0;
}

/* Where an answer goes must be there, or nowhere. */
static int check_room(const void *ret, size_t size, const size_t *ret_size,
		      const char *function, struct fh_error *err)
{
	if (ret ? ret_size != NULL : !size && !ret_size)
		return 0;
	return error_set(err, FH_STAGE_PARSE, -EINVAL, "%s: %s is NULL",
			 function, ret ? "ret_size" : "ret");
}

int fh_broker_request(struct fh_channel *channel, const char *name,
		      const void *data, size_t data_size, void *ret, size_t size,
		      size_t *ret_size, int *ret_fd, int timeout_ms,
		      struct fh_error *err)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_REQUEST,
					   .name = name,
					   .data = data,
					   .data_size = data_size };
	struct fh_broker_answer answer = { .fd = -1 };
	autoclose int fd = -1;
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(name, err);
	if (r == 0)
		r = check_room(ret, size, ret_size, __func__, err);
	if (r == 0)
		r = exchange(channel, __func__, &ask, timeout_ms, &answer, err);
	if (r < 0)
		return r;
	fd = answer.fd;
	if (fd >= 0 && !ret_fd)
		return error_set(err, FH_STAGE_SUPERVISE, -EPROTO,
				 "request %s: a descriptor came, and none is awaited",
				 name);
	r = copy_out(&ask, &answer, ret, size, ret_size, err);
	channel_wipe(channel);
	if (r == 0 && ret_fd)
		*ret_fd = fd_take(&fd);
	return r;
}

/* --- asking without waiting --------------------------------------------------- */

int fh_broker_begin(struct fh_channel *channel, const struct fh_broker_ask *ask,
		    uint32_t *ret_id, struct fh_error *err)
{
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(ask, err);
	if (r == 0)
		r = api_needs(ret_id, err);
	if (r < 0)
		return r;
	r = channel_begin(channel, ask, ret_id);
	return r < 0 ? fail_ask(channel, ask, r, err) : 0;
}

int fh_broker_finish(struct fh_channel *channel, int timeout_ms,
		     struct fh_broker_answer *ret, struct fh_error *err)
{
	int r = api_needs(channel, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = check_timeout(timeout_ms, __func__, err);
	if (r < 0)
		return r;
	r = channel_finish(channel, timeout_ms, ret);
	if (r == -ENOENT)
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 "the next answer: no request is under way");
	return r < 0 ? fail(channel, "the next answer", r, err) : 0;
}
