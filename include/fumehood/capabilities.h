/* Capabilities alone: read them, drop all but some. */
#ifndef FUMEHOOD_CAPABILITIES_H
#define FUMEHOOD_CAPABILITIES_H

#include <fumehood/error.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct fh_capabilities - the sets of a thread; bit n is capability n */
struct fh_capabilities {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
	uint64_t bounding;
	uint64_t ambient;
	uint32_t securebits;
	uint32_t reserved;
};

enum fh_capability_preset {
	FH_CAPABILITIES_NONE,
	FH_CAPABILITIES_NETWORK_SERVER, /* CAP_NET_BIND_SERVICE */
	FH_CAPABILITIES_FILE_PROCESSOR, /* none */
	FH_CAPABILITIES_CONTAINER_RUNTIME, /* CAP_SYS_ADMIN, CAP_SETUID,
					    * CAP_SETGID, CAP_NET_ADMIN */
};

/** fh_capabilities_preset() - the mask to keep; 0 for an unknown one */
uint64_t fh_capabilities_preset(enum fh_capability_preset preset);

/** fh_capability_name() - "CAP_CHOWN"; NULL for a number without a name */
const char *fh_capability_name(int capability);

/** fh_capability_find() - Return: the number of "CAP_CHOWN", spelled exactly
 * so; -ENOENT; -EINVAL for NULL */
int fh_capability_find(const char *name);

/** fh_capabilities_read() - the sets of the calling thread.
 * Return: 0; -EINVAL; another negative errno from the kernel */
int fh_capabilities_read(struct fh_capabilities *ret, struct fh_error *err);

/* Keep them over execve as well: in the inheritable and ambient sets. */
#define FH_CAPABILITIES_OVER_EXEC 1u

/**
 * fh_capabilities_drop() - give up all capabilities but some, for good
 * @keep:  mask of 1 << CAP_...; all of them must be permitted now
 * @flags: FH_CAPABILITIES_OVER_EXEC or 0
 *
 * Leaves exactly @keep in the effective and permitted set, and in the
 * inheritable and ambient set nothing, or @keep with the flag. What is not in
 * @keep is taken out of the bounding set, and nothing put back. The securebits
 * are locked, so that uid 0 brings nothing back. Bounding set and securebits
 * need CAP_SETPCAP; without it they stay as they are, and only an empty @keep
 * or one that is permitted can be had. The result is read back.
 *
 * Of the calling thread only, as the kernel has it. With other threads running
 * it is refused, unless they have no capability and none is dropped.
 *
 * Return: 0; -EPERM for what is not permitted, or when the securebits were
 *         locked otherwise; -EBUSY with other threads; -EINVAL for unknown
 *         capabilities or flags. With err->stage FH_STAGE_APPLY it failed
 *         halfway, or is not so when read back: the process should end
 */
int fh_capabilities_drop(uint64_t keep, unsigned int flags,
			 struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
