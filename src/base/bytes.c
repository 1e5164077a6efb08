/* Puts numbers and strings into bytes, and takes them out again. */
#include "base/bytes.h"

#include <errno.h>
#include <string.h>

void writer_fail(struct writer *w, int code)
{
	if (!w->code)
		w->code = code;
}

void writer_bytes(struct writer *w, const void *bytes, size_t n)
{
	if (n > w->size - w->len)
		writer_fail(w, -E2BIG);
	if (w->code || !n)
		return;
	if (bytes != w->at + w->len)
		memcpy(w->at + w->len, bytes, n);
	w->len += n;
}

void writer_number(struct writer *w, uint32_t number, size_t n_bytes)
{
	uint8_t bytes[4];

	for (size_t i = 0; i < n_bytes; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
	writer_bytes(w, bytes, n_bytes);
}

void writer_counted(struct writer *w, const void *bytes, size_t n, size_t max)
{
	if (n > max || n > UINT16_MAX)
		writer_fail(w, -E2BIG);
	else if (n && memchr(bytes, '\0', n))
		writer_fail(w, -EINVAL);
	if (w->code)
		return;
	writer_number(w, (uint32_t)n, 2);
	writer_bytes(w, bytes, n);
}

void reader_refuse(struct reader *r, const char *why)
{
	if (!r->why)
		r->why = why;
}

const uint8_t *reader_bytes(struct reader *r, size_t n)
{
	const uint8_t *bytes = r->at;

	if (n > r->left)
		reader_refuse(r, "it ends too early");
	if (r->why)
		return NULL;
	r->at += n;
	r->left -= n;
	return bytes;
}

uint32_t reader_number(struct reader *r, size_t n_bytes)
{
	const uint8_t *bytes = reader_bytes(r, n_bytes);
	uint32_t number = 0;

	for (size_t i = 0; bytes && i < n_bytes; i++)
		number |= (uint32_t)bytes[i] << (8 * i);
	return number;
}

const uint8_t *reader_counted(struct reader *r, size_t max, size_t *ret_n)
{
	size_t n = reader_number(r, 2);
	const uint8_t *bytes;

	if (n > max)
		reader_refuse(r, "a string is too long");
	bytes = reader_bytes(r, n);
	if (bytes && memchr(bytes, '\0', n)) {
		reader_refuse(r, "a string has a NUL in it");
		bytes = NULL;
	}
	*ret_n = bytes ? n : 0;
	return bytes;
}

void reader_string(struct reader *r, char *ret, size_t max)
{
	size_t n;
	const uint8_t *bytes = reader_counted(r, max, &n);

	if (bytes)
		memcpy(ret, bytes, n);
	ret[n] = '\0';
}
