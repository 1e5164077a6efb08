#!/usr/bin/env bats
# Where something is denied: the box names the cause, or holds with less.
bats_require_minimum_version 1.5.0

load ../helpers/marked

under="$STAGE/build/helper_under"
fences="$STAGE/build/helper_fences"
linger="$STAGE/build/helper_linger"

setup() {
  work=$(mktemp -d "$TMPDIR/denied.XXXXXX")
  mark_make denied
  echo secret >"$work/secret"
  chmod 600 "$work/secret"
  mkdir "$work/granted" "$work/tmp"
  export TMPDIR=$work/tmp
}

teardown() {
  marked_kill
  rm -rf "$work"
}

# The ways in which namespaces cannot be had.
tiers="no-namespaces container no-mounts chroot"

@test "the denials deny, and without them everything is there" {
  unshare -U true
  unshare -Um true
  for denial in no-namespaces container chroot; do
    "$under" $denial -- true
    run "$under" $denial -- unshare -U true
    [ "$status" != 0 ]
  done
  run "$under" no-mounts -- unshare -rm mount -t tmpfs x /tmp
  [ "$status" != 0 ]
  "$under" masked-proc -- true
  run "$under" masked-proc -- unshare -Urmpf mount -t proc proc /proc
  [ "$status" != 0 ]
  unshare -Urmpf mount -t proc proc /proc
}

@test "without namespaces the program runs behind Landlock and the filter" {
  for denial in $tiers no-namespaces,no-clone3; do
    run --separate-stderr "$under" $denial -- "$FUMEHOOD" run -x "$fences" -- \
      "$fences" "$work/secret" landlock
    echo "$denial: $status, $output, $stderr"
    [ "$status" = 0 ]
    [ "$output" = "STARTED
0 fences missing" ]
    # What is lost is said, one line each, and nothing else.
    [ "$(printf '%s\n' "$stderr" | sed -n 's/^fumehood: without the guarantee \([a-z-]*\): .*/\1/p' | sort | xargs)" = \
      "files-see pids processes sockets" ]
    [ "${#stderr_lines[@]}" = 4 ]
  done
}

@test "what is listed as lost is lost, what is listed as held is held" {
  sleep 300 8<&- & # somebody else's process
  other=$!
  run "$under" no-namespaces -- "$FUMEHOOD" run -q -w "$work/granted" -- \
    /bin/bash -c "
      stat $work/secret >/dev/null && echo seen
      ls -d /proc/$other >/dev/null && echo other process seen
      cat $work/secret && echo READ
      : >>$work/secret && echo APPENDED
      : >$work/new && echo CREATED
      rm -f $work/secret && echo REMOVED
      mv $work/granted $work/moved && echo MOVED
      chmod 644 $work/secret && echo CHMOD
      touch $work/secret && echo TOUCHED
      kill -9 $other && echo KILLED
      exec 3<>/dev/tcp/127.0.0.1/1 && echo TCP
      echo granted >$work/granted/file && echo written
      cat $work/granted/file"
  kill -0 $other
  kill -9 $other
  wait $other || true
  echo "$output"
  # files-see and processes: told as lost, and they are.
  [[ $output == *"seen"* ]]
  [[ $output == *"other process seen"* ]]
  # The grant works, so what is refused is refused for being outside it.
  [[ $output == *written* ]]
  [ "$(cat "$work/granted/file")" = granted ]
  for word in READ APPENDED CREATED REMOVED MOVED CHMOD TOUCHED KILLED TCP; do
    [[ $output != *$word* ]]
  done
  [ "$(cat "$work/secret")" = secret ]
  [ "$(stat -c %a "$work/secret")" = 600 ]
  # Control: outside all of it can be done.
  cat "$work/secret"
  : >"$work/new"
  chmod 644 "$work/secret"
  rm "$work/secret"
}

@test "TCP, UDP and every other family but unix are refused without namespaces" {
  code='
import socket, sys
def try_(family, kind):
    try:
        socket.socket(family, kind).close()
        return "open"
    except OSError as e:
        return "refused"
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, 40):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        print(try_(family, kind))
a, b = socket.socketpair()
a.send(b"x")
print("pair", b.recv(1))'
  [[ $(/usr/bin/python3 -c "$code") == *open* ]]
  run "$under" no-namespaces -- "$FUMEHOOD" run -q -- /usr/bin/python3 -c "$code"
  [ "$status" = 0 ]
  [[ $output != *open* ]]
  [[ $output == *"pair b'x'"* ]]
}

@test "exit status and signals are the same without namespaces" {
  for code in 0 1 42 255; do
    run "$under" no-namespaces -- "$FUMEHOOD" run -q -- /bin/sh -c "exit $code"
    [ "$status" = $code ]
  done
  run "$under" no-namespaces -- "$FUMEHOOD" run -q -- /bin/sh -c 'kill -15 $$'
  [ "$status" = 143 ]
  run -127 "$under" no-namespaces -- "$FUMEHOOD" run -q -- /usr/bin/not-there
  run "$under" no-namespaces -- "$FUMEHOOD" run -q --timeout 300ms -- \
    /bin/bash -c "trap '' TERM; while :; do :; done; exit $mark"
  [ "$status" = 124 ]
  until_true nobody_left
}

@test "without a pid namespace daemons are gone after the run as well" {
  run timeout 60 "$under" no-namespaces -- "$FUMEHOOD" run -q -x "$linger" -- \
    "$linger" leave "$mark"
  echo "$status: $output"
  [ "$status" = 0 ]
  [ "$output" = ready ]
  nobody_left
}

@test "without a pid namespace kill -9 of the launcher leaves nothing" {
  for ((i = 0; i < 40; i++)); do
    "$under" no-namespaces -- "$FUMEHOOD" run -q -x "$linger" -- \
      "$linger" stay "$mark" >"$work/out" 2>&1 &
    launcher=$!
    if ((i < 5)); then
      until_true grep -q ready "$work/out"
    else
      sleep "$(printf '0.%03d' $((i - 5)))"
    fi
    kill -9 $launcher
    wait $launcher 2>/dev/null || true
    until_true nobody_left || { marked | xargs ps -fp; return 1; }
  done
}

@test "without a pid namespace kill -9 of the launcher's whole group leaves nothing" {
  set -m # a job is a group
  for tty in none inherit pty; do
    # Control: without the box, what has left the group outlives it.
    "$linger" stay "$mark" >"$work/out" 2>&1 &
    until_true grep -q ready "$work/out"
    kill -9 -$!
    wait $! 2>/dev/null || true
    [ -n "$(marked)" ]
    marked_kill
    until_true nobody_left
    for denial in no-namespaces no-clone3; do
      : >"$work/out"
      "$under" $denial -- "$FUMEHOOD" run -q --tty $tty -x "$linger" -- \
        "$linger" stay "$mark" >"$work/out" 2>&1 </dev/null &
      launcher=$!
      until_true grep -q ready "$work/out"
      [ "$(ps -o pgid= $launcher | tr -d ' ')" = $launcher ]
      kill -9 -$launcher
      wait $launcher 2>/dev/null || true
      until_true nobody_left || { echo "$tty $denial"; marked | xargs ps -fp; return 1; }
    done
  done
}

@test "requiring a guarantee that is lost refuses with cause and remedy" {
  causes() {
    case $1 in
      no-namespaces) echo "user.max_user_namespaces" ;;
      container | no-mounts) echo "system-call filter" ;;
      chroot) echo "chroot" ;;
    esac
  }
  for denial in $tiers; do
    for guarantee in files-see processes; do
      run --separate-stderr "$under" $denial -- "$FUMEHOOD" run \
        --require $guarantee -- /bin/echo STARTED
      echo "$denial, $guarantee: $status, $output, $stderr"
      [ "$status" = 125 ]
      [ -z "$output" ]
      [ "${#stderr_lines[@]}" = 1 ]
      [[ $stderr == "fumehood: $guarantee cannot be held: "* ]]
      [[ $stderr == *"$(causes $denial)"* ]]
      [[ $stderr == *"--without"* ]]
    done
  done
  # Control: where nothing is denied, both are held.
  run "$FUMEHOOD" run --require files-see --require processes -- /bin/echo STARTED
  [ "$status" = 0 ]
  [ "$output" = STARTED ]
}

@test "neither namespaces nor Landlock: refused, and named what is missing" {
  for landlock in no-landlock landlock-off; do
    run --separate-stderr "$under" no-namespaces,$landlock -- "$FUMEHOOD" run -- \
      /bin/echo STARTED
    [ "$status" = 125 ]
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" = 1 ]
    for word in files-read files-write lifetime max_user_namespaces --without; do
      [[ $stderr == *"$word"* ]]
    done
  done
}

@test "accepting every loss runs, and the filter still holds what it can" {
  run --separate-stderr "$under" no-namespaces,no-landlock -- "$FUMEHOOD" run \
    --without files-read --without files-write --without lifetime -- \
    /bin/bash -c "cat $work/secret
      exec 3<>/dev/tcp/127.0.0.1/1 && echo TCP
      chmod 644 $work/secret && echo CHMOD
      grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status"
  [ "$status" = 0 ]
  [[ $output == *secret* ]] # lost as accepted
  [[ $output != *TCP* ]]
  [[ $output != *CHMOD* ]]
  [[ $output == *"NoNewPrivs:	1"* ]]
  [[ $output == *"Seccomp:	2"* ]]
}

@test "without Landlock the namespaces hold everything" {
  for landlock in no-landlock landlock-off; do
    run "$under" $landlock -- "$FUMEHOOD" run -x "$fences" -- \
      "$fences" "$work/secret"
    [ "$status" = 0 ]
    [ "$output" = "STARTED
0 fences missing" ]
    run "$under" $landlock -- "$FUMEHOOD" run --report text -- /bin/true
    [ "$status" = 0 ]
    [[ $output != *Landlock* ]]
  done
  # Control: with it, the report names it as a holder.
  run "$FUMEHOOD" run --report text -- /bin/true
  [[ $output == *Landlock* ]]
}

@test "under a covered /proc the box has none, and holds" {
  run "$under" masked-proc -- "$FUMEHOOD" run -- /bin/bash -c "
    cat $work/secret && echo READ
    : >/new && echo WRITTEN
    ls /proc/self && echo PROC
    echo pid \$\$ parent \$PPID"
  echo "$output"
  [ "$status" = 0 ]
  [[ $output != *READ* ]]
  [[ $output != *WRITTEN* ]]
  [[ $output != *PROC* ]]
  [[ $output == *"parent 1" ]]
  # Again and again: what is made beside the mounts must not need a /proc that
  # may be gone by then.
  for ((i = 0; i < 30; i++)); do
    run "$under" masked-proc -- "$FUMEHOOD" run -- /bin/echo ran
    echo "$output"
    [ "$output" = ran ]
  done
}

@test "doctor tells each denial from the others" {
  said() { "$under" "$1" -- "$FUMEHOOD" doctor 2>&1 || true; }
  [[ $(said no-namespaces) == *max_user_namespaces* ]]
  [[ $(said container) == *"system-call filter"* ]]
  [[ $(said chroot) == *chroot* ]]
  [[ $(said masked-proc) == */proc* ]]
  # Control: the healthy machine hears none of it.
  healthy=$("$FUMEHOOD" doctor 2>&1)
  [[ $healthy != *"system-call filter"* ]]
  [[ $healthy != *chroot* ]]
}
