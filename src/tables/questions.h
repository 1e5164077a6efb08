/* What `fumehood why` can be asked about. */
#ifndef FH_TABLES_QUESTIONS_H
#define FH_TABLES_QUESTIONS_H

enum question_kind {
	QUESTION_CONNECT,
	QUESTION_EXEC,
	QUESTION_LISTEN,
	QUESTION_READ,
	QUESTION_SYSCALL,
	QUESTION_WRITE,
	N_QUESTIONS,
};

struct question_info {
	const char *name;
	const char *arg; /* what it is about: PATH, PORT or CALL */
	const char *help;
};

extern const struct question_info questions[N_QUESTIONS]; /* sorted */

/* The question of that name, or -ENOENT. */
int question_find(const char *name);

#endif
