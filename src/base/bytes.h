/* Numbers and strings as bytes, little-endian and bounded, in both directions. */
#ifndef FH_BASE_BYTES_H
#define FH_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Writes to a buffer. Remembers its first failure; writes nothing after it. */
struct writer {
	uint8_t *at;
	size_t size;
	size_t len;
	int code; /* -E2BIG, -EINVAL; 0 while all is well */
};

void writer_fail(struct writer *w, int code);
void writer_bytes(struct writer *w, const void *bytes, size_t n);
/* The lowest n_bytes of it, at most 4, the lowest first. */
void writer_number(struct writer *w, uint32_t number, size_t n_bytes);
/* u16 length and the bytes: at most max of them, -E2BIG; none NUL, -EINVAL. */
void writer_counted(struct writer *w, const void *bytes, size_t n, size_t max);

/* Reads from a buffer. Remembers what was wrong first; gives zeros after it. */
struct reader {
	const uint8_t *at;
	size_t left;
	const char *why; /* a constant text; NULL while all is well */
};

void reader_refuse(struct reader *r, const char *why);
/* The next bytes, in place; NULL when there are not so many. */
const uint8_t *reader_bytes(struct reader *r, size_t n);
/* Of at most 4 bytes. */
uint32_t reader_number(struct reader *r, size_t n_bytes);
/* As writer_counted() wrote them, in place. Return: NULL when it is not good;
 * *ret_n is 0 then */
const uint8_t *reader_counted(struct reader *r, size_t max, size_t *ret_n);
/* The same, copied and ended by a NUL. @ret: has room for max bytes and that */
void reader_string(struct reader *r, char *ret, size_t max);

#endif
