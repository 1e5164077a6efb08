/* Confines the calling process. */
#ifndef FUMEHOOD_CONFINE_H
#define FUMEHOOD_CONFINE_H

#include <fumehood/log.h>
#include <fumehood/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct fh_confine_options - zero is a good value for each but .size
 * @size:   sizeof(struct fh_confine_options)
 * @flags:  must be 0
 * @kernel: not used: ids, capabilities and fences may have changed since they
 *          were taken, so the few facts that are needed are asked for anew
 * @log:    told of every step and of guarantees that are lost; may be NULL
 */
struct fh_confine_options {
	size_t size;
	unsigned int flags;
	const struct fh_kernel *kernel;
	const struct fh_log *log;
};

/**
 * fh_confine() - put fences around the calling process, for good
 * @policy:   may be freed when the call has returned and @ret_plan is NULL
 * @options:  may be NULL
 * @ret_plan: what was done and which guarantee is held fully, partly or not;
 *            freed with fh_plan_free(); borrows @policy. May be NULL
 *
 * In this order, whatever the order of the settings: what the policy names is
 * opened; supplementary groups, group ids, user ids; bounding set, securebits,
 * capability sets; no_new_privs; Landlock; no-write-exec; resource limits; the
 * filter. Ids, capability sets, no_new_privs, Landlock and the filter are
 * verified. Open descriptors stay open and usable: bind, listen and open
 * before, confine, then serve.
 *
 * A policy that names no system calls gets the filter "strict": no threads, no
 * processes, no files made. A box gets "default".
 *
 * Started as root and with no ids in the policy, it becomes FH_NOBODY. Who has
 * no CAP_SETGID keeps the supplementary groups: nobody else can clear them.
 *
 * A guarantee that is required but not held is -EPERM, before anything was
 * changed; one held in part is not an error, and is told by @ret_plan.
 * "lifetime" is of boxes: it is never asked for here, though it is required by
 * default.
 *
 * With other threads running, the filter and no_new_privs are given to all of
 * them (TSYNC, Linux 3.17), and so is Landlock from ABI 8 on (Linux 7.0); ids
 * and capabilities cannot be. What cannot be done for all threads is refused
 * with -EBUSY before anything was changed, but for a thread that has a filter
 * which the caller has not: that shows last, with FH_STAGE_APPLY.
 *
 * Calling it again can only narrow. After "strict" it fails, with -EPERM and
 * the first fences standing, for that filter allows no more confining; under
 * FH_DENY_KILL the attempt ends the process.
 *
 * When err->stage is FH_STAGE_APPLY the process is confined in part, err->what
 * says which step failed, err->remedy which had been done, and it should end;
 * with any other stage nothing was changed.
 *
 * Return: 0; -EPERM, also where the policy wants ids or capabilities that the
 *         caller cannot give; -EBUSY; -EINVAL, -EOPNOTSUPP, -E2BIG, -ENOMEM
 *         as fh_plan_confine(); -ENOENT, -EACCES, -ELOOP, -EMFILE and the like for
 *         a path that cannot be opened; with FH_STAGE_APPLY what the kernel said
 * Kernel: Linux 5.13 for files (Landlock), 6.7 for ports
 */
int fh_confine(const struct fh_policy *policy,
	       const struct fh_confine_options *options,
	       struct fh_plan **ret_plan, struct fh_error *err);

/**
 * fh_confine_network_service() - a server that has bound its sockets
 * @data_dir: read and written; may be NULL
 * @log_dir:  the same
 *
 * The preset network-server: reading and writing in both directories, no new
 * internet socket, no capability, as FH_NOBODY when started as root. Bind and
 * listen first: both are refused then, and so is TCP fast open. Before Landlock
 * ABI 10 an open UDP socket can still send anywhere. Return: as fh_confine()
 */
int fh_confine_network_service(const char *data_dir, const char *log_dir,
			       struct fh_error *err);

/**
 * fh_confine_file_processor() - reads one directory, writes another
 * @input_dir:  read; may be NULL
 * @output_dir: read and written; may be NULL
 *
 * The preset file-processor: no socket at all. Return: as fh_confine()
 */
int fh_confine_file_processor(const char *input_dir, const char *output_dir,
			      struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
