/* Attempts to reach outside services by unix sockets or shared memory. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

static int connect_unix(const char *name, bool is_abstract)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t len = strlen(name);

	if (fd < 0)
		return -errno;
	if (len + is_abstract >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path + is_abstract, name, len);
	len += offsetof(struct sockaddr_un, sun_path) + 1;
	return try_result(
		connect(fd, (struct sockaddr *)&to, (socklen_t)len));
}

static int run_abstract(const struct attack_stage *stage)
{
	return connect_unix(stage->abstract_name, true);
}

const struct attack attack_socket_abstract = {
	.name = "socket-abstract",
	.title = "connect to an abstract unix socket of the host",
	.guarantee = "sockets",
	.layer = "net namespace, Landlock scope",
	.run = run_abstract,
	.expected = { ECONNREFUSED, EPERM },
};

static int run_path(const struct attack_stage *stage)
{
	return connect_unix(stage->socket_path, false);
}

const struct attack attack_socket_path = {
	.name = "socket-path",
	.title = "connect to a unix socket in the file system of the host",
	.guarantee = "sockets",
	.layer = "mount namespace, Landlock",
	.run = run_path,
	.expected = { ENOENT, EACCES },
};

static int run_shm(const struct attack_stage *stage)
{
	void *memory = shmat(stage->shm_id, NULL, SHM_RDONLY);

	/* POSIX: shmat fails with this value. */
	return memory == (void *)-1 ? -errno : 0;
}

const struct attack attack_shared_memory = {
	.name = "shared-memory",
	.title = "attach a shared memory segment of the host",
	.guarantee = "processes",
	.layer = "ipc namespace",
	.run = run_shm,
	.expected = { EINVAL, EIDRM },
};
