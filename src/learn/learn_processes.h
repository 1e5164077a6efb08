/* The processes that a watched program has started: how many, and their end. */
#ifndef FH_LEARN_LEARN_PROCESSES_H
#define FH_LEARN_LEARN_PROCESSES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How many threads live in a process and in what it has started, as far as the
 * kernel tells; bounded. 0: not known */
size_t learn_processes_count(pid_t pid);

/* Kills our children, whatever they are. What those have started comes to us. */
void learn_processes_kill(void);

#endif
