/* Finds the profile that a name means, and reads it. */
#include "profile/profile_find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/text.h"
#include "profile/profile_builtin.h"

/* Its meaning is fixed: no file can stand for the policy that nothing was added to. */
#define NAME_OF_DEFAULT "default"

void profile_places_usual(struct profile_places *ret)
{
	const char *home = secure_getenv("HOME");
	static const char *const usual[] = { "/etc/fumehood",
					     "/usr/share/fumehood" };

	*ret = (struct profile_places){ 0 };
	if (home && *home == '/' &&
	    snprintf(ret->home, sizeof(ret->home), "%s/.config/fumehood",
		     home) < (int)sizeof(ret->home))
		ret->directories[ret->n++] = ret->home;
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		ret->directories[ret->n++] = usual[i];
	if (strcmp(builtin_profiles_directory, usual[1]) != 0)
		ret->directories[ret->n++] = builtin_profiles_directory;
}

void profile_source_done(struct profile_source *source)
{
	free(source->file);
	free(source->directory);
	free(source->bytes.data);
	*source = (struct profile_source){ 0 };
}

bool profile_source_is_same(const struct profile_source *a,
			    const struct profile_source *b)
{
	if (!a->directory || !b->directory)
		return !a->directory && !b->directory &&
		       strcmp(a->file, b->file) == 0;
	return a->bytes.dev == b->bytes.dev && a->bytes.ino == b->bytes.ino;
}

bool profile_name_is_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	return n && !name[n] && n <= PROFILE_NAME_MAX && *name != '-' &&
	       *name != '.';
}

static int no_memory(const char *word, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, -ENOMEM,
			 "profile %s: out of memory", word);
}

/* --- files ---------------------------------------------------------------- */

/* @directory_len: how much of @path is its directory. Return: 0 or -ENOMEM */
static int source_name(struct profile_source *source, const char *path,
		       size_t directory_len)
{
	source->file = strdup(path);
	source->directory = strndup(path, directory_len);
	return source->file && source->directory ? 0 : -ENOMEM;
}

static int read_file(const char *path, struct profile_source *ret,
		     struct fh_error *err)
{
	struct profile_source source = { 0 };
	size_t n = (size_t)(strrchr(path, '/') - path);
	int r = source_name(&source, path, n + !n);

	r = r < 0 ? no_memory(path, err)
		  : profile_file_read(AT_FDCWD, path, path, &source.bytes, err);
	if (r < 0)
		profile_source_done(&source);
	else
		*ret = source;
	return r;
}

/* A relative file starts where the file that names it is. */
static int find_file(const char *path, const struct profile_source *from,
		     struct profile_source *ret, struct fh_error *err)
{
	autotext joined = { 0 };

	if (!from || *path == '/')
		return read_file(path, ret, err);
	if (!from->directory)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: what is built in is beside no file", path);
	text_add(&joined, "%s/%s", from->directory, path);
	if (joined.code)
		return no_memory(path, err);
	return read_file(text_string(&joined), ret, err);
}

/* --- names ---------------------------------------------------------------- */

struct search {
	const char *name;
	const struct profile_source *from;
	bool has_met_itself;
	struct fh_error *err;
};

/* Return: 1 when it is @ret, 0 when it is who asks */
static int take_other(struct search *search, struct profile_source *source,
		      struct profile_source *ret)
{
	if (search->from && profile_source_is_same(search->from, source)) {
		search->has_met_itself = true;
		profile_source_done(source);
		return 0;
	}
	*ret = *source;
	return 1;
}

/* The directory is looked at only where it has the name: others do no harm. */
static int read_in(struct search *search, int dir_fd, const char *directory,
		   struct profile_source *ret)
{
	struct profile_source source = { 0 };
	autotext path = { 0 };
	int r;

	text_add(&path, "%s/%s" PROFILE_SUFFIX, directory, search->name);
	r = path.code ? path.code
		      : source_name(&source, text_string(&path),
				    strlen(directory));
	if (r < 0)
		r = no_memory(search->name, search->err);
	else
		r = profile_directory_check(dir_fd, directory, search->err);
	if (r == 0)
		r = profile_file_read(dir_fd,
				      text_string(&path) + strlen(directory) + 1,
				      source.file, &source.bytes, search->err);
	if (r == 0)
		return take_other(search, &source, ret);
	profile_source_done(&source);
	return r;
}

/* Return: 1 when found, 0 when it is not there, or a negative errno */
static int find_in(struct search *search, const char *directory,
		   struct profile_source *ret)
{
	autoclose int dir_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char file[PROFILE_NAME_MAX + sizeof(PROFILE_SUFFIX)];
	struct stat st;

	/* Who cannot get there has put nothing there. */
	if (dir_fd < 0 &&
	    (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
		return 0;
	if (dir_fd < 0)
		return error_set(search->err, FH_STAGE_PARSE, -errno, "%s: %s",
				 directory, strerror(errno));
	snprintf(file, sizeof(file), "%s" PROFILE_SUFFIX, search->name);
	if (fstatat(dir_fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno == ENOENT)
		return 0;
	return read_in(search, dir_fd, directory, ret);
}

static int find_builtin(struct search *search, struct profile_source *ret)
{
	struct profile_source source = { 0 };
	const struct builtin_profile *row = NULL;
	autotext file = { 0 };

	for (size_t i = 0; i < n_builtin_profiles && !row; i++)
		if (strcmp(builtin_profiles[i].name, search->name) == 0)
			row = &builtin_profiles[i];
	if (!row)
		return 0;
	text_add(&file, "built-in/%s" PROFILE_SUFFIX, row->name);
	source.file = file.data;
	source.bytes.data = malloc(row->size + 1);
	source.bytes.size = row->size;
	file.data = NULL;
	if (file.code || !source.bytes.data) {
		profile_source_done(&source);
		return no_memory(search->name, search->err);
	}
	memcpy(source.bytes.data, row->text, row->size);
	return take_other(search, &source, ret);
}

static int find_name(const struct profile_places *places,
		     struct search *search, struct profile_source *ret)
{
	const struct profile_source *from = search->from;
	int r = 0;

	if (strcmp(search->name, NAME_OF_DEFAULT) == 0)
		return find_builtin(search, ret);
	if (from && from->directory)
		r = find_in(search, from->directory, ret);
	for (size_t i = 0; i < places->n && r == 0; i++)
		r = find_in(search, places->directories[i], ret);
	return r == 0 ? find_builtin(search, ret) : r;
}

/* --- what is not there ------------------------------------------------------ */

static const char *name_at(size_t i, void *ctx)
{
	const struct profile_name *names = ctx;

	return names[i].name;
}

static int refuse_unknown(const struct profile_places *places,
			  const char *name, struct fh_error *err)
{
	autofree struct profile_name *names = NULL;
	const char *nearest = NULL;
	size_t n = 0;

	error_set(err, FH_STAGE_PARSE, -ENOENT, "no profile %s", name);
	if (*name && access(name, F_OK) == 0) {
		error_remedy(err, "for the file write ./%s", name);
		return -ENOENT;
	}
	if (profile_names(places, &names, &n) == 0)
		nearest = nearest_name(name, name_at, n, names);
	if (nearest)
		error_remedy(err, "did you mean %s?", nearest);
	else
		error_remedy(err, "fumehood profile list tells which there are; a file has a slash");
	return -ENOENT;
}

int profile_find(const struct profile_places *places, const char *word,
		 const struct profile_source *from, struct profile_source *ret,
		 struct fh_error *err)
{
	struct search search = { word, from, false, err };
	int r = 0;

	if (strchr(word, '/'))
		return find_file(word, from, ret, err);
	if (profile_name_is_good(word))
		r = find_name(places, &search, ret);
	if (r < 0)
		return r;
	if (r == 1)
		return 0;
	if (search.has_met_itself)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s extends itself", from->file);
	return refuse_unknown(places, word, err);
}
