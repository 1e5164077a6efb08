#!/usr/bin/env bash
# What a descriptor asked of the broker costs, against a bare SCM_RIGHTS ping-pong, as
# an unprivileged user.
#
#   bench/broker.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-200}
. "$(dirname "$0")/stage.sh"

make_stage "$build/bench_broker"
mkdir "$stage/files"
echo text >"$stage/files/file"
open_stage
machine
# What the scheduler does with two processes that wait for each other differs more
# than what is measured: a wake-up of another processor, in a virtual machine, is
# several round trips. On one processor it has no choice.
first=$(taskset -cp $$ | sed -E 's/.*: ([0-9]+).*/\1/')
echo
echo "round trips that bring a descriptor, $rounds rounds, all on one processor"
on_stage taskset -c "$first" "$stage/bench_broker" "$rounds" "$stage/files/file"
echo
echo "the same, wherever the scheduler puts them"
on_stage "$stage/bench_broker" "$rounds" "$stage/files/file"
