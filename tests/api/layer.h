/* What the tests of the layers share: /proc/self/status, and a second thread. */
#ifndef FH_TESTS_API_LAYER_H
#define FH_TESTS_API_LAYER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/prctl.h>

#include "outcome.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(n) (UINT64_C(1) << (n))

__attribute__((unused)) static bool is_root(void)
{
	return geteuid() == 0;
}

/* A field of the calling thread's status, to the end of its line, blanks at
 * the end cut. */
__attribute__((unused)) static void status_get(const char *name, char *ret,
					       size_t size)
{
	size_t len = strlen(name);
	char line[1024];
	FILE *file = fopen("/proc/thread-self/status", "re");

	check(file);
	ret[0] = '\0';
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (size_t n = strlen(line); n && line[n - 1] == ' '; n--)
			line[n - 1] = '\0';
		snprintf(ret, size, "%s",
			 line + len + 1 + (line[len + 1] == '\t'));
		fclose(file);
		return;
	}
	tap_fail(__FILE__, __LINE__, "no %s in the status", name);
}

#define check_status(name, expected)                                           \
	do {                                                                   \
		char tap_field[1024];                                          \
		status_get(name, tap_field, sizeof(tap_field));                \
		check_str(tap_field, expected);                                \
	} while (0)

/* The sets as the kernel prints them. */
__attribute__((unused)) static void
check_sets(uint64_t inh, uint64_t prm, uint64_t eff, uint64_t bnd, uint64_t amb)
{
	static const char *const names[] = { "CapInh", "CapPrm", "CapEff",
					     "CapBnd", "CapAmb" };
	const uint64_t sets[] = { inh, prm, eff, bnd, amb };

	for (size_t i = 0; i < N(sets); i++) {
		char expected[32], is[64];

		snprintf(expected, sizeof(expected), "%016llx",
			 (unsigned long long)sets[i]);
		status_get(names[i], is, sizeof(is));
		if (strcmp(is, expected) != 0)
			tap_fail(__FILE__, __LINE__, "%s is %s, not %s",
				 names[i], is, expected);
	}
}

/* A thread that does what it is told, one thing at a time. */
struct second {
	pthread_t thread;
	sem_t go, done;
	int (*task)(void);
	int answer;
};

__attribute__((unused)) static void *second_run(void *arg)
{
	struct second *second = arg;

	for (;;) {
		while (sem_wait(&second->go) < 0)
			;
		second->answer = second->task();
		sem_post(&second->done);
	}
	return NULL;
}

__attribute__((unused)) static void second_start(struct second *second)
{
	sem_init(&second->go, 0, 0);
	sem_init(&second->done, 0, 0);
	check_int(pthread_create(&second->thread, NULL, second_run, second),
		  0);
}

__attribute__((unused)) static int second_do(struct second *second,
					     int (*task)(void))
{
	second->task = task;
	sem_post(&second->go);
	while (sem_wait(&second->done) < 0)
		;
	return second->answer;
}

__attribute__((unused)) static int new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

/* Which tests make sense depends on who runs them; the rest is not counted,
 * for it is no test that failed to run. */
#define TESTS_MAX 64
#define TEST(function, title) { .name = title, .run = test_##function }

struct tests {
	struct tap_test list[TESTS_MAX];
	size_t n;
};

__attribute__((unused)) static void tests_add(struct tests *tests,
					      const struct tap_test *more,
					      size_t n)
{
	for (size_t i = 0; i < n && tests->n < TESTS_MAX; i++)
		tests->list[tests->n++] = more[i];
}

#define TESTS_RUN(anyone, root, user)                                          \
	int main(void)                                                         \
	{                                                                      \
		static struct tests tests;                                     \
		tests_add(&tests, anyone, N(anyone));                          \
		if (is_root())                                                 \
			tests_add(&tests, root, N(root));                      \
		else                                                           \
			tests_add(&tests, user, N(user));                      \
		return tap_run(tests.list, tests.n);                           \
	}

#endif
