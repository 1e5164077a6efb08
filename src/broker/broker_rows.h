/* Rows as text: the keys of a profile's section [broker]. */
#ifndef FH_BROKER_BROKER_ROWS_H
#define FH_BROKER_BROKER_ROWS_H

#include "broker/broker.h"

/* One key: what stands before "=" in a line of a row. */
struct broker_row_key {
	const char *name; /* "open-write" */
	const char *arg;
	const char *help;
	const char *words; /* its own, beside when=, times=, per-minute= */
	enum fh_broker_kind kind;
	unsigned int access; /* of the open keys */
};

/* Sorted by name. */
#define N_BROKER_KEYS 9
extern const struct broker_row_key broker_row_keys[N_BROKER_KEYS];

/* The key that a row is written with. */
const struct broker_row_key *broker_row_key(const struct broker_row *row);

#define N_BROKER_WHENS (FH_BROKER_SERVING + 1)
extern const char *const broker_when_names[N_BROKER_WHENS]; /* "always" ... */
#define N_BROKER_TRANSPORTS (FH_UDP + 1)
extern const char *const broker_transports[N_BROKER_TRANSPORTS]; /* "tcp" */

/* Numeric addresses of both families. Return: 0 or -EINVAL */
int broker_address_parse(const char *text, struct fh_address *ret);

/* The first word of a row: "tcp:[::1]:80", or the path or name, in quotes if it
 * needs them; the others: "when=starting times=1", or nothing. Not escaped. */
void broker_row_print_object(const struct broker_row *row, struct text *ret);
void broker_row_print_words(const struct broker_row *row, struct text *ret);

#endif
