/* Reads JSON as RFC 8259 has it, into a tree. */
#ifndef FH_EXCHANGE_JSON_READ_H
#define FH_EXCHANGE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define JSON_DEPTH_MAX 64
#define JSON_VALUES_MAX 65536 /* of one text */
#define JSON_NAMES_MAX 1024   /* of one object */

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_type type;
	unsigned int line, column; /* from 1; columns in bytes */
	const char *name;   /* in an object */
	const char *string; /* without a NUL in it */
	/* A whole number that fits; others have no value here. */
	bool is_whole, is_negative;
	uint64_t magnitude;
	struct json *first; /* of what an array or an object has */
	struct json *next;
};

/**
 * json_read() - read a text
 * @file:  its name, for messages
 * @arena: gets the tree; given back by the caller, also after a failure
 *
 * Refused are, beside what is no JSON: bytes that are no UTF-8, a name that an object
 * has twice, U+0000 in a string, and more than the numbers above.
 *
 * Return: 0; -EINVAL, with FILE:LINE:COLUMN; -ENOMEM
 */
int json_read(const char *file, const char *bytes, size_t size,
	      struct arena *arena, const struct json **ret,
	      struct fh_error *err);

/* What an object has of that name, or NULL. */
const struct json *json_find(const struct json *object, const char *name);

#endif
