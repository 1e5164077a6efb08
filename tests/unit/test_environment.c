/* The environment is made from nothing, and holds what was asked. */
#include "invented.h"
#include "mech/environment.h"

static struct fh_plan plan;

static void make(const struct wishes *wishes, char *const *env)
{
	plan = (struct fh_plan){ .policy = invented_policy(wishes) };
	check_int(environment_plan(&plan, env), 0);
}

/* The value of a variable; NULL when there is none. It is there once. */
static const char *value(const char *name)
{
	size_t len = strlen(name);
	const char *found = NULL;

	for (char **var = plan.envp; *var; var++)
		if (strncmp(*var, name, len) == 0 && (*var)[len] == '=') {
			check(found == NULL);
			found = *var + len + 1;
		}
	return found;
}

static size_t count(void)
{
	size_t n = 0;

	while (plan.envp[n])
		n++;
	return n;
}

#define ENV(...) ((char *const[]){ __VA_ARGS__, NULL })

static void test_short_list(void)
{
	make(NULL, invented_env);
	check_str(value("HOME"), "/home/ada");
	check_str(value("USER"), "ada");
	check_str(value("LOGNAME"), "ada");
	check_str(value("SHELL"), "/bin/sh");
	check_str(value("LANG"), "C.UTF-8");
	check_str(value("TERM"), "xterm");
	/* The caller's is full of places that the box does not show. */
	check_str(value("PATH"), "/usr/local/sbin:/usr/local/bin:/usr/sbin:"
				 "/usr/bin:/sbin:/bin");
	check_str(plan.path, value("PATH"));
	check_str(plan.home, "/home/ada");
	check_int(count(), 7);
}

static void test_dangerous(void)
{
	make(NULL, ENV("LD_PRELOAD=/x.so", "LD_LIBRARY_PATH=/x",
		       "GLIBC_TUNABLES=x", "GCONV_PATH=/x", "LOCPATH=/x",
		       "NLSPATH=/x", "MALLOC_TRACE=/x", "BASH_ENV=/x",
		       "ENV=/x", "IFS=x", "PYTHONPATH=/x", "PERL5LIB=/x",
		       "NODE_OPTIONS=x", "SSH_AUTH_SOCK=/x",
		       "DBUS_SESSION_BUS_ADDRESS=x", "XDG_RUNTIME_DIR=/x",
		       "AWS_SECRET_ACCESS_KEY=x", "GITHUB_TOKEN=x",
		       "LC_EVIL=x", "TZDIR=/x", "TERMINFO=/x"));
	check_int(count(), 5); /* only the box's own */
}

static void test_kept(void)
{
	make(NULL, ENV("LC_ALL=a", "LC_TIME=b", "LANGUAGE=c", "TZ=d",
		       "TERM=", "LANGUAGES=x", "TERM=second"));
	check_str(value("LC_ALL"), "a");
	check_str(value("LC_TIME"), "b");
	check_str(value("LANGUAGE"), "c");
	check_str(value("TZ"), "d");
	check_str(value("TERM"), ""); /* as for getenv: the first */
	check_str(value("LANGUAGES"), NULL);
}

static void test_home(void)
{
	static const char *const rows[][2] = {
		{ "HOME=/home/ada", "/home/ada" },
		{ "HOME=/home//ada/./", "/home/ada" },
		{ "HOME=/root", "/root" },
		{ "HOME=/usrx", "/usrx" },
		{ "HOME=", "/home/user" },
		{ "HOME=/", "/home/user" },
		{ "HOME=//", "/home/user" },
		{ "HOME=home/ada", "/home/user" },
		{ "HOME=/home/ada/..", "/home/user" },
		{ "HOME=/usr", "/home/user" },
		{ "HOME=/usr/sbin", "/home/user" },
		{ "HOME=/etc/x", "/home/user" },
		{ "HOME=/proc/self", "/home/user" },
		{ "HOME=/sys", "/home/user" },
		{ "HOME=/dev/shm", "/home/user" },
		{ "HOME=/tmp/x", "/home/user" },
		{ "HOM=/home/ada", "/home/user" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char variable[64];

		snprintf(variable, sizeof(variable), "%s", rows[i][0]);
		make(NULL, ENV(variable));
		check_str(plan.home, rows[i][1]);
		check_str(value("HOME"), rows[i][1]);
	}
	make(WISHES("home", "/tmp/mine"), invented_env);
	check_str(plan.home, "/tmp/mine"); /* who names it, has it */
	check_str(value("HOME"), "/tmp/mine");
}

/* It gets into /etc/passwd of the box. */
static void test_user(void)
{
	make(NULL, ENV("USER=a:0:0"));
	check_str(value("USER"), "user");
	make(NULL, ENV("USER=a\nroot2:x:0:0:"));
	check_str(value("LOGNAME"), "user");
	make(NULL, ENV("USER="));
	check_str(value("USER"), "user");
	make(NULL, ENV("USER=-rf"));
	check_str(value("USER"), "user");
	make(NULL, ENV("USER=a123456789012345678901234567890123"));
	check_str(value("USER"), "user");
	make(NULL, ENV("USER=www-data_1"));
	check_str(value("USER"), "www-data_1");
}

static void test_asked(void)
{
	make(WISHES("keep-env", "SSH_AUTH_SOCK", "keep-env", "MISSING",
		    "env", "A=1", "env", "A=2", "env", "EMPTY=",
		    "env", "LD_PRELOAD", "env", "ABSENT"),
	     invented_env);
	check_str(value("SSH_AUTH_SOCK"), "/run/agent");
	check_str(value("MISSING"), NULL);
	check_str(value("A"), "2");
	check_str(value("EMPTY"), "");
	check_str(value("LD_PRELOAD"), "/tmp/evil.so");
	check_str(value("ABSENT"), NULL);
}

/* What is set by name is stronger than what is kept, whatever the order. */
static void test_order(void)
{
	make(WISHES("env", "TERM=dumb", "keep-env", "TERM"), invented_env);
	check_str(value("TERM"), "dumb");
	make(WISHES("keep-env", "TERM", "env", "TERM=dumb"), invented_env);
	check_str(value("TERM"), "dumb");
	make(WISHES("keep-env", "PATH"), invented_env);
	check_str(value("PATH"), "/opt/bin:/usr/bin");
	check_str(plan.path, "/opt/bin:/usr/bin");
	make(WISHES("env", "PATH=/x", "keep-env", "PATH"), invented_env);
	check_str(value("PATH"), "/x");
	check_str(plan.path, "/x");
	make(WISHES("env", "USER=eve", "env", "SHELL=/bin/false"),
	     invented_env);
	check_str(value("USER"), "eve");
	check_str(value("SHELL"), "/bin/false");
}

static void test_many(void)
{
	struct fh_policy *policy = policy_new();
	char text[32];

	for (int i = 0; i < POLICY_LIST_MAX; i++) {
		snprintf(text, sizeof(text), "V%d=%d", i, i);
		check_int(policy_set(policy, "env", text, "--env", NULL),
			  0);
		check_int(policy_set(policy, "keep-env", "TERM", "--x",
					NULL), 0);
	}
	plan = (struct fh_plan){ .policy = policy };
	check_int(environment_plan(&plan, invented_env), 0);
	check_int(count(), POLICY_LIST_MAX + 7);
	check_str(value("V4095"), "4095");
}

static const struct tap_test tests[] = {
	{ .name = "a short list of names", .run = test_short_list },
	{ .name = "nothing that changes how programs run",
	  .run = test_dangerous },
	{ .name = "language, terminal, time zone", .run = test_kept },
	{ .name = "$HOME, unless it would hide something", .run = test_home },
	{ .name = "a user's name is only a name", .run = test_user },
	{ .name = "what was asked for", .run = test_asked },
	{ .name = "--env is stronger than --keep-env", .run = test_order },
	{ .name = "as many as the limits allow", .run = test_many },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
