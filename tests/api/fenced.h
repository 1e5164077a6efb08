/* What the tests of fh_confine() share: policies, a place with a secret, and
 * the state of the process through a descriptor opened before. */
#ifndef FH_TESTS_API_FENCED_H
#define FH_TESTS_API_FENCED_H

#include <fumehood/fumehood.h>
#include <limits.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include "layer.h"

#define TESTER 4242

__attribute__((unused)) static struct fh_error err;

/* A policy from "name", "value" pairs that end with NULL. */
__attribute__((unused)) static struct fh_policy *
policy_of(const char *const *pairs)
{
	struct fh_policy *policy = fh_policy_new();

	check(policy);
	for (; pairs && *pairs; pairs += 2)
		if (fh_policy_set(policy, pairs[0], pairs[1], &err) < 0)
			tap_fail(__FILE__, __LINE__, "%s: %s", pairs[0],
				 err.what);
	return policy;
}
#define POLICY(...) policy_of((const char *const[]){ __VA_ARGS__, NULL, NULL })

#define check_fence(policy)                                                    \
	do {                                                                   \
		if (fh_confine(policy, NULL, NULL, &err) < 0)                  \
			tap_fail(__FILE__, __LINE__, "%s; %s", err.what,       \
				 err.remedy);                                  \
	} while (0)

/* --- a place ---------------------------------------------------------------- */

/* A directory that everybody may use, with in/file, out/ and secret. It lies in
 * the stage, and goes with it: who is confined cannot tidy up. */
struct place {
	char dir[96], in[128], in_file[128], out[128], out_file[128],
		secret[128];
};

__attribute__((unused)) static void place_write(const char *path,
						const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	check(fd >= 0);
	check_int(fchmod(fd, 0666), 0);
	check_int(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

__attribute__((unused)) static struct place place_new(void)
{
	struct place place;

	snprintf(place.dir, sizeof(place.dir), "%.64s/fenced-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	check(mkdtemp(place.dir));
	check_int(chmod(place.dir, 0777), 0);
#define BENEATH(field, name)                                                   \
	snprintf(place.field, sizeof(place.field), "%s/" name, place.dir)
	BENEATH(in, "in");
	BENEATH(in_file, "in/file");
	BENEATH(out, "out");
	BENEATH(out_file, "out/file");
	BENEATH(secret, "secret");
	check_int(mkdir(place.in, 0777) | mkdir(place.out, 0777), 0);
	check_int(chmod(place.in, 0777) | chmod(place.out, 0777), 0);
	place_write(place.in_file, "input");
	place_write(place.secret, "secret");
	return place;
}

/* 0, or the errno that opening ended with. */
__attribute__((unused)) static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0666);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* --- the state of the process ------------------------------------------------ */

struct state {
	char text[8192];
};

__attribute__((unused)) static int state_open(void)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	check(fd >= 0);
	return fd;
}

__attribute__((unused)) static struct state state_read(int fd)
{
	static struct state state;
	ssize_t n;

	/* read, where a policy may refuse pread64 */
	check_int(lseek(fd, 0, SEEK_SET), 0);
	n = read(fd, state.text, sizeof(state.text) - 1);
	check(n > 0);
	state.text[n] = '\0';
	return state;
}

__attribute__((unused)) static const char *state_get(const struct state *state,
						     const char *name)
{
	char label[64];
	const char *at;
	char *ret;
	size_t n;

	snprintf(label, sizeof(label), "\n%s:", name);
	at = strstr(state->text, label);
	if (!at)
		tap_fail(__FILE__, __LINE__, "no %s in the status", name);
	at += strlen(label);
	at += *at == '\t';
	n = strcspn(at, "\n");
	while (n && at[n - 1] == ' ')
		n--;
	ret = strndup(at, n); /* the test's process ends soon */
	check(ret);
	return ret;
}

#define check_field(state, name, expected)                                     \
	check_str(state_get(state, name), expected)

/* All that a confinement promises of it, exactly. */
struct promise {
	unsigned int uid, gid;
	const char *groups;
	uint64_t keep;
	const char *bounding; /* NULL: as kept */
};

#define check_promise(state, ...)                                              \
	check_promise_at(__LINE__, state, (struct promise){ __VA_ARGS__ })

__attribute__((unused)) static void
check_promise_at(int line, const struct state *state, struct promise promise)
{
	char ids[2][64], keep[32];
	const char *const wanted[][2] = {
		{ "Uid", ids[0] },	 { "Gid", ids[1] },
		{ "Groups", promise.groups },
		{ "CapInh", "0000000000000000" },
		{ "CapPrm", keep },	 { "CapEff", keep },
		{ "CapBnd", promise.bounding ? promise.bounding : keep },
		{ "CapAmb", "0000000000000000" },
		{ "NoNewPrivs", "1" },	 { "Seccomp", "2" },
		{ "Threads", "1" },
	};

	for (int i = 0; i < 2; i++) {
		unsigned int id = i ? promise.gid : promise.uid;

		snprintf(ids[i], sizeof(ids[i]), "%u\t%u\t%u\t%u", id, id, id,
			 id);
	}
	snprintf(keep, sizeof(keep), "%016llx",
		 (unsigned long long)promise.keep);
	for (size_t i = 0; i < N(wanted); i++) {
		const char *is = state_get(state, wanted[i][0]);

		if (strcmp(is, wanted[i][1]) != 0)
			tap_fail("fenced.h, called by line", line,
				 "%s is \"%s\", not \"%s\"", wanted[i][0], is,
				 wanted[i][1]);
	}
}

/* What a confinement of that caller ends with when nothing is kept. */
__attribute__((unused)) static void check_usual(const struct state *before,
						const struct state *now)
{
	if (is_root())
		check_promise(now, 65534, 65534, "", 0, NULL);
	else
		check_promise(now, getuid(), getgid(),
			      state_get(before, "Groups"), 0,
			      state_get(before, "CapBnd"));
}

/* How many descriptors are open; needs no file. */
__attribute__((unused)) static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

#endif
