/* Capabilities by name and number. */
#ifndef FH_TABLES_CAPABILITIES_H
#define FH_TABLES_CAPABILITIES_H

#include <fumehood/capabilities.h>
#include <stdint.h>

/* include/uapi/linux/capability.h; the last came with Linux 5.9. */
#define N_CAPABILITIES 41
extern const char *const capability_names[N_CAPABILITIES];

/* All that have a name here. */
#define CAPABILITIES_KNOWN ((UINT64_C(1) << N_CAPABILITIES) - 1)

/* What a kind of program keeps, by enum fh_capability_preset. */
#define N_CAPABILITY_PRESETS (FH_CAPABILITIES_CONTAINER_RUNTIME + 1)
extern const uint64_t capability_presets[N_CAPABILITY_PRESETS];

/* Number of "CAP_CHOWN" (exactly that spelling), or -ENOENT. */
int capability_find(const char *name);

#endif
