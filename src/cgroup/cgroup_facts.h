/* How a box could have a cgroup of its own here, as plain data that a test can
 * invent. */
#ifndef FH_CGROUP_CGROUP_FACTS_H
#define FH_CGROUP_CGROUP_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Tried in this order. */
enum cgroup_way {
	CGROUP_NONE,
	CGROUP_DELEGATED, /* beneath the nearest cgroup that is ours to divide */
	CGROUP_SCOPE, /* a transient scope of the systemd user manager */
	CGROUP_ROOT, /* as root: beside our own, or beneath it */
	N_CGROUP_WAYS,
};

/* "none", "delegated cgroup", "transient scope", "cgroup of root" */
extern const char *const cgroup_way_names[N_CGROUP_WAYS];

enum controller {
	CONTROLLER_MEMORY,
	CONTROLLER_PIDS,
	CONTROLLER_CPU,
	CONTROLLER_IO,
	N_CONTROLLERS,
};

#define CONTROLLER_BIT(controller) (UINT32_C(1) << CONTROLLER_##controller)
extern const char *const controller_names[N_CONTROLLERS]; /* "memory" */

struct cgroup_facts {
	bool is_known; /* somebody looked */
	enum cgroup_way way;
	uint32_t controllers; /* CONTROLLER_BITs that a box's cgroup can have */
	bool has_swap;	      /* memory.swap.max, with the memory controller */
	char why[160];	      /* with CGROUP_NONE: why; else "" or what is lacking */
	char remedy[160];
};

/**
 * cgroup_look() - find out; reads, tries by making and removing an empty cgroup,
 * starts no unit
 *
 * Hybrid and v1 hosts have none, and .why says so. Never fails: what cannot be
 * found out is not there.
 */
void cgroup_look(struct cgroup_facts *ret);

#endif
