/* The stage can be set up, carried and cleared away, whatever happens. */
#include <stdlib.h>
#include <sys/resource.h>

#include "attack/attack_stage.h"
#include "base/cleanup.h"
#include "stand.h"
#include "tap.h"

static void check_same_stage(const struct attack_stage *a,
			     const struct attack_stage *b)
{
	check_str(a->secret_dir, b->secret_dir);
	check_str(a->secret_path, b->secret_path);
	check_str(a->socket_path, b->socket_path);
	check_str(a->abstract_name, b->abstract_name);
	check_str(a->marker, b->marker);
	check_str(a->prey_comm, b->prey_comm);
	check_int(a->prey_pid, b->prey_pid);
	check_int(a->tcp_port, b->tcp_port);
	check_int(a->udp_port, b->udp_port);
	check_int(a->shm_id, b->shm_id);
	check_int(a->inherited_fd, b->inherited_fd);
	check_int(a->inherited_dir, b->inherited_dir);
}

static void test_stage_codec(void)
{
	char dir[] = "/tmp/a b,=%\n\xff-XXXXXX";
	char text[ATTACK_STAGE_ENCODED_MAX];
	struct attack_stage decoded;
	struct attack_stage stage;

	check(mkdtemp(dir) != NULL);
	setenv("TMPDIR", dir, 1);
	stage = set_up();
	check_int(attack_stage_encode(&stage, text, sizeof(text)), 0);
	check_int(attack_stage_decode(text, &decoded), 0);
	attack_stage_tear_down(&stage);
	check_int(rmdir(dir), 0);
	check(strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			   "XYZ0123456789/._-%,=") == strlen(text));
	stage = decoded;
	check_int(attack_stage_encode(&stage, text, sizeof(text)), 0);
	check_int(attack_stage_decode(text, &decoded), 0);
	check_same_stage(&stage, &decoded);
	for (size_t size = 0; size <= strlen(text); size++)
		check_int(attack_stage_encode(&stage, text, size), -ENOSPC);
}

/* All that is not exactly an encoded stage is refused. */
static void test_stage_hostile(void)
{
	struct attack_stage stage = set_up();
	char text[ATTACK_STAGE_ENCODED_MAX];
	char changed[ATTACK_STAGE_ENCODED_MAX];
	struct attack_stage decoded;
	char *pid;

	check_int(attack_stage_encode(&stage, text, sizeof(text)), 0);
	attack_stage_tear_down(&stage);
	for (size_t n = 0; n < strlen(text); n++) {
		memcpy(changed, text, n);
		changed[n] = '\0';
		/* Cut within the last number it is a stage still. */
		if (strrchr(text, '=') - text < (long)n - 1)
			break;
		check_int(attack_stage_decode(changed, &decoded), -EINVAL);
	}
	for (size_t n = 0; n < strlen(text); n++) {
		strcpy(changed, text);
		changed[n] = '\n';
		check_int(attack_stage_decode(changed, &decoded), -EINVAL);
	}
	pid = strstr(text, ",pid=");
	check(pid != NULL);
	snprintf(changed, sizeof(changed), "%.*s,pid=1%s", (int)(pid - text),
		 text, strchr(pid + 1, ','));
	check_int(attack_stage_decode(changed, &decoded), -EINVAL);
	snprintf(changed, sizeof(changed), "%.*s,pid=9999999999%s",
		 (int)(pid - text), text, strchr(pid + 1, ','));
	check_int(attack_stage_decode(changed, &decoded), -EINVAL);
	snprintf(changed, sizeof(changed), "%.*s,pid=77%s", (int)(pid - text),
		 text, strchr(pid + 1, ','));
	check_int(attack_stage_decode(changed, &decoded), 0);
	check_int(decoded.prey_pid, 77);
}

static void test_stage_long_value(void)
{
	struct attack_stage stage = set_up();
	char text[ATTACK_STAGE_ENCODED_MAX];
	char changed[2 * ATTACK_STAGE_ENCODED_MAX];
	struct attack_stage decoded;
	char filler[ATTACK_PATH_MAX + 1];
	char *dir;

	check_int(attack_stage_encode(&stage, text, sizeof(text)), 0);
	attack_stage_tear_down(&stage);
	dir = strstr(text, ",dir=");
	check(dir != NULL);
	dir += strlen(",dir=");
	memset(filler, 'x', sizeof(filler));
	/* One byte less than the array, its NUL included, then as much. */
	snprintf(changed, sizeof(changed), "%.*s%.*s%s", (int)(dir - text),
		 text, ATTACK_PATH_MAX - 1, filler, strchr(dir, ','));
	check_int(attack_stage_decode(changed, &decoded), 0);
	check_int(strlen(decoded.secret_dir), ATTACK_PATH_MAX - 1);
	snprintf(changed, sizeof(changed), "%.*s%.*s%s", (int)(dir - text),
		 text, ATTACK_PATH_MAX, filler, strchr(dir, ','));
	check_int(attack_stage_decode(changed, &decoded), -EINVAL);
}

static void test_stage_tear_down(void)
{
	struct attack_stage stage = set_up();
	struct attack_stage before = stage;

	check_int(access(before.secret_path, F_OK), 0);
	check_int(access(before.socket_path, F_OK), 0);
	check_int(kill(before.prey_pid, 0), 0);
	check(getenv(before.marker) != NULL);
	check(fcntl(before.inherited_fd, F_GETFD) == 0);
	attack_stage_tear_down(&stage);
	check_int(access(before.secret_dir, F_OK), -1);
	check_int(kill(before.prey_pid, 0), -1);
	check(getenv(before.marker) == NULL);
	check_int(fcntl(before.inherited_fd, F_GETFD), -1);
	check_int(fcntl(before.inherited_dir, F_GETFD), -1);
	attack_stage_tear_down(&stage);
}

static void test_stage_no_directory(void)
{
	struct fh_error err = { .code = 0 };
	struct attack_stage stage;
	char path[200];

	setenv("TMPDIR", "/nonexistent", 1);
	check_int(attack_stage_set_up(&stage, &err), -ENOENT);
	check_int(err.code, -ENOENT);
	check(strstr(err.what, "/nonexistent") != NULL);
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	setenv("TMPDIR", path, 1);
	check_int(attack_stage_set_up(&stage, &err), -ENAMETOOLONG);
	check(strstr(err.remedy, "TMPDIR") != NULL);
	attack_stage_tear_down(&stage);
}

/* Set up when hardly a descriptor is left: every failure undoes the rest. */
static void test_stage_undone(void)
{
	char dir[] = "/tmp/fumehood-undone-XXXXXX";
	bool is_set_up = false;

	check(mkdtemp(dir) != NULL);
	setenv("TMPDIR", dir, 1);
	for (rlim_t n = 4; !is_set_up; n++) {
		struct rlimit limit = { .rlim_cur = n, .rlim_max = 1000 };
		struct fh_error err = { .code = 0 };
		struct attack_stage stage;
		int r;

		check(n < 200);
		check_int(setrlimit(RLIMIT_NOFILE, &limit), 0);
		r = attack_stage_set_up(&stage, &err);
		is_set_up = r == 0;
		check(is_set_up || (r == err.code && err.what[0]));
		attack_stage_tear_down(&stage);
		check_int(waitpid(-1, NULL, WNOHANG), -1);
	}
	check_int(rmdir(dir), 0);
}

static const struct tap_test tests[] = {
	{ .name = "there and back", .run = test_stage_codec },
	{ .name = "from a hostile text", .run = test_stage_hostile },
	{ .name = "with a long value", .run = test_stage_long_value },
	{ .name = "torn down", .run = test_stage_tear_down },
	{ .name = "without a place", .run = test_stage_no_directory },
	{ .name = "undone at every failure", .run = test_stage_undone },
};

int main(void)
{
	become_ordinary();
	return tap_run(tests, ARRAY_SIZE(tests));
}
