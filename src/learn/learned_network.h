/* The lines of [network]. */
#ifndef FH_LEARN_LEARNED_NETWORK_H
#define FH_LEARN_LEARNED_NETWORK_H

#include "learn/learned.h"

/* @ret_n_listen: ports that it listens on. Return: how many lines grant something */
size_t learned_print_network(const struct learned *learned, struct text *ret,
			     size_t *ret_n_listen);

#endif
