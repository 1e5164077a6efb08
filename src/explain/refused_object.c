/* The words for the argument that a refused system call was refused for. */
#include "explain/refused_object.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "tables/syscalls.h"

struct word {
	uint32_t value;
	const char *name;
};

/* include/linux/socket.h */
static const struct word families[] = {
	{ 0, "AF_UNSPEC" },    { 1, "AF_UNIX" },       { 2, "AF_INET" },
	{ 3, "AF_AX25" },      { 4, "AF_IPX" },	       { 5, "AF_APPLETALK" },
	{ 9, "AF_X25" },       { 10, "AF_INET6" },     { 15, "AF_KEY" },
	{ 16, "AF_NETLINK" },  { 17, "AF_PACKET" },    { 21, "AF_RDS" },
	{ 26, "AF_LLC" },      { 27, "AF_IB" },	       { 28, "AF_MPLS" },
	{ 29, "AF_CAN" },      { 30, "AF_TIPC" },      { 31, "AF_BLUETOOTH" },
	{ 35, "AF_PHONET" },   { 36, "AF_IEEE802154" }, { 38, "AF_ALG" },
	{ 39, "AF_NFC" },      { 40, "AF_VSOCK" },     { 42, "AF_QIPCRTR" },
	{ 43, "AF_SMC" },      { 44, "AF_XDP" },
};

/* include/linux/net.h */
static const struct word types[] = {
	{ 1, "SOCK_STREAM" },	 { 2, "SOCK_DGRAM" }, { 3, "SOCK_RAW" },
	{ 4, "SOCK_RDM" }, { 5, "SOCK_SEQPACKET" }, { 10, "SOCK_PACKET" },
};

/* include/uapi/asm-generic/ioctls.h, linux/fs.h, fscrypt.h, fsverity.h */
static const struct word ioctls[] = {
	{ 0x5401, "TCGETS" },	   { 0x5402, "TCSETS" },
	{ 0x5403, "TCSETSW" },	   { 0x5404, "TCSETSF" },
	{ 0x540e, "TIOCSCTTY" },   { 0x540f, "TIOCGPGRP" },
	{ 0x5410, "TIOCSPGRP" },   { 0x5412, "TIOCSTI" },
	{ 0x5413, "TIOCGWINSZ" },  { 0x5414, "TIOCSWINSZ" },
	{ 0x541c, "TIOCLINUX" },   { 0x5423, "TIOCSETD" },
	{ 0x5452, "FIOASYNC" },	   { 0x40086602, "FS_IOC_SETFLAGS" },
	{ 0x40046602, "FS_IOC32_SETFLAGS" },
	{ 0x40087602, "FS_IOC_SETVERSION" },
	{ 0x40047602, "FS_IOC32_SETVERSION" },
	{ 0x401c5820, "FS_IOC_FSSETXATTR" },
	{ 0x800c6613, "FS_IOC_SET_ENCRYPTION_POLICY" },
	{ 0x40806685, "FS_IOC_ENABLE_VERITY" },
};

/* include/uapi/linux/prctl.h */
static const struct word prctls[] = {
	{ 1, "PR_SET_PDEATHSIG" },   { 3, "PR_GET_DUMPABLE" },
	{ 4, "PR_SET_DUMPABLE" },    { 8, "PR_SET_KEEPCAPS" },
	{ 15, "PR_SET_NAME" },	     { 16, "PR_GET_NAME" },
	{ 22, "PR_SET_SECCOMP" },    { 23, "PR_CAPBSET_READ" },
	{ 24, "PR_CAPBSET_DROP" },   { 28, "PR_SET_SECUREBITS" },
	{ 29, "PR_SET_TIMERSLACK" }, { 35, "PR_SET_MM" },
	{ 36, "PR_SET_CHILD_SUBREAPER" }, { 38, "PR_SET_NO_NEW_PRIVS" },
	{ 39, "PR_GET_NO_NEW_PRIVS" }, { 41, "PR_SET_THP_DISABLE" },
	{ 47, "PR_CAP_AMBIENT" },    { 53, "PR_SET_SPECULATION_CTRL" },
	{ 65, "PR_SET_MDWE" },	     { 0x59616d61, "PR_SET_PTRACER" },
	{ 0x53564d41, "PR_SET_VMA" },
};

/* include/uapi/linux/ptrace.h */
static const struct word ptraces[] = {
	{ 0, "PTRACE_TRACEME" }, { 4, "PTRACE_POKETEXT" },
	{ 16, "PTRACE_ATTACH" }, { 0x4206, "PTRACE_SEIZE" },
};

/* include/uapi/linux/bpf.h */
static const struct word bpfs[] = {
	{ 0, "BPF_MAP_CREATE" }, { 5, "BPF_PROG_LOAD" }, { 18, "BPF_BTF_LOAD" },
};

/* include/uapi/linux/keyctl.h */
static const struct word keyctls[] = {
	{ 0, "KEYCTL_GET_KEYRING_ID" }, { 1, "KEYCTL_JOIN_SESSION_KEYRING" },
	{ 8, "KEYCTL_LINK" }, { 10, "KEYCTL_SEARCH" }, { 11, "KEYCTL_READ" },
};

/* include/uapi/linux/personality.h */
static const struct word personalities[] = {
	{ 0x40000, "ADDR_NO_RANDOMIZE" }, { 0x400000, "READ_IMPLIES_EXEC" },
};

/* include/uapi/linux/sched.h */
static const struct word namespaces[] = {
	{ 0x80, "CLONE_NEWTIME" },	 { 0x20000, "CLONE_NEWNS" },
	{ 0x2000000, "CLONE_NEWCGROUP" }, { 0x4000000, "CLONE_NEWUTS" },
	{ 0x8000000, "CLONE_NEWIPC" },	 { 0x10000000, "CLONE_NEWUSER" },
	{ 0x20000000, "CLONE_NEWPID" },	 { 0x40000000, "CLONE_NEWNET" },
};

/* include/uapi/linux/tcp.h, level 6 */
static const struct word tcp_options[] = {
	{ 30, "TCP_FASTOPEN_CONNECT" }, { 31, "TCP_ULP" },
};

static const struct {
	uint16_t call;
	uint8_t arg;
	bool is_bits;
	uint8_t n;
	const struct word *words;
} objects[] = {
#define OBJECT(name, n, words) \
	{ CALL_##name, n, false, ARRAY_SIZE(words), words }
#define BITS(name, n, words) { CALL_##name, n, true, ARRAY_SIZE(words), words }
	OBJECT(bpf, 0, bpfs),		OBJECT(ioctl, 1, ioctls),
	OBJECT(keyctl, 0, keyctls),	OBJECT(prctl, 0, prctls),
	OBJECT(ptrace, 0, ptraces),	OBJECT(socket, 0, families),
	OBJECT(socketpair, 0, families), BITS(clone, 0, namespaces),
	BITS(personality, 0, personalities), BITS(setns, 1, namespaces),
	BITS(unshare, 0, namespaces),
};

/* Appends to a bounded string. */
static void append(char *ret, size_t size, const char *word)
{
	size_t len = strlen(ret);

	snprintf(ret + len, size - len, "%s", word);
}

static void append_number(char *ret, size_t size, uint32_t value)
{
	char number[16];

	snprintf(number, sizeof(number), "%#x", value);
	append(ret, size, number);
}

static void append_name(char *ret, size_t size, const struct word *words,
			size_t n, uint32_t value)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].value == value) {
			append(ret, size, words[i].name);
			return;
		}
	append_number(ret, size, value);
}

/* Bits that have no name here decided nothing, unless none has one. */
static void append_bits(char *ret, size_t size, const struct word *words,
			size_t n, uint32_t value)
{
	for (size_t i = 0; i < n; i++)
		if (value & words[i].value) {
			append(ret, size, *ret ? "|" : "");
			append(ret, size, words[i].name);
		}
	if (!*ret && value)
		append_number(ret, size, value);
}

/* The type decides for the internet families, the option by its level. */
static void append_second(unsigned int call, const uint64_t args[6], char *ret,
			  size_t size)
{
	uint32_t family = (uint32_t)args[0];

	if (call == CALL_socket && (family == 2 || family == 10)) {
		append(ret, size, " ");
		append_name(ret, size, types, ARRAY_SIZE(types), args[1] & 0xf);
	} else if (call == CALL_setsockopt && (uint32_t)args[1] == 6) {
		append_name(ret, size, tcp_options, ARRAY_SIZE(tcp_options),
			    (uint32_t)args[2]);
	} else if (call == CALL_seccomp && args[1] & 8) {
		append(ret, size, "SECCOMP_FILTER_FLAG_NEW_LISTENER");
	}
}

void refused_object(unsigned int call, const uint64_t args[6], char *ret,
		    size_t size)
{
	*ret = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		if (objects[i].call != call)
			continue;
		(objects[i].is_bits ? append_bits : append_name)(
			ret, size, objects[i].words, objects[i].n,
			(uint32_t)args[objects[i].arg]);
	}
	append_second(call, args, ret, size);
}
