/* Puts a filter into force for the caller; async-signal-safe. */
#ifndef FH_MECH_SECCOMP_APPLY_H
#define FH_MECH_SECCOMP_APPLY_H

struct bpf_program;

/**
 * seccomp_load() - filter the calling thread from here on, for good
 *
 * Needs no_new_privs, or CAP_SYS_ADMIN in the caller's user namespace.
 *
 * Return: 0; -EACCES without either; -EINVAL for a malformed program or a
 *         kernel without filters; -ENOMEM when nested filters use up the
 *         kernel's budget; -ENOSYS before Linux 3.17
 */
int seccomp_load(const struct bpf_program *program);

/**
 * seccomp_load_telling() - the same, with notifications for whoever has the listener
 *
 * A call that is notified waits for its answer, and once that is being made
 * for nothing but death. Without a listener it is answered ENOSYS.
 *
 * Return: the listener, close-on-exec; as seccomp_load(); -EBUSY when a filter
 *         around us has a listener; -EMFILE; -EINVAL before Linux 5.19
 */
int seccomp_load_telling(const struct bpf_program *program);

#endif
