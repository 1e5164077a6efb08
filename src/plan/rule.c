/* Says which rule decides about a path, and which option would change that. */
#include "plan/rule.h"

#include <string.h>

void rule_describe(const struct mount_op *op, struct text *ret)
{
	bool is_default = strcmp(op->origin, "default") == 0;

	if (op->kind == MOUNT_HIDE) {
		text_add(ret, "--hide masks it");
		return;
	}
	if (op->kind == MOUNT_FILE) {
		text_add(ret, "the box's own %s gives read", op->target);
		return;
	}
	text_add_escaped(ret, is_default ? "the default tree's" : op->origin);
	text_add(ret, " ");
	text_add_escaped(ret, op->target);
	text_add(ret, " gives %s%s%s",
		 op->access & FH_READ ? "read" : "nothing",
		 op->access & FH_WRITE ? ", write" : "",
		 op->access & FH_EXEC ? ", execute" : "");
}

void rule_describe_lack(const struct mount_op *op, struct text *ret)
{
	if (!op) {
		text_add(ret, "no grant covers it");
	} else if (op->kind == MOUNT_TMPFS || op->kind == MOUNT_DIRECTORY) {
		text_add_escaped(ret, op->target);
		text_add(ret, " in the box is its own, and does not show what lies there outside");
	} else {
		rule_describe(op, ret);
	}
}

const char *rule_access_option(unsigned int access)
{
	return access & FH_EXEC ? "-x" : access & FH_WRITE ? "-w" : "-r";
}

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789@%+=:,./_-";

/* What a terminal would act upon, or could not show; and what some shells take for
 * an escape between quotes that others take as it is. */
static bool is_strange(const char *value)
{
	while (*value) {
		size_t n = utf8_printable((const unsigned char *)value);

		if (!n || *value == '\\')
			return true;
		value += n;
	}
	return false;
}

/* As $'...' has it: bash, zsh and POSIX of 2024. A shell that does not know it takes
 * it for another name, but for nothing else: there is no quote within. */
static void add_strange(struct text *ret, const char *value)
{
	text_add(ret, "$'");
	while (*value) {
		size_t n = utf8_printable((const unsigned char *)value);

		if (n && *value != '\'' && *value != '\\')
			text_add_bytes(ret, value, n);
		else
			text_add(ret, "\\%03o", (unsigned char)*value);
		value += n ? n : 1;
	}
	text_add(ret, "'");
}

static void add_word(struct text *ret, const char *value)
{
	if (is_strange(value)) {
		add_strange(ret, value);
		return;
	}
	if (*value && !value[strspn(value, plain)]) {
		text_add(ret, "%s", value);
		return;
	}
	text_add(ret, "'");
	for (; *value; value++) {
		if (*value == '\'')
			text_add(ret, "'\\''");
		else
			text_add_bytes(ret, value, 1);
	}
	text_add(ret, "'");
}

void rule_add_option(struct text *ret, const char *option, const char *value)
{
	text_add(ret, "%s%s ", ret->len ? " " : "", option);
	add_word(ret, value);
}
