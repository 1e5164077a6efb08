#!/usr/bin/env bats
# Bombs: what takes all that it can get is contained, its neighbour outside keeps
# getting turns, the report says what ended it, and nothing of it is left.
#
# What only a cgroup with controllers holds goes off in guests, tests/kernels.

load ../helpers/common

BOMB="$STAGE/build/helper_bomb"

# Longest turn of a neighbour in microseconds, out of so many.
turns() { # N
  "$BOMB" turns "$1" "$TMPDIR/turn.$BATS_TEST_NUMBER"
}

# What a run may leave behind: files and mounts.
left() {
  find /tmp /dev/shm "$TMPDIR" "$HOME" -maxdepth 1 -user "$(id -u)" \
    ! -path '/tmp/fumehood-*' 2>/dev/null || true # who went meanwhile
  cat /proc/self/mountinfo
}

# Others are about with files of theirs, which go; what was left behind stays.
nothing_left() {
  left | sort | comm -13 before - >new
  [ ! -s new ]
}

# Runs a bomb in a box with a neighbour beside it and nothing left after it.
bomb() { # OPTIONS... -- KIND ARGUMENT...
  local -a options=()
  local calm busy neighbour
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  calm=$(turns 20)
  left | sort >before
  rm -f report.json
  { sleep 0.1; turns 40; } >turns.out 3>&- &
  neighbour=$!
  run_box --report=json=report.json "${options[@]}" -x "$BOMB" -- "$BOMB" "$@"
  wait $neighbour
  busy=$(cat turns.out)
  await nothing_left || fail "left behind" "$(cat new)" "$(saw)"
  expect_equal "" "$(box_processes)"
  echo "turns: calm $calm us, busy $busy us"
  # A host in distress takes minutes.
  [ "$busy" -lt $((calm * 20 + 3000000)) ] || fail "turns: $calm us, then $busy us"
}

# result, exit code, as the report tells them, which the status must match.
expect_account() { # RESULT EXIT_CODE
  expect_status "$2"
  expect_equal "$1 $2" "$(jq -r '"\(.result) \(.exit_code)"' report.json)"
}

# Control: the same, without a box, goes past the ceiling.
past() { # KIND ARGUMENT...
  expect_equal all "$("$BOMB" "$@" 2>&1)"
}

# --- processes ---------------------------------------------------------------------

@test "a process that forks past --pids: stopped, and pids is the reason" {
  past fork 150
  bomb --pids 50 -- fork 150
  expect_output "stopped: EAGAIN"
  expect_account pids 1
  # Control: within the ceiling it is nobody's affair.
  bomb --pids 50 -- fork 30
  expect_success all
  expect_account exited 0
}

@test "a fork bomb, all of which go on trying: ended by the time limit" {
  past forks 400
  bomb --pids 100 -t 2s --grace 100ms -- forks 400
  expect_output ""
  expect_account timeout 124
}

@test "a fork bomb meets the ceiling that nobody named" {
  bomb -t 2s --grace 100ms -- forks 3000
  expect_account timeout 124
}

@test "a thread bomb counts as well" {
  past threads 150
  bomb --pids 50 -- threads 150
  expect_output "stopped: EAGAIN"
  # Its threads have gone with it, and only a cgroup would have counted them.
  expect_account exited 1
}

@test "a daemon of a session of its own ends with the program" {
  # Control: outside it lives to make its file.
  past daemon 100 "$PWD/outside"
  await test -e outside
  pgrep -f "$PWD/outside" | xargs kill -9
  bomb -w . -- daemon 300 "$PWD/inside"
  expect_success all
  expect_account exited 0
  sleep 0.6
  [ ! -e inside ] || fail "it lived to make its file"
  # Killed from outside, or by the time limit, no less.
  bomb -t 1s -w . -- sleeper 60
  expect_account timeout 124
}

# --- memory, without a memory controller -------------------------------------------------

has_memory_controller() {
  grep -qsw memory /sys/fs/cgroup/cgroup.controllers
}

@test "memory of its own: no process gets more than --memory" {
  local kind
  if has_memory_controller; then skip "this host has a memory controller"; fi
  for kind in malloc private; do
    past $kind 100000000
    bomb --memory 64M -- $kind 100000000
    expect_output "stopped: ENOMEM"
    expect_account exited 1
    bomb --memory 64M -- $kind 30000000
    expect_success all
  done
}

@test "without a memory controller --memory holds partly, and says so" {
  if has_memory_controller; then skip "this host has a memory controller"; fi
  bomb --memory 64M -- private 1000000
  expect_success all
  expect_in_stderr memory
  expect_equal partly "$(jq -r .guarantees.memory.state report.json)"
  # What is said to be lost is: shared memory is nobody's data.
  bomb --memory 64M -- shared 100663296
  expect_success all
  # To be held to it, or not to run.
  refuses 125 memory -- run --require memory --memory 64M -- true
}

@test "private storage: each has its size, in memory or on a disk" {
  local place
  past file "$PWD/big" 20000000
  rm big
  for place in /tmp /dev/shm /home/none; do
    bomb --tmp-size 8M --home /home/none -- file "$place/bomb" 20000000
    expect_output "stopped: ENOSPC"
    expect_account exited 1
  done
}

# --- disks --------------------------------------------------------------------------------

@test "a file of a granted directory, sparse or not: no larger than --file-size" {
  past file "$PWD/big" 20000000
  rm big
  bomb --file-size 4M -w . -- file "$PWD/big" 20000000
  expect_account limit 153
  [ "$(stat -c %s big)" -le 4194304 ] || fail "$(stat big)"
  rm big
  past sparse "$PWD/hole" 20000000
  rm hole
  bomb --file-size 4M -w . -- sparse "$PWD/hole" 20000000
  expect_account limit 153
  rm -f hole
}

@test "inodes: private storage has as many files as --tmp-files" {
  mkdir many
  past inodes "$PWD/many" 600
  rm -rf many
  bomb --tmp-files 200 -- inodes /tmp 600
  expect_output "stopped: ENOSPC"
  expect_account exited 1
  bomb --tmp-files 200 -- inodes /tmp 100
  expect_success all
  # There is a ceiling that nobody named.
  bomb -- inodes /tmp 110000
  expect_output "stopped: ENOSPC"
}

@test "a sparse file in private storage costs what is written of it" {
  past sparse "$PWD/hole" 20000000
  rm hole
  bomb --tmp-size 4M -- sparse /tmp/hole 20000000
  expect_output "stopped: ENOSPC"
  expect_account exited 1
}

# --- output --------------------------------------------------------------------------------

@test "output past --output-limit ends the run; what fits is passed on" {
  # Control: nothing else ends it.
  expect_equal 8388608 "$("$BOMB" output 8388608 2>&1 | wc -c)"
  rm -f report.json
  status=0
  box --output-limit 1M --report=json=report.json -x "$BOMB" -- \
    "$BOMB" output 8388608 >out 2>err || status=$?
  expect_account output 153
  # Half of it each, and what we say of it ourselves.
  expect_equal 1048576 "$(cat out err | tr -cd '\0' | wc -c)"
  [ -s out ]
  expect_equal "" "$(box_processes)"
  # Within it, all of it arrives.
  box --output-limit 9M -x "$BOMB" -- "$BOMB" output 8388608 >out 2>err
  expect_equal 8388608 "$(cat out err | wc -c)"
}

@test "output to nobody who reads it: the time limit still holds" {
  mkfifo pipe
  sleep 60 <pipe 3>&- &
  local reader=$!
  status=0
  timeout 30 "$FUMEHOOD" run -t 1s --grace 200ms --output-limit 1G \
    --report=json=report.json -x "$BOMB" -- "$BOMB" output 1073741824 >pipe 2>&1 || status=$?
  kill $reader
  expect_account timeout 124
  expect_equal "" "$(box_processes)"
}

# --- processor time ------------------------------------------------------------------------

@test "a program that ignores SIGXCPU is ended all the same" {
  past cpu 3
  bomb --cpu-time 1s -- cpu 20
  expect_output ""
  expect_equal limit "$(jq -r .result report.json)"
  [ "$status" = 137 ] || [ "$status" = 152 ] || fail "$(saw)"
}

@test "a sleeper that ignores every signal is ended by the time limit" {
  bomb -t 1s --grace 300ms -- sleeper 60
  expect_output ready
  expect_account timeout 124
}
