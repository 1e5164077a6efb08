/* The presets: what the table says exists, and goes into a policy as it is. */
#include <fumehood/capabilities.h>
#include <fumehood/confine.h>

#include "invented.h"
#include "tables/capabilities.h"
#include "tables/presets.h"
#include "tables/settings.h"

static struct fh_error err;

static size_t count_directories(const struct preset *preset)
{
	size_t n = 0;

	while (n < FH_PRESET_DIRECTORIES_MAX && preset->shown.directories[n])
		n++;
	return n;
}

static void test_table(void)
{
	check(n_presets >= 5);
	for (size_t i = 0; i < n_presets; i++) {
		const struct preset *preset = &presets[i];
		size_t n = count_directories(preset);

		check(preset->shown.name && *preset->shown.name);
		check(preset->shown.help && *preset->shown.help);
		check(!preset->shown.directories[FH_PRESET_DIRECTORIES_MAX]);
		for (size_t d = 0; d < FH_PRESET_DIRECTORIES_MAX; d++) {
			const struct setting *access;

			/* Each directory says what it is granted. */
			check_int(!!preset->access[d], d < n);
			if (d >= n)
				continue;
			access = setting_find(preset->access[d]);
			check(access && access->type == SETTING_GRANT);
			check(*preset->shown.directories[d]);
		}
		check(!(preset->shown.capabilities >> N_CAPABILITIES));
		for (size_t j = 0; j < i; j++)
			check(strcmp(presets[j].shown.name,
				     preset->shown.name) != 0);
		check(preset_find(preset->shown.name) == preset);
	}
	check(!preset_find("strict "));
	check(!preset_find(""));
}

static void test_settings(void)
{
	for (size_t i = 0; i < n_presets; i++) {
		const struct preset_setting *row = presets[i].settings;
		struct fh_policy *policy = policy_new();

		check(row->name);
		for (; row->name; row++) {
			const struct setting *setting = setting_find(row->name);

			check(row - presets[i].settings < PRESET_SETTINGS_MAX);
			check(setting && !setting->only_box);
			check_int(policy_set(policy, row->name, row->value,
					     NULL, &err), 0);
		}
		policy_free(policy);
	}
}

static void test_list(void)
{
	size_t n = 0;

	while (fh_preset_at(n)) {
		check(fh_preset_at(n) == &presets[n].shown);
		n++;
	}
	check_int(n, n_presets);
	check(!fh_preset_at(n + 1));
	check(!fh_preset_at(SIZE_MAX));
}

/* Those of the article, which the layer of capabilities has as well. */
static void test_capabilities(void)
{
	check_int(preset_find("container-runtime")->shown.capabilities,
		  fh_capabilities_preset(FH_CAPABILITIES_CONTAINER_RUNTIME));
	check_int(preset_find("file-processor")->shown.capabilities, 0);
	/* It has bound its ports before: it needs none. */
	check_int(preset_find("network-server")->shown.capabilities, 0);
}

static struct fh_policy *with(const char *name, const char *const *dirs,
			      size_t n)
{
	struct fh_policy *policy = fh_policy_new();

	check_int(fh_policy_preset(policy, name, dirs, n, &err), 0);
	return policy;
}

static void check_setting(struct fh_policy *policy, const char *name,
			  const char *value)
{
	char *is = NULL;

	check_int(fh_policy_get(policy, name, &is, &err), 0);
	check_str(is, value);
	free(is);
}

/* Exactly what it says, and nothing else. */
static void test_adds(void)
{
	const char *const dirs[] = { "/srv/www", "/var/lib/www", "/var/log" };
	struct fh_policy *policy = with("web-server", dirs, 3);
	char *text = NULL;

	check_setting(policy, "syscalls", "network-server");
	check_setting(policy, "read", "/srv/www");
	check_setting(policy, "write", "/var/lib/www\n/var/log");
	check_int(fh_policy_print(policy, FH_TEXT, &text, &err), 0);
	check_str(text, "[filesystem]\nread = /srv/www\nwrite = /var/lib/www\n"
			"write = /var/log\n\n[syscalls]\n"
			"syscalls = network-server\n");
	free(text);
	fh_policy_free(policy);
	policy = with("container-runtime", NULL, 0);
	check_setting(policy, "keep-cap",
		      "CAP_SETGID\nCAP_SETUID\nCAP_NET_ADMIN\nCAP_SYS_ADMIN");
	check_setting(policy, "uid", "0");
	check_setting(policy, "without",
		      "files-read\nfiles-write\nnetwork\nprivileges");
	fh_policy_free(policy);
}

/* On top of what was there; set afterwards, it is what was set. */
static void test_on_top(void)
{
	const char *const dirs[] = { "/in", "/out" };
	struct fh_policy *policy = fh_policy_new();

	check_int(fh_policy_set(policy, "read", "/mine", &err), 0);
	check_int(fh_policy_set(policy, "syscalls", "default", &err), 0);
	check_int(fh_policy_preset(policy, "file-processor", dirs, 2, &err),
		  0);
	check_setting(policy, "read", "/mine\n/in");
	check_setting(policy, "write", "/out");
	check_setting(policy, "syscalls", "file-processor");
	check_int(fh_policy_set(policy, "syscalls", "strict", &err), 0);
	check_setting(policy, "syscalls", "strict");
	fh_policy_free(policy);
}

static void test_left_out(void)
{
	const char *const only_data[] = { NULL, "/data" };
	const char *const none[] = { NULL, NULL };
	struct fh_policy *policy = with("web-server", only_data, 2);

	check_setting(policy, "read", "");
	check_setting(policy, "write", "/data");
	fh_policy_free(policy);
	policy = with("web-server", none, 2);
	check_setting(policy, "write", "");
	fh_policy_free(policy);
	policy = with("web-server", NULL, 0);
	check_setting(policy, "write", "");
	fh_policy_free(policy);
	/* n alone decides how many are looked at. */
	policy = with("web-server", only_data, 1);
	check_setting(policy, "write", "");
	fh_policy_free(policy);
}

/* A path is a path: a dash makes nothing optional. */
static void test_dash(void)
{
	const char *const dirs[] = { "-in", "./-out" };
	struct fh_policy *policy = with("file-processor", dirs, 2);

	check_setting(policy, "read", "./-in");
	check_setting(policy, "write", "./-out");
	check(!policy->grants[0].is_optional);
	fh_policy_free(policy);
}

static void test_failures(void)
{
	static char long_path[5000];
	const char *const dirs[] = { "/a", "/b", "/c", "/d" };
	const char *const empty[] = { "/a", "" };
	const char *const too_long[] = { "/a", long_path };
	const struct {
		const char *name;
		const char *const *dirs;
		size_t n;
		int code;
		const char *what, *remedy;
	} rows[] = {
		{ "web-servr", dirs, 1, -ENOENT, "web-servr", "web-server?" },
		{ "", NULL, 0, -ENOENT, "preset", "" },
		{ "web-server", dirs, 4, -EINVAL, "4 directories", "" },
		{ "file-processor", dirs, 3, -EINVAL, "where it has 2", "" },
		{ "strict", dirs, 1, -EINVAL, "where it has 0", "" },
		{ "web-server", NULL, 1, -EINVAL, "directories is NULL", "" },
		{ "file-processor", empty, 2, -EINVAL, "", "" },
		{ "file-processor", too_long, 2, -E2BIG, "", "" },
		{ NULL, NULL, 0, -EINVAL, "name is NULL", "" },
	};

	memset(long_path, 'x', sizeof(long_path) - 1);
	for (size_t i = 0; i < N(rows); i++) {
		struct fh_policy *policy = fh_policy_new();
		char *before = NULL, *after = NULL;
		uint64_t version;

		check_int(fh_policy_set(policy, "read", "/mine", &err), 0);
		check_int(fh_policy_print(policy, FH_JSON, &before, &err), 0);
		version = policy->version;
		memset(&err, 0, sizeof(err));
		check_int(fh_policy_preset(policy, rows[i].name, rows[i].dirs,
					   rows[i].n, &err), rows[i].code);
		check_int(err.code, rows[i].code);
		check_int(err.stage, FH_STAGE_PARSE);
		check(*err.what);
		check_has(err.what, rows[i].what);
		check_has(err.remedy, rows[i].remedy);
		/* The policy is as it was. */
		check_int(fh_policy_print(policy, FH_JSON, &after, &err), 0);
		check_str(after, before);
		check_int(policy->version, version);
		check_int(policy->n_grants, 1);
		check_int(fh_policy_preset(policy, rows[i].name, rows[i].dirs,
					   rows[i].n, NULL), rows[i].code);
		free(before);
		free(after);
		fh_policy_free(policy);
	}
	check_int(fh_policy_preset(NULL, "strict", NULL, 0, &err), -EINVAL);
	check_has(err.what, "policy is NULL");
}

/* A plan of the policy as it was knows that it was changed. */
static void test_version(void)
{
	struct fh_policy *policy = fh_policy_new();
	uint64_t version = policy->version;

	check_int(fh_policy_preset(policy, "strict", NULL, 0, &err), 0);
	check(policy->version != version);
	fh_policy_free(policy);
}

#define TEST(function, title) { .name = title, .run = test_##function }

static const struct tap_test tests[] = {
	TEST(table, "the table is whole"),
	TEST(settings, "its settings exist and take their values"),
	TEST(list, "they are listed"),
	TEST(capabilities, "their capabilities are those of the layer"),
	TEST(adds, "a preset adds exactly what it says"),
	TEST(on_top, "to what the policy has"),
	TEST(left_out, "directories may be left out"),
	TEST(dash, "a dash is a letter of the path"),
	TEST(failures, "a failure leaves the policy as it was"),
	TEST(version, "a plan notices"),
};

int main(void)
{
	return tap_run(tests, N(tests));
}
