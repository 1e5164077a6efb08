/* Capabilities alone: read them, drop all but some. */
#include "api/export.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sys/capability.h"
#include "sys/threads.h"
#include "tables/capabilities.h"

#define BIT(capability) (UINT64_C(1) << (capability))

/* include/uapi/linux/securebits.h: each bit has its lock just above it. */
#define SECUREBITS_LOCKS 0xaau
#define SECUREBITS_OLD 0xffu /* those that need CAP_SETPCAP */
#define SECUREBIT_NO_AMBIENT_RAISE 0x40u

uint64_t fh_capabilities_preset(enum fh_capability_preset preset)
{
	return (unsigned int)preset < N_CAPABILITY_PRESETS
		       ? capability_presets[preset] : 0;
}

const char *fh_capability_name(int capability)
{
	return capability >= 0 && capability < N_CAPABILITIES
		       ? capability_names[capability] : NULL;
}

int fh_capability_find(const char *name)
{
	return name ? capability_find(name) : -EINVAL;
}

static int fail(struct fh_error *err, int code, const char *what)
{
	return error_set(err, FH_STAGE_APPLY, code, "%s", what);
}

/* A set that can only be asked for bit by bit: EINVAL is past the last. */
static int read_bits(int option, unsigned long operation, uint64_t *ret)
{
	uint64_t set = 0;

	for (unsigned long cap = 0; cap < 64; cap++) {
		int r = operation ? prctl(option, operation, cap, 0, 0)
				  : prctl(option, cap, 0, 0, 0);

		if (r < 0 && errno == EINVAL && cap > 0)
			break;
		if (r < 0)
			return -errno;
		set |= (uint64_t)(r > 0) << cap;
	}
	*ret = set;
	return 0;
}

static int read_all(struct fh_capabilities *ret)
{
	struct fh_capabilities now = { 0 };
	struct capability_sets sets = { 0 };
	int r = capability_get(&sets);

	if (r == 0)
		r = read_bits(PR_CAPBSET_READ, 0, &now.bounding);
	if (r == 0)
		r = read_bits(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET,
			      &now.ambient);
	if (r < 0)
		return r;
	r = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
	if (r < 0)
		return -errno;
	now.securebits = (uint32_t)r;
	now.effective = sets.effective;
	now.permitted = sets.permitted;
	now.inheritable = sets.inheritable;
	*ret = now;
	return 0;
}

int fh_capabilities_read(struct fh_capabilities *ret, struct fh_error *err)
{
	int r = api_needs(ret, err);

	if (r < 0)
		return r;
	r = read_all(ret);
	return r < 0 ? error_set(err, FH_STAGE_PROBE, r,
				 "read the capability sets") : 0;
}

/* --- dropping ------------------------------------------------------------- */

/* Where the sets are to go, decided before anything is changed. */
struct drop {
	struct fh_capabilities now;
	struct fh_capabilities want;
	bool has_setpcap;
};

static int fail_names(uint64_t set, int code, const char *why,
		      struct fh_error *err)
{
	char names[N_CAPABILITIES * sizeof("CAP_CHECKPOINT_RESTORE, ")] = "";
	size_t len = 0;

	for (int i = 0; i < N_CAPABILITIES; i++) {
		if (!(set & BIT(i)))
			continue;
		len += (size_t)snprintf(names + len, sizeof(names) - len,
					"%s%s", len ? ", " : "",
					capability_names[i]);
	}
	return error_set(err, FH_STAGE_PLAN, code, "keep %s: %s", names, why);
}

/* The sets are a thread's own, and the kernel changes no other thread's. */
static int check_threads(const struct fh_capabilities *now,
			 struct fh_error *err)
{
	if (threads_look() == THREADS_ONE)
		return 0;
	if (!now->permitted && !now->inheritable &&
	    threads_have_no_capability() == 1)
		return 0;
	error_set(err, FH_STAGE_PLAN, -EBUSY,
		  "drop capabilities while other threads run, or may run");
	error_remedy(err, "drop them before the first thread is made; the kernel has a set for each");
	return -EBUSY;
}

/* Locked, so that uid 0 brings nothing back; the newer bits are left alone. */
static int plan_securebits(struct drop *drop, struct fh_error *err)
{
	uint32_t now = drop->now.securebits;
	uint32_t locked = (now & SECUREBITS_LOCKS) >> 1;

	drop->want.securebits = now;
	if (!drop->has_setpcap)
		return 0;
	drop->want.securebits = (now & ~SECUREBITS_OLD) | SECUREBITS_LOCKED;
	if ((now ^ drop->want.securebits) & locked)
		return error_set(err, FH_STAGE_PLAN, -EPERM,
				 "lock the securebits: they are locked as %#x",
				 now);
	return 0;
}

static int plan_drop(uint64_t keep, unsigned int flags, struct drop *ret,
		     struct fh_error *err)
{
	const struct fh_capabilities *now = &ret->now;
	uint64_t exec = flags & FH_CAPABILITIES_OVER_EXEC ? keep : 0;

	ret->has_setpcap = now->permitted & BIT(CAP_SETPCAP);
	ret->want = (struct fh_capabilities){
		.effective = keep,
		.permitted = keep,
		.inheritable = exec,
		.ambient = exec,
		.bounding = ret->has_setpcap ? now->bounding & keep
					     : now->bounding,
	};
	if (keep & ~now->permitted)
		return fail_names(keep & ~now->permitted, -EPERM,
				  "not permitted now", err);
	if (exec & ~(now->bounding | now->inheritable))
		return fail_names(exec & ~now->bounding, -EPERM,
				  "not in the bounding set, so not over execve",
				  err);
	if (exec & ~now->ambient &&
	    now->securebits & SECUREBIT_NO_AMBIENT_RAISE)
		return fail_names(exec & ~now->ambient, -EPERM,
				  "the securebits forbid it over execve", err);
	return plan_securebits(ret, err);
}

static int drop_bounding(const struct drop *drop)
{
	uint64_t surplus = drop->now.bounding & ~drop->want.bounding;

	for (unsigned long cap = 0; cap < 64; cap++)
		if (surplus & BIT(cap) &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	return 0;
}

static int set_ambient(uint64_t keep)
{
	/* Kept ones stay: raising anew may be forbidden. */
	for (unsigned long cap = 0; cap < 64; cap++) {
		unsigned long operation = keep & BIT(cap)
						  ? PR_CAP_AMBIENT_RAISE
						  : PR_CAP_AMBIENT_LOWER;
		int r = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0);

		if (r < 0 && errno == EINVAL && cap > 0)
			break;
		if (r >= 0 && r != !!(keep & BIT(cap)))
			r = prctl(PR_CAP_AMBIENT, operation, cap, 0, 0);
		if (r < 0)
			return -errno;
	}
	return 0;
}

/* Bounding set and securebits need CAP_SETPCAP, ambient ones must be permitted
 * and inheritable: so the sets are narrowed last. */
static int do_drop(const struct drop *drop, struct fh_error *err)
{
	const struct fh_capabilities *want = &drop->want;
	struct capability_sets wide = {
		.effective = drop->now.permitted,
		.permitted = drop->now.permitted,
		.inheritable = want->inheritable,
	};
	struct capability_sets narrow = {
		.effective = want->effective,
		.permitted = want->permitted,
		.inheritable = want->inheritable,
	};
	int r = capability_set(&wide);

	if (r < 0)
		return fail(err, r, "raise what is permitted");
	r = drop_bounding(drop);
	if (r < 0)
		return fail(err, r, "narrow the bounding set");
	r = set_ambient(want->ambient);
	if (r < 0)
		return fail(err, r, "change the ambient set");
	if (want->securebits != drop->now.securebits &&
	    prctl(PR_SET_SECUREBITS, (unsigned long)want->securebits, 0, 0,
		  0) < 0)
		return fail(err, -errno, "lock the securebits");
	r = capability_set(&narrow);
	return r < 0 ? fail(err, r, "narrow the capability sets") : 0;
}

static int verify_drop(const struct drop *drop, struct fh_error *err)
{
	const struct fh_capabilities *want = &drop->want;
	struct fh_capabilities is = { 0 };
	int r = read_all(&is);

	if (r < 0)
		return fail(err, r, "read the capability sets back");
	if (is.effective != want->effective ||
	    is.permitted != want->permitted ||
	    is.inheritable != want->inheritable ||
	    is.bounding != want->bounding || is.ambient != want->ambient ||
	    is.securebits != want->securebits)
		return fail(err, -EPERM, "the capability sets are not what they were made: end this process");
	return 0;
}

int fh_capabilities_drop(uint64_t keep, unsigned int flags,
			 struct fh_error *err)
{
	struct drop drop = { 0 };
	int r;

	if (flags & ~FH_CAPABILITIES_OVER_EXEC)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: unknown flags %#x", __func__, flags);
	if (keep & ~CAPABILITIES_KNOWN)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: unknown capabilities %#llx", __func__,
				 (unsigned long long)(keep &
						      ~CAPABILITIES_KNOWN));
	r = fh_capabilities_read(&drop.now, err);
	if (r == 0)
		r = plan_drop(keep, flags, &drop, err);
	if (r == 0)
		r = check_threads(&drop.now, err);
	if (r == 0)
		r = do_drop(&drop, err);
	return r == 0 ? verify_drop(&drop, err) : r;
}
