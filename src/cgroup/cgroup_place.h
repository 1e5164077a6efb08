/* Where the cgroups of boxes can be made: the cgroup that is ours to divide. */
#ifndef FH_CGROUP_CGROUP_PLACE_H
#define FH_CGROUP_CGROUP_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup/cgroup_facts.h"

struct cgroup_place {
	int dir; /* of the cgroup that is divided; -1: there is none */
	uint32_t controllers; /* that its children can have */
	uint32_t enabled;     /* those that they have already */
	bool needs_leaf; /* to enable more, we have to leave it for a leaf */
	bool is_in_leaf; /* our own cgroup is that leaf */
	bool is_root;	 /* of the hierarchy: without files of its own */
	char why[160];	 /* without one: why; else what is lacking, or "" */
	char remedy[160];
};

/* The hierarchy. Return: a descriptor, or a negative errno with .why and .remedy */
int cgroup_root_open(struct cgroup_place *ret);

/**
 * cgroup_place_find() - from our own cgroup upward, by descriptors
 *
 * The nearest of those whose children can have the most controllers. As root one
 * that has to be left for a leaf is the last choice: it may be a unit of
 * systemd's, which puts more processes there. Inside of a systemd user manager's
 * tree only what it has marked as delegated is ours.
 * Return: 0, with .dir to be closed; or a negative errno with .why and .remedy
 */
int cgroup_place_find(struct cgroup_place *ret);

#endif
