/* What an input of fuzz_monitor is made of: records of a kind, two bytes of size
 * and so many bytes. */
#ifndef FH_TESTS_FUZZ_MONITOR_H
#define FH_TESTS_FUZZ_MONITOR_H

enum record {
	RECORD_WORKER,	      /* a message of the worker's */
	RECORD_AUTHENTICATOR, /* one of a helper's */
	RECORD_RESOLVER,
	RECORD_DEATH, /* of both helpers; its bytes mean nothing */
	RECORD_TIME,  /* as many milliseconds pass as it has bytes, times 64 */
	N_RECORDS,
};

#define FUZZ_PORT 47113 /* of 127.0.0.1, to be bound; the next: connected to */

#endif
