/* Which argument tells refused calls of one number apart. */
#ifndef FH_MECH_REFUSED_CALL_H
#define FH_MECH_REFUSED_CALL_H

#include <stddef.h>
#include <stdint.h>

#include "mech/filter.h"

#define REFUSED_KEYS_MAX 16

/* Two parts: the second matters for sockets, whose type may decide. */
struct refused_key {
	int16_t nr;
	uint8_t arg[2];
	uint32_t mask[2]; /* 0: no such part */
};

/* The keys on an architecture, for init. Return: how many */
size_t refused_keys(enum filter_arch arch,
		    struct refused_key ret[REFUSED_KEYS_MAX]);

/* What must be equal for two calls of one number to be one refusal. */
static inline uint64_t refused_key_value(const struct refused_key *keys,
					 size_t n_keys, int nr,
					 const uint64_t args[6])
{
	for (size_t i = 0; i < n_keys; i++) {
		const struct refused_key *key = &keys[i];

		if (key->nr == nr)
			return (uint64_t)((uint32_t)args[key->arg[0]] &
					  key->mask[0]) |
			       (uint64_t)((uint32_t)args[key->arg[1]] &
					  key->mask[1]) << 32;
	}
	return 0;
}

#endif
