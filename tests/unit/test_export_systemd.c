/* Units: their lines, and that no name says more than its bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange/export_words.h"
#include "exported.h"

/* A word as systemd takes it apart: quotes, C escapes, "%%". */
static const char *unquote(const char *line, char *ret)
{
	check(*line++ == '"');
	while (*line != '"') {
		unsigned int byte;

		check(*line && *line != '\n' && *line != '\'');
		if (line[0] == '\\' && line[1] == 'x') {
			check_int(sscanf(line + 2, "%2x", &byte), 1);
			*ret++ = (char)byte;
			line += 4;
			continue;
		}
		check(*line != '\\');
		if (*line == '%')
			check(*++line == '%');
		*ret++ = *line++;
	}
	*ret = '\0';
	return line + 1;
}

static const char *line_of(const char *text, const char *name)
{
	const char *found = strstr(text, name);

	check(found && (found == text || found[-1] == '\n'));
	return found + strlen(name);
}

static const char *const hostile[] = {
	"a b", "", "\"", "'", "\\", "\\x41", "%n", "%%", "$HOME", "${A}", "$$",
	"a\nExecStart=/bin/sh", "\t", "\r", ";", "a\\", "#", "\xff\x80", "\x01",
	"\x7f", "-x", "@", "ü",
};

static void test_words(void)
{
	for (size_t i = 0; i < N(hostile); i++) {
		char back[64];
		struct text text = { 0 };

		unit_word(&text, hostile[i]);
		check_int(text.code, 0);
		check_str(unquote(text.data, back), "");
		check_str(back, hostile[i]);
		text_done(&text);
	}
}

static void test_program(void)
{
	char *argv[N(hostile) + 2] = { (char *)"/bin/sh" };
	const char *line;
	char word[64];

	for (size_t i = 0; i < N(hostile); i++)
		argv[i + 1] = (char *)hostile[i];
	line = line_of(exported_text(NULL, FH_TARGET_SYSTEMD, argv),
		       "ExecStart=");
	line = unquote(line, word);
	check_str(word, ":/bin/sh");
	for (size_t i = 0; i < N(hostile); i++) {
		check(*line == ' ');
		line = unquote(line + 1, word);
		check_str(word, hostile[i]);
	}
	check(*line == '\n');
}

/* A path that no unit can start is started by a shell. */
static void test_odd_program(void)
{
	char directory[] = "/tmp/unit.XXXXXX", path[64];
	char *argv[] = { path, (char *)"x", NULL };
	const char *line;
	char word[64];

	check(mkdtemp(directory) != NULL);
	snprintf(path, sizeof(path), "%s/a\"b", directory);
	check_int(link("/proc/self/exe", path) == 0 ||
		  symlink("/bin/true", path) == 0, 1);
	line = line_of(exported_text(WISHES("exec", directory),
				     FH_TARGET_SYSTEMD, argv), "ExecStart=");
	line = unquote(line, word);
	check_str(word, ":/bin/sh");
	line = unquote(line + 1, word);
	check_str(word, "-c");
	line = unquote(line + 1, word);
	check_str(word, "exec \"$@\"");
	line = unquote(line + 1, word);
	line = unquote(line + 1, word);
	check_str(word, path);
	unlink(path);
	rmdir(directory);
}

static void test_environment(void)
{
	const char *text = exported_text(
		WISHES("env", "A=1 2%$\"", "env", "KEPT", "keep-env", "LANG"),
		FH_TARGET_SYSTEMD, NULL);
	char word[64];

	unquote(line_of(text, "Environment=\"A") - 2, word);
	check_str(word, "A=1 2%$\"");
	check_has(text, "\nPassEnvironment=KEPT\n");
	check_has(text, "\nPassEnvironment=LANG\n");
	check_hasnt(text, "LANG=C.UTF-8");
	check_hasnt(text, "SSH_AUTH_SOCK");
}

static void test_paths(void)
{
	static const char *const refused[] = { "a\"b", "a'b", "a\\b", "a\nb",
					       "a\xff" };
	char directory[] = "/tmp/unit.XXXXXX", path[64];

	check(mkdtemp(directory) != NULL);
	snprintf(path, sizeof(path), "%s/a b%%:c", directory);
	check_int(mkdir(path, 0700), 0);
	check_has(exported_text(WISHES("read", path), FH_TARGET_SYSTEMD, NULL),
		  "/a b%%:c\":\"/tmp/unit.");
	rmdir(path);
	for (size_t i = 0; i < N(refused); i++) {
		struct exported ret;

		snprintf(path, sizeof(path), "%s/%s", directory, refused[i]);
		check_int(mkdir(path, 0700), 0);
		ret = exported(WISHES("read", path), FH_TARGET_SYSTEMD, NULL);
		check_int(ret.code, -EINVAL);
		check_has(ret.err.what, "no unit can have");
		rmdir(path);
	}
	/* There the path ends at a colon. */
	check_int(exported(WISHES("tmpfs", "/srv/a:b:1M"), FH_TARGET_SYSTEMD,
			   NULL).code, -EINVAL);
	rmdir(directory);
}

/* systemd follows links on the host: one of a root that leads out of it shows nothing,
 * as in the box. */
static void test_links(void)
{
	char directory[] = "/var/tmp/unit.XXXXXX", command[512];
	const char *text;

	check(mkdtemp(directory) != NULL);
	snprintf(command, sizeof(command),
		 "cd %s && mkdir usr usr/bin home && ln -s usr/bin bin && "
		 "ln -s /etc/passwd usr/out && ln -s usr/out stolen",
		 directory);
	check_int(system(command), 0);
	text = exported_text(WISHES("root", directory), FH_TARGET_SYSTEMD, NULL);
	check_has(text, "/usr/bin\":\"/bin\"\n");
	check_hasnt(text, "\"/stolen\"");
	check_hasnt(text, "passwd\":");
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	check_int(system(command), 0);
}

static void test_lines(void)
{
	const char *text = exported_text(
		WISHES("memory", "1G", "cpus", "1.5", "cpu-time", "10s",
		       "timeout", "1500ms", "file-size", "1M", "open-files",
		       "64", "pids", "32", "no-write-exec", NULL),
		FH_TARGET_SYSTEMD, NULL);
	static const char *const lines[] = {
		"[Service]\n", "\nMemoryMax=1073741824\n", "\nCPUQuota=150%\n",
		"\nLimitCPU=10:11\n", "\nRuntimeMaxSec=1500ms\n",
		"\nLimitFSIZE=1048576\n", "\nLimitNOFILE=64\n",
		"\nTasksMax=32\n", "\nMemoryDenyWriteExecute=yes\n",
		"\nPrivateNetwork=yes\n", "\nNoNewPrivileges=yes\n",
		"\nCapabilityBoundingSet=\n", "\nUser=1000\n",
		"\nTemporaryFileSystem=/:ro\n", "\nNoExecPaths=/\n",
		"\nExecPaths=\"/usr\"\n", "\nSystemCallErrorNumber=ENOSYS\n",
		"\nSystemCallArchitectures=native\n",
	};

	for (size_t i = 0; i < N(lines); i++)
		check_has(text, lines[i]);
	check_hasnt(text, " ptrace");
	check_hasnt(text, "ExecStart");
}

static void test_network(void)
{
	const char *text = exported_text(
		WISHES("net", "host", "listen", "80", "without", "network"),
		FH_TARGET_SYSTEMD, NULL);

	check_has(text, "\nSocketBindDeny=any\nSocketBindAllow=tcp:80\n");
	check_hasnt(text, "PrivateNetwork=yes");
	check_hasnt(text, "IPAddressDeny");
	check_has(exported_text(WISHES("net", "host"), FH_TARGET_SYSTEMD,
				NULL), "\nIPAddressDeny=any\n");
}

static const struct tap_test tests[] = {
	{ .name = "words come back as they were", .run = test_words },
	{ .name = "a program's arguments", .run = test_program },
	{ .name = "a program's odd path", .run = test_odd_program },
	{ .name = "variables", .run = test_environment },
	{ .name = "paths", .run = test_paths },
	{ .name = "links out of a root", .run = test_links },
	{ .name = "lines of settings", .run = test_lines },
	{ .name = "networks", .run = test_network },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
