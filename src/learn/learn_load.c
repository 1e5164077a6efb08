/* Takes over a profile with its variables and comments as they are written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "learn/evidence_store.h"
#include "learn/learner.h"
#include "profile/profile.h"
#include "profile/profile_file.h"
#include "profile/profile_lines.h"
#include "tables/settings.h"

/* A variable is any text to a policy: what it stands for is asked when it runs. */
static int set_all(const struct profile *profile, struct fh_policy *policy,
		   struct fh_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < profile->n_entries; i++)
		r = policy_set(policy, profile->entries[i].setting->name,
			       profile->entries[i].value,
			       profile->entries[i].file, err);
	return r;
}

/* What was suggested stays at least that much: it is four times a peak. */
static void take_peak(struct evidence *evidence, const char *line)
{
	unsigned long long n;

	if (sscanf(line, "# %*[a-z-] = %llu", &n) != 1 || n >> 40)
		return;
	if (sscanf(line, "# pids = %llu  (", &n) == 1)
		evidence_peaks(evidence, n / 4, 0, 0);
	else if (sscanf(line, "# memory = %lluM  (", &n) == 1)
		evidence_peaks(evidence, 0, n << 18, 0);
	else if (sscanf(line, "# file-size = %lluM  (", &n) == 1)
		evidence_peaks(evidence, 0, 0, n << 18);
}

static int take_comment(struct evidence *evidence, int section,
			const char *line)
{
	static const char executed[] = "# executed: ";
	int r = evidence_comment(evidence, section, line);

	take_peak(evidence, line);
	/* Escaped ones cannot be told from their escapes. */
	if (r == 0 && strncmp(line, executed, strlen(executed)) == 0 &&
	    !strchr(line, '\\'))
		r = evidence_program(evidence, line + strlen(executed));
	return r;
}

static int find_section(const char *line)
{
	size_t n = strcspn(line + 1, "]");

	for (int i = 0; i < N_SECTIONS; i++)
		if (strlen(section_names[i]) == n &&
		    strncmp(section_names[i], line + 1, n) == 0)
			return i;
	return -1;
}

/* Of its own file, not of those that it extends. NULL: it is none */
static int read_text(const char *name, char **ret, struct fh_error *err)
{
	struct profile_bytes bytes = { 0 };
	int r;

	if (!strchr(name, '/'))
		return 0;
	r = profile_file_read(AT_FDCWD, name, name, &bytes, err);
	if (r < 0)
		return r;
	*ret = strndup(bytes.data, bytes.size);
	free(bytes.data);
	return *ret ? 0 : error_set(err, FH_STAGE_PARSE, -ENOMEM,
				    "take over %s", name);
}

static int take_comments(struct evidence *evidence, char *text)
{
	char *line, *next;
	int section = -1, r = 0;

	for (line = text; r == 0 && line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		line += strspn(line, " \t");
		if (*line == '[')
			section = find_section(line);
		else if (*line == '#' || *line == ';')
			r = take_comment(evidence, section, line);
	}
	return r;
}

/* All or nothing. */
static int take_over(struct evidence *evidence, const struct fh_policy *policy,
		     const char *description, char *text)
{
	size_t n_comments = evidence->n_comments;
	int r = take_comments(evidence, text);

	if (r == 0)
		r = evidence_load(evidence, policy, description);
	if (r < 0)
		evidence->n_comments = n_comments;
	return r;
}

int learn_load(struct evidence *evidence, const char *name,
	       struct fh_error *err)
{
	struct fh_policy *policy = policy_new();
	struct profile_places places;
	struct profile profile = { 0 };
	autofree char *text = NULL;
	int r;

	profile_places_usual(&places);
	r = policy ? profile_open(&places, name, &profile, err)
		   : error_set(err, FH_STAGE_PARSE, -ENOMEM, "take over %s",
			       name);
	if (r == 0)
		r = profile_check(&profile, err);
	if (r == 0)
		r = set_all(&profile, policy, err);
	if (r == 0)
		r = read_text(name, &text, err);
	if (r == 0) {
		r = take_over(evidence, policy, profile.description, text);
		if (r < 0)
			error_set(err, FH_STAGE_PARSE, r, "take over %s", name);
	}
	profile_done(&profile);
	policy_free(policy);
	return r;
}
