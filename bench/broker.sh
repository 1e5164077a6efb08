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
echo "round trips that bring a descriptor, $rounds rounds"
on_stage "$stage/bench_broker" "$rounds" "$stage/files/file"
