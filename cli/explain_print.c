/* Prints the refusals of a run as lines for a reader. */
#include "explain_print.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"

#define PRINTED_MAX 64 /* lines before the rest is only counted */

/* The names that programs and manuals use; of the errnos that refusals have. */
static const struct {
	int code;
	const char *name;
} errno_names[] = {
	{ EACCES, "EACCES" }, { EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	{ EAFNOSUPPORT, "EAFNOSUPPORT" }, { EAGAIN, "EAGAIN" },
	{ ECONNREFUSED, "ECONNREFUSED" }, { EHOSTUNREACH, "EHOSTUNREACH" },
	{ EINVAL, "EINVAL" }, { EMFILE, "EMFILE" },
	{ ENETUNREACH, "ENETUNREACH" }, { ENOENT, "ENOENT" },
	{ ENOSPC, "ENOSPC" }, { ENOSYS, "ENOSYS" },
	{ EPERM, "EPERM" }, { EROFS, "EROFS" },
	{ ESRCH, "ESRCH" }, { EXDEV, "EXDEV" },
};

static const struct {
	int signal;
	const char *name;
} signal_names[] = {
	{ SIGSYS, "SIGSYS" }, { SIGTERM, "SIGTERM" },
	{ SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" },
};

static void add_outcome(const struct fh_refusal *refusal, struct text *ret)
{
	for (size_t i = 0; i < sizeof(errno_names) / sizeof(*errno_names); i++)
		if (!refusal->signal && errno_names[i].code == refusal->code) {
			text_add(ret, "%s", errno_names[i].name);
			return;
		}
	for (size_t i = 0; i < sizeof(signal_names) / sizeof(*signal_names);
	     i++)
		if (signal_names[i].signal == refusal->signal) {
			text_add(ret, "%s", signal_names[i].name);
			return;
		}
	if (refusal->signal)
		text_add(ret, "signal %d", refusal->signal);
	else
		text_add(ret, "errno %d", refusal->code);
}

/* The library has escaped what came from the program. */
static void add_refusal(const struct fh_refusal *refusal, struct text *ret)
{
	text_add(ret, "fumehood: refused: ");
	if (*refusal->program)
		text_add(ret, "%s ", refusal->program);
	if (refusal->pid)
		text_add(ret, "(pid %d)", refusal->pid);
	text_add(ret, "%s", *refusal->program || refusal->pid ? ": " : "");
	if (*refusal->wanted)
		text_add(ret, "%s%s%s: ", refusal->wanted,
			 *refusal->object ? " " : "", refusal->object);
	else if (*refusal->object)
		text_add(ret, "%s: ", refusal->object);
	if (*refusal->call)
		text_add(ret, "%s: ", refusal->call);
	add_outcome(refusal, ret);
	if (refusal->times > 1)
		text_add(ret, ", %u times", refusal->times);
	text_add(ret, "; %s (%s)\n", refusal->rule,
		 fh_layer_name(refusal->layer));
	if (*refusal->option)
		text_add(ret, "  would allow it: %s%s%s\n", refusal->option,
			 *refusal->advice ? "; " : "", refusal->advice);
	else if (*refusal->advice)
		text_add(ret, "  %s\n", refusal->advice);
}

void explain_print(const struct fh_box *box)
{
	uint64_t more = fh_box_refusals_lost(box);
	struct fh_refusal refusal;
	autotext text = { 0 };

	for (size_t i = 0; fh_box_refusal(box, i, &refusal, NULL) == 0; i++) {
		if (i < PRINTED_MAX)
			add_refusal(&refusal, &text);
		else
			more++;
	}
	if (more)
		text_add(&text, "fumehood: refused: %llu more\n",
			 (unsigned long long)more);
	write_exactly(STDERR_FILENO, text_string(&text), text.len);
}
