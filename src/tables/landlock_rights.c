/* Landlock's rights by ABI, from include/uapi/linux/landlock.h. */
#include "tables/landlock_rights.h"

#include "policy/policy.h"
#include "sys/landlock_calls.h"

#define R FH_READ
#define W FH_WRITE
#define X FH_EXEC

/* In the order of kind and bit; tests/unit/test_landlock_rights.c checks. */
const struct landlock_right landlock_rights[] = {
	{ "execute", LANDLOCK_FS, LL_FS_EXECUTE, 1, true, X, "" },
	{ "write-file", LANDLOCK_FS, LL_FS_WRITE_FILE, 1, true, W, "" },
	{ "read-file", LANDLOCK_FS, LL_FS_READ_FILE, 1, true, R, "" },
	{ "read-dir", LANDLOCK_FS, LL_FS_READ_DIR, 1, false, R, "" },
	{ "remove-dir", LANDLOCK_FS, LL_FS_REMOVE_DIR, 1, false, W, "" },
	{ "remove-file", LANDLOCK_FS, LL_FS_REMOVE_FILE, 1, false, W, "" },
	{ "make-char", LANDLOCK_FS, LL_FS_MAKE_CHAR, 1, false, 0, "" },
	{ "make-dir", LANDLOCK_FS, LL_FS_MAKE_DIR, 1, false, W, "" },
	{ "make-reg", LANDLOCK_FS, LL_FS_MAKE_REG, 1, false, W, "" },
	{ "make-sock", LANDLOCK_FS, LL_FS_MAKE_SOCK, 1, false, W, "" },
	{ "make-fifo", LANDLOCK_FS, LL_FS_MAKE_FIFO, 1, false, W, "" },
	{ "make-block", LANDLOCK_FS, LL_FS_MAKE_BLOCK, 1, false, 0, "" },
	{ "make-sym", LANDLOCK_FS, LL_FS_MAKE_SYM, 1, false, W, "" },
	{ "refer", LANDLOCK_FS, LL_FS_REFER, 2, false, W,
	  "moving files between directories is refused altogether" },
	{ "truncate", LANDLOCK_FS, LL_FS_TRUNCATE, 3, true, W,
	  "truncation is not restricted" },
	{ "ioctl-dev", LANDLOCK_FS, LL_FS_IOCTL_DEV, 5, true, 0,
	  "device ioctls are not restricted" },
	{ "resolve-unix", LANDLOCK_FS, LL_FS_RESOLVE_UNIX, 9, true, 0,
	  "pathname sockets are not restricted" },
	{ "bind-tcp", LANDLOCK_NET, LL_NET_BIND_TCP, 4, false, 0,
	  "TCP ports are not restricted" },
	{ "connect-tcp", LANDLOCK_NET, LL_NET_CONNECT_TCP, 4, false, 0,
	  "TCP ports are not restricted" },
	{ "bind-udp", LANDLOCK_NET, LL_NET_BIND_UDP, 10, false, 0,
	  "UDP ports are not restricted" },
	{ "connect-send-udp", LANDLOCK_NET, LL_NET_CONNECT_SEND_UDP, 10, false,
	  0, "UDP ports are not restricted" },
	{ "abstract-unix-socket", LANDLOCK_SCOPE, LL_SCOPE_ABSTRACT_UNIX, 6,
	  false, 0, "abstract sockets are not restricted" },
	{ "signal", LANDLOCK_SCOPE, LL_SCOPE_SIGNAL, 6, false, 0,
	  "signals are not restricted" },
};
const unsigned int n_landlock_rights =
	sizeof(landlock_rights) / sizeof(*landlock_rights);

uint64_t landlock_mask(enum landlock_kind kind, int abi)
{
	uint64_t mask = 0;

	for (unsigned int i = 0; i < n_landlock_rights; i++)
		if (landlock_rights[i].kind == kind &&
		    landlock_rights[i].abi <= abi)
			mask |= landlock_rights[i].bit;
	return mask;
}

uint64_t landlock_access(unsigned int access, bool is_directory, int abi)
{
	uint64_t mask = 0;

	for (unsigned int i = 0; i < n_landlock_rights; i++) {
		const struct landlock_right *right = &landlock_rights[i];

		if (right->kind == LANDLOCK_FS && right->abi <= abi &&
		    right->access & access &&
		    (is_directory || right->fits_files))
			mask |= right->bit;
	}
	return mask;
}
