/* Makes of a filter one that tells of what it refuses. */
#ifndef FH_MECH_BPF_NOTIFY_H
#define FH_MECH_BPF_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "mech/filter.h"

/* Is this return a refusal that is told? Not those by which programs only find
 * out what there is, some for every file: ENOSYS and EOPNOTSUPP. */
bool bpf_is_told(uint32_t action);

/**
 * bpf_notify() - a copy in which what is told is a user notification
 * @plain: says what the answer to each notification has to be
 * @ret:   the same but for those returns; freed with bpf_program_done()
 *
 * Return: 0; -ENOENT when nothing would be told; -ENOMEM
 */
int bpf_notify(const struct bpf_program *plain, struct bpf_program *ret);

#endif
