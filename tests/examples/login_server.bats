#!/usr/bin/env bats
# The login server, started as an ordinary user: it answers, stays behind its fences,
# and both its processes end together.
bats_require_minimum_version 1.5.0

source "$STAGE/tests/helpers/server.bash"
source "$STAGE/tests/helpers/login.bash"

setup() {
  login_setup
  printf 'alice:right password\nbob:another\nlong:%0250d\n' 0 >"$WORK/logins"
  chmod 600 "$WORK/logins"
}

teardown() {
  login_stop
  rm -rf "$WORK"
}

login_start() {
  for _ in {1..20}; do
    PORT=$((20000 + RANDOM % 20000))
    sed -e "s|tcp:8080|tcp:$PORT|" -e "s|/etc/login_server/logins|$WORK/logins|" \
      "$STAGE/examples/login_server.user.conf" >"$WORK/conf"
    login_run "$WORK/conf" "$PORT" - "$WORK/logins" && return 0
    grep -q 'Address already in use' "$WORK/said" || break
  done
  cat "$WORK/said"
  return 1
}

@test "a right login is 200; a wrong, an unknown, an empty one and none are 401" {
  login_start
  [ "$(code 'alice:right password')" = 200 ]
  [ "$(code bob:another)" = 200 ]
  for login in 'alice:right passwor' 'alice:right password ' alice:another \
    bob: :another carol:another '' : $'bob:another\nbob:another' 'b:a' \
    "long:$(printf %0249d 0)" "long:$(printf %0251d 0)"; do
    [ "$(code "$login")" = 401 ]
  done
  # The longest that fits, as the control of those beside it.
  [ "$(code "long:$(printf %0250d 0)")" = 200 ]
  [ "$(raw 'GET / HTTP/1.1\r\n\r\n')" = 401 ]
}

@test "what is no base64 to its end is no login" {
  login_start
  right=$(printf bob:another | base64)
  [ "$(basic "$right")" = 200 ]
  for wrong in "$right!" "$right x" "!$right" "#" "" "=" "${right:0:6}=${right:6}" \
    "$(printf 'bob:another\0' | base64)" "$(printf 'bob:another:' | base64)"; do
    [ "$(basic "$wrong")" = 401 ]
  done
  [ "$(raw "GET / HTTP/1.1\r\nX-Authorization: Basic $right\r\n\r\n")" = 401 ]
  [ "$(raw "GET / HTTP/1.1\r\nAuthorization: Bearer $right\r\n\r\n")" = 401 ]
}

@test "bad requests are 400, 408 and 413, and the next client is served" {
  login_start
  [ "$(raw 'hello\r\n\r\n')" = 400 ]
  [ "$(raw 'GET /\r\n\r\n')" = 400 ]
  exec 6<>"/dev/tcp/127.0.0.1/$PORT"
  # One that stops in the middle, 2047 bytes without an end, and one that is silent.
  [ "$(perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die;
    print $s "GET / HT"; $s->flush; shutdown($s, 1); print <$s>' "$PORT" | status_of)" = 400 ]
  [ "$(raw "$(head -c 2047 /dev/zero | tr '\0' a)")" = 413 ]
  [ "$(timeout 12 cat <&6 | status_of)" = 408 ]
  exec 6<&-
  [ "$(code bob:another)" = 200 ]
}

@test "20 clients at once, while another says nothing" {
  login_start
  exec 6<>"/dev/tcp/127.0.0.1/$PORT"
  clients=()
  for i in {1..20}; do
    login=bob:another expected=200
    [ $((i % 2)) = 0 ] && login=bob:wrong expected=401
    (for _ in {1..5}; do [ "$(code $login)" = $expected ] || exit 1; done) 3>&- 6<&- &
    clients+=($!)
  done
  for pid in "${clients[@]}"; do wait "$pid"; done
  exec 6<&-
}

@test "both are confined, and neither has a capability" {
  # Control: this shell has no filter, and opens what it likes.
  [ "$(role_is $$ Seccomp)" = 0 ]
  login_start
  for pid in $MONITOR $WORKER; do
    [ "$(role_is "$pid" Seccomp)" = 2 ]
    [ "$(role_is "$pid" NoNewPrivs)" = 1 ]
    for set in CapInh CapPrm CapEff CapAmb; do
      [ "$(role_is "$pid" $set)" = $none ]
    done
    # Not dumpable: what the same user's processes mostly show is shut.
    run cat "/proc/$pid/environ"
    [ "$status" = 1 ]
  done
  cat "/proc/$$/environ" >/dev/null
}

@test "the logins are the monitor's to read, and the worker's fences hold them back" {
  login_start
  # The monitor reads the file for every question.
  [ "$(code bob:another)" = 200 ]
  chmod 0 "$WORK/logins"
  [ "$(code bob:another)" = 401 ]
  chmod 600 "$WORK/logins"
  printf 'dora:new\n' >"$WORK/logins"
  [ "$(code dora:new)" = 200 ]
  run "$FUMEHOOD" broker show "$WORK/conf"
  echo "$output"
  [ "$status" = 0 ]
  grep -qE '^  files-read +held +held' <<<"$output"
  grep -qxE "  reading +$WORK/logins" <<<"$output"
}

@test "SIGTERM ends both, and the port is free" {
  login_start
  [ "$(code bob:another)" = 200 ]
  login_stop
  [ "$LOGIN_STATUS" = 143 ]
  grep -q 'ended by signal 15' "$WORK/said"
  run code bob:another
  [ "$output" = 000 ]
}

@test "SIGKILL of the one ends the other, in the middle of a request as well" {
  for victim in monitor worker; do
    for when in idle asking; do
      login_start
      if [ $when = asking ]; then
        exec 6<>"/dev/tcp/127.0.0.1/$PORT"
        printf 'GET / HTTP/1.1\r\nAuthorization: Basic ' >&6
        (for _ in {1..50}; do code bob:another >"$WORK/codes" || break; done) 3>&- 6<&- &
        clients=$!
        sleep 0.1
      fi
      if [ $victim = monitor ]; then kill -KILL "$MONITOR"; else kill -KILL "$WORKER"; fi
      both_gone
      wait "$SERVER" || status=$?
      [ "$status" = 137 ]
      SERVER=
      [ $when = idle ] || { wait "$clients" || true; exec 6<&-; }
      run code bob:another
      [ "$output" = 000 ]
      # Nothing of it is left.
      run pgrep -f "$WORK/conf"
      [ "$status" = 1 ]
    done
  done
}
