/* Policies given to other tools, and taken from them. */
#include "api/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api_text.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "exchange/exchange.h"

#define IMPORT_SIZE_MAX (4u << 20)

const char *fh_target_name(int target)
{
	return target >= 0 && target < N_TARGETS ? target_names[target] : NULL;
}

/* Both texts or neither become the caller's. */
static int take_both(struct text *text, struct text *losses, char **ret,
		     char **ret_losses, struct fh_error *err)
{
	char *first = NULL;
	int r = api_take_text(text, &first, "fh_policy_export", err);

	if (r == 0)
		r = api_take_text(losses, ret_losses, "fh_policy_export", err);
	if (r < 0)
		free(first);
	else
		*ret = first;
	return r;
}

static int check_export(const struct fh_policy *policy, enum fh_target target,
			char *const *argv, char **ret, char **ret_losses,
			struct fh_error *err)
{
	int r = api_needs_for("fh_policy_export", policy, err);

	if (r == 0)
		r = api_needs_for("fh_policy_export", ret, err);
	if (r == 0)
		r = api_needs_for("fh_policy_export", ret_losses, err);
	if (r < 0)
		return r;
	if (!fh_target_name((int)target))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "fh_policy_export: no target %d", (int)target);
	if (argv && !argv[0])
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "fh_policy_export: argv names no program");
	return 0;
}

int fh_policy_export(const struct fh_policy *policy, enum fh_target target,
		     char *const argv[], char **ret, char **ret_losses,
		     struct fh_error *err)
{
	static char *const no_environment[] = { NULL };
	autotext text = { 0 }, losses = { 0 };
	struct fh_kernel *kernel = NULL;
	int r = check_export(policy, target, argv, ret, ret_losses, err);

	if (r == 0)
		r = fh_kernel_probe(&kernel, err);
	if (r < 0)
		return r;
	r = policy_export(policy, target, kernel,
			  environ ? environ : no_environment, argv, &text,
			  &losses, err);
	fh_kernel_free(kernel);
	if (r == -ENOMEM)
		error_set(err, FH_STAGE_PARSE, r,
			  "fh_policy_export: out of memory");
	return r < 0 ? r : take_both(&text, &losses, ret, ret_losses, err);
}

static int fail_read(const char *path, int code, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, code, "read %s: %s", path,
			 strerror(-code));
}

/* All of a file, as far as it may be that large. */
static int read_whole(const char *path, char **ret, size_t *ret_size,
		      struct fh_error *err)
{
	autoclose int fd = fd_raise(
		open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	autofree char *bytes = NULL;
	struct stat st;
	size_t n = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_read(path, -errno, err);
	if (!S_ISREG(st.st_mode))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "read %s: no regular file", path);
	bytes = malloc(IMPORT_SIZE_MAX + 1);
	if (!bytes)
		return fail_read(path, -ENOMEM, err);
	for (;;) {
		ssize_t got = read(fd, bytes + n, IMPORT_SIZE_MAX + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_read(path, -errno, err);
		if (!got)
			break;
		n += (size_t)got;
		if (n > IMPORT_SIZE_MAX)
			return error_set(err, FH_STAGE_PARSE, -EFBIG,
					 "read %s: more than %u MiB", path,
					 IMPORT_SIZE_MAX >> 20);
	}
	*ret = bytes;
	*ret_size = n;
	bytes = NULL;
	return 0;
}

int fh_profile_import(enum fh_target from, const char *path, char **ret,
		      struct fh_error *err)
{
	autotext text = { 0 };
	autofree char *bytes = NULL;
	size_t size = 0;
	int r = api_needs(path, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r < 0)
		return r;
	if (!fh_target_name((int)from))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: no target %d", __func__, (int)from);
	if (from != FH_TARGET_OCI)
		return error_set(err, FH_STAGE_PARSE, -EOPNOTSUPP,
				 "%s: only profiles of OCI can be read, not of %s",
				 __func__, fh_target_name((int)from));
	r = read_whole(path, &bytes, &size, err);
	if (r == 0)
		r = oci_import(path, bytes, size, FILTER_ARCH_NATIVE, &text,
			       err);
	return r < 0 ? r : api_take_text(&text, ret, __func__, err);
}
