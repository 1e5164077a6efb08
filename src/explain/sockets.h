/* What /proc tells of sockets: who listens, inside a box and outside. */
#ifndef FH_EXPLAIN_SOCKETS_H
#define FH_EXPLAIN_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Does somebody listen on that TCP port? @tid: in its network; 0: in ours */
bool sockets_has_listener(pid_t tid, uint16_t port);
/* Is there a socket of that abstract name in ours? @name: with its "@" */
bool sockets_has_name(const char *name);
/* SOCK_STREAM and so on, of a descriptor of a process that stands still; 0: not known */
int sockets_type(pid_t tid, int fd);

#endif
