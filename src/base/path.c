/* Normalises and compares path names. */
#include "base/path.h"

#include <errno.h>
#include <string.h>

#include "base/scratch.h"

/* Appends the components of part to ret, which holds *len characters. */
static int append_components(char ret[PATH_MAX], size_t *len, const char *part)
{
	while (*part) {
		size_t n = strcspn(part, "/");

		if (n == 2 && part[0] == '.' && part[1] == '.')
			return -EINVAL;
		if (n > 0 && !(n == 1 && part[0] == '.')) {
			if (*len + 1 + n >= PATH_MAX)
				return -ENAMETOOLONG;
			ret[(*len)++] = '/';
			memcpy(ret + *len, part, n);
			*len += n;
		}
		part += n;
		part += *part == '/';
	}
	return 0;
}

int path_normalise(const char *base, const char *path, char ret[PATH_MAX])
{
	scratch char result[PATH_MAX];
	size_t len = 0;
	int r = 0;

	if (!*path)
		return -EINVAL;
	if (*path != '/')
		r = append_components(result, &len, base);
	if (r == 0)
		r = append_components(result, &len, path);
	if (r < 0)
		return r;
	if (!len)
		result[len++] = '/';
	memcpy(ret, result, len);
	ret[len] = '\0';
	return 0;
}

bool path_is_within(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	if (n == 1)
		return true;
	return strncmp(path, directory, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

int path_compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	/* '/' sorts before every other character, so that "a/b" stands
	 * between "a" and "a-b". */
	if (*a == *b)
		return 0;
	if (!*a || !*b)
		return *a ? 1 : -1;
	if (*a == '/' || *b == '/')
		return *a == '/' ? -1 : 1;
	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}
