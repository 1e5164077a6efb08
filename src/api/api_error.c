/* The error as one line, and the version of the library. */
#include "api/export.h"

#include <stdio.h>
#include <string.h>

#include "plan/box.h"
#include "version.h"

#define LINE_MAX_INNER 4096 /* all parts, with room */

/* A message that ends in what the kernel said, where it says something that
 * the sentence does not say already. */
static bool has_reason(const struct fh_error *err)
{
	return err->code && (err->code == -ENOMEM ||
			     err->stage == FH_STAGE_APPLY ||
			     err->stage == FH_STAGE_EXEC ||
			     err->stage == FH_STAGE_SUPERVISE ||
			     err->stage == FH_STAGE_PROBE) &&
	       !memchr(err->what, ':', strnlen(err->what, sizeof(err->what)));
}

static void add(char line[LINE_MAX_INNER], const char *before,
		const char *text, size_t max, const char *after)
{
	size_t n = strlen(line);

	snprintf(line + n, LINE_MAX_INNER - n, "%s%.*s%s", before, (int)max,
		 text, after);
}

/* Cut between characters, with "..." at the end. */
static void copy_shortened(char *ret, size_t size, const char *line)
{
	size_t len = strlen(line);

	if (len >= size) {
		len = size > 4 ? size - 4 : 0;
		while (len && ((unsigned char)line[len] & 0xc0) == 0x80)
			len--;
		memcpy(ret, line, len);
		if (size > 4)
			memcpy(ret + len, "...", 3);
		len += size > 4 ? 3 : 0;
	} else {
		memcpy(ret, line, len);
	}
	ret[len] = '\0';
}

int fh_error_print(const struct fh_error *err, char *ret, size_t size)
{
	char line[LINE_MAX_INNER] = "";

	if (!err || (!ret && size))
		return -EINVAL;
	add(line, "", err->what, sizeof(err->what), "");
	if (has_reason(err))
		add(line, ": ", strerror(-err->code), 256, "");
	if (err->stage == FH_STAGE_APPLY && err->step < N_STEPS) {
		add(line, " (step ", step_infos[err->step].name, 64,
		    *err->origin ? ", asked by " : "");
		add(line, "", err->origin, sizeof(err->origin), ")");
	}
	if (*err->remedy)
		add(line, "; ", err->remedy, sizeof(err->remedy), "");
	if (size)
		copy_shortened(ret, size, line);
	return 0;
}

const char *fh_version(void)
{
	return FUMEHOOD_VERSION;
}
