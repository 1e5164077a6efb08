/* What is printed of a profile or a policy reads back as the same. */
#include "profile_place.h"

static void canonical(const char *word, struct text *ret)
{
	struct profile profile;

	if (profile_open(&places, word, &profile, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	profile_print(&profile, ret);
	check_int(ret->code, 0);
	profile_done(&profile);
}

static void test_canonical(void)
{
	autotext first = { 0 }, second = { 0 };

	make_places();
	put("a/base.conf",
	    "[limits]\ntimeout = 1s\npids = 5\n[filesystem]\nread = /base\n");
	put("a/x.conf",
	    "; no more\n[syscalls]\ndeny-syscall = kill\n[limits]\n"
	    "timeout=2s\n[profile]\nextends = base\ndescription = \\x20d \\\\\n"
	    "[output]\nquiet=yes\n[filesystem]\nwrite=${1}\nread = -$${HOME}\n"
	    "[syscalls]\nallow-syscall = kill\nsyscalls = strict\n");
	canonical("x", &first);
	check_str(text_string(&first),
		  "[profile]\ndescription = \\x20d \\\\\n\n"
		  "[filesystem]\nread = /base\nread = -$${HOME}\nwrite = ${1}\n\n"
		  "[syscalls]\nsyscalls = strict\ndeny-syscall = kill\n"
		  "allow-syscall = kill\n\n"
		  "[limits]\npids = 5\ntimeout = 2s\n\n"
		  "[output]\nquiet = yes\n");
	put("a/y.conf", text_string(&first));
	canonical("y", &second);
	check_str(text_string(&second), text_string(&first));
	remove_places();
}

static void test_json(void)
{
	struct profile profile;
	autotext text = { 0 };

	make_places();
	put("a/x.conf", "[limits]\n\n  timeout = 2s\n");
	check_int(profile_open(&places, "x", &profile, &err), 0);
	profile_print_json(&profile, &text);
	check(strstr(text_string(&text), "\"schema\": \"fumehood-profile-1\""));
	check(strstr(text_string(&text), "\"name\": \"timeout\", \"value\": \"2s\", \"file\": \"/tmp/"));
	check(strstr(text_string(&text), "a/x.conf\", \"line\": 3, \"column\": 3}"));
	profile_done(&profile);
	remove_places();
}

/* --- policies -------------------------------------------------------------------- */

/* A policy that is printed, loaded, and printed again. */
static void comes_back(int line, const struct fh_policy *policy)
{
	struct fh_policy *again = policy_new();
	autotext first = { 0 }, second = { 0 };
	struct profile profile;

	check_int(policy_print(policy, &first), 0);
	put_bytes("a/p.conf", text_string(&first), first.len);
	if (profile_open(&places, "p", &profile, &err) < 0 ||
	    profile_apply(&profile, NULL, again, &err) < 0)
		tap_fail(__FILE__, line, "%s in:\n%s", err.what,
			 text_string(&first));
	check_int(policy_print(again, &second), 0);
	if (strcmp(text_string(&first), text_string(&second)) != 0)
		tap_fail(__FILE__, line, "%s became %s", text_string(&first),
			 text_string(&second));
	/* Printing could lose the same twice. */
	check_int(again->is_set, policy->is_set);
	check_int(again->n_grants, policy->n_grants);
	profile_done(&profile);
	policy_free(again);
}

static const char *const odd[] = {
	"/plain", "a b", " a", "a ", "  ", "\ta\t", "a\nb", "a\n", "\\", "\\n",
	"\\x20", "\"a\"", "'", "\"", "#", "# a", "a # b", ";a", "$", "$$",
	"$$$", "${", "${HOME}", "$${HOME}", "$$${HOME}", "a$", "$a", "${}",
	"${1", "=", "[a]", "a=b", "./-a", "./-", "-a", "--a", "- a", "-$",
	"-${1}", "\303\244", "\377", "\001", "\177", "a:b", "*", "\xe2\x80\x8b",
	".", "/", "//", "${FILES}$", "$\n{", "-./-a",
};

static void test_odd_names(void)
{
	static const char *const names[] = { "read", "write", "exec", "hide",
					     "device" };
	struct fh_policy *all = policy_new();

	make_places();
	for (size_t i = 0; i < N(odd); i++) {
		for (size_t k = 0; k < N(names); k++) {
			struct fh_policy *policy = policy_new();
			const struct grant *grant;
			struct profile profile;
			struct fh_policy *again = policy_new();

			check_int(policy_set(policy, names[k], odd[i], NULL,
					     &err), 0);
			check_int(policy_set(all, names[k], odd[i], NULL,
					     &err), 0);
			comes_back(__LINE__, policy);
			check_int(profile_open(&places, "p", &profile, &err),
				  0);
			check_int(profile_apply(&profile, NULL, again, &err),
				  0);
			grant = &policy->grants[0];
			check_int(again->n_grants, 1);
			check_str(again->grants[0].source, grant->source);
			check_int(again->grants[0].is_optional,
				  grant->is_optional);
			check_int(again->grants[0].access, grant->access);
			check_int(again->grants[0].kind, grant->kind);
			profile_done(&profile);
			policy_free(again);
			policy_free(policy);
		}
	}
	comes_back(__LINE__, all);
	policy_free(all);
	remove_places();
}

static void test_two_parts(void)
{
	make_places();
	for (size_t i = 0; i < N(odd); i++) {
		struct fh_policy *policy = policy_new();
		char value[128];

		snprintf(value, sizeof(value), "%s:/t %s:rwx", odd[i],
			 strchr(odd[i], ':') ? "" : odd[i]);
		check_int(policy_set(policy, "bind", value, NULL, &err), 0);
		snprintf(value, sizeof(value), "/t%s:4K", odd[i]);
		check_int(policy_set(policy, "tmpfs", value, NULL, &err), 0);
		snprintf(value, sizeof(value), "A=%s", odd[i]);
		check_int(policy_set(policy, "env", value, NULL, &err), 0);
		comes_back(__LINE__, policy);
		policy_free(policy);
	}
	remove_places();
}

/* One value of each setting, each alone and all together. */
static const char *const rows[][2] = {
	{ "allow-syscall", "ptrace" }, { "deny-syscall", "ptrace" },
	{ "allow-syscall", "@debug" }, { "bind", "-/a:b:/c:rwx" },
	{ "connect", "443" },	       { "connect", "0" },
	{ "cpu-time", "90s" },	       { "cpus", "1.50" },
	{ "cwd", "/${HOME}/$$" },      { "device", "-/dev/kvm" },
	{ "env", "A=${HOME}" },	       { "env", "HOME" },
	{ "explain", NULL },	       { "file-size", "0" },
	{ "gid", "0" },		       { "home", "/h" },
	{ "hostname", "a $$ b" },      { "keep-cap", "CAP_KILL" },
	{ "keep-env", "LANG" },	       { "keep-fd", "9" },
	{ "listen", "80" },	       { "memory", "1048577" },
	{ "net", "host" },	       { "no-write-exec", NULL },
	{ "on-deny", "kill" },	       { "open-files", "1024" },
	{ "pids", "64" },	       { "quiet", NULL },
	{ "report", "json" },	       { "require", "sockets" },
	{ "root", "/srv/$${}" },       { "syscalls", "network-server" },
	{ "timeout", "1500" },	       { "tmp-size", "1024M" },
	{ "tmpfs", "/t$${1}" },	       { "tty", "inherit" },
	{ "uid", "4294967294" },       { "verbose", NULL },
	{ "without", "memory" },       { "write", "-${CWD}" },
};

static void test_settings(void)
{
	struct fh_policy *all = policy_new();

	make_places();
	comes_back(__LINE__, all);
	for (size_t i = 0; i < N(rows); i++) {
		struct fh_policy *policy = policy_new();

		check_int(policy_set(policy, rows[i][0], rows[i][1], NULL,
				     &err), 0);
		check_int(policy_set(all, rows[i][0], rows[i][1], NULL, &err),
			  0);
		comes_back(__LINE__, policy);
		policy_free(policy);
	}
	comes_back(__LINE__, all);
	/* The one that does not, and why. */
	check_int(policy_set(all, "report", "json=/tmp/x", NULL, &err), 0);
	{
		autotext text = { 0 };

		check_int(policy_print(all, &text), 0);
		put("a/p.conf", text_string(&text));
		check_int(try_open("p"), -EINVAL);
		check(strstr(err.remedy, "--report"));
	}
	policy_free(all);
	remove_places();
}

static const struct {
	const char *section, *line;
} lines[] = {
	{ "filesystem", "read = /a" },	  { "filesystem", "write = /a" },
	{ "filesystem", "hide = /a/b" },  { "filesystem", "bind = /x:/a" },
	{ "filesystem", "tmpfs = /t" },	  { "filesystem", "device = /d" },
	{ "filesystem", "exec = -/e" },	  { "filesystem", "cwd = /a" },
	{ "filesystem", "cwd = /b" },	  { "network", "net = host" },
	{ "network", "net = none" },	  { "network", "connect = 443" },
	{ "network", "listen = 80" },	  { "network", "connect = 80" },
	{ "syscalls", "syscalls = strict" },
	{ "syscalls", "syscalls = default" },
	{ "syscalls", "allow-syscall = kill" },
	{ "syscalls", "deny-syscall = kill" },
	{ "syscalls", "deny-syscall = @process" },
	{ "limits", "pids = 5" },	  { "limits", "pids = 6" },
	{ "process", "env = A=1" },	  { "process", "env = A=2" },
	{ "process", "env = A" },	  { "process", "keep-env = A" },
	{ "process", "keep-env = B" },	  { "process", "keep-cap = CAP_KILL" },
	{ "process", "keep-cap = CAP_CHOWN" },
	{ "process", "no-write-exec = yes" },
	{ "guarantees", "require = memory" },
	{ "guarantees", "without = memory" },
	{ "guarantees", "without = network" },
	{ "guarantees", "require = network" },
	{ "guarantees", "without = sockets" },
};

static struct fh_policy *loaded(const char *word)
{
	struct fh_policy *policy = policy_new();
	struct profile profile;

	if (profile_open(&places, word, &profile, &err) < 0 ||
	    profile_apply(&profile, NULL, policy, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	profile_done(&profile);
	return policy;
}

/* What is printed in another order means what was written in the first. */
static void test_order_is_no_matter(void)
{
	uint32_t seed = 1;

	make_places();
	for (int i = 0; i < 400; i++) {
		autotext written = { 0 }, printed = { 0 };
		autotext first = { 0 }, second = { 0 };
		struct fh_policy *before, *after;

		for (int k = 0; k < 6; k++) {
			size_t at = (seed = seed * 1103515245 + 12345) >> 16;

			at %= N(lines);
			text_add(&written, "[%s]\n%s\n", lines[at].section,
				 lines[at].line);
		}
		put("a/x.conf", text_string(&written));
		canonical("x", &printed);
		put("a/y.conf", text_string(&printed));
		before = loaded("x");
		after = loaded("y");
		check_int(policy_print(before, &first), 0);
		check_int(policy_print(after, &second), 0);
		if (strcmp(text_string(&first), text_string(&second)) != 0 ||
		    before->required != after->required ||
		    before->demanded != after->demanded ||
		    before->without != after->without)
			tap_fail(__FILE__, __LINE__, "%s became\n%s",
				 text_string(&written), text_string(&printed));
		policy_free(before);
		policy_free(after);
	}
	remove_places();
}

/* Each line of a list is one of the profile's, not only the last. */
static void test_lists(void)
{
	autotext text = { 0 };

	make_places();
	put("a/x.conf", "[guarantees]\nwithout = network\nwithout = sockets\n"
			"[network]\nconnect = 80\nconnect = 443\n"
			"[process]\nkeep-cap = CAP_KILL\nkeep-cap = CAP_CHOWN\n"
			"[syscalls]\nallow-syscall = kill\nallow-syscall = tgkill\n");
	canonical("x", &text);
	check(strstr(text_string(&text), "network\nwithout = sockets\n"));
	check(strstr(text_string(&text), "80\nconnect = 443\n"));
	check(strstr(text_string(&text), "KILL\nkeep-cap = CAP_CHOWN\n"));
	check(strstr(text_string(&text), "kill\nallow-syscall = tgkill\n"));
	remove_places();
}

static const struct tap_test tests[] = {
	{ .name = "one order, one spelling", .run = test_canonical },
	{ .name = "as JSON, with where it stands", .run = test_json },
	{ .name = "odd names of files come back", .run = test_odd_names },
	{ .name = "so do those with two parts", .run = test_two_parts },
	{ .name = "every setting comes back", .run = test_settings },
	{ .name = "the order of what is printed is no matter",
	  .run = test_order_is_no_matter, .seconds = 60 },
	{ .name = "lists are printed whole", .run = test_lists },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
