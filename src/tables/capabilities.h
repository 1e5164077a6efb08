/* Capabilities by name and number. */
#ifndef FH_TABLES_CAPABILITIES_H
#define FH_TABLES_CAPABILITIES_H

/* include/uapi/linux/capability.h; the last came with Linux 5.9. */
#define N_CAPABILITIES 41
extern const char *const capability_names[N_CAPABILITIES];

/* Number of "CAP_CHOWN" (exactly that spelling), or -ENOENT. */
int capability_find(const char *name);

#endif
