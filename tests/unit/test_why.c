/* Questions are answered from the very plan that a run would follow. */
#include <sys/stat.h>

#include "invented.h"
#include "own_tree.h"
#include "plan/why.h"

static struct fh_policy *policy;
static struct fh_plan *plan;
static struct prepared prepared;
static struct fh_error err;
static struct answer answer;

/* In /var/tmp: nothing that the box itself has lies there. */
static void make_tree(void)
{
	make_top("/var/tmp");
	check_int(mkdir(in("in"), 0755), 0);
	check_int(mkdir(in("in/secret"), 0755), 0);
	check_int(symlink("in", in("link")), 0);
}

static void remove_tree(void)
{
	rmdir(in("in/secret"));
	rmdir(in("in"));
	unlink(in("link"));
	check_int(rmdir(top), 0);
}

static void make(const struct wishes *wishes)
{
	struct fh_kernel kernel = invented_kernel(7);

	kernel.arch = FILTER_ARCH_NATIVE;
	policy = invented_policy(wishes);
	plan = invented_plan(policy, &kernel);
	if (plan_prepare(plan, NULL, &prepared, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

static int ask(const char *verb, const char *what)
{
	answer_done(&answer);
	memset(&answer, 0, sizeof(answer));
	memset(&err, 0, sizeof(err));
	return why_ask(plan, &prepared, verb, what, &answer, &err);
}

static void expect_at(int line, const char *verb, const char *what,
		      bool is_allowed, const char *reason, const char *advice)
{
	if (ask(verb, what) < 0)
		tap_fail(__FILE__, line, "%s", err.what);
	if (answer.is_allowed != is_allowed)
		tap_fail(__FILE__, line, "%s %s: %s", verb, what,
			 text_string(&answer.reason));
	check_has_at(__FILE__, line, text_string(&answer.reason), reason);
	if (!*advice)
		check_str(text_string(&answer.advice), "");
	check_has_at(__FILE__, line, text_string(&answer.advice), advice);
}

#define YES(verb, what, reason) expect_at(__LINE__, verb, what, true, reason, "")
#define NO(verb, what, reason, advice)                                        \
	expect_at(__LINE__, verb, what, false, reason, advice)

static void test_paths(void)
{
	char advice[PATH_MAX + 8];

	make_tree();
	make(WISHES("read", in("in"), "hide", in("in/secret")));
	YES("read", in("in"), "--read");
	YES("read", in("link"), "gives read");
	YES("read", in("in/new"), "gives read");
	snprintf(advice, sizeof(advice), "-w %s", in("in/x"));
	NO("write", in("in/x"), "gives read", advice);
	snprintf(advice, sizeof(advice), "-x %s", in("in"));
	NO("exec", in("in"), "gives read", advice);
	NO("read", in("in/secret"), "--hide masks it", "");
	NO("read", in("in/secret/deeper"), "--hide masks it", "");
	YES("exec", "/usr/bin/env", "the default tree's /usr");
	NO("write", "/usr/bin/env", "the default tree's /usr", "-w ");
	NO("read", "/root", "no grant covers it", "-r /root");
	NO("write", "/boot", "no grant covers it", "-w /boot");
	YES("write", "/home/ada/new", "private storage");
	NO("read", "/etc/shadow", "its own, and does not show", "-r ");
	YES("read", "/etc/passwd", "the box's own /etc/passwd");
	NO("write", "/etc/passwd", "the box's own", "-w /etc/passwd");
	remove_tree();
}

static void test_ports(void)
{
	make(WISHES("net", "host", "connect", "443", "listen", "80",
		    "without", "network"));
	YES("connect", "443", "--net host with --connect");
	NO("connect", "80", "without --connect", "--connect 80");
	YES("listen", "80", "--net host with --listen");
	NO("listen", "443", "without --listen", "--listen 443");
	check_int(ask("connect", "65536"), -EINVAL);
	check_has(err.what, "not a port");
	check_int(ask("connect", "https"), -EINVAL);
	make(NULL);
	NO("connect", "443", "no network (--net none)",
	   "--net host --connect 443");
	make(WISHES("net", "loopback"));
	YES("connect", "443", "own loopback, and nothing outside");
}

static void test_calls(void)
{
	make(WISHES("deny-syscall", "getpid", "allow-syscall", "quotactl"));
	YES("syscall", "read", "policy default allows it");
	YES("syscall", "ioctl", "depending on its arguments");
	NO("syscall", "getpid", "answers Operation not permitted",
	   "--allow-syscall getpid");
	YES("syscall", "quotactl", "");
	NO("syscall", "clone3", "answers Function not implemented", "");
	NO("syscall", "mount", "answers Operation not permitted", "");
	check_int(ask("syscall", "raed"), -EINVAL);
	check_str(err.remedy, "did you mean read?");
	make(WISHES("on-deny", "kill"));
	NO("syscall", "mount", "kills for it", "");
	make(WISHES("syscalls", "strict"));
	NO("syscall", "fork", "policy strict", "--allow-syscall fork");
	/* Refused but for what a rule on its arguments lets through. */
	make(WISHES("syscalls", "network-server"));
	YES("syscall", "socketpair", "depending on its arguments");
	make(WISHES("syscalls", "file-processor"));
	NO("syscall", "socketpair", "policy file-processor answers",
	   "--allow-syscall socketpair");
}

static void test_questions(void)
{
	make(NULL);
	check_int(ask("delete", "/x"), -EINVAL);
	check_has(err.what, "cannot answer about delete");
	check_has(err.remedy, "read");
	check_has(err.remedy, "syscall");
	check_int(ask("", "/x"), -EINVAL);
	check_int(ask("read", "/no-such-name/../x"), -EINVAL);
	check_int(ask("read", ""), -EINVAL);
}

static const struct tap_test tests[] = {
	{ .name = "paths", .run = test_paths },
	{ .name = "ports", .run = test_ports },
	{ .name = "system calls", .run = test_calls },
	{ .name = "questions", .run = test_questions },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
