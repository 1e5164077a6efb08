/* Prints a whole privilege surface as one JSON object. */
#include "base/text.h"
#include "broker/broker_rows.h"
#include "broker/broker_view.h"
#include "tables/capabilities.h"

static void print_capabilities(const struct broker_view *view,
			       enum view_role role, struct text *ret)
{
	const struct view_process *process = &view->processes[role];
	const char *separator = "";

	text_add(ret, "\"capabilities\": [");
	for (int cap = 0; cap < N_CAPABILITIES; cap++) {
		autotext need = { 0 };

		if (!(process->capabilities >> cap & 1))
			continue;
		text_add(ret, "%s{\"name\": \"%s\"", separator,
			 capability_names[cap]);
		separator = ", ";
		if (role == VIEW_MONITOR) {
			view_print_need(view, cap, &need);
			text_add(ret, ", \"for\": ");
			text_add_json(ret, text_string(&need));
			text_inherit(ret, &need);
		}
		text_add(ret, "}");
	}
	text_add(ret, "]");
}

static void print_processes(const struct broker_view *view, struct text *ret)
{
	const char *separator = "";

	text_add(ret, "  \"processes\": [");
	for (int role = 0; role < N_VIEW_ROLES; role++) {
		const struct view_process *process = &view->processes[role];

		if (!process->is_there)
			continue;
		text_add(ret, "%s\n    {\"name\": \"%s\", \"uid\": %u, \"gid\": %u, ",
			 separator, process->name, process->uid, process->gid);
		separator = ",";
		print_capabilities(view, (enum view_role)role, ret);
		text_add(ret, "}");
	}
	text_add(ret, "\n  ],\n");
}

static void print_row(const struct broker_row *row, struct text *ret)
{
	autotext object = { 0 }, words = { 0 };

	broker_row_print_object(row, &object);
	broker_row_print_words(row, &words);
	text_add(ret, "{\"key\": \"%s\", \"object\": ",
		 broker_row_key(row)->name);
	text_add_json(ret, row->object ? row->object : text_string(&object));
	text_add(ret, ", \"terms\": ");
	text_add_json(ret, text_string(&words));
	text_inherit(ret, &object);
	text_inherit(ret, &words);
	text_add(ret, ", \"when\": \"%s\", \"times\": %u, \"per_minute\": %u, \"answer\": \"%s\", \"origin\": ",
		 broker_when_names[row->when], row->times, row->per_minute,
		 broker_kinds[row->kind].answer);
	text_add_json(ret, row->origin);
	text_add(ret, "}");
}

static void print_ports(const char *name, const struct port_list *ports,
			struct text *ret)
{
	text_add(ret, "    \"%s\": [", name);
	for (size_t i = 0; i < ports->n; i++)
		text_add(ret, "%s%u", i ? ", " : "", ports->ports[i]);
	text_add(ret, "],\n");
}

static void print_reach(const struct broker_view *view, struct text *ret)
{
	const struct fh_plan *plan = view->plans[VIEW_MONITOR];
	const char *call, *separator = "";
	size_t at = 0;

	text_add(ret, "    \"files\": [");
	for (size_t i = 0; i < plan->n_mounts; i++) {
		text_add(ret, "%s{\"path\": ", i ? ", " : "");
		text_add_json(ret, plan->mounts[i].source);
		text_add(ret, ", \"writes\": %s}",
			 plan->mounts[i].access & FH_WRITE ? "true" : "false");
	}
	text_add(ret, "],\n");
	print_ports("listen", &plan->policy->listen, ret);
	print_ports("connect", &plan->policy->connect, ret);
	text_add(ret, "    \"syscalls\": \"%s\",\n    \"syscalls_beyond\": [",
		 syscall_policies[plan->seccomp.base].name);
	for (; (call = view_next_call(view, &at)); separator = ", ")
		text_add(ret, "%s\"%s\"", separator, call);
	text_add(ret, "],\n");
}

static void print_guarantees(const struct broker_view *view,
			     enum view_role role, struct text *ret)
{
	text_add(ret, "    \"guarantees\": ");
	plan_print_guarantees_json(view->plans[role], ret);
}

void view_print_json(const struct broker_view *view, struct text *ret)
{
	text_add(ret, "{\n  \"schema\": \"fumehood-broker-1\",\n");
	print_processes(view, ret);
	text_add(ret, "  \"table\": [");
	for (size_t i = 0; i < view->broker->n_rows; i++) {
		text_add(ret, "%s\n    ", i ? "," : "");
		print_row(&view->broker->rows[i], ret);
	}
	text_add(ret, "\n  ],\n  \"monitor\": {\n");
	print_reach(view, ret);
	print_guarantees(view, VIEW_MONITOR, ret);
	text_add(ret, "},\n  \"worker\": {\n");
	print_guarantees(view, VIEW_WORKER, ret);
	text_add(ret, "}\n}\n");
}
