/*
 * Writes a shell command that runs bubblewrap: an option a line.
 *
 * Made-up files come from here-documents, variables that are kept from whoever runs the
 * command, and the program from the command's own arguments where none is
 * known.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "exchange/exchange.h"
#include "exchange/export_words.h"
#include "tables/capabilities.h"

#define DATA_FD_LAST 9 /* a shell's redirections have one digit */
#define DATA_FD_FIRST 3

struct command {
	const struct export *export;
	struct text *out;
	struct text documents; /* redirections, then their contents */
	struct text contents;
	int data_fd;
};

static void begin(struct command *command, const char *option)
{
	text_add(command->out, " \\\n  %s", option);
}

static void add_word(struct command *command, const char *word)
{
	text_add(command->out, " ");
	shell_word(command->out, word);
}

static void option(struct command *command, const char *name, const char *a,
		   const char *b)
{
	begin(command, name);
	if (a)
		add_word(command, a);
	if (b)
		add_word(command, b);
}

static bool is_kept_fd(const struct fh_policy *policy, int fd)
{
	for (size_t i = 0; i < policy->n_keep_fds; i++)
		if (policy->keep_fds[i] == fd)
			return true;
	return false;
}

/* A file with contents of ours, through a descriptor that is not the caller's. */
static int add_file(struct command *command, const struct mount_op *op,
		    struct fh_error *err)
{
	size_t len = strlen(op->content);
	char number[12], end[32] = "END";

	while (command->data_fd >= DATA_FD_FIRST &&
	       is_kept_fd(command->export->policy, command->data_fd))
		command->data_fd--;
	if (command->data_fd < DATA_FD_FIRST)
		return error_set(err, FH_STAGE_PLAN, -EINVAL,
				 "%s: no descriptor is left that bubblewrap could read it from",
				 op->target);
	/* No line of the contents may be the one that ends them. */
	while (strstr(op->content, end) && strlen(end) < sizeof(end) - 1)
		strcat(end, "_");
	if (strstr(op->content, end) || !len || op->content[len - 1] != '\n')
		return error_set(err, FH_STAGE_PLAN, -EINVAL,
				 "%s: its contents cannot be told", op->target);
	snprintf(number, sizeof(number), "%d", command->data_fd);
	option(command, "--ro-bind-data", number, op->target);
	text_add(&command->documents, " %s<<'%s'", number, end);
	text_add(&command->contents, "%s%s\n", op->content, end);
	command->data_fd--;
	return 0;
}

static void add_storage(struct command *command, const struct mount_op *op)
{
	char size[24];

	text_add(command->out, " \\\n  --perms %04o", op->mode);
	if (op->size) {
		/* What it takes at most, SIZE_MAX >> 1. */
		uint64_t most = UINT64_MAX >> 2;

		snprintf(size, sizeof(size), "%" PRIu64,
			 op->size < most ? op->size : most);
		text_add(command->out, " --size %s", size);
	}
	text_add(command->out, " --tmpfs");
	add_word(command, op->target);
}

static void add_hidden(struct command *command, const struct mount_op *op)
{
	if (!op->is_directory) {
		option(command, "--ro-bind", "/dev/null", op->target);
		return;
	}
	begin(command, "--perms 0000 --tmpfs");
	add_word(command, op->target);
	option(command, "--remount-ro", op->target, NULL);
}

static int add_bind(struct command *command, const struct mount_op *op,
		    struct fh_error *err)
{
	bool is_device = op->landlock & LL_FS_IOCTL_DEV;
	char source[PATH_MAX];
	int r = export_source(op, source, err);

	if (r == 0)
		option(command, is_device ? "--dev-bind"
			      : op->access & FH_WRITE ? "--bind" : "--ro-bind",
		       source, op->target);
	return r;
}

/* --dev makes devices, links and terminals alike. */
static bool is_of_dev(const struct mount_op *op)
{
	return strcmp(op->target, "/dev") == 0 ||
	       (strncmp(op->target, "/dev/", 5) == 0 &&
		strcmp(op->origin, "default") == 0);
}

static int add_mount(struct command *command, const struct mount_op *op,
		     struct fh_error *err)
{
	if (op->kind != MOUNT_TMPFS && is_of_dev(op)) {
		if (op->kind == MOUNT_DIRECTORY)
			option(command, "--dev", op->target, NULL);
		return 0;
	}
	switch (op->kind) {
	case MOUNT_DIRECTORY:
		text_add(command->out, " \\\n  --perms %04o --dir", op->mode);
		add_word(command, op->target);
		return 0;
	case MOUNT_FILE:
		return add_file(command, op, err);
	case MOUNT_SYMLINK:
		option(command, "--symlink", op->content, op->target);
		return 0;
	case MOUNT_BIND:
	case MOUNT_DEVICE:
		return add_bind(command, op, err);
	case MOUNT_TMPFS:
		add_storage(command, op);
		return 0;
	case MOUNT_PROC:
		option(command, "--proc", op->target, NULL);
		return 0;
	case MOUNT_DEVPTS:
		return 0;
	case MOUNT_HIDE:
		add_hidden(command, op);
		return 0;
	}
	return 0;
}

static void add_namespaces(struct command *command)
{
	const struct fh_plan *plan = command->export->plan;
	const struct fh_policy *policy = command->export->policy;
	char id[24];

	begin(command, "--unshare-ipc --unshare-pid --unshare-uts --unshare-cgroup");
	if (policy->net != FH_NET_HOST)
		begin(command, "--unshare-net");
	if (plan->has_userns) {
		begin(command, "--unshare-user --disable-userns");
		snprintf(id, sizeof(id), "%u", plan->uid);
		option(command, "--uid", id, NULL);
		snprintf(id, sizeof(id), "%u", plan->gid);
		option(command, "--gid", id, NULL);
	}
	begin(command, "--die-with-parent");
	if (policy->tty != TTY_INHERIT)
		begin(command, "--new-session");
	option(command, "--hostname",
	       policy->hostname ? policy->hostname : "fumehood", NULL);
	begin(command, "--cap-drop ALL");
	for (int cap = 0; cap < N_CAPABILITIES; cap++)
		if (policy->keep_caps >> cap & 1)
			option(command, "--cap-add", capability_names[cap],
			       NULL);
}

static void keep_variable(struct command *command, const char *name)
{
	if (shell_is_name(name))
		text_add(command->out,
			 " \\\n  ${%s+--setenv %s \"$%s\"}", name, name, name);
	else
		text_add(command->export->losses,
			 "keep-env: a shell has no variable of that name\n");
}

static void add_environment(struct command *command)
{
	const struct fh_policy *policy = command->export->policy;

	begin(command, "--clearenv");
	for (char **env = command->export->plan->envp; *env; env++) {
		const char *equals = strchr(*env, '=');
		struct text name = { 0 };

		text_add_bytes(&name, *env, (size_t)(equals - *env));
		option(command, "--setenv", text_string(&name), equals + 1);
		text_inherit(command->out, &name);
		text_done(&name);
	}
	for (size_t i = 0; i < policy->keep_env.n; i++)
		keep_variable(command, policy->keep_env.names[i]);
	for (size_t i = 0; i < policy->env.n; i++)
		if (!strchr(policy->env.names[i], '='))
			keep_variable(command, policy->env.names[i]);
}

static void add_program(struct command *command)
{
	char *const *argv = command->export->argv;

	begin(command, "--");
	if (!argv)
		text_add(command->out, " \"$@\"");
	for (; argv && *argv; argv++) {
		text_add(command->out, " \\\n  ");
		shell_word(command->out, *argv);
	}
	text_add(command->out, "%s\n%s", text_string(&command->documents),
		 text_string(&command->contents));
	text_inherit(command->out, &command->documents);
	text_inherit(command->out, &command->contents);
}

static void lose_rest(const struct export *export)
{
	text_add(export->losses,
		 "exec: what can be read or written can be executed as well\n"
		 "keep-fd: all descriptors that are open are kept\n");
}

int export_bwrap(struct export *export, struct fh_error *err)
{
	const struct prepared *prepared = export->prepared;
	struct command command = { .export = export, .out = export->out,
				   .data_fd = DATA_FD_LAST };
	int r = 0;

	text_add(export->out, "exec bwrap");
	add_namespaces(&command);
	for (size_t i = 0; r == 0 && i < prepared->box.n_mounts; i++)
		r = add_mount(&command, &prepared->ops[i], err);
	if (r == 0) {
		begin(&command, "--remount-ro /dev --remount-ro /");
		if (export->policy->cwd)
			option(&command, "--chdir", export->policy->cwd, NULL);
		add_environment(&command);
		add_program(&command);
		lose_rest(export);
	}
	text_done(&command.documents);
	text_done(&command.contents);
	return r;
}
