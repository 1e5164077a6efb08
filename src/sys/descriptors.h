/* Closes all descriptors of this process but a few. */
#ifndef FH_SYS_DESCRIPTORS_H
#define FH_SYS_DESCRIPTORS_H

#include <stddef.h>

/**
 * descriptors_close_but() - those from 3 on that are not named; async-signal-safe
 * @keep: sorted by it; -1 and the standard ones may be among them
 *
 * By close_range(2), or by /proc/self/fd before Linux 5.9.
 * Return: 0, or a negative errno when neither can be had
 */
int descriptors_close_but(int *keep, size_t n);

#endif
