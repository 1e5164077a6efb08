/* Fuzzing the reader of profiles: what it tells, printed, is told again alike. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "profile/profile_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static int print(void *ctx, const struct profile_line *line,
		 struct fh_error *err)
{
	struct text *text = ctx;

	must(line->line && line->name_column && *line->section && *line->name);
	text_add(text, "[%s]\n%s = ", line->section, line->name);
	text_add_value(text, line->value);
	text_add(text, "\n");
	return 0;
}

/* Exactly as large as the input, so that a byte too far is seen. */
static int tell(const char *bytes, size_t size, struct text *ret)
{
	char *copy = malloc(size + !size);
	struct fh_error err = { 0 };
	int r;

	must(copy != NULL);
	memcpy(copy, bytes, size);
	r = profile_lines("profile", copy, size, print, ret, &err);
	free(copy);
	must(r == 0 || ((r == -EINVAL || r == -E2BIG) && err.code == r &&
			strncmp(err.what, "profile:", 8) == 0));
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autotext first = { 0 }, second = { 0 };

	if (tell((const char *)data, size, &first) < 0 || first.code)
		return 0;
	/* A line that grew by its escapes may have become too long. */
	if (tell(text_string(&first), first.len, &second) == 0)
		must(strcmp(text_string(&first), text_string(&second)) == 0);
	return 0;
}
