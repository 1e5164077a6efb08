#!/usr/bin/env bats
# The example server serves under load, behind its fences, and ends when asked.
bats_require_minimum_version 1.5.0

source "$STAGE/tests/helpers/server.bash"

@test "confined, it echoes every byte to 300 clients at once" {
  server_start 0
  run load 300 100000
  echo "$output"
  [ "$output" = "300 connections, 100000 bytes each, all equal" ]
  # What it was before, it is after.
  [ "$(server_is Seccomp)" = 2 ]
  run load 1 50000000
  [ "$status" = 0 ]
}

@test "confined, it has a filter, no_new_privs and no capability" {
  server_start 0 --unconfined
  # Control: without confining it has no filter.
  [ "$(server_is Seccomp)" = 0 ]
  [ "$(server_is NoNewPrivs)" = 0 ]
  run load 10 1000
  [ "$status" = 0 ]
  server_stop
  server_start 0
  [ "$(server_is Seccomp)" = 2 ]
  [ "$(server_is NoNewPrivs)" = 1 ]
  for set in CapInh CapPrm CapEff CapAmb; do
    [ "$(server_is $set)" = $none ]
  done
}

@test "it says of every guarantee how far it is held" {
  server_start 0
  cat "$WORK/said"
  for name in files-read files-write network privileges kernel; do
    grep -qE "^$name +(fully|partly) +[A-Za-z]" "$WORK/said"
  done
  # All of them, held or not.
  [ "$(grep -cE '^[a-z-]+ +(not|partly|fully)' "$WORK/said")" = 15 ]
}

@test "clients that vanish, send nothing or never read do not stop it" {
  server_start 0
  # One that never reads, and one that says nothing.
  (exec 5<>"/dev/tcp/127.0.0.1/$PORT"; head -c 10000000 /dev/zero >&5) 3>&- &
  deaf=$!
  exec 6<>"/dev/tcp/127.0.0.1/$PORT"
  for _ in 1 2 3; do
    timeout 0.3 "$STAGE/build/helper_echo_load" "$PORT" 50 100000000 || true
  done
  run load 20 100000
  [ "$status" = 0 ]
  exec 6<&-
  kill "$deaf" || true
  wait "$deaf" || true
}

@test "SIGTERM ends it with status 0, and the port is free" {
  server_start 0
  server_stop
  [ "$SERVER_STATUS" = 0 ]
  run load 1 1
  [ "$status" = 1 ]
}

@test "a port that is taken is an error" {
  server_start 0
  run "$STAGE/build/example_echo_server" "$PORT"
  [ "$status" = 1 ]
  [[ $output == "bind: "* ]]
}
