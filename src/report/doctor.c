/* Prints the kernel's facts, what is missing, and how to get it. */
#include "report/doctor.h"

#include <errno.h>
#include <string.h>

#include "tables/landlock_rights.h"

static const char *trial_state(int code)
{
	return code == 0 ? "yes" : code == -ECANCELED ? "not tried"
						      : strerror(-code);
}

static void print_landlock(const struct fh_kernel *kernel, struct text *ret)
{
	const char *last = "";

	if (!kernel->landlock_abi) {
		text_add(ret, "  %-16s no: %s\n", "Landlock",
			 kernel->landlock_error == -EOPNOTSUPP
				 ? "built in but not in the lsm= list of the kernel's command line"
				 : strerror(-kernel->landlock_error));
		return;
	}
	text_add(ret, "  %-16s ABI %d (errata mended: 0x%x; newest known %d)\n",
		 "Landlock", kernel->landlock_abi,
		 (unsigned int)kernel->landlock_errata, LANDLOCK_ABI_KNOWN);
	for (unsigned int i = 0; i < n_landlock_rights; i++) {
		const struct landlock_right *right = &landlock_rights[i];

		if (right->abi <= kernel->landlock_abi ||
		    strcmp(last, right->lost) == 0)
			continue;
		last = right->lost;
		text_add(ret, "  %-16s ABI %d would end this: %s\n", "",
			 right->abi, right->lost);
	}
}

static void print_cgroup(const struct cgroup_facts *facts, struct text *ret)
{
	text_add(ret, "  %-16s %s", "cgroup v2",
		 facts->way == CGROUP_NONE ? "no" : cgroup_way_names[facts->way]);
	for (int i = 0; facts->way && i < N_CONTROLLERS; i++)
		if (facts->controllers >> i & 1)
			text_add(ret, "%s %s", i ? "," : ":", controller_names[i]);
	text_add(ret, "%s%s\n", *facts->why ? ": " : "", facts->why);
	if (*facts->remedy)
		text_add(ret, "  %-16s %s\n", "", facts->remedy);
	text_add(ret, "\n");
}

void doctor_text(const struct fh_plan *plan, struct text *ret)
{
	const struct fh_kernel *kernel = &plan->kernel;
	char cause[256], remedy[256];

	text_add(ret, "Linux %s, uid %u\n\nMechanisms:\n", kernel->release,
		 kernel->uid);
	for (int i = 0; i < N_TRIALS; i++)
		text_add(ret, "  %-16s %s\n", trial_infos[i].name,
			 trial_state(kernel->trials[i]));
	print_landlock(kernel, ret);
	text_add(ret, "  %-16s %s\n", "W^X by prctl",
		 kernel->has_mdwe ? "yes" : "no: Linux 6.3 has it");
	text_add(ret, "  %-16s %s\n", "refused calls",
		 kernel->has_listeners ? "counted"
				       : "not counted: Linux 5.19 lets us");
	print_cgroup(&kernel->cgroup, ret);
	plan_print_guarantees(plan, ret);
	kernel_namespace_cause(kernel, cause, remedy);
	if (*cause)
		text_add(ret, "\nMissing: %s\n", cause);
	if (*remedy)
		text_add(ret, "Remedy: %s\n", remedy);
}

static void print_cgroup_json(const struct cgroup_facts *facts,
			      struct text *ret)
{
	const char *separator = "";

	text_add(ret, "{\"way\": ");
	text_add_json(ret, cgroup_way_names[facts->way]);
	text_add(ret, ", \"controllers\": [");
	for (int i = 0; i < N_CONTROLLERS; i++) {
		if (!(facts->controllers >> i & 1))
			continue;
		text_add(ret, "%s\"%s\"", separator, controller_names[i]);
		separator = ", ";
	}
	text_add(ret, "], \"why\": ");
	text_add_json(ret, facts->why);
	text_add(ret, ", \"remedy\": ");
	text_add_json(ret, facts->remedy);
	text_add(ret, "}");
}

void doctor_json(const struct fh_plan *plan, struct text *ret)
{
	const struct fh_kernel *kernel = &plan->kernel;
	char cause[256], remedy[256];

	text_add(ret, "{\n  \"schema\": \"fumehood-doctor-1\",\n  \"kernel\": ");
	text_add_json(ret, kernel->release);
	text_add(ret, ",\n  \"uid\": %u,\n  \"landlock_abi\": %d,\n"
		 "  \"landlock_errata\": %d,\n  \"mdwe\": %s,\n"
		 "  \"listeners\": %s,\n  \"cgroup2\": %s,\n"
		 "  \"cgroup\": ",
		 kernel->uid, kernel->landlock_abi, kernel->landlock_errata,
		 kernel->has_mdwe ? "true" : "false",
		 kernel->has_listeners ? "true" : "false",
		 kernel->cgroup.way != CGROUP_NONE ? "true" : "false");
	print_cgroup_json(&kernel->cgroup, ret);
	text_add(ret, ",\n  \"trials\": {");
	for (int i = 0; i < N_TRIALS; i++)
		text_add(ret, "%s\"%s\": %d", i ? ", " : "",
			 trial_infos[i].name, -kernel->trials[i]);
	kernel_namespace_cause(kernel, cause, remedy);
	text_add(ret, "},\n  \"cause\": ");
	text_add_json(ret, cause);
	text_add(ret, ",\n  \"remedy\": ");
	text_add_json(ret, remedy);
	text_add(ret, ",\n  \"guarantees\": ");
	plan_print_guarantees_json(plan, ret);
	text_add(ret, "\n}\n");
}
