/* The monitor's loop, with a worker that is a child of the test. */
#include "monitor_stand.h"

#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#define SECRET "hidden, and never to stay"
#define N_MANY 3000

static struct fh_broker_result result;
static uint8_t packet[WIRE_MESSAGE_MAX];
static int worker_end = -1; /* the worker's */
static int helper_end = -1; /* a helper's, which the worker plays as well */
static int n_told;
static int room; /* of the monitor's socket; 0: as the machine has it */
static char said[64]; /* the last of it */

static void count_told(void *ctx, enum fh_log_level level, const char *message)
{
	(void)ctx;
	(void)level;
	printf("# %s\n", message);
	snprintf(said, sizeof(said), "%s", message);
	n_told++;
}

static const struct fh_log told = { .write = count_told };

/* Serves a worker that does this, until it has ended. */
static void serve_with(void (*work)(void), int signal_fd, int resolver)
{
	struct monitor_ends ends = { .signal_fd = signal_fd, .log = &told,
				     .helper_sockets = { -1, resolver } };
	int pair[2];
	pid_t pid;

	begin();
	check_int(packet_pair(pair), 0);
	if (room)
		check_int(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room,
				     sizeof(room)), 0);
	fflush(stdout);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		close(pair[0]);
		worker_end = pair[1];
		work();
		_exit(0);
	}
	close(pair[1]);
	close(helper_end);
	ends.worker_socket = pair[0];
	ends.worker_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	check(ends.worker_pidfd >= 0);
	check_int(monitor_serve(monitor, &ends, &result, &err), 0);
	printf("# %s\n", result.text);
}

static int send_request(uint32_t id, struct fh_broker_ask wish)
{
	int size = wire_put_request(packet, id, &wish);

	check(size > 0);
	return packet_send(worker_end, packet, (size_t)size, -1);
}

/* The next answer, of that request. Return: its descriptor, or its status */
static int take_answer(uint32_t id)
{
	struct wire_header header;
	size_t size = 0;
	int fd = -1;

	check_int(packet_await(worker_end, packet, sizeof(packet), &size, &fd),
		  0);
	check_int(wire_take_header(packet, size, &header, NULL), 0);
	check_int(header.id, id);
	return fd >= 0 ? fd : header.status;
}

static bool remains(const void *text)
{
	return memmem(monitor->answer, sizeof(monitor->answer), text, 6) ||
	       memmem(monitor->message, sizeof(monitor->message), text, 6);
}

/* --- what was sent ---------------------------------------------------------- */

static struct fh_broker_ask wish;

static void stage_secret(void)
{
	stage();
	put_file("secret", SECRET, 0600);
	wish = (struct fh_broker_ask){ .kind = FH_BROKER_READ_FILE,
				       .name = at("secret") };
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE,
				 .max_answer = 100, .object = at("secret") });
}

static void take_secret(void)
{
	check_int(send_request(7, wish), 0);
	check_int(take_answer(7), 0);
	check(memmem(packet, sizeof(packet), SECRET, sizeof(SECRET) - 1));
}

/* It ends without having taken them: one is left in the monitor. */
static void take_nothing(void)
{
	for (int quiet = 0; quiet < 20;) {
		if (send_request(7, wish) == 0) {
			quiet = 0;
			continue;
		}
		usleep(10000);
		quiet++;
	}
}

static void test_answer_is_wiped(void)
{
	stage_secret();
	serve_with(take_secret, -1, -1);
	check_int(result.status, 0);
	check_int(result.requests, 1);
	check(!remains(SECRET));
}

static void test_kept_answer_is_wiped(void)
{
	stage_secret();
	serve_with(take_nothing, -1, -1);
	check_int(result.status, 0);
	check(result.requests > 1);
	check(!remains(SECRET));
}

/* --- a worker that takes nothing for a while ----------------------------------- */

/* All are answered, in order: none is read before the last one is sent. */
static void take_many_late(void)
{
	uint32_t n = 0;

	while (n < N_MANY) {
		if (send_request(n + 1, wish) < 0)
			break;
		n++;
		if (n % 16 == 0)
			usleep(1000);
	}
	check(n > 10);
	usleep(100000);
	for (uint32_t i = 1; i <= n; i++)
		check_int(take_answer(i), 0);
}

static void test_none_is_lost(void)
{
	stage_secret();
	serve_with(take_many_late, -1, -1);
	check_int(result.status, 0);
	check(result.requests > 10);
}

/* Full of answers, and one more is due, which cannot be sent. */
static void idle_when_full(void)
{
	struct fh_broker_ask slow = { .kind = FH_BROKER_RESOLVE,
				      .name = "localhost" };

	check_int(send_request(1, slow), 0);
	take_nothing();
	usleep(1000000);
}

static uint64_t used_us(void)
{
	struct rusage usage;

	check_int(getrusage(RUSAGE_SELF, &usage), 0);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
		       1000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void test_waits_idly(void)
{
	int helper[2];
	uint64_t begun;

	stage_secret();
	add((struct broker_row){ .kind = FH_BROKER_RESOLVE,
				 .object = strdup("localhost") });
	/* A helper that is no more: what it was asked is known at once. */
	check_int(packet_pair(helper), 0);
	close(helper[1]);
	begun = used_us();
	serve_with(idle_when_full, -1, helper[0]);
	printf("# %llu us\n", (unsigned long long)(used_us() - begun));
	check_int(result.status, 0);
	check(used_us() - begun < 500000);
	check_int(n_told, 1);
}

/* The helper takes the question, and dies with it. */
static void let_helper_die(void)
{
	struct fh_broker_ask name = { .kind = FH_BROKER_RESOLVE,
				      .name = "localhost" };
	size_t size = 0;

	check_int(send_request(1, name), 0);
	check_int(packet_await(helper_end, packet, sizeof(packet), &size, NULL),
		  0);
	check(size > 0);
	close(helper_end);
	check_int(take_answer(1), -EIO);
	check_int(send_request(2, wish), 0);
	check_int(take_answer(2), 0);
}

static void test_helper_dies(void)
{
	int helper[2];

	stage_secret();
	add((struct broker_row){ .kind = FH_BROKER_RESOLVE,
				 .object = strdup("localhost") });
	check_int(packet_pair(helper), 0);
	helper_end = helper[1];
	alarm(5); /* before the monitor would have waited long enough */
	serve_with(let_helper_die, -1, helper[0]);
	check_int(result.status, 0);
	check_int(n_told, 1);
}

/* --- more descriptors than the kernel lets be under way ------------------------- */

static void take_late_descriptors(void)
{
	int n = 0, n_refused = 0;

	while (n < 60 && send_request((uint32_t)n + 1, wish) == 0) {
		n++;
		usleep(2000);
	}
	check_int(n, 60);
	usleep(100000);
	for (int i = 1; i <= n; i++) {
		int fd = take_answer((uint32_t)i);

		check(fd >= 0 || fd == -ETOOMANYREFS);
		n_refused += fd < 0;
		close(fd);
	}
	check(n_refused > 0);
	/* And it goes on; but the user's other processes count as well. */
	for (int i = 0; i < 200; i++) {
		check_int(send_request(99, wish), 0);
		if (take_answer(99) >= 0)
			return;
		usleep(50000);
	}
	_exit(1);
}

static void test_too_many_descriptors(void)
{
	struct rlimit few = { 30, 30 };
	char *directory;

	if (geteuid() == 0)
		skip("root has no limit of descriptors under way");
	stage();
	put_file("plain", "plain", 0600);
	wish = (struct fh_broker_ask){ .kind = FH_BROKER_OPEN,
				       .access = FH_READ, .name = at("plain") };
	directory = at("plain");
	*strrchr(directory, '/') = '\0';
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = directory });
	check_int(setrlimit(RLIMIT_NOFILE, &few), 0);
	serve_with(take_late_descriptors, -1, -1);
	check_int(result.status, 0);
	check(result.refused > 0);
}

/* Awaits no longer than a test may last: another answer is a failure. */
static void take_large(void)
{
	alarm(10);
	check_int(send_request(7, wish), 0);
	check_int(take_answer(7), -EMSGSIZE);
	wish.name = at("small");
	check_int(send_request(8, wish), 0);
	check_int(take_answer(8), 0);
}

/* How large a packet may be is the machine's to set. */
static void test_no_room(void)
{
	static char large[16384];

	stage();
	memset(large, 'x', sizeof(large) - 1);
	put_file("large", large, 0600);
	put_file("small", "s", 0600);
	wish = (struct fh_broker_ask){ .kind = FH_BROKER_READ_FILE,
				       .name = at("large") };
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE,
				 .max_answer = 16384, .object = at("large") });
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE,
				 .max_answer = 1, .object = at("small") });
	room = 1;
	serve_with(take_large, -1, -1);
	check_int(result.status, 0);
	check_int(result.refused, 1);
}

/* --- signals --------------------------------------------------------------------- */

static volatile sig_atomic_t n_signals;

static void count_signal(int sig)
{
	(void)sig;
	n_signals++;
}

/* Exits with how many came within a while. */
static void count_interrupts(void)
{
	sigset_t set;

	signal(SIGINT, count_signal);
	sigemptyset(&set);
	check_int(sigprocmask(SIG_SETMASK, &set, NULL), 0);
	for (int i = 0; i < 10; i++)
		usleep(50000);
	_exit(n_signals);
}

/* In a session whose terminal sends one, or to which a process does. */
static void serve_in_session(void *ctx)
{
	bool is_typed = *(bool *)ctx;
	int master, slave, signal_fd;
	pid_t self = getpid();
	sigset_t set;

	check_int(openpty(&master, &slave, NULL, NULL, NULL), 0);
	check(setsid() == self);
	check_int(ioctl(slave, TIOCSCTTY, 0), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	check_int(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	check(signal_fd >= 0);
	if (fork() == 0) {
		usleep(150000);
		if (is_typed)
			check_int(write(master, "\003", 1), 1);
		else
			check_int(kill(self, SIGINT), 0);
		usleep(1000000);
		_exit(0);
	}
	stage();
	serve_with(count_interrupts, signal_fd, -1);
	check_int(result.reason, FH_BROKER_EXITED);
	_exit(result.exit_code);
}

static void test_terminal(void)
{
	bool is_typed = false;

	/* Passed on; the terminal's has come to the worker by itself. */
	check_int(child_status(serve_in_session, &is_typed), 1);
	is_typed = true;
	check_int(child_status(serve_in_session, &is_typed), 1);
}

/* What is told drives no terminal. */
static void test_told(void)
{
	stage();
	begin();
	monitor->log = &told;
	monitor_tell(monitor, "plain %d", 1);
	check_str(said, "plain 1");
	monitor_tell(monitor, "a%sb", "\033[2J\n");
	check(strchr(said, 'a') && strchr(said, 'b'));
	check(!strchr(said, '\033') && !strchr(said, '\n'));
}

int main(void)
{
	const struct tap_test tests[] = {
		{ "an answer that was sent does not stay", test_answer_is_wiped, 0 },
		{ "nor one that nobody took", test_kept_answer_is_wiped, 0 },
		{ "no answer is lost when the worker takes them late",
		  test_none_is_lost, 0 },
		{ "with an answer that nobody takes it waits idly",
		  test_waits_idly, 0 },
		{ "when a helper dies its questions are answered",
		  test_helper_dies, 0 },
		{ "more descriptors than may be under way are told",
		  test_too_many_descriptors, 0 },
		{ "an answer that no packet holds is told", test_no_room, 0 },
		{ "what is told is escaped", test_told, 0 },
		{ "a key of the terminal is one signal", test_terminal, 0 },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
