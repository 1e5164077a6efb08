#!/usr/bin/env bats
# ps lists the caller's boxes with true numbers, kill ends them by id; what is none
# is neither listed nor signalled, whatever it calls itself.

load ../helpers/common.bash

setup() {
  WORK=$(mktemp -d "$TMPDIR/work.XXXXXX")
  LISTENER=
  BOXES=()
  UNDER=()
  cd "$WORK" || return
}

teardown() {
  for box in "${BOXES[@]}"; do
    kill -9 "$box" 2>/dev/null || true
  done
  cd /
  rm -rf "$WORK"
}

# Starts a box that runs until it is ended: $launcher, $id.
start_box() { # ARGUMENTS OF RUN...
  rm -f events
  "${UNDER[@]}" "$FUMEHOOD" run --status-fd 9 "$@" 9>events 3>&- &
  launcher=$!
  BOXES+=("$launcher")
  await test -s events
  id=$(jq .id events)
}

# Members of the box $id, by jq; nothing when it is not listed.
listed() { # FILTER
  "$FUMEHOOD" ps --json | jq -c ".boxes[] | select(.id == $id) | $1"
}

ended() { # STATUS: of the launcher
  status=0
  wait "$launcher" 2>/dev/null || status=$?
  expect_status "$1"
}

is_gone() { [ ! -e "/proc/$1" ]; }

# --- ps ----------------------------------------------------------------------

@test "a box is listed while it runs, with its ids and its command" {
  start_box -- sleep 60
  expect_equal "[$launcher,\"$FUMEHOOD run --status-fd 9 -- sleep 60\"]" \
    "$(listed '[.launcher, .command]')"
  run "$FUMEHOOD" ps
  [[ ${lines[0]} == *ID*LAUNCHER*COMMAND ]] || fail "$(saw)"
  [[ $output == *" $id "*"sleep 60"* ]] || fail "$(saw)"
  kill "$launcher"
  ended 143
  expect_equal "" "$(listed .id)"
}

@test "the numbers are those of all that runs in it" {
  start_box -- "$PYTHON" -c '
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN) # one that has ended counts until then
x = bytearray(64 << 20)
for _ in range(3):
    if os.fork() == 0: time.sleep(60); os._exit(0)
if os.fork() == 0:
    # A daemon is one of them, too.
    os.setsid()
    if os.fork() == 0: time.sleep(60)
    os._exit(0)
end = time.process_time() + 1
while time.process_time() < end: pass
time.sleep(60)'
  # Launcher, not counted; init, the program, three children and the daemon.
  enough() { [ "$(listed .cpu_us)" -ge 900000 ]; }
  await enough
  read -r wall cpu memory processes < <(listed \
    '"\(.wall_us) \(.cpu_us) \(.memory_bytes) \(.processes)"' | tr -d '"')
  expect_equal 6 "$processes"
  [ "$memory" -ge $((64 << 20)) ] && [ "$memory" -lt $((1 << 30)) ] ||
    fail "memory: $memory"
  [ "$wall" -ge "$cpu" ] && [ "$wall" -lt 60000000 ] || fail "$wall, $cpu"
  [ "$cpu" -lt 10000000 ] || fail "cpu: $cpu"
}

@test "nothing runs: no rows, and JSON all the same" {
  "$FUMEHOOD" ps --json | jq -e '.schema == "fumehood-boxes-1"'
  start_box -- true || true
  wait "$launcher" || true
  expect_equal "" "$(listed .id)"
  run "$FUMEHOOD" ps extra
  expect_status 125
}

# As on a machine where namespaces cannot be had.
without_namespaces() {
  UNDER=("$STAGE/build/helper_under" no-namespaces --)
  TIER_B=(--without files-see --without sockets --without processes
    --without pids --without lifetime --without network --without files-read
    --without files-write --without privileges)
}

@test "without a pid namespace a box is listed and ended whole as well" {
  without_namespaces
  start_box "${TIER_B[@]}" --report json=r.json -- sh -c '
    trap "" TERM; sleep 61 & setsid sleep 62 & sleep 63; sleep 64'
  # Control: it has none.
  expect_equal 1 "$(sed -n 's/^NSpid:\t//p' "/proc/$id/status" | wc -w)"
  five() { [ "$(listed .processes)" = 5 ]; }
  await five
  expect_equal "$launcher" "$(listed .launcher)"
  members=$(pgrep -s 0,"$id" sleep || true)
  run "$FUMEHOOD" kill -s TERM "$id" # which it ignores
  expect_status 0
  run "$FUMEHOOD" kill "$id"
  expect_status 0
  ended 137
  expect_equal killed "$(jq -r .reason r.json)"
  expect_equal "" "$(pgrep -u "$(id -u)" -fx 'sleep 6[1-4]')"
}

@test "without a pid namespace nothing inside passes for a box" {
  without_namespaces
  start_box "${TIER_B[@]}" -- "$PYTHON" -c '
import os
for _ in range(2):
    # A child, and a daemon that init has adopted.
    if os.fork() == 0: os.setsid(); os.fork(); break
'"$NAMED" "$WORK" >named
  await sh -c '[ $(grep -c "named fumehood-init" named) -ge 4 ]'
  all() { [ "$(listed .processes)" -ge 5 ]; }
  await all
  # Control: they have the name. (Other boxes of this user may run.)
  named=$(pgrep -f "$WORK" | while read -r pid; do
    [ "$(cat "/proc/$pid/comm")" != fumehood-init ] || echo "$pid"
  done)
  [ "$(wc -l <<<"$named")" -ge 5 ] || fail "$named"
  for pid in $named; do
    [ "$pid" != "$id" ] || continue
    expect_equal "" "$("$FUMEHOOD" ps --json |
      jq ".boxes[] | select(.id == $pid) | .id")"
    run "$FUMEHOOD" kill "$pid"
    expect_status 1
  done
  run "$FUMEHOOD" kill "$id"
  expect_status 0
  ended 137
}

# --- what is none --------------------------------------------------------------

# Names itself as init does, inside or outside, and waits.
NAMED='
import ctypes, sys, time
libc, name = ctypes.CDLL(None), ctypes.create_string_buffer(16)
libc.prctl(15, b"fumehood-init", 0, 0, 0)
libc.prctl(16, name, 0, 0, 0)
print("named", name.value.decode(), flush=True)
time.sleep(60)
'

@test "a boxed program that takes the name of init is no box" {
  start_box -- "$PYTHON" -c "$NAMED" >named
  await grep -q "named fumehood-init" named
  expect_equal 1 "$("$FUMEHOOD" ps --json |
    jq "[.boxes[] | select(.launcher == $launcher or .launcher == $id)] | length")"
  program=$(cat "/proc/$id/task/$id/children")
  expect_equal fumehood-init "$(cat "/proc/${program% }/comm")"
  run "$FUMEHOOD" kill "${program% }"
  expect_status 1
  [ -e "/proc/${program% }" ]
}

@test "names with line feeds, parentheses and escapes hide nothing" {
  start_box -- "$PYTHON" -c '
import ctypes, os, sys, time
for name in b"x) S 1 1 1", b"a\nUid:\t0\t0", b") R 0 (", b"\x1b[2J\xff\n)))":
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
        time.sleep(60)
print("ready", flush=True)
time.sleep(60)' $'\e[2J\n' $'\xff' >named
  await grep -q ready named
  all() { [ "$(listed .processes)" = 6 ]; }
  await all
  expect_equal "$launcher" "$(listed .launcher)"
  # On a terminal and in JSON they are harmless.
  "$FUMEHOOD" ps >text
  expect_refused grep $'[\e\xff]' text
  # A line feed in an argument makes no further row.
  expect_equal 1 "$(grep -cE "^ *$id +$launcher " text)"
  tail -n +2 text >rows
  expect_equal "$(wc -l <rows)" "$(grep -cE '^ *[0-9]+ +[0-9]+ +[0-9.]+ +[0-9.]+ +[0-9]+ +[0-9]+  ' rows)"
}

@test "what is no box is not signalled" {
  sleep 60 &
  other=$!
  BOXES+=("$other")
  run --separate-stderr "$FUMEHOOD" kill "$other"
  expect_status 1
  expect_in_stderr "signal the box $other: no box of yours has that id"
  run "$FUMEHOOD" kill 1
  expect_status 1
  run "$FUMEHOOD" kill $$
  expect_status 1
  # A launcher is no box either: its box is.
  start_box -- sleep 60
  run "$FUMEHOOD" kill "$launcher"
  expect_status 1
  program=$(cat "/proc/$id/task/$id/children")
  run "$FUMEHOOD" kill "${program% }"
  expect_status 1
  kill -0 "$other"
  [ -n "$(listed .id)" ]
}

# --- kill ----------------------------------------------------------------------

@test "kill ends all of the box, and the report says so" {
  start_box --report json=r.json -- sh -c 'trap "" TERM INT HUP; sleep 60 &
    setsid sleep 60 & sleep 60; sleep 60'
  await sh -c "[ \$($FUMEHOOD ps --json | jq '.boxes[] | select(.id == $id) | .processes') -ge 5 ]"
  run --separate-stderr "$FUMEHOOD" kill "$id"
  expect_success ""
  ended 137
  expect_equal '["killed",137]' "$(jq -c '[.reason, .exit_code]' r.json)"
  expect_equal killed "$(tail -1 events | jq -r .reason)"
  await is_gone "$id"
}

@test "kill -s sends the program a signal, by name or number" {
  for signal in TERM SIGTERM 15; do
    start_box -- sh -c 'trap "exit 42" TERM; while :; do sleep 0.05; done'
    # The trap stands when the shell sleeps.
    await sh -c "[ \$($FUMEHOOD ps --json | jq '.boxes[] | select(.id == $id) | .processes') -ge 3 ]"
    run "$FUMEHOOD" kill -s $signal "$id"
    expect_status 0
    ended 42
  done
  start_box -- sleep 60
  "$FUMEHOOD" kill --signal STOP "$id"
  await grep -q stopped events
  "$FUMEHOOD" kill -s CONT "$id"
  await grep -q continued events
  "$FUMEHOOD" kill -sKILL "$id"
  ended 137
}

@test "several at once: each that can be is ended" {
  start_box -- sleep 60
  first=$id one=$launcher
  start_box -- sleep 60
  run "$FUMEHOOD" kill "$first" 1 "$id"
  expect_status 1
  ended 137
  launcher=$one
  ended 137
}

@test "wrong words are refused" {
  refuses 125 "no box" "fumehood kill" -- kill
  refuses 125 "no signal NONE" -- kill -s NONE 1
  refuses 125 "no signal -1" -- kill -s -1 1
  refuses 125 "abc" -- kill abc
  refuses 125 "0x10" -- kill 0x10
  refuses 125 "99999999999999999999" -- kill 99999999999999999999
  refuses 1 "no signal 17" -- kill -s CHLD 1
  refuses 1 "no signal 64" -- kill -s 64 1
  refuses 125 "no option --force" -- kill --force 1
}

@test "boxes that end meanwhile are no trouble" {
  "$PYTHON" - "$FUMEHOOD" <<'PY'
import json, subprocess, sys, threading
fumehood = sys.argv[1]
stop = False
def churn():
    while not stop:
        subprocess.run([fumehood, "run", "--", "true"])
threads = [threading.Thread(target=churn) for _ in range(3)]
for t in threads: t.start()
seen = killed = gone = 0
try:
    for _ in range(150):
        done = subprocess.run([fumehood, "ps", "--json"], capture_output=True)
        assert done.returncode == 0, done
        for box in json.loads(done.stdout)["boxes"]:
            if "true" not in box["command"]: continue
            seen += 1
            r = subprocess.run([fumehood, "kill", str(box["id"])],
                               capture_output=True).returncode
            assert r in (0, 1), r
            killed += r == 0
            gone += r == 1
finally:
    stop = True
    for t in threads: t.join()
print("seen", seen, "killed", killed, "gone", gone)
assert seen > 0
PY
}
