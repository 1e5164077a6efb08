/* What is told of files that a box does not show, or shows without a right. */
#include "refused.h"

#define MOUNTS FH_LAYER_MOUNTS

/* A scene lies in a directory that is storage of the box's own. */
static const struct refused_row absent[] = {
	{ .action = { "read", "$D/file" }, .call = "openat", .wanted = "read",
	  .object = "$D/file", MOUNTS, ENOENT, .option = "-r $D/file" },
	{ .action = { "read", "$D/a b" }, .call = "openat", .wanted = "read",
	  .object = "$D/a b", MOUNTS, ENOENT, .option = "-r '$D/a b'" },
	{ .action = { "read", "$D/new\nline" }, .call = "openat",
	  .wanted = "read", .object = "$D/new\\x0aline", MOUNTS, ENOENT,
	  .option = "-r $'$D/new\\012line'" },
	{ .action = { "read", "$D/dir/../link" }, .call = "openat",
	  .wanted = "read", .object = "$D/link", MOUNTS, ENOENT,
	  .option = "-r $D/dir -r $D/link" },
	{ .action = { "list", "$D/dir" }, .call = "openat", .wanted = "read",
	  .object = "$D/dir", MOUNTS, ENOENT, .option = "-r $D/dir" },
	{ .action = { "stat", "$D/file" }, .call = "newfstatat", .wanted = "see",
	  .object = "$D/file", MOUNTS, ENOENT, .option = "-r $D/file" },
	{ .action = { "lstat", "$D/link" }, .call = "newfstatat", .wanted = "see",
	  .object = "$D/link", MOUNTS, ENOENT, .option = "-r $D/link" },
	{ .action = { "list", "$D/dir/" }, .call = "openat", .wanted = "read",
	  .object = "$D/dir", MOUNTS, ENOENT, .option = "-r $D/dir" },
	{ .action = { "access", "$D/file" }, .call = "access",
	  .wanted = "read", .object = "$D/file", MOUNTS, ENOENT,
	  .option = "-r $D/file" },
	{ .action = { "readlink", "$D/link" }, .call = "readlink",
	  .wanted = "see", .object = "$D/link", MOUNTS, ENOENT,
	  .option = "-r $D/link" },
	{ .action = { "chdir", "$D/dir" }, .call = "chdir", .wanted = "see",
	  .object = "$D/dir", MOUNTS, ENOENT, .option = "-r $D/dir" },
	{ .action = { "statfs", "$D/dir" }, .call = "statfs",
	  .wanted = "see", .object = "$D/dir", MOUNTS, ENOENT,
	  .option = "-r $D/dir" },
	{ .action = { "write", "$D/file" }, .call = "openat", .wanted = "write",
	  .object = "$D/file", MOUNTS, ENOENT, .option = "-w $D/file" },
	{ .action = { "update", "$D/file" }, .call = "openat",
	  .wanted = "write", .object = "$D/file", MOUNTS, ENOENT,
	  .option = "-w $D/file" },
	{ .action = { "create", "$D/new" }, .call = "openat", .wanted = "write",
	  .object = "$D/new", MOUNTS, ENOENT, .option = "-w $D" },
	{ .action = { "mkdir", "$D/new" }, .call = "mkdir",
	  .wanted = "create", .object = "$D/new", MOUNTS, ENOENT,
	  .option = "-w $D" },
	{ .action = { "unlink", "$D/file" }, .call = "unlink",
	  .wanted = "remove", .object = "$D/file", MOUNTS, ENOENT,
	  .option = "-w $D" },
	{ .action = { "rename", "$D/file", "$D/new" }, .call = "rename",
	  .wanted = "rename", .object = "$D/file", MOUNTS, ENOENT,
	  .option = "-w $D" },
	{ .action = { "truncate", "$D/file" }, .call = "truncate",
	  .wanted = "write", .object = "$D/file", MOUNTS, ENOENT,
	  .option = "-w $D/file" },
	{ .action = { "exec", "$D/exec", "uname" }, .call = "execve",
	  .wanted = "exec", .object = "$D/exec", MOUNTS, ENOENT,
	  .option = "-x $D/exec" },
	{ .settings = { "exec", "$D/script" },
	  .action = { "exec", "$D/script" }, .call = "execve",
	  .wanted = "exec", .object = "$D/interp", MOUNTS, ENOENT,
	  .option = "-x $D/interp" },
	{ .action = { "unix", "$D/sock" }, .call = "connect",
	  .wanted = "write", .object = "$D/sock", MOUNTS, ENOENT,
	  .option = "-w $D/sock" },
	{ .settings = { "read", "$D", "hide", "$D/secret" },
	  .action = { "read", "$D/secret/file" }, .call = "openat",
	  .wanted = "read", .object = "$D/secret/file", MOUNTS, EACCES,
	  .option = "" },
};

static void test_absent(void)
{
	check_rows(absent, COUNT(absent));
}

#define READ_ONLY(...) .settings = { "read", "$D" }, .action = { __VA_ARGS__ }

static const struct refused_row read_only[] = {
	{ READ_ONLY("write", "$D/file"), .call = "openat", .wanted = "write",
	  .object = "$D/file", MOUNTS, EROFS, .option = "-w $D/file" },
	{ READ_ONLY("create", "$D/new"), .call = "openat", .wanted = "write",
	  .object = "$D/new", MOUNTS, EROFS, .option = "-w $D" },
	{ READ_ONLY("new", "$D/new"), .call = "openat", .wanted = "write",
	  .object = "$D/new", MOUNTS, EROFS, .option = "-w $D" },
	{ READ_ONLY("mkdir", "$D/new"), .call = "mkdir", .wanted = "create",
	  .object = "$D/new", MOUNTS, EROFS, .option = "-w $D" },
	{ READ_ONLY("mkfifo", "$D/new"), .call = "mknodat", .wanted = "create",
	  .object = "$D/new", MOUNTS, EROFS, .option = "-w $D" },
	{ READ_ONLY("symlink", "x", "$D/new"), .call = "symlink",
	  .wanted = "create", .object = "$D/new", MOUNTS, EROFS,
	  .option = "-w $D" },
	{ READ_ONLY("unlink", "$D/file"), .call = "unlink",
	  .wanted = "remove", .object = "$D/file", MOUNTS, EROFS,
	  .option = "-w $D" },
	{ READ_ONLY("rename", "$D/file", "$D/new"), .call = "rename",
	  .wanted = "rename", .object = "$D/file", MOUNTS, EROFS,
	  .option = "-w $D" },
	{ READ_ONLY("link", "$D/file", "$D/new"), .call = "link",
	  .wanted = "link", .object = "$D/file", MOUNTS, EROFS,
	  .option = "-w $D" },
	{ READ_ONLY("writable", "$D/file"), .call = "access",
	  .wanted = "write", .object = "$D/file", MOUNTS, EROFS,
	  .option = "-w $D/file" },
	{ READ_ONLY("writable", "$D/dir"), .call = "access",
	  .wanted = "write", .object = "$D/dir", MOUNTS, EROFS,
	  .option = "-w $D/dir" },
	{ READ_ONLY("chmod", "$D/file"), .call = "chmod", .wanted = "write",
	  .object = "$D/file", MOUNTS, EROFS, .option = "-w $D/file" },
	{ READ_ONLY("touch", "$D/file"), .call = "utimensat",
	  .wanted = "write", .object = "$D/file", MOUNTS, EROFS,
	  .option = "-w $D/file" },
	{ READ_ONLY("truncate", "$D/file"), .call = "truncate",
	  .wanted = "write", .object = "$D/file", MOUNTS, EROFS,
	  .option = "-w $D/file" },
	{ READ_ONLY("write", "$D/link"), .call = "openat", .wanted = "write",
	  .object = "$D/file", MOUNTS, EROFS, .option = "-w $D/file" },
	{ READ_ONLY("unixbind", "$D/new"), .call = "bind",
	  .wanted = "create", .object = "$D/new", MOUNTS, EROFS,
	  .option = "-w $D" },
	{ READ_ONLY("exec", "$D/exec", "uname"), .call = "execve",
	  .wanted = "exec", .object = "$D/exec", MOUNTS, EACCES,
	  .option = "-x $D/exec" },
	{ .action = { "copyexec", "/tmp/explain-copy" }, .call = "execve",
	  .wanted = "exec", .object = "/tmp/explain-copy", MOUNTS, EACCES,
	  .option = "", .has_no_control = true },
	{ .settings = { "write", "$D/dir", "write", "$D/other" },
	  .action = { "rename", "$D/dir/a", "$D/other/a" },
	  .call = "rename", .wanted = "rename", .object = "$D/other/a",
	  MOUNTS, EXDEV, .option = "" },
	{ .action = { "write", "/dev/zero" }, .call = "openat",
	  .wanted = "write", .object = "/dev/zero", FH_LAYER_LANDLOCK, EACCES,
	  .option = "--device /dev/zero" },
};

static void test_read_only(void)
{
	check_rows(read_only, COUNT(read_only));
}

static const struct tap_test tests[] = {
	{ .name = "what is not shown is told, and shown when the advice is followed",
	  .run = test_absent, .seconds = 120 },
	{ .name = "what may only be read is told, and may be written then",
	  .run = test_read_only, .seconds = 120 },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
