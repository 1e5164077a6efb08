#!/usr/bin/env bats
# The status of a run is the program's, whichever it is, or says whose it is: all
# exit codes, all signals, all that was never started, a time limit in each phase.

load ../helpers/common

BOMB="$STAGE/build/helper_bomb"
FENCES="$STAGE/build/helper_fences"

bomb() { box -x "$BOMB" -- "$BOMB" "$@"; }

# --- the program's own ------------------------------------------------------------

@test "every exit status from 0 to 255 is the run's own" {
  local code got
  for ((code = 0; code < 256; code++)); do
    got=0
    box -- /bin/sh -c "exit $code" || got=$?
    [ "$got" = "$code" ] || fail "$code became $got"
  done
}

# "exited N" or "signalled N", as wait(2) tells it of the command that follows
# "--", once for each signal from 1 to 64, which is its last argument.
ENDS='
import os, sys
for sig in range(1, 65):
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open("/dev/null", os.O_RDWR), 2)
        os.execv(sys.argv[1], sys.argv[1:] + [str(sig)])
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        print(sig, "signalled", os.WTERMSIG(status), flush=True)
    else:
        print(sig, "exited", os.WEXITSTATUS(status), flush=True)'

# What stops the process that sends it is another matter.
@test "every signal from 1 to 64 that ends a program ends the run the same way" {
  local -a command=(/bin/sh -c 'case $2 in 19|2[0-2]) exit 99 ;; esac
    exec "$0" signal "$2"' "$BOMB" --)
  "$PYTHON" -c "$ENDS" "${command[@]}" >outside
  # Control: these are all, and what does not end anything is CHLD, CONT, URG, WINCH.
  expect_equal 56 "$(grep -c ' signalled ' outside)"
  expect_equal "17 18 19 20 21 22 23 28" \
    "$(awk '$2 == "exited" { print $1 }' outside | xargs)"
  "$PYTHON" -c "$ENDS" "$FUMEHOOD" run -x "$BOMB" -- "${command[@]}" >inside
  diff outside inside
}

@test "to a shell, death by a signal is 128 and the signal's number" {
  local sig
  for sig in 1 2 3 6 9 11 13 15 31 34 64; do
    # The shell says on standard error what it saw.
    run --separate-stderr bash -c '"$0" run -x "$1" -- "$1" signal "$2"; echo "$?"' \
      "$FUMEHOOD" "$BOMB" $sig
    expect_output $((128 + sig))
  done
}

@test "a program of a script's tail is not taken for one that was killed" {
  # A shell tells of its child by 128 and the number, and ends itself normally.
  run_box -- /bin/sh -c '/bin/sh -c "kill -9 \$\$"; exit $?'
  expect_status 137
  expect_equal "137 exited 137 null" "$(account /bin/sh -c '/bin/sh -c "kill -9 \$\$"; exit $?')"
  expect_equal "137 signalled 137 9" "$(account /bin/sh -c 'kill -9 $$')"
}

# Status as a shell sees it, and what the report says: result, exit code, signal.
account() { # COMMAND...
  local got=0
  rm -f report.json
  box --report=json=report.json -x "$BOMB" -- "$@" >/dev/null 2>&1 || got=$?
  printf '%s ' "$got"
  jq -r '"\(.result) \(.exit_code) \(.signal)"' report.json
}

@test "a signal that dumps core leaves no core, and is told" {
  local sig result
  grep -qx core /proc/sys/kernel/core_pattern || skip "cores are not files here"
  for sig in 3 4 5 6 7 8 11 24 25 31; do
    # Control: outside there is one.
    (ulimit -c unlimited; mkdir "outside.$sig"; cd "outside.$sig" &&
      "$BOMB" signal $sig) 2>/dev/null || true
    [ -n "$(ls "outside.$sig")" ] || fail "signal $sig leaves no core outside"
    rm -rf "outside.$sig"
    mkdir "inside.$sig"
    (ulimit -c unlimited; cd "inside.$sig" && "$FUMEHOOD" run \
      --report=json=report.json -w . -x "$BOMB" -- "$BOMB" signal $sig) \
      2>"err.$sig" || true
    expect_equal report.json "$(ls -A "inside.$sig")"
    # What the filter kills for ends by SIGSYS, and nothing tells them apart.
    result=signalled
    [ $sig != 31 ] || result=refused-syscall
    expect_equal "$result $((128 + sig)) $sig" \
      "$(jq -r '"\(.result) \(.exit_code) \(.signal)"' "inside.$sig/report.json")"
  done
}

@test "a signal that only stops or says something does not end the run" {
  local sig
  for sig in CHLD URG WINCH CONT; do
    run_box -- /bin/sh -c "kill -s $sig \$\$; exit 7"
    expect_status 7
  done
}

is_stopped() { grep -qs '^State:.T' "/proc/$1/status"; }

# The newest process that has the word among its arguments: the program, which
# comes after launcher and init.
newest() { # WORD
  pgrep -n -f -- "$1"
}

@test "a program that stops and is continued ends with its own status" {
  local launcher program got=0
  # TSTP and its like do nothing in a session without a terminal.
  "$FUMEHOOD" run -- /bin/bash -c "kill -s STOP \$\$; exit 7; : $WORK" 3>&- &
  launcher=$!
  await stopped_program
  kill -CONT $launcher
  wait $launcher || got=$?
  expect_equal 7 $got
}

stopped_program() {
  program=$(newest "$WORK") && is_stopped "$program"
}

# --- never started ------------------------------------------------------------------

@test "126 for what cannot be executed, 127 for what is not there" {
  printf 'no program\n' >text
  run_box -r . -- "$PWD/text"
  expect_status 126
  expect_equal 1 "${#stderr_lines[@]}"
  [[ $stderr == "fumehood: "*"$PWD/text"* ]] || fail "$(saw)"
  run_box -- /usr
  expect_status 126
  run -127 --separate-stderr "$FUMEHOOD" run -- /usr/bin/no-such-program
  run -127 --separate-stderr "$FUMEHOOD" run -- no-such-program
  expect_equal 1 "${#stderr_lines[@]}"
  printf '#!/no/such/interpreter\n' >script
  chmod 755 script
  run -127 --separate-stderr "$FUMEHOOD" run -x . -- ./script
}

@test "125 with one line when the box is refused, and no report of a run" {
  run_box -r "$PWD/not-there" -- /bin/true
  expect_status 125
  expect_equal 1 "${#stderr_lines[@]}"
  [[ $stderr == "fumehood: "*"$PWD/not-there"* ]] || fail "$(saw)"
}

@test "a program's own 124 to 127 are its own, and the report tells them apart" {
  local code
  for code in 124 125 126 127; do
    expect_equal "$code exited $code null" "$(account /bin/sh -c "exit $code")"
  done
  expect_equal "127 not-started 127 null" "$(account /no/such/program)"
}

# --- a time limit in each phase ---------------------------------------------------------

# Runs what follows with a delay in a call of the set-up.
delayed() { # CALL COMMAND...
  local call=$1
  shift
  status=0
  strace -qq -f -o calls -e "trace=$call" \
    -e "inject=$call:delay_enter=1500ms" "$@" \
    >out 2>err || status=$?
  output=$(cat out) stderr=$(cat err)
  # Killed in its delay it has no result.
  grep -qE '\(DELAYED\)|= \?$' calls || fail "nothing was delayed: $(cat calls)"
}

@test "a time limit that passes before the box stands: 124, and nothing started" {
  local call
  # Early, in the middle, late, and of the program itself.
  for call in pivot_root mount_setattr capset execve; do
    rm -f report.json
    delayed $call "$FUMEHOOD" run -t 300ms --report=json=report.json -x "$FENCES" \
      -- "$FENCES" "$WORK/none"
    expect_status 124
    expect_not_in_output STARTED
    expect_equal "" "$(box_processes)"
    echo "$call: $(jq -r '"\(.result) \(.exit_code)"' report.json)"
  done
  # Control: without the limit it starts, however long that takes.
  run_box -x "$FENCES" -- "$FENCES" "$WORK/none"
  expect_in_output STARTED
}

# Milliseconds that a command took, and its status.
timed() { # COMMAND...
  local begin=${EPOCHREALTIME/./}
  status=0
  "$@" >out 2>err || status=$?
  took=$(((${EPOCHREALTIME/./} - begin) / 1000))
  output=$(cat out) stderr=$(cat err)
}

@test "a time limit while it runs: 124, whatever the program's own status" {
  timed box -t 300ms --report=json=report.json -- sleep 600
  expect_status 124
  [ $took -ge 300 ] || fail "after $took ms"
  [ $took -lt 2000 ] || fail "waited for the grace to pass: $took ms"
  expect_equal "timeout 124" "$(jq -r '"\(.result) \(.exit_code)"' report.json)"
}

@test "a time limit of a program that ignores SIGTERM: the grace, then the end" {
  timed box -t 300ms --grace 500ms --report=json=report.json -x "$BOMB" \
    -- "$BOMB" sleeper 60
  expect_status 124
  expect_output ready
  [ $took -ge 800 ] || fail "no grace: $took ms"
  [ $took -lt 10000 ] || fail "$took ms"
  expect_equal "timeout 124" "$(jq -r '"\(.result) \(.exit_code)"' report.json)"
  expect_equal "" "$(box_processes)"
  # No grace at all.
  timed box -t 300ms --grace 0ms -x "$BOMB" -- "$BOMB" sleeper 60
  expect_status 124
}

@test "a program that ends in its grace: 124, and its last words" {
  timed box -t 300ms --grace 60s -- /bin/bash -c \
    "trap 'echo tidy; exit 0' TERM; while :; do read -rt 0.02 <> /dev/null; done"
  expect_status 124
  expect_output tidy
  [ $took -lt 20000 ] || fail "$took ms"
  # Control: in time, the status is its own.
  run_box --timeout 60s -- /bin/bash -c "exit 9"
  expect_status 9
}

@test "a time limit of a program that is stopped, or stopped and ignoring all" {
  timed box -t 300ms -- /bin/bash -c 'kill -STOP $$; exit 3'
  expect_status 124
  timed box -t 300ms --grace 300ms -- /bin/bash -c \
    "trap '' TERM; kill -STOP \$\$; while :; do :; done"
  expect_status 124
  expect_equal "" "$(box_processes)"
}

@test "a time limit in the grace of SIGTERM from outside ends it all the same" {
  "$FUMEHOOD" run -t 1s --grace 300ms -x "$BOMB" -- "$BOMB" sleeper 60 >out 3>&- &
  local launcher=$!
  await grep -q ready out
  kill -TERM $launcher
  status=0
  wait $launcher || status=$?
  expect_status 124
  expect_equal "" "$(box_processes)"
}
