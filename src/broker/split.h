/* One program becomes a monitor, a worker and their helpers. */
#ifndef FH_BROKER_SPLIT_H
#define FH_BROKER_SPLIT_H

#include "broker/broker.h"

/* As fh_broker_split(); @log may be NULL */
int broker_split(const struct fh_broker *broker, char *const argv[],
		 const struct fh_log *log, struct fh_channel **ret_channel,
		 struct fh_broker_result *ret, struct fh_error *err);

#endif
