/* Attempts to type into the caller's terminal or to take it over. */
#include <errno.h>
#include <fcntl.h>

#include "attack/attack.h"
#include "attack/attack_try.h"

/* include/uapi/asm-generic/ioctls.h */
#define REQUEST_TIOCSTI 0x5412L
#define REQUEST_TIOCLINUX 0x541cL
#define REQUEST_TIOCSETD 0x5423L
/* The kernel takes the request as 32 bits and drops this (CVE-2019-10063). */
#define HIGH_BIT (1L << 32)

/* On no descriptor: EBADF tells that the request was let through. */
#define TERMINAL_CALL(label, what, request)                                    \
	.name = (label), .title = (what), .guarantee = "terminal",             \
	.layer = "seccomp",                                                    \
	.call = { .id = CALL_ioctl,                                            \
		  .args = { -1, (request), ATTACK_NOWHERE } },                 \
	.expected = { EPERM }

const struct attack attack_terminal_paste = {
	TERMINAL_CALL("terminal-paste", "paste into the console by TIOCLINUX",
		      REQUEST_TIOCLINUX),
};

const struct attack attack_terminal_set_discipline = {
	TERMINAL_CALL("terminal-set-discipline",
		      "load a line discipline by TIOCSETD", REQUEST_TIOCSETD),
};

const struct attack attack_terminal_type = {
	TERMINAL_CALL("terminal-type", "type into the terminal by TIOCSTI",
		      REQUEST_TIOCSTI),
};

const struct attack attack_terminal_type_high = {
	TERMINAL_CALL("terminal-type-high", "the same with a high bit set",
		      REQUEST_TIOCSTI | HIGH_BIT),
};

static int run_controlling(const struct attack_stage *stage)
{
	(void)stage;
	return try_open("/dev/tty", O_RDWR);
}

const struct attack attack_terminal_controlling = {
	.name = "terminal-controlling",
	.title = "open the caller's controlling terminal",
	.guarantee = "terminal",
	.layer = "new session, private /dev",
	.run = run_controlling,
	.expected = { ENOENT, ENXIO, EACCES },
	.no_control = "tests have no terminal",
};
