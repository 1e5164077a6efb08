/* The texts that the kernel tells of cgroups are taken exactly, or not at all. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cgroup/cgroup_facts.h"
#include "cgroup/cgroup_files.h"
#include "own_tree.h"

static void test_value(void)
{
	static const char text[] = "low 1\noom 7\noom_kill 18446744073709551615\nx y\nlast 3";
	uint64_t n = 42;

	check_int(cgroup_value(text, "oom", &n), 0);
	check_int(n, 7);
	check_int(cgroup_value(text, "oom_kill", &n), 0);
	check(n == UINT64_MAX);
	check_int(cgroup_value(text, "last", &n), 0);
	check_int(n, 3);
	/* No part of a key, no other place in the line, nothing but a number. */
	check_int(cgroup_value(text, "oo", &n), -ENOENT);
	check_int(cgroup_value(text, "kill", &n), -ENOENT);
	check_int(cgroup_value(text, "1", &n), -ENOENT);
	check_int(cgroup_value(text, "x", &n), -EINVAL);
	check_int(cgroup_value("a 18446744073709551616\n", "a", &n), -ERANGE);
	check_int(cgroup_value("a -1\n", "a", &n), -EINVAL);
	check_int(cgroup_value("a \n", "a", &n), -EINVAL);
	check_int(cgroup_value("a 1111111111111111111111111\n", "a", &n),
		  -EINVAL);
	check_int(cgroup_value("", "a", &n), -ENOENT);
	check_int(n, 3);
}

static void test_sum(void)
{
	check_int(cgroup_sum("8:0 rbytes=5 wbytes=10 rios=1\n8:16 wbytes=32\n",
			     "wbytes"), 42);
	/* Another key that ends like it, or has no number. */
	check_int(cgroup_sum("8:0 xwbytes=5 wbytes=\n", "wbytes"), 0);
	check_int(cgroup_sum("", "wbytes"), 0);
	check(cgroup_sum("a wbytes=18446744073709551615 b\nc wbytes=1\n",
			 "wbytes") == UINT64_MAX);
}

static void test_controllers(void)
{
	const uint32_t all = CONTROLLER_BIT(MEMORY) | CONTROLLER_BIT(PIDS) |
			     CONTROLLER_BIT(CPU) | CONTROLLER_BIT(IO);

	check_int(cgroup_controllers_in("cpuset cpu io memory hugetlb pids\n"),
		  all);
	check_int(cgroup_controllers_in("cpu"), CONTROLLER_BIT(CPU));
	check_int(cgroup_controllers_in("cpuset cpuacct iox mem\n"), 0);
	check_int(cgroup_controllers_in(""), 0);
}

static void test_path(void)
{
	char path[CGROUP_PATH_SIZE] = "before";
	char *text = malloc(3 * CGROUP_PATH_SIZE);

	check_int(cgroup_path_in("9:name=systemd:/\n0::/a/b c\n", path), 0);
	check_str(path, "/a/b c");
	check_int(cgroup_path_in("0::/", path), 0);
	check_str(path, "/");
	check_int(cgroup_path_in("0::/..a\n", path), 0);
	check_str(path, "/..a");
	/* v1 only; a controller of that number; outside of our namespace; gone. */
	check_int(cgroup_path_in("4:memory:/a\n", path), -ENOENT);
	check_int(cgroup_path_in("10::/a\n1:0::/b\n", path), -ENOENT);
	check_int(cgroup_path_in("0::/../a\n", path), -EINVAL);
	check_int(cgroup_path_in("0::/..\n", path), -EINVAL);
	check_int(cgroup_path_in("0::/a (deleted)\n", path), -EINVAL);
	check_int(cgroup_path_in("", path), -ENOENT);
	/* As long as fits, and one more. */
	memset(text, 'x', 3 * CGROUP_PATH_SIZE);
	memcpy(text, "0::/", 4);
	text[3 + CGROUP_PATH_SIZE - 1] = '\0';
	check_int(cgroup_path_in(text, path), 0);
	check_int(strlen(path), CGROUP_PATH_SIZE - 1);
	text[3 + CGROUP_PATH_SIZE - 1] = 'x';
	text[3 + CGROUP_PATH_SIZE] = '\0';
	check_int(cgroup_path_in(text, path), -EINVAL);
	free(text);
}

static void test_names(void)
{
	check(cgroup_is_box_name("fumehood-0123456789abcdef"));
	check(!cgroup_is_box_name("fumehood-0123456789abcdeF"));
	check(!cgroup_is_box_name("fumehood-0123456789abcde"));
	check(!cgroup_is_box_name("fumehood-0123456789abcdef0"));
	check(!cgroup_is_box_name("fumehood-0123456789abcdef.scope"));
	check(!cgroup_is_box_name("fumehood-launchers"));
	check(!cgroup_is_box_name("xfumehood-0123456789abcde"));
	check(!cgroup_is_box_name(""));
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in(name), "w");

	check(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void test_processes(void)
{
	pid_t pid = 7;
	int dir;

	make_top(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	dir = cgroup_open_dir(AT_FDCWD, top);
	check(dir >= 0);
	check_int(cgroup_other_process(dir, 1, &pid), -ENOENT);
	put("cgroup.procs", "");
	check_int(cgroup_other_process(dir, 1, &pid), 0);
	check_int(cgroup_has_process(dir, 12), 0);
	put("cgroup.procs", "12\n");
	check_int(cgroup_other_process(dir, 12, &pid), 0);
	check_int(cgroup_other_process(dir, 1, &pid), 1);
	check_int(pid, 12);
	check_int(cgroup_has_process(dir, 12), 1);
	check_int(cgroup_has_process(dir, 1), 0);
	put("cgroup.procs", "12\n0\n");
	check_int(cgroup_other_process(dir, 12, &pid), 1);
	check_int(pid, 0);
	put("cgroup.procs", "12x\n");
	check_int(cgroup_other_process(dir, 12, &pid), -EINVAL);
	/* More than are read, and the last one cut off: 4 is not 41. */
	put("cgroup.procs", "4194301\n4194302\n4194303\n4194301\n4194302\n4194303\n4194301\n4194302\n4\n");
	check_int(cgroup_has_process(dir, 4194303), 1);
	check_int(cgroup_has_process(dir, 4), 0);
}

static void test_links(void)
{
	int dir, held;

	make_top(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	dir = cgroup_open_dir(AT_FDCWD, top);
	check(mkdir(in("a"), 0700) == 0 && symlink("a", in("link")) == 0);
	held = cgroup_open_dir(dir, "a");
	check(held >= 0);
	check(cgroup_is_linked(dir, "a", held));
	check_int(cgroup_open_dir(dir, "link"), -ENOTDIR);
	check(rename(in("a"), in("b")) == 0 && mkdir(in("a"), 0700) == 0);
	check(!cgroup_is_linked(dir, "a", held));
	check(cgroup_is_linked(dir, "b", held));
	check(rmdir(in("a")) == 0);
	check(!cgroup_is_linked(dir, "a", held));
}

static const struct tap_test tests[] = {
	{ .name = "a value is the number after its key", .run = test_value },
	{ .name = "bytes of all disks are added up", .run = test_sum },
	{ .name = "controllers are whole words", .run = test_controllers },
	{ .name = "our path is the unified one's, and inside", .run = test_path },
	{ .name = "only what a launcher made has its name", .run = test_names },
	{ .name = "processes are whole lines", .run = test_processes },
	{ .name = "links are not followed, and replacing is seen",
	  .run = test_links },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
