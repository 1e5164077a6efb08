/* Tells an image of the program its role, and makes images that have one. */
#include "broker/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "broker/role_wait.h"
#include "mech/environment_apply.h"
#include "sys/process.h"

/*
 * FUMEHOOD_BROKER=VERSION:ROLE:PID:MONITOR and then, of the monitor, for each
 * child :SOCKET:PIDFD, "-" where there is none; of a child :SOCKET.
 */
#define N_HEAD 4
#define N_WORDS_MAX (N_HEAD + 2 * (N_ROLES - 1))

const char *const role_names[N_ROLES] = {
	[ROLE_MONITOR] = "monitor",
	[ROLE_WORKER] = "worker",
	[ROLE_HELPERS + HELPER_AUTHENTICATOR] = "authenticator",
	[ROLE_HELPERS + HELPER_RESOLVER] = "resolver",
};

/* Splits in place. Return: how many, or 0 for too many */
static size_t split_words(char *text, char *ret[N_WORDS_MAX])
{
	size_t n = 0;

	while (text && n < N_WORDS_MAX) {
		ret[n++] = text;
		text = strchr(text, ':');
		if (text)
			*text++ = '\0';
	}
	return text ? 0 : n;
}

static bool is_pid(const char *word, pid_t pid)
{
	uint64_t value;

	return number_parse(word, &value) == 0 && value == (uint64_t)pid;
}

static bool take_fd(const char *word, int *ret)
{
	uint64_t value;

	if (number_parse(word, &value) < 0 || value <= STDERR_FILENO ||
	    value > INT32_MAX || fcntl((int)value, F_GETFD) < 0)
		return false;
	*ret = (int)value;
	return true;
}

static bool take_socket(const char *word, int *ret)
{
	int domain = -1, type = -1, fd;
	socklen_t size = sizeof(int);

	if (!take_fd(word, &fd) ||
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
	    domain != AF_UNIX || type != SOCK_SEQPACKET)
		return false;
	*ret = fd;
	return true;
}

/* Of a child of ours: one that has ended, too, even if main() ignores SIGCHLD
 * and nothing is left to wait for. */
static bool take_pidfd(const char *word, int *ret)
{
	siginfo_t info;
	int fd;

	if (!take_fd(word, &fd))
		return false;
	if (role_waitid(fd, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
	    process_signal(fd, 0) != -ESRCH)
		return false;
	*ret = fd;
	return true;
}

static bool take_peer(char *const words[2], struct role_peer *ret)
{
	if (strcmp(words[0], "-") == 0 && strcmp(words[1], "-") == 0)
		return true;
	return take_socket(words[0], &ret->socket) &&
	       take_pidfd(words[1], &ret->pidfd);
}

static bool take_words(char *const words[], size_t n, struct role *ret)
{
	enum role_name name = ROLE_MONITOR;

	if (n < N_HEAD || strcmp(words[0], ROLE_VERSION) != 0)
		return false;
	while (name < N_ROLES && strcmp(words[1], role_names[name]) != 0)
		name++;
	ret->name = name;
	ret->monitor = name == ROLE_MONITOR ? getpid() : getppid();
	if (name == N_ROLES || !is_pid(words[2], getpid()) ||
	    !is_pid(words[3], ret->monitor))
		return false;
	if (name != ROLE_MONITOR)
		return n == N_HEAD + 1 && take_socket(words[4], &ret->socket);
	if (n != N_WORDS_MAX)
		return false;
	for (size_t i = ROLE_WORKER; i < N_ROLES; i++)
		if (!take_peer(words + N_HEAD + 2 * (i - 1), &ret->peers[i]))
			return false;
	return ret->peers[ROLE_WORKER].socket >= 0;
}

static void close_on_exec(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void clear(struct role *role)
{
	*role = (struct role){ .name = ROLE_NONE, .socket = -1 };
	for (size_t i = 0; i < N_ROLES; i++)
		role->peers[i] = (struct role_peer){ -1, -1 };
}

static bool is_of_role(const char *variable)
{
	return strncmp(variable, ROLE_VARIABLE "=",
		       strlen(ROLE_VARIABLE "=")) == 0 ||
	       strcmp(variable, ROLE_BIND_NOW) == 0;
}

/* What is executed later is of no role. */
static void forget_variables(void)
{
	char **to = environ;

	for (char **at = environ; at && *at; at++)
		if (!is_of_role(*at))
			*to++ = *at;
	if (to)
		*to = NULL;
}

int role_take(struct role *ret, struct fh_error *err)
{
	const char *value = getenv(ROLE_VARIABLE);
	char *words[N_WORDS_MAX] = { NULL }, text[256];
	struct role role;
	const size_t size = value ? strlen(value) + 1 : 0;

	clear(&role);
	if (size && size <= sizeof(text))
		memcpy(text, value, size);
	if (size > sizeof(text) ||
	    (size && !take_words(words, split_words(text, words), &role))) {
		error_set(err, FH_STAGE_PREPARE, -EINVAL,
			  ROLE_VARIABLE " is set but not by a broker");
		error_remedy(err, "take it out of the environment");
		return -EINVAL;
	}
	forget_variables();
	close_on_exec(role.socket);
	for (size_t i = 0; i < N_ROLES; i++) {
		close_on_exec(role.peers[i].socket);
		close_on_exec(role.peers[i].pidfd);
	}
	*ret = role;
	return 0;
}

int role_close_but(int *keep, size_t n_keep)
{
	size_t n = 0;

	for (size_t i = 0; i < n_keep; i++) {
		int fd = keep[i];
		bool is_new = fd > STDERR_FILENO;

		for (size_t j = 0; j < n; j++)
			is_new = is_new && keep[j] != fd;
		if (is_new)
			n = descriptors_insert(keep, n, fd);
	}
	return descriptors_close_but(STDERR_FILENO + 1, keep, n);
}

void role_done(struct role *role)
{
	for (size_t i = 0; i < N_ROLES; i++) {
		cleanup_close(&role->peers[i].socket);
		cleanup_close(&role->peers[i].pidfd);
	}
	cleanup_close(&role->socket);
	clear(role);
}

void role_end(struct role_peer *peer)
{
	siginfo_t info;

	cleanup_close(&peer->socket);
	peer->socket = -1;
	if (peer->pidfd < 0)
		return;
	process_signal(peer->pidfd, SIGKILL);
	role_waitid(peer->pidfd, &info, WEXITED);
	close(fd_take(&peer->pidfd));
}
