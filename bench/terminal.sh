#!/usr/bin/env bash
# What the relay of a box's terminal lets through, against script(1), as an unprivileged
# user.
#
#   bench/terminal.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-20}
. "$(dirname "$0")/stage.sh"

make_stage "$build/fumehood" "$build/bench_terminal"
open_stage
machine
compare() { # TITLE COMMAND
	echo
	echo "$1, $rounds rounds"
	on_stage "$stage/bench_terminal" "$rounds" "$stage/fumehood" "$2"
}
compare "lines" "seq 1000000"
compare "blocks of 64 KiB" "head -c 16M /dev/zero | tr '\\0' x | dd bs=64k iflag=fullblock status=none"
