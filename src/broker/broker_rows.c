/* Reads and prints rows as text: "bind = tcp:80 when=starting". */
#include "broker/broker_rows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/text.h"

#define VALUE_MAX 8192
#define VALUE_SHOWN_MAX 100 /* in a message */

const struct broker_row_key broker_row_keys[N_BROKER_KEYS] = {
	{ "authenticate", "SERVICE", "check passwords by this service of PAM",
	  "delay=TIME", FH_BROKER_AUTHENTICATE, 0 },
	{ "bind", "tcp|udp:[ADDRESS:]PORT",
	  "bind a socket; one of TCP listens", "", FH_BROKER_BIND, 0 },
	{ "connect", "tcp|udp:ADDRESS|*:PORT", "connect a socket", "",
	  FH_BROKER_CONNECT, 0 },
	{ "open", "DIR", "read regular files beneath a directory", "",
	  FH_BROKER_OPEN, FH_READ },
	{ "open-create", "DIR", "make files beneath a directory", "",
	  FH_BROKER_OPEN, FH_BROKER_CREATE },
	{ "open-write", "DIR", "read and write files that are there", "",
	  FH_BROKER_OPEN, FH_WRITE },
	{ "read-file", "PATH", "the bytes of one small file", "max=SIZE",
	  FH_BROKER_READ_FILE, 0 },
	{ "request", "NAME", "what the program itself defines",
	  "max-answer=SIZE max-request=SIZE", FH_BROKER_REQUEST, 0 },
	{ "resolve", "NAME|*.NAME|*", "addresses of a name", "",
	  FH_BROKER_RESOLVE, 0 },
};

const char *const broker_when_names[N_BROKER_WHENS] = {
	[FH_BROKER_ALWAYS] = "always",
	[FH_BROKER_STARTING] = "starting",
	[FH_BROKER_SERVING] = "serving",
};
const char *const broker_transports[N_BROKER_TRANSPORTS] = {
	[FH_TCP] = "tcp",
	[FH_UDP] = "udp",
};

/* --- reading -------------------------------------------------------------- */

/* One value being read. */
struct row_call {
	const struct broker_row_key *key;
	const char *value; /* all of it */
	const char *origin;
	struct fh_error *err;
	struct broker_row *row;
	uint32_t seen; /* words, by their index */
};

static int refuse(const struct row_call *call, int code, const char *what)
{
	bool is_long = strlen(call->value) > VALUE_SHOWN_MAX;

	/* The reason comes last and must not be what is cut off. */
	error_set(call->err, FH_STAGE_PARSE, code, "%s: %s = %.*s%s: %s",
		  call->origin, call->key->name, VALUE_SHOWN_MAX, call->value,
		  is_long ? "..." : "", what);
	error_origin(call->err, call->origin);
	return code;
}

static int refuse_form(const struct row_call *call, int code, const char *what,
		       const char *form)
{
	int r = refuse(call, code, what);

	error_remedy(call->err, "write it like %s", form);
	return r;
}

int broker_address_parse(const char *text, struct fh_address *ret)
{
	struct fh_address address = { AF_INET, { 0 } };

	if (inet_pton(AF_INET, text, address.bytes) != 1) {
		address.family = AF_INET6;
		if (inet_pton(AF_INET6, text, address.bytes) != 1)
			return -EINVAL;
	}
	*ret = address;
	return 0;
}

static const char *address_form(const struct row_call *call)
{
	return call->key->kind == FH_BROKER_BIND
		       ? "tcp:80, udp:127.0.0.1:53 or tcp:[::1]:80"
		       : "tcp:10.0.0.1:5432, udp:[2001:db8::1]:53 or, for every address, tcp:*:443";
}

/* "*", "127.0.0.1" or "[::1]"; text is the call's to change. */
static int take_host(struct row_call *call, char *host)
{
	size_t n = strlen(host);
	bool is_v6 = n > 2 && host[0] == '[' && host[n - 1] == ']';

	if (strcmp(host, "*") == 0)
		return 0;
	if (is_v6) {
		host[n - 1] = '\0';
		host++;
	}
	if (broker_address_parse(host, &call->row->address) < 0 ||
	    is_v6 != (call->row->address.family == AF_INET6))
		return refuse_form(call, -EINVAL, "not a numeric address",
				   address_form(call));
	return 0;
}

static int take_port(struct row_call *call, const char *text)
{
	uint64_t port;
	int r = number_parse(text, &port);

	if (r == 0 && (port < 1 || port > UINT16_MAX))
		r = -ERANGE;
	if (r < 0) {
		refuse(call, r, "not a port");
		error_remedy(call->err, "a port goes from 1 to 65535");
		return r;
	}
	call->row->port = (uint16_t)port;
	return 0;
}

static int take_address(struct row_call *call, char *word)
{
	char *host = strchr(word, ':'), *port;
	size_t i = 0;

	if (host)
		*host++ = '\0';
	while (i < N_BROKER_TRANSPORTS && strcmp(word, broker_transports[i]) != 0)
		i++;
	if (!host || i == N_BROKER_TRANSPORTS)
		return refuse_form(call, -EINVAL, "neither tcp: nor udp:",
				   address_form(call));
	call->row->transport = (enum fh_transport)i;
	port = strrchr(host, ':');
	if (port) {
		int r;

		*port++ = '\0';
		r = take_host(call, host);
		return r < 0 ? r : take_port(call, port);
	}
	/* Every address to connect to is too much to be left unsaid. */
	if (call->key->kind == FH_BROKER_CONNECT)
		return refuse_form(call, -EINVAL, "no address",
				   address_form(call));
	return take_port(call, host);
}

static int take_object(struct row_call *call, char *word)
{
	if (!*word)
		return refuse_form(call, -EINVAL, "no value", call->key->arg);
	if (call->key->kind == FH_BROKER_BIND ||
	    call->key->kind == FH_BROKER_CONNECT)
		return take_address(call, word);
	call->row->object = word;
	return 0;
}

/* --- the words after the first -------------------------------------------- */

enum word_type { WORD_COUNT, WORD_BYTES, WORD_TIME, WORD_WHEN };

#define EVERY_KIND UINT32_MAX
#define KIND(name) (1u << FH_BROKER_##name)

/* A number must fit 32 bits; broker_add() knows what is too much. */
static const struct word {
	const char *name;
	enum word_type type;
	uint32_t kinds;
	size_t offset;
	const char *form;
} row_words[] = {
#define FIELD(name) offsetof(struct broker_row, name)
	{ "delay", WORD_TIME, KIND(AUTHENTICATE), FIELD(delay_ms), "delay=2s" },
	{ "max", WORD_BYTES, KIND(READ_FILE), FIELD(max_answer), "max=4K" },
	{ "max-answer", WORD_BYTES, KIND(REQUEST), FIELD(max_answer),
	  "max-answer=1K" },
	{ "max-request", WORD_BYTES, KIND(REQUEST), FIELD(max_request),
	  "max-request=512" },
	{ "per-minute", WORD_COUNT, EVERY_KIND, FIELD(per_minute),
	  "per-minute=60" },
	{ "times", WORD_COUNT, EVERY_KIND, FIELD(times), "times=1" },
	{ "when", WORD_WHEN, EVERY_KIND, 0,
	  "when=starting, when=serving or when=always" },
};

static bool word_fits(const struct word *word, enum fh_broker_kind kind)
{
	return word->kinds >> kind & 1;
}

static const char *word_at(size_t i, void *ctx)
{
	const struct row_call *call = ctx;

	return word_fits(&row_words[i], call->key->kind) ? row_words[i].name
							 : NULL;
}

static int refuse_word(struct row_call *call, const char *name)
{
	const char *nearest = nearest_name(name, word_at,
					   ARRAY_SIZE(row_words), call);

	refuse(call, -ENOENT, "no such word after the first");
	if (nearest)
		error_remedy(call->err, "did you mean %s= instead of %s?",
			     nearest, name);
	else
		error_remedy(call->err, "when=, times= and per-minute= may follow%s%s, but not %s; a value with blanks stands in double quotes",
			     *call->key->words ? ", and " : "",
			     call->key->words, name);
	return -ENOENT;
}

static int take_when(struct row_call *call, const char *value)
{
	for (size_t i = 0; i < N_BROKER_WHENS; i++) {
		if (strcmp(value, broker_when_names[i]) != 0)
			continue;
		call->row->when = (enum fh_broker_when)i;
		return 0;
	}
	return -EINVAL;
}

/* None of them may be zero but the sizes: that would mean no limit. */
static int take_number(struct row_call *call, const struct word *word,
		       const char *text)
{
	uint64_t value = 0;
	int r = word->type == WORD_COUNT   ? number_parse(text, &value)
		: word->type == WORD_BYTES ? bytes_parse(text, &value)
					   : duration_parse(text, &value);

	if (r < 0)
		return r;
	if (value > UINT32_MAX || (!value && word->type != WORD_BYTES))
		return -ERANGE;
	*(uint32_t *)(void *)((char *)call->row + word->offset) =
		(uint32_t)value;
	return 0;
}

static int take_word(struct row_call *call, char *text)
{
	char *value = strchr(text, '=');
	size_t i = 0;
	int r;

	if (value)
		*value++ = '\0';
	while (i < ARRAY_SIZE(row_words) &&
	       !(strcmp(text, row_words[i].name) == 0 &&
		 word_fits(&row_words[i], call->key->kind)))
		i++;
	if (i == ARRAY_SIZE(row_words))
		return refuse_word(call, text);
	if (call->seen & 1u << i)
		return refuse(call, -EINVAL, "a word stands twice");
	call->seen |= 1u << i;
	if (!value)
		return refuse_form(call, -EINVAL, "a word without a value",
				   row_words[i].form);
	r = row_words[i].type == WORD_WHEN
		    ? take_when(call, value)
		    : take_number(call, &row_words[i], value);
	if (r < 0)
		return refuse_form(call, r, r == -ERANGE ? "out of range"
							 : "a bad value",
				   row_words[i].form);
	return 0;
}

/* --- words from a value --------------------------------------------------- */

/*
 * A value is words with blanks between. One that has a blank or a quote in it
 * stands in double quotes, where two of them mean one: "/srv/my dir". There is
 * no other escape; those of lines are undone where lines are read.
 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes away the quotes, in place: it only gets shorter.
 * Return: what is behind them, or NULL */
static char *unquote(char *from)
{
	char *to = from++;

	for (;; from++) {
		if (!*from)
			return NULL;
		if (*from == '"' && *++from != '"')
			break;
		*to++ = *from;
	}
	if (*from && !is_blank(*from))
		return NULL;
	if (*from)
		*from++ = '\0';
	*to = '\0';
	return from;
}

/* Cuts off the next word. Return: 1; 0 at the end; -EINVAL for a quote that is
 * left open or in the middle of a word */
static int next_word(char **rest, char **ret)
{
	char *from = *rest;

	while (is_blank(*from))
		from++;
	*ret = from;
	if (!*from)
		return 0;
	if (*from == '"') {
		*rest = unquote(from);
		return *rest ? 1 : -EINVAL;
	}
	for (; *from && !is_blank(*from); from++)
		if (*from == '"')
			return -EINVAL;
	if (*from)
		*from++ = '\0';
	*rest = from;
	return 1;
}

static int read_row(struct row_call *call, char *text)
{
	char *word = text;
	int r = next_word(&text, &word);
	bool is_first = true;

	if (r == 0)
		return refuse_form(call, -EINVAL, "no value", call->key->arg);
	for (; r > 0; r = next_word(&text, &word)) {
		int taken = is_first ? take_object(call, word)
				     : take_word(call, word);

		if (taken < 0)
			return taken;
		is_first = false;
	}
	return r < 0 ? refuse(call, r, "a double quote without its other half")
		     : 0;
}

static const char *key_at(size_t i, void *ctx)
{
	(void)ctx;
	return broker_row_keys[i].name;
}

static const struct broker_row_key *find_key(const char *name, const char *origin,
					     struct fh_error *err)
{
	const char *nearest;

	for (size_t i = 0; i < N_BROKER_KEYS; i++)
		if (strcmp(broker_row_keys[i].name, name) == 0)
			return &broker_row_keys[i];
	nearest = nearest_name(name, key_at, N_BROKER_KEYS, NULL);
	error_set(err, FH_STAGE_PARSE, -ENOENT,
		  "%s: unknown key %s of [broker]", origin, name);
	if (nearest)
		error_remedy(err, "did you mean %s?", nearest);
	error_origin(err, origin);
	return NULL;
}

int broker_set(struct fh_broker *broker, const char *name, const char *value,
	       const char *origin, struct fh_error *err)
{
	struct broker_row row = { 0 };
	struct row_call call = { find_key(name, origin, err), value, origin,
				 err, &row, 0 };
	char *text;
	int r;

	if (!call.key)
		return -ENOENT;
	if (strlen(value) >= VALUE_MAX)
		return refuse(&call, -E2BIG, "too long");
	text = strdup(value);
	if (!text)
		return error_set(err, FH_STAGE_PARSE, -ENOMEM, "%s = %s", name,
				 value);
	row.kind = call.key->kind;
	row.access = call.key->access;
	if (row.kind == FH_BROKER_READ_FILE)
		row.max_answer = FH_BROKER_DATA_MAX;
	r = read_row(&call, text);
	if (r == 0)
		r = broker_add_from(broker, &row, row.object, call.origin, err);
	free(text);
	return r;
}
