/* What the monitor's dispatcher gives, refuses, and ends a worker for. */
#include "monitor_stand.h"

static void add_open(unsigned int access, const char *name)
{
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = access,
				 .object = at(name) });
}

static void stage_files(void)
{
	stage();
	check(mkdir("pub", 0755) == 0 && mkdir("pub/sub", 0755) == 0 &&
	      mkdir("pub2", 0755) == 0 && mkdir("spool", 0755) == 0);
	put_file("secret", "hidden", 0600);
	put_file("pub/file", "plain", 0644);
	put_file("pub/sub/file", "deep", 0644);
	put_file("pub2/file", "other", 0644);
	check(symlink("file", "pub/link") == 0 &&
	      symlink("../secret", "pub/out") == 0 &&
	      symlink("sub", "pub/dirlink") == 0 &&
	      symlink("/proc/self/fd/0", "pub/magic") == 0 &&
	      symlink("../secret", "spool/dangling") == 0);
	check_int(mkfifo("pub/fifo", 0644), 0);
}

static bool reads(int fd, const char *text)
{
	char bytes[64] = "";
	ssize_t n = read(fd, bytes, sizeof(bytes) - 1);

	close(fd);
	return n >= 0 && strcmp(bytes, text) == 0;
}

static void test_open(void)
{
	static const char *const refused[] = {
		"secret", "pub2/file", "pub", "pub/", "pub/../secret",
		"pub/sub/../file", "pub/./file", "pub//file", "pub/sub/",
		"pub/..", "pub/sub", "pub/fifo", "pub/no/../file", "pubxfile",
	};
	int fd;

	stage_files();
	add_open(FH_READ, "pub");
	begin();
	fd = ask_open(FH_READ, at("pub/file"));
	check(fd > 2);
	check_int(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND),
		  O_RDONLY);
	check_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
	check(reads(fd, "plain"));
	check(reads(ask_open(FH_READ, at("pub/sub/file")), "deep"));
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		printf("# %s\n", refused[i]);
		check_int(ask_open(FH_READ, at(refused[i])), -EACCES);
	}
	check_int(ask_open(FH_READ, "pub/file"), -EACCES);
	check_int(ask_open(FH_READ, at("pub/none")), -ENOENT);
	check_int(ask_open(FH_READ, at("pub/link")), -ELOOP);
	check_int(ask_open(FH_READ, at("pub/out")), -ELOOP);
	check_int(ask_open(FH_READ, at("pub/dirlink/file")), -ELOOP);
	check_int(ask_open(FH_READ, at("pub/magic")), -ELOOP);
	/* Of that access there is no row. */
	check_int(ask_open(FH_WRITE, at("pub/file")), -EACCES);
	check_int(ask_open(FH_BROKER_CREATE, at("pub/new")), -EACCES);
	/* Control: these can be opened here. */
	check(reads(open("pub2/file", O_RDONLY), "other"));
	check(reads(open("pub/out", O_RDONLY), "hidden"));
}

static void test_open_to_change(void)
{
	struct stat st;
	int fd;

	umask(0);
	stage_files();
	add_open(FH_WRITE, "pub");
	add_open(FH_BROKER_CREATE, "spool");
	begin();
	fd = ask_open(FH_WRITE, at("pub/file"));
	check(fd > 2);
	check_int(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR);
	check_int(write(fd, "P", 1), 1);
	close(fd);
	check(reads(open("pub/file", O_RDONLY), "Plain"));
	fd = ask_open(FH_BROKER_CREATE, at("spool/new"));
	check(fd > 2);
	check_int(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY);
	check_int(fstat(fd, &st), 0);
	check_int(st.st_mode & 07777, 0666);
	check_int(ask_open(FH_BROKER_CREATE, at("spool/new")), -EEXIST);
	check_int(ask_open(FH_BROKER_CREATE, at("spool/dangling")), -EEXIST);
	check_int(ask_open(FH_WRITE, at("pub/none")), -ENOENT);
	check_int(ask_open(FH_WRITE, at("spool/new")), -EACCES);
	check_int(ask_open(FH_READ, at("pub/file")), -EACCES);
	/* Control, then the bits that mapped memory could be written beside. */
	fd = ask_open(FH_WRITE, at("pub/sub/file"));
	check(fd > 2);
	close(fd);
	check_int(chmod("pub/sub/file", 04644), 0);
	check_int(ask_open(FH_WRITE, at("pub/sub/file")), -EACCES);
	check_int(chmod("pub/sub/file", 02644), 0);
	check_int(ask_open(FH_WRITE, at("pub/sub/file")), -EACCES);
}

/* The row of the closest directory counts, and its terms. */
static void test_closest(void)
{
	stage_files();
	add_open(FH_READ, "pub");
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = at("pub/sub"), .times = 1 });
	begin();
	check(reads(ask_open(FH_READ, at("pub/sub/file")), "deep"));
	for (int i = 0; i < 3; i++)
		check(reads(ask_open(FH_READ, at("pub/file")), "plain"));
	check_ended(ask_open(FH_READ, at("pub/sub/file")),
		    "asked for open 2 times, 1 are allowed");
}

/* In a session of its own, without a terminal. */
static void look_at_terminal(void *name)
{
	const char *slave = name;

	check(setsid() == getpid());
	check_int(ask_open(FH_WRITE, slave), -EACCES);
	check_int(open("/dev/tty", O_RDWR), -1);
	check_int(errno, ENXIO);
	/* Control: opened without that flag, it becomes the terminal. */
	check(open(slave, O_RDWR) >= 0);
	check(open("/dev/tty", O_RDWR) >= 0);
}

static void test_terminal(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	char *slave = master < 0 ? NULL : ptsname(master);

	if (!slave || unlockpt(master) < 0)
		skip("no pseudo terminal");
	stage_files();
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_WRITE,
				 .object = strdup("/dev/pts") });
	begin();
	check_int(child_status(look_at_terminal, slave), 0);
}

/* Mounts beneath are not of the row: /proc has the monitor's own memory. */
static void test_root_directory(void)
{
	struct stat root, here;
	char maps[64];

	stage_files();
	snprintf(maps, sizeof(maps), "/proc/%d/maps", (int)getpid());
	check(stat("/", &root) == 0 && stat(".", &here) == 0);
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = strdup("/") });
	begin();
	if (root.st_dev == here.st_dev)
		check(reads(ask_open(FH_READ, at("pub/file")), "plain"));
	else
		check_int(ask_open(FH_READ, at("pub/file")), -EXDEV);
	check_int(ask_open(FH_READ, maps), -EXDEV);
	check_int(ask_open(FH_READ, "/proc/uptime"), -EXDEV);
	check_int(ask_open(FH_READ, "/"), -EACCES);
	check_int(ask_open(FH_READ, "/../etc/passwd"), -EACCES);
	check_int(ask_open(FH_READ, "xetc/passwd"), -EACCES);
}

/* What stood there at the split is opened, wherever its name leads now. */
static void test_directory_stays(void)
{
	stage_files();
	add_open(FH_READ, "pub");
	begin();
	check(rename("pub", "moved") == 0 && rename("pub2", "pub") == 0);
	check(reads(ask_open(FH_READ, at("pub/file")), "plain"));
	check(reads(open("pub/file", O_RDONLY), "other"));
}

static void test_read_file(void)
{
	stage_files();
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE, .max_answer = 6,
				 .object = at("secret") });
	begin();
	check_int(ask_read(at("secret")), 0);
	check(answers("hidden"));
	check_int(ask_read(at("secret")), 0);
	check(answers("hidden"));
	check_int(ask_read(at("pub/file")), -EACCES);
	check_int(ask_read(at("pub/../secret")), -EACCES);
	/* Another file in its place is not read; what is written into it is. */
	put_file("other", "others", 0600);
	check_int(truncate("secret", 3), 0);
	check(rename("secret", "aside") == 0 && rename("other", "secret") == 0);
	check_int(ask_read(at("secret")), 0);
	check(answers("hid"));
	check_int(truncate("aside", 7), 0);
	check_int(ask_read(at("secret")), -EFBIG);
	check_int(answer.header.size, 0);
	check(!memmem(answer.bytes, sizeof(answer.bytes), "hid", 3));
}

static void test_no_such_rows(void)
{
	static const char *const own[] = { "/proc", "/proc/self", "/proc/1" };
	char *fifo;

	stage_files();
	fifo = at("pub/fifo");
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE, .max_answer = 6,
				 .object = fifo });
	check_int(monitor_new(broker, &monitor, &err), -EINVAL);
	check(strstr(err.what, fifo) != NULL);
	broker = broker_new();
	add_open(FH_READ, "none");
	check_int(monitor_new(broker, &monitor, &err), -ENOENT);
	check(strstr(err.what, "none") != NULL);
	broker = broker_new();
	add_open(FH_READ, "pub/file");
	check_int(monitor_new(broker, &monitor, &err), -ENOTDIR);
	broker = broker_new();
	add((struct broker_row){ .kind = FH_BROKER_REQUEST, .max_request = 6,
				 .object = strdup("later") });
	check_int(monitor_new(broker, &monitor, &err), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		broker = broker_new();
		add((struct broker_row){ .kind = FH_BROKER_OPEN,
					 .access = FH_READ,
					 .object = strdup(own[i]) });
		check_int(monitor_new(broker, &monitor, &err), -EPERM);
		check(strstr(err.what, "the monitor's own memory") != NULL);
	}
	check(monitor == NULL);
	/* Control */
	broker = broker_new();
	add_open(FH_READ, "pub");
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = strdup("/proc/sys/kernel") });
	begin();
	check(ask_open(FH_READ, "/proc/sys/kernel/ostype") > 2);
}

static void test_terms(void)
{
	stage_files();
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = at("pub"),
				 .when = FH_BROKER_STARTING });
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = at("pub2"),
				 .when = FH_BROKER_SERVING });
	begin();
	check(ask_open(FH_READ, at("pub/file")) > 2);
	check_ended(ask_open(FH_READ, at("pub2/file")),
		    "asked for open before it was ready, which is allowed after only");
	check_int(ask_ready(), 0);
	check(ask_open(FH_READ, at("pub2/file")) > 2);
	check_ended(ask_open(FH_READ, at("pub/file")),
		    "asked for open after it was ready, which is allowed before only");
	check_int(ask_ready(), -EPROTO);
	check_str(answer.why, "said twice that it is ready");
}

static void test_per_minute(void)
{
	stage_files();
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = at("pub"), .per_minute = 3 });
	begin();
	for (int i = 0; i < 3; i++) {
		check(ask_open(FH_READ, at("pub/file")) > 2);
		clock_us += 10000000;
	}
	check_int(ask_open(FH_READ, at("pub/file")), -EAGAIN);
	/* A minute after the first, and never more than three in any. */
	clock_us += 29000000;
	check_int(ask_open(FH_READ, at("pub/file")), -EAGAIN);
	clock_us += 2000000;
	check(ask_open(FH_READ, at("pub/file")) > 2);
	check_int(ask_open(FH_READ, at("pub/file")), -EAGAIN);
	clock_us += 3600000000;
	for (int i = 0; i < 3; i++)
		check(ask_open(FH_READ, at("pub/file")) > 2);
	check_int(ask_open(FH_READ, at("pub/file")), -EAGAIN);
	check_int(monitor->n_answered, 11);
	check_int(monitor->n_refused, 4);
}

/* What has left the window is taken from it once. */
static void test_window(void)
{
	static const struct {
		unsigned int after_s;
		unsigned int n; /* that are let through, and no more then */
		bool is_full;
	} steps[] = { { 0, 1, false }, { 30, 1, false }, { 32, 2, true },
		      { 30, 1, true }, { 30, 0, true }, { 2, 2, true } };

	stage_files();
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ,
				 .object = at("pub"), .per_minute = 3 });
	begin();
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		clock_us += steps[i].after_s * UINT64_C(1000000);
		for (unsigned int k = 0; k < steps[i].n; k++)
			check(ask_open(FH_READ, at("pub/file")) > 2);
		if (steps[i].is_full)
			check_int(ask_open(FH_READ, at("pub/file")), -EAGAIN);
	}
}

/* Of two rows one is used up, the other asks for patience: that is told. */
static void test_patience(void)
{
	struct fh_broker_ask wish = { .kind = FH_BROKER_RESOLVE,
				      .name = "db.example.org" };

	stage();
	add((struct broker_row){ .kind = FH_BROKER_RESOLVE, .per_minute = 1,
				 .object = strdup("*") });
	add((struct broker_row){ .kind = FH_BROKER_RESOLVE, .times = 1,
				 .object = strdup("*.example.org") });
	begin();
	check_int(ask(wish), 1);
	check_int(ask(wish), 1);
	check_int(ask(wish), -EAGAIN);
	clock_us += 62000000;
	check_int(ask(wish), 1);
}

int main(void)
{
	const struct tap_test tests[] = {
		{ "files beneath a directory are opened, no others", test_open, 0 },
		{ "what is there is changed, what is not is made", test_open_to_change, 0 },
		{ "the row of the closest directory counts", test_closest, 0 },
		{ "a terminal beneath a directory is nobody's", test_terminal, 0 },
		{ "a row for all files", test_root_directory, 0 },
		{ "a directory is the one of the split", test_directory_stays, 0 },
		{ "a file's bytes are read anew, of the same file", test_read_file, 0 },
		{ "rows that cannot be opened are told", test_no_such_rows, 0 },
		{ "rows are legal before, or after, the worker is ready", test_terms, 0 },
		{ "no more in any minute than a row allows", test_per_minute, 0 },
		{ "and none is forgotten too early", test_window, 0 },
		{ "patience comes before the end", test_patience, 0 },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
