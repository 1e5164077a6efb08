#!/usr/bin/env bats
# Passwords and keys that pass through a broker: no process keeps them, and none
# of its processes leaves a core.
bats_require_minimum_version 1.5.0

source "$STAGE/tests/helpers/own_etc.bash"

setup() {
  [ "$(id -u)" = 0 ]
  WORK=$(mktemp -d "$TMPDIR/secrets.XXXXXX")
  BROKER=
  others=()
  # 200 random characters; what is a piece of it is from nowhere else.
  head -c 150 /dev/urandom | base64 -w0 | tr -d '\n' >"$WORK/secret"
  chmod 600 "$WORK/secret"
  own_etc "$WORK/etc"
  own_account alice "$(openssl passwd -6 -stdin <"$WORK/secret")"
  own_service unix 'auth required pam_unix.so' 'account required pam_unix.so'
}

teardown() {
  [ ${#others[@]} = 0 ] || kill "${others[@]}"
  [ -z "$BROKER" ] || broker_end
  rm -rf "$WORK"
}

broker_start() {
  mkfifo "$WORK/in" "$WORK/out"
  unshare --mount --propagation private sh -c '
    etc=$0; '"$own_etc_mounts"' && exec "$@"' "$WORK/etc" \
    "$STAGE/build/helper_secret" unix alice "$WORK/secret" \
    <"$WORK/in" >"$WORK/out" 2>"$WORK/said" 3>&- &
  BROKER=$!
  exec 8>"$WORK/in" 9<"$WORK/out"
  tell pid
  WORKER=$ANSWER
  read -r -a children <"/proc/$BROKER/task/$BROKER/children" || true
  [ ${#children[@]} = 2 ]
  HELPER=${children[1]}
  [ "${children[0]}" = "$WORKER" ]
}

broker_end() {
  STATUS=0
  exec 8>&- 9<&-
  wait "$BROKER" || STATUS=$?
  BROKER=
}

# One command; its answer is ANSWER.
tell() { # COMMAND...
  ANSWER=
  echo "$*" >&8
  read -r -t 30 ANSWER <&9 || { cat "$WORK/said"; return 1; }
}

says() { # EXPECTED COMMAND...
  local expected=$1
  shift
  tell "$@"
  [ "$ANSWER" = "$expected" ] || { echo "${1}: $ANSWER, not $expected"; return 1; }
}

# The longest piece of the secret, of the process whose number it is.
piece() { # PID
  "$STAGE/build/helper_scan" "$WORK/secret" "$1" 2>>"$WORK/found" |
    sed -n 's/.*: memory \([0-9]*\), cmdline 0, environ 0$/\1/p'
}

# 16 bytes would be a find; what is shorter and there is shown as well.
nowhere() {
  local pid
  : >"$WORK/found"
  for pid in "$WORKER" "$BROKER" "$HELPER"; do
    [ "$(piece "$pid")" = 0 ] || { echo "worker $WORKER, monitor $BROKER, helper $HELPER: $pid"; cat "$WORK/found"; return 1; }
  done
}

in_worker_alone() {
  [ "$(piece "$WORKER")" = 200 ]
  [ "$(piece "$BROKER")" = 0 ]
  [ "$(piece "$HELPER")" = 0 ]
}

@test "control: what the worker has is found in it" {
  broker_start
  nowhere
  says 0 take "$(cat "$WORK/secret")"
  in_worker_alone
  says 0 wipe
  nowhere
}

@test "a password, right or wrong, stays with nobody but the caller" {
  broker_start
  says 0 take "$(cat "$WORK/secret")"
  says 0 authenticate
  in_worker_alone
  says 0 wipe
  nowhere
  # A wrong one: the same, and a byte more.
  says 0 take "$(cat "$WORK/secret")x"
  says -EACCES authenticate
  says 0 wipe
  nowhere
  # One that was typed as the user's name.
  says 0 take "$(cat "$WORK/secret")"
  says -EACCES authenticate-as
  says 0 wipe
  nowhere
}

@test "a password that no message holds is not left half-written" {
  broker_start
  says 0 take "$(for _ in {1..6}; do cat "$WORK/secret"; done)"
  says -E2BIG authenticate
  says 0 wipe
  nowhere
}

@test "a file's bytes stay with nobody but the caller" {
  broker_start
  says 0 read
  in_worker_alone
  says 0 wipe
  nowhere
  says -ENOSPC read-little
  nowhere
}

@test "what a request of the program's own carries stays with nobody, either way" {
  broker_start
  says 0 take "$(cat "$WORK/secret")"
  says 0 echo
  says 0 wipe
  nowhere
  # What a handler wrote that refused.
  says 0 take "$(cat "$WORK/secret")"
  says -EACCES refuse
  says 0 wipe
  nowhere
}

@test "answers that waited are gone with the next call, and with the channel" {
  broker_start
  says 0 take "$(cat "$WORK/secret")"
  says 0 begin
  for _ in 1 2 3; do says 0 finish; done
  says -ENOENT finish
  says 0 wipe
  nowhere
  # Lent until the next call; then something shorter comes.
  says 0 take "$(cat "$WORK/secret")"
  says 0 begin
  says 0 finish
  says 0 finish
  says 0 other
  says 0 wipe
  nowhere
  says 0 finish
  says 0 pass-on
  says 0 wipe
  nowhere
  # One that nobody waited for.
  says 0 take "$(cat "$WORK/secret")"
  says -ETIMEDOUT no-wait
  says 0 other
  says 0 wipe
  nowhere
  # Those that nobody asked for any more.
  says 0 take "$(cat "$WORK/secret")"
  says 0 begin
  says 0 finish
  says 0 wipe
  [ "$(piece "$WORKER")" = 200 ]
  says 0 free
  nowhere
}

@test "nothing of it is said, logged or in an argument" {
  broker_start
  for _ in 1 2; do
    says 0 take "$(cat "$WORK/secret")"
    says 0 authenticate
    says 0 echo
    says 0 read
  done
  says 0 take "$(cat "$WORK/secret")x"
  says -EACCES authenticate
  for pid in "$WORKER" "$BROKER" "$HELPER"; do
    run "$STAGE/build/helper_scan" "$WORK/secret" "$pid"
    [[ $output == *"cmdline 0, environ 0" ]]
  done
  # Control: the log says something at all.
  grep -q '^log: ' "$WORK/said"
  for i in {0..184}; do
    run grep -qF -- "$(dd if="$WORK/secret" bs=1 skip=$i count=16 status=none)" "$WORK/said"
    [ "$status" = 1 ]
  done
}

@test "what had functions bound at the start is taken back, and what the user set stays" {
  # Control: they are bound late where nobody says otherwise.
  run readelf -d "$STAGE/build/helper_secret"
  [[ $output != *NOW* ]]
  broker_start
  says none variables
  tr '\0' '\n' <"/proc/$WORKER/environ" | grep -qx 'LD_BIND_NOW=fumehood'
  broker_end
  rm "$WORK/in" "$WORK/out"
  export LD_BIND_NOW=user
  broker_start
  says user variables
}

# As root, but without what opens the environment of those that are not dumpable: on
# Linux 6.18 each of the three does.
weaker=(setpriv --bounding-set -sys_ptrace,-perfmon,-sys_admin
  --inh-caps -sys_ptrace,-perfmon,-sys_admin)

owner() { stat -c %u "/proc/$1/environ"; } # PID

@test "none of them leaves a core, or is dumpable" {
  broker_start
  # Controls: what others of the same users show.
  "${weaker[@]}" sleep 300 >"$WORK/others" 2>&1 3>&- 8>&- 9<&- &
  others=($!)
  setpriv --reuid 65534 --clear-groups sleep 300 >"$WORK/others" 2>&1 3>&- 8>&- 9<&- &
  others+=($!)
  for _ in {1..100}; do
    [ "$(cat "/proc/${others[0]}/comm" "/proc/${others[1]}/comm")" = $'sleep\nsleep' ] && break
    sleep 0.05
  done
  "${weaker[@]}" cat "/proc/${others[0]}/environ" >"$WORK/environ"
  [ "$(owner "${others[1]}")" = 65534 ]
  for pid in "$WORKER" "$BROKER" "$HELPER"; do
    grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
    run "${weaker[@]}" cat "/proc/$pid/environ"
    [ "$status" = 1 ]
    [[ $output == *"Permission denied"* ]]
    [ "$(owner "$pid")" = 0 ]
  done
  # The worker dies of what leaves a core; bit 7 of its status says whether it did.
  kill -SEGV "$WORKER"
  broker_end
  [ "$STATUS" = 139 ]
  grep -qx 'ended by signal 11, status b' "$WORK/said"
}
