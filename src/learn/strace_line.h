/* Takes one line of a log of strace apart. */
#ifndef FH_LEARN_STRACE_LINE_H
#define FH_LEARN_STRACE_LINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STRACE_ARGUMENTS_MAX 8
#define STRACE_NAME_MAX 32

enum strace_kind {
	STRACE_NOISE,	   /* a signal, an end, an empty line: nothing to learn */
	STRACE_CALL,	   /* whole */
	STRACE_UNFINISHED, /* its end comes later */
	STRACE_RESUMED,	   /* the end of one */
	STRACE_UNKNOWN,
};

struct strace_line {
	enum strace_kind kind;
	pid_t pid;   /* 0: the log has none */
	const char *text; /* CALL, UNFINISHED: from the name on; RESUMED: what follows
			   * ">", in the line itself */
	char name[STRACE_NAME_MAX];
};

/* Parts of a line: not terminated. */
struct strace_part {
	const char *text;
	size_t len;
};

struct strace_call {
	struct strace_part arguments[STRACE_ARGUMENTS_MAX];
	size_t n;
	long result;
	char error[16]; /* "ENOENT"; "" when it succeeded */
	struct strace_part file; /* of -y, behind the result: a path, still escaped */
};

/* What a line is. @line: changed: "<unfinished ...>" is cut off */
void strace_line_parse(char *line, struct strace_line *ret);

/* What follows the name: "(...) = 0". Return: false when it is no call */
bool strace_call_parse(const char *text, struct strace_call *ret);

/**
 * strace_string() - undo the quotes and the escapes
 * @part: begins with a quote
 * Return: its length; -EINVAL; -ENAMETOOLONG; -ENODATA when strace cut it off
 */
int strace_string(const struct strace_part *part, char *ret, size_t size);

/* The path in <...> behind a descriptor. Return: as strace_string(), -EINVAL for none */
int strace_decoration(const struct strace_part *part, char *ret, size_t size);

/* Does the word stand in it, not as a part of another word? */
bool strace_has_word(const struct strace_part *part, const char *word);

/* What follows "key" in it; .text NULL: it is not there. */
struct strace_part strace_behind(const struct strace_part *part,
				 const char *key);

#endif
