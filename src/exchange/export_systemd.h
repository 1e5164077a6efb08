/* The parts of a unit. */
#ifndef FH_EXCHANGE_EXPORT_SYSTEMD_H
#define FH_EXCHANGE_EXPORT_SYSTEMD_H

#include "exchange/exchange.h"

/* Lines of the tree that a service sees. Return: 0; -EINVAL; what realpath() says */
int systemd_files(const struct export *export, struct fh_error *err);

/* Lines of the filter. Return: 0 or -ENOMEM */
int systemd_calls(const struct export *export, struct fh_error *err);

#endif
