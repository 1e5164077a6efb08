#!/usr/bin/env bats
# The example server, started as root: it binds as root and serves as nobody.
bats_require_minimum_version 1.5.0

source "$STAGE/tests/helpers/server.bash"

setup_file() { [ "$(id -u)" = 0 ]; }

@test "started as root it ends as nobody, without groups and capabilities" {
  server_start 0 --unconfined
  # Control: not confined, it stays root with capabilities.
  [ "$(server_is Uid)" = "0 0 0 0" ]
  [ "$(server_is CapEff)" != $none ]
  server_stop
  server_start 0
  [ "$(server_is Uid)" = "65534 65534 65534 65534" ]
  [ "$(server_is Gid)" = "65534 65534 65534 65534" ]
  [ "$(server_is Groups)" = "" ]
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    [ "$(server_is $set)" = $none ]
  done
  [ "$(server_is NoNewPrivs)" = 1 ]
  [ "$(server_is Seccomp)" = 2 ]
  run load 100 100000
  echo "$output"
  [ "$output" = "100 connections, 100000 bytes each, all equal" ]
}

@test "supplementary groups of root are gone, too" {
  # Control: a program started so has them.
  [ "$(setpriv --groups 5,6 id -G | tr ' ' '\n' | grep -cE '^[56]$')" = 2 ]
  cat >"$WORK/start" <<'END'
#!/bin/sh
exec setpriv --groups 5,6 "$STAGE/build/example_echo_server" 0
END
  sh "$WORK/start" >"$WORK/port" 2>"$WORK/said" 3>&- &
  SERVER=$!
  for _ in {1..100}; do
    [ "$(server_is Seccomp)" = 2 ] && break
    sleep 0.05
  done
  [ "$(server_is Seccomp)" = 2 ]
  [ "$(server_is Groups)" = "" ]
}

@test "a port below 1024 is bound as root and served as nobody" {
  server_start 823
  [ "$PORT" = 823 ]
  [ "$(server_is Uid)" = "65534 65534 65534 65534" ]
}

@test "the converter and the ten boxes work as root, and are as tight" {
  printf 'a,b\n1,2\n' >"$WORK/in.csv"
  "$STAGE/build/example_convert" "$WORK/in.csv" "$WORK/out.json"
  [ "$(jq -c . "$WORK/out.json")" = '[{"a":"1","b":"2"}]' ]
  run "$STAGE/build/example_ten_boxes"
  echo "$output"
  [ "$status" = 0 ]
  [ "$(grep -c . <<<"$output")" = 10 ]
  grep -qE '^steal +exited +1 .*/etc/shadow' <<<"$output"
}
