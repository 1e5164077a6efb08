/*
 * What a profile that was imported lets through, its file lets through: judged by
 * the filter that libseccomp makes of the file, at all numbers and all edges.
 */
#include <inttypes.h>
#include <stdio.h>

#include "exchange/exchange.h"
#include "oci_oracle.h"
#include "profile/profile_lines.h"
#include "tables/syscalls.h"

#define N_EDGES 400
#define CHANGES_MAX 1024

struct profile {
	struct syscall_change changes[CHANGES_MAX];
	size_t n;
	enum fh_deny on_deny;
	enum syscall_policy base;
};

static const char *read_profile(const char *name)
{
	static char text[1 << 16];
	char path[4096];
	const char *stage = getenv("STAGE");
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/tests/exchange/%s",
		 stage ? stage : ".", name);
	file = fopen(path, "r");
	check(file != NULL);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

static int take_line(void *ctx, const struct profile_line *line,
		     struct fh_error *err)
{
	struct profile *profile = ctx;

	check_str(line->section, "syscalls");
	if (strcmp(line->name, "syscalls") == 0) {
		while (strcmp(syscall_policies[profile->base].name,
			      line->value) != 0)
			check(++profile->base < N_BOX_POLICIES);
	} else if (strcmp(line->name, "on-deny") == 0) {
		check_str(line->value, "kill");
		profile->on_deny = FH_DENY_KILL;
	} else {
		bool is_deny = strcmp(line->name, "deny-syscall") == 0;

		check(is_deny || strcmp(line->name, "allow-syscall") == 0);
		check(profile->n < CHANGES_MAX);
		profile->changes[profile->n++] = (struct syscall_change){
			strdup(line->value), is_deny
		};
	}
	return 0;
}

/* The profile's filter: of the loosest policy that has it. */
static void imported(const char *text, enum filter_arch arch,
		     struct filter *ret)
{
	static struct profile profile;
	struct text out = { 0 };
	struct fh_error err = { 0 };
	struct seccomp_request request = { .arch = arch };

	profile = (struct profile){ .on_deny = FH_DENY_ERRNO };
	check_int(oci_import("file", text, strlen(text), arch, &out, &err), 0);
	check_int(out.code, 0);
	check_int(profile_lines("profile", out.data, out.len, take_line,
				&profile, &err), 0);
	request.changes = profile.changes;
	request.n_changes = profile.n;
	request.on_deny = profile.on_deny;
	request.base = profile.base;
	check_int(seccomp_compile(&request, ret, &err), 0);
	text_done(&out);
}

static bool names_arch(const struct json *object, const char *list)
{
	const struct json *one = object ? json_find(object, list) : NULL;

	for (one = one ? one->first : NULL; one; one = one->next)
		if (strcmp(one->string, FILTER_ARCH_NATIVE == FILTER_ARCH_X86_64
						? "amd64" : "arm64") == 0)
			return true;
	return false;
}

/* For a program without capabilities, on a kernel that is too old. */
static bool counts(const struct json *entry)
{
	const struct json *includes = json_find(entry, "includes");
	const struct json *excludes = json_find(entry, "excludes");

	if (includes && (json_find(includes, "caps") ||
			 json_find(includes, "minKernel")))
		return false;
	if (includes && json_find(includes, "arches") &&
	    !names_arch(includes, "arches"))
		return false;
	return !names_arch(excludes, "arches");
}

static bool lets_through(uint32_t action)
{
	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

struct trial {
	const struct filter *filter;
	const struct bpf_program *theirs;
	unsigned n_allowed, n_refused;
};

static void compare(struct trial *trial, const struct seccomp_data *data)
{
	uint32_t action = 0;
	bool ours = lets_through(eval(trial->filter, data));

	check_int(bpf_run(trial->theirs->code, trial->theirs->len, data,
			  &action, NULL), 0);
	if (ours && !lets_through(action)) {
		printf("# nr %d (%" PRIx64 ", %" PRIx64 ", %" PRIx64 ")\n",
		       data->nr, (uint64_t)data->args[0],
		       (uint64_t)data->args[1], (uint64_t)data->args[2]);
		tap_fail(__FILE__, __LINE__, "allowed beyond the file");
	}
	trial->n_allowed += ours;
	trial->n_refused += !ours && lets_through(action);
}

/* The kernel reads the lower half of what our rules test. */
static void draw(const struct filter_rule *rule, struct seccomp_data *data)
{
	uint64_t args[6];

	edge_args(rule, args);
	for (int i = 0; i < 6; i++)
		data->args[i] = args[i] & UINT32_MAX;
}

static struct trial compare_text(const char *text)
{
	static struct filter filter;
	bool is_known[FILTER_NR_MAX] = { false };
	struct bpf_program theirs = oci_oracle(text, FILTER_ARCH_NATIVE, counts,
					       is_known);
	struct trial trial = { .filter = &filter, .theirs = &theirs };
	struct seccomp_data data = { .arch = eval_arch[FILTER_ARCH_NATIVE] };

	imported(text, FILTER_ARCH_NATIVE, &filter);
	for (data.nr = 0; data.nr < 600; data.nr++) {
		/* For calls without rules all arguments are alike to us. */
		for (unsigned e = 0; e < 16; e++) {
			for (int i = 0; i < 6; i++)
				data.args[i] = !e ? 0 : e == 1 ? UINT32_MAX
					     : random_next() >>
						       random_below(64) &
						       UINT32_MAX;
			compare(&trial, &data);
		}
	}
	for (size_t i = 0; i < filter.n_rules; i++)
		for (unsigned e = 0; e < N_EDGES; e++) {
			data.nr = filter.rules[i].nr;
			draw(&filter.rules[i], &data);
			compare(&trial, &data);
		}
	bpf_program_done(&theirs);
	return trial;
}

static struct trial compare_all(const char *file)
{
	return compare_text(read_profile(file));
}

static bool allows(const char *file, const char *name, uint64_t arg)
{
	static struct filter filter;
	struct seccomp_data data = { .arch = eval_arch[FILTER_ARCH_NATIVE],
				     .nr = syscall_number(FILTER_ARCH_NATIVE,
							  name) };

	check(data.nr >= 0);
	data.args[0] = arg;
	imported(read_profile(file), FILTER_ARCH_NATIVE, &filter);
	return lets_through(eval(&filter, &data));
}

static void test_container(void)
{
	struct trial trial = compare_all("container.json");

	check(trial.n_allowed > 500);
	check(allows("container.json", "read", 0));
	check(allows("container.json", "personality", 8));
	check(allows("container.json", "socket", 1));
	check(allows("container.json", "clone", 0x11));
	check(allows("container.json", "vmsplice", 0));
	check(allows("container.json", "modify_ldt", 0));
	/* Of any argument, which is not what ours hold. */
	check(allows("container.json", "setpriority", 0));
	check(!allows("container.json", "tgkill", 0));
	check(!allows("container.json", "times", 0));
	check(!allows("container.json", "ptrace", 0));
	check(!allows("container.json", "mount", 0));
	check(!allows("container.json", "io_uring_setup", 0));
	check(!allows("container.json", "clone", 0x10000000));
}

static void test_deny_list(void)
{
	struct trial trial = compare_all("deny_list.json");

	check(trial.n_allowed > 2000);
	check(allows("deny_list.json", "read", 0));
	check(allows("deny_list.json", "socket", 1));
	check(allows("deny_list.json", "prctl", 15));
	check(allows("deny_list.json", "clone", 0x11));
	check(allows("deny_list.json", "times", 0));
	check(!allows("deny_list.json", "mmap", 0));
	check(!allows("deny_list.json", "ptrace", 0));
	check(!allows("deny_list.json", "socketpair", 1));
	/* Only with a capability; who knows. */
	check(!allows("deny_list.json", "kill", 1));
}

/* Numbers that our rules, or each other, are near to. */
static uint64_t some_number(void)
{
	static const uint32_t edges[] = {
		0, 1, 2, 3, 4, 5, 6, 8, 16, 17, 35, 0x11, 0x20000, 0x5412,
		0x10000000, 0x7e020000, INT32_MAX, UINT32_MAX - 1, UINT32_MAX,
	};

	return edges[random_below(sizeof(edges) / sizeof(*edges))];
}

/* Tests of arguments that rise, as libseccomp wants them. */
static void make_tests(struct text *text)
{
	static const char *const ops[] = { "NE", "LT", "LE", "EQ",
					   "GE", "GT", "MASKED_EQ" };
	const char *before = ", \"args\": [";

	for (unsigned arg = 0; arg < 3; arg++) {
		if (random_below(2))
			continue;
		text_add(text, "%s{\"index\": %u, \"op\": \"SCMP_CMP_%s\", "
			       "\"value\": %" PRIu64 ", \"valueTwo\": %" PRIu64 "}",
			 before, arg, ops[random_below(7)], some_number(),
			 some_number());
		before = ", ";
	}
	text_add(text, "%s", *before == ',' && before[2] == '"' ? "" : "]");
}

/* One entry a call: what contradicts itself libseccomp would not take. */
static void make_file(struct text *text, bool allows_rest)
{
	static const char *const calls[] = {
		"clone", "prctl", "socket", "socketpair", "ioctl", "mmap",
		"mprotect", "personality", "kill", "getpid", "fcntl",
	};

	text_add(text, "{\"defaultAction\": \"SCMP_ACT_%s\", \"syscalls\": ["
		       "{\"names\": [\"execve\", \"read\"], \"action\": \"SCMP_ACT_ALLOW\"}",
		 allows_rest ? "ALLOW" : "ERRNO");
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		text_add(text, ", {\"names\": [\"%s\"], \"action\": \"SCMP_ACT_%s\"",
			 calls[i], allows_rest ? "KILL" : "ALLOW");
		make_tests(text);
		text_add(text, "}");
	}
	text_add(text, "]}");
	check_int(text->code, 0);
}

/* Of a file at random no call gets further than libseccomp lets it. */
static void test_random(void)
{
	unsigned n_allowed = 0;

	for (int i = 0; i < 120; i++) {
		struct text text = { 0 };

		make_file(&text, i % 2);
		n_allowed += compare_text(text_string(&text)).n_allowed;
		text_done(&text);
	}
	check(n_allowed > 1000);
}

/* What was exported comes back as it went, in each policy's own terms. */
static void test_round_trip(void)
{
	static struct export export;
	static struct text out, losses;
	static struct filter back;

	export.out = &out;
	export.losses = &losses;
	for (int base = 0; base < N_BOX_POLICIES; base++) {
		struct seccomp_request request = { .arch = FILTER_ARCH_NATIVE,
						   .base = base };
		struct seccomp_data data = {
			.arch = eval_arch[FILTER_ARCH_NATIVE]
		};

		check_int(seccomp_compile(&request, &export.filter, NULL), 0);
		check_int(export_oci(&export, NULL), 0);
		imported(text_string(&out), FILTER_ARCH_NATIVE, &back);
		for (data.nr = 0; data.nr < FILTER_NR_MAX; data.nr++)
			check_int(lets_through(eval(&export.filter, &data)),
				  lets_through(eval(&back, &data)));
		text_done(&out);
		text_done(&losses);
		out = losses = (struct text){ 0 };
	}
}

static const struct tap_test tests[] = {
	{ .name = "a container's profile allows no more when imported",
	  .run = test_container, .seconds = 60 },
	{ .name = "nor does one that lists what is refused",
	  .run = test_deny_list, .seconds = 60 },
	{ .name = "nor do files at random", .run = test_random,
	  .seconds = 120 },
	{ .name = "what was exported comes back as it went",
	  .run = test_round_trip, .seconds = 60 },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
