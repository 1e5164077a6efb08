/* Has the systemd user manager take a process into a scope of its own. */
#include "cgroup/scope.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cgroup/dbus_socket.h"

/*
 *   bus:      connect, Hello, AddMatch \
 *                                        Subscribe, StartTransientUnit,
 *   manager:  connect                  /     and wait for JobRemoved
 *
 * The manager's own socket has no names and no matches: it sends everything.
 */
#define CONNECT_MS 2000
#define DESCRIPTION_MAX 256
#define NAME_MAX_SIZE 256 /* of a connection, and of a job's path */

#define BUS "org.freedesktop.DBus"
#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER SYSTEMD ".Manager"
#define MANAGER_PATH "/org/freedesktop/systemd1"

struct scope_bus {
	struct dbus_socket *socket;
	bool has_names; /* a bus, not the manager itself */
};

static const char greeting[] = "talk to the user manager";
static const char starting[] = "start a scope by the user manager";
static const char waiting[] = "wait for the user manager to start a scope";

/* --- to whom ------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool has_names;
} sockets[] = {
	{ "bus", true },
	{ "systemd/private", false },
};

static int ask(struct dbus_socket *socket, struct dbus_header *header,
	       const char *argument, int64_t deadline, struct fh_error *err)
{
	struct dbus_builder call;
	struct dbus_message answer;

	header->signature = argument ? "s" : NULL;
	call = dbus_call_begin(socket, header);
	if (argument)
		dbus_put_string(&call, argument);
	return dbus_call(socket, &call, greeting, deadline, &answer, err);
}

static int ask_bus(struct dbus_socket *socket, const char *member,
		   const char *argument, int64_t deadline,
		   struct fh_error *err)
{
	return ask(socket,
		   &(struct dbus_header){ .path = "/org/freedesktop/DBus",
					  .interface = BUS,
					  .member = member,
					  .destination = BUS },
		   argument, deadline, err);
}

int scope_connect_to(const char *path, bool has_names, struct scope_bus **ret,
		     struct fh_error *err)
{
	int64_t deadline = deadline_in(CONNECT_MS);
	struct scope_bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return error_set(err, FH_STAGE_SUPERVISE, -ENOMEM,
				 "%s: out of memory", path);
	bus->has_names = has_names;
	r = dbus_connect(path, deadline, &bus->socket, err);
	if (r == 0 && has_names)
		r = ask_bus(bus->socket, "Hello", NULL, deadline, err);
	if (r < 0)
		scope_close(bus);
	else
		*ret = bus;
	return r;
}

int scope_connect(struct scope_bus **ret, struct fh_error *err)
{
	struct fh_error first = { 0 };
	char path[64];
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(sockets); i++) {
		struct fh_error why = { 0 };
		int tried;

		snprintf(path, sizeof(path), "/run/user/%u/%s", geteuid(),
			 sockets[i].name);
		tried = scope_connect_to(path, sockets[i].has_names, ret, &why);
		if (tried == 0)
			return 0;
		if (r != -ENOENT)
			continue;
		r = tried; /* the first that is there says more */
		first = why;
	}
	if (r == -ENOENT) {
		error_set(err, FH_STAGE_SUPERVISE, r,
			  "there is no systemd user manager: no %s", path);
		error_remedy(err, "loginctl enable-linger, or log in by PAM");
	} else if (err) {
		*err = first;
	}
	return r;
}

void scope_close(struct scope_bus *bus)
{
	if (bus)
		dbus_close(bus->socket);
	free(bus);
}

int scope_try(struct fh_error *err)
{
	struct scope_bus *bus;
	int r = scope_connect(&bus, err);

	if (r == 0)
		scope_close(bus);
	return r;
}

/* --- what is asked -------------------------------------------------------------- */

static struct dbus_header manager_call(const char *member)
{
	return (struct dbus_header){ .path = MANAGER_PATH,
				     .interface = MANAGER,
				     .member = member,
				     .destination = SYSTEMD };
}

/* Its end is told to those that asked for it before it began. */
static int subscribe(struct scope_bus *bus, int64_t deadline,
		     struct fh_error *err)
{
	struct dbus_header header = manager_call("Subscribe");
	int r = 0;

	if (bus->has_names)
		r = ask_bus(bus->socket, "AddMatch",
			    "type='signal',sender='" SYSTEMD "',"
			    "path='" MANAGER_PATH "',interface='" MANAGER "',"
			    "member='JobRemoved'",
			    deadline, err);
	return r ? r : ask(bus->socket, &header, NULL, deadline, err);
}

static void put_property(struct dbus_builder *b, const char *name,
			 const char *type)
{
	dbus_put_struct(b);
	dbus_put_string(b, name);
	dbus_put_signature(b, type);
}

/* No limits: they stand on what we make beneath it. And no reference to it: the unit
 * is to be forgotten when it is empty, whatever became of us. */
static void put_properties(struct dbus_builder *b, const pid_t *pids, size_t n,
			   const char *description)
{
	struct dbus_array all = dbus_array_begin(b, 8);
	struct dbus_array array;

	put_property(b, "Description", "s");
	dbus_put_string(b, description);
	put_property(b, "PIDs", "au");
	array = dbus_array_begin(b, 4);
	for (size_t i = 0; i < n; i++)
		dbus_put_number(b, (uint32_t)pids[i]);
	dbus_array_end(b, &array);
	put_property(b, "Delegate", "b");
	dbus_put_number(b, true);
	put_property(b, "CollectMode", "s");
	dbus_put_string(b, "inactive-or-failed");
	dbus_array_end(b, &all);
}

struct job {
	char path[NAME_MAX_SIZE], manager[NAME_MAX_SIZE];
};

static int start(struct scope_bus *bus, const char *name, const pid_t *pids,
		 size_t n, const char *description, int64_t deadline,
		 struct job *ret, struct fh_error *err)
{
	struct dbus_header header = manager_call("StartTransientUnit");
	struct dbus_message answer;
	struct dbus_array auxiliary;
	struct dbus_builder call;
	const char *job;
	int r;

	header.signature = "ssa(sv)a(sa(sv))";
	call = dbus_call_begin(bus->socket, &header);
	dbus_put_string(&call, name);
	dbus_put_string(&call, "fail");
	put_properties(&call, pids, n, description);
	auxiliary = dbus_array_begin(&call, 8);
	dbus_array_end(&call, &auxiliary);
	r = dbus_call(bus->socket, &call, starting, deadline, &answer, err);
	if (r < 0)
		return r;
	job = strcmp(answer.header.signature, "o") == 0 ?
		      dbus_take_string(&answer.body) : "";
	if (!*job || strlen(job) >= sizeof(ret->path) ||
	    strlen(answer.header.sender) >= sizeof(ret->manager))
		return error_set(err, FH_STAGE_SUPERVISE, -EPROTO,
				 "%s: the answer names no job", starting);
	strcpy(ret->path, job);
	strcpy(ret->manager, answer.header.sender);
	return 0;
}

/* --- what becomes of it ----------------------------------------------------------- */

/* JobRemoved(u id, o job, s unit, s result), of the one who took the job. */
static bool is_end(struct dbus_message *message, const struct job *job,
		   const char **ret_result)
{
	const struct dbus_header *header = &message->header;
	const char *path;

	if (header->type != DBUS_SIGNAL ||
	    strcmp(header->member, "JobRemoved") != 0 ||
	    strcmp(header->interface, MANAGER) != 0 ||
	    strcmp(header->path, MANAGER_PATH) != 0 ||
	    strcmp(header->sender, job->manager) != 0 ||
	    strcmp(header->signature, "uoss") != 0)
		return false;
	dbus_take_number(&message->body);
	path = dbus_take_string(&message->body);
	dbus_take_string(&message->body);
	*ret_result = dbus_take_string(&message->body);
	return !message->body.r.why && strcmp(path, job->path) == 0;
}

static int await_end(struct scope_bus *bus, const struct job *job,
		     int64_t deadline, struct fh_error *err)
{
	struct dbus_message message;
	const char *result;

	do {
		int r = dbus_receive(bus->socket, waiting, deadline, &message,
				     err);

		if (r < 0)
			return r;
	} while (!is_end(&message, job, &result));
	if (strcmp(result, "done") == 0)
		return 0;
	return error_set(err, FH_STAGE_SUPERVISE, -EIO,
			 "%s: the job ended with '%.80s'", waiting, result);
}

int scope_start(struct scope_bus *bus, const char *name, const pid_t *pids,
		size_t n, const char *description, int timeout_ms,
		struct fh_error *err)
{
	int64_t deadline = deadline_in(timeout_ms);
	char harmless[DESCRIPTION_MAX];
	struct job job;
	int r;

	/* A bus hangs up on what is not UTF-8. */
	escape_into(harmless, sizeof(harmless), description);
	r = subscribe(bus, deadline, err);
	r = r ? r : start(bus, name, pids, n, harmless, deadline, &job,
			   err);
	return r ? r : await_end(bus, &job, deadline, err);
}
