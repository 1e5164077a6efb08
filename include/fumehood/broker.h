/* Privilege separation: a small monitor that may, a confined worker that asks. */
#ifndef FUMEHOOD_BROKER_H
#define FUMEHOOD_BROKER_H

#include <fumehood/error.h>
#include <fumehood/format.h>
#include <fumehood/log.h>
#include <fumehood/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct fh_broker - who may ask for what: the table and both policies
 *
 * A description, made by the program before it splits itself. A new one has an
 * empty table: the worker may ask for nothing. One thread at a time; everything
 * passed in is copied, but for handlers and their contexts.
 *
 * All calls that change it return 0, or -EINVAL, -ENOENT, -ERANGE, -E2BIG and
 * -ENOMEM as those of struct fh_policy do, or -EEXIST for a row that is there
 * already, and leave it as it was then.
 */
struct fh_broker;

/** fh_broker_new() - an empty table, both policies the default of fh_confine().
 * Return: NULL when out of memory */
struct fh_broker *fh_broker_new(void);

/** fh_broker_free() - NULL is fine */
void fh_broker_free(struct fh_broker *broker);

/**
 * fh_broker_worker() - what the worker is confined by
 *
 * As for fh_confine(): nothing is granted but what is set here. The filter also
 * refuses new processes (threads are the policy's to allow) and executing
 * programs, because either could outlive both roles; and prctl(PR_SET_PDEATHSIG).
 * CAP_SETUID and CAP_SETGID cannot be kept: the kernel forgets whose death a
 * process dies with when its ids change.
 * Return: borrowed, to be changed before the split; NULL for NULL
 */
struct fh_policy *fh_broker_worker(struct fh_broker *broker);

/**
 * fh_broker_monitor() - what handlers of the monitor need beyond the table
 *
 * The files, ports, capabilities and system calls of the table's rows are added
 * to it by themselves; what is denied here by name stays denied. Started as
 * root it stays root, unless ids are set here, without the capabilities that no
 * row needs, but for CAP_KILL where the worker is another user: without it
 * neither the monitor nor its death could end the worker.
 * Return: borrowed, to be changed before the split; NULL for NULL
 */
struct fh_policy *fh_broker_monitor(struct fh_broker *broker);

/* --- the table -------------------------------------------------------------- */

/** enum fh_broker_kind - what a worker can ask for, sorted by name */
enum fh_broker_kind {
	FH_BROKER_AUTHENTICATE, /* is this user's password right: yes or no */
	FH_BROKER_BIND,		/* a bound socket; TCP listens already */
	FH_BROKER_CONNECT,	/* a connected socket */
	FH_BROKER_OPEN,		/* a regular file beneath a directory */
	FH_BROKER_READ_FILE,	/* the bytes of one small file */
	FH_BROKER_REQUEST,	/* what the program itself defines */
	FH_BROKER_RESOLVE,	/* the addresses of a name */
};

/** enum fh_broker_when - the worker's state in which a row is legal */
enum fh_broker_when {
	FH_BROKER_ALWAYS,
	FH_BROKER_STARTING, /* until fh_broker_ready() */
	FH_BROKER_SERVING,  /* from fh_broker_ready() on */
};

/**
 * struct fh_broker_terms - when and how often; zero is good for each but .size
 * @size:       sizeof(struct fh_broker_terms)
 * @when:       at another time asking ends the worker
 * @times:      in all; one more ends the worker. 0: no limit
 * @per_minute: more are answered -EAGAIN. 0: no limit, but 10 for
 *              FH_BROKER_AUTHENTICATE
 */
struct fh_broker_terms {
	size_t size;
	enum fh_broker_when when;
	uint32_t times;
	uint32_t per_minute;
};

enum fh_transport {
	FH_TCP,
	FH_UDP,
};

/**
 * fh_broker_allow_bind() - a listening TCP or a bound UDP socket
 * @address: "127.0.0.1", "::1"; NULL: all addresses of both families
 * @port:    1 to 65535; below the machine's net.ipv4.ip_unprivileged_port_start the
 *           monitor keeps CAP_NET_BIND_SERVICE, and the split fails without it
 * @terms:   may be NULL
 */
int fh_broker_allow_bind(struct fh_broker *broker, enum fh_transport transport,
			 const char *address, uint16_t port,
			 const struct fh_broker_terms *terms,
			 struct fh_error *err);

/** fh_broker_allow_connect() - a connected socket
 * @address: numeric; NULL: every address, at this port
 *
 * A UDP socket reaches other addresses as well when the worker's filter allows
 * connect(2) or sendto(2): network-server does, strict does not. */
int fh_broker_allow_connect(struct fh_broker *broker,
			    enum fh_transport transport, const char *address,
			    uint16_t port, const struct fh_broker_terms *terms,
			    struct fh_error *err);

#define FH_BROKER_CREATE 8u /* a file that is not there yet */

/**
 * fh_broker_allow_open() - regular files beneath a directory
 * @access:    FH_READ; FH_WRITE: read and write what is there;
 *             FH_BROKER_CREATE: make new ones, for writing
 * @directory: absolute; opened once, at the split
 *
 * Neither "..", symbolic links nor mount points are followed, and other kinds of
 * files not opened: what is mounted beneath needs a row of its own, and /proc but
 * for /proc/sys can have none, for the monitor's memory is a file there. A file
 * with a set-id bit is not opened for writing. A new one belongs to the monitor's
 * user.
 */
int fh_broker_allow_open(struct fh_broker *broker, unsigned int access,
			 const char *directory,
			 const struct fh_broker_terms *terms,
			 struct fh_error *err);

/**
 * fh_broker_allow_read_file() - the bytes of a small file, a key for one
 * @path: absolute; the file that is there at the split: one that takes its
 *        place later is not read
 * @max:  bytes; 1 to FH_BROKER_DATA_MAX; a larger file is -EFBIG
 */
int fh_broker_allow_read_file(struct fh_broker *broker, const char *path,
			      size_t max, const struct fh_broker_terms *terms,
			      struct fh_error *err);

/**
 * fh_broker_allow_authenticate() - passwords, by PAM
 * @service:  a file of /etc/pam.d
 * @delay_ms: every answer comes this long after the question, or a multiple of
 *            it when the modules take longer; 0: 2000
 *
 * The modules run in a process of their own, one an attempt, which the monitor
 * talks to and the worker does not. It keeps what PAM needs of root: uid 0 and
 * CAP_DAC_OVERRIDE, CAP_KILL, CAP_SETGID, CAP_SETUID. It reads and executes any
 * file, writes beneath /run, /var/lib and /var/log, and has no network but sockets
 * with a path: sssd and winbind can be asked, pam_krb5 and pam_radius do not work.
 * Set-user-ID programs have no effect there, hence pam_unix knows no
 * password, not even of the own user, when the program was not started as root.
 * Modules get the password once; what asks for a second factor says no. A
 * program that is linked statically cannot load PAM: its split fails.
 */
int fh_broker_allow_authenticate(struct fh_broker *broker, const char *service,
				 uint32_t delay_ms,
				 const struct fh_broker_terms *terms,
				 struct fh_error *err);

/**
 * fh_broker_allow_resolve() - addresses of names
 * @name: "db.example.org", or "*.example.org" for all beneath, or "*"
 *
 * Done by a process of its own, without privilege: the monitor parses nothing
 * that comes from a network. Numbers are no names. A program that is linked
 * statically has to mention getaddrinfo(3) itself, else its split fails.
 */
int fh_broker_allow_resolve(struct fh_broker *broker, const char *name,
			    const struct fh_broker_terms *terms,
			    struct fh_error *err);

#define FH_BROKER_DATA_MAX 32768u /* bytes in a request or an answer */
#define FH_BROKER_NAME_MAX 64u	  /* bytes of a request's name, NUL included */

/**
 * struct fh_broker_reply - what a handler answers with
 * @data: where to write it, @size bytes; the monitor's
 * @size: at first what may be written; set to what was. 0 without an answer
 * @fd:   -1; a descriptor to be sent, which is closed then
 */
struct fh_broker_reply {
	void *data;
	size_t size;
	int fd;
};

/**
 * fh_broker_handler - answers one user-defined request, in the monitor
 * @request: @size bytes from the worker, hostile
 *
 * It should neither block nor keep what it was given: nothing else is answered
 * meanwhile. What it needs of the kernel is allowed in fh_broker_monitor().
 * Return: 0 or a negative errno, which is the answer's status
 */
typedef int (*fh_broker_handler)(void *ctx, const void *request, size_t size,
				 struct fh_broker_reply *reply);

/**
 * fh_broker_handle() - a request of the program's own
 * @name:        letters, digits, "-" and "_"
 * @max_request: a larger one ends the worker; at most FH_BROKER_DATA_MAX
 * @max_answer:  at most FH_BROKER_DATA_MAX
 * @handler:     called in the monitor only
 *
 * Takes the place of a row of that name that a profile announced.
 */
int fh_broker_handle(struct fh_broker *broker, const char *name,
		     size_t max_request, size_t max_answer,
		     fh_broker_handler handler, void *ctx,
		     const struct fh_broker_terms *terms, struct fh_error *err);

/**
 * fh_broker_set() - a row by name, as a line of a profile's section [broker]
 * @name:  of fh_broker_key_at(): "bind"
 * @value: "tcp:80 when=starting times=1"; words in any order after the first.
 *         One with blanks stands in double quotes, where "" is a quote
 */
int fh_broker_set(struct fh_broker *broker, const char *name, const char *value,
		  struct fh_error *err);

/** struct fh_broker_key - one key of the section [broker] */
struct fh_broker_key {
	const char *name;     /* "read-file" */
	const char *arg;      /* "PATH" */
	const char *help;
	const char *words;    /* those that may follow: "max=SIZE" ; or "" */
	const char *reserved[4];
};

/** fh_broker_key_at() - fills @ret with the key of that index, sorted by name.
 * Return: 0, -ENOENT past the last one, -EINVAL for NULL */
int fh_broker_key_at(size_t index, struct fh_broker_key *ret);

/**
 * fh_broker_load() - a profile: [broker] is the table, [monitor] settings of the
 * monitor's policy, all other sections settings of the worker's
 * @path: opened once; refused when others than its owner can write it, or
 *        when it belongs to neither the user nor root
 *
 * Adds to what is there. Grants may have ${HOME} and ${CWD}, as those of
 * fh_policy_load(). Return: 0; as the calls above, with file and line;
 * -EACCES for such a file, -EFBIG past 1 MiB, what opening says; the
 * description is as it was when it fails
 */
int fh_broker_load(struct fh_broker *broker, const char *path,
		   struct fh_error *err);

/**
 * fh_broker_print() - the whole privilege surface, on one screen
 * @ret: freed with free(3)
 *
 * Who runs as whom with which capabilities, what the monitor can reach, every
 * row with its terms, and the worker's guarantees on this machine, as the
 * calling process would have them. Opens nothing. Return: 0, -EINVAL, -E2BIG, -ENOMEM, or
 * what planning the policies says
 */
int fh_broker_print(const struct fh_broker *broker, enum fh_format format,
		    char **ret, struct fh_error *err);

/* --- the split ---------------------------------------------------------------- */

/** struct fh_channel - the worker's end. One thread at a time */
struct fh_channel;

/* What fh_broker_split() returns in whom. */
#define FH_BROKER_IS_MONITOR 0 /* the worker has ended; see the result */
#define FH_BROKER_IS_WORKER 1  /* confined; the channel is open */

/** enum fh_broker_end - why the worker is no more */
enum fh_broker_end {
	FH_BROKER_EXITED,	/* by itself */
	FH_BROKER_SIGNALED,	/* by a signal that was not the monitor's */
	FH_BROKER_MISBEHAVED,	/* ended by the monitor: .text says what it did */
};

/**
 * struct fh_broker_result - how the worker ended
 * @status:    as waitpid(2) has it
 * @exit_code: its exit status, or 128 + the signal: what main() may return
 * @text:      one line
 * @requests:  that were answered
 * @refused:   of these, with an error
 */
struct fh_broker_result {
	uint32_t reason; /* enum fh_broker_end */
	int32_t status;
	int32_t exit_code;
	char text[256];
	uint64_t requests;
	uint64_t refused;
	uint64_t reserved[8];
};

/**
 * struct fh_broker_options - zero is a good value for each but .size
 * @size:  sizeof(struct fh_broker_options)
 * @flags: must be 0
 * @log:   told, in each role, of steps and of guarantees that are lost
 */
struct fh_broker_options {
	size_t size;
	unsigned int flags;
	const struct fh_log *log;
};

/**
 * fh_broker_split() - become a monitor and a worker
 * @broker:      the same in every role: it may be freed when the call returns
 * @argv:        of main(), unchanged
 * @ret_channel: set in the worker; freed with fh_channel_free()
 * @ret:         filled in the monitor
 *
 * The program is executed anew for each role, from the very file that runs,
 * with the same arguments, so that the roles share no memory layout; main()
 * runs up to this call in each. Hence it stands first in main(), after the
 * description was made: what comes before is done as often as there are
 * roles. The process that was started becomes the monitor. Descriptors 0 to 2
 * stay open in both roles, those of fh_policy_keep_fd() on a role's policy in
 * that role, and of the worker's through the execution; all others are closed,
 * those as well that main() has opened before the call. The environment variable
 * FUMEHOOD_BROKER tells the role, and LD_BIND_NOW has its functions bound at the
 * start: else the registers, with a password in them perhaps, would be left on the
 * stack. Both are removed again.
 *
 * When it returns in the worker, monitor and worker are both confined. The
 * monitor passes SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH and
 * SIGCONT on to the worker; stopping it is up to the worker. These and SIGCHLD
 * stay blocked in the monitor. When one role ends, however, the kernel ends the
 * other. Neither is dumpable.
 *
 * Refused for a set-user-ID program, for who started it would choose the
 * channel; and with other threads running.
 *
 * Return: FH_BROKER_IS_WORKER or FH_BROKER_IS_MONITOR; in the process that was
 *         started, before or as the monitor: -EPERM, -EBUSY, -EINVAL, what
 *         fh_confine() returns for either policy, what opening a directory or a file
 *         of the table says, -ENOEXEC or the like from executing, -ECHILD when
 *         the worker ended before it stood. A worker that fails before it stands tells
 *         the monitor and exits: its error is returned there
 * Kernel: Linux 5.9 (close_range, openat2, pidfds that can be waited for)
 */
int fh_broker_split(const struct fh_broker *broker, char *const argv[],
		    const struct fh_broker_options *options,
		    struct fh_channel **ret_channel,
		    struct fh_broker_result *ret, struct fh_error *err);

/** fh_channel_free() - closes it, which the monitor takes for the worker's
 * end only when the process ends, too; NULL is fine */
void fh_channel_free(struct fh_channel *channel);

/* --- asking, in the worker --------------------------------------------------- */

/*
 * Each waits @timeout_ms for the answer, -1 for as long as it takes. After
 * -ETIMEDOUT the request stands; what still comes of it is closed and dropped.
 *
 * All return what the monitor answered: -EACCES for what is not in the table,
 * whether it exists or not; -EAGAIN past a row's .per_minute; the errno of the
 * call that it made. Or -EINVAL, nothing was asked; -E2BIG for what no message
 * holds; -ENOBUFS with FH_BROKER_PENDING_MAX requests under way; -EMFILE for a
 * descriptor that this process can have no more of; -EPIPE when the
 * monitor is no more; -EPROTO for an answer that is none: so is every later one then.
 */
#define FH_BROKER_PENDING_MAX 16

/** fh_broker_ready() - starting is over; rows of FH_BROKER_STARTING are shut,
 * those of FH_BROKER_SERVING open. Once; -EINVAL then. Return: 0 */
int fh_broker_ready(struct fh_channel *channel, int timeout_ms,
		    struct fh_error *err);

/** fh_broker_bind() - Return: a socket, close-on-exec; TCP listens */
int fh_broker_bind(struct fh_channel *channel, enum fh_transport transport,
		   const char *address, uint16_t port, int timeout_ms,
		   struct fh_error *err);

/** fh_broker_connect() - @address: numeric. Return: a connected socket,
 * close-on-exec, blocking; -ETIMEDOUT at the latest after a minute */
int fh_broker_connect(struct fh_channel *channel, enum fh_transport transport,
		      const char *address, uint16_t port, int timeout_ms,
		      struct fh_error *err);

/** fh_broker_open() - @access: FH_READ, FH_WRITE or FH_BROKER_CREATE; @path:
 * absolute, beneath a directory as the table has it; @mode: of a new file,
 * permission bits, of which those to execute it are not taken. Return: a descriptor of a regular file, close-on-exec */
int fh_broker_open(struct fh_channel *channel, unsigned int access,
		   const char *path, mode_t mode, int timeout_ms,
		   struct fh_error *err);

/** fh_broker_read_file() - @ret: @size bytes, *@ret_size of them filled.
 * Return: 0; -ENOSPC when it is longer than @size */
int fh_broker_read_file(struct fh_channel *channel, const char *path, void *ret,
			size_t size, size_t *ret_size, int timeout_ms,
			struct fh_error *err);

/** fh_broker_authenticate() - @service: as in the table. The password is the
 * caller's to wipe; no copy of it stays, nor of @user. Return: 0: right; -EACCES: wrong, or no
 * such user, or locked: which is not told; -EAGAIN: too many */
int fh_broker_authenticate(struct fh_channel *channel, const char *service,
			   const char *user, const char *password,
			   int timeout_ms, struct fh_error *err);

/** struct fh_address - @family: AF_INET or AF_INET6; @bytes: 4 or 16 of them,
 * in network order */
struct fh_address {
	int family;
	unsigned char bytes[16];
};

#define FH_BROKER_ADDRESSES_MAX 16

/** fh_broker_resolve() - @ret: *@ret_n of them filled, at most
 * FH_BROKER_ADDRESSES_MAX. Return: 0; -ENODATA: no such name; -EAGAIN */
int fh_broker_resolve(struct fh_channel *channel, const char *name,
		      struct fh_address ret[FH_BROKER_ADDRESSES_MAX],
		      size_t *ret_n, int timeout_ms, struct fh_error *err);

/** fh_broker_request() - what fh_broker_handle() announced
 * @ret:      @size bytes for the answer, *@ret_size of them filled; NULL, 0 and
 *            NULL where none is awaited
 * @ret_fd:   a descriptor, close-on-exec, or -1; NULL where none is awaited
 * Return: what the handler returned; -ENOSPC */
int fh_broker_request(struct fh_channel *channel, const char *name,
		      const void *data, size_t data_size, void *ret, size_t size,
		      size_t *ret_size, int *ret_fd, int timeout_ms,
		      struct fh_error *err);

/* --- asking without waiting --------------------------------------------------- */

/** struct fh_broker_ask - a request; what its kind does not need is zero */
struct fh_broker_ask {
	enum fh_broker_kind kind;
	enum fh_transport transport; /* BIND, CONNECT */
	uint16_t port;
	const char *address;
	unsigned int access; /* OPEN */
	mode_t mode;
	const char *name;    /* path, service, host or request */
	const char *user;    /* AUTHENTICATE */
	const void *data;    /* REQUEST; the password */
	size_t data_size;
};

/**
 * struct fh_broker_answer - what came of it
 * @id:        of fh_broker_begin()
 * @status:    0 or a negative errno
 * @fd:        the caller's from now on; or -1
 * @data:      @size bytes, borrowed until the next call on the channel, which wipes
 *             them
 */
struct fh_broker_answer {
	uint32_t id;
	int status;
	int fd;
	const void *data;
	size_t size;
	const struct fh_address *addresses; /* of RESOLVE; borrowed as data */
	size_t n_addresses;
};

/** fh_broker_begin() - ask, and go on; waits only while the monitor has not read
 * what was asked before. Return: 0, *@ret_id for the answer */
int fh_broker_begin(struct fh_channel *channel, const struct fh_broker_ask *ask,
		    uint32_t *ret_id, struct fh_error *err);

/** fh_broker_finish() - the next answer, in whatever order they come. Return: 0,
 * whatever its status; -ETIMEDOUT; -ENOENT with nothing under way; -EPIPE */
int fh_broker_finish(struct fh_channel *channel, int timeout_ms,
		     struct fh_broker_answer *ret, struct fh_error *err);

/** fh_broker_fd() - readable when fh_broker_finish() would not wait, or the
 * monitor is no more; for poll(2), with a time limit of 0 for finishing then, as it
 * is readable, too, for answers that nobody waits for; not to be read or closed.
 * Return: a descriptor, or -EINVAL for NULL */
int fh_broker_fd(const struct fh_channel *channel);

#ifdef __cplusplus
}
#endif

#endif
