/*
 * A program that splits itself, and whose worker then turns hostile.
 *
 *   helper_hostile DIRECTORY PORT ATTACK
 *
 * DIRECTORY has files/ and spool/ that the table opens, and secret, which it
 * gives as bytes. The worker ends with 0 when it was refused what it tried, with
 * WON when it got it, and with BROKEN when the attack could not be made. The
 * monitor prints the result in a line, "REASON: TEXT", and ends as the worker did.
 */
#include "helpers/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct fh_channel *hostile_channel;
uint16_t hostile_port;
static const char *directory;

char *at(const char *name)
{
	static char paths[4][512];
	static unsigned int next;
	char *ret = paths[next++ % 4];

	snprintf(ret, sizeof(paths[0]), "%s/%s", directory, name);
	return ret;
}

int hostile_socket(void)
{
	for (int fd = 3; fd < 64; fd++) {
		int type = 0;
		socklen_t size = sizeof(type);

		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		    type == SOCK_SEQPACKET)
			return fd;
	}
	return -1;
}

int pause_for_test(const char *word)
{
	char line[8];

	printf("%s\n", word);
	fflush(stdout);
	return read(STDIN_FILENO, line, sizeof(line)) > 0 ? 0 : BROKEN;
}

static int attack(const char *name)
{
	const struct hostile_attack *const all[] = {
		hostile_messages, hostile_requests, hostile_processes };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		for (const struct hostile_attack *row = all[i]; row->name; row++)
			if (strcmp(row->name, name) == 0)
				return row->run();
	return BROKEN;
}

static int echo(void *ctx, const void *request, size_t size,
		struct fh_broker_reply *reply)
{
	memcpy(reply->data, request, size);
	reply->size = size;
	return 0;
}

/* The worker has as much as it can need for its attacks: it is the monitor that is
 * to hold. */
static int describe(struct fh_broker *broker, struct fh_error *err)
{
	static const char *const extra[] = { "ptrace", "process_vm_readv",
					     "kill", "sendmsg", "clone" };
	const struct fh_broker_terms once = { .size = sizeof(once),
					      .when = FH_BROKER_STARTING,
					      .times = 1 };
	const struct fh_broker_terms thrice = { .size = sizeof(thrice),
						.times = 3 };
	struct fh_policy *worker = fh_broker_worker(broker);
	int r = fh_policy_syscalls(worker, "network-server", err);

	for (size_t i = 0; i < ARRAY_SIZE(extra) && r == 0; i++)
		r = fh_policy_allow_syscall(worker, extra[i], err);
	if (r == 0)
		r = fh_policy_allow(worker, FH_READ, "/proc", err);
	if (r == 0)
		r = fh_broker_allow_open(broker, FH_READ, at("files"), NULL,
					 err);
	if (r == 0)
		r = fh_broker_allow_open(broker, FH_BROKER_CREATE, at("spool"),
					 NULL, err);
	if (r == 0)
		r = fh_broker_allow_read_file(broker, at("secret"), 64,
					      &thrice, err);
	if (r == 0)
		r = fh_broker_allow_bind(broker, FH_TCP, "127.0.0.1", hostile_port,
					 &once, err);
	if (r == 0)
		r = fh_broker_allow_connect(broker, FH_TCP, "127.0.0.1", hostile_port,
					    NULL, err);
	return r < 0 ? r : fh_broker_handle(broker, "echo", 64, 64, echo, NULL,
					    NULL, err);
}

int main(int argc, char **argv)
{
	static const char *const reasons[] = {
		[FH_BROKER_EXITED] = "exited",
		[FH_BROKER_SIGNALED] = "signaled",
		[FH_BROKER_MISBEHAVED] = "misbehaved" };
	struct fh_broker *broker = fh_broker_new();
	struct fh_broker_result result;
	struct fh_error err = { 0 };
	char line[FH_ERROR_LINE_MAX];
	int r;

	if (argc < 4)
		return BROKEN;
	directory = argv[1];
	hostile_port = (uint16_t)atoi(argv[2]);
	if (strncmp(argv[3], "control-", 8) == 0)
		return attack(argv[3]);
	r = describe(broker, &err);
	if (r == 0)
		r = fh_broker_split(broker, argv, NULL, &hostile_channel, &result,
				    &err);
	if (r < 0) {
		fh_error_print(&err, line, sizeof(line));
		printf("failed: %s\n", line);
		return BROKEN;
	}
	fh_broker_free(broker);
	if (r == FH_BROKER_IS_WORKER) {
		r = attack(argv[3]);
		fflush(stdout);
		_exit(r);
	}
	printf("%s: %s\n", reasons[result.reason], result.text);
	return result.exit_code;
}
