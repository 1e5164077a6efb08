/* Parses and prints numbers without locale, signs or silent overflow. */
#include "base/number.h"

#include <errno.h>
#include <string.h>

/* Reads leading digits; *ret_end points behind them. */
static int digits_parse(const char *text, uint64_t *ret, const char **ret_end)
{
	uint64_t value = 0;
	const char *s;

	for (s = text; *s >= '0' && *s <= '9'; s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return -ERANGE;
		value = value * 10 + digit;
	}
	if (s == text)
		return -EINVAL;
	*ret = value;
	*ret_end = s;
	return 0;
}

int number_parse(const char *text, uint64_t *ret)
{
	uint64_t value;
	const char *end;
	int r = digits_parse(text, &value, &end);

	if (r < 0)
		return r;
	if (*end)
		return -EINVAL;
	*ret = value;
	return 0;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static int scaled_parse(const char *text, const struct unit *units,
			size_t n_units, uint64_t *ret)
{
	uint64_t value;
	const char *end;
	int r = digits_parse(text, &value, &end);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_units; i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		if (value > UINT64_MAX / units[i].factor)
			return -ERANGE;
		*ret = value * units[i].factor;
		return 0;
	}
	return -EINVAL;
}

#define KIB UINT64_C(1024)
#define SIZE(letter, factor)                                                 \
	{ letter, factor }, { letter "B", factor }, { letter "iB", factor }

int bytes_parse(const char *text, uint64_t *ret)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "B", 1 },
		SIZE("K", KIB),
		SIZE("M", KIB * KIB),
		SIZE("G", KIB * KIB * KIB),
		SIZE("T", KIB * KIB * KIB * KIB),
	};

	return scaled_parse(text, units, sizeof(units) / sizeof(*units), ret);
}

int duration_parse(const char *text, uint64_t *ret_ms)
{
	static const struct unit units[] = {
		{ "", 1000 },	    { "ms", 1 },	{ "s", 1000 },
		{ "m", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", 86400 * 1000 },
	};

	return scaled_parse(text, units, sizeof(units) / sizeof(*units),
			    ret_ms);
}

size_t number_format(char ret[21], uint64_t value)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (size_t i = 0; i < n; i++)
		ret[i] = digits[n - 1 - i];
	ret[n] = '\0';
	return n;
}
