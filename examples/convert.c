/*
 * Converts CSV to JSON: opens both files, confines itself, and only then
 * looks at the input, with the parser that an attacker would aim at.
 *
 *   example_convert INPUT.csv OUTPUT.json
 */
#define _GNU_SOURCE 1
#include <fumehood/fumehood.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 256, FIELD_MAX = 65536 };

struct csv {
	FILE *in, *out;
	size_t row;
	size_t n_names; /* fields of the first row */
	char *names[FIELDS_MAX];
	char field[FIELD_MAX];
};

/* Nothing but what is open: no file, no socket, no process, ten seconds. */
static void confine(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_error err;
	char line[FH_ERROR_LINE_MAX];

	if (fh_policy_preset(policy, "strict", NULL, 0, &err) < 0 ||
	    fh_policy_limit(policy, FH_LIMIT_CPU_TIME, 10000, &err) < 0 ||
	    fh_confine(policy, NULL, NULL, &err) < 0) {
		fh_error_print(&err, line, sizeof(line));
		fprintf(stderr, "convert: %s\n", line);
		exit(2);
	}
	fh_policy_free(policy);
}

/* Rows may end in CR LF; a CR means nothing anywhere. */
static int next(struct csv *csv)
{
	int c = getc(csv->in);

	while (c == '\r')
		c = getc(csv->in);
	return c;
}

/* Reads one field into csv->field. Returns what ended it: ',', '\n' or EOF;
 * 0 for a field that is too long or a quote that is out of place. */
static int read_field(struct csv *csv)
{
	int c = next(csv);
	bool is_quoted = c == '"';
	size_t n = 0;

	for (c = is_quoted ? next(csv) : c;; c = next(csv)) {
		if (is_quoted && c == '"') {
			c = next(csv);
			if (c != '"')
				break; /* it was the closing one */
		} else if (!is_quoted && (c == ',' || c == '\n' || c == EOF)) {
			break;
		} else if (c == '"' ? !is_quoted : c <= 0) {
			return 0;
		}
		if (n + 1 == FIELD_MAX)
			return 0;
		csv->field[n++] = (char)c;
	}
	csv->field[n] = '\0';
	return c == ',' || c == '\n' || c == EOF ? c : 0;
}

static void write_string(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s; s++)
		if ((unsigned char)*s < 0x20)
			fprintf(out, "\\u%04x", *s);
		else
			fprintf(out, strchr("\"\\", *s) ? "\\%c" : "%c", *s);
	putc('"', out);
}

static const char *read_names(struct csv *csv)
{
	int end = ',';

	for (csv->row = 1; end == ','; csv->n_names++) {
		end = csv->n_names < FIELDS_MAX ? read_field(csv) : 0;
		if (!end || !(csv->names[csv->n_names] = strdup(csv->field)))
			return "a bad name, or too many";
	}
	return NULL;
}

/* Returns NULL, or what is wrong with csv->row. */
static const char *convert(struct csv *csv)
{
	const char *wrong = read_names(csv);
	int c;

	fputs("[", csv->out);
	while (!wrong && (c = getc(csv->in)) != EOF) {
		int end = ',';

		ungetc(c, csv->in); /* it was only to see the end */
		fputs(csv->row++ == 1 ? "\n{" : ",\n{", csv->out);
		for (size_t i = 0; i < csv->n_names; i++) {
			if (end != ',')
				return "too few fields";
			end = read_field(csv);
			if (!end)
				return "a bad field";
			fputs(i ? ", " : "", csv->out);
			write_string(csv->out, csv->names[i]);
			fputs(": ", csv->out);
			write_string(csv->out, csv->field);
		}
		if (end == ',')
			return "too many fields";
		fputs("}", csv->out);
	}
	fputs("\n]\n", csv->out);
	return wrong;
}

int main(int argc, char **argv)
{
	static struct csv csv;
	FILE *out = NULL;
	char *json = NULL;
	size_t size = 0;
	const char *wrong;

	if (argc != 3 || !(csv.in = fopen(argv[1], "re")) ||
	    !(out = fopen(argv[2], "we")) ||
	    !(csv.out = open_memstream(&json, &size)))
		return perror("usage: convert INPUT.csv OUTPUT.json"), 2;
	confine();
	wrong = convert(&csv);
	if (wrong) /* and the output stays empty */
		return fprintf(stderr, "row %zu: %s\n", csv.row, wrong), 1;
	if (fclose(csv.out) || fputs(json, out) < 0 || fclose(out))
		return perror("convert"), 1;
	return 0;
}
