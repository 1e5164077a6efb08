/* A seccomp profile of OCI, podman or Docker, as its file has it. */
#ifndef FH_EXCHANGE_OCI_FILE_H
#define FH_EXCHANGE_OCI_FILE_H

#include "exchange/json_read.h"
#include "mech/filter.h"
#include "tables/syscall_groups.h"

enum oci_op {
	OCI_NE,
	OCI_LT,
	OCI_LE,
	OCI_EQ,
	OCI_GE,
	OCI_GT,
	OCI_MASKED_EQ,
};

struct oci_test {
	unsigned int arg;
	enum oci_op op;
	uint64_t value;	    /* the mask for OCI_MASKED_EQ */
	uint64_t value_two; /* what is left under it */
};

/* Does an entry count for a program without capabilities on this architecture? */
enum oci_force {
	OCI_NEVER,
	OCI_ALWAYS,
	OCI_UNSURE, /* it depends on what a profile cannot depend on */
};

struct oci_rule {
	bool is_allow;
	enum oci_force force;
	struct syscall_set calls;
	const struct oci_test *tests;
	size_t n_tests;
	struct oci_rule *next;
};

/* Something to be told: a name of a call that is not known here, or of what
 * else the file has. */
struct oci_name {
	const char *name;
	struct oci_name *next;
};

/* A file can make up more than anybody wants to hear of. */
#define OCI_NAMES_MAX 1024 /* in each list */

struct oci_file {
	bool allows_rest; /* what no entry names */
	bool kills;	  /* what is refused */
	struct oci_rule *rules; /* in their order */
	struct oci_name *unknown_calls, *unknown_parts;
};

/**
 * oci_read() - what a file says
 * @arena: gets it all
 * Return: 0; -EINVAL with FILE:LINE:COLUMN; -ENOMEM
 */
int oci_read(const char *file, const char *bytes, size_t size,
	     enum filter_arch arch, struct arena *arena, struct oci_file *ret,
	     struct fh_error *err);

#endif
