/*
 * Makes a profile of a seccomp profile: which calls are allowed or refused beyond
 * what one of our policies does.
 *
 * No setting speaks of arguments, but our own rules do. So a call may be allowed if each case in
 * which our rules let it through is one that the file lets through, whatever it
 * says of the others.
 */
#include <errno.h>
#include <string.h>

#include "exchange/call_cases.h"
#include "exchange/exchange.h"
#include "exchange/oci_match.h"
#include "mech/seccomp_policies.h"

#define NAMES_A_LINE 6
#define TOLD_MAX 64 /* names that are not known */
#define TOLD_LENGTH 48

struct importer {
	const struct oci_file *file;
	enum syscall_policy policy; /* what the profile begins with */
	struct syscall_set base, locked, unsafe;
	/* The loosest filter that a policy can have: all that may be allowed is. */
	struct filter widest;
	/* What becomes of each call. */
	struct syscall_set wanted;  /* we let it through no further than the file */
	struct syscall_set partly;  /* the file allows some of it, we more */
	struct syscall_set unsure;  /* of an entry that may not count */
	struct syscall_set allowed; /* by the file, at least in some cases */
};

/* The kernel looks at the lower half of an argument that our rules look at so: what
 * is above changes nothing, whatever the file says of it. */
static void drop_upper_halves(const struct filter *filter, int nr,
			      struct call_case *one)
{
	for (size_t i = 0; i < filter->n_rules; i++) {
		const struct filter_rule *rule = &filter->rules[i];

		for (unsigned t = 0; rule->nr == nr && t < rule->n_tests; t++)
			if (!rule->tests[t].is_wide)
				one->mask[rule->tests[t].arg] |=
					~(uint64_t)UINT32_MAX;
	}
}

/* Does the file allow any of a call, whatever its arguments are? */
static void note_entries(struct importer *importer, unsigned call)
{
	importer->allowed.has[call] = importer->file->allows_rest;
	importer->unsure.has[call] = false;
	for (const struct oci_rule *rule = importer->file->rules; rule;
	     rule = rule->next) {
		if (!rule->calls.has[call] || !rule->is_allow)
			continue;
		if (rule->force == OCI_ALWAYS)
			importer->allowed.has[call] = true;
		else if (rule->force == OCI_UNSURE)
			importer->unsure.has[call] = true;
	}
}

static int decide(struct importer *importer, unsigned call)
{
	int nr = syscall_on(importer->widest.arch, call);
	struct call_cases cases = { 0 };
	bool is_wanted = true, lets_through = false;
	int r;

	note_entries(importer, call);
	importer->wanted.has[call] = importer->partly.has[call] = false;
	if (nr < 0)
		return 0;
	r = call_cases_of(&importer->widest, nr, &cases);
	for (size_t i = 0; r == 0 && i < cases.n; i++) {
		struct call_case *one = &cases.list[i];

		if (one->verdict.kind != VERDICT_ALLOW)
			continue;
		lets_through = true;
		drop_upper_halves(&importer->widest, nr, one);
		is_wanted &= oci_allows(importer->file, call, one);
	}
	call_cases_done(&cases);
	importer->wanted.has[call] = is_wanted && lets_through;
	importer->partly.has[call] = !is_wanted && importer->allowed.has[call];
	return r;
}

/* Decides all calls beyond one of the policies, whose rules on arguments they get. */
static int decide_all(struct importer *importer, enum filter_arch arch,
		      struct fh_error *err)
{
	struct syscall_change changes[N_SYSCALLS];
	struct seccomp_request request = { .arch = arch, .changes = changes,
					   .base = importer->policy };
	int r;

	seccomp_policy_calls(importer->policy, &importer->base);
	for (unsigned call = 0; call < N_SYSCALLS; call++) {
		if (importer->locked.has[call])
			importer->base.has[call] = false;
		else
			changes[request.n_changes++] = (struct syscall_change){
				syscalls[call].name, false
			};
	}
	r = seccomp_compile(&request, &importer->widest, err);
	for (unsigned call = 0; r == 0 && call < N_SYSCALLS; call++) {
		r = decide(importer, call);
		if (r < 0)
			error_set(err, FH_STAGE_PARSE, r, "import the profile");
	}
	return r;
}

static unsigned int count(const struct syscall_set *set)
{
	unsigned int n = 0;

	for (unsigned call = 0; call < N_SYSCALLS; call++)
		n += set->has[call];
	return n;
}

/* The policy with which the most can be taken over; of those, the one whose rules on
 * arguments are the loosest. */
static int choose_policy(struct importer *importer, enum filter_arch arch,
			 struct fh_error *err)
{
	static const enum syscall_policy loosest_first[N_BOX_POLICIES] = {
		SYSCALLS_DEFAULT, SYSCALLS_NETWORK_SERVER,
		SYSCALLS_FILE_PROCESSOR, SYSCALLS_STRICT,
	};
	enum syscall_policy best = SYSCALLS_DEFAULT;
	unsigned int n_best = 0;
	int r = 0;

	seccomp_locked_calls(&importer->locked);
	importer->locked.has[CALL_openat2] = true;
	seccomp_unsafe_calls(&importer->unsafe);
	for (int i = 0; r == 0 && i < N_BOX_POLICIES; i++) {
		importer->policy = loosest_first[i];
		r = decide_all(importer, arch, err);
		if (r == 0 && count(&importer->wanted) > n_best) {
			n_best = count(&importer->wanted);
			best = importer->policy;
		}
	}
	importer->policy = best;
	return r < 0 ? r : decide_all(importer, arch, err);
}

struct names {
	struct text *text;
	const char *title;
	unsigned int n;
};

/* In lines of comments, under a title if there is any. */
static void add_name(struct names *names, const char *name)
{
	char told[TOLD_LENGTH];

	if (!names->n)
		text_add(names->text, "# %s:", names->title);
	if (names->n < TOLD_MAX || syscall_find(name) >= 0) {
		escape_into(told, sizeof(told), name);
		text_add(names->text, "%s %s",
			 names->n % NAMES_A_LINE ? "" : "\n#  ", told);
	}
	names->n++;
}

static void end_names(struct names *names, bool are_known)
{
	if (!are_known && names->n == OCI_NAMES_MAX)
		text_add(names->text, " and many more");
	else if (!are_known && names->n > TOLD_MAX)
		text_add(names->text, " and %u more", names->n - TOLD_MAX);
	if (names->n)
		text_add(names->text, "\n");
}

static void add_unknown(struct text *text, const char *title,
			const struct oci_name *list)
{
	struct names names = { text, title, 0 };

	for (; list; list = list->next)
		add_name(&names, list->name);
	end_names(&names, false);
}

static bool is_new(const struct importer *importer, unsigned call)
{
	return importer->wanted.has[call] && !importer->base.has[call];
}

typedef bool (*is_told)(const struct importer *importer, unsigned call);

static bool is_partly(const struct importer *importer, unsigned call)
{
	return importer->partly.has[call];
}

static bool is_unsure(const struct importer *importer, unsigned call)
{
	return importer->unsure.has[call] && !importer->wanted.has[call] &&
	       !importer->partly.has[call];
}

static bool is_locked(const struct importer *importer, unsigned call)
{
	return importer->locked.has[call] && importer->allowed.has[call];
}

static bool is_unsafe(const struct importer *importer, unsigned call)
{
	return is_new(importer, call) && importer->unsafe.has[call];
}

static void add_told(const struct importer *importer, struct text *text)
{
	static const struct {
		const char *title;
		is_told is_told;
	} lists[] = {
		{ "Left out, for they are allowed there with some arguments only",
		  is_partly },
		{ "Left out, for they are allowed there with a capability, on a kernel, or by what is not known here",
		  is_unsure },
		{ "Left out, for no box may allow them", is_locked },
		{ "Allowed below, and so is some of what guards the machine: think twice",
		  is_unsafe },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct names names = { text, lists[i].title, 0 };

		for (unsigned call = 0; call < N_SYSCALLS; call++)
			if (lists[i].is_told(importer, call))
				add_name(&names, syscalls[call].name);
		end_names(&names, true);
	}
	add_unknown(text, "Calls that are not known here",
		    importer->file->unknown_calls);
	add_unknown(text, "Parts that are not taken over",
		    importer->file->unknown_parts);
}

static void write_profile(const struct importer *importer, struct text *ret)
{
	text_add(ret,
		 "# Made from a seccomp profile, for a program without capabilities.\n"
		 "# Which errno a refused call gets is not taken over.\n");
	add_told(importer, ret);
	text_add(ret, "\n[syscalls]\nsyscalls = %s\n",
		 syscall_policies[importer->policy].name);
	if (importer->file->kills && !importer->file->allows_rest)
		text_add(ret, "on-deny = kill\n");
	for (unsigned call = 0; call < N_SYSCALLS; call++)
		if (importer->base.has[call] && !importer->wanted.has[call] &&
		    syscall_on(importer->widest.arch, call) >= 0)
			text_add(ret, "deny-syscall = %s\n",
				 syscalls[call].name);
	for (unsigned call = 0; call < N_SYSCALLS; call++)
		if (is_new(importer, call))
			text_add(ret, "allow-syscall = %s\n",
				 syscalls[call].name);
}

int oci_import(const char *file, const char *bytes, size_t size,
	       enum filter_arch arch, struct text *ret, struct fh_error *err)
{
	struct importer importer = { 0 };
	struct arena arena = { 0 };
	struct oci_file read = { 0 };
	int r = oci_read(file, bytes, size, arch, &arena, &read, err);

	importer.file = &read;
	if (r == 0)
		r = choose_policy(&importer, arch, err);
	if (r == 0 && !importer.wanted.has[CALL_execve])
		r = error_set(err, FH_STAGE_PARSE, -EINVAL,
			      "%s: execve is not allowed there, and no program starts without it",
			      file);
	if (r == 0)
		write_profile(&importer, ret);
	arena_done(&arena);
	return r < 0 ? r : 0;
}
