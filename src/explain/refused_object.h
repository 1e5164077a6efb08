/* The words for the argument that a refused system call was refused for. */
#ifndef FH_EXPLAIN_REFUSED_OBJECT_H
#define FH_EXPLAIN_REFUSED_OBJECT_H

#include <stddef.h>
#include <stdint.h>

/**
 * refused_object() - "AF_PACKET", "TIOCSTI", "CLONE_NEWUSER|CLONE_NEWNS"
 * @call: an enum syscall_id
 * @ret:  a number in hexadecimal when it has no name here; "" for a call that
 *        is not told apart by an argument
 */
void refused_object(unsigned int call, const uint64_t args[6], char *ret,
		    size_t size);

#endif
