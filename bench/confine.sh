#!/usr/bin/env bash
# What fh_confine() costs: an echo server's throughput with it and without, and
# the call itself against the same fences put up by hand, as an unprivileged user.
#
#   bench/confine.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-200}
. "$(dirname "$0")/stage.sh"

make_stage "$build/bench_confine" "$build/bench_confine_static" \
	"$build/bench_alternate" "$build/bench_echo" "$build/example_echo_server" \
	"$build"/libfumehood.so.*[0-9]
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$stage"' EXIT
"$stage/bench_confine" filter >"$stage/filter.bpf"
for way in nothing "floor $stage/filter.bpf" library; do
	printf '%s\t%s\t%s\n' "${way%% *}" "$stage/bench_confine_static" \
		"${way// /$'\t'}"
done >"$stage/processes"
open_stage

serve() { # NAME [OPTION]
	(cd "$stage/home" && exec "${as_user[@]}" \
		"$stage/example_echo_server" 0 "${2:-}") \
		>"$stage/$1" 2>"$stage/$1.log" &
	servers+=($!)
	for _ in $(seq 100); do [ -s "$stage/$1" ] || sleep 0.05; done
}
echoes() { # BYTES
	echo
	echo "messages of $1 bytes a second, 16 at once, $rounds pairs"
	on_stage "$stage/bench_echo" "$rounds" "$1" \
		open "$(cat "$stage/open")" \
		confined "$(cat "$stage/confined")"
}

machine
echo
echo "fh_confine() in the process, $rounds rounds"
on_stage "$stage/bench_confine" "$rounds"
echo
echo "static programs that confine themselves and exit, $rounds rounds"
on_stage "$stage/bench_alternate" "$rounds" "$stage/processes"
serve confined
serve open --unconfined
echoes 64
echoes 4096
