/* Keeps the comments of a profile that is updated. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "learn/learned.h"
#include "tables/settings.h"

#define HELD "# held back: "
#define ACCEPT "fumehood learn --accept "

/* How the comments begin that are written anew each time. */
static const char *const written[] = {
	"# Written by fumehood learn",
	"# before it is used.",
	"# Not complete: ",
	"# What it makes in ",
	"# It executes what it can write, in ",
	"# It listened on a port ",
	"# Nothing refuses a socket ",
	"# executed: ",
	"# file-size = ",
	"# keep-env = ",
	"# memory = ",
	"# pids = ",
	"# sockets of: ",
};

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_written_anew(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(written); i++)
		if (begins(line, written[i]))
			return true;
	return false;
}

/* Is there a line that is these bytes, or begins with them? */
static bool has_line(const char *text, const char *line, size_t n, bool is_whole)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len >= n && (len == n || !is_whole) &&
		    memcmp(text, line, n) == 0)
			return true;
		text += len + (text[len] == '\n');
	}
	return false;
}

static bool is_accepted_now(const struct learned *learned, const char *line)
{
	const struct seen_names *accepted = &learned->evidence->accepted;
	const char *path = strstr(line, ACCEPT);

	for (size_t i = 0; path && i < accepted->n; i++) {
		autotext name = { 0 };

		text_add_value(&name, accepted->names[i]);
		if (path_is_within(path + strlen(ACCEPT), text_string(&name)))
			return true;
	}
	return false;
}

bool learned_is_still_held(const struct learned *learned, const char *line,
			   const char *granted, const char *held)
{
	const char *end = strstr(line, "  (");
	size_t n = strlen(HELD);

	if (!begins(line, HELD) || !end || is_accepted_now(learned, line))
		return false;
	return !has_line(granted, line + n, (size_t)(end - line) - n, true) &&
	       !has_line(held, line, (size_t)(end - line) + 3, false);
}

void learned_keep_comments(const struct learned *learned, int section,
			   const char *body, struct text *ret)
{
	const struct evidence *evidence = learned->evidence;

	for (size_t i = 0; i < evidence->n_comments; i++) {
		const struct seen_comment *comment = &evidence->comments[i];
		const char *line = comment->line;

		/* Those of files stand among the lines. */
		if (comment->section != section || is_written_anew(line) ||
		    (section == SECTION_FILESYSTEM && begins(line, HELD)) ||
		    has_line(body, line, strlen(line), true))
			continue;
		text_add(ret, "%s\n", line);
	}
}
