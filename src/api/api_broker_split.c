/* fh_broker_split(): what is checked before roles are taken up. */
#include "api/export.h"

#include "api/api_options.h"
#include "broker/split.h"

static int check_options(const struct fh_broker_options *options,
			 struct fh_error *err)
{
	if (!options)
		return 0;
	return api_check_options("fh_broker_options", options->size,
				 sizeof(*options), options->flags, 0, err);
}

int fh_broker_split(const struct fh_broker *broker, char *const argv[],
		    const struct fh_broker_options *options,
		    struct fh_channel **ret_channel,
		    struct fh_broker_result *ret, struct fh_error *err)
{
	int r;

	if (!argv)
		return api_needs(argv, err);
	r = api_needs(broker, err);
	if (r == 0)
		r = api_needs(argv[0], err);
	if (r == 0)
		r = check_options(options, err);
	if (r == 0)
		r = api_needs(ret_channel, err);
	if (r == 0)
		r = api_needs(ret, err);
	return r < 0 ? r
		     : broker_split(broker, argv, options ? options->log : NULL,
				    ret_channel, ret, err);
}
