/* Whole policies for kinds of programs. */
#include "tables/presets.h"

#include <linux/capability.h>
#include <string.h>

#define CAP(name) (UINT64_C(1) << CAP_##name)

/* In the order of what they allow. */
const struct preset presets[] = {
	{ .shown = { .name = "strict",
		     .help = "compute on what is already open, nothing else" },
	  .settings = { { "syscalls", "strict" } } },
	{ .shown = { .name = "file-processor",
		     .help = "read one directory, write another, no sockets",
		     .directories = { "input", "output" } },
	  .access = { "read", "write" },
	  .settings = { { "syscalls", "file-processor" } } },
	/* The sockets are those that it has bound already: no capability is
	 * needed for them any more. */
	{ .shown = { .name = "network-server",
		     .help = "serve on sockets that are open, keep data and logs",
		     .directories = { "data", "logs" } },
	  .access = { "write", "write" },
	  .settings = { { "syscalls", "network-server" } } },
	{ .shown = { .name = "web-server",
		     .help = "serve files and data on sockets that are open",
		     .directories = { "static", "data", "logs" } },
	  .access = { "read", "write", "write" },
	  .settings = { { "syscalls", "network-server" } } },
	/* Landlock refuses every mount, hence no guarantee for files: what it
	 * gives up is told, not hidden. */
	{ .shown = { .name = "container-runtime",
		     .help = "make namespaces and mounts, as root without most of its capabilities",
		     .capabilities = CAP(SYS_ADMIN) | CAP(SETUID) |
				     CAP(SETGID) | CAP(NET_ADMIN) },
	  .settings = { { "syscalls", "container-runtime" },
			{ "uid", "0" }, { "gid", "0" }, { "net", "host" },
			{ "without", "files-read" },
			{ "without", "files-write" },
			{ "without", "network" },
			{ "without", "privileges" } } },
};
const size_t n_presets = sizeof(presets) / sizeof(*presets);

const struct preset *preset_find(const char *name)
{
	for (size_t i = 0; i < n_presets; i++)
		if (strcmp(presets[i].shown.name, name) == 0)
			return &presets[i];
	return NULL;
}
