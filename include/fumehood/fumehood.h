/* The whole library: see fumehood(3). */
#ifndef FUMEHOOD_FUMEHOOD_H
#define FUMEHOOD_FUMEHOOD_H

#include <fumehood/boxes.h>
#include <fumehood/broker.h>
#include <fumehood/capabilities.h>
#include <fumehood/confine.h>
#include <fumehood/error.h>
#include <fumehood/format.h>
#include <fumehood/guarantee.h>
#include <fumehood/ids.h>
#include <fumehood/kernel.h>
#include <fumehood/landlock.h>
#include <fumehood/learn.h>
#include <fumehood/log.h>
#include <fumehood/plan.h>
#include <fumehood/policy.h>
#include <fumehood/profile.h>
#include <fumehood/refusal.h>
#include <fumehood/result.h>
#include <fumehood/seccomp.h>
#include <fumehood/spawn.h>

#ifdef __cplusplus
extern "C" {
#endif

/** fh_version() - of the library at run time: "0.5.0" */
const char *fh_version(void);

#ifdef __cplusplus
}
#endif

#endif
