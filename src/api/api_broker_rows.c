/* The rows of a broker's table: by typed calls, and by name. */
#include "api/export.h"

#include <string.h>

#include "broker/broker_rows.h"

static int check_terms(const struct fh_broker_terms *terms,
		       const char *function, struct fh_error *err)
{
	if (!terms)
		return 0;
	if (terms->size != sizeof(*terms))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: fh_broker_terms.size is %zu, not %zu",
				 function, terms->size, sizeof(*terms));
	if ((unsigned int)terms->when > FH_BROKER_SERVING)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: no fh_broker_when %u", function,
				 (unsigned int)terms->when);
	return 0;
}

/* Adds the row as broker_add() would, with its terms and its owned strings,
 * which are only read. */
static int add(struct fh_broker *broker, struct broker_row *row,
	       const char *object, const struct fh_broker_terms *terms,
	       const char *function, struct fh_error *err)
{
	int r = check_terms(terms, function, err);

	if (r < 0)
		return r;
	if (terms) {
		row->when = terms->when;
		row->times = terms->times;
		row->per_minute = terms->per_minute;
	}
	return broker_add_from(broker, row, object, function, err);
}

static int add_address(struct fh_broker *broker, enum fh_broker_kind kind,
		       enum fh_transport transport, const char *address,
		       uint16_t port, const struct fh_broker_terms *terms,
		       const char *function, struct fh_error *err)
{
	struct broker_row row = { .kind = kind, .transport = transport,
				  .port = port };

	if (address && broker_address_parse(address, &row.address) < 0)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: %s is not a numeric address", function,
				 address);
	return add(broker, &row, NULL, terms, function, err);
}

int fh_broker_allow_bind(struct fh_broker *broker, enum fh_transport transport,
			 const char *address, uint16_t port,
			 const struct fh_broker_terms *terms,
			 struct fh_error *err)
{
	int r = api_needs(broker, err);

	return r < 0 ? r : add_address(broker, FH_BROKER_BIND, transport,
				       address, port, terms, __func__, err);
}

int fh_broker_allow_connect(struct fh_broker *broker,
			    enum fh_transport transport, const char *address,
			    uint16_t port, const struct fh_broker_terms *terms,
			    struct fh_error *err)
{
	int r = api_needs(broker, err);

	return r < 0 ? r : add_address(broker, FH_BROKER_CONNECT, transport,
				       address, port, terms, __func__, err);
}

int fh_broker_allow_open(struct fh_broker *broker, unsigned int access,
			 const char *directory,
			 const struct fh_broker_terms *terms,
			 struct fh_error *err)
{
	struct broker_row row = { .kind = FH_BROKER_OPEN, .access = access };
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(directory, err);
	return r < 0 ? r : add(broker, &row, directory, terms, __func__, err);
}

/* A size that 32 bits do not hold is too large all the same. */
static uint32_t narrow(size_t size)
{
	return size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
}

int fh_broker_allow_read_file(struct fh_broker *broker, const char *path,
			      size_t max, const struct fh_broker_terms *terms,
			      struct fh_error *err)
{
	struct broker_row row = { .kind = FH_BROKER_READ_FILE,
				  .max_answer = narrow(max) };
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(path, err);
	return r < 0 ? r : add(broker, &row, path, terms, __func__, err);
}

int fh_broker_allow_authenticate(struct fh_broker *broker, const char *service,
				 uint32_t delay_ms,
				 const struct fh_broker_terms *terms,
				 struct fh_error *err)
{
	struct broker_row row = { .kind = FH_BROKER_AUTHENTICATE,
				  .delay_ms = delay_ms };
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(service, err);
	return r < 0 ? r : add(broker, &row, service, terms, __func__, err);
}

int fh_broker_allow_resolve(struct fh_broker *broker, const char *name,
			    const struct fh_broker_terms *terms,
			    struct fh_error *err)
{
	struct broker_row row = { .kind = FH_BROKER_RESOLVE };
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(name, err);
	return r < 0 ? r : add(broker, &row, name, terms, __func__, err);
}

int fh_broker_handle(struct fh_broker *broker, const char *name,
		     size_t max_request, size_t max_answer,
		     fh_broker_handler handler, void *ctx,
		     const struct fh_broker_terms *terms, struct fh_error *err)
{
	struct broker_row row = {
		.kind = FH_BROKER_REQUEST,
		.max_request = narrow(max_request),
		.max_answer = narrow(max_answer),
		.handler = handler,
		.ctx = ctx,
	};
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(name, err);
	if (r == 0)
		r = api_needs(handler, err);
	return r < 0 ? r : add(broker, &row, name, terms, __func__, err);
}

int fh_broker_set(struct fh_broker *broker, const char *name, const char *value,
		  struct fh_error *err)
{
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(name, err);
	if (r == 0)
		r = api_needs(value, err);
	return r == 0 ? broker_set(broker, name, value, __func__, err) : r;
}

int fh_broker_key_at(size_t index, struct fh_broker_key *ret)
{
	const struct broker_row_key *key;

	if (!ret)
		return -EINVAL;
	if (index >= N_BROKER_KEYS)
		return -ENOENT;
	key = &broker_row_keys[index];
	*ret = (struct fh_broker_key){
		.name = key->name,
		.arg = key->arg,
		.help = key->help,
		.words = key->words,
	};
	return 0;
}
