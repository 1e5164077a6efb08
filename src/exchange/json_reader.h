/* What the reader of JSON and that of its strings share. */
#ifndef FH_EXCHANGE_JSON_READER_H
#define FH_EXCHANGE_JSON_READER_H

#include "exchange/json_read.h"

/* Where the reader is, and how much it has read. */
struct json_reader {
	const char *file;
	const char *at, *end;
	const char *line_begin;
	unsigned int line;
	unsigned int depth, n_values;
	struct arena *arena;
	struct fh_error *err;
};

/* Each tells what is wrong, here or there. Return: -EINVAL; -ENOMEM */
int json_fail(struct json_reader *reader, const char *what);
int json_fail_at(struct json_reader *reader, const char *at, const char *what);
int json_fail_memory(struct json_reader *reader);

/* The next byte, or -1 at the end. */
static inline int json_peek(const struct json_reader *reader)
{
	return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

/* Reads from the quote at hand to the one that ends the string. */
int json_read_string(struct json_reader *reader, const char **ret);

#endif
