/* Prints a whole privilege surface as text, on one screen. */
#include <string.h>

#include "base/text.h"
#include "broker/broker_view.h"
#include "tables/capabilities.h"

#define WIDTH 80
#define INDENT 17 /* of what goes on in a next line */

/* A list of words that fills lines. */
struct filler {
	struct text *text;
	size_t line_start;
	size_t column;
	const char *separator;
};

/* A heading of a line, and room for its list. */
static struct filler begin(struct text *text, const char *heading)
{
	struct filler filler = { text, text->len, 0, "" };

	text_add(text, "  %-*s", INDENT - 2, heading);
	return filler;
}

/* A word from outside must not drive the terminal. */
static void add_word(struct filler *filler, const char *word)
{
	autotext safe = { 0 };
	size_t used = filler->text->len - filler->line_start;

	text_add_escaped(&safe, word);
	text_add(filler->text, "%s", filler->separator);
	if (used > INDENT && used + safe.len + strlen(" ,,") > WIDTH) {
		text_add(filler->text, "\n");
		filler->line_start = filler->text->len;
		text_add(filler->text, "%*s", INDENT, "");
	} else if (*filler->separator) {
		text_add(filler->text, " ");
	}
	text_add(filler->text, "%s", text_string(&safe));
	text_inherit(filler->text, &safe);
	filler->separator = ",";
}

static void end(struct filler *filler, const char *otherwise)
{
	if (!*filler->separator)
		text_add(filler->text, "%s", otherwise);
	text_add(filler->text, "\n");
}

static void add_number(struct filler *filler, const char *unit, uint32_t number)
{
	autotext word = { 0 };

	text_add(&word, "%s%u", unit, number);
	text_inherit(filler->text, &word);
	add_word(filler, text_string(&word));
}

static void add_capability(const struct broker_view *view,
			   struct filler *filler, int capability)
{
	autotext need = { 0 }, word = { 0 };

	view_print_need(view, capability, &need);
	text_add(&word, "%s", capability_names[capability]);
	if (need.len)
		text_add(&word, " (%s)", text_string(&need));
	text_inherit(&word, &need);
	text_inherit(filler->text, &word);
	add_word(filler, text_string(&word));
}

static void print_process(const struct broker_view *view, enum view_role role,
			  struct text *ret)
{
	const struct view_process *process = &view->processes[role];
	struct filler filler = begin(ret, process->name);

	add_number(&filler, "uid ", process->uid);
	add_number(&filler, "gid ", process->gid);
	for (int cap = 0; cap < N_CAPABILITIES; cap++) {
		if (!(process->capabilities >> cap & 1))
			continue;
		if (role == VIEW_MONITOR)
			add_capability(view, &filler, cap);
		else
			add_word(&filler, capability_names[cap]);
	}
	if (!process->capabilities)
		add_word(&filler, "no capability");
	end(&filler, "");
}

static void print_rows(const struct broker_view *view, struct text *ret)
{
	const struct fh_broker *broker = view->broker;

	text_add(ret, "The worker may ask for:\n");
	for (size_t i = 0; i < broker->n_rows; i++) {
		const struct broker_row *row = &broker->rows[i];
		autotext line = { 0 };

		broker_row_print(row, &line);
		text_inherit(ret, &line);
		text_add(ret, "  %-57s -> %s\n", text_string(&line),
			 broker_kinds[row->kind].answer);
	}
	if (!broker->n_rows)
		text_add(ret, "  nothing\n");
}

static void print_files(const struct fh_plan *plan, unsigned int access,
			const char *heading, struct text *ret)
{
	struct filler filler = begin(ret, heading);

	for (size_t i = 0; i < plan->n_mounts; i++)
		if (((plan->mounts[i].access & FH_WRITE) != 0) ==
		    (access == FH_WRITE))
			add_word(&filler, plan->mounts[i].source);
	end(&filler, "nothing");
}

static void print_ports(const struct port_list *ports, const char *heading,
			struct text *ret)
{
	struct filler filler = begin(ret, heading);

	for (size_t i = 0; i < ports->n; i++)
		add_number(&filler, "", ports->ports[i]);
	end(&filler, "no port");
}

static void print_reach(const struct broker_view *view, struct text *ret)
{
	const struct fh_plan *plan = view->plans[VIEW_MONITOR];
	struct filler filler;
	const char *call;
	size_t at = 0;

	text_add(ret, "The monitor can reach:\n");
	print_files(plan, FH_READ, "reading", ret);
	print_files(plan, FH_WRITE, "writing", ret);
	print_ports(&plan->policy->listen, "listening", ret);
	print_ports(&plan->policy->connect, "connecting", ret);
	filler = begin(ret, "system calls");
	text_add(ret, "%s and ", syscall_policies[plan->seccomp.base].name);
	while ((call = view_next_call(view, &at)))
		add_word(&filler, call);
	end(&filler, "no more");
}

static void print_guarantees(const struct broker_view *view, struct text *ret)
{
	text_add(ret, "Guarantees:      worker     monitor    (--json has the reasons)\n");
	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *rows[N_VIEW_PLANS];
		bool is_asked = false;

		for (int i = 0; i < N_VIEW_PLANS; i++) {
			rows[i] = &view->plans[i]->guarantees[g];
			is_asked |= rows[i]->is_asked;
		}
		if (is_asked)
			text_add(ret, "  %-14s %-10s %s\n", guarantees[g].name,
				 plan_state_name(rows[VIEW_WORKER]),
				 plan_state_name(rows[VIEW_MONITOR]));
	}
}

void view_print(const struct broker_view *view, struct text *ret)
{
	text_add(ret, "Processes:\n");
	for (int role = 0; role < N_VIEW_ROLES; role++)
		if (view->processes[role].is_there)
			print_process(view, (enum view_role)role, ret);
	print_rows(view, ret);
	print_reach(view, ret);
	print_guarantees(view, ret);
}
