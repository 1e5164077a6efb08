/* The description of a broker: its table, and the policies of both roles. */
#ifndef FH_BROKER_BROKER_H
#define FH_BROKER_BROKER_H

#include <fumehood/broker.h>
#include <stdbool.h>

#define BROKER_ROWS_MAX 256

/* One permission. What its kind does not need is zero. */
struct broker_row {
	enum fh_broker_kind kind;
	enum fh_broker_when when;
	uint32_t times;	     /* 0: no limit */
	uint32_t per_minute; /* 0: no limit */
	char *object; /* path, service, pattern, name; NULL for addresses; owned */
	char *origin; /* "app.conf:12", for messages; owned */
	unsigned int access; /* one of FH_READ, FH_WRITE, FH_BROKER_CREATE */
	enum fh_transport transport;
	struct fh_address address; /* family 0: any */
	uint16_t port;
	uint32_t max_request; /* bytes */
	uint32_t max_answer;  /* of READ_FILE: the largest file */
	uint32_t delay_ms;
	fh_broker_handler handler; /* NULL: announced by a profile only */
	void *ctx;
};

struct fh_broker {
	struct broker_row *rows;
	size_t n_rows;
	struct fh_policy *worker;
	struct fh_policy *monitor;
};

struct fh_broker *broker_new(void);
void broker_free(struct fh_broker *broker);

/* All of it anew; NULL when out of memory. */
struct fh_broker *broker_copy(const struct fh_broker *broker);

/* Exchanges the contents; pointers to the policies stay good. */
void broker_swap(struct fh_broker *a, struct fh_broker *b);

/* What a kind of request is, once: for parser, policies, printing. */
struct broker_kind {
	const char *name; /* "read-file" */
	const char *answer; /* "a descriptor", "yes or no", "bytes" */
	/* What the monitor's filter must let through for it, names with spaces
	 * between. */
	const char *syscalls;
};
extern const struct broker_kind broker_kinds[]; /* by enum fh_broker_kind */
#define N_BROKER_KINDS (FH_BROKER_RESOLVE + 1)

/**
 * broker_add() - one row more; copies what it owns
 * Return: 0; -EINVAL, -ERANGE for what is no such row, -EEXIST for one of the
 *         same object that is there, but an announced one gives way to its
 *         handler; -E2BIG; -ENOMEM
 */
int broker_add(struct fh_broker *broker, const struct broker_row *row,
	       struct fh_error *err);

/* The same, with what it owns from elsewhere; the row's own is not looked at. */
int broker_add_from(struct fh_broker *broker, const struct broker_row *row,
		    const char *object, const char *origin,
		    struct fh_error *err);

/* A key of [broker] and its value, as fh_broker_set(). @origin: who asks,
 * which messages begin with */
int broker_set(struct fh_broker *broker, const char *name, const char *value,
	       const char *origin, struct fh_error *err);

/* A whole profile, or nothing of it, as fh_broker_load(). */
int broker_load(struct fh_broker *broker, const char *path,
		struct fh_error *err);

bool broker_has(const struct fh_broker *broker, enum fh_broker_kind kind);

/* Adds how a row reads in a profile: "bind = tcp:80 when=starting" */
struct text;
void broker_row_print(const struct broker_row *row, struct text *ret);

/**
 * broker_worker_policy(), broker_monitor_policy() - what each role is confined by:
 * a copy of the description's policy and what the table makes of it
 * @kernel: for the monitor: which ports are privileged is asked of /proc, the
 *          uid and the capabilities are the kernel struct's
 * @ret:    freed with policy_free()
 * Return: 0; -EPERM for a port that nobody here may bind, or capabilities by which a
 *         worker could outlive the monitor; -ENOMEM; what
 *         policy_set() says
 */
int broker_worker_policy(const struct fh_broker *broker, struct fh_policy **ret,
			 struct fh_error *err);
struct fh_kernel;
int broker_monitor_policy(const struct fh_broker *broker,
			  const struct fh_kernel *kernel,
			  struct fh_policy **ret, struct fh_error *err);

/* The row, or the role, that the monitor keeps a capability for; NULL: not for
 * one. @policy: of broker_monitor_policy() */
const struct broker_row *broker_needs_port(const struct fh_broker *broker,
					   int capability);
const char *broker_needs_kill(const struct fh_broker *broker,
			      const struct fh_kernel *kernel,
			      const struct fh_policy *policy, int capability);

/* Adds all of it, as fh_broker_print(). */
int broker_print(const struct fh_broker *broker, const struct fh_kernel *kernel,
		 bool is_json, struct text *ret, struct fh_error *err);

#endif
