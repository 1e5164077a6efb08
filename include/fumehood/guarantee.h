/* What a user may rely on, by name: the vocabulary of the whole library. */
#ifndef FUMEHOOD_GUARANTEE_H
#define FUMEHOOD_GUARANTEE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** enum fh_guarantee - what a boxed or confined program cannot do */
enum fh_guarantee {
	FH_GUARANTEE_FILES_READ, /* read a file that was not granted */
	FH_GUARANTEE_FILES_WRITE, /* change anything outside what was granted */
	FH_GUARANTEE_FILES_SEE, /* learn that an ungranted file exists */
	FH_GUARANTEE_NETWORK, /* reach or be reached by what was not granted */
	FH_GUARANTEE_SOCKETS, /* talk to outside services by unix sockets */
	FH_GUARANTEE_PROCESSES, /* see, signal or trace outside processes */
	FH_GUARANTEE_PRIVILEGES, /* gain a capability, an id, a namespace */
	FH_GUARANTEE_KERNEL, /* call what the syscall policy does not allow */
	FH_GUARANTEE_TERMINAL, /* inject input into the caller's terminal */
	FH_GUARANTEE_LIFETIME, /* outlive the run, or who started it */
	FH_GUARANTEE_MEMORY, /* the rest: use more than a ceiling */
	FH_GUARANTEE_PIDS,
	FH_GUARANTEE_CPU,
	FH_GUARANTEE_DISK,
	FH_GUARANTEE_TIME,
};

/** enum fh_state - how far something is enforced */
enum fh_state {
	FH_STATE_NOT,	 /* not enforced, or not asked for */
	FH_STATE_PARTLY, /* some of it; the reason says what is missing */
	FH_STATE_FULLY,
};

/**
 * fh_guarantee_name() - the name of a guarantee: "files-read"
 * Return: a constant string, or NULL past the last one, so that a loop from 0
 * to NULL sees them all
 */
const char *fh_guarantee_name(int guarantee);

/**
 * fh_guarantee_cannot() - the rest of "the boxed program cannot ..."
 * Return: a constant string, or NULL past the last one
 */
const char *fh_guarantee_cannot(int guarantee);

/**
 * fh_guarantee_is_default() - is it required by a new policy?
 */
bool fh_guarantee_is_default(int guarantee);

/**
 * fh_guarantee_find() - the guarantee of exactly that name
 * Return: an enum fh_guarantee, or -ENOENT; -EINVAL for NULL
 */
int fh_guarantee_find(const char *name);

/** fh_state_name() - "not", "partly" or "fully"; NULL for another number */
const char *fh_state_name(enum fh_state state);

#ifdef __cplusplus
}
#endif

#endif
