/* The table of what targets lack. */
#ifndef FH_EXCHANGE_LOSSES_H
#define FH_EXCHANGE_LOSSES_H

#include "exchange/exchange.h"

struct loss_row {
	const char *setting;
	const char *lost[N_TARGETS]; /* why; NULL: the target has it */
};

/* A row for each of settings[], in its order; a test looks. */
extern const struct loss_row loss_rows[];
extern const size_t n_loss_rows;

#endif
