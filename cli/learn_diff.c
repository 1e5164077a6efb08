/* Compares two texts line by line, as Myers described it in 1986. */
#include "learn_diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define CONTEXT 3
#define EDITS_MAX 2000 /* past that, finding the fewest is not worth its memory */

struct lines {
	char *copy;
	char **line;
	size_t n;
};

/* What becomes of the lines in turn: ' ', '-' or '+'. */
struct script {
	char *steps;
	size_t n;
};

static int split(const char *text, struct lines *ret)
{
	size_t n = 1;
	char *rest;

	for (const char *s = text; *s; s++)
		n += *s == '\n';
	ret->n = 0;
	ret->copy = strdup(text);
	ret->line = calloc(n, sizeof(*ret->line));
	if (!ret->copy || !ret->line)
		return -ENOMEM;
	for (rest = ret->copy; *rest;) {
		char *end = strchr(rest, '\n');

		ret->line[ret->n++] = rest;
		if (!end)
			break;
		*end = '\0';
		rest = end + 1;
	}
	return 0;
}

static void lines_done(struct lines *lines)
{
	free(lines->copy);
	free(lines->line);
}

/* One round for each number of edits, kept to find the way back: trace[d] has the
 * furthest x on each diagonal -d .. d. */
struct search {
	const struct lines *a, *b;
	int *trace[EDITS_MAX + 1];
	int edits;
};

static int furthest(const struct search *search, int d, int k)
{
	const int *before = search->trace[d - 1];
	int down = k < d ? (k + 1 >= -(d - 1) && k + 1 <= d - 1
				    ? before[k + 1 + d - 1] : -1) : -1;
	int right = k > -d ? (k - 1 >= -(d - 1) && k - 1 <= d - 1
				      ? before[k - 1 + d - 1] + 1 : -1) : -1;

	return down >= right ? down : right;
}

/* Along lines that are equal. */
static int follow(const struct search *search, int x, int k)
{
	while (x >= 0 && x - k >= 0 && (size_t)x < search->a->n &&
	       (size_t)(x - k) < search->b->n &&
	       strcmp(search->a->line[x], search->b->line[x - k]) == 0)
		x++;
	return x;
}

/* Return: 0; -E2BIG; -ENOMEM */
static int find_edits(struct search *search)
{
	int n = (int)search->a->n, m = (int)search->b->n;

	for (int d = 0; d <= EDITS_MAX; d++) {
		int *round = calloc((size_t)(2 * d + 1), sizeof(*round));

		if (!round)
			return -ENOMEM;
		search->trace[d] = round;
		for (int k = -d; k <= d; k++)
			round[k + d] = -1;
		for (int k = -d; k <= d; k += 2) {
			int x = d ? furthest(search, d, k) : 0;

			if (x > n || x - k > m)
				continue;
			round[k + d] = x = follow(search, x, k);
			if (x >= n && x - k >= m) {
				search->edits = d;
				return 0;
			}
		}
	}
	return -E2BIG;
}

static void write_steps(const struct search *search, struct script *ret)
{
	int x = (int)search->a->n, y = (int)search->b->n;
	size_t at = ret->n;

	for (int d = search->edits; d > 0; d--) {
		int k = x - y, start = furthest(search, d, k);
		const int *before = search->trace[d - 1];
		bool is_right = k > -d && k - 1 >= -(d - 1) &&
				before[k - 1 + d - 1] >= 0 &&
				start == before[k - 1 + d - 1] + 1;

		/* The same end may come from above, too. */
		if (k < d && k + 1 <= d - 1 && before[k + 1 + d - 1] >= 0 &&
		    before[k + 1 + d - 1] >= start)
			is_right = false;
		for (; x > start; x--, y--)
			ret->steps[--at] = ' ';
		ret->steps[--at] = is_right ? '-' : '+';
		x -= is_right;
		y -= !is_right;
	}
	for (; x > 0; x--)
		ret->steps[--at] = ' ';
	memmove(ret->steps, ret->steps + at, ret->n - at);
	ret->n -= at;
}

static int make_script(const struct lines *a, const struct lines *b,
		       struct script *ret)
{
	struct search *search = calloc(1, sizeof(*search));
	int r;

	ret->n = a->n + b->n;
	ret->steps = malloc(ret->n + 1);
	if (!search || !ret->steps) {
		free(search);
		return -ENOMEM;
	}
	search->a = a;
	search->b = b;
	r = find_edits(search);
	if (r == 0)
		write_steps(search, ret);
	for (int d = 0; d <= EDITS_MAX; d++)
		free(search->trace[d]);
	free(search);
	if (r == -E2BIG) {
		memset(ret->steps, '-', a->n);
		memset(ret->steps + a->n, '+', b->n);
		r = 0;
	}
	return r;
}

static void add_line(struct text *ret, char step, const char *line)
{
	text_add(ret, "%c", step);
	text_add_escaped(ret, line);
	text_add(ret, "\n");
}

/* Steps from..to; the lines that they begin with are x and y. */
static void add_hunk(const struct lines *a, const struct lines *b,
		     const struct script *script, size_t from, size_t to,
		     size_t x, size_t y, struct text *ret)
{
	size_t n = 0, m = 0;

	for (size_t i = from; i < to; i++) {
		n += script->steps[i] != '+';
		m += script->steps[i] != '-';
	}
	text_add(ret, "@@ -%zu,%zu +%zu,%zu @@\n", x + (n > 0), n, y + (m > 0),
		 m);
	for (size_t i = from; i < to; i++) {
		char step = script->steps[i];

		add_line(ret, step, step == '+' ? b->line[y] : a->line[x]);
		x += step != '+';
		y += step != '-';
	}
}

/* Where the hunk ends that has a change at i: changes with little between them are
 * told together. */
static size_t hunk_end(const struct script *script, size_t i)
{
	size_t end = i, quiet = 0;

	for (; i < script->n && quiet <= 2 * CONTEXT; i++) {
		quiet = script->steps[i] == ' ' ? quiet + 1 : 0;
		if (!quiet)
			end = i + 1;
	}
	return end + CONTEXT < script->n ? end + CONTEXT : script->n;
}

static void add_hunks(const struct lines *a, const struct lines *b,
		      const struct script *script, struct text *ret)
{
	size_t x = 0, y = 0, i = 0, from = 0;

	while (i < script->n) {
		size_t end, back;

		if (script->steps[i] == ' ') {
			i++;
			x++;
			y++;
			continue;
		}
		back = i - from < CONTEXT ? i - from : CONTEXT;
		end = hunk_end(script, i);
		add_hunk(a, b, script, i - back, end, x - back, y - back, ret);
		for (; i < end; i++) {
			x += script->steps[i] != '+';
			y += script->steps[i] != '-';
		}
		from = end;
	}
}

void learn_diff(const char *name, const char *old, const char *new,
		struct text *ret)
{
	struct lines a = { 0 }, b = { 0 };
	struct script script = { 0 };
	int r = split(old, &a);

	if (r == 0)
		r = split(new, &b);
	if (r == 0 && strcmp(old, new) != 0)
		r = make_script(&a, &b, &script);
	if (r == 0 && script.steps) {
		text_add(ret, "--- ");
		text_add_escaped(ret, name);
		text_add(ret, "\n+++ ");
		text_add_escaped(ret, name);
		text_add(ret, " (learned)\n");
		add_hunks(&a, &b, &script, ret);
	}
	if (r < 0)
		ret->code = r;
	free(script.steps);
	lines_done(&a);
	lines_done(&b);
}
