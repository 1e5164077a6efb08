#!/usr/bin/env bats
# How a run ends: its signals, and that nothing of it is left. Its
# exit status is in exit_status.bats.

bats_require_minimum_version 1.5.0

load ../helpers/marked

linger="$STAGE/build/helper_linger"

setup() {
  work=$(mktemp -d "$TMPDIR/lifecycle.XXXXXX")
  mark_make lifecycle
  mkfifo "$work/never"
  exec 8<>"$work/never"
}

teardown() {
  exec 8<&-
  marked_kill
  rm -rf "$work"
}

# Waits without starting a process.
pause() { read -rt "$1" <&8 || true; }

# The file has no newline, which is the end of a word but not of a line.
child_of() { awk '{ print $1 }' "/proc/$1/task/$1/children"; }

is_stopped() { grep -q '^State:.[tT]' "/proc/$1/status" 2>/dev/null; }

# --- signals to the launcher -------------------------------------------------

@test "TERM, INT, HUP, QUIT and USR1 to the launcher reach the program" {
  for sig in TERM INT HUP QUIT USR1 USR2 WINCH ALRM; do
    rm -f "$work/ready"
    "$FUMEHOOD" run -w "$work" -- /bin/bash -c "
      trap 'exit 42' $sig; >$work/ready
      while :; do read -rt 0.05 <> $work/never; done; exit $mark" &
    launcher=$!
    until_true test -e "$work/ready"
    kill -s $sig $launcher
    status=0
    wait $launcher || status=$?
    [ "$status" = 42 ] || { echo "$sig: $status"; return 1; }
  done
  nobody_left
}

@test "a signal reaches the whole process group, not the leader alone" {
  "$FUMEHOOD" run -w "$work" -- /bin/bash -c "
    trap : TERM
    (trap 'touch $work/child; exit' TERM; >$work/ready
     while :; do sleep 0.05; done) & wait; wait; exit 3" &
  launcher=$!
  until_true test -e "$work/ready"
  kill -TERM $launcher
  status=0
  wait $launcher || status=$?
  [ "$status" = 3 ]
  [ -e "$work/child" ]
}

@test "TERM at any moment of the start ends the run" {
  # A shell of its own: the tracing of bats loses sight of short-lived jobs.
  run bash -c '
    for ((i = 0; i < 200; i++)); do
      "$FUMEHOOD" run -- /bin/sleep 4 &
      launcher=$!
      sleep "$(printf "0.00%02d" $((i % 50)))"
      kill -TERM $launcher
      status=0
      wait $launcher || status=$?
      [ "$status" = 143 ] ||
        { echo "after $((i % 50)) tenths of a millisecond: $status"; exit 1; }
    done' 8<&-
  echo "$output"
  [ "$status" = 0 ]
}

@test "TSTP to the launcher stops the program's work, CONT resumes it" {
  "$FUMEHOOD" run -w "$work" -- /bin/bash -c "
    for ((i = 1; ; i++)); do echo \$i >$work/count; done; exit $mark" &
  launcher=$!
  until_true test -s "$work/count"
  kill -TSTP $launcher
  until_true is_stopped $launcher
  program=$(marked | sort -n | tail -1)
  [ "$program" != $launcher ]
  until_true is_stopped "$program"
  before=$(cat "$work/count")
  pause 0.3
  [ "$(cat "$work/count")" = "$before" ]
  kill -CONT $launcher
  went_on() { [ "$(cat "$work/count")" != "$before" ]; }
  until_true went_on
  kill -TERM $launcher
  status=0
  wait $launcher || status=$?
  [ "$status" = 143 ]
}

# --- what is left --------------------------------------------------------------

@test "background children are gone when the program ends" {
  # Control: outside they stay.
  "$linger" leave "$mark" >"$work/out" 2>&1 8<&-
  four() { [ "$(marked | wc -l)" -ge 4 ]; }
  until_true four
  marked | xargs kill -9
  until_true nobody_left
  run "$FUMEHOOD" run -x "$linger" -- "$linger" leave "$mark"
  [ "$status" = 0 ]
  [ "$output" = ready ]
  nobody_left
}

@test "kill -9 of the launcher at any moment leaves nothing" {
  # Other runs of the suites have their stages beside ours.
  files() {
    find /tmp "$TMPDIR" "$HOME" -maxdepth 1 -user "$(id -u)" \
      ! -path '/tmp/fumehood-*' | sort
    find "$TMPDIR" "$HOME" -maxdepth 1 | sort
  }
  files >"$work/files.before"
  cat /proc/self/mounts >"$work/mounts.before"
  : >"$work/out"
  early=0
  for ((i = 0; i < 320; i++)); do
    if ((i % 2)); then delay=$((i % 200)); else delay=$((RANDOM % 200)); fi
    "$FUMEHOOD" run -x "$linger" -- "$linger" stay "$mark" \
      >>"$work/out" 2>&1 8<&- &
    launcher=$!
    pause "$(printf '0.0%03d' $delay)"
    kill -9 $launcher
    wait $launcher 2>/dev/null || true
    ((i % 20 == 19)) || continue
    until_true nobody_left || { marked | xargs ps -fp; return 1; }
  done
  # Some were killed before the program's first word and some after it.
  ready=$(grep -c ready "$work/out")
  echo "$ready of 320 had started"
  [ "$ready" -gt 0 ]
  [ "$ready" -lt 320 ]
  [ "$(cat /proc/self/mounts)" = "$(cat "$work/mounts.before")" ]
  files | diff "$work/files.before" -
}

@test "kill -9 of the launcher when all has long been running" {
  "$FUMEHOOD" run -x "$linger" -- "$linger" stay "$mark" >"$work/out" 8<&- &
  launcher=$!
  until_true grep -q ready "$work/out"
  # Control: launcher, init, the program and its four children.
  [ "$(marked | wc -l)" -ge 7 ]
  kill -9 $launcher
  wait $launcher 2>/dev/null || true
  until_true nobody_left
}

@test "kill -9 of init from outside ends the run and is not taken for success" {
  "$FUMEHOOD" run -x "$linger" -- "$linger" stay "$mark" >"$work/out" 8<&- &
  launcher=$!
  until_true grep -q ready "$work/out"
  init=$(child_of $launcher)
  kill -9 "$init"
  status=0
  wait $launcher || status=$?
  [ "$status" = 137 ]
  nobody_left
}

# --- streams ----------------------------------------------------------------------

@test "a pipeline carries bytes through unchanged, both ways" {
  head -c 3000000 /dev/urandom >"$work/data"
  sum=$(sha256sum <"$work/data")
  [ "$("$FUMEHOOD" run -- /bin/cat <"$work/data" | sha256sum)" = "$sum" ]
  [ "$(cat "$work/data" | "$FUMEHOOD" run -- /bin/cat | sha256sum)" = "$sum" ]
}

@test "downstream sees the end when the program ends, daemons or not" {
  # Control: outside, what stays behind keeps the pipe open.
  status=0
  timeout 1 /bin/bash -c '"$0" leave "$1" | cat' "$linger" "$mark" \
    >"$work/out" 8<&- || status=$?
  [ "$status" = 124 ]
  marked | xargs -r kill -9
  until_true nobody_left
  run timeout 20 /bin/bash -c \
    '"$0" run -x "$1" -- "$1" leave "$2" | cat' "$FUMEHOOD" "$linger" "$mark"
  [ "$status" = 0 ]
  [ "$output" = ready ]
}

@test "downstream sees the end when the program closes its output early" {
  mkfifo "$work/hold" "$work/pipe"
  exec 7<>"$work/hold"
  { cat; touch "$work/end"; } <"$work/pipe" >"$work/got" 7<&- 8<&- &
  reader=$!
  "$FUMEHOOD" run -- /bin/sh -c \
    'echo out; exec >&-; read -r line; [ "$line" = go ] && exit 5' \
    <"$work/hold" >"$work/pipe" 7<&- 8<&- &
  launcher=$!
  seen=0
  until_true test -e "$work/end" || seen=$?
  echo go >&7
  status=0
  wait $launcher || status=$?
  wait $reader
  exec 7<&-
  [ "$(cat "$work/got")" = out ]
  [ "$status" = 5 ]
  [ "$seen" = 0 ]
}

@test "a reader that goes away ends the program by SIGPIPE" {
  set +o pipefail
  "$FUMEHOOD" run -- /usr/bin/yes 8<&- | head -1 >"$work/out"
  [ "${PIPESTATUS[0]}" = 141 ]
  [ "$(cat "$work/out")" = y ]
}

@test "closed standard streams are no obstacle and no leak" {
  run "$FUMEHOOD" run -- /bin/sh -c 'ls /proc/self/fd | tr "\n" " "' <&-
  [ "$status" = 0 ]
  [ "$output" = "0 1 2 3 " ]
  status=0
  "$FUMEHOOD" run -- /bin/sh -c 'exit 6' <&- >&- 2>&- || status=$?
  [ "$status" = 6 ]
}

# --- init ---------------------------------------------------------------------------

# All context switches of what a run has beside the program: by name, for there may be
# a relay.
switches() { # LAUNCHER
  local pid
  for pid in $1 $(tree_of "$1"); do
    grep -qs "sleep" "/proc/$pid/comm" ||
      grep -h ctxt_switches "/proc/$pid/status"
  done
}

tree_of() {
  local pid
  for pid in $(cat "/proc/$1/task/$1/children"); do
    echo "$pid"
    tree_of "$pid"
  done
}

# Anything that ticks would tick in each of these seconds; a stray signal of the machine
# would not.
is_idle() { # LAUNCHER
  local i before after
  for ((i = 0; i < 5; i++)); do
    before=$(switches "$1")
    pause 1
    after=$(switches "$1")
    [ "$(wc -l <<<"$before")" -ge "$2" ] || return 2
    [ "$before" != "$after" ] || return 0
  done
  return 1
}

@test "while the box sleeps, nothing of it wakes up" {
  local options
  for options in "" "--timeout 1h" "--output-limit 1M --cpu-time 60s" "--tty pty"; do
    : >"$work/out"
    script -qc "exec $FUMEHOOD run $options -- /bin/bash -c 'echo ready; exec sleep 60; : $mark'" \
      "$work/script" >"$work/out" 2>&1 </dev/null 8<&- &
    until_true grep -q ready "$work/out"
    # The launcher is the child of script.
    launcher=$(pgrep -f -- "^$FUMEHOOD run .*$mark" | sort -n | head -1)
    pause 0.3
    is_idle "$launcher" 4 || { echo "$options: wakes up, or is not there ($?)"; return 1; }
    kill -TERM "$launcher"
    until_true nobody_left
  done
  # Control: what wakes up is seen.
  bash -c "while :; do read -rt 0.1 <> $work/never; done; : $mark" &
  ticking=$!
  status=0
  is_idle $ticking 2 || status=$?
  kill -9 $ticking
  wait $ticking || true
  [ "$status" = 1 ]
}

@test "launcher and init together hold at most 3 MiB" {
  "$FUMEHOOD" run -- /bin/bash -c "echo ready; sleep 60; exit $mark" \
    >"$work/out" 8<&- &
  launcher=$!
  until_true grep -q ready "$work/out"
  init=$(child_of $launcher)
  resident=$(cat "/proc/$launcher/status" "/proc/$init/status" |
    awk '/^VmRSS:/ { n++; sum += $2 } END { if (n == 2) print sum }')
  kill -TERM $launcher
  wait $launcher || true
  echo "resident: $resident KiB"
  [ "$resident" -le 3072 ]
}

@test "init is closed to the program: no exe, memory, environment, descriptors" {
  for path in exe fd environ mem maps cwd root; do
    # Control: of one's own they can be had, inside as well.
    run "$FUMEHOOD" run -- /bin/ls -d "/proc/self/$path"
    [ "$status" = 0 ]
  done
  run "$FUMEHOOD" run -- /bin/cat /proc/self/environ
  [ "$status" = 0 ]
  run "$FUMEHOOD" run -- /bin/bash -c '
    readlink /proc/1/exe && echo OPEN exe
    readlink /proc/1/root && echo OPEN root
    ls /proc/1/fd && echo OPEN fd
    for file in environ mem maps auxv stack syscall; do
      : </proc/1/$file && echo OPEN $file
    done
    echo done'
  [ "$status" = 0 ]
  [[ $output != *OPEN* ]]
  [[ $output == *done ]]
}

@test "the program cannot kill init" {
  run "$FUMEHOOD" run -- /bin/bash -c '
    kill -9 1; kill -STOP 1; echo alive; exit 4'
  [ "$status" = 4 ]
  [[ $output == *alive ]]
}

@test "inside only the three standard streams are open" {
  exec 5<"$work/mark" 6>"$work/leak"
  # Control: outside they are inherited.
  outside=$(/bin/ls /proc/self/fd)
  inside=$("$FUMEHOOD" run -- /bin/ls /proc/self/fd)
  exec 5<&- 6>&-
  [[ $outside == *5* ]]
  [ "$(echo $inside)" = "0 1 2 3" ] # 3 is the directory being listed
}
