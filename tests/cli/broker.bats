#!/usr/bin/env bats
# fumehood broker show: a whole profile, or why not.

setup() {
  cd "$BATS_TEST_TMPDIR"
  cat > app.conf <<'PROFILE'
[broker]
bind = tcp:8080 when=starting times=1
open = /srv
request = say-hello max-request=16

[syscalls]
syscalls = network-server
PROFILE
  chmod 600 app.conf
}

@test "a profile is shown as text" {
  run "$FUMEHOOD" broker show app.conf
  [ "$status" = 0 ]
  [[ $output == Processes:* ]]
  [[ $output == *"bind = tcp:8080 when=starting times=1"*"-> a descriptor"* ]]
  [[ $output == *"monitor "*"uid $(id -u)"* ]]
  [[ $output != *authenticator* ]]
}

@test "a profile is shown as JSON" {
  "$FUMEHOOD" broker show --json app.conf > shown
  [ "$(jq -r .schema shown)" = fumehood-broker-1 ]
  [ "$(jq -r '.table | map(.key) | join(" ")' shown)" = "bind open request" ]
  [ "$(jq -c '.monitor.listen' shown)" = '[8080]' ]
  [ "$(jq -r '.monitor.syscalls_beyond | index("openat2") != null' shown)" = true ]
  [ "$(jq -r '.worker.guarantees | length' shown)" = 15 ]
  [ "$(jq -r '.processes | map(.name) | join(" ")' shown)" = "monitor worker" ]
  [ "$(jq -r '.table[0].origin' shown)" = app.conf:2:8 ]
}

@test "what is wrong in a profile is told with its place" {
  echo 'open = relative' >> app.conf
  run "$FUMEHOOD" broker show app.conf
  [ "$status" = 125 ]
  [[ $output == *"app.conf:8:1: unknown setting open"* ]]
  printf '[broker]\nopen = relative\n' > app.conf
  run "$FUMEHOOD" broker show app.conf
  [ "$status" = 125 ]
  [[ $output == *"app.conf:2:8: open relative: not an absolute path"* ]]
}

@test "a profile that others can write is refused" {
  chmod 620 app.conf
  run "$FUMEHOOD" broker show app.conf
  [ "$status" = 125 ]
  [[ $output == *"can be written by others"* ]]
}

@test "a port that this user may not bind is told" {
  [ "$(id -u)" != 0 ] || skip "root may bind every port"
  [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 1 ] || skip "every port is free"
  printf '[broker]\nbind = tcp:1\n' > app.conf
  run "$FUMEHOOD" broker show app.conf
  [ "$status" = 125 ]
  [[ $output == *CAP_NET_BIND_SERVICE* ]]
}

@test "a table that the kernel cannot hold is refused" {
  printf '[broker]\nopen = /srv\n[guarantees]\nrequire = files-see\n' > app.conf
  run "$FUMEHOOD" broker show app.conf
  [ "$status" = 125 ]
  [[ $output == *"files-see cannot be held"* ]]
}

@test "a verb too few or too many" {
  for words in "" "shwo app.conf" "show" "show app.conf more" "show --jsn app.conf" "show nowhere.conf"; do
    run "$FUMEHOOD" broker $words
    [ "$status" = 125 ] || { echo "$words: $status"; return 1; }
    [[ $output == fumehood:* ]]
  done
  run "$FUMEHOOD" broker --help
  [ "$status" = 0 ]
  [[ $output == *"show [--json] PROFILE"* ]]
  run "$FUMEHOOD" broker show --help
  [ "$status" = 0 ]
}

@test "a profile whose name begins with a dash" {
  mv app.conf ./-app
  run "$FUMEHOOD" broker show -- -app
  [ "$status" = 0 ]
}
