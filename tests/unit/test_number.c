/* Numbers are read exactly or not at all. */
#include "base/number.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED UINT64_C(0xfeedfacecafebeef)

struct row {
	const char *text;
	int code;
	uint64_t value;
};

static void check_rows(int (*parse)(const char *text, uint64_t *ret),
		       const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value = UNTOUCHED;
		uint64_t want = rows[i].code ? UNTOUCHED : rows[i].value;
		int r = parse(rows[i].text, &value);

		if (r != rows[i].code || value != want)
			tap_fail(__FILE__, __LINE__,
				 "\"%s\": %d, %llu, not %d, %llu",
				 rows[i].text, r, (unsigned long long)value,
				 rows[i].code, (unsigned long long)want);
	}
}

static void test_plain(void)
{
	static const struct row rows[] = {
		{ "0", 0, 0 },
		{ "7", 0, 7 },
		{ "007", 0, 7 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "18446744073709551620", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1\n", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "1.0", -EINVAL, 0 },
		{ "1,000", -EINVAL, 0 },
		{ "\xd9\xa1", -EINVAL, 0 }, /* an Arabic-Indic one */
	};

	check_rows(number_parse, rows, N(rows));
}

static void test_bytes(void)
{
	static const struct row rows[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "10B", 0, 10 },
		{ "1K", 0, 1 << 10 },
		{ "1KB", 0, 1 << 10 },
		{ "4KiB", 0, 4 << 10 },
		{ "512M", 0, 512 << 20 },
		{ "1G", 0, 1 << 30 },
		{ "2TiB", 0, UINT64_C(2) << 40 },
		{ "16777215T", 0, UINT64_C(16777215) << 40 },
		{ "16777216T", -ERANGE, 0 },
		{ "18014398509481984K", -ERANGE, 0 },
		{ "18014398509481983K", 0, UINT64_C(18014398509481983) << 10 },
		{ "K", -EINVAL, 0 },
		{ "1k", -EINVAL, 0 },
		{ "1kiB", -EINVAL, 0 },
		{ "1Ki", -EINVAL, 0 },
		{ "1iB", -EINVAL, 0 },
		{ "1BB", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "1 K", -EINVAL, 0 },
		{ "-1K", -EINVAL, 0 },
		{ "1P", -EINVAL, 0 },
		{ "1s", -EINVAL, 0 },
	};

	check_rows(bytes_parse, rows, N(rows));
}

static void test_durations(void)
{
	static const struct row rows[] = {
		{ "10", 0, 10000 },
		{ "0", 0, 0 },
		{ "500ms", 0, 500 },
		{ "10s", 0, 10000 },
		{ "2m", 0, 120000 },
		{ "1h", 0, 3600000 },
		{ "1d", 0, 86400000 },
		{ "18446744073709551s", 0, UINT64_C(18446744073709551000) },
		{ "18446744073709552s", -ERANGE, 0 },
		{ "18446744073709551615ms", 0, UINT64_MAX },
		{ "213503982335d", -ERANGE, 0 },
		{ "1.5s", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1us", -EINVAL, 0 },
		{ "1m30s", -EINVAL, 0 },
		{ "1M", -EINVAL, 0 },
	};

	check_rows(duration_parse, rows, N(rows));
}

static void test_format(void)
{
	static const uint64_t values[] = { 0, 1, 9, 10, 99, 100, 4294967295,
					   UINT64_MAX - 1, UINT64_MAX };
	char text[21], want[32];

	for (size_t i = 0; i < N(values); i++) {
		uint64_t back = 0;

		snprintf(want, sizeof(want), "%llu",
			 (unsigned long long)values[i]);
		check_int(number_format(text, values[i]), strlen(want));
		check_str(text, want);
		check_int(number_parse(text, &back), 0);
		check_int(back, values[i]);
	}
}

static const struct tap_test tests[] = {
	{ .name = "decimals", .run = test_plain },
	{ .name = "sizes", .run = test_bytes },
	{ .name = "times", .run = test_durations },
	{ .name = "printed as libc would", .run = test_format },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
