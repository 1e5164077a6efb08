/* fumehood ps: the caller's boxes that run now. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli.h"
#include "exit_codes.h"

static void add_seconds(uint64_t us, struct text *ret)
{
	text_add(ret, " %7llu.%llu", (unsigned long long)us / 1000000,
		 (unsigned long long)us / 100000 % 10);
}

static void add_row(const struct fh_box_info *box, struct text *ret)
{
	text_add(ret, "%7d %8d", box->id, box->launcher);
	add_seconds(box->usage.wall_us, ret);
	add_seconds(box->usage.cpu_us, ret);
	text_add(ret, " %9llu %5llu  ",
		 (unsigned long long)box->usage.memory >> 10,
		 (unsigned long long)box->usage.processes);
	text_add_escaped(ret, box->program);
	text_add(ret, "\n");
}

static void add_table(const struct fh_box_info *boxes, size_t n,
		      struct text *ret)
{
	text_add(ret, "%7s %8s %9s %9s %9s %5s  %s\n", "ID", "LAUNCHER",
		 "SECONDS", "CPU", "KIB", "PROCS", "COMMAND");
	for (size_t i = 0; i < n; i++)
		add_row(&boxes[i], ret);
}

static void add_json(const struct fh_box_info *boxes, size_t n,
		     struct text *ret)
{
	text_add(ret, "{\n  \"schema\": \"fumehood-boxes-1\",\n  \"boxes\": [");
	for (size_t i = 0; i < n; i++) {
		const struct fh_usage *usage = &boxes[i].usage;

		text_add(ret, "%s\n    {\"id\": %d, \"launcher\": %d, "
			 "\"wall_us\": %llu, \"cpu_us\": %llu, "
			 "\"memory_bytes\": %llu, \"processes\": %llu, "
			 "\"command\": ", i ? "," : "", boxes[i].id,
			 boxes[i].launcher,
			 (unsigned long long)usage->wall_us,
			 (unsigned long long)usage->cpu_us,
			 (unsigned long long)usage->memory,
			 (unsigned long long)usage->processes);
		text_add_json(ret, boxes[i].program);
		text_add(ret, "}");
	}
	text_add(ret, "%s]\n}\n", n ? "\n  " : "");
}

static int list(bool json)
{
	autofree struct fh_box_info *boxes = NULL;
	autotext text = { 0 };
	struct fh_error err;
	size_t n = 0;

	if (fh_boxes(&boxes, &n, &err) < 0) {
		print_error(&err);
		return FH_EXIT_NOT_BOXED;
	}
	if (json)
		add_json(boxes, n, &text);
	else
		add_table(boxes, n, &text);
	return print_text(&text);
}

int cmd_ps(int argc, char **argv)
{
	bool json = false;
	const struct own_switch own[] = { { .name = "json", .is_set = &json },
					  { 0 } };
	int rest = 0;
	int r = options_parse(argv[0], argc, argv, own, NULL, &rest);

	if (r != 0)
		return r < 0 ? 0 : r;
	return rest < argc ? refuse_argument("ps", argv[rest]) : list(json);
}
