/* The battery: all attacks in one table. */
#include "attack/attack.h"
#include "base/cleanup.h"

const struct attack *const attacks[] = {
#define ATTACK(ident) &attack_##ident,
#include "attack/attack_list.h"
#undef ATTACK
};
const size_t n_attacks = ARRAY_SIZE(attacks);
