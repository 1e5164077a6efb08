/* Writes the filter of a service: the names that get through, the families of
 * sockets, and which arguments nobody looks at there. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "exchange/call_cases.h"
#include "exchange/export_systemd.h"
#include "tables/syscalls.h"

#define NAMES_A_LINE 8

/* include/linux/socket.h */
static const struct {
	unsigned int number;
	const char *name;
} families[] = {
	{ 1, "AF_UNIX" },     { 2, "AF_INET" },	    { 10, "AF_INET6" },
	{ 16, "AF_NETLINK" }, { 17, "AF_PACKET" },
};

/* Whose arguments another setting holds: RestrictNamespaces=, LockPersonality=,
 * RestrictSUIDSGID=, MemoryDenyWriteExecute=, RestrictAddressFamilies=. */
static const uint16_t held_otherwise[] = {
	CALL_chmod, CALL_clone, CALL_creat, CALL_fchmod, CALL_fchmodat,
	CALL_fchmodat2, CALL_mknod, CALL_mknodat, CALL_mmap, CALL_mprotect,
	CALL_personality, CALL_pkey_mprotect, CALL_shmat, CALL_socketpair,
};

static bool is_held_otherwise(const struct export *export, unsigned call)
{
	/* All but the strict policy look for set-user-id bits alone. */
	if (call == CALL_open || call == CALL_openat)
		return export->plan->seccomp.base != SYSCALLS_STRICT;
	for (size_t i = 0; i < ARRAY_SIZE(held_otherwise); i++)
		if (held_otherwise[i] == call)
			return true;
	return false;
}

/* Does any case allow it, with a first argument of that value if one is given? */
static bool is_allowed(const struct call_cases *cases, const unsigned int *first)
{
	for (size_t i = 0; i < cases->n; i++) {
		const struct call_case *one = &cases->list[i];

		if (one->verdict.kind == VERDICT_ALLOW &&
		    (!first || (*first & one->mask[0]) == one->value[0]))
			return true;
	}
	return false;
}

static void add_name(const struct export *export, const char *name,
		     unsigned int *n)
{
	if (*n % NAMES_A_LINE == 0)
		text_add(export->out, "%sSystemCallFilter=", *n ? "\n" : "");
	else
		text_add(export->out, " ");
	text_add(export->out, "%s", name);
	++*n;
}

static int add_names(const struct export *export)
{
	const char *before = "kernel: systemd looks at no arguments, and allows whole: ";
	const struct filter *filter = &export->filter;
	unsigned int n = 0;
	int r = 0;

	for (unsigned call = 0; r == 0 && call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter->arch, call);
		struct call_cases cases = { 0 };
		bool has_rules = false;

		if (nr < 0)
			continue;
		seccomp_verdict(filter, nr, &has_rules);
		r = call_cases_of(filter, nr, &cases);
		if (r == 0 && is_allowed(&cases, NULL)) {
			add_name(export, syscalls[call].name, &n);
			if (has_rules && !is_held_otherwise(export, call)) {
				text_add(export->losses, "%s%s", before,
					 syscalls[call].name);
				before = " ";
			}
		}
		call_cases_done(&cases);
	}
	text_add(export->out, "\n");
	text_add(export->losses, "%s", *before == ' ' ? "\n" : "");
	return r;
}

static int add_families(const struct export *export)
{
	const struct filter *filter = &export->filter;
	struct call_cases cases = { 0 };
	int nr = syscall_on(filter->arch, CALL_socket);
	int r = call_cases_of(filter, nr, &cases);
	unsigned int n = 0;

	text_add(export->out, "RestrictAddressFamilies=");
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(families); i++) {
		if (!is_allowed(&cases, &families[i].number))
			continue;
		text_add(export->out, "%s%s", n++ ? " " : "",
			 families[i].name);
	}
	text_add(export->out, "%s\n", n ? "" : "none");
	call_cases_done(&cases);
	return r;
}

int systemd_calls(const struct export *export, struct fh_error *err)
{
	int r;

	text_add(export->out,
		 "SystemCallArchitectures=native\nSystemCallErrorNumber=ENOSYS\n");
	r = add_names(export);
	if (r == 0)
		r = add_families(export);
	return r < 0 ? error_set(err, FH_STAGE_PLAN, r, "export the filter") : 0;
}
