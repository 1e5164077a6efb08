/* An answer that the kernel never takes is told, and not tried for ever. */
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "monitor_stand.h"

#define PATIENCE 5000 /* ms */

static int ends[2]; /* the monitor's, the worker's */

/* In the worker: what the monitor answers; 1 for nothing in time. */
static int exchange(const struct fh_broker_ask *wish)
{
	static uint8_t message[WIRE_MESSAGE_MAX];
	struct pollfd end = { .fd = ends[1], .events = POLLIN };
	struct wire_header header = { 0 };
	int size = wire_put_request(message, 7, wish);
	size_t n = 0;

	if (size < 0 || write(ends[1], message, (size_t)size) != size ||
	    poll(&end, 1, PATIENCE) != 1 ||
	    packet_receive(ends[1], message, sizeof(message), &n, NULL) < 0 ||
	    wire_take_header(message, n, &header, NULL) < 0)
		return 1;
	return header.status;
}

/* Return: how the worker ended */
static struct fh_broker_result serve(pid_t worker)
{
	struct monitor_ends own = {
		.worker_socket = ends[0],
		.worker_pidfd = (int)syscall(SYS_pidfd_open, worker, 0),
		.helper_sockets = { -1, -1 },
		.signal_fd = -1,
	};
	struct fh_broker_result result = { 0 };

	check(own.worker_pidfd >= 0);
	check_int(monitor_serve(monitor, &own, &result, &err), 0);
	return result;
}

/* A socket's room is the machine's to set: an answer that never fits is not
 * tried for ever. */
static void test_no_room(void)
{
	static char large[16384];
	const int least = 1;
	char *path;
	pid_t worker;

	stage();
	memset(large, 'x', sizeof(large) - 1);
	put_file("large", large, 0600);
	put_file("small", "s", 0600);
	path = at("large");
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE,
				 .object = at("large"), .max_answer = 16384 });
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE,
				 .object = at("small"), .max_answer = 1 });
	begin();
	check_int(packet_pair(ends), 0);
	check_int(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &least,
			     sizeof(least)), 0);
	worker = fork();
	if (worker == 0) {
		const struct fh_broker_ask wishes[] = {
			{ .kind = FH_BROKER_READ_FILE, .name = path },
			{ .kind = FH_BROKER_READ_FILE, .name = at("small") },
		};
		int is_told = exchange(&wishes[0]) == -EMSGSIZE;

		_exit(is_told && exchange(&wishes[1]) == 0 ? 42 : 1);
	}
	check_int(serve(worker).exit_code, 42);
}

int main(void)
{
	const struct tap_test tests[] = {
		{ "an answer that no packet holds is told", test_no_room, 0 },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
