/* Prints a profile in its canonical form: one order, one spelling. */
#include <string.h>

#include "base/text.h"
#include "profile/profile.h"
#include "tables/settings.h"

struct printer {
	const struct profile *profile;
	struct text *text;
	bool is_json;
	enum setting_section last; /* that has a heading; N_SECTIONS: none */
};

/* What a later line adds to, where another setting is set anew. */
static const bool is_list[] = {
	[SETTING_GRANT] = true,	     [SETTING_BIND] = true,
	[SETTING_HIDE] = true,	     [SETTING_TMPFS] = true,
	[SETTING_DEVICE] = true,     [SETTING_PORT] = true,
	[SETTING_SYSCALL] = true,    [SETTING_ENV] = true,
	[SETTING_ENV_NAME] = true,   [SETTING_FD] = true,
	[SETTING_CAPABILITY] = true, [SETTING_GUARANTEE] = true,
	[SETTING_PROFILE] = false,
};

/* A switch has one value. */
static const char *value_of(const struct profile_entry *entry)
{
	return entry->setting->type == SETTING_SWITCH ? "yes" : entry->value;
}

static void print_line(struct printer *printer,
		       const struct profile_entry *entry)
{
	const struct setting *setting = entry->setting;

	if (setting->section != printer->last)
		text_add(printer->text, "%s[%s]\n",
			 printer->text->len ? "\n" : "",
			 section_names[setting->section]);
	printer->last = setting->section;
	text_add(printer->text, "%s = ", setting->name);
	text_add_value(printer->text, value_of(entry));
	text_add(printer->text, "\n");
}

static void print_object(struct printer *printer,
			 const struct profile_entry *entry)
{
	struct text *text = printer->text;

	text_add(text,
		 "%s\n    {\"section\": \"%s\", \"name\": \"%s\", \"value\": ",
		 printer->last == N_SECTIONS ? "" : ",",
		 section_names[entry->setting->section], entry->setting->name);
	printer->last = entry->setting->section;
	text_add_json(text, value_of(entry));
	text_add(text, ", \"file\": ");
	text_add_json(text, entry->file);
	text_add(text, ", \"line\": %u, \"column\": %u}", entry->line,
		 entry->name_column);
}

static void print_entry(struct printer *printer,
			const struct profile_entry *entry)
{
	if (printer->is_json)
		print_object(printer, entry);
	else
		print_line(printer, entry);
}

static void print_setting(struct printer *printer,
			  const struct setting *setting)
{
	const struct profile *profile = printer->profile;
	const struct profile_entry *last = NULL;

	for (size_t i = 0; i < profile->n_entries; i++) {
		const struct profile_entry *entry = &profile->entries[i];

		if (entry->setting != setting)
			continue;
		if (is_list[setting->type])
			print_entry(printer, entry);
		last = entry;
	}
	if (last && !is_list[setting->type])
		print_entry(printer, last);
}

/* Of calls that are allowed and refused the last one counts, so they stay in
 * their order. */
static void print_syscalls(struct printer *printer)
{
	const struct profile *profile = printer->profile;

	for (size_t i = 0; i < profile->n_entries; i++)
		if (profile->entries[i].setting->type == SETTING_SYSCALL)
			print_entry(printer, &profile->entries[i]);
}

static void print_all(struct printer *printer)
{
	for (int section = 0; section < N_SECTIONS; section++) {
		for (size_t i = 0; i < n_settings; i++)
			if ((int)settings[i].section == section &&
			    settings[i].type != SETTING_SYSCALL)
				print_setting(printer, &settings[i]);
		if (section == SECTION_SYSCALLS)
			print_syscalls(printer);
	}
}

void profile_print(const struct profile *profile, struct text *ret)
{
	struct printer printer = { profile, ret, false, N_SECTIONS };

	if (*profile->description) {
		text_add(ret, "[profile]\ndescription = ");
		text_add_value(ret, profile->description);
		text_add(ret, "\n");
	}
	print_all(&printer);
}

void profile_print_json(const struct profile *profile, struct text *ret)
{
	struct printer printer = { profile, ret, true, N_SECTIONS };

	text_add(ret, "{\n  \"schema\": \"fumehood-profile-1\",\n  \"file\": ");
	text_add_json(ret, profile->file);
	text_add(ret, ",\n  \"description\": ");
	text_add_json(ret, profile->description);
	text_add(ret, ",\n  \"settings\": [");
	print_all(&printer);
	text_add(ret, "%s]\n}\n", printer.last == N_SECTIONS ? "" : "\n  ");
}
