/* Which names were seen already: a cache of fixed size. */
#include "learn/learn_seen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/*
 * Names are hostile: they are told apart by SipHash-1-3 under a key of the run's own
 * alone, so that nobody can make a name pass for another. Where a place is taken the
 * older one goes: it only has to be looked at again.
 */
#define N_ENTRIES (1u << 16)
#define N_PROBES 8u

struct entry {
	uint64_t key;	 /* 0: free */
	uint32_t age;	 /* ages[lasting] when it was added */
	uint8_t lasting; /* enum learn_lasting */
	uint8_t use;	 /* all that was seen */
};

struct learn_seen {
	uint64_t secret[2];
	uint32_t ages[N_LASTING];
	struct entry entries[N_ENTRIES];
};

struct learn_seen *learn_seen_new(void)
{
	struct learn_seen *seen = calloc(1, sizeof(*seen));

	if (!seen)
		return NULL;
	if (getrandom(seen->secret, sizeof(seen->secret), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(seen->secret)) {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		seen->secret[0] = (uint64_t)now.tv_nsec;
		seen->secret[1] = (uint64_t)(uintptr_t)seen;
	}
	return seen;
}

void learn_seen_free(struct learn_seen *seen)
{
	free(seen);
}

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void mix(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32) + v[3];
	v[2] += v[1];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v);
	v[0] ^= word;
}

uint64_t learn_seen_key(const struct learn_seen *seen, const char *name,
			unsigned int variant)
{
	const uint64_t *k = seen->secret;
	uint64_t v[4] = {
		k[0] ^ UINT64_C(0x736f6d6570736575),
		k[1] ^ UINT64_C(0x646f72616e646f6d),
		k[0] ^ UINT64_C(0x6c7967656e657261),
		k[1] ^ UINT64_C(0x7465646279746573),
	};
	size_t len = strlen(name);
	uint64_t last = (uint64_t)len << 56 ^ (uint64_t)variant << 48;
	uint64_t key;

	for (; len >= 8; name += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, name, 8);
		take_word(v, word);
	}
	for (size_t i = 0; i < len; i++)
		last ^= (uint64_t)(unsigned char)name[i] << (8 * i);
	take_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		mix(v);
	key = v[0] ^ v[1] ^ v[2] ^ v[3];
	return key ? key : 1;
}

static const struct entry *find(const struct learn_seen *seen, uint64_t key)
{
	for (uint32_t i = 0; i < N_PROBES; i++) {
		const struct entry *entry =
			&seen->entries[(key + i) % N_ENTRIES];

		if (entry->key == key)
			return entry;
	}
	return NULL;
}

bool learn_seen_has(const struct learn_seen *seen, uint64_t key,
		    unsigned int use)
{
	const struct entry *entry = find(seen, key);

	return entry && (entry->use & use) == use &&
	       entry->age == seen->ages[entry->lasting];
}

/* Its own place, else a free one, else the place of whoever is next in turn. */
static struct entry *place(struct learn_seen *seen, uint64_t key)
{
	struct entry *entry = &seen->entries[(key + (key >> 32) % N_PROBES) %
					     N_ENTRIES];

	for (uint32_t i = N_PROBES; i-- > 0;) {
		struct entry *other = &seen->entries[(key + i) % N_ENTRIES];

		if (other->key == key)
			return other;
		if (!other->key)
			entry = other;
	}
	return entry;
}

void learn_seen_add(struct learn_seen *seen, uint64_t key, unsigned int use,
		    enum learn_lasting lasting)
{
	struct entry *entry = place(seen, key);
	uint32_t age = seen->ages[lasting];

	/* What was known of it for another time is not known now. */
	if (entry->key != key || entry->lasting != lasting ||
	    entry->age != age)
		entry->use = 0;
	entry->key = key;
	entry->lasting = (uint8_t)lasting;
	entry->age = age;
	entry->use |= (uint8_t)use;
}

void learn_seen_end(struct learn_seen *seen, enum learn_lasting lasting)
{
	seen->ages[lasting]++;
}
