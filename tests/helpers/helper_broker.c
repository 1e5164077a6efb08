/*
 * A program that splits itself, for tests/api/test_broker_split.c.
 *
 *   helper_broker DIRECTORY PORT MODE [FD]
 *
 * DIRECTORY has files/, spool/ and secret. With FD the worker keeps that one. The
 * worker does what MODE says; all else tells what it finds in lines of words.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fumehood/fumehood.h>

#define MS 5000
#define OF_MAIN 50 /* a descriptor that each image has open before the split */

static const char *directory;
static uint16_t port;
static struct fh_channel *channel;
static struct fh_error err;

static char *at(const char *name)
{
	char *ret = NULL;

	if (asprintf(&ret, "%s/%s", directory, name) < 0)
		abort();
	return ret;
}

static int double_it(void *ctx, const void *request, size_t size,
		     struct fh_broker_reply *reply)
{
	(void)ctx;
	/* Nothing of the monitor's goes to what a handler may execute. */
	for (int fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) == 0)
			return -ENOTUNIQ;
	memcpy(reply->data, request, size);
	memcpy((char *)reply->data + size, request, size);
	reply->size = 2 * size;
	reply->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return 0;
}

static int describe(struct fh_broker *broker, const char *mode, const char *fd)
{
	struct fh_policy *worker = fh_broker_worker(broker);
	int r = 0;

	if (strcmp(mode, "nothing-to-read") == 0)
		r = fh_policy_allow(worker, FH_READ, at("none"), &err);
	if (strcmp(mode, "no-directory") == 0)
		r = fh_broker_allow_open(broker, FH_READ, at("none"), NULL,
					 &err);
	if (r == 0 && fd)
		r = fh_policy_keep_fd(worker, atoi(fd), &err);
	if (r == 0 && strcmp(mode, "monitor-keeps") == 0)
		r = fh_policy_keep_fd(fh_broker_monitor(broker), 11, &err);
	if (r == 0 && strncmp(mode, "resolver-", 9) == 0)
		r = fh_broker_allow_resolve(broker, "localhost", NULL, &err);
	/* For the handler. */
	if (r == 0)
		r = fh_policy_allow(fh_broker_monitor(broker), FH_READ,
				    "/dev/null", &err);
	if (r == 0)
		r = fh_broker_allow_open(broker, FH_READ, at("files"), NULL,
					 &err);
	if (r == 0)
		r = fh_broker_allow_open(broker, FH_WRITE, at("files"), NULL,
					 &err);
	if (r == 0)
		r = fh_broker_allow_open(broker, FH_BROKER_CREATE, at("spool"),
					 NULL, &err);
	if (r == 0)
		r = fh_broker_allow_read_file(broker, at("secret"), 64, NULL,
					      &err);
	if (r == 0)
		r = fh_broker_allow_bind(broker, FH_TCP, "127.0.0.1", port,
					 NULL, &err);
	if (r == 0)
		r = fh_broker_allow_bind(broker, FH_UDP, "127.0.0.1", port,
					 NULL, &err);
	if (r == 0)
		r = fh_broker_allow_connect(broker, FH_TCP, "127.0.0.1", port,
					    NULL, &err);
	return r < 0 ? r : fh_broker_handle(broker, "double", 8, 16, double_it,
					    NULL, NULL, &err);
}

/* --- what the worker does -------------------------------------------------- */

static void show(const char *what, int r)
{
	printf("%s %s\n", what, r < 0 ? strerror(-r) : "ok");
}

/* One line each: its name, and "ok" or the error. */
static int ask_everything(void)
{
	char data[64] = "";
	size_t size = 0;
	int fd = -1, server;

	show("ready", fh_broker_ready(channel, MS, &err));
	fd = fh_broker_open(channel, FH_READ, at("files/plain"), 0, MS, &err);
	show("read", fd < 0 || read(fd, data, 5) != 5 ||
				     strcmp(data, "plain") != 0 ? -EIO : 0);
	show("outside", fh_broker_open(channel, FH_READ, at("secret"), 0, MS,
				       &err));
	fd = fh_broker_open(channel, FH_WRITE, at("files/plain"), 0, MS, &err);
	show("write", fd < 0 || write(fd, "P", 1) != 1 ? -EIO : 0);
	fd = fh_broker_open(channel, FH_BROKER_CREATE, at("spool/new"), 0600,
			    MS, &err);
	show("create", fd < 0 || write(fd, "n", 1) != 1 ? -EIO : 0);
	show("bytes", fh_broker_read_file(channel, at("secret"), data,
					  sizeof(data), &size, MS, &err));
	printf("secret %.*s\n", (int)size, data);
	server = fh_broker_bind(channel, FH_TCP, "127.0.0.1", port, MS, &err);
	show("bind", server);
	show("bind-udp", fh_broker_bind(channel, FH_UDP, "127.0.0.1", port, MS,
					&err));
	show("bind-other", fh_broker_bind(channel, FH_TCP, NULL, port, MS,
					  &err));
	fd = fh_broker_connect(channel, FH_TCP, "127.0.0.1", port, MS, &err);
	show("connect", fd < 0 || write(fd, "c", 1) != 1 ? -EIO : 0);
	show("connect-other", fh_broker_connect(channel, FH_TCP, "127.0.0.2",
						port, MS, &err));
	show("request", fh_broker_request(channel, "double", "ab", 2, data,
					  sizeof(data), &size, &fd, MS, &err));
	printf("doubled %.*s %s\n", (int)size, data,
	       read(fd, data, 1) == 0 ? "ok" : "no descriptor");
	/* Control: it cannot do so itself. */
	show("itself", open(at("files/plain"), O_RDONLY) < 0 ? -errno : 0);
	return 0;
}

static void end(int sig)
{
	_exit(sig == SIGTERM ? 42 : 43);
}

static _Noreturn void await_signal(void)
{
	signal(SIGTERM, end);
	printf("pid %d\n", (int)getpid());
	fflush(stdout);
	for (;;)
		pause();
}

static void show_descriptors(const char *who)
{
	printf("%s:", who);
	for (int fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf(" %d", fd);
	printf("\n");
}

/* Would it leave one? */
static bool has_core(void)
{
	struct rlimit limit = { 1, 1 };

	getrlimit(RLIMIT_CORE, &limit);
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) > 0 || limit.rlim_max;
}

/* What a role has of the program that was started. */
static void show_self(const char *who)
{
	struct sigaction pipes, children;
	sigset_t blocked;
	char name[17] = "";

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigaction(SIGPIPE, NULL, &pipes);
	sigaction(SIGCHLD, NULL, &children);
	prctl(PR_GET_NAME, name, 0, 0, 0);
	printf("%s name %s variable %s other %s core %d", who, name,
	       getenv("FUMEHOOD_BROKER") ? "there" : "gone",
	       getenv("OTHER") ? getenv("OTHER") : "gone",
	       has_core());
	for (int fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) == 0)
			printf(" inherits %d", fd);
	printf(" usr1 %d pipe %d child %d\n", sigismember(&blocked, SIGUSR1),
	       pipes.sa_handler == SIG_IGN, children.sa_handler == SIG_IGN);
}

static int work(const char *mode)
{
	if (strcmp(mode, "everything") == 0)
		return ask_everything();
	if (strcmp(mode, "wait") == 0 || strcmp(mode, "resolver-waits") == 0)
		await_signal();
	if (strcmp(mode, "resolver-fails") == 0)
		printf("works\n");
	if (strcmp(mode, "ignores-children") == 0)
		return 7;
	if (strncmp(mode, "exit-", 5) == 0)
		return atoi(mode + 5);
	if (strncmp(mode, "raise-", 6) == 0)
		raise(atoi(mode + 6));
	if (strcmp(mode, "descriptors") == 0)
		show_descriptors("worker");
	if (strcmp(mode, "self") == 0)
		show_self("worker");
	if (strcmp(mode, "place") == 0)
		printf("%p\n", (void *)work);
	if (strcmp(mode, "misbehave") == 0)
		fh_broker_request(channel, "double", "too much!", 9, NULL, 0,
				  NULL, NULL, MS, &err);
	return 0;
}

/* --- all roles ------------------------------------------------------------- */

static void *rest(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* Of roles, before anything is confined: nobody looks into them even then. */
static void look(void *ctx, enum fh_log_level level, const char *message)
{
	static bool has_looked;

	(void)ctx;
	(void)level;
	(void)message;
	if (!has_looked && has_core())
		dprintf(STDOUT_FILENO, "open to all\n");
	if (!has_looked && fcntl(OF_MAIN, F_GETFD) >= 0)
		dprintf(STDOUT_FILENO, "of main()\n");
	has_looked = true;
}

static void be_resolver(const char *mode)
{
	if (strcmp(mode, "resolver-fails") == 0) {
		usleep(300000);
		_exit(9);
	}
	/* What the worker keeps is not for others. */
	if (fcntl(10, F_GETFD) >= 0)
		_exit(8);
}

/* Before the split: roles that come to no good. */
static void prepare(const char *mode)
{
	const char *role = getenv("FUMEHOOD_BROKER");
	struct fh_seccomp *filter;
	pthread_t thread;

	if (role)
		dup2(STDIN_FILENO, OF_MAIN);
	if (role && strstr(role, ":resolver:"))
		be_resolver(mode);
	if (strcmp(mode, "ignores-children") == 0)
		signal(SIGCHLD, SIG_IGN);
	if (strcmp(mode, "late") == 0 && role && strstr(role, ":worker:"))
		await_signal();
	/* One that ends before it has to be told to, and one that does not. */
	if (strcmp(mode, "early") == 0 && role && strstr(role, ":monitor:"))
		usleep(200000);
	if (strcmp(mode, "no-directory") == 0 && role &&
	    strstr(role, ":worker:"))
		for (;;)
			pause();
	if (strcmp(mode, "thread") == 0)
		pthread_create(&thread, NULL, rest, NULL);
	if (strcmp(mode, "descriptors") == 0)
		open("/dev/null", O_RDONLY);
	if (strcmp(mode, "early") == 0 && role && strstr(role, ":worker:"))
		_exit(9);
	if (strcmp(mode, "early-signal") == 0 && role &&
	    strstr(role, ":worker:"))
		raise(SIGKILL);
	if (strcmp(mode, "no-exec") != 0)
		return;
	show_descriptors("before");
	show("filter", fh_seccomp_new("default", &filter, &err));
	show("deny", fh_seccomp_deny(filter, "execve", &err));
	show("load", fh_seccomp_load(filter, &err));
	fh_seccomp_free(filter);
	fflush(stdout);
}

/* Nothing is left of a split that failed. */
static void show_rest(void)
{
	sigset_t blocked;

	show_descriptors("after");
	show("children", waitpid(-1, NULL, WNOHANG | __WALL) < 0 ? -errno : 0);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	printf("term %d\n", sigismember(&blocked, SIGTERM));
}

static int fail(int code)
{
	char line[FH_ERROR_LINE_MAX];

	fh_error_print(&err, line, sizeof(line));
	printf("failed %d: %s\n", code, line);
	return 3;
}

static int supervise(const char *mode, const struct fh_broker_result *result)
{
	static const char *const reasons[] = { "exited", "signaled",
					       "misbehaved" };

	if (strcmp(mode, "descriptors") == 0 ||
	    strcmp(mode, "monitor-keeps") == 0)
		show_descriptors("monitor");
	if (strcmp(mode, "self") == 0)
		show_self("monitor");
	if (strcmp(mode, "place") == 0)
		printf("%p\n", (void *)work);
	printf("%s %d %d %llu %llu: %s\n", reasons[result->reason],
	       result->status, result->exit_code,
	       (unsigned long long)result->requests,
	       (unsigned long long)result->refused, result->text);
	return result->exit_code;
}

int main(int argc, char **argv)
{
	struct fh_broker *broker = fh_broker_new();
	const struct fh_log log = { .write = look };
	const struct fh_broker_options options = { .size = sizeof(options),
						   .log = &log };
	struct fh_broker_result result;
	int r;

	if (argc < 4 || !broker)
		return 2;
	directory = argv[1];
	port = (uint16_t)atoi(argv[2]);
	r = describe(broker, argv[3], argv[4]);
	prepare(argv[3]);
	if (r == 0)
		r = fh_broker_split(broker, argv, &options, &channel, &result,
				    &err);
	fh_broker_free(broker);
	if (r < 0 && (strcmp(argv[3], "no-exec") == 0 ||
		      strcmp(argv[3], "no-directory") == 0))
		show_rest();
	if (r < 0)
		return fail(r);
	r = r == FH_BROKER_IS_WORKER ? work(argv[3])
				     : supervise(argv[3], &result);
	fh_channel_free(channel);
	fflush(stdout);
	_exit(r);
}
