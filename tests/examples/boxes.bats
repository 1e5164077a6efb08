#!/usr/bin/env bats
# The examples that box other programs, or themselves by layers, print what
# they should and leave nothing behind.
bats_require_minimum_version 1.5.0

setup() {
  WORK=$(mktemp -d "$TMPDIR/boxes.XXXXXX")
}

teardown() { rm -rf "$WORK"; }

example() { # NAME ARGUMENTS...
  local name=$1
  shift
  "$STAGE/build/example_$name" "$@"
}

line_of() { grep -E "^$1 " <<<"$output"; }

# The scripts of ten_boxes start like no other; others may run it, too.
nobody_left() {
  for _ in {1..200}; do
    pgrep -u "$(id -u)" -f '^/bin/sh -c exec 2>&1; ' >/dev/null || return 0
    sleep 0.1
  done
  pgrep -u "$(id -u)" -af '^/bin/sh -c exec 2>&1; '
  return 1
}

@test "ten boxes: ten reports, each as it should be" {
  run --separate-stderr example ten_boxes
  echo "$output" "$stderr"
  [ "$status" = 0 ]
  [ "${#lines[@]}" = 10 ]
  [[ $(line_of succeed) =~ ^succeed\ +exited\ +0\ +$ ]]
  [[ $(line_of fail) =~ ^fail\ +exited\ +3\ +$ ]]
  [[ $(line_of speak) =~ exited\ +0\ +hello\ from\ the\ box$ ]]
  [[ $(line_of count) =~ exited\ +0\ +100000$ ]]
  [[ $(line_of steal) =~ exited\ +1\ +.*/etc/shadow ]]
  [[ $(line_of deface) =~ exited\ +[12]\ +.*/usr/evil ]]
  [[ $(line_of hang) =~ timeout\ +124\ +$ ]]
  [[ $(line_of crash) =~ signalled\ +139\ +$ ]]
  [[ $(line_of revolt) =~ still\ in\ the\ box$ ]]
  [[ $(line_of linger) =~ exited\ +0\ +gone$ ]]
  [ ! -e /usr/evil ]
}

@test "ten boxes: at once, not one after the other, and nobody is left" {
  begin=$SECONDS
  example ten_boxes >"$WORK/out"
  # The one that hangs takes three seconds; each alone takes no time.
  [ $((SECONDS - begin)) -lt 10 ]
  nobody_left
}

@test "ten boxes: killed in the middle, it takes all of them along" {
  example ten_boxes >"$WORK/out" 3>&- &
  pid=$!
  for _ in {1..100}; do
    pgrep -u "$(id -u)" -f '^/bin/sh -c exec 2>&1; sleep' >/dev/null && break
    sleep 0.05
  done
  pgrep -u "$(id -u)" -f '^/bin/sh -c exec 2>&1; sleep' >/dev/null
  kill -KILL "$pid"
  wait "$pid" || true
  nobody_left
}

@test "C++: a program's output and its end" {
  run example cpp_caller
  [ "$status" = 0 ]
  [ "$output" = "$(printf 'hello from the box\n/bin/echo: exited, 0')" ]
  run example cpp_caller /bin/sh -c 'echo one; exit 7'
  [ "$status" = 7 ]
  [ "$output" = "$(printf 'one\n/bin/sh: exited, 7')" ]
}

@test "C++: what cannot be started is an exception with the reason" {
  run --separate-stderr example cpp_caller /no/such/program
  [ "$status" = 125 ]
  [ "$output" = "" ]
  [[ $stderr == "cpp_caller: "*/no/such/program* ]]
}

@test "layers: reads beneath its directory, and nowhere else" {
  mkdir "$WORK/in"
  echo inside >"$WORK/in/file"
  echo outside >"$WORK/file"
  # Control: it is readable.
  [ "$(cat "$WORK/file")" = outside ]
  run --separate-stderr example reader_layers "$WORK/in" "$WORK/in/file"
  echo "$stderr"
  [ "$status" = 0 ]
  [ "$output" = inside ]
  [[ $stderr == "Landlock: "* ]]
  run --separate-stderr example reader_layers "$WORK/in" "$WORK/file" \
    "$WORK/in/file"
  [ "$status" = 1 ]
  [ "$output" = inside ]
  [[ $stderr == *"$WORK/file: Permission denied"* ]]
}
