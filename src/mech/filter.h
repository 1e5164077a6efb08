/* A system-call filter as data: what each number may do, before any BPF. */
#ifndef FH_MECH_FILTER_H
#define FH_MECH_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sock_filter;

enum filter_arch {
	FILTER_ARCH_X86_64,
	FILTER_ARCH_AARCH64,
	N_FILTER_ARCHES,
};

#if defined(__x86_64__)
#define FILTER_ARCH_NATIVE FILTER_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH_NATIVE FILTER_ARCH_AARCH64
#endif

enum verdict_kind {
	VERDICT_UNKNOWN, /* a number that no table names: answered ENOSYS */
	VERDICT_ALLOW,
	VERDICT_ERRNO,
	VERDICT_KILL,
	VERDICT_LOG, /* allowed and logged: only for tuning */
	VERDICT_NOTIFY, /* whoever has the listener decides */
	VERDICT_TRACE, /* allowed, and seen by a tracer: filter_trace.h */
};

struct verdict {
	uint8_t kind; /* enum verdict_kind */
	uint16_t error; /* positive errno for VERDICT_ERRNO */
};

enum arg_op { ARG_EQ, ARG_NE, ARG_MASKED_EQ, ARG_MASKED_NE, ARG_GT, ARG_GE };

/*
 * One condition on one argument. Most arguments are int in the kernel, which
 * throws the upper half away: those must be compared as 32 bits, or a caller
 * passes the test by setting high bits (CVE-2019-10063).
 */
struct arg_test {
	uint8_t arg;   /* 0..5 */
	uint8_t op;    /* enum arg_op */
	bool is_wide;  /* compare 64 bits; default the low 32 */
	uint64_t mask; /* for the MASKED ops */
	uint64_t value;
};

#define FILTER_TESTS_MAX 3   /* conditions of one rule, all must hold */
#define FILTER_RULES_MAX 160 /* argument rules of one filter */
#define FILTER_NR_MAX 512    /* numbers the filter tells apart */

/* When nr matches and all tests hold, this verdict; rules of one number are
 * tried in the order they were added, then by_nr decides. */
struct filter_rule {
	int16_t nr;
	uint8_t n_tests;
	struct arg_test tests[FILTER_TESTS_MAX];
	struct verdict verdict;
};

struct filter {
	enum filter_arch arch;
	struct verdict by_nr[FILTER_NR_MAX];
	struct filter_rule rules[FILTER_RULES_MAX];
	size_t n_rules;
};

/* Instructions that the emitter may produce; the kernel takes 4096, we stay
 * well below so that a program can still load filters of its own. */
#define FILTER_BPF_MAX 1024

struct bpf_program {
	struct sock_filter *code; /* heap, owned; bpf_program_done() frees */
	uint16_t len;
};

#endif
