/* What a careless launcher lets the program inherit. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

static int run_descriptor(const struct attack_stage *stage)
{
	char byte;

	return try_result(pread(stage->inherited_fd, &byte, 1, 0));
}

const struct attack attack_inherited_descriptor = {
	.name = "inherited-descriptor",
	.title = "read the secret by a descriptor left open",
	.guarantee = "files-read",
	.layer = "close_range",
	.run = run_descriptor,
	.expected = { EBADF },
};

static int run_directory(const struct attack_stage *stage)
{
	autoclose int fd =
		openat(stage->inherited_dir, "..", O_PATH | O_CLOEXEC);

	return try_result(fd);
}

const struct attack attack_inherited_directory = {
	.name = "inherited-directory",
	.title = "climb out by a directory left open",
	.guarantee = "files-read",
	.layer = "close_range",
	.run = run_directory,
	.expected = { EBADF },
};

static int run_environment(const struct attack_stage *stage)
{
	return getenv(stage->marker) ? 0 : -ENOENT;
}

const struct attack attack_inherited_environment = {
	.name = "inherited-environment",
	.title = "find a variable of the caller's environment",
	.guarantee = "files-read",
	.layer = "cleared environment",
	.run = run_environment,
	.expected = { ENOENT },
};
