/* What the monitor remembers while it serves, for its own files alone. */
#ifndef FH_BROKER_MONITOR_STATE_H
#define FH_BROKER_MONITOR_STATE_H

#include <poll.h>

#include "broker/monitor.h"

/* One second more than a minute: in any minute no more than is allowed. */
#define WINDOW_SECONDS 61

struct row_state {
	int fd;		/* the directory or the file; -1 */
	uint32_t n_let; /* requests let through, of a row with .times */
	uint64_t second;
	uint32_t n_window; /* let through in the window that ends at .second */
	uint32_t counts[WINDOW_SECONDS];
};

enum later_state {
	LATER_FREE,
	LATER_CONNECTING, /* .fd becomes writable */
	LATER_ASKED,	  /* a helper has it */
	LATER_KNOWN,	  /* to be told at .due_us */
};

/* One answer that comes later. */
struct later {
	enum later_state state;
	uint32_t id;	/* the worker's */
	uint32_t token; /* what the helper knows it by */
	enum helper_kind helper;
	enum fh_broker_kind kind;
	uint64_t asked_us;
	uint64_t delay_us; /* answered at a multiple of it; 0: at once */
	uint64_t due_us;
	int status;
	int fd;
	size_t n_addresses;
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
};

struct monitor {
	const struct fh_broker *broker;
	const struct fh_log *log;
	struct row_state *rows; /* as the broker's */
	bool is_serving;	/* fh_broker_ready() was called */
	int helper_sockets[N_HELPERS];
	uint32_t n_tokens;
	struct later later[FH_BROKER_PENDING_MAX];
	uint64_t n_answered;
	uint64_t n_refused;
	char why[200]; /* the worker is ended */
	struct wire_request request;
	uint8_t message[WIRE_MESSAGE_MAX];
	uint8_t answer[WIRE_MESSAGE_MAX];
};

/* Says why the worker is to be ended. Return: -EPROTO */
int monitor_end(struct monitor *monitor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Tells whoever listens, escaped. */
void monitor_tell(const struct monitor *monitor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * monitor_answer() - put an answer, and count it
 * @data: may lie where it is to be put, at ret + WIRE_HEADER_SIZE
 * Return: the size of the message
 */
int monitor_answer(struct monitor *monitor, uint8_t *ret, uint32_t id,
		   int status, const void *data, size_t size, int fd);

/* --- monitor_table.c ------------------------------------------------------- */

/**
 * table_find() - the row by which the request is let through; counts it
 * Return: its index; -EACCES: no row has this object; -EAGAIN: past per_minute;
 *         -EPROTO, with why: not legal now, used up, or no row of that kind
 */
int table_find(struct monitor *monitor, const struct wire_request *request,
	       uint64_t now_us);

/* --- monitor_open.c -------------------------------------------------------- */

/* What a row names, opened at the split; -1 where that is no file. Return: 0 or a
 * negative errno */
int open_row(const struct broker_row *row, int *ret_fd);

/* Return: a descriptor or a negative errno */
int open_request(const struct broker_row *row, int dir_fd,
		 const struct wire_request *request);
/* Return: the bytes at ret, which has room for one more than row->max_answer;
 * or a negative errno */
int read_file_request(const struct broker_row *row, int file_fd, uint8_t *ret);

/* --- monitor_net.c --------------------------------------------------------- */

int bind_request(const struct wire_request *request);
/* ret_is_pending: it is not connected yet, and says so by becoming writable */
int connect_request(const struct wire_request *request, bool *ret_is_pending);
/* Of a socket that has become writable. Return: 0, and it is blocking; or the
 * negative errno of connecting */
int connect_outcome(int socket);

/* --- monitor_later.c ------------------------------------------------------- */

/* Return: 0, or -ENOBUFS while FH_BROKER_PENDING_MAX are under way */
int later_connect(struct monitor *monitor, uint32_t id, int fd,
		  uint64_t now_us);
/* @scratch: WIRE_MESSAGE_MAX bytes; wiped again */
int later_ask(struct monitor *monitor, const struct broker_row *row,
	      const struct wire_request *request, uint64_t now_us,
	      uint8_t *message);
/* A helper's message, from it or, when it is no more, NULL. */
void later_take(struct monitor *monitor, enum helper_kind helper,
		const uint8_t *message, size_t size, uint64_t now_us);
/* Looks at the connection of a slot whose socket became writable. */
void later_look(struct later *later, uint64_t now_us);
/* Ends what took too long. */
void later_expire(struct monitor *monitor, uint64_t now_us);
/* The next answer that is due. Return: its size, as monitor_dispatch(); 0: none */
int later_next(struct monitor *monitor, uint64_t now_us, uint8_t *ret,
	       int *ret_fd);
/* When there is something to do without anything happening; UINT64_MAX: never */
uint64_t later_when(const struct monitor *monitor);
void later_done(struct monitor *monitor);

#endif
