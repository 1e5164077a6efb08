/* Capability sets of the calling thread, and the bits they are locked with. */
#ifndef FH_SYS_CAPABILITY_H
#define FH_SYS_CAPABILITY_H

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/securebits.h: NOROOT, NO_SETUID_FIXUP and
 * NO_CAP_AMBIENT_RAISE with their locks, and KEEP_CAPS locked off. */
#define SECUREBITS_LOCKED 0xef
#define SECUREBIT_NO_SETUID_FIXUP 0x04 /* ids change, capabilities do not */

struct capability_sets {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
};

static inline int capability_set(const struct capability_sets *sets)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(sets->effective >> (32 * i));
		data[i].permitted = (uint32_t)(sets->permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(sets->inheritable >> (32 * i));
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static inline int capability_get(struct capability_sets *ret)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	ret->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	ret->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	ret->inheritable =
		data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

#endif
