/* Calls of administrators, with arguments that no kernel accepts. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"

#define BAD_FLAGS 0x7fff0000L
#define BAD_LENGTH (-1L)
#define NOWHERE ATTACK_NOWHERE
#define SYSLOG_READ_ALL 3L /* SYSLOG_ACTION_READ_ALL of linux/syslog.h */

#define LAYER "seccomp, no capabilities"
#define ADMIN_CALL(call_name, label, what, ...)                                \
	.name = (label), .title = (what), .guarantee = "kernel",               \
	.layer = LAYER,                                                        \
	.call = { .id = CALL_##call_name, .args = { __VA_ARGS__ } },           \
	.expected = { EPERM }

const struct attack attack_admin_acct = {
	ADMIN_CALL(acct, "admin-acct", "log every process", NOWHERE),
	.no_control = "not every kernel is built with accounting",
};

const struct attack attack_admin_adjtimex = {
	ADMIN_CALL(adjtimex, "admin-adjtimex", "tune the clock", NOWHERE),
};

const struct attack attack_admin_clock_adjtime = {
	ADMIN_CALL(clock_adjtime, "admin-clock-adjtime", "tune a clock",
		   CLOCK_REALTIME, NOWHERE),
};

const struct attack attack_admin_clock_settime = {
	ADMIN_CALL(clock_settime, "admin-clock-settime", "set a clock",
		   CLOCK_REALTIME, NOWHERE),
};

const struct attack attack_admin_delete_module = {
	ADMIN_CALL(delete_module, "admin-delete-module",
		   "unload a part of the kernel", NOWHERE, 0),
	.no_control = "not every kernel has modules",
};

const struct attack attack_admin_finit_module = {
	ADMIN_CALL(finit_module, "admin-finit-module",
		   "load a module from a file", -1, NOWHERE, BAD_FLAGS),
	.no_control = "not every kernel has modules",
};

const struct attack attack_admin_init_module = {
	ADMIN_CALL(init_module, "admin-init-module", "load a module", NOWHERE,
		   0, NOWHERE),
	.no_control = "not every kernel has modules",
};

const struct attack attack_admin_ioperm = {
	ADMIN_CALL(ioperm, "admin-ioperm", "get at some I/O ports", -1, 2, 1),
	.no_control = "not every kernel is built with I/O port permissions",
};

const struct attack attack_admin_iopl = {
	ADMIN_CALL(iopl, "admin-iopl", "get at all I/O ports", 9),
	.no_control = "not every kernel is built with I/O port permissions",
};

const struct attack attack_admin_kexec_file = {
	ADMIN_CALL(kexec_file_load, "admin-kexec-file",
		   "load another kernel from a file", -1, -1, 0, 0, BAD_FLAGS),
	.no_control = "not every kernel is built with kexec",
};

const struct attack attack_admin_kexec = {
	ADMIN_CALL(kexec_load, "admin-kexec", "load another kernel", 0, 9999,
		   NOWHERE, BAD_FLAGS),
	.no_control = "not every kernel is built with kexec",
};

const struct attack attack_admin_quotactl = {
	ADMIN_CALL(quotactl, "admin-quotactl", "change disk quotas", 0xff, 0, 0,
		   0),
	.no_control = "not every kernel is built with quotas",
};

/* Without the magic numbers it is only a question. */
const struct attack attack_admin_reboot = {
	ADMIN_CALL(reboot, "admin-reboot", "restart the machine", 0, 0, 0, 0),
	.needs_root = true,
};

const struct attack attack_admin_setdomainname = {
	ADMIN_CALL(setdomainname, "admin-setdomainname",
		   "change the domain name", NOWHERE, BAD_LENGTH),
	.needs_root = true,
};

const struct attack attack_admin_sethostname = {
	ADMIN_CALL(sethostname, "admin-sethostname", "change the host name",
		   NOWHERE, BAD_LENGTH),
	.needs_root = true,
};

const struct attack attack_admin_settimeofday = {
	ADMIN_CALL(settimeofday, "admin-settimeofday", "set the clock", NOWHERE,
		   0),
};

const struct attack attack_admin_swapoff = {
	ADMIN_CALL(swapoff, "admin-swapoff", "take swap space away", NOWHERE),
	.no_control = "not every kernel is built with swap",
};

const struct attack attack_admin_swapon = {
	ADMIN_CALL(swapon, "admin-swapon", "give swap space", NOWHERE,
		   BAD_FLAGS),
	.no_control = "not every kernel is built with swap",
};

const struct attack attack_admin_syslog = {
	ADMIN_CALL(syslog, "admin-syslog", "read the kernel's log",
		   SYSLOG_READ_ALL, 0, BAD_LENGTH),
	/* kernel.dmesg_restrict */
	.needs_root = true,
};

/* In a session without a terminal there is nothing to hang up. */
static int run_vhangup(const struct attack_stage *stage)
{
	(void)stage;
	if (setsid() < 0)
		return -errno;
	return try_result(try_syscall(CALL_vhangup, 0, 0, 0, 0, 0, 0));
}

const struct attack attack_admin_vhangup = {
	.name = "admin-vhangup",
	.title = "hang up the terminal",
	.guarantee = "kernel",
	.layer = LAYER,
	.needs_root = true,
	.run = run_vhangup,
	.expected = { EPERM },
};
