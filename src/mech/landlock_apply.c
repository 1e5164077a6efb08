/* One ruleset from the very descriptors that the mounts were made from. */
#include "mech/landlock_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sys/mounts_calls.h"

static int add_rule(int ruleset, int fd, uint64_t rights, const char *what,
		    struct child_failure *failure)
{
	int r = ll_add_path(ruleset, fd, rights);

	return r < 0 ? child_fail(failure, r, "add a Landlock rule for", what)
		     : 0;
}

/* Storage that the child itself mounted is opened where it now stands. */
static int add_path(int ruleset, const char *path, uint64_t rights,
		    struct child_failure *failure)
{
	int fd = open_resolved(AT_FDCWD, path, O_PATH | O_CLOEXEC,
			       OPEN_NO_SYMLINKS);
	int r;

	if (fd < 0)
		return child_fail(failure, fd, "open for Landlock", path);
	r = add_rule(ruleset, fd, rights, path, failure);
	close(fd);
	return r;
}

static int add_mount(int ruleset, const struct mount_op *op,
		     struct child_failure *failure)
{
	if (!op->landlock)
		return 0;
	failure->origin = op->origin;
	if (op->fd >= 0 || op->tree > 0)
		return add_rule(ruleset, op->fd >= 0 ? op->fd : op->tree,
				op->landlock, op->target, failure);
	return add_path(ruleset, op->target, op->landlock, failure);
}

/* A port rule covers the protocols that the ABI handles: UDP since 10. */
static int add_ports(int ruleset, const uint16_t *ports, size_t n,
		     uint64_t rights, struct child_failure *failure)
{
	for (size_t i = 0; i < n && rights; i++) {
		int r = ll_add_port(ruleset, ports[i], rights);

		if (r < 0)
			return child_fail(failure, r,
					  "add a Landlock rule for",
					  "a port");
	}
	return 0;
}

static int add_network(int ruleset, const struct box *box,
		       struct child_failure *failure)
{
	static const uint16_t any_free_port = 0;
	uint64_t handled = box->landlock.handled_net;
	int r = add_ports(ruleset, box->connect_ports, box->n_connect_ports,
			  handled & (LL_NET_CONNECT_TCP |
				     LL_NET_CONNECT_SEND_UDP), failure);

	if (r == 0)
		r = add_ports(ruleset, box->listen_ports, box->n_listen_ports,
			      handled & (LL_NET_BIND_TCP | LL_NET_BIND_UDP),
			      failure);
	/* Sending a datagram binds a free port first. */
	if (r == 0 && box->n_connect_ports)
		r = add_ports(ruleset, &any_free_port, 1,
			      handled & LL_NET_BIND_UDP, failure);
	return r;
}

/* What the caller opened for the program may be opened again by its name in
 * /proc/self/fd, as shells do for /dev/stderr: no more than the descriptor
 * itself already gives. */
static int add_stdio(int ruleset, const struct box *box,
		     struct child_failure *failure)
{
	for (int i = 0; i < 3; i++) {
		int r;

		if (!box->stdio_rights[i])
			continue;
		r = add_rule(ruleset, i, box->stdio_rights[i],
			     "a standard stream", failure);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_terminal(int ruleset, const struct box *box,
			struct child_failure *failure)
{
	return box->terminal_rights
		       ? add_rule(ruleset, box->terminal_fd,
				  box->terminal_rights, "the terminal", failure)
		       : 0;
}

static int fill(int ruleset, const struct box *box,
		struct child_failure *failure)
{
	int r = 0;

	for (size_t i = 0; i < box->n_mounts && r == 0; i++)
		r = add_mount(ruleset, &box->mounts[i], failure);
	failure->origin = NULL;
	if (r == 0)
		r = add_stdio(ruleset, box, failure);
	if (r == 0)
		r = add_terminal(ruleset, box, failure);
	if (r == 0 && box->landlock_root)
		r = add_path(ruleset, "/", box->landlock_root, failure);
	if (r == 0)
		r = add_network(ruleset, box, failure);
	return r;
}

int landlock_make(const struct box *box, struct child_failure *failure)
{
	int ruleset = ll_create(&box->landlock);
	int r;

	if (ruleset < 0)
		return child_fail(failure, ruleset, "create",
				  "a Landlock ruleset");
	r = fill(ruleset, box, failure);
	if (r < 0)
		close(ruleset);
	return r < 0 ? r : ruleset;
}

int landlock_enter(int ruleset, const struct box *box,
		   struct child_failure *failure)
{
	int r = ll_restrict(ruleset, box->landlock_flags);

	return r < 0 ? child_fail(failure, r, "enter", "the Landlock domain")
		     : 0;
}

int landlock_apply(struct box *box, struct child_failure *failure)
{
	int ruleset = landlock_make(box, failure);
	int r;

	if (ruleset < 0)
		return ruleset;
	r = landlock_enter(ruleset, box, failure);
	close(ruleset);
	return r;
}
