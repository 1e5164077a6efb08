/* fh_learner_run(): each use of a path becomes evidence. */
#include <dirent.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#include "learn_stand.h"

static int reads(void)
{
	return open("file", O_RDONLY) < 0;
}

static int writes(void)
{
	return open("file", O_WRONLY) < 0;
}

static int reads_and_writes(void)
{
	return open("file", O_RDWR) < 0;
}

static int makes(void)
{
	int fd = open("made", O_CREAT | O_WRONLY, 0600);

	return fd < 0 || ftruncate(fd, 12345) < 0;
}

static int creates_again(void)
{
	return open("file", O_CREAT | O_WRONLY, 0600) < 0;
}

static int lists(void)
{
	return !opendir("directory");
}

static int lists_plainly(void)
{
	return open("directory", O_RDONLY) < 0;
}

static int looks(void)
{
	struct stat st;

	return stat("file", &st) != 0;
}

static int asks(void)
{
	return access("file", W_OK) != 0;
}

static int makes_directory(void)
{
	return mkdir("made", 0700) != 0;
}

static int makes_again(void)
{
	return mkdir("directory", 0700) == 0;
}

static int renames(void)
{
	return rename("file", "made") != 0;
}

static int unlinks(void)
{
	return unlink("file") != 0;
}

static int links(void)
{
	return link("file", "made") != 0;
}

static int links_to_nothing(void)
{
	return symlink("nothing", "made") != 0;
}

static int changes_mode(void)
{
	return chmod("file", 0600) != 0;
}

static int truncates(void)
{
	return truncate("file", 0) != 0;
}

static int touches(void)
{
	return utimes("file", NULL) != 0;
}

static int follows(void)
{
	return open("link", O_RDONLY) < 0;
}

static int reads_link(void)
{
	char target[16];

	return readlink("link", target, sizeof(target)) < 0;
}

static int goes_there(void)
{
	return chdir("directory") != 0 || open("../file", O_RDONLY) < 0;
}

static int uses_descriptor(void)
{
	int fd = open("directory", O_PATH);

	return openat(fd, "inner", O_RDONLY) < 0;
}

static int opens_new_way(void)
{
	uint64_t how[3] = { O_WRONLY };

	return syscall(SYS_openat2, AT_FDCWD, "file", how, sizeof(how)) < 0 &&
	       errno != ENOSYS;
}

static int maps(void)
{
	int fd = open("file", O_RDONLY);

	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) ==
	       MAP_FAILED;
}

static int executes(void)
{
	execl("/bin/true", "true", NULL);
	return 1;
}

static int executes_script(void)
{
	execl("./script", "script", NULL);
	return 1;
}

static int has_child(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(reads());
	waitpid(pid, &status, 0);
	return status;
}

static void *do_read(void *ret)
{
	*(int *)ret = reads();
	return NULL;
}

static int has_thread(void)
{
	pthread_t thread;
	int status = 1;

	pthread_create(&thread, NULL, do_read, &status);
	pthread_join(thread, NULL);
	return status;
}

static int binds_path(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "made" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return bind(fd, (void *)&un, sizeof(un)) != 0;
}

static int connects_path(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "file" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return connect(fd, (void *)&un, sizeof(un)) == 0;
}

/* Which of them leaves which use of what behind, in a directory with a file, a link to
 * it, and a directory with another file. */
static const struct {
	const char *name;
	deed deed;
	const char *path;
	unsigned int use;
	const char *other; /* NULL: none */
	unsigned int other_use;
	bool exactly; /* no other use of path, as the loader might make */
} kinds[] = {
	{ "read", reads, "file", USE_READ, NULL, 0, true },
	{ "write", writes, "file", USE_WRITE, NULL, 0, true },
	{ "both", reads_and_writes, "file", USE_READ | USE_WRITE, NULL, 0,
	  true },
	{ "made", makes, "made", USE_WRITE | USE_ENTRY, NULL, 0, true },
	{ "O_CREAT of a file that is there", creates_again, "file", USE_WRITE,
	  NULL, 0, true },
	{ "listed", lists, "directory", USE_LIST, NULL, 0, true },
	{ "listed without O_DIRECTORY", lists_plainly, "directory", USE_LIST,
	  NULL, 0, true },
	{ "stat", looks, "file", USE_SEE, NULL, 0, true },
	{ "access", asks, "file", USE_SEE, NULL, 0, true },
	{ "mkdir", makes_directory, "made", USE_ENTRY, NULL, 0, true },
	{ "mkdir of what is there", makes_again, "directory", USE_SEE, NULL, 0,
	  true },
	{ "rename", renames, "file", USE_ENTRY, "made", USE_ENTRY, true },
	{ "unlink", unlinks, "file", USE_ENTRY, NULL, 0, true },
	{ "link", links, "file", USE_ENTRY, "made", USE_ENTRY, true },
	{ "symlink", links_to_nothing, "made", USE_ENTRY, "nothing", 0, true },
	{ "chmod", changes_mode, "file", USE_WRITE, NULL, 0, true },
	{ "truncate", truncates, "file", USE_WRITE, NULL, 0, true },
	{ "utimes", touches, "file", USE_WRITE, NULL, 0, true },
	{ "by a link", follows, "file", USE_READ, NULL, 0, true },
	{ "readlink", reads_link, "link", USE_SEE, "file", 0, true },
	{ "from a directory", goes_there, "directory", USE_SEE, "file",
	  USE_READ, true },
	{ "by a descriptor", uses_descriptor, "directory/inner", USE_READ,
	  "directory", USE_SEE, true },
	{ "openat2", opens_new_way, "file", USE_WRITE, NULL, 0, true },
	{ "mapped", maps, "file", USE_READ | USE_EXEC, NULL, 0, true },
	{ "executed", executes, "/bin/true", USE_EXEC, NULL, 0, false },
	{ "a script", executes_script, "script", USE_EXEC, "/bin/sh",
	  USE_EXEC, false },
	{ "in a child", has_child, "file", USE_READ, NULL, 0, true },
	{ "in a thread", has_thread, "file", USE_READ, NULL, 0, true },
	{ "unix bind", binds_path, "made", USE_ENTRY, NULL, 0, true },
	{ "unix connect", connects_path, "file", USE_WRITE, NULL, 0, true },
};
#define N_KINDS ARRAY_SIZE(kinds)

static unsigned int real_use_of(const struct fh_learner *learner,
				const char *path)
{
	char real[PATH_MAX];

	return use_of(learner, *path == '/' && realpath(path, real) ? real
								    : path);
}

static void test_kinds(void)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		struct fh_learner *learner;
		unsigned int use;

		fill_place();
		printf("# %s\n", kinds[i].name);
		learner = watched(i, 0);
		use = real_use_of(learner, kinds[i].path);
		if (kinds[i].exactly)
			check_int(use, kinds[i].use);
		else
			check(use & kinds[i].use);
		if (kinds[i].other)
			check_int(real_use_of(learner, kinds[i].other) &
					  (kinds[i].other_use ? kinds[i].other_use
							      : 0xff),
				  kinds[i].other_use);
		check_int(use_of(learner, "nobody-used-this"), 0);
		fh_learner_free(learner);
		leave_place();
	}
}

static void test_runs_add_up(void)
{
	struct fh_learner *learner = fh_learner_new();

	fill_place();
	check_int(watch(learner, 0, NULL, NULL), 0); /* reads */
	check_int(watch(learner, 1, NULL, NULL), 0); /* writes */
	check_int(use_of(learner, "file"), USE_READ | USE_WRITE);
	leave_place();
}

static const struct tap_test tests[] = {
	{ .name = "each kind of use", .run = test_kinds, .seconds = 60 },
	{ .name = "runs add up", .run = test_runs_add_up },
};

int main(int argc, char **argv)
{
	deed deeds[N_KINDS];

	for (size_t i = 0; i < N_KINDS; i++)
		deeds[i] = kinds[i].deed;
	be_watched(argc, argv, deeds, N_KINDS);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
