/* One failed call, while it is being found out whether a fence is to blame. */
#ifndef FH_EXPLAIN_DOUBT_H
#define FH_EXPLAIN_DOUBT_H

#include <limits.h>
#include <stdbool.h>

#include "base/text.h"
#include "explain/refusals.h"
#include "observe/observe.h"
#include "plan/prepare.h"
#include "supervise/trace.h"

struct doubt {
	const struct fh_plan *plan;
	const struct prepared *prepared;
	const struct trace *trace;
	const struct traced_call *call;
	struct observed observed; /* .row is NULL for a call that is not observed */
	int code; /* positive errno; 0 with a signal */
	const char *program; /* of our own execve; NULL for others */
	struct fh_refusal row; /* filled in by who blames */
};

/* Each returns whether a fence is to blame; the row is filled in then. */
bool doubt_paths(struct doubt *doubt);
/* A path that stands in an address, of a socket. */
bool doubt_named(struct doubt *doubt, const char *path, unsigned int use);
bool doubt_network(struct doubt *doubt);
bool doubt_process(struct doubt *doubt);
bool doubt_limit(struct doubt *doubt);
bool doubt_signal(struct doubt *doubt);

/* Sets layer, wanted and object; what is too long is cut. */
void doubt_blame(struct doubt *doubt, enum fh_layer layer, const char *wanted,
		 const char *object);
void doubt_rule(struct doubt *doubt, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void doubt_rule_text(struct doubt *doubt, struct text *text);
/* An option that does not fit whole is none. */
void doubt_option(struct doubt *doubt, const struct text *option);
void doubt_option_number(struct doubt *doubt, const char *option,
			 uint64_t number);
void doubt_advice(struct doubt *doubt, const char *advice);
void doubt_advise(struct doubt *doubt, const char *verdict, const char *why);

/* What is to be said of granting a path, or "". */
void advise_path(struct doubt *doubt, const char *path, unsigned int access);

/* What this user may do outside, by the ordinary rules. */
struct outside {
	const char *path;
	unsigned int use; /* USE_ mask */
	bool follows;	  /* the last component, if it is a link */
	bool must_be_new; /* fails where something is already */
	bool changes_inode; /* owner's: mode, times */
	bool only_asks;	    /* as access(2) does */
	bool is_directory;  /* it must be one */
};
bool outside_may(const struct outside *outside);
/* May it be looked up at all? Not where the name would choose a machine to ask. */
bool outside_is_near(const char *path);
/* Is it there, and may it be granted with that access? */
bool outside_can_grant(const char *path, unsigned int access);

#endif
