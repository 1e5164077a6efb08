/* Every call that describes a broker, with each allocation failing in turn. */
#include "broker_names.h"
#include "sweep_calls.h"

static char path[64];

static int handler(void *ctx, const void *request, size_t size,
		   struct fh_broker_reply *reply)
{
	return 0;
}

static void test_rows(void)
{
	need_failing_memory();
	SWEEP(MAKES_BROKER | NO_ERR, made(fh_broker_new()));
	SWEEP(CHANGES, fh_broker_allow_bind(s.broker, FH_TCP, "::1", 80, NULL,
					    err));
	SWEEP(CHANGES, fh_broker_allow_connect(s.broker, FH_UDP, NULL, 80,
					       NULL, err));
	SWEEP(CHANGES, fh_broker_allow_open(s.broker, FH_READ, "/srv", NULL,
					    err));
	SWEEP(CHANGES, fh_broker_allow_read_file(s.broker, "/key", 9, NULL,
						 err));
	SWEEP(CHANGES, fh_broker_allow_authenticate(s.broker, "x", 0, NULL,
						    err));
	SWEEP(CHANGES, fh_broker_allow_resolve(s.broker, "*", NULL, err));
	SWEEP(CHANGES, fh_broker_handle(s.broker, "x", 1, 1, handler, NULL,
					NULL, err));
	SWEEP(CHANGES, fh_broker_set(s.broker, "open", "/srv times=1", err));
}

static void test_whole(void)
{
	static const char text[] = "[broker]\nopen = /srv\n[monitor]\n"
				   "read = /a\n[syscalls]\nsyscalls = strict\n";
	int fd;

	need_failing_memory();
	snprintf(path, sizeof(path), "/tmp/broker-%d.conf", (int)getpid());
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	check(fd >= 0);
	check_int(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	SWEEP(CHANGES, fh_broker_load(s.broker, path, err));
	unlink(path);
	SWEEP(MAKES_TEXT, fh_broker_print(s.broker, FH_TEXT, TEXT, err));
	SWEEP(MAKES_TEXT, fh_broker_print(s.broker, FH_JSON, TEXT, err));
}

static void test_plain(void)
{
	struct fh_broker_key key;

	need_failing_memory();
	SWEEP(NEVER, fh_broker_worker(s.broker) ? 0 : -1);
	SWEEP(NEVER, fh_broker_monitor(s.broker) ? 0 : -1);
	SWEEP(NEVER, fh_broker_key_at(0, &key));
	SWEEP(NEVER, (fh_broker_free(s.broker), s.broker = NULL, 0));
}

static void test_complete(void)
{
	need_failing_memory();
	check_all_tried(is_about_descriptions);
}

static const struct tap_test tests[] = {
	{ .name = "rows", .run = test_rows, .seconds = 60 },
	{ .name = "profiles and what they come to", .run = test_whole,
	  .seconds = 120 },
	{ .name = "what needs no memory", .run = test_plain },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	scene_share();
	return tap_run(tests, N(tests));
}
