/*
 * What the tests of explanations share: a scene of files and servers, a helper that
 * does one thing, and rows of what it shall be told about that.
 *
 * In all strings of a row: $D is the scene's directory, $P a TCP port that somebody
 * listens on outside, $F one that is free, $N an abstract socket's name, $T this
 * process, $H the helper.
 */
#ifndef FH_TESTS_REFUSED_H
#define FH_TESTS_REFUSED_H

#include <arpa/inet.h>
#include <fumehood/refusal.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "spawn_stand.h"

struct refused_row {
	const char *settings[9]; /* name, value, ..., NULL */
	const char *action[5];
	const char *call, *wanted, *object;
	int layer;
	int code; /* 0: by .signal */
	int signal;
	const char *option; /* "": nothing would allow it */
	bool has_no_control; /* what the box itself makes */
	bool is_for_user;    /* root has more rights, or fewer, outside */
	bool is_for_root;
};

struct scene {
	char directory[200], helper[PATH_MAX], name[64];
	int port, free_port;
};

UNUSED static struct scene scene;

UNUSED static void write_text(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

UNUSED static void in_scene(char ret[PATH_MAX], const char *name)
{
	snprintf(ret, PATH_MAX, "%s/%s", scene.directory, name);
}

/* Puts everything back as it was. */
UNUSED static void set_files(void)
{
	char command[3 * PATH_MAX], path[PATH_MAX], text[PATH_MAX];

	snprintf(command, sizeof(command),
		 "cd '%s' && find . -mindepth 1 ! -name sock -delete; "
		 "mkdir dir dir/full other secret && echo x | tee dir/a dir/full/x >file && "
		 "cp file 'a b' && cp file secret/file && ln -s file link && "
		 "cp '%s' exec && chmod 755 exec && cp exec interp && "
		 "if [ \"$(id -u)\" = 0 ]; then cp file theirs; chmod 600 theirs; chown 4242:4242 theirs 2>/dev/null || :; fi",
		 scene.directory, scene.helper);
	check_int(system(command), 0);
	in_scene(path, "script");
	snprintf(text, sizeof(text), "#!%.200s/interp uname\n", scene.directory);
	write_text(path, text, 0755);
	in_scene(path, "new\nline");
	write_text(path, "x", 0644);
}

UNUSED static int listen_at(int *ret_port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0 && bind(fd, (void *)&in, size) == 0);
	check(getsockname(fd, (void *)&in, &size) == 0);
	*ret_port = ntohs(in.sin_port);
	return fd;
}

UNUSED static void listen_local(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0 && len < sizeof(un.sun_path));
	memcpy(un.sun_path, name, len);
	if (*name == '@')
		un.sun_path[0] = '\0';
	check_int(bind(fd, (void *)&un, (socklen_t)(offsetof(struct sockaddr_un,
				sun_path) + len + (*name != '@'))), 0);
	check_int(listen(fd, 100), 0);
}

UNUSED static void make_scene(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(scene.directory, sizeof(scene.directory), "%s/explainXXXXXX",
		 tmp ? tmp : "/tmp");
	check(mkdtemp(scene.directory));
	check_int(chmod(scene.directory, 0755), 0);
	snprintf(scene.helper, sizeof(scene.helper), "%s", self_path());
	strcpy(strrchr(scene.helper, '/') + 1, "helper_refused");
	if (access(scene.helper, X_OK) < 0)
		skip("no helper_refused beside the test");
	check_int(listen(listen_at(&scene.port), 100), 0);
	close(listen_at(&scene.free_port));
	in_scene(path, "sock");
	listen_local(path);
	snprintf(scene.name, sizeof(scene.name), "@explain-%d", getpid());
	listen_local(scene.name);
	set_files();
}

UNUSED static void clean_scene(void)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf '%s'", scene.directory);
	check_int(system(command), 0);
}

/* Replaces the $ letters; of any other, "$" stays. */
UNUSED static char *fill_in(const char *from)
{
	char *ret = calloc(1, 8192), *to = ret;

	check(ret);
	for (; *from; from++) {
		char number[16];
		const char *what = NULL;

		if (*from == '$') {
			int n = from[1] == 'P' ? scene.port
			      : from[1] == 'F' ? scene.free_port : getpid();

			snprintf(number, sizeof(number), "%d", n);
			what = from[1] == 'D' ? scene.directory
			     : from[1] == 'N' ? scene.name
			     : from[1] == 'H' ? scene.helper
			     : from[1] && strchr("PFT", from[1]) ? number : NULL;
		}
		if (!what) {
			*to++ = *from;
			continue;
		}
		to += sprintf(to, "%s", what);
		from++;
	}
	return ret;
}

UNUSED static void helper_argv(const struct refused_row *row, char *ret[8])
{
	int n = 0;

	ret[n++] = scene.helper;
	for (int i = 0; i < 5 && row->action[i]; i++)
		ret[n++] = fill_in(row->action[i]);
	ret[n] = NULL;
}

UNUSED static int run_outside(char *const *argv)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), 1);
		execv(argv[0], argv);
		_exit(3);
	}
	check_int(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

UNUSED static struct fh_policy *policy_of(const struct refused_row *row)
{
	struct fh_policy *policy = fh_policy_new();

	check_ok(fh_policy_set(policy, "exec", scene.helper, &err));
	for (int i = 0; row->settings[i]; i += 2) {
		char *value = fill_in(row->settings[i + 1]);

		check_ok(fh_policy_set(policy, row->settings[i], value,
				       &err));
		free(value);
	}
	return policy;
}

UNUSED static struct fh_box *explain_box(const struct fh_policy *policy,
					 char *const *argv)
{
	struct fh_spawn_options options = options_with(FH_STREAM_NULL,
		FH_STREAM_NULL, FH_STREAM_INHERIT);
	struct fh_box *box = NULL;
	struct fh_result result;

	options.flags = FH_SPAWN_EXPLAIN;
	check_ok(fh_spawn(policy, argv, &options, &box, &err));
	check_ok(fh_wait(box, 25000, &result, &err));
	return box;
}

UNUSED static void show_refusals(const struct fh_box *box)
{
	struct fh_refusal r;

	for (size_t i = 0; fh_box_refusal(box, i, &r, NULL) == 0; i++)
		printf("# %s | %s | %s | %s | code %d signal %d | %s | \"%s\" | %s\n",
		       fh_layer_name(r.layer), r.call, r.wanted, r.object,
		       r.code, r.signal, r.rule, r.option, r.advice);
	fflush(stdout);
}

#define row_check(condition)                                                   \
	do {                                                                   \
		if (!(condition)) {                                            \
			printf("# %s %s: not so: %s\n", row->action[0],        \
			       row->action[1] ? row->action[1] : "",           \
			       #condition);                                    \
			show_refusals(box);                                    \
			return false;                                          \
		}                                                              \
	} while (0)

/* The one refusal that there is, is this. */
UNUSED static bool check_told(const struct refused_row *row,
			      const struct fh_box *box, char **ret_option)
{
	char *object = fill_in(row->object), *option = fill_in(row->option);
	struct fh_refusal r;

	*ret_option = option;
	row_check(fh_box_refusal(box, 0, &r, NULL) == 0);
	row_check(fh_box_refusal(box, 1, &r, NULL) == -ENOENT);
	row_check(fh_box_refusal(box, 0, &r, NULL) == 0);
	row_check(strcmp(r.call, row->call) == 0);
	row_check(strcmp(r.wanted, row->wanted) == 0);
	row_check(strcmp(r.object, object) == 0);
	row_check(r.layer == row->layer);
	row_check(r.code == row->code && r.signal == row->signal);
	row_check(*r.rule);
	row_check(strcmp(r.option, option) == 0);
	free(object);
	return true;
}

/* The same command, with what was told appended, by a shell. */
UNUSED static bool follow_option(const struct refused_row *row,
				 char *const *argv, const char *option)
{
	char command[16384];
	int n = snprintf(command, sizeof(command), "'%s' run -q -x '%s'",
			 getenv("FUMEHOOD"), scene.helper), r;

	for (int i = 0; row->settings[i]; i += 2)
		n += sprintf(command + n, " --%s '%s'", row->settings[i],
			     fill_in(row->settings[i + 1]));
	n += sprintf(command + n, " %s --", option);
	for (int i = 0; argv[i]; i++)
		n += sprintf(command + n, " $'%s'", argv[i]);
	r = run_outside((char *[]){ "/bin/bash", "-c", command, NULL });
	if (r != 0)
		printf("# did not help (%d): %s\n", r, command);
	fflush(stdout);
	return r == 0;
}

/* Outside it works, inside it is refused and told, and with the advice it works. */
UNUSED static bool check_row(const struct refused_row *row)
{
	struct fh_policy *policy = policy_of(row);
	struct fh_box *box;
	char *argv[8], *option;
	bool is_good;

	if (getuid() == 0 ? row->is_for_user : row->is_for_root)
		return true;
	helper_argv(row, argv);
	if (!row->has_no_control && run_outside(argv) != 0) {
		printf("# %s %s: does not work outside\n", argv[1],
		       argv[2] ? argv[2] : "");
		return false;
	}
	set_files();
	box = explain_box(policy, argv);
	is_good = check_told(row, box, &option);
	set_files();
	if (is_good && *option)
		is_good = follow_option(row, argv, option);
	set_files();
	fh_box_free(box);
	fh_policy_free(policy);
	return is_good;
}

UNUSED static void check_rows(const struct refused_row *rows, size_t n)
{
	size_t failed = 0;

	make_scene();
	for (size_t i = 0; i < n; i++)
		failed += !check_row(&rows[i]);
	clean_scene();
	check_int(failed, 0);
}

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#endif
