/* The kernel, probed by the public calls, beside whatever else goes on. */
#include <fumehood/fumehood.h>
#include <pthread.h>

#include "invented.h"

static struct fh_error err;

static void test_kernel(void)
{
	struct fh_kernel *kernel = NULL, invented = invented_kernel(7);
	char *text = NULL;

	check_int(fh_kernel_probe(&kernel, &err), 0);
	check_int(fh_kernel_print(kernel, FH_TEXT, &text, &err), 0);
	check_has(text, "\nMechanisms:\n");
	free(text);
	check_int(fh_kernel_print(kernel, FH_JSON, &text, &err), 0);
	check_has(text, "\"schema\": \"fumehood-doctor-1\"");
	free(text);
	fh_kernel_free(kernel);
	check_int(fh_kernel_landlock_abi(&invented), 7);
	check(fh_kernel_has_namespaces(&invented));
	invented_denial(&invented, TRIAL_PID, -EPERM);
	check(!fh_kernel_has_namespaces(&invented));
}

static volatile sig_atomic_t n_signals;

static void on_signal(int sig)
{
	(void)sig;
	n_signals++;
}

static void *probe_many(void *ctx)
{
	for (int i = 0; i < 8; i++) {
		struct fh_kernel *kernel = NULL;
		struct fh_error own;
		char *text = NULL;

		if (fh_kernel_probe(&kernel, &own) < 0 ||
		    fh_kernel_print(kernel, FH_TEXT, &text, &own) < 0)
			return ctx;
		free(text);
		fh_kernel_free(kernel);
	}
	return NULL;
}

static void *allocate_much(void *ctx)
{
	volatile bool *is_done = ctx;

	while (!*is_done)
		free(malloc(100));
	return NULL;
}

/* Threads that hold locks of the heap, a handler of SIGCHLD, an alarm that
 * keeps firing: none of it is disturbed, and none disturbs. */
static void test_threads(void)
{
	struct sigaction action = { .sa_handler = on_signal }, now;
	pthread_t probers[4], noise;
	volatile bool is_done = false;
	void *failed = NULL;

	check_int(sigaction(SIGCHLD, &action, NULL), 0);
	check_int(pthread_create(&noise, NULL, allocate_much,
				 (void *)&is_done), 0);
	for (size_t i = 0; i < N(probers); i++)
		check_int(pthread_create(&probers[i], NULL, probe_many, "no"),
			  0);
	for (size_t i = 0; i < N(probers); i++) {
		check_int(pthread_join(probers[i], &failed), 0);
		check(failed == NULL);
	}
	is_done = true;
	check_int(pthread_join(noise, NULL), 0);
	check_int(n_signals, 0);
	check_int(sigaction(SIGCHLD, NULL, &now), 0);
	check(now.sa_handler == on_signal);
	check_int(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	check_int(errno, ECHILD);
	/* Control: the handler is one that runs. */
	check_int(raise(SIGCHLD), 0);
	check_int(n_signals, 1);
}

static void test_mask(void)
{
	sigset_t before, after;
	struct fh_kernel *kernel = NULL;

	sigemptyset(&before);
	sigaddset(&before, SIGUSR1);
	check_int(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	check_int(fh_kernel_probe(&kernel, &err), 0);
	fh_kernel_free(kernel);
	check_int(sigprocmask(SIG_SETMASK, NULL, &after), 0);
	for (int sig = 1; sig < 64; sig++)
		check_int(sigismember(&after, sig) == 1, sig == SIGUSR1);
}

static const struct tap_test tests[] = {
	{ .name = "the kernel", .run = test_kernel },
	{ .name = "probing among threads", .run = test_threads,
	  .seconds = 60 },
	{ .name = "probing leaves the signal mask", .run = test_mask },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
