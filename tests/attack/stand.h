/* Who plays outside a box, and on which stage. */
#ifndef FH_TESTS_ATTACK_STAND_H
#define FH_TESTS_ATTACK_STAND_H

#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "attack/attack_stage.h"
#include "tap.h"

#define ORDINARY_ID 4242

/* A test may be run as root or as an ordinary user; root's TMPDIR may be
 * closed to others. */
__attribute__((unused)) static void become_ordinary(void)
{
	unsetenv("TMPDIR");
	if (geteuid() != 0)
		return;
	check_int(setgroups(0, NULL), 0);
	check_int(setresgid(ORDINARY_ID, ORDINARY_ID, ORDINARY_ID), 0);
	check_int(setresuid(ORDINARY_ID, ORDINARY_ID, ORDINARY_ID), 0);
	check_int(setresuid(0, 0, 0), -1);
	check_int(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
}

__attribute__((unused)) static struct attack_stage set_up(void)
{
	struct fh_error err = { .code = 0 };
	struct attack_stage stage;

	if (attack_stage_set_up(&stage, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s: %s", err.what,
			 strerror(-err.code));
	return stage;
}

#endif
