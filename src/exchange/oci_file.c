/* Reads a seccomp profile: what is not understood never allows anything. */
#include "exchange/oci_file.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

#define TESTS_MAX 32 /* of one entry */

struct file {
	const char *name;
	enum filter_arch arch;
	struct arena *arena;
	struct oci_file *file;
	struct oci_rule **last;
	struct fh_error *err;
};

static int fail(struct file *file, const struct json *at, const char *what)
{
	return error_set(file->err, FH_STAGE_PARSE, -EINVAL, "%s:%u:%u: %s",
			 file->name, at->line, at->column, what);
}

static int fail_memory(struct file *file)
{
	return error_set(file->err, FH_STAGE_PARSE, -ENOMEM, "read %s",
			 file->name);
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static int tell(struct file *file, struct oci_name **list, const char *name)
{
	struct oci_name *one;
	unsigned int n = 0;

	for (; *list; list = &(*list)->next)
		if (strcmp((*list)->name, name) == 0 || ++n == OCI_NAMES_MAX)
			return 0;
	one = arena_alloc(file->arena, sizeof(*one));
	if (!one)
		return fail_memory(file);
	one->name = name;
	*list = one;
	return 0;
}

/* Returns whether the action lets a call through, or a negative errno. */
static int read_action(struct file *file, const struct json *value,
		       bool *ret_kills)
{
	static const struct {
		const char *name;
		bool is_allow, kills;
	} actions[] = {
		{ "SCMP_ACT_ALLOW", true, false },
		{ "SCMP_ACT_ERRNO", false, false },
		{ "SCMP_ACT_KILL", false, true },
		{ "SCMP_ACT_KILL_PROCESS", false, true },
		{ "SCMP_ACT_KILL_THREAD", false, true },
		{ "SCMP_ACT_LOG", true, false },
		{ "SCMP_ACT_NOTIFY", false, false },
		{ "SCMP_ACT_TRACE", false, false },
		{ "SCMP_ACT_TRAP", false, true },
	};

	if (value->type != JSON_STRING)
		return fail(file, value, "an action is needed");
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].name, value->string) != 0)
			continue;
		*ret_kills = actions[i].kills;
		return actions[i].is_allow;
	}
	return fail(file, value, "no such action");
}

static int read_op(struct file *file, const struct json *value,
		   enum oci_op *ret)
{
	static const char *const names[] = {
		[OCI_NE] = "SCMP_CMP_NE", [OCI_LT] = "SCMP_CMP_LT",
		[OCI_LE] = "SCMP_CMP_LE", [OCI_EQ] = "SCMP_CMP_EQ",
		[OCI_GE] = "SCMP_CMP_GE", [OCI_GT] = "SCMP_CMP_GT",
		[OCI_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
	};

	if (value->type != JSON_STRING)
		return fail(file, value, "a comparison is needed");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], value->string) != 0)
			continue;
		*ret = (enum oci_op)i;
		return 0;
	}
	return fail(file, value, "no such comparison");
}

static int read_whole(struct file *file, const struct json *value, uint64_t *ret)
{
	if (value->type != JSON_NUMBER || !value->is_whole ||
	    (value->is_negative && value->magnitude))
		return fail(file, value,
			    "a whole number of 64 bits is needed");
	*ret = value->magnitude;
	return 0;
}

static int read_test(struct file *file, const struct json *object,
		     struct oci_test *ret)
{
	const struct json *index = json_find(object, "index");
	const struct json *value = json_find(object, "value");
	const struct json *two = json_find(object, "valueTwo");
	const struct json *op = json_find(object, "op");
	uint64_t arg = 0;
	int r;

	if (object->type != JSON_OBJECT || !index || !value || !op)
		return fail(file, object, "index, value and op are needed");
	r = read_whole(file, index, &arg);
	if (r == 0 && arg > 5)
		return fail(file, index, "no call has such an argument");
	if (r == 0)
		r = read_whole(file, value, &ret->value);
	if (r == 0 && two)
		r = read_whole(file, two, &ret->value_two);
	ret->arg = (unsigned int)arg;
	return r < 0 ? r : read_op(file, op, &ret->op);
}

static int read_tests(struct file *file, const struct json *list,
		      struct oci_rule *rule)
{
	struct oci_test *tests;
	int r = 0;

	if (list->type == JSON_NULL)
		return 0;
	if (list->type != JSON_ARRAY)
		return fail(file, list, "a list is needed");
	tests = arena_alloc(file->arena, TESTS_MAX * sizeof(*tests));
	if (!tests)
		return fail_memory(file);
	rule->tests = tests;
	for (const struct json *one = list->first; r == 0 && one;
	     one = one->next) {
		if (rule->n_tests == TESTS_MAX)
			return fail(file, one, "more tests than a call may have");
		r = read_test(file, one, &tests[rule->n_tests++]);
	}
	return r;
}

static int read_name(struct file *file, const struct json *value,
		     struct oci_rule *rule)
{
	int call;

	if (value->type != JSON_STRING)
		return fail(file, value, "the name of a call is needed");
	call = syscall_find(value->string);
	if (call < 0)
		return tell(file, &file->file->unknown_calls, value->string);
	rule->calls.has[call] = true;
	return 0;
}

static int read_names(struct file *file, const struct json *entry,
		      struct oci_rule *rule)
{
	const struct json *names = json_find(entry, "names");
	const struct json *name = json_find(entry, "name");
	int r = 0;

	if (name && name->type == JSON_STRING && !*name->string && names)
		name = NULL; /* an old form, left empty */
	if (!names == !name)
		return fail(file, entry, "either names or name is needed");
	if (name)
		return read_name(file, name, rule);
	if (names->type != JSON_ARRAY)
		return fail(file, names, "a list is needed");
	for (name = names->first; r == 0 && name; name = name->next)
		r = read_name(file, name, rule);
	return r;
}

enum arch_named { ARCH_NOT, ARCH_ODDLY, ARCH_NAMED };

/* Is this architecture in a list? The first name is that of runtimes; the others are in
 * use elsewhere, and who wrote them here may have meant it. */
static enum arch_named names_arch(const struct file *file,
				  const struct json *list)
{
	static const char *const names[N_FILTER_ARCHES][4] = {
		[FILTER_ARCH_X86_64] = { "amd64", "x86_64",
					 "SCMP_ARCH_X86_64", NULL },
		[FILTER_ARCH_AARCH64] = { "arm64", "aarch64",
					  "SCMP_ARCH_AARCH64", NULL },
	};
	enum arch_named named = ARCH_NOT;

	for (const struct json *one = list->first; one; one = one->next) {
		if (one->type != JSON_STRING)
			continue;
		if (strcmp(one->string, names[file->arch][0]) == 0)
			return ARCH_NAMED;
		if (is_one_of(one->string, names[file->arch]))
			named = ARCH_ODDLY;
	}
	return named;
}

/* Does one condition hold for who has no capability? */
static enum oci_force read_condition(const struct file *file,
				     const struct json *one, bool includes)
{
	enum arch_named named;

	if (strcmp(one->name, "caps") == 0)
		return includes ? OCI_UNSURE : OCI_ALWAYS;
	if (strcmp(one->name, "arches") != 0)
		return OCI_UNSURE;
	named = names_arch(file, one);
	if (named == ARCH_ODDLY)
		return OCI_UNSURE;
	return (named == ARCH_NAMED) == includes ? OCI_ALWAYS : OCI_NEVER;
}

/* Conditions of an entry. All have to hold. */
static int read_conditions(struct file *file, const struct json *object,
			   bool includes, struct oci_rule *rule)
{
	if (object->type == JSON_NULL)
		return 0;
	if (object->type != JSON_OBJECT)
		return fail(file, object, "an object is needed");
	for (const struct json *one = object->first; one; one = one->next) {
		bool is_list = strcmp(one->name, "arches") == 0 ||
			       strcmp(one->name, "caps") == 0;
		enum oci_force force;

		if (one->type == JSON_NULL)
			continue;
		if (is_list && one->type != JSON_ARRAY)
			return fail(file, one, "a list is needed");
		if (is_list && !one->first)
			continue;
		force = read_condition(file, one, includes);
		if (force == OCI_NEVER || rule->force == OCI_ALWAYS)
			rule->force = force;
	}
	return 0;
}

/* An entry of which not all is known may depend on that. */
static bool has_unknown(const struct json *entry)
{
	static const char *const known[] = {
		"action", "args", "comment", "errno", "errnoRet", "excludes",
		"includes", "name", "names", NULL,
	};

	for (const struct json *one = entry->first; one; one = one->next)
		if (!is_one_of(one->name, known))
			return true;
	return false;
}

static int read_entry(struct file *file, const struct json *entry)
{
	struct oci_rule *rule = arena_alloc(file->arena, sizeof(*rule));
	const struct json *action = json_find(entry, "action");
	const struct json *args = json_find(entry, "args");
	const struct json *includes = json_find(entry, "includes");
	const struct json *excludes = json_find(entry, "excludes");
	bool kills;
	int r;

	if (!rule)
		return fail_memory(file);
	if (entry->type != JSON_OBJECT || !action)
		return fail(file, entry, "an object with an action is needed");
	rule->force = has_unknown(entry) ? OCI_UNSURE : OCI_ALWAYS;
	r = read_action(file, action, &kills);
	rule->is_allow = r > 0;
	if (r >= 0)
		r = read_names(file, entry, rule);
	if (r == 0 && args)
		r = read_tests(file, args, rule);
	if (r == 0 && includes)
		r = read_conditions(file, includes, true, rule);
	if (r == 0 && excludes)
		r = read_conditions(file, excludes, false, rule);
	*file->last = rule;
	file->last = &rule->next;
	return r;
}

static int read_parts(struct file *file, const struct json *top)
{
	static const char *const known[] = {
		"archMap", "architectures", "comment", "defaultAction",
		"defaultErrno", "defaultErrnoRet", "syscalls", NULL,
	};
	int r = 0;

	for (const struct json *one = top->first; r == 0 && one;
	     one = one->next)
		if (!is_one_of(one->name, known))
			r = tell(file, &file->file->unknown_parts, one->name);
	return r;
}

static int read_top(struct file *file, const struct json *top)
{
	const struct json *rest = json_find(top, "defaultAction");
	const struct json *calls = json_find(top, "syscalls");
	int r;

	if (top->type != JSON_OBJECT || !rest)
		return fail(file, top,
			    "an object with a defaultAction is needed");
	r = read_action(file, rest, &file->file->kills);
	if (r < 0)
		return r;
	file->file->allows_rest = r;
	r = read_parts(file, top);
	if (r < 0 || !calls || calls->type == JSON_NULL)
		return r;
	if (calls->type != JSON_ARRAY)
		return fail(file, calls, "a list is needed");
	for (calls = calls->first; r == 0 && calls; calls = calls->next)
		r = read_entry(file, calls);
	return r;
}

int oci_read(const char *file, const char *bytes, size_t size,
	     enum filter_arch arch, struct arena *arena, struct oci_file *ret,
	     struct fh_error *err)
{
	struct oci_file read = { 0 };
	struct file state = { .name = file, .arch = arch, .arena = arena,
			      .file = &read, .last = &read.rules, .err = err };
	const struct json *top = NULL;
	int r = json_read(file, bytes, size, arena, &top, err);

	if (r == 0)
		r = read_top(&state, top);
	if (r == 0)
		*ret = read;
	return r;
}
