/* Policies by the public calls: what is set is told, and told wrong is told. */
#include <limits.h>

#include "fresh_policy.h"
#include "no_memory.h"

static char *printed(const struct fh_policy *policy, enum fh_format format)
{
	char *text = NULL;

	check_int(fh_policy_print(policy, format, &text, &err), 0);
	return text;
}

/* A value of each setting, and what is told of it where that differs; twice
 * where a list grows. */
static const struct {
	const char *name, *value, *told;
} rows[] = {
	{ "allow-syscall", "ptrace", NULL },
	{ "bind", "-/a:b:/c:rwx", NULL },
	{ "connect", "443", NULL },
	{ "cpu-time", "90s", NULL },
	{ "cpus", "1.50", "1.5" },
	{ "cwd", "/a//b/", "/a/b" },
	{ "deny-syscall", "@debug", NULL },
	{ "device", "-/dev/kvm", NULL },
	{ "env", "A=b=c d", NULL },
	{ "exec", "./-x", NULL },
	{ "explain", NULL, "yes" },
	{ "file-size", "0", NULL },
	{ "gid", "0", NULL },
	{ "grace", "500ms", NULL },
	{ "hide", "-/etc", NULL },
	{ "home", "/h", NULL },
	{ "hostname", "box", NULL },
	{ "io-weight", "500", NULL },
	{ "keep-cap", "CAP_KILL", NULL },
	{ "keep-env", "LANG", NULL },
	{ "keep-fd", "9", NULL },
	{ "listen", "0", NULL },
	{ "memory", "1048577", NULL },
	{ "net", "host", NULL },
	{ "no-write-exec", NULL, "yes" },
	{ "on-deny", "kill", NULL },
	{ "open-files", "1024", NULL },
	{ "output-limit", "2048K", "2M" },
	{ "pids", "64", NULL },
	{ "quiet", "yes", NULL },
	{ "read", "-a b", NULL },
	{ "report", "json=/r=s", NULL },
	{ "require", "sockets", "files-read\nfiles-write\nnetwork\nsockets\n"
	  "privileges\nkernel\nterminal\nlifetime" },
	{ "root", "/srv", NULL },
	{ "status-fd", "7", NULL },
	{ "swap", "0", NULL },
	{ "syscalls", "network-server", NULL },
	{ "timeout", "1500", "25m" },
	{ "tmp-files", "16", NULL },
	{ "tmp-size", "1024M", "1G" },
	{ "tmpfs", "/t:64M", "/t:67108864" },
	{ "tty", "inherit", NULL },
	{ "uid", "4294967294", NULL },
	{ "verbose", NULL, "yes" },
	{ "without", "memory", NULL },
	{ "write", "-./-x", NULL },
};

static const char *told(size_t i)
{
	return rows[i].told ? rows[i].told : rows[i].value;
}

/* Sets each line of a value that was told. */
static void set_lines(struct fh_policy *policy, const char *name,
		      const char *lines)
{
	char *copy = strdup(lines), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		check_int(fh_policy_set(policy, name, line, &err), 0);
	free(copy);
}

static void test_round_trip(void)
{
	struct fh_setting setting;
	size_t k = 0;

	for (size_t i = 0; i < N(rows); i++) {
		struct fh_policy *policy = fresh(), *again = fresh();

		/* The rows are those of the table: none is forgotten. */
		check_int(fh_setting_at(k++, &setting), 0);
		if (strcmp(setting.name, "profile") == 0) /* is loaded */
			check_int(fh_setting_at(k++, &setting), 0);
		check_str(setting.name, rows[i].name);
		check_int(fh_policy_set(policy, rows[i].name, rows[i].value,
					&err), 0);
		check_value(policy, rows[i].name, told(i));
		set_lines(again, rows[i].name, told(i));
		check_value(again, rows[i].name, told(i));
		fh_policy_free(policy);
		fh_policy_free(again);
	}
	check_int(fh_setting_at(k, &setting), -ENOENT);
	check_int(fh_setting_at(SIZE_MAX, &setting), -ENOENT);
	check_int(fh_setting_at(0, NULL), -EINVAL);
}

static void test_defaults(void)
{
	struct fh_policy *policy = fresh();
	char *text;

	check_value(policy, "memory", "");
	check_value(policy, "uid", "");
	check_value(policy, "pids", "1024");
	check_value(policy, "tmp-size", "256M");
	check_value(policy, "net", "none");
	check_value(policy, "quiet", "");
	check_value(policy, "read", "");
	check_value(policy, "without", "");
	text = printed(policy, FH_TEXT);
	check_str(text, "");
	free(text);
	text = printed(policy, FH_JSON);
	check_str(text, "{\n  \"schema\": \"fumehood-policy-1\",\n"
			"  \"settings\": []\n}\n");
	free(text);
	fh_policy_free(policy);
	fh_policy_free(NULL);
}

static void set_all(struct fh_policy *policy)
{
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < N(rows); i++)
			check_int(fh_policy_set_from(policy, rows[i].name,
						     rows[i].value,
						     round ? "a:1" : "b:2",
						     &err), 0);
}

/* What is printed can be read back line by line, and prints the same. */
static void test_print(void)
{
	struct fh_policy *policy = fresh(), *again = fresh();
	char *text, *copy, *rest, *line, *second;
	int lines = 0;

	set_all(policy);
	text = printed(policy, FH_TEXT);
	rest = copy = strdup(text);
	while ((line = strsep(&rest, "\n"))) {
		char *equals = strstr(line, " = ");

		if (!equals) {
			check(!*line || *line == '[');
			continue;
		}
		*equals = '\0';
		check_int(fh_policy_set(again, line, equals + 3, &err), 0);
		lines++;
	}
	/* Lists have two entries each; of the guarantees the new one. */
	check(lines > (int)N(rows));
	second = printed(again, FH_TEXT);
	check_str(second, text);
	check(strstr(text, "\nallow-syscall = ptrace\n"
			   "deny-syscall = @debug\nallow-syscall = ptrace\n"));
	check(strstr(text, "\nrequire = sockets\nwithout = memory\n"));
	free(copy);
	free(text);
	free(second);
	fh_policy_free(policy);
	fh_policy_free(again);
}

/* A value cannot make a line of its own. */
static void test_print_hostile(void)
{
	struct fh_policy *policy = fresh();
	char *text;

	check_int(fh_policy_set(policy, "read", "/a\nwithout = network",
				&err), 0);
	check_int(fh_policy_set(policy, "env", "A=\"\\\x1b", &err), 0);
	text = printed(policy, FH_TEXT);
	check_str(text, "[filesystem]\nread = /a\\nwithout = network\n\n"
			"[process]\nenv = A=\"\\\\\\x1b\n");
	free(text);
	text = printed(policy, FH_JSON);
	check(strstr(text, "\"value\": \"/a\\u000awithout = network\"}"));
	check(strstr(text, "\"value\": \"A=\\\"\\\\\\u001b\"}"));
	free(text);
	fh_policy_free(policy);
}

static void test_copy(void)
{
	struct fh_policy *policy = fresh(), *copy;
	char *text, *second;

	set_all(policy);
	copy = fh_policy_copy(policy);
	text = printed(policy, FH_TEXT);
	second = printed(copy, FH_TEXT);
	check_str(second, text);
	free(second);
	/* Neither sees what the other one does, not even its end. */
	set_all(copy);
	check_int(fh_policy_set(copy, "hostname", "other", &err), 0);
	second = printed(policy, FH_TEXT);
	check_str(second, text);
	free(second);
	fh_policy_free(policy);
	check_value(copy, "connect", "443\n443\n443\n443");
	check_value(copy, "hostname", "other");
	check_value(copy, "exec", "./-x\n./-x\n./-x\n./-x");
	fh_policy_free(copy);
	free(text);
	check(fh_policy_copy(NULL) == NULL);
}

/* One bad call: what it returns is what err says, and nothing was changed. */
#define refused(policy, call, errno_, word)                                  \
	do {                                                                 \
		char *before_ = printed(policy, FH_TEXT), *after_;           \
		memset(&err, 0, sizeof(err));                                \
		check_int(call, errno_);                                     \
		check_int(err.code, errno_);                                 \
		check(err.stage == FH_STAGE_PARSE);                          \
		if (!strstr(err.what, word))                                 \
			tap_fail(__FILE__, __LINE__, "\"%s\" lacks %s",      \
				 err.what, word);                            \
		after_ = printed(policy, FH_TEXT);                           \
		check_str(after_, before_);                                  \
		free(before_);                                               \
		free(after_);                                                \
	} while (0)

static void test_bad_input(void)
{
	struct fh_policy *p = fresh();
	static char path[PATH_MAX + 1], long_env[200000];
	char *text = (char *)p; /* shall stay */

	memset(path, 'a', PATH_MAX);
	memset(long_env, 'a', sizeof(long_env) - 1);
	set_all(p);
	refused(p, fh_policy_set(p, "raed", "/", &err), -ENOENT, "raed");
	check_str(err.remedy, "did you mean read?");
	refused(p, fh_policy_set(p, "", "/", &err), -ENOENT, "setting");
	refused(p, fh_policy_set(p, "read", NULL, &err), -EINVAL, "PATH");
	refused(p, fh_policy_set(p, "read", "", &err), -EINVAL, "empty");
	refused(p, fh_policy_set(p, "read", path, &err), -E2BIG, "too long");
	refused(p, fh_policy_set(p, "quiet", "no", &err), -EINVAL, "quiet");
	refused(p, fh_policy_set_from(p, "read", "/a", long_env, &err),
		-E2BIG, "who asks");
	refused(p, fh_policy_set_from(p, "pids", "x", "box.conf:12", &err),
		-EINVAL, "box.conf:12 x");
	refused(p, fh_policy_get(p, "raed", &text, &err), -ENOENT, "raed");
	refused(p, fh_policy_print(p, (enum fh_format)7, &text, &err),
		-EINVAL, "format 7");
	check(text == (char *)p);
	refused(p, fh_policy_allow(p, 0, "/a", &err), -EINVAL, "access 0");
	refused(p, fh_policy_allow(p, 8 | FH_READ, "/a", &err), -EINVAL,
		"access 9");
	refused(p, fh_policy_allow(p, FH_READ, "", &err), -EINVAL, "read");
	refused(p, fh_policy_allow(p, FH_WRITE | FH_EXEC, path, &err), -E2BIG,
		"write");
	refused(p, fh_policy_net(p, (enum fh_net)3, &err), -EINVAL, "net 3");
	refused(p, fh_policy_net(p, (enum fh_net)-1, &err), -EINVAL, "net");
	refused(p, fh_policy_ids(p, 5, (gid_t)-1, &err), -ERANGE, "gid");
	refused(p, fh_policy_keep_capabilities(p, UINT64_C(1) << 63, &err),
		-EINVAL, "0x8000000000000000");
	refused(p, fh_policy_syscalls(p, "lax", &err), -ENOENT, "lax");
	refused(p, fh_policy_on_deny(p, (enum fh_deny)3, &err), -EINVAL,
		"on-deny 3");
	refused(p, fh_policy_allow_syscall(p, "ptrac", &err), -ENOENT,
		"ptrac");
	check_str(err.remedy, "did you mean ptrace?");
	refused(p, fh_policy_deny_syscall(p, "", &err), -ENOENT, "group");
	refused(p, fh_policy_limit(p, (enum fh_limit)7, 1, &err), -EINVAL,
		"limit 7");
	refused(p, fh_policy_env(p, "", "b", &err), -EINVAL, "variable");
	refused(p, fh_policy_env(p, "A=", "b", &err), -EINVAL, "A=");
	refused(p, fh_policy_env(p, "A=", NULL, &err), -EINVAL, "A=");
	refused(p, fh_policy_env(p, "A", long_env, &err), -E2BIG, "too long");
	refused(p, fh_policy_keep_fd(p, -1, &err), -EINVAL, "-1");
	refused(p, fh_policy_keep_fd(p, 65536, &err), -ERANGE, "65536");
	refused(p, fh_policy_require(p, (enum fh_guarantee)99, &err), -EINVAL,
		"guarantee 99");
	refused(p, fh_policy_without(p, (enum fh_guarantee)-1, &err), -EINVAL,
		"guarantee");
	fh_policy_free(p);
}

/* A NULL names the function and the argument. */
#define null(policy, call, name) refused(policy, call, -EINVAL, name " is NULL")

static void test_null(void)
{
	struct fh_policy *p = fresh();
	char *text = NULL;

	null(p, fh_policy_set(NULL, "a", "b", &err), "fh_policy_set: policy");
	null(p, fh_policy_set(p, NULL, "b", &err), "fh_policy_set: name");
	null(p, fh_policy_set_from(NULL, "a", "b", "c", &err), "from: policy");
	null(p, fh_policy_set_from(p, NULL, "b", "c", &err), "from: name");
	null(p, fh_policy_get(NULL, "a", &text, &err), "get: policy");
	null(p, fh_policy_get(p, NULL, &text, &err), "get: name");
	null(p, fh_policy_get(p, "read", NULL, &err), "get: ret");
	null(p, fh_policy_print(NULL, FH_TEXT, &text, &err), "print: policy");
	null(p, fh_policy_print(p, FH_TEXT, NULL, &err), "print: ret");
	null(p, fh_policy_allow(NULL, FH_READ, "/", &err), "allow: policy");
	null(p, fh_policy_allow(p, FH_READ, NULL, &err), "allow: path");
	null(p, fh_policy_net(NULL, FH_NET_NONE, &err), "net: policy");
	null(p, fh_policy_connect(NULL, 1, &err), "connect: policy");
	null(p, fh_policy_listen(NULL, 1, &err), "listen: policy");
	null(p, fh_policy_ids(NULL, 1, 1, &err), "ids: policy");
	null(p, fh_policy_keep_capabilities(NULL, 1, &err), "ies: policy");
	null(p, fh_policy_syscalls(NULL, "strict", &err), "calls: policy");
	null(p, fh_policy_syscalls(p, NULL, &err), "calls: base");
	null(p, fh_policy_on_deny(NULL, FH_DENY_LOG, &err), "deny: policy");
	null(p, fh_policy_allow_syscall(NULL, "a", &err), "call: policy");
	null(p, fh_policy_allow_syscall(p, NULL, &err), "call: name");
	null(p, fh_policy_deny_syscall(NULL, "a", &err), "call: policy");
	null(p, fh_policy_deny_syscall(p, NULL, &err), "call: name");
	null(p, fh_policy_limit(NULL, FH_LIMIT_PIDS, 1, &err), "policy");
	null(p, fh_policy_env(NULL, "A", "b", &err), "env: policy");
	null(p, fh_policy_env(p, NULL, "b", &err), "env: name");
	null(p, fh_policy_keep_fd(NULL, 1, &err), "fd: policy");
	null(p, fh_policy_require(NULL, FH_GUARANTEE_CPU, &err), "policy");
	null(p, fh_policy_without(NULL, FH_GUARANTEE_CPU, &err), "policy");
	check_value(p, "profile", "");
	refused(p, fh_policy_set(p, "profile", "default", &err), -EINVAL,
		"a profile is loaded, not set");
	check(strstr(err.remedy, "fh_policy_load()"));
	/* Nobody has to listen. */
	check_int(fh_policy_set(NULL, NULL, NULL, NULL), -EINVAL);
	check_int(fh_policy_set(p, "raed", "/", NULL), -ENOENT);
	check_int(fh_policy_set(p, "read", "", NULL), -EINVAL);
	fh_policy_free(p);
}

/* Every allocation of a change fails once: it is told, and nothing stays. */
static void sweep(struct fh_policy *policy, size_t i)
{
	for (long n = 0;; n++) {
		char *before = printed(policy, FH_TEXT), *after;
		int r;

		memset(&err, 0, sizeof(err));
		memory_fail_after(n);
		r = fh_policy_set_from(policy, rows[i].name, rows[i].value,
				       "box.conf:12", &err);
		if (!memory_failed()) {
			check_int(r, 0);
			free(before);
			return;
		}
		check_int(r, -ENOMEM);
		check_int(err.code, -ENOMEM);
		check(*err.what);
		after = printed(policy, FH_TEXT);
		check_str(after, before);
		free(after);
		free(before);
	}
}

__attribute__((unused)) static void test_no_memory(void)
{
	struct fh_policy *policy = fresh(), *copy;
	bool done = false;
	long n;

	need_failing_memory();
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < N(rows); i++)
			sweep(policy, i);
	for (n = 0; !done; n++) {
		char *text = NULL;
		int r;

		memory_fail_after(n);
		copy = fh_policy_copy(policy);
		done = !memory_failed();
		check(done == (copy != NULL));
		fh_policy_free(copy);
		memset(&err, 0, sizeof(err));
		memory_fail_after(n);
		r = fh_policy_print(policy, FH_JSON, &text, &err);
		check_int(r, memory_failed() ? -ENOMEM : 0);
		check_int(err.code, r);
		free(text);
		memory_fail_after(n);
		r = fh_policy_ids(policy, 8, 9, &err);
		check_int(r, memory_failed() ? -ENOMEM : 0);
		check_value(policy, "uid", r ? "4294967294" : "8");
		check_int(fh_policy_ids(policy, 4294967294, 0, NULL), 0);
		memory_fail_after(n);
		r = fh_policy_get(policy, "bind", &text, &err);
		check_int(r, memory_failed() ? -ENOMEM : 0);
		if (r == 0)
			free(text);
	}
	check(n > 50);
	fh_policy_free(policy);
}

static const struct tap_test tests[] = {
	{ .name = "every setting is told as it is set", .run = test_round_trip },
	{ .name = "what nobody set", .run = test_defaults },
	{ .name = "what is printed can be set", .run = test_print },
	{ .name = "a value makes no line of its own",
	  .run = test_print_hostile },
	{ .name = "a copy is one", .run = test_copy },
	{ .name = "bad input", .run = test_bad_input },
	{ .name = "NULL", .run = test_null },
#ifndef __SANITIZE_ADDRESS__ /* which has the allocator to itself */
	{ .name = "no memory", .run = test_no_memory, .seconds = 60 },
#endif
};

int main(void)
{
	return tap_run(tests, N(tests));
}
