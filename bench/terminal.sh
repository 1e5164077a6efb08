#!/usr/bin/env bash
# What goes through a box's own terminal in a second, against script(1), which carries
# the bytes of a terminal as well, in one alternating loop as an unprivileged user.
#
#   bench/terminal.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-9}
. "$(dirname "$0")/stage.sh"

make_stage "$build/fumehood" "$build/bench_terminal"
open_stage

tabs() { local IFS=$'\t'; echo "$*"; }
compare() { # TITLE COMMAND
	local list=$stage/list
	{
		tabs script /usr/bin/script -q -c "$2" /dev/null
		tabs fumehood "$stage/fumehood" run --tty pty -- /bin/sh -c "exec $2"
		tabs inherit "$stage/fumehood" run --tty inherit -- /bin/sh -c "exec $2"
	} >"$list"
	echo
	echo "$1, $rounds rounds"
	on_stage "$stage/bench_terminal" "$rounds" "$list"
}

machine
compare "short lines" "seq 5000000"
compare "blocks of 64 KiB" "dd if=/dev/zero bs=64k count=640 status=none"
