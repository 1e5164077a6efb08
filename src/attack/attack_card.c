/* Prints the score card of the battery. */
#include "attack/attack_card.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

const char *const attack_verdict_names[N_ATTACK_VERDICTS] = {
	[ATTACK_HELD] = "held",
	[ATTACK_HELD_OTHER] = "held-other",
	[ATTACK_GOT_THROUGH] = "GOT-THROUGH",
	[ATTACK_HOLE] = "hole",
	[ATTACK_CLOSED_HOLE] = "closed-hole",
	[ATTACK_DOES_NOT_APPLY] = "n/a",
	[ATTACK_NOT_PLAYED] = "NOT-PLAYED",
};

/* musl has no strerrorname_np. */
#define NAME(e) { (e), #e }
static const struct {
	int error;
	const char *name;
} errno_names[] = {
	NAME(E2BIG),	    NAME(EACCES),	NAME(EAFNOSUPPORT),
	NAME(EAGAIN),	    NAME(EBADF),	NAME(EBUSY),
	NAME(ECANCELED),    NAME(ECHILD),	NAME(ECONNREFUSED),
	NAME(EEXIST),	    NAME(EFAULT),	NAME(EFBIG),
	NAME(EHOSTUNREACH), NAME(EIDRM),	NAME(EINVAL),
	NAME(EIO),	    NAME(EISDIR),	NAME(ELOOP),
	NAME(EMFILE),	    NAME(ENAMETOOLONG), NAME(ENETUNREACH),
	NAME(ENFILE),	    NAME(ENODEV),	NAME(ENOENT),
	NAME(ENOEXEC),	    NAME(ENOMEM),	NAME(ENOSPC),
	NAME(ENOSYS),	    NAME(ENOTDIR),	NAME(ENOTTY),
	NAME(ENXIO),	    NAME(EOPNOTSUPP),	NAME(EPERM),
	NAME(EPROTO),	    NAME(EPROTONOSUPPORT), NAME(EROFS),
	NAME(ESRCH),	    NAME(ETIMEDOUT),	NAME(EXDEV),
};

const char *attack_errno_name(int code, char *scratch)
{
	for (size_t i = 0; i < ARRAY_SIZE(errno_names); i++) {
		if (errno_names[i].error == -code)
			return errno_names[i].name;
	}
	snprintf(scratch, ATTACK_ERRNO_NAME_MAX, "errno %d", -code);
	return scratch;
}

/* The widths of the columns, from what is in them. */
struct widths {
	int verdict;
	int name;
	int guarantee;
	int layer;
};

static void widen(int *width, const char *text)
{
	int len = (int)strlen(text);

	if (len > *width)
		*width = len;
}

static struct widths measure(void)
{
	struct widths w = { .verdict = (int)strlen("verdict") };

	for (size_t i = 0; i < N_ATTACK_VERDICTS; i++)
		widen(&w.verdict, attack_verdict_names[i]);
	for (size_t i = 0; i < n_attacks; i++) {
		widen(&w.name, attacks[i]->name);
		widen(&w.guarantee, attacks[i]->guarantee);
		widen(&w.layer, attacks[i]->layer);
	}
	return w;
}

static void print_row(FILE *out, const char *verdict, const char *name,
		      const char *guarantee, const char *layer,
		      const char *error)
{
	struct widths w = measure();

	fprintf(out, "%-*s  %-*s  %-*s  %-*s  %s\n", w.verdict, verdict, w.name,
		name, w.guarantee, guarantee, w.layer, layer, error);
}

static void print_json_row(FILE *out, const struct attack *attack,
			   const char *verdict, const char *error,
			   bool is_first)
{
	const struct {
		const char *key;
		const char *value;
	} members[] = {
		{ "name", attack->name },	    { "title", attack->title },
		{ "guarantee", attack->guarantee }, { "layer", attack->layer },
		{ "verdict", verdict },		    { "errno", error },
	};
	autotext text = { .data = NULL };

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		text_add(&text, "%s\"%s\": ", i ? ", " : "", members[i].key);
		if (members[i].value)
			text_add_json(&text, members[i].value);
		else
			text_add(&text, "null");
	}
	fprintf(out, "%s\n    {%s}", is_first ? "" : ",", text_string(&text));
}

void attack_card_begin(FILE *out, bool json)
{
	if (json)
		fputs("{\n  \"attacks\": [", out);
	else
		print_row(out, "verdict", "attack", "guarantee", "layer",
			  "errno");
}

/* What got in the way of nothing is told in full: the title says what it
 * was, or why a hole is accepted. */
void attack_card_row(FILE *out, bool json, const struct attack *attack,
		     enum attack_verdict verdict, int result, bool is_first)
{
	char scratch[ATTACK_ERRNO_NAME_MAX];
	const char *name = attack_verdict_names[verdict];
	const char *error = NULL;

	if (result < 0)
		error = attack_errno_name(result, scratch);
	if (json) {
		print_json_row(out, attack, name, error, is_first);
		return;
	}
	print_row(out, name, attack->name, attack->guarantee, attack->layer,
		  error ? error : "-");
	if (verdict == ATTACK_GOT_THROUGH || verdict == ATTACK_HOLE)
		fprintf(out, "    it could %s\n", attack->title);
}

void attack_card_end(FILE *out, bool json,
		     const size_t counts[N_ATTACK_VERDICTS])
{
	const char *separator = "";

	if (json)
		fputs("\n  ],\n  \"counts\": {", out);
	for (size_t i = 0; i < N_ATTACK_VERDICTS; i++) {
		const char *name = attack_verdict_names[i];

		if (json)
			fprintf(out, "%s\"%s\": %zu", separator, name,
				counts[i]);
		else
			fprintf(out, "%s%zu %s", separator, counts[i], name);
		separator = ", ";
	}
	fputs(json ? "}\n}\n" : "\n", out);
	fflush(out);
}
