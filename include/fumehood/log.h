/* Tells a caller what the library does, if it wants to know. */
#ifndef FUMEHOOD_LOG_H
#define FUMEHOOD_LOG_H

#ifdef __cplusplus
extern "C" {
#endif

enum fh_log_level {
	FH_LOG_WARNING, /* something that was wanted cannot be had */
	FH_LOG_INFO,	/* what was decided, and what is done */
};

/**
 * struct fh_log - where messages go; the library itself never prints
 * @write: called in the thread of the caller, before the call that was given
 *         this log returns; the message is one line without a line feed,
 *         borrowed, with control characters escaped. It must not call back
 *         into the library with the objects at work
 * @ctx:   handed to @write
 */
struct fh_log {
	void (*write)(void *ctx, enum fh_log_level level, const char *message);
	void *ctx;
};

#ifdef __cplusplus
}
#endif

#endif
