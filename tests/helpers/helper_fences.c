/*
 * The program that must not start without its fences: says STARTED, then
 * which fence is missing.
 *
 *   helper_fences SECRET [TIER]
 *
 * SECRET is a readable file of the caller's that was not granted. TIER is
 * "namespaces" (default) or "landlock": what the box was made of; or "root",
 * namespaces of a caller who could also drop the groups. Exit status 0 when
 * all stand.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

static int missing;

static void fence(bool stands, const char *name)
{
	if (stands)
		return;
	printf("MISSING %s\n", name);
	missing++;
}

/* From the kernel, not from /proc: one tier has no /proc of its own. */
static void check_privileges(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	fence(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "no_new_privs");
	fence(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2, "seccomp");
	memset(data, 0xff, sizeof(data));
	syscall(SYS_capget, &header, data);
	for (int i = 0; i < 2; i++)
		fence(!data[i].effective && !data[i].permitted &&
			      !data[i].inheritable,
		      "capability sets");
}

static void check_status(void)
{
	static const char *const wanted[] = {
		"NoNewPrivs:\t1\n",
		"Seccomp:\t2\n",
		"CapInh:\t0000000000000000\n",
		"CapPrm:\t0000000000000000\n",
		"CapEff:\t0000000000000000\n",
		"CapBnd:\t0000000000000000\n",
		"CapAmb:\t0000000000000000\n",
		"SigBlk:\t0000000000000000\n",
		"SigIgn:\t0000000000000000\n",
	};
	char status[8192];
	FILE *file = fopen("/proc/self/status", "re");
	size_t n = file ? fread(status, 1, sizeof(status) - 1, file) : 0;

	status[n] = '\0';
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		fence(strstr(status, wanted[i]), wanted[i]);
	if (file)
		fclose(file);
}

static void check_descriptors(void)
{
	struct stat st;
	int open_ones = 0;

	for (int fd = 3; fd < 4096; fd++)
		open_ones += fstat(fd, &st) == 0;
	fence(open_ones == 0, "closed descriptors");
}

static void check_namespaces(void)
{
	struct if_nameindex *all = if_nameindex();
	struct statvfs root;
	struct stat st;

	fence(statvfs("/", &root) == 0 && root.f_flag & ST_RDONLY,
	      "read-only root");
	fence(statvfs("/usr", &root) == 0 && root.f_flag & ST_RDONLY &&
		      root.f_flag & ST_NOSUID,
	      "read-only /usr");
	fence(mkdir("/made", 0700) < 0, "unwritable root");
	fence(all && all[0].if_name && strcmp(all[0].if_name, "lo") == 0 &&
		      !all[1].if_name,
	      "no interface but lo");
	fence(getppid() == 1, "pid namespace");
	fence(kill(1, SIGKILL) == 0 || errno == EPERM, "signal to init");
	fence(open("/proc/1/exe", O_RDONLY) < 0, "closed /proc/1");
	fence(lstat("/.veil", &st) < 0, "no rests of the set-up");
	if (all)
		if_freenameindex(all);
}

static void check_landlock_tier(const char *secret)
{
	static const int families[] = { AF_INET, AF_INET6, AF_NETLINK,
					AF_PACKET };
	char path[4096];

	snprintf(path, sizeof(path), "%s.new", secret);
	fence(open(path, O_CREAT | O_WRONLY, 0600) < 0,
	      "nothing beside the secret");
	fence(chmod(secret, 0666) < 0, "no change of modes");
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		for (int type = SOCK_STREAM; type <= SOCK_RAW; type++)
			fence(socket(families[i], type, 0) < 0,
			      "no sockets but unix");
}

/* The last word: what the fences are for. */
static void check_nothing_is_had(const char *secret)
{
	fence(open(secret, O_RDONLY) < 0, "unreadable secret");
	fence(open(secret, O_WRONLY) < 0, "unwritable secret");
	fence(open("/etc/made", O_CREAT | O_WRONLY, 0600) < 0,
	      "unwritable /etc");
	fence(syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */) < 0,
	      "no user namespace");
	fence(syscall(SYS_mount, "x", "/tmp", "tmpfs", 0, NULL) < 0,
	      "no mount");
}

int main(int argc, char **argv)
{
	bool is_landlock = argc > 2 && strcmp(argv[2], "landlock") == 0;

	if (argc < 2)
		return 99;
	puts("STARTED");
	fflush(stdout);
	check_privileges();
	check_descriptors();
	if (is_landlock) {
		check_landlock_tier(argv[1]);
	} else {
		check_status();
		check_namespaces();
		if (argc > 2 && strcmp(argv[2], "root") == 0)
			fence(getgroups(0, NULL) == 0, "dropped groups");
	}
	check_nothing_is_had(argv[1]);
	printf("%d fences missing\n", missing);
	return missing ? 1 : 0;
}
