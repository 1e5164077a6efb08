#!/usr/bin/env bash
# What watching a program costs, against strace with the same calls, as an unprivileged
# user.
#
#   bench/learn.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-20}
files=7600
. "$(dirname "$0")/stage.sh"

make_stage "$build/bench_learn" "$build/bench_alternate"
for ((i = 0; i < files; i += 100)); do
	mkdir "$stage/home/$i"
	for ((j = i; j < i + 100; j++)); do echo "line $j" >"$stage/home/$i/file$j"; done
done
cat >"$stage/program.c" <<'END'
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) { return printf("%d %s\n", argc, argv[0]) < 0; }
END
open_stage
calls=$("$stage/bench_learn")

tabs() { local IFS=$'\t'; echo "$*"; }
compare() { # TITLE COMMAND...
	local title=$1 list=$stage/list result=$stage/result
	shift
	{
		tabs bare "$@"
		tabs learn "$stage/bench_learn" "$@"
		tabs strace "$(command -v strace)" -f --seccomp-bpf -e "trace=$calls" \
			-o "$stage/home/trace" "$@"
	} >"$list"
	echo
	echo "$title, $rounds rounds"
	on_stage "$stage/bench_alternate" "$rounds" "$list" | tee "$result"
	# beyond the bare run: the ratio that the two ways of watching have
	awk '$1 == "bare" { bare = $2 } $1 == "learn" { learn = $2 - bare }
		$1 == "strace" { strace = $2 - bare }
		END { printf "beyond bare: learn %.0f us, strace %.0f us, ratio %.2f\n",
			learn, strace, learn / strace }' "$result"
	on_stage env FH_BENCH_COUNTS=1 "$stage/bench_learn" "$@" 2>&1 >/dev/null |
		sed 's/^/watched: /'
}

machine
compare "grep in $files files" /bin/sh -c "exec grep -r line $stage/home/*00 >/dev/null"
compare "gcc, one file" /usr/bin/gcc -c -O1 "$stage/program.c" -o "$stage/home/program.o"
compare "python, three modules" /usr/bin/python3 -c 'import json, subprocess, argparse'
