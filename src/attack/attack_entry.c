/* Other ways into the kernel, and flags that soften its defences. */
#include <errno.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"

#ifdef __x86_64__
#define I386_GETPID 20 /* arch/x86/include/generated/uapi/asm/unistd_32.h */

/* The numbers of the 32-bit table mean other calls: a filter that forgets to
 * look at the architecture lets them all through. */
static int run_int80(const struct attack_stage *stage)
{
	long r;

	(void)stage;
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"((long)I386_GETPID)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)r == getpid() ? 0 : (int)r;
}

/* __X32_SYSCALL_BIT of asm/unistd.h */
#define X32_BIT 0x40000000L

static int run_x32(const struct attack_stage *stage)
{
	(void)stage;
	return try_result(syscall(X32_BIT | try_number(CALL_getpid)));
}
#else
static int run_int80(const struct attack_stage *stage)
{
	(void)stage;
	return ATTACK_NOT_APPLICABLE;
}

static int run_x32(const struct attack_stage *stage)
{
	(void)stage;
	return ATTACK_NOT_APPLICABLE;
}
#endif

const struct attack attack_entry_int80 = {
	.name = "entry-int80",
	.title = "enter the kernel by the 32-bit gate",
	.guarantee = "kernel",
	.layer = "seccomp",
	.run = run_int80,
	.expected = { ECANCELED },
};

const struct attack attack_entry_x32 = {
	.name = "entry-x32",
	.title = "make a call by its x32 number",
	.guarantee = "kernel",
	.layer = "seccomp",
	.run = run_x32,
	.expected = { ENOSYS, EPERM, ECANCELED },
	.no_control = "most kernels are built without x32",
};

/* Above the table of every kernel, below the x32 range. */
#define UNKNOWN_NUMBER 4242

static int run_unknown(const struct attack_stage *stage)
{
	(void)stage;
	return try_result(syscall(UNKNOWN_NUMBER));
}

const struct attack attack_entry_unknown = {
	.name = "entry-unknown",
	.title = "make a call of a kernel yet to come",
	.guarantee = "kernel",
	.layer = "seccomp",
	.run = run_unknown,
	.expected = { ENOSYS },
	.no_control = "no kernel has that call",
};

const struct attack attack_entry_no_randomize = {
	.name = "entry-no-randomize",
	.title = "switch address randomization off for its children",
	.guarantee = "kernel",
	.layer = "seccomp",
	/* ADDR_NO_RANDOMIZE of linux/personality.h */
	.call = { .id = CALL_personality, .args = { 0x0040000 } },
	.expected = { EPERM },
};

const struct attack attack_entry_read_exec = {
	.name = "entry-read-exec",
	.title = "make all readable memory executable",
	.guarantee = "kernel",
	.layer = "seccomp",
	/* READ_IMPLIES_EXEC of linux/personality.h */
	.call = { .id = CALL_personality, .args = { 0x0400000 } },
	.expected = { EPERM },
};
