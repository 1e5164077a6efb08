#!/usr/bin/env bats
# Passwords by the real PAM, with accounts and services that exist for a mount
# namespace alone: nothing on the machine changes.
bats_require_minimum_version 1.5.0

source "$STAGE/tests/helpers/own_etc.bash"

setup() {
  [ "$(id -u)" = 0 ]
  work=$(mktemp -d "$TMPDIR/pam.XXXXXX")
  [ -e /usr/include/security/pam_modules.h ] || skip "PAM's headers are missing"
  gcc -D_GNU_SOURCE -shared -fPIC -Wall -Werror -o "$work/pam_strange.so" "$STAGE/tests/helpers/pam_strange.c"
  strange="$work/pam_strange.so"
  own_etc "$work/etc"
  printf %s 'right Password 7' >"$work/password"
  printf %s 'wrong Password 7' >"$work/wrong"
  hash=$(openssl passwd -6 'right Password 7')
  own_account good "$hash"
  own_account locked "!$hash"
  own_account expired "$hash" 99999 100
  own_account aged "$hash" 1
  own_account empty ''
  # Those that PAM itself has.
  own_service permit 'auth required pam_permit.so' 'account required pam_permit.so'
  own_service deny 'auth required pam_deny.so' 'account required pam_permit.so'
  own_service deny-account 'auth required pam_permit.so' 'account required pam_deny.so'
  own_service unix 'auth required pam_unix.so' 'account required pam_unix.so'
}

teardown() { rm -rf "$work"; }

# A service that rests on our own module.
strange() { # ARGUMENTS OF THE MODULE
  own_service strange "auth required $strange $*" 'account required pam_permit.so'
}

# In a mount namespace of its own, where the machine's accounts, state and logs
# are out of reach.
scene() { # COMMAND...
  unshare --mount --propagation private sh -c '
    etc=$0; '"$own_etc_mounts"' && exec "$@"' "$work/etc" "$@"
}

answers() { # YES|NO|LATE SERVICE USER PASSWORD_FILE [LIMIT_MS]
  local expected=$1
  shift
  run scene "$STAGE/build/helper_authenticate" ask "$@"
  echo "$*: $output, not $expected"
  [ "$output" = "$expected" ]
}

@test "pam_permit and pam_deny are asked, and the account as well" {
  answers yes permit good "$work/password"
  answers no deny good "$work/password"
  answers no deny-account good "$work/password"
}

@test "pam_unix: the right password, and no other" {
  answers yes unix good "$work/password"
  answers no unix good "$work/wrong"
  : >"$work/none"
  answers no unix good "$work/none"
  printf %s 'right Password 7 ' >"$work/longer"
  answers no unix good "$work/longer"
}

@test "pam_unix where even root may not read /etc/shadow by its mode" {
  chmod 0 "$work/etc/shadow"
  answers yes unix good "$work/password"
  answers no unix good "$work/wrong"
}

@test "no such user, a locked, an expired, an aged account and no password are all no" {
  answers no unix nobody-here "$work/password"
  answers no unix locked "$work/password"
  answers no unix expired "$work/password"
  answers no unix aged "$work/password"
  : >"$work/none"
  answers no unix empty "$work/none"
}

@test "an empty password is no password, even where a service would take it" {
  own_service nullok 'auth required pam_unix.so nullok' 'account required pam_unix.so'
  : >"$work/none"
  answers no nullok empty "$work/none"
  # Control: it takes others.
  answers yes nullok good "$work/password"
}

@test "PAM's own delay after a no is the monitor's" {
  # It would be 1.5 s at least.
  for _ in 1 2 3; do
    begin=$(date +%s%N)
    answers no unix good "$work/wrong"
    [ $(($(date +%s%N) - begin)) -lt 1400000000 ] && return 0
  done
  return 1
}

@test "a name that is a path or an option is no user" {
  for name in ../good good/../good -good .good 'good:x' $'good\nx' 'good '; do
    answers no permit "$name" "$work/password"
  done
}

@test "pam_faillock counts in /run, and locks" {
  own_service faillock \
    'auth required pam_faillock.so preauth deny=2' \
    'auth sufficient pam_unix.so' \
    'auth [default=die] pam_faillock.so authfail deny=2' \
    'account required pam_unix.so'
  cat >"$work/several" <<'SH'
for file in "$@"; do
  "$STAGE/build/helper_authenticate" ask faillock good "$file"
done
stat -c '%u %n' /run/faillock/*
SH
  run scene sh "$work/several" "$work/password" "$work/wrong" "$work/wrong" "$work/password"
  echo "$output"
  # The last one was right, but too late.
  [ "$output" = $'yes\nno\nno\nno\n0 /run/faillock/good' ]
}

@test "a service that is not there is told, and is not the service other" {
  own_service other 'auth required pam_permit.so' 'account required pam_permit.so'
  run scene "$STAGE/build/helper_authenticate" ask nothing good "$work/password"
  echo "$output"
  [ "$status" = 1 ]
  [ "$output" = "authenticate nothing: there is no such PAM service" ]
}

@test "the password is given once, and to no other question" {
  strange once
  answers yes strange good "$work/password"
  strange twice
  answers no strange good "$work/password"
  strange visible
  answers no strange good "$work/password"
}

@test "what modules say is heard by nobody" {
  strange said
  answers yes strange good "$work/password"
}

@test "a module that ends the process, well or badly, is no yes" {
  strange exit
  answers no strange good "$work/password"
  strange crash
  answers no strange good "$work/password"
}

@test "a module that answers for another user is no yes" {
  strange rename good
  answers yes strange good "$work/password"
  strange rename root
  answers no strange good "$work/password"
}

# The process that the module named is there no more.
is_gone() { # PID_FILE
  local pid
  pid=$(cat "$1")
  for _ in $(seq 50); do
    [ -e "/proc/$pid" ] || return 0
    sleep 0.1
  done
  ps -o pid,ppid,sid,uid,stat,args -p "$pid"
  return 1
}

@test "a module that hangs is ended, as whomever it runs, and what it started" {
  # /run is out of sight for us: a directory of it is ours.
  mkdir -m 777 "$work/run"
  unseen() { scene sh -c 'd=$0; mount --bind "$d" /run && exec "$@"' "$work/run" "$@"; }
  for how in hang hang-as-user; do
    rm -f "$work/run/pid"
    strange $how /run/pid
    begin=$SECONDS
    run unseen "$STAGE/build/helper_authenticate" ask strange good "$work/password" 1500
    echo "$how: $output"
    [ "$output" = late ]
    [ $((SECONDS - begin)) -lt 20 ]
    is_gone "$work/run/pid"
  done
  # pam_exec puts its program in a session of its own.
  printf '#!/bin/sh\necho $$ >/run/pid2\nexec sleep 300\n' >"$work/sleeper"
  chmod 755 "$work/sleeper"
  own_service exec "auth required pam_exec.so $work/sleeper" 'account required pam_permit.so'
  run unseen "$STAGE/build/helper_authenticate" ask exec good "$work/password" 1500
  [ "$output" = late ]
  is_gone "$work/run/pid2"
  # What a module leaves running while it answers.
  strange leave /run/pid3
  run unseen "$STAGE/build/helper_authenticate" ask strange good "$work/password" 10000
  [ "$output" = yes ]
  is_gone "$work/run/pid3"
}

@test "modules write where services keep their state, and nowhere else" {
  for path in /run/x /var/lib/x /var/log/x; do
    strange write $path
    answers yes strange good "$work/password"
  done
  for path in /etc/x /tmp/x-pam-test /root/x-pam-test /usr/x-pam-test; do
    strange write $path
    answers no strange good "$work/password"
    [ ! -e "$path" ]
  done
  [ ! -e "$work/etc/x" ]
}

@test "modules reach no network and hold no other descriptor" {
  strange unix
  answers yes strange good "$work/password"
  strange internet
  answers no strange good "$work/password"
  strange surplus
  answers no strange good "$work/password"
}

@test "the password is in no argument, environment or memory but the attempt's" {
  strange wait 4000
  run scene "$STAGE/build/helper_authenticate" traces strange good "$work/password"
  echo "$output"
  [ "${lines[0]}" = "under way: attempt has it, helper 0, arguments 0, environments 0" ]
  [ "${lines[1]}" = "after yes: attempt gone, helper 0, we have it" ]
}

@test "the machine is as it was" {
  [ ! -e /etc/pam.d/strange ]
  [ ! -e /run/faillock/good ]
  run grep -E '^(good|locked|expired|aged):' /etc/passwd /etc/shadow
  [ "$status" = 1 ]
}
