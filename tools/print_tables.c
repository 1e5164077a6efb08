/*
 * Copies a template from stdin to stdout and fills in what the tables say.
 *
 * Completions, manual pages and the report's schema are templates: prose and
 * shell logic stand in them, lists of options, calls, guarantees and exit statuses never do. A
 * marker that no fragment answers to is an error, so that a renamed fragment
 * cannot leave a hole in the manual.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fragments.h"

#define LINE_SIZE 4096

static const struct fragment *find_in(const struct fragment *list, size_t n,
				      const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(list[i].name, name, len) == 0 && !list[i].name[len])
			return &list[i];
	return NULL;
}

static const struct fragment *find(const char *name, size_t len)
{
	const struct fragment *found =
		find_in(shell_fragments, n_shell_fragments, name, len);

	if (!found)
		found = find_in(manual_fragments, n_manual_fragments, name,
				len);
	if (!found)
		found = find_in(library_fragments, n_library_fragments, name,
				len);
	return found ? found
		     : find_in(schema_fragments, n_schema_fragments, name, len);
}

/* Is the line "@name@"? Then ret_name and its length tell the name. */
static size_t marker_length(const char *line)
{
	size_t len = strspn(line + 1, "abcdefghijklmnopqrstuvwxyz-");

	return *line == '@' && len && strcmp(line + 1 + len, "@\n") == 0 ? len
									 : 0;
}

static int fill(FILE *in, struct text *out)
{
	char line[LINE_SIZE];

	while (fgets(line, sizeof(line), in)) {
		size_t len = marker_length(line);
		const struct fragment *fragment = len ? find(line + 1, len)
						      : NULL;

		if (len && !fragment) {
			fprintf(stderr, "print_tables: no fragment %s", line);
			return -ENOENT;
		}
		if (fragment)
			fragment->add(out);
		else
			text_add_bytes(out, line, strlen(line));
	}
	return ferror(in) ? -EIO : out->code;
}

int main(void)
{
	autotext out = { 0 };
	int r = fill(stdin, &out);

	if (r == 0 && (fwrite(out.data, 1, out.len, stdout) != out.len ||
		       fflush(stdout) != 0))
		r = -EIO;
	if (r < 0)
		fprintf(stderr, "print_tables: %s\n", strerror(-r));
	return r < 0;
}
