/* Every call that describes a broker with what it must refuse. */
#include <sys/stat.h>

#include "attempt.h"
#include "broker/broker.h"

static struct fh_broker *broker;
static const struct fh_broker_terms good = { .size = sizeof(good) };

static int handler(void *ctx, const void *request, size_t size,
		   struct fh_broker_reply *reply)
{
	return 0;
}

/* One row is there, and stays alone. */
static void make(void)
{
	broker = fh_broker_new();
	check(broker);
	scene_do(fh_broker_handle(broker, "x", 1, 1, handler, NULL, &good,
				  &scene_err));
}

static void done(void)
{
	check_int(broker->n_rows, 1);
	check_int(broker->worker->is_set, 0);
	check_int(broker->monitor->is_set, 0);
	fh_broker_free(broker);
}

static void test_null(void)
{
	make();
	TAKES(0, (fh_broker_free(NULL), 0));
	note_tried("fh_broker_new("); /* takes nothing */
	TAKES(false, fh_broker_worker(NULL) != NULL);
	TAKES(false, fh_broker_monitor(NULL) != NULL);
	TAKES(-EINVAL, fh_broker_key_at(0, NULL));
	TAKES(-ENOENT, fh_broker_key_at(SIZE_MAX, (void *)&s.out));
	NULLED(fh_broker_allow_bind(NULL, FH_TCP, NULL, 80, NULL, err));
	NULLED(fh_broker_allow_connect(NULL, FH_TCP, NULL, 80, NULL, err));
	NULLED(fh_broker_allow_open(NULL, FH_READ, "/", NULL, err));
	NULLED(fh_broker_allow_open(broker, FH_READ, NULL, NULL, err));
	NULLED(fh_broker_allow_read_file(NULL, "/", 1, NULL, err));
	NULLED(fh_broker_allow_read_file(broker, NULL, 1, NULL, err));
	NULLED(fh_broker_allow_authenticate(NULL, "x", 1, NULL, err));
	NULLED(fh_broker_allow_authenticate(broker, NULL, 1, NULL, err));
	NULLED(fh_broker_allow_resolve(NULL, "x", NULL, err));
	NULLED(fh_broker_allow_resolve(broker, NULL, NULL, err));
	NULLED(fh_broker_handle(NULL, "y", 1, 1, handler, NULL, NULL, err));
	NULLED(fh_broker_handle(broker, NULL, 1, 1, handler, NULL, NULL, err));
	NULLED(fh_broker_handle(broker, "y", 1, 1, NULL, NULL, NULL, err));
	NULLED(fh_broker_set(NULL, "bind", "tcp:80", err));
	NULLED(fh_broker_set(broker, NULL, "tcp:80", err));
	NULLED(fh_broker_set(broker, "bind", NULL, err));
	NULLED(fh_broker_load(NULL, "/", err));
	NULLED(fh_broker_load(broker, NULL, err));
	NULLED(fh_broker_print(NULL, FH_TEXT, TEXT, err));
	NULLED(fh_broker_print(broker, FH_TEXT, NULL, err));
	done();
}

static void test_terms(void)
{
	const struct fh_broker_terms unsized = { .times = 1 };
	const struct fh_broker_terms large = { .size = sizeof(large) + 8 };
	const struct fh_broker_terms wild = { .size = sizeof(wild),
					      .when = (enum fh_broker_when)3 };

	make();
	BAD(-EINVAL, fh_broker_allow_bind(broker, FH_TCP, NULL, 80, &unsized,
					  err));
	BAD(-EINVAL, fh_broker_allow_connect(broker, FH_TCP, NULL, 80, &large,
					     err));
	BAD(-EINVAL, fh_broker_allow_open(broker, FH_READ, "/", &wild, err));
	BAD(-EINVAL, fh_broker_allow_read_file(broker, "/x", 1, &wild, err));
	BAD(-EINVAL, fh_broker_allow_authenticate(broker, "x", 1, &wild, err));
	BAD(-EINVAL, fh_broker_allow_resolve(broker, "x", &wild, err));
	BAD(-EINVAL, fh_broker_handle(broker, "y", 1, 1, handler, NULL, &wild,
				      err));
	done();
}

static void test_values(void)
{
	make();
	BAD(-ERANGE, fh_broker_allow_bind(broker, FH_TCP, NULL, 0, NULL, err));
	BAD(-EINVAL, fh_broker_allow_bind(broker, (enum fh_transport)2, NULL,
					  80, NULL, err));
	BAD(-EINVAL, fh_broker_allow_bind(broker, (enum fh_transport)-1, NULL,
					  80, NULL, err));
	BAD(-EINVAL, fh_broker_allow_bind(broker, FH_TCP, "", 80, NULL, err));
	BAD(-EINVAL, fh_broker_allow_bind(broker, FH_TCP, "localhost", 80,
					  NULL, err));
	BAD(-EINVAL, fh_broker_allow_connect(broker, FH_UDP, long_text, 80,
					     NULL, err));
	BAD(-EINVAL, fh_broker_allow_connect(broker, FH_UDP, "::1%lo", 80,
					     NULL, err));
	BAD(-EINVAL, fh_broker_allow_open(broker, 0, "/", NULL, err));
	BAD(-EINVAL, fh_broker_allow_open(broker, FH_READ | FH_WRITE, "/",
					  NULL, err));
	BAD(-EINVAL, fh_broker_allow_open(broker, FH_EXEC, "/", NULL, err));
	BAD(-EINVAL, fh_broker_allow_open(broker, FH_READ, "", NULL, err));
	BAD(-EINVAL, fh_broker_allow_open(broker, FH_READ, "srv", NULL, err));
	BAD(-EINVAL, fh_broker_allow_open(broker, FH_READ, "/a/..", NULL,
					  err));
	BAD(-E2BIG, fh_broker_allow_open(broker, FH_READ, long_path, NULL,
					 err));
	BAD(-ERANGE, fh_broker_allow_read_file(broker, "/x", 0, NULL, err));
	BAD(-ERANGE, fh_broker_allow_read_file(broker, "/x",
					       FH_BROKER_DATA_MAX + 1, NULL,
					       err));
	BAD(-ERANGE, fh_broker_allow_read_file(broker, "/x",
					       ((size_t)1 << 32) + 1, NULL,
					       err));
	BAD(-E2BIG, fh_broker_allow_read_file(broker, long_path, 1, NULL,
					      err));
	BAD(-EINVAL, fh_broker_allow_authenticate(broker, "", 0, NULL, err));
	BAD(-EINVAL, fh_broker_allow_authenticate(broker, "a/b", 0, NULL,
						  err));
	BAD(-EINVAL, fh_broker_allow_authenticate(broker, long_text, 0, NULL,
						  err));
	BAD(-ERANGE, fh_broker_allow_authenticate(broker, "x", UINT32_MAX,
						  NULL, err));
	BAD(-EINVAL, fh_broker_allow_resolve(broker, "", NULL, err));
	BAD(-EINVAL, fh_broker_allow_resolve(broker, "a b", NULL, err));
	BAD(-EINVAL, fh_broker_allow_resolve(broker, long_text, NULL, err));
	BAD(-EINVAL, fh_broker_handle(broker, "", 1, 1, handler, NULL, NULL,
				      err));
	BAD(-EINVAL, fh_broker_handle(broker, long_text, 1, 1, handler, NULL,
				      NULL, err));
	BAD(-ERANGE, fh_broker_handle(broker, "y", FH_BROKER_DATA_MAX + 1, 1,
				      handler, NULL, NULL, err));
	BAD(-ERANGE, fh_broker_handle(broker, "y", 1, SIZE_MAX, handler, NULL,
				      NULL, err));
	BAD(-EEXIST, fh_broker_handle(broker, "x", 1, 1, handler, NULL, NULL,
				      err));
	BAD(-ENOENT, fh_broker_set(broker, "", "tcp:80", err));
	BAD(-ENOENT, fh_broker_set(broker, long_text, "tcp:80", err));
	BAD(-EINVAL, fh_broker_set(broker, "bind", "", err));
	BAD(-E2BIG, fh_broker_set(broker, "bind", long_text, err));
	BAD(-EEXIST, fh_broker_set(broker, "request", "x", err));
	done();
}

static void test_files(void)
{
	char path[64];
	int fd;

	make();
	BAD(-ENOENT, fh_broker_load(broker, "", err));
	BAD(-ENOENT, fh_broker_load(broker, "/nowhere/app.conf", err));
	BAD(-ENAMETOOLONG, fh_broker_load(broker, long_path, err));
	BAD(-EACCES, fh_broker_load(broker, "/", err));
	BAD(-EACCES, fh_broker_load(broker, "/dev/null", err));
	snprintf(path, sizeof(path), "/tmp/broker-%d.conf", (int)getpid());
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	check(fd >= 0);
	check_int(write(fd, "[broker]\nbind = tcp:1\nbind = x\n", 31), 31);
	BAD(-EINVAL, fh_broker_load(broker, path, err));
	check_int(ftruncate(fd, (1 << 20) + 1), 0);
	BAD(-EFBIG, fh_broker_load(broker, path, err));
	check_int(ftruncate(fd, 9), 0);
	check_int(fchmod(fd, 0602), 0);
	BAD(-EACCES, fh_broker_load(broker, path, err));
	close(fd);
	unlink(path);
	BAD(-EINVAL, fh_broker_print(broker, (enum fh_format)2, TEXT, err));
	BAD(-EINVAL, fh_broker_print(broker, (enum fh_format)-1, TEXT, err));
	done();
}

static void test_complete(void)
{
	check_all_tried(is_about_descriptions);
}

static const struct tap_test tests[] = {
	{ .name = "NULL", .run = test_null, .seconds = 60 },
	{ .name = "terms", .run = test_terms, .seconds = 60 },
	{ .name = "values", .run = test_values, .seconds = 60 },
	{ .name = "profiles and formats", .run = test_files, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	attempt_start();
	return tap_run(tests, N(tests));
}
