/* Sets up and clears away the targets that attacks aim at. */
#include "attack/attack_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* High enough not to be one of the box's own, low enough for any limit. */
#define INHERITED_FD_MIN 100
#define SHM_SIZE 4096

static const char secret[] = "the content of a file that was not granted\n";

/* What the prey keeps open; the parent closes its copies after the fork. */
struct listeners {
	int tcp;
	int udp;
	int path;
	int abstract;
};

static void listeners_done(struct listeners *l)
{
	cleanup_close(&l->tcp);
	cleanup_close(&l->udp);
	cleanup_close(&l->path);
	cleanup_close(&l->abstract);
}

static int make_secret(struct attack_stage *stage, struct fh_error *err)
{
	autoclose int fd = -1;
	int r;

	fd = open(stage->secret_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno, "create %s",
			       stage->secret_path);
	r = write_exactly(fd, secret, sizeof(secret) - 1);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r, "write %s",
			       stage->secret_path);
	return 0;
}

static int make_files(struct attack_stage *stage, struct fh_error *err)
{
	const char *tmp = getenv("TMPDIR");
	int n;

	if (!tmp || tmp[0] != '/')
		tmp = "/tmp";
	n = snprintf(stage->secret_dir, sizeof(stage->secret_dir),
		     "%s/fumehood-attack-XXXXXX", tmp);
	/* Room for the longest name in it, also as the path of a socket. */
	if (n < 0 || n + sizeof("/socket") > sizeof(stage->socket_path)) {
		stage->secret_dir[0] = '\0';
		error_set(err, FH_STAGE_PREPARE, -ENAMETOOLONG,
			"make a directory under %s", tmp);
		error_remedy(err, "set TMPDIR to a shorter path");
		return -ENAMETOOLONG;
	}
	if (!mkdtemp(stage->secret_dir)) {
		stage->secret_dir[0] = '\0';
		return error_set(err, FH_STAGE_PREPARE, -errno,
			       "make a directory under %s", tmp);
	}
	stpcpy(stpcpy(stage->secret_path, stage->secret_dir), "/secret");
	stpcpy(stpcpy(stage->socket_path, stage->secret_dir), "/socket");
	return make_secret(stage, err);
}

/* The one place where descriptors are meant not to be close-on-exec. */
static int leak_descriptors(struct attack_stage *stage, struct fh_error *err)
{
	autoclose int file = open(stage->secret_path, O_RDWR | O_CLOEXEC);
	autoclose int dir =
		open(stage->secret_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (file < 0 || dir < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno, "open %s",
			       stage->secret_path);
	stage->inherited_fd = fcntl(file, F_DUPFD, INHERITED_FD_MIN);
	stage->inherited_dir = fcntl(dir, F_DUPFD, INHERITED_FD_MIN);
	if (stage->inherited_fd < 0 || stage->inherited_dir < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno,
			       "duplicate the descriptor of %s",
			       stage->secret_path);
	return 0;
}

/* A bound socket, listening unless it is for datagrams. */
static int serve(const struct sockaddr *address, socklen_t len, int type,
		 int *ret_fd)
{
	autoclose int fd = socket(address->sa_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, address, len) < 0)
		return -errno;
	if (type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0)
		return -errno;
	*ret_fd = fd_take(&fd);
	return 0;
}

static int serve_inet(int type, int *ret_fd, int *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int r;

	r = serve((struct sockaddr *)&address, len, type, ret_fd);
	if (r < 0)
		return r;
	if (getsockname(*ret_fd, (struct sockaddr *)&address, &len) < 0)
		return -errno;
	*ret_port = ntohs(address.sin_port);
	return 0;
}

static int serve_unix(const char *name, bool is_abstract, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	if (len + is_abstract >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path + is_abstract, name, len);
	len += offsetof(struct sockaddr_un, sun_path) + 1;
	return serve((struct sockaddr *)&address, (socklen_t)len, SOCK_STREAM,
		     ret_fd);
}

static int make_listeners(struct attack_stage *stage, struct listeners *l,
			  struct fh_error *err)
{
	int r;

	r = serve_inet(SOCK_STREAM, &l->tcp, &stage->tcp_port);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
			       "listen on 127.0.0.1, TCP");
	r = serve_inet(SOCK_DGRAM, &l->udp, &stage->udp_port);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
			       "listen on 127.0.0.1, UDP");
	r = serve_unix(stage->socket_path, false, &l->path);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r, "listen on %s",
			       stage->socket_path);
	r = serve_unix(stage->abstract_name, true, &l->abstract);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r, "listen on @%s",
			       stage->abstract_name);
	return 0;
}

/*
 * Nothing of its own accord protects the prey, or a box that does not either
 * would pass: it may be traced whatever Yama says, and its session differs
 * from the attacker's, which is how an attack tells it from a process of the
 * box that has the same number there.
 */
__attribute__((noreturn)) static void be_prey(const struct attack_stage *stage,
					      pid_t parent, int ready_fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setsid();
	prctl(PR_SET_NAME, stage->prey_comm);
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	if (write_exactly(ready_fd, "", 1) < 0)
		_exit(1);
	close(ready_fd);
	for (;;)
		pause();
}

static int start_prey(struct attack_stage *stage, struct fh_error *err)
{
	autoclose int ready = -1;
	pid_t parent = getpid();
	int ends[2];
	char byte;
	pid_t pid;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno, "make a pipe");
	ready = ends[0];
	pid = fork();
	if (pid == 0)
		be_prey(stage, parent, ends[1]);
	r = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r, "fork");
	stage->prey_pid = pid;
	r = read_exactly(ready, &byte, 1);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
			       "wait for the process to be attacked");
	return 0;
}

static int make_rest(struct attack_stage *stage, struct fh_error *err)
{
	__attribute__((cleanup(listeners_done))) struct listeners l = {
		.tcp = -1, .udp = -1, .path = -1, .abstract = -1,
	};
	int r;

	r = make_listeners(stage, &l, err);
	if (r < 0)
		return r;
	stage->shm_id = shmget(IPC_PRIVATE, SHM_SIZE, IPC_CREAT | 0600);
	if (stage->shm_id < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno,
			       "make a shared memory segment");
	if (setenv(stage->marker, "1", 1) < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno,
			       "set an environment variable");
	r = start_prey(stage, err);
	if (r < 0)
		return r;
	return leak_descriptors(stage, err);
}

int attack_stage_set_up(struct attack_stage *ret, struct fh_error *err)
{
	struct attack_stage stage = {
		.shm_id = -1, .inherited_fd = -1, .inherited_dir = -1,
	};
	int pid = (int)getpid();
	int r;

	snprintf(stage.abstract_name, sizeof(stage.abstract_name),
		 "fumehood-attack-%d", pid);
	snprintf(stage.marker, sizeof(stage.marker), "FUMEHOOD_ATTACK_%d", pid);
	snprintf(stage.prey_comm, sizeof(stage.prey_comm), "prey-%d", pid);
	r = make_files(&stage, err);
	if (r == 0)
		r = make_rest(&stage, err);
	if (r < 0)
		attack_stage_tear_down(&stage);
	*ret = stage;
	return r;
}

static void end_prey(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void attack_stage_tear_down(struct attack_stage *stage)
{
	if (stage->prey_pid > 0)
		end_prey(stage->prey_pid);
	if (stage->shm_id >= 0)
		shmctl(stage->shm_id, IPC_RMID, NULL);
	cleanup_close(&stage->inherited_fd);
	cleanup_close(&stage->inherited_dir);
	if (stage->marker[0])
		unsetenv(stage->marker);
	if (stage->secret_dir[0]) {
		unlink(stage->secret_path);
		unlink(stage->socket_path);
		rmdir(stage->secret_dir);
	}
	*stage = (struct attack_stage){
		.shm_id = -1, .inherited_fd = -1, .inherited_dir = -1,
	};
}
