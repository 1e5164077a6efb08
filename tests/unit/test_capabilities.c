/* Every capability of the kernel's header has its name at its number. */
#include <linux/capability.h>

#include "tables/capabilities.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(name) { #name, name }

static const struct {
	const char *name;
	int number;
} rows[] = {
	ROW(CAP_CHOWN), ROW(CAP_DAC_OVERRIDE), ROW(CAP_DAC_READ_SEARCH),
	ROW(CAP_FOWNER), ROW(CAP_FSETID), ROW(CAP_KILL), ROW(CAP_SETGID),
	ROW(CAP_SETUID), ROW(CAP_SETPCAP), ROW(CAP_LINUX_IMMUTABLE),
	ROW(CAP_NET_BIND_SERVICE), ROW(CAP_NET_BROADCAST), ROW(CAP_NET_ADMIN),
	ROW(CAP_NET_RAW), ROW(CAP_IPC_LOCK), ROW(CAP_IPC_OWNER),
	ROW(CAP_SYS_MODULE), ROW(CAP_SYS_RAWIO), ROW(CAP_SYS_CHROOT),
	ROW(CAP_SYS_PTRACE), ROW(CAP_SYS_PACCT), ROW(CAP_SYS_ADMIN),
	ROW(CAP_SYS_BOOT), ROW(CAP_SYS_NICE), ROW(CAP_SYS_RESOURCE),
	ROW(CAP_SYS_TIME), ROW(CAP_SYS_TTY_CONFIG), ROW(CAP_MKNOD),
	ROW(CAP_LEASE), ROW(CAP_AUDIT_WRITE), ROW(CAP_AUDIT_CONTROL),
	ROW(CAP_SETFCAP), ROW(CAP_MAC_OVERRIDE), ROW(CAP_MAC_ADMIN),
	ROW(CAP_SYSLOG), ROW(CAP_WAKE_ALARM), ROW(CAP_BLOCK_SUSPEND),
	ROW(CAP_AUDIT_READ), ROW(CAP_PERFMON), ROW(CAP_BPF),
	ROW(CAP_CHECKPOINT_RESTORE),
};

static void test_numbers(void)
{
	check_int(N(rows), N_CAPABILITIES);
	for (size_t i = 0; i < N(rows); i++) {
		check_int(capability_find(rows[i].name), rows[i].number);
		check_str(capability_names[rows[i].number], rows[i].name);
	}
}

/* A header that knows more is a reason to add a row. */
static void test_complete(void)
{
	check_int(CAP_LAST_CAP, N_CAPABILITIES - 1);
}

static void test_exact(void)
{
	static const char *const others[] = { "", "CAP_", "CAP_CHOW",
					      "CAP_CHOWN ", "cap_chown",
					      "CHOWN", "0", "CAP_LAST_CAP" };

	for (size_t i = 0; i < N(others); i++)
		check_int(capability_find(others[i]), -ENOENT);
}

static const struct tap_test tests[] = {
	{ .name = "numbers agree with the kernel's", .run = test_numbers },
	{ .name = "none is missing", .run = test_complete },
	{ .name = "names match exactly", .run = test_exact },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
