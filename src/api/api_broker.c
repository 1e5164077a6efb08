/* The description of a broker: made, loaded, printed. */
#include "api/export.h"

#include "api/api_text.h"
#include "broker/broker.h"
#include "probe/kernel.h"

struct fh_broker *fh_broker_new(void)
{
	return broker_new();
}

void fh_broker_free(struct fh_broker *broker)
{
	broker_free(broker);
}

struct fh_policy *fh_broker_worker(struct fh_broker *broker)
{
	return broker ? broker->worker : NULL;
}

struct fh_policy *fh_broker_monitor(struct fh_broker *broker)
{
	return broker ? broker->monitor : NULL;
}

int fh_broker_load(struct fh_broker *broker, const char *path,
		   struct fh_error *err)
{
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(path, err);
	return r == 0 ? broker_load(broker, path, err) : r;
}

int fh_broker_print(const struct fh_broker *broker, enum fh_format format,
		    char **ret, struct fh_error *err)
{
	autotext text = { 0 };
	struct fh_kernel kernel;
	int r = api_needs(broker, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r < 0)
		return r;
	kernel_probe_quick(&kernel);
	r = broker_print(broker, &kernel, format == FH_JSON, &text, err);
	return r == 0 ? api_take_text(&text, ret, __func__, err) : r;
}
