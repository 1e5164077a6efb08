/* Executes the program anew, once for each role. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/number.h"
#include "broker/packet.h"
#include "broker/roles.h"
#include "sys/process.h"

/* What is got ready before the first fork: after it nothing is allocated. */
struct division {
	char *const *argv;
	char **envp; /* the last two are .variable and .bind_now */
	char bind_now[sizeof(ROLE_BIND_NOW)];
	char variable[256];
	int report[2];	/* a child that cannot execute it says why */
	pid_t first;	/* becomes the monitor */
	uint64_t mask;	/* of signals, before all were blocked */
	bool ignores_children;
	int *keep; /* descriptors of the worker's, and room for ours */
	size_t n_keep;
	int sockets[N_ROLES]; /* the children's ends */
	struct role monitor;
};

/* --- the variable --------------------------------------------------------- */

static char *add_text(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len + 1);
	return at + len;
}

static char *add_number(char *at, int value)
{
	char digits[21];

	if (value < 0)
		return add_text(at, ":-");
	number_format(digits, (uint64_t)value);
	return add_text(add_text(at, ":"), digits);
}

/* At most 9 words of at most 13 bytes, after 50. */
static void write_variable(struct division *d, enum role_name name)
{
	char *at = add_text(d->variable, ROLE_VARIABLE "=" ROLE_VERSION ":");

	at = add_number(add_text(at, role_names[name]), getpid());
	at = add_number(at, d->first);
	if (name != ROLE_MONITOR) {
		add_number(at, d->sockets[name]);
		return;
	}
	for (size_t i = ROLE_WORKER; i < N_ROLES; i++) {
		at = add_number(at, d->monitor.peers[i].socket);
		at = add_number(at, d->monitor.peers[i].pidfd);
	}
}

/* --- the children --------------------------------------------------------- */

/* Handlers are of the image that will be gone: a signal that comes when the mask
 * is taken off again must not run one in this copy of it. */
static void default_handlers(const struct division *d)
{
	for (int sig = 1; sig <= PROCESS_SIGNALS; sig++)
		if (!process_ignores_signal(sig))
			process_default_signal(sig);
	if (d->ignores_children)
		process_ignore_signal(SIGCHLD);
}

static int inherit(int fd)
{
	return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
}

static int keep_descriptors(struct division *d, enum role_name name)
{
	size_t n = name == ROLE_WORKER ? d->n_keep : 0;
	int r = inherit(d->sockets[name]);

	for (size_t i = 0; i < n && r == 0; i++)
		r = inherit(d->keep[i]);
	d->keep[n++] = d->report[1];
	d->keep[n++] = d->sockets[name];
	return r == 0 ? role_close_but(d->keep, n) : r;
}

/*
 * A link of the kernel's own to the file that this image was made of, whatever
 * has become of its name. Executing by a descriptor of it would do as well, but
 * Linux 5.10 answered ENOENT in a guest without /dev/fd.
 */
static int execute(const struct division *d)
{
	process_restore_signals(d->mask);
	execve("/proc/self/exe", d->argv, d->envp);
	return -errno;
}

static _Noreturn void be_child(struct division *d, enum role_name name)
{
	int r = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ? -errno : 0;

	/* It may have died before that was asked for. */
	if (getppid() != d->first)
		_exit(1);
	default_handlers(d);
	if (r == 0)
		r = keep_descriptors(d, name);
	write_variable(d, name);
	if (r == 0)
		r = execute(d);
	write_exactly(d->report[1], &r, sizeof(r));
	_exit(1);
}

static int start_child(struct division *d, enum role_name name)
{
	struct role_peer *peer = &d->monitor.peers[name];
	int ends[2], pidfd = -1;
	int r = packet_pair(ends);
	pid_t pid;

	if (r < 0)
		return r;
	peer->socket = ends[0];
	d->sockets[name] = ends[1];
	pid = process_clone(0, &pidfd);
	if (pid == 0)
		be_child(d, name);
	close(ends[1]);
	if (pid < 0)
		return pid;
	peer->pidfd = fd_raise(pidfd);
	if (peer->pidfd >= 0)
		return 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	return peer->pidfd;
}

/* Its end closes when the child has become another program. */
static int await_children(struct division *d)
{
	int code, r;

	close(fd_take(&d->report[1]));
	r = read_exactly(d->report[0], &code, sizeof(code));
	if (r == -ENODATA)
		return 0;
	return r < 0 ? r : code;
}

static int become_monitor(struct division *d)
{
	int r = 0;

	for (size_t i = ROLE_WORKER; i < N_ROLES && r == 0; i++) {
		if (d->monitor.peers[i].socket < 0)
			continue;
		r = inherit(d->monitor.peers[i].socket);
		if (r == 0)
			r = inherit(d->monitor.peers[i].pidfd);
	}
	write_variable(d, ROLE_MONITOR);
	return r == 0 ? execute(d) : r;
}

/* --- around it ------------------------------------------------------------ */

static int prepare(struct division *d, const int *keep, size_t n_keep)
{
	size_t n = 0;

	while (environ && environ[n])
		n++;
	d->envp = calloc(n + 3, sizeof(*d->envp));
	d->keep = calloc(n_keep + 2, sizeof(*d->keep));
	if (!d->envp || !d->keep)
		return -ENOMEM;
	if (n)
		memcpy(d->envp, environ, n * sizeof(*d->envp));
	d->envp[n++] = d->variable;
	/* The last one counts; all of them mean the same but an empty one. */
	d->envp[n] = strcpy(d->bind_now, ROLE_BIND_NOW);
	if (n_keep)
		memcpy(d->keep, keep, n_keep * sizeof(*keep));
	d->n_keep = n_keep;
	if (pipe2(d->report, O_CLOEXEC) < 0)
		return -errno;
	d->report[0] = fd_raise(d->report[0]);
	d->report[1] = fd_raise(d->report[1]);
	if (d->report[0] < 0 || d->report[1] < 0)
		return -EMFILE;
	d->ignores_children = process_ignores_signal(SIGCHLD);
	return 0;
}

static void clean_up(struct division *d)
{
	for (size_t i = 0; i < N_ROLES; i++)
		role_end(&d->monitor.peers[i]);
	role_done(&d->monitor);
	cleanup_close(&d->report[0]);
	cleanup_close(&d->report[1]);
	free(d->envp);
	free(d->keep);
}

static int divide(struct division *d, const bool is_wanted[N_ROLES],
		  struct fh_error *err)
{
	int r = 0;

	for (size_t i = ROLE_WORKER; i < N_ROLES && r == 0; i++)
		if (is_wanted[i])
			r = start_child(d, (enum role_name)i);
	if (r < 0)
		return error_set(err, FH_STAGE_EXEC, r, "start a role: %s",
				 strerror(-r));
	r = await_children(d);
	if (r == 0)
		r = become_monitor(d);
	return error_set(err, FH_STAGE_EXEC, r,
			 "execute this program anew, by /proc/self/exe: %s",
			 strerror(-r));
}

int role_divide(const bool is_wanted[N_ROLES], char *const argv[],
		const int *keep, size_t n_keep, struct fh_error *err)
{
	struct division d = { .argv = argv, .report = { -1, -1 },
			      .first = getpid() };
	int r;

	for (size_t i = 0; i < N_ROLES; i++) {
		d.monitor.peers[i] = (struct role_peer){ -1, -1 };
		d.sockets[i] = -1;
	}
	d.monitor.socket = -1;
	r = prepare(&d, keep, n_keep);
	if (r == 0)
		r = process_block_signals(&d.mask);
	if (r < 0) {
		clean_up(&d);
		return error_set(err, FH_STAGE_PREPARE, r,
				 "get ready to split: %s", strerror(-r));
	}
	/* The kernel would reap the worker before anybody saw how it ended. */
	if (d.ignores_children)
		process_default_signal(SIGCHLD);
	r = divide(&d, is_wanted, err);
	clean_up(&d);
	if (d.ignores_children)
		process_ignore_signal(SIGCHLD);
	process_restore_signals(d.mask);
	return r;
}
