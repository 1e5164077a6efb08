/* ptrace(2) as the kernel has it, and the registers that a stop shows. */
#ifndef FH_SYS_TRACING_H
#define FH_SYS_TRACING_H

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* include/uapi/linux/ptrace.h; the headers of libcs and kernel clash. */
#define TRACE_CONT 7
#define TRACE_DETACH 17
#define TRACE_SYSCALL 24
#define TRACE_SETOPTIONS 0x4200
#define TRACE_GETEVENTMSG 0x4201
#define TRACE_GETSIGINFO 0x4202
#define TRACE_GETREGSET 0x4204
#define TRACE_SETREGSET 0x4205
#define TRACE_SEIZE 0x4206
#define TRACE_LISTEN 0x4208
#define TRACE_GET_SYSCALL_INFO 0x420e /* Linux 5.3 */

#define TRACE_O_SYSGOOD 0x1u
#define TRACE_O_FORK 0x2u
#define TRACE_O_VFORK 0x4u
#define TRACE_O_CLONE 0x8u
#define TRACE_O_EXEC 0x10u
#define TRACE_O_EXIT 0x40u
#define TRACE_O_SECCOMP 0x80u
#define TRACE_O_EXITKILL 0x100000u

enum trace_stop {
	TRACE_STOP_NONE, /* a signal, or a system call */
	TRACE_STOP_FORK,
	TRACE_STOP_VFORK,
	TRACE_STOP_CLONE,
	TRACE_STOP_EXEC,
	TRACE_STOP_EXIT = 6,
	TRACE_STOP_SECCOMP,
	TRACE_STOP_GROUP = 128, /* PTRACE_EVENT_STOP */
};

struct trace_call_info { /* struct ptrace_syscall_info */
	uint8_t op;
	uint8_t reserved;
	uint16_t flags;
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	union {
		struct {
			uint64_t nr;
			uint64_t args[6];
			uint32_t ret_data; /* of a seccomp stop only */
		} entry;
		struct {
			int64_t result;
			uint8_t is_error;
		} exit;
	};
};
#define TRACE_INFO_EXIT 2
#define TRACE_INFO_SECCOMP 3

static inline int trace_do(int request, pid_t tid, uintptr_t address,
			   uintptr_t data)
{
	return syscall(SYS_ptrace, request, tid, address, data) < 0 ? -errno
								    : 0;
}

/* Return: what op it is, or a negative errno */
static inline int trace_get_call(pid_t tid, struct trace_call_info *ret)
{
	long r = syscall(SYS_ptrace, TRACE_GET_SYSCALL_INFO, tid, sizeof(*ret),
			 ret);

	return r < 0 ? -errno : ret->op;
}

/* Where the kernel keeps them in NT_PRSTATUS. */
#if defined(__x86_64__)
#define TRACE_REGISTERS 27
#define TRACE_REGISTER_NR 15
#define TRACE_REGISTER_RESULT 10
#define TRACE_REGISTER_ARGS { 14, 13, 12, 7, 9, 8 }
#elif defined(__aarch64__)
#define TRACE_REGISTERS 34
#define TRACE_REGISTER_NR 8
#define TRACE_REGISTER_RESULT 0
#define TRACE_REGISTER_ARGS { 0, 1, 2, 3, 4, 5 }
#endif

struct trace_registers {
	uint64_t values[TRACE_REGISTERS];
};

static inline int trace_get_registers(pid_t tid, struct trace_registers *ret)
{
	struct iovec bytes = { ret, sizeof(*ret) };
	const uintptr_t status = 1; /* NT_PRSTATUS, include/uapi/linux/elf.h */
	int r = trace_do(TRACE_GETREGSET, tid, status, (uintptr_t)&bytes);

	return r < 0 ? r : bytes.iov_len == sizeof(*ret) ? 0 : -EIO;
}

static inline int trace_set_registers(pid_t tid,
				      struct trace_registers *registers)
{
	struct iovec bytes = { registers, sizeof(*registers) };

	return trace_do(TRACE_SETREGSET, tid, 1, (uintptr_t)&bytes);
}

#endif
