/* Numbers, sizes and times from text, exactly or not at all. */
#ifndef FH_BASE_NUMBER_H
#define FH_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Each returns 0, -EINVAL when the text is not wholly such a value, or
 * -ERANGE when it does not fit 64 bits. *ret is written only on success. */

/* Decimal digits only: no sign, no blanks. */
int number_parse(const char *text, uint64_t *ret);

/* Bytes: digits with an optional K, M, G or T (powers of 1024), "B" or "iB"
 * allowed after it: 512M, 4KiB. */
int bytes_parse(const char *text, uint64_t *ret);

/* Milliseconds: digits with ms, s, m, h or d; a bare number is seconds. */
int duration_parse(const char *text, uint64_t *ret_ms);

/* Writes a decimal; needs no libc. Returns the length without the NUL. */
size_t number_format(char ret[21], uint64_t value);

#endif
