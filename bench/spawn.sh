#!/usr/bin/env bash
# What fh_spawn() costs, against a box written by hand with the same fences, from
# a small program and from large ones, as an unprivileged user.
#
#   bench/spawn.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-200}
. "$(dirname "$0")/stage.sh"

make_stage "$build/fumehood" "$build/bench_spawn" "$build/bench_nothing" \
	"$build/helper_fences"
echo secret >"$stage/secret"
open_stage

fences() { # NAME COMMAND...
	local name=$1
	shift
	on_stage "$@" "$stage/helper_fences" "$stage/secret" | tail -n 1 |
		grep -qx '0 fences missing' ||
		{ echo "the fences of $name do not all stand" >&2; exit 1; }
}
run() { # TITLE ROUNDS PROGRAM [MIB [THREADS]]
	local title=$1 n=$2
	shift 2
	echo
	echo "$title, $n rounds"
	on_stage "$stage/bench_spawn" "$n" "$stage/home" "$@"
}

machine
fences "the box by hand" "$stage/bench_spawn" floor "$stage/home"
fences fumehood "$stage/fumehood" run -x "$stage/helper_fences" --
few=$((rounds < 100 ? rounds : 100))
run "a static program that exits at once" "$rounds" "$stage/bench_nothing"
run "/usr/bin/true" "$rounds" /usr/bin/true
run "/usr/bin/true, from 16 MiB of dirty memory" "$few" /usr/bin/true 16
run "/usr/bin/true, from 128 MiB of dirty memory" "$few" /usr/bin/true 128
run "/usr/bin/true, from a program of 32 threads" "$few" /usr/bin/true 0 32
