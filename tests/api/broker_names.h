/* Which public functions are about brokers, and who of them only describe one. */
#ifndef FH_TESTS_API_BROKER_NAMES_H
#define FH_TESTS_API_BROKER_NAMES_H

#include <stdbool.h>
#include <string.h>

static inline bool is_about_brokers(const char *name)
{
	return strncmp(name, "fh_broker_", 10) == 0 ||
	       strncmp(name, "fh_channel_", 11) == 0;
}

static inline bool is_about_descriptions(const char *name)
{
	static const char *const names[] = {
		"fh_broker_allow_authenticate", "fh_broker_allow_bind",
		"fh_broker_allow_connect",	"fh_broker_allow_open",
		"fh_broker_allow_read_file",	"fh_broker_allow_resolve",
		"fh_broker_free",		"fh_broker_handle",
		"fh_broker_key_at",		"fh_broker_load",
		"fh_broker_monitor",		"fh_broker_new",
		"fh_broker_print",		"fh_broker_set",
		"fh_broker_worker",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static inline bool is_about_asking(const char *name)
{
	return is_about_brokers(name) && !is_about_descriptions(name);
}

#endif
