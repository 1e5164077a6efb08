#!/usr/bin/env bash
# What bytes cost on their way through a box's standard streams, against the same
# pipe without the box, alternating, as an unprivileged user.
#
#   bench/streams.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-20}
mebibytes=512
. "$(dirname "$0")/stage.sh"

make_stage "$build/fumehood"
open_stage
machine

# Microseconds of ROUNDS turns of each, a line "bare boxed" a turn. The bare one has a
# session of its own as well: the scheduler divides a busy machine among sessions, and
# that alone can make four times as much. The row without a byte is the start of a box.
measure() { # MEBIBYTES
	on_stage bash -c '
		took() {
			local begin=${EPOCHREALTIME/./}
			head -c "$1" /dev/zero | "${@:2}" >/dev/null
			took=$((${EPOCHREALTIME/./} - begin))
		}
		for ((i = 0; i < $2; i++)); do
			took "$1" setsid -w cat
			bare=$took
			took "$1" "$3" run -- cat
			echo "$bare $took"
		done' bash "$(($1 * 1048576))" "$rounds" "$stage/fumehood"
}

median() { # COLUMN
	sort -n -k "$1,$1" | awk -v column="$1" '{ all[NR] = $column }
		END { printf "%.1f", (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2000 }'
}

echo
echo "head | cat, $rounds rounds, medians in ms"
printf '%-12s %10s %10s %10s\n' bytes bare boxed more
for size in 0 $mebibytes; do
	measured=$(measure $size)
	bare=$(median 1 <<<"$measured")
	boxed=$(median 2 <<<"$measured")
	printf '%-12s %10s %10s %10s\n' "$size MiB" "$bare" "$boxed" \
		"$(awk "BEGIN { printf \"%.1f\", $boxed - $bare }")"
done
echo "Equal in the last column: what goes through costs nothing."
