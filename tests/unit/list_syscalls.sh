#!/bin/sh
# Prints the numbers in the kernel headers as rows of C: the build machine's
# own as MACHINE_NR, those that aarch64 takes from the generic table as
# GENERIC_NR.
# Usage: list_syscalls.sh CC [FLAGS...]
set -eu

# Some rows name a number that both widths share, as __NR3264_lseek.
rows()
{
	sed -n -e '/^#define __NR3264_/p' \
		-e "s/^#define __NR_\([a-z0-9_]*\) \(.*\)$/$1(\1, \2)/p" |
		grep -v -e '(arch_specific_syscall,' -e '(syscalls,' | sort
}

printf '#include <asm/unistd.h>\n' | "$@" -E -dM - | rows MACHINE_NR

# The 64-bit generic table, with what arch/arm64/include/uapi/asm/unistd.h
# asks for.
"$@" -E -dM - <<'EOF' | rows GENERIC_NR
#include <asm/bitsperlong.h>
#undef __BITS_PER_LONG
#define __BITS_PER_LONG 64
#define __ARCH_WANT_RENAMEAT
#define __ARCH_WANT_NEW_STAT
#define __ARCH_WANT_SET_GET_RLIMIT
#define __ARCH_WANT_SYS_CLONE3
#define __ARCH_WANT_MEMFD_SECRET
#include <asm-generic/unistd.h>
EOF
