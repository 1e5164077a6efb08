/* Profiles of a broker: what each section is for, and nothing by halves. */
#include <sys/stat.h>

#include "base/text.h"
#include "broker/broker_view.h"
#include "invented.h"

static struct fh_error err;
static char path[64];

static void write_profile(const char *text)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/broker-%d.conf", (int)getpid());
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int load(struct fh_broker *broker, const char *text)
{
	int r;

	write_profile(text);
	memset(&err, 0, sizeof(err));
	r = broker_load(broker, path, &err);
	unlink(path);
	return r;
}

static const char whole[] =
	"[profile]\n"
	"description = anything\n"
	"[broker]\n"
	"bind = tcp:8080 when=starting\n"
	"read-file = \"/etc/my key\" max=4K\n"
	"[monitor]\n"
	"read = /etc/passwd\n"
	"deny-syscall = chdir\n"
	"[syscalls]\n"
	"syscalls = network-server\n"
	"[limits]\n"
	"file-size = 1M\n"
	"[broker]\n"
	"request = \\x78-1\n";

static void test_sections(void)
{
	struct fh_broker *broker = broker_new();
	struct fh_policy *worker = broker->worker;

	if (load(broker, whole) < 0)
		tap_fail(__FILE__, __LINE__, "%s; %s", err.what, err.remedy);
	check_int(broker->n_rows, 3);
	check_int(broker->rows[0].when, FH_BROKER_STARTING);
	check_str(broker->rows[1].object, "/etc/my key");
	check_str(broker->rows[2].object, "x-1");
	check(strstr(broker->rows[0].origin, ".conf:4:8"));
	check(broker->worker == worker);
	check_int(broker->monitor->n_grants, 1);
	check_int(broker->worker->n_grants, 0);
	check(policy_is_set(broker->worker, "syscalls"));
	check(!policy_is_set(broker->monitor, "syscalls"));
	check_int(broker->worker->file_size, 1 << 20);
	/* It adds to what is there. */
	check_int(load(broker, "[broker]\nbind = udp:53\n"), 0);
	check_int(broker->n_rows, 4);
	broker_free(broker);
}

static const struct refusal {
	const char *text;
	int code;
	const char *what;
	const char *remedy;
} refusals[] = {
	{ "[broker]\nbnd = tcp:80\n", -ENOENT, ":2:7: unknown key bnd", "bind" },
	{ "[broker]\nbind = tcp:8x\n", -EINVAL, ":2:8: bind = tcp:8x: not a port",
	  "65535" },
	{ "[broker]\nsyscalls = strict\n", -ENOENT, "unknown key", "" },
	{ "[broker]\nbind = tcp:80\nbind = tcp:80\n", -EEXIST, ":2:8", "" },
	{ "[limits]\nsyscalls = strict\n", -EINVAL,
	  ":2:1: in the wrong section: syscalls", "belongs in [syscalls]" },
	{ "[syscalls]\nsyscals = strict\n", -ENOENT,
	  ":2:1: unknown setting syscals", "syscalls" },
	{ "[syscall]\nsyscalls = strict\n", -ENOENT,
	  ":2:1: syscalls stands in an unknown section [syscall]",
	  "[syscalls]" },
	{ "[monitro]\nread = /\n", -ENOENT, "[monitro]", "[monitor]" },
	{ "[monitor]\nraed = /\n", -ENOENT, ":2:1: unknown setting raed",
	  "read" },
	{ "[monitor]\n\n  uid = x\n", -EINVAL, ":3:3: uid x", "" },
	{ "[limits]\nfile-size = 1X\n", -EINVAL, ":2:1: file-size 1X", "" },
	{ "[profile]\nextends = other\n", -ENOENT,
	  ":2:1: unknown in [profile]: extends", "description" },
	{ "[broker]\nbind\n", -EINVAL, ":2:5: neither", "" },
};

/* Whatever came before the line that is wrong is not kept. */
static void test_refusals(void)
{
	struct fh_broker *broker = broker_new();

	for (size_t i = 0; i < N(refusals); i++) {
		const struct refusal *row = &refusals[i];
		autotext text = { 0 };
		int r;

		text_add(&text, "%s", row->text);
		r = load(broker, text_string(&text));
		if (r != row->code || !strstr(err.what, row->what))
			tap_fail(__FILE__, __LINE__, "%zu: %d: %s", i, r,
				 err.what);
		if (!strstr(err.remedy, row->remedy))
			tap_fail(__FILE__, __LINE__, "%zu: %s", i, err.remedy);
		check(strncmp(err.what, path, strlen(path)) == 0);
		check_int(broker->n_rows, 0);
	}
	check_int(load(broker, "[broker]\nbind = tcp:1\n[monitor]\nread = /a\n"
			       "[filesystem]\nread = /b\n[x]\ny = z\n"),
		  -ENOENT);
	check_int(broker->n_rows, 0);
	check_int(broker->monitor->n_grants, 0);
	check_int(broker->worker->n_grants, 0);
	check_int(broker->worker->is_set, 0);
	broker_free(broker);
}

/* Every truncation is an error with a place, or a profile. */
static void test_truncated(void)
{
	for (size_t n = 0; n < sizeof(whole); n++) {
		struct fh_broker *broker = broker_new();
		char text[sizeof(whole)];
		int r;

		memcpy(text, whole, n);
		text[n] = '\0';
		r = load(broker, text);
		check(r <= 0);
		check(r == 0 || strstr(err.what, path));
		check(r == 0 || broker->n_rows == 0);
		broker_free(broker);
	}
}

/* Rows that are printed make the same table. */
static void test_printed(void)
{
	struct fh_broker *broker = broker_new(), *again = broker_new();
	autotext text = { 0 }, first = { 0 }, second = { 0 };

	check_int(load(broker, whole), 0);
	text_add(&text, "[broker]\n");
	for (size_t i = 0; i < broker->n_rows; i++) {
		broker_row_print(&broker->rows[i], &first);
		broker_row_print(&broker->rows[i], &text);
		text_add(&text, "\n");
	}
	check_int(load(again, text_string(&text)), 0);
	for (size_t i = 0; i < again->n_rows; i++)
		broker_row_print(&again->rows[i], &second);
	check_str(text_string(&second), text_string(&first));
	broker_free(broker);
	broker_free(again);
}

/* --- what is shown ------------------------------------------------------------ */

static const char usual[] =
	"[broker]\n"
	"bind = tcp:80 when=starting times=1\n"
	"bind = tcp:443 when=starting times=1\n"
	"open = /srv/www\n"
	"open-create = /var/lib/www\n"
	"read-file = /etc/ssl/private/www.key max=16K when=starting times=1\n"
	"authenticate = www when=serving per-minute=60 delay=1s\n"
	"resolve = *.example.org when=serving\n"
	"connect = tcp:10.0.0.1:5432\n"
	"[syscalls]\n"
	"syscalls = network-server\n";

static const char shown[] =
	"Processes:\n"
	"  monitor        uid 0, gid 0, CAP_KILL (to end the worker),\n"
	"                 CAP_NET_BIND_SERVICE (bind = tcp:80 when=starting times=1)\n"
	"  worker         uid 65534, gid 65534, no capability\n"
	"  authenticator  uid 0, gid 0, CAP_DAC_OVERRIDE, CAP_KILL, CAP_SETGID,\n"
	"                 CAP_SETUID\n"
	"  resolver       uid 65534, gid 65534, no capability\n"
	"The worker may ask for:\n"
	"  bind = tcp:80 when=starting times=1                       -> a descriptor\n"
	"  bind = tcp:443 when=starting times=1                      -> a descriptor\n"
	"  open = /srv/www                                           -> a descriptor\n"
	"  open-create = /var/lib/www                                -> a descriptor\n"
	"  read-file = /etc/ssl/private/www.key max=16384 when=starting times=1 -> bytes\n"
	"  authenticate = www delay=1s when=serving per-minute=60    -> yes or no\n"
	"  resolve = *.example.org when=serving                      -> addresses\n"
	"  connect = tcp:10.0.0.1:5432                               -> a descriptor\n"
	"The monitor can reach:\n"
	"  reading        /srv/www, /etc/ssl/private/www.key\n"
	"  writing        /var/lib/www\n"
	"  listening      80, 443\n"
	"  connecting     5432\n"
	"  system calls   strict and recvmsg, sendmsg, pidfd_send_signal, waitid, socket,\n"
	"                 setsockopt, bind, listen, openat2, connect, getsockopt\n"
	"Guarantees:      worker     monitor    (--json has the reasons)\n"
	"  files-read     held       held\n"
	"  files-write    held       held\n"
	"  files-see      lost       lost\n"
	"  network        partly     lost\n"
	"  sockets        partly     partly\n"
	"  processes      partly     lost\n"
	"  privileges     held       partly\n"
	"  kernel         held       held\n"
	"  terminal       held       held\n";

static void test_shown(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_broker *broker = broker_new();
	autotext text = { 0 };
	size_t n_lines = 0, width = 0;

	check_int(load(broker, usual), 0);
	check_int(broker_print(broker, &kernel, false, &text, &err), 0);
	check_str(text_string(&text), shown);
	for (const char *c = shown; *c; c++) {
		width = *c == '\n' ? 0 : width + 1;
		n_lines += *c == '\n';
		check(width <= 80);
	}
	check(n_lines <= 40);
	broker_free(broker);
}

/* A name from outside drives no terminal, whichever part it stands in. */
static void test_harmless(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_broker *broker = broker_new();
	autotext text = { 0 };

	check_int(load(broker, "[broker]\nopen = /a\\x1b[2J\n"), 0);
	check_int(broker_print(broker, &kernel, false, &text, &err), 0);
	check_int(broker_print(broker, &kernel, true, &text, &err), 0);
	check(!strchr(text_string(&text), '\033'));
	check(strstr(text_string(&text), "/a\\x1b[2J"));
	broker_free(broker);
}

static const struct tap_test tests[] = {
	{ .name = "each section is for one thing", .run = test_sections },
	{ .name = "what is wrong is told with its place, and nothing kept",
	  .run = test_refusals },
	{ .name = "a profile that breaks off anywhere", .run = test_truncated },
	{ .name = "printed rows make the same table", .run = test_printed },
	{ .name = "a usual profile is shown on one screen", .run = test_shown },
	{ .name = "names from outside are escaped", .run = test_harmless },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
