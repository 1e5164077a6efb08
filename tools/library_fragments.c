/* What the pages of the library take from the tables, as scdoc. */
#include "fragments.h"

#include <ctype.h>
#include <errno.h>
#include <fumehood/broker.h>
#include <string.h>

#include "base/cleanup.h"
#include "confine/confine_plan.h"
#include "plan/plan.h"
#include "tables/capabilities.h"
#include "tables/guarantees.h"
#include "tables/landlock_rights.h"
#include "tables/presets.h"
#include "tables/settings.h"

static void add_setting_names(struct text *ret)
{
	for (size_t i = 0; i < n_settings; i++) {
		const struct setting *setting = &settings[i];

		text_add(ret, "*%s*", setting->name);
		if (setting->arg) {
			text_add(ret, " _");
			add_plain(ret, setting->arg);
			text_add(ret, "_");
		}
		text_add(ret, "\n\t");
		add_sentence(ret, setting->help);
		if (setting->since && *setting->since)
			text_add(ret, " Linux %s.", setting->since);
		text_add(ret, "%s\n", setting->only_box ? " Only a box." : "");
	}
	text_add(ret, "\n");
}

static void add_only_box(struct text *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < n_settings; i++)
		if (settings[i].only_box)
			text_add(ret, "%s*%s*", n++ ? ", " : "",
				 settings[i].name);
	text_add(ret, ".\n\n");
}

static void add_directories(struct text *ret, const struct preset *preset)
{
	const char *const *directories = preset->shown.directories;

	for (size_t i = 0; directories[i]; i++)
		text_add(ret, "%s_%s_ (%s)", i ? ", " : "++\nDirectories: ",
			 directories[i], preset->access[i]);
	text_add(ret, "%s", directories[0] ? "." : "");
}

static void add_kept_capabilities(struct text *ret,
				  const struct preset *preset)
{
	size_t n = 0;

	for (int cap = 0; cap < N_CAPABILITIES; cap++) {
		if (!(preset->shown.capabilities >> cap & 1))
			continue;
		text_add(ret, "%s", n++ ? ", " : "++\nKeeps: ");
		add_plain(ret, capability_names[cap]);
	}
	text_add(ret, "%s", n ? "." : "");
}

static void add_preset_settings(struct text *ret, const struct preset *preset)
{
	const struct preset_setting *row = preset->settings;

	text_add(ret, "++\nSets: ");
	for (size_t i = 0; row[i].name; i++) {
		text_add(ret, "%s*%s* ", i ? ", " : "", row[i].name);
		add_plain(ret, row[i].value);
	}
	text_add(ret, ".");
}

static void add_presets(struct text *ret)
{
	for (size_t i = 0; i < n_presets; i++) {
		text_add(ret, "*%s*\n\t", presets[i].shown.name);
		add_sentence(ret, presets[i].shown.help);
		add_directories(ret, &presets[i]);
		add_kept_capabilities(ret, &presets[i]);
		add_preset_settings(ret, &presets[i]);
		text_add(ret, "\n\n");
	}
}

/* Whatever it is, the planner says so of a process that confines itself by it,
 * started as root. */
static struct fh_plan *plan_preset(struct fh_policy *policy,
				   const struct preset *preset)
{
	const struct fh_kernel kernel = {
		.arch = FILTER_ARCH_NATIVE,
		.capabilities = CAPABILITIES_KNOWN,
		.can_clear_groups = true,
		.landlock_abi = LANDLOCK_ABI_KNOWN,
		.has_mdwe = true,
	};
	struct fh_plan *plan = NULL;

	if (!policy ||
	    policy_preset(policy, preset->shown.name, NULL, 0, NULL) < 0 ||
	    confine_plan(policy, &kernel, &plan, NULL) < 0)
		return NULL;
	return plan;
}

static bool is_same_loss(const struct plan_guarantee *a,
			 const struct plan_guarantee *b)
{
	return a->lost && b->lost && strcmp(a->lost, b->lost) == 0;
}

/* What the plan lacks, but for what another lacks as well. */
static void add_losses(struct text *ret, const struct fh_plan *plan,
		       const struct fh_plan *common)
{
	size_t n = 0;

	if (!plan)
		ret->code = ret->code ? ret->code : -EINVAL;
	for (int g = 0; plan && g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];

		if (!row->is_asked || !row->lost ||
		    (common && is_same_loss(row, &common->guarantees[g])))
			continue;
		text_add(ret, "%s*%s* %s: ", n++ ? "++\n" : "",
			 guarantees[g].name,
			 row->holders ? "in part" : "not");
		add_plain(ret, row->lost);
		text_add(ret, ".");
	}
	text_add(ret, "%s\n\n", n ? "" : "All the rest is held.");
}

/* The first preset allows least: what it lacks all of them lack. */
static void add_preset_losses(struct text *ret)
{
	struct fh_policy *least_policy = policy_new();
	struct fh_plan *least = plan_preset(least_policy, &presets[0]);

	text_add(ret, "*every preset*\n\t");
	add_losses(ret, least, NULL);
	for (size_t i = 0; i < n_presets; i++) {
		struct fh_policy *policy = policy_new();
		struct fh_plan *plan = plan_preset(policy, &presets[i]);

		text_add(ret, "*%s*\n\t", presets[i].shown.name);
		add_losses(ret, plan, least);
		plan_free(plan);
		policy_free(policy);
	}
	plan_free(least);
	policy_free(least_policy);
}

/* The enumerators are the names, in upper case and with underscores. */
static void add_guarantee_names(struct text *ret)
{
	for (int g = 0; g < N_GUARANTEES; g++) {
		text_add(ret, "*FH_GUARANTEE_");
		for (const char *s = guarantees[g].name; *s; s++)
			text_add(ret, "%c",
				 *s == '-' ? '_' : toupper((unsigned char)*s));
		text_add(ret, "* \"%s\"%s\n\tThe program cannot ",
			 guarantees[g].name,
			 guarantees[g].is_required ? ", required" : "");
		add_plain(ret, guarantees[g].cannot);
		text_add(ret, ".\n");
	}
	text_add(ret, "\n");
}

static void add_broker_keys(struct text *ret)
{
	struct fh_broker_key key;

	for (size_t i = 0; fh_broker_key_at(i, &key) == 0; i++) {
		text_add(ret, "*%s* = _", key.name);
		add_plain(ret, key.arg);
		text_add(ret, "_\n\t");
		add_sentence(ret, key.help);
		if (*key.words) {
			text_add(ret, " Words: ");
			add_plain(ret, key.words);
			text_add(ret, ".");
		}
		text_add(ret, "\n");
	}
	text_add(ret, "\n");
}

const struct fragment library_fragments[] = {
	{ "manual-broker-keys", add_broker_keys },
	{ "manual-guarantee-names", add_guarantee_names },
	{ "manual-only-box", add_only_box },
	{ "manual-preset-losses", add_preset_losses },
	{ "manual-presets", add_presets },
	{ "manual-setting-names", add_setting_names },
};
const size_t n_library_fragments = ARRAY_SIZE(library_fragments);
