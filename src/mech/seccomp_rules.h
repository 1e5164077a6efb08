/* What allowed calls may not do, told by their arguments. */
#ifndef FH_MECH_SECCOMP_RULES_H
#define FH_MECH_SECCOMP_RULES_H

#include "mech/seccomp.h"
#include "tables/syscalls.h"

/* When a row counts; seccomp_rule_applies() knows how each is decided. */
enum rule_when {
	WHEN_ALWAYS,
	WHEN_STRICT,	 /* the strict policy */
	WHEN_NO_NAMESPACES, /* every policy but that of container runtimes */
	WHEN_FILES_MADE, /* every other policy */
	WHEN_NETLINK,	 /* with a network: default, container-runtime */
	WHEN_INET,	 /* internet sockets at all */
	WHEN_INET_FREE,	 /* the same, with no port rules */
	WHEN_INET_UDP,	 /* the same, or port rules hold for UDP as well */
	WHEN_TCP_PORTS,	 /* Landlock holds TCP ports: nothing may pass it by */
	WHEN_TCP_HELD,	 /* the same, or TCP sockets that are open must stay */
	WHEN_LISTEN_OFF,
	WHEN_SELF_ONLY,
	WHEN_INIT_ABOVE, /* pid 1 is init */
	WHEN_GROUP_SHARED,
	WHEN_GROUP_SIGNALS,
	WHEN_HOST_TREE,	 /* no mount namespace */
	WHEN_NO_WRITE_EXEC,
	WHEN_WORKER,	 /* of a broker */
	WHEN_COUNTED,	 /* refused calls are counted by init */
};

/* Flags of open that change something: O_ACCMODE, O_CREAT, O_TRUNC, and
 * __O_TMPFILE without O_DIRECTORY, whose number differs between the
 * architectures. include/uapi/asm-generic/fcntl.h */
#define OPEN_CHANGES (03 | 0100 | 01000 | 020000000)

/* Tests of one call; the first row whose tests all hold decides. */
struct seccomp_rule {
	uint16_t call; /* enum syscall_id */
	uint8_t when;  /* enum rule_when */
	uint8_t n_tests;
	struct arg_test tests[FILTER_TESTS_MAX];
	struct verdict verdict;
};

/* The answer when no row of seccomp_rules decides; without one, ALLOW. */
struct seccomp_rest {
	uint16_t call;
	uint8_t when;
	uint16_t error;
};

extern const struct seccomp_rule seccomp_rules[];
extern const size_t n_seccomp_rules;
extern const struct seccomp_rest seccomp_rests[];
extern const size_t n_seccomp_rests;

bool seccomp_rule_applies(enum rule_when when,
			  const struct seccomp_request *request);

#endif
