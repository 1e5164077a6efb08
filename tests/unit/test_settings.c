/* The settings table is in order, and every row can be set and refused. */
#include "tables/settings.h"
#include "invented.h"

static void test_order(void)
{
	for (size_t i = 1; i < n_settings; i++)
		check(strcmp(settings[i - 1].name, settings[i].name) < 0);
}

static void test_letters(void)
{
	for (size_t i = 0; i < n_settings; i++) {
		char letter = settings[i].letter;

		if (!letter)
			continue;
		check((letter >= 'a' && letter <= 'z') ||
		      (letter >= 'A' && letter <= 'Z'));
		for (size_t k = 0; k < i; k++)
			check(settings[k].letter != letter);
	}
}

static void test_rows(void)
{
	for (size_t i = 0; i < n_settings; i++) {
		const struct setting *row = &settings[i];
		bool is_switch = row->type == SETTING_SWITCH;

		check(setting_find(row->name) == row);
		check(row->section < N_SECTIONS);
		check(row->help && *row->help);
		check(!strchr(row->help, '\n'));
		check(row->help[strlen(row->help) - 1] != '.');
		check(is_switch ? !row->arg : row->arg && *row->arg);
		check(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-") ==
		      strlen(row->name));
		if (row->type == SETTING_CHOICE || row->type == SETTING_REPORT)
			check(row->choices && row->choices[0]);
		check(row->max == 0 || row->min <= row->max);
		if (row->detail) /* sentences */
			check_str(row->detail + strlen(row->detail) - 1, ".");
	}
	check(setting_find("") == NULL);
	check(setting_find("rea") == NULL);
	check(setting_find("Read") == NULL);
}

static void test_sections(void)
{
	for (int i = 0; i < N_SECTIONS; i++) {
		bool is_used = false;

		check(section_names[i] && *section_names[i]);
		check(section_titles[i] && *section_titles[i]);
		for (size_t k = 0; k < n_settings; k++)
			is_used |= settings[k].section == (unsigned int)i;
		check(is_used);
	}
}

/* Each setting with what it takes and what it does not; the names of calls
 * are known only when the filter is planned. */
static const struct {
	const char *name, *good, *bad;
} values[] = {
	{ "allow-syscall", "quotactl", "reed" },
	{ "bind", "/a:/b:rw", "/a" },
	{ "connect", "443", "65536" },
	{ "cpu-time", "10s", "999ms" },
	{ "cpus", "1.5", "1.5.5" },
	{ "cwd", "/srv", "srv" },
	{ "deny-syscall", "@mount", "@mounts" },
	{ "device", "/dev/kvm", "" },
	{ "env", "A=b", "=b" },
	{ "exec", "/opt", "" },
	{ "explain", NULL, "no" },
	{ "file-size", "1G", "1X" },
	{ "gid", "33", "4294967295" },
	{ "grace", "0", "2h" },
	{ "hide", "/srv", "" },
	{ "home", "/home/x", "home" },
	{ "hostname", "box", "a\nb" },
	{ "io-weight", "500", "10001" },
	{ "keep-cap", "CAP_KILL", "kill" },
	{ "keep-env", "LANG", "LANG=C" },
	{ "keep-fd", "3", "-1" },
	{ "listen", "80", "http" },
	{ "memory", "512M", "1K" },
	{ "net", "host", "nat" },
	{ "no-write-exec", NULL, "no" },
	{ "on-deny", "kill", "ignore" },
	{ "open-files", "64", "3" },
	{ "output-limit", "1M", "much" },
	{ "pids", "10", "0" },
	{ "profile", NULL, "pdftotext" }, /* is loaded, not set */
	{ "quiet", NULL, "1" },
	{ "read", "/srv", "-" },
	{ "report", "json=/tmp/r", "xml" },
	{ "require", "sockets", "socket" },
	{ "root", "/srv/root", "" },
	{ "status-fd", "3", "2" },
	{ "swap", "64M", "-1" },
	{ "syscalls", "strict", "lax" },
	{ "timeout", "500ms", "0" },
	{ "tmp-files", "1000", "15" },
	{ "tmp-size", "1M", "1" },
	{ "tmpfs", "/scratch:1M", "/scratch:0" },
	{ "tty", "inherit", "yes" },
	{ "uid", "33", "root" },
	{ "verbose", NULL, "" },
	{ "without", "network", "net" },
	{ "write", "/srv", "" },
};

static void test_good_values(void)
{
	check_int(N(values), n_settings);
	for (size_t i = 0; i < n_settings; i++) {
		struct fh_policy *policy = policy_new();
		struct fh_policy *fresh = policy_new();
		struct fh_error err = { 0 };

		check_str(values[i].name, settings[i].name);
		if (settings[i].type == SETTING_PROFILE)
			continue;
		if (policy_set(policy, values[i].name, values[i].good,
				  "--x", &err) < 0)
			tap_fail(__FILE__, __LINE__, "%s %s: %s",
				 values[i].name, values[i].good, err.what);
		if (memcmp(policy, fresh, sizeof(*policy)) == 0)
			tap_fail(__FILE__, __LINE__, "%s changed nothing",
				 values[i].name);
		check_int(err.code, 0);
		policy_free(policy);
		policy_free(fresh);
	}
}

static void test_bad_values(void)
{
	for (size_t i = 0; i < n_settings; i++) {
		struct fh_policy *policy = policy_new();
		struct fh_error err = { 0 };
		int r;

		r = policy_set(policy, values[i].name, values[i].bad,
				  "--the-option", &err);
		if (r != -EINVAL && r != -ERANGE && r != -ENOENT)
			tap_fail(__FILE__, __LINE__, "%s %s: %d",
				 values[i].name, values[i].bad, r);
		check_int(err.code, r);
		check_int(err.stage, FH_STAGE_PARSE);
		check_str(err.origin, "--the-option");
		policy_free(policy);
	}
}

static void test_no_value(void)
{
	for (size_t i = 0; i < n_settings; i++) {
		struct fh_policy *policy = policy_new();
		struct fh_error err = { 0 };
		bool is_switch = settings[i].type == SETTING_SWITCH;

		check_int(policy_set(policy, settings[i].name, NULL, "--x",
					&err),
			  is_switch ? 0 : -EINVAL);
		if (!is_switch)
			check_has(err.what, settings[i].arg);
		policy_free(policy);
	}
}

static const struct tap_test tests[] = {
	{ .name = "sorted, none twice", .run = test_order },
	{ .name = "letters are unique", .run = test_letters },
	{ .name = "rows are whole", .run = test_rows },
	{ .name = "every section has its names", .run = test_sections },
	{ .name = "each takes a good value", .run = test_good_values },
	{ .name = "each refuses a bad value", .run = test_bad_values },
	{ .name = "each but a switch needs one", .run = test_no_value },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
