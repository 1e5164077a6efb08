/*
 * The authenticator, asked one password; for tests/root/pam.bats.
 *
 *	helper_authenticate ask SERVICE USER PASSWORD_FILE [LIMIT_MS]
 *	helper_authenticate traces SERVICE USER PASSWORD_FILE
 *
 * "ask" prints yes, no, late or later; "traces" where the password is seen. The
 * file is read when the helper is a process of its own already.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/helper_work.h"
#include "broker/packet.h"

struct stand {
	const char *service;
	const char *user;
	const char *password_file;
	int socket;
	pid_t helper;
	char password[WIRE_PASSWORD_MAX];
	size_t size; /* of it */
	uint8_t message[WIRE_MESSAGE_MAX];
	struct wire_header header;
};

static _Noreturn void fail(const char *what)
{
	printf("%s\n", what);
	exit(1);
}

static bool receive(struct stand *s, int timeout_ms)
{
	struct pollfd polled = { .fd = s->socket, .events = POLLIN };
	size_t size = 0;

	if (poll(&polled, 1, timeout_ms) != 1)
		return false;
	if (packet_receive(s->socket, s->message, sizeof(s->message), &size,
			   NULL) < 0 ||
	    wire_take_header(s->message, size, &s->header, NULL) < 0)
		fail("the helper has ended");
	if (s->header.type == WIRE_FAILED) {
		struct fh_error err = { 0 };

		wire_take_failure(s->message, size, &err, NULL);
		fail(err.what);
	}
	return true;
}

static void start(struct stand *s, uint32_t limit_ms)
{
	struct broker_row row = { .kind = FH_BROKER_AUTHENTICATE,
				  .object = (char *)(uintptr_t)s->service };
	const struct fh_broker broker = { .rows = &row, .n_rows = 1 };
	int pair[2];

	if (packet_pair(pair) < 0)
		fail("no socket pair");
	s->helper = fork();
	if (s->helper == 0) {
		close(pair[0]);
		helper_serve_for(HELPER_AUTHENTICATOR, &broker, pair[1], NULL,
				 limit_ms);
	}
	close(pair[1]);
	s->socket = pair[0];
	if (!receive(s, 10000) || s->header.type != WIRE_STANDING)
		fail("the helper does not stand");
}

static void ask(struct stand *s)
{
	int fd = open(s->password_file, O_RDONLY | O_CLOEXEC), size;
	ssize_t n = read(fd, s->password, sizeof(s->password));
	struct fh_broker_ask question = {
		.kind = FH_BROKER_AUTHENTICATE, .name = s->service,
		.user = s->user, .data = s->password,
		.data_size = n > 0 ? (size_t)n : 0,
	};

	close(fd);
	s->size = question.data_size;
	size = wire_put_request(s->message, 1, &question);
	if (n < 0 || size < 0 ||
	    packet_send(s->socket, s->message, (size_t)size, -1) < 0)
		fail("the question cannot be sent");
}

static const char *answer(const struct stand *s)
{
	/* Nothing but a status is ever in it. */
	if (s->header.type != WIRE_ANSWER || s->header.size ||
	    s->header.n_fds || s->header.id != 1)
		return "not an answer";
	switch (s->header.status) {
	case 0:
		return "yes";
	case -EACCES:
		return "no";
	case -ETIMEDOUT:
		return "late";
	case -EAGAIN:
		return "later";
	default:
		return "another status";
	}
}

/* --- traces ------------------------------------------------------------------ */

static size_t count(const char *text, size_t n, const struct stand *s)
{
	size_t found = 0;
	const char *at;

	while ((at = memmem(text, n, s->password, s->size))) {
		found++;
		n -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	return found;
}

static size_t in_file(const char *path, const struct stand *s)
{
	static char text[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	return n > 0 ? count(text, (size_t)n, s) : 0;
}

/* Of every process that there is. */
static size_t in_all(const char *name, const struct stand *s)
{
	char path[64];
	size_t found = 0;

	for (pid_t pid = 1; pid < 1 << 16; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
		found += in_file(path, s);
	}
	return found;
}

static size_t in_memory(pid_t pid, const struct stand *s)
{
	unsigned long begin, end;
	char path[64], line[512];
	size_t found = 0, read_bytes = 0;
	FILE *maps;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!maps || fd < 0)
		fail("memory cannot be read");
	while (fgets(line, sizeof(line), maps)) {
		char *text;
		ssize_t n;

		if (sscanf(line, "%lx-%lx r", &begin, &end) != 2)
			continue;
		text = malloc(end - begin);
		n = pread(fd, text, end - begin, (off_t)begin);
		if (n > 0)
			found += count(text, (size_t)n, s);
		read_bytes += n > 0 ? (size_t)n : 0;
		free(text);
	}
	fclose(maps);
	close(fd);
	if (read_bytes < 1 << 17)
		fail("hardly any memory could be read");
	return found;
}

static pid_t first_child(pid_t pid)
{
	char path[64], text[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	for (int i = 0; i < 500 && !atoi(text); i++) {
		usleep(10000);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
			fail("no list of children");
		close(fd);
	}
	return (pid_t)atoi(text);
}

/* The service waits a while when it has the password. */
static void traces(struct stand *s)
{
	pid_t attempt = first_child(s->helper);
	size_t begin = 0;

	for (int i = 0; i < 100 && !begin; i++) {
		usleep(10000);
		begin = in_memory(attempt, s);
	}
	printf("under way: attempt %s, helper %zu, arguments %zu, environments %zu\n",
	       begin ? "has it" : "0", in_memory(s->helper, s),
	       in_all("cmdline", s), in_all("environ", s));
	if (receive(s, 0))
		fail("it was over too soon");
	if (!receive(s, 20000))
		fail("no answer");
	printf("after %s: attempt %s, helper %zu, we %s\n", answer(s),
	       kill(attempt, 0) < 0 ? "gone" : "there", in_memory(s->helper, s),
	       in_memory(getpid(), s) ? "have it" : "0");
}

int main(int argc, char **argv)
{
	static struct stand s;

	if (argc < 5)
		fail("usage: helper_authenticate ask|traces SERVICE USER PASSWORD_FILE [LIMIT_MS]");
	s.service = argv[2];
	s.user = argv[3];
	s.password_file = argv[4];
	start(&s, argc > 5 ? (uint32_t)atoi(argv[5]) : HELPER_ATTEMPT_MS);
	ask(&s);
	if (strcmp(argv[1], "traces") == 0) {
		traces(&s);
	} else {
		if (!receive(&s, HELPER_ATTEMPT_MS + 5000))
			fail("no answer");
		printf("%s\n", answer(&s));
	}
	close(s.socket);
	waitpid(s.helper, NULL, 0);
	return 0;
}
