/* Capabilities by name and number. */
#ifndef FH_TABLES_CAPABILITIES_H
#define FH_TABLES_CAPABILITIES_H

#include <fumehood/capabilities.h>
#include <linux/capability.h>
#include <stdint.h>

/* include/uapi/linux/capability.h; the last came with Linux 5.9. */
#define N_CAPABILITIES 41
extern const char *const capability_names[N_CAPABILITIES];

/* All that have a name here. */
#define CAPABILITIES_KNOWN ((UINT64_C(1) << N_CAPABILITIES) - 1)

/* Those from which no other one, no id and no memory of somebody else can be
 * had. */
#define CAPABILITIES_HARMLESS                                                \
	(UINT64_C(1) << CAP_AUDIT_WRITE | UINT64_C(1) << CAP_BLOCK_SUSPEND | \
	 UINT64_C(1) << CAP_IPC_LOCK | UINT64_C(1) << CAP_LEASE |            \
	 UINT64_C(1) << CAP_NET_BIND_SERVICE |                               \
	 UINT64_C(1) << CAP_NET_BROADCAST | UINT64_C(1) << CAP_SYS_NICE |    \
	 UINT64_C(1) << CAP_SYS_RESOURCE | UINT64_C(1) << CAP_WAKE_ALARM)

/* What a kind of program keeps, by enum fh_capability_preset. */
#define N_CAPABILITY_PRESETS (FH_CAPABILITIES_CONTAINER_RUNTIME + 1)
extern const uint64_t capability_presets[N_CAPABILITY_PRESETS];

/* Number of "CAP_CHOWN" (exactly that spelling), or -ENOENT. */
int capability_find(const char *name);

#endif
