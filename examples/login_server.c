/*
 * A web server that checks logins: HTTP is parsed by a worker that may do nothing
 * but ask, and whoever takes it over can still only ask.
 *
 *   example_login_server PROFILE PORT SERVICE     by PAM: needs root
 *   example_login_server PROFILE PORT - FILE      by lines "user:password" of
 *                                                 FILE, which only the monitor reads
 *
 * What may be asked stands in the profile: see login_server.root.conf and
 * login_server.user.conf, and `fumehood broker show PROFILE`. Every path answers
 * 200 to a right login (HTTP Basic), 401 to another. SIGTERM ends both processes:
 * the monitor passes it on, the worker dies of it.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <fumehood/fumehood.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS FH_BROKER_PENDING_MAX
#define REQUEST_MAX 2048
#define LOGIN_MAX 256
#define PATIENCE 5 /* seconds to say what is wanted */

struct client {
	int fd;	     /* -1: free */
	time_t since;
	uint32_t id; /* of the question under way */
	bool is_asking;
	size_t size;
	char request[REQUEST_MAX];
};

static void fail(const struct fh_error *err)
{
	char line[FH_ERROR_LINE_MAX];

	fh_error_print(err, line, sizeof(line));
	fprintf(stderr, "login_server: %s\n", line);
	exit(1);
}

/* --- in the monitor --------------------------------------------------------- */

/* Compares whole lines, and in a time that does not tell how much was right. */
static bool is_line_of(const char *lines, size_t size, const char *login,
		       size_t login_size)
{
	bool is_known = false;

	for (size_t at = 0; at < size;) {
		const char *end = memchr(lines + at, '\n', size - at);
		size_t n = end ? (size_t)(end - lines) - at : size - at;
		unsigned char differs = n != login_size;

		for (size_t i = 0; i < n; i++)
			differs |= (unsigned char)(lines[at + i] ^
						   login[i % login_size]);
		is_known |= !differs;
		at += n + 1;
	}
	return is_known;
}

/* A handler: the bytes come from the worker and may be anything. The answer is
 * its status; there are no other bytes. */
static int check_login(void *path, const void *login, size_t size,
		       struct fh_broker_reply *reply)
{
	char lines[8192]; /* what a file has beyond that is nobody's login */
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, lines, sizeof(lines));
	bool is_known = n > 0 && size > 0 &&
			memchr(login, ':', size) != NULL &&
			is_line_of(lines, (size_t)n, login, size);

	if (fd >= 0)
		close(fd);
	explicit_bzero(lines, sizeof(lines));
	reply->size = 0;
	return is_known ? 0 : -EACCES;
}

/* The same in every role: the table, and what the worker may. */
static struct fh_broker *describe(const char *profile, char *file)
{
	struct fh_broker *broker = fh_broker_new();
	struct fh_error err;

	if (fh_broker_load(broker, profile, &err) < 0)
		fail(&err);
	if (file && fh_broker_handle(broker, "check-login", LOGIN_MAX, 0,
				     check_login, file, NULL, &err) < 0)
		fail(&err);
	return broker;
}

/* --- in the worker ---------------------------------------------------------- */

static void answer(struct client *client, const char *status)
{
	char line[256];
	int n = snprintf(line, sizeof(line),
			 "HTTP/1.0 %s\r\nContent-Length: 0\r\n"
			 "WWW-Authenticate: Basic realm=\"fumehood\"\r\n\r\n",
			 status);

	send(client->fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(client->fd);
	explicit_bzero(client->request, sizeof(client->request));
	*client = (struct client){ .fd = -1 };
}

static int base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "Authorization: Basic dXNlcjpwYXNz" to "user:pass". Return: its size; 0 when there
 * is none, or one that is too long or no base64 to the end of its line */
static size_t find_login(const char *request, char ret[LOGIN_MAX])
{
	static const char header[] = "\r\nAuthorization: Basic ";
	const char *from = strcasestr(request, header);
	unsigned int bits = 0, n_bits = 0;
	size_t n = 0;

	for (from = from ? from + sizeof(header) - 1 : "";
	     base64_digit(*from) >= 0 && n < LOGIN_MAX - 1; from++) {
		bits = bits << 6 | (unsigned int)base64_digit(*from);
		n_bits += 6;
		if (n_bits >= 8)
			ret[n++] = (char)(bits >> (n_bits -= 8));
	}
	from += strspn(from, "=");
	if (strncmp(from, "\r\n", 2) != 0 || memchr(ret, '\0', n))
		n = 0;
	ret[n] = '\0';
	return n;
}

/* Asks, and goes on serving others until the answer comes. */
static void ask(struct fh_channel *channel, const char *service,
		struct client *client)
{
	char login[LOGIN_MAX];
	size_t size = find_login(client->request, login);
	char *colon = strchr(login, ':');
	struct fh_broker_ask question = {
		.kind = FH_BROKER_REQUEST, .name = "check-login",
		.data = login, .data_size = size,
	};

	if (colon && strcmp(service, "-") != 0) {
		*colon = '\0';
		question = (struct fh_broker_ask){
			.kind = FH_BROKER_AUTHENTICATE, .name = service,
			.user = login, .data = colon + 1,
			.data_size = strlen(colon + 1),
		};
	}
	if (!colon || colon == login)
		answer(client, "401 Unauthorized");
	else if (fh_broker_begin(channel, &question, &client->id, NULL) < 0)
		answer(client, "503 Service Unavailable");
	else
		client->is_asking = true;
	explicit_bzero(login, sizeof(login));
}

/* Does its first line end in " HTTP/1.1"? */
static bool is_http(const char *request)
{
	size_t line = strcspn(request, "\r\n");

	return line > 9 && strncmp(request + line - 9, " HTTP/1.", 8) == 0;
}

static void hear(struct fh_channel *channel, const char *service,
		 struct client *client)
{
	ssize_t n = read(client->fd, client->request + client->size,
			 REQUEST_MAX - 1 - client->size);

	if (n < 0 && errno == EAGAIN)
		return;
	client->size += n > 0 ? (size_t)n : 0;
	client->request[client->size] = '\0';
	if (n > 0 && !strstr(client->request, "\r\n\r\n")) {
		if (client->size == REQUEST_MAX - 1)
			answer(client, "413 Content Too Large");
	} else if (n > 0 && is_http(client->request)) {
		ask(channel, service, client);
	} else {
		answer(client, "400 Bad Request");
	}
}

/* Only 0 is a yes. */
static const char *status_line(int status)
{
	switch (status) {
	case 0:
		return "200 OK";
	case -EACCES:
		return "401 Unauthorized";
	case -EAGAIN:
		return "429 Too Many Requests";
	default:
		return "503 Service Unavailable";
	}
}

static void take_answers(struct fh_channel *channel, struct client *clients)
{
	struct fh_broker_answer got;
	int r;

	while ((r = fh_broker_finish(channel, 0, &got, NULL)) == 0)
		for (int i = 0; i < CLIENTS; i++)
			if (clients[i].is_asking && clients[i].id == got.id)
				answer(&clients[i], status_line(got.status));
	if (r == -EPIPE || r == -EPROTO)
		exit(1); /* there is no monitor any more */
}

/* When all places are taken, the next client waits in the listener's queue. */
static void welcome(int listener, struct client *clients, int place)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		clients[place] = (struct client){ .fd = fd,
						  .since = time(NULL) };
}

static void serve(struct fh_channel *channel, int listener,
		  const char *service)
{
	static struct client clients[CLIENTS];
	struct pollfd polls[CLIENTS + 2];

	for (int i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	for (;;) {
		int place = -1;

		for (int i = 0; i < CLIENTS; i++) {
			if (clients[i].fd >= 0 && !clients[i].is_asking &&
			    time(NULL) - clients[i].since > PATIENCE)
				answer(&clients[i], "408 Request Timeout");
			if (clients[i].fd < 0)
				place = i;
			polls[i] = (struct pollfd){
				.fd = clients[i].is_asking ? -1 : clients[i].fd,
				.events = POLLIN };
		}
		polls[CLIENTS] = (struct pollfd){
			.fd = place < 0 ? -1 : listener, .events = POLLIN };
		polls[CLIENTS + 1] = (struct pollfd){
			.fd = fh_broker_fd(channel), .events = POLLIN };
		if (poll(polls, CLIENTS + 2, 1000) < 0)
			continue;
		if (polls[CLIENTS + 1].revents)
			take_answers(channel, clients);
		for (int i = 0; i < CLIENTS; i++)
			if (polls[i].revents && clients[i].fd >= 0)
				hear(channel, service, &clients[i]);
		if (polls[CLIENTS].revents)
			welcome(listener, clients, place);
	}
}

int main(int argc, char **argv)
{
	struct fh_channel *channel;
	struct fh_broker_result result;
	struct fh_broker *broker;
	struct fh_error err;
	int r, listener;

	if (argc < 4 || (strcmp(argv[3], "-") == 0) != (argc == 5)) {
		fprintf(stderr, "usage: %s PROFILE PORT SERVICE|- [FILE]\n",
			argv[0]);
		return 2;
	}
	broker = describe(argv[1], argv[4]);
	r = fh_broker_split(broker, argv, NULL, &channel, &result, &err);
	if (r < 0)
		fail(&err);
	fh_broker_free(broker);
	if (r == FH_BROKER_IS_MONITOR) { /* the worker has ended */
		fprintf(stderr, "login_server: %s\n", result.text);
		return result.exit_code;
	}
	listener = fh_broker_bind(channel, FH_TCP, NULL,
				  (uint16_t)atoi(argv[2]), -1, &err);
	if (listener < 0)
		fail(&err);
	/* From here on nobody can bind anything: the profile says so. */
	if (fcntl(listener, F_SETFL, O_NONBLOCK) < 0 ||
	    fh_broker_ready(channel, -1, &err) < 0)
		fail(&err);
	puts("serving");
	fflush(stdout);
	serve(channel, listener, argv[3]);
}
