#!/usr/bin/env bash
# What a box costs to start, against bubblewrap, the article's script and
# nothing, all in one alternating loop as an unprivileged user.
#
#   bench/start.sh BUILD_DIR [ROUNDS]
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-200}
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/bench/stage.sh"

make_stage "$build/fumehood" "$build/bench_alternate" \
	"$build/bench_export_filter" "$build/bench_with_fd" \
	"$build/bench_nothing" "$build/bench_article_loader" "$top/bench/article.sh"
mkdir "$stage/grants"
"$stage/bench_export_filter" >"$stage/filter.bpf"
for i in $(seq 1000); do mkdir "$stage/grants/$i"; done
open_stage

# The same tree, storage, namespaces, environment and filter as the default box.
bwrap=("$stage/bench_with_fd" 9 "$stage/filter.bpf" /usr/bin/bwrap --unshare-all
	--die-with-parent --new-session --seccomp 9 --clearenv
	--setenv PATH "$PATH" --setenv HOME "$stage/home" --setenv LANG C.UTF-8
	--hostname fumehood --ro-bind /usr /usr)
for tree in /bin /lib /lib32 /lib64 /libx32 /sbin; do
	if [ -L $tree ]; then bwrap+=(--symlink "$(readlink $tree)" $tree)
	elif [ -d $tree ]; then bwrap+=(--ro-bind $tree $tree); fi
done
for path in /etc/alternatives /etc/fonts /etc/ld.so.cache /etc/ssl/certs /etc/ssl/openssl.cnf; do
	[ -e $path ] && bwrap+=(--ro-bind $path $path)
done
bwrap+=(--proc /proc --dev /dev --tmpfs /tmp --tmpfs "$stage/home"
	--chdir "$stage/home")

line() { # NAME WORDS...
	local IFS=$'\t'
	echo "$*"
}
fumehood=("$stage/fumehood" run)
program=("$stage/bench_nothing")

grants() { # OPTION COUNT, for a tool that takes one word; TWICE for two
	local i
	for i in $(seq "$2"); do
		printf '%s\t%s\t' "$1" "$stage/grants/$i"
		[ "${3:-}" != twice ] || printf '%s\t' "$stage/grants/$i"
	done
}
with_grants() { # COUNT
	printf 'fumehood\t%s\trun\t%s-x\t%s\t--\t%s\n' "$stage/fumehood" \
		"$(grants -r "$1")" "$program" "$program"
	printf 'bwrap\t'
	printf '%s\t' "${bwrap[@]}"
	printf '%s' "$(grants --ro-bind "$1" twice)"
	printf -- '--ro-bind\t%s\t%s\t--\t%s\n' "$program" "$program" "$program"
}

{
	line bare "$program"
	line fumehood "${fumehood[@]}" -x "$program" -- "$program"
	line bwrap "${bwrap[@]}" --ro-bind "$program" "$program" -- "$program"
} >"$stage/static"
{
	line bare /usr/bin/true
	line fumehood "${fumehood[@]}" -- /usr/bin/true
	line bwrap "${bwrap[@]}" -- /usr/bin/true
	line article /bin/bash "$stage/article.sh" "$stage/bench_article_loader" /usr/bin/true
} >"$stage/true"
with_grants 100 >"$stage/hundred"
with_grants 1000 >"$stage/thousand"

run() { # TITLE FILE ROUNDS
	echo
	echo "$1, $3 rounds"
	on_stage "$stage/bench_alternate" "$3" "$stage/$2"
}
echo "$(machine), $(bwrap --version)"
run "a static program that exits at once" static "$rounds"
run "/usr/bin/true" true "$rounds"
run "100 grants" hundred "$((rounds < 50 ? rounds : 50))"
run "1000 grants" thousand "$((rounds < 7 ? rounds : 7))"
