#!/usr/bin/env bats
# `fumehood attack`: what gets through, and whether the score card would tell.

through() { # OPTIONS...: "guarantee name" of each attack that got through
  "$FUMEHOOD" attack --json "$@" 2>/dev/null |
    jq -r '.attacks[] | select(.verdict == "GOT-THROUGH") | .guarantee + " " + .name'
}

@test "nothing gets through the default box" {
  run "$FUMEHOOD" attack
  [ "$status" = 0 ]
  [[ ${lines[-1]} == *" 0 GOT-THROUGH"*" 0 NOT-PLAYED" ]]
  held=${lines[-1]%% held*}
  [ "$held" -ge 150 ]
}

@test "every refusal has the errno that was promised" {
  [ "$("$FUMEHOOD" attack --json |
    jq '[.attacks[] | select(.verdict == "held-other")] | length')" = 0 ]
}

@test "known holes are still holes, and are named" {
  run "$FUMEHOOD" attack --json
  holes=$(jq -r '.attacks[] | select(.verdict == "hole") | .name' <<<"$output" | sort | xargs)
  [ "$holes" = "hole-boot-id hole-kernel-release hole-meminfo hole-memory-file hole-write-exec" ]
}

@test "nothing gets through with the other networks, policies and answers" {
  for options in "--net loopback" "--net host" "--net host --connect 443" \
    "--net host --listen 8080" "--syscalls file-processor" \
    "--syscalls network-server" "--on-deny kill" "--tty inherit" \
    "--no-write-exec"; do
    run through $options
    [ -z "$output" ] || { echo "$options: $output"; return 1; }
  done
}

@test "a box that was opened is found open" {
  mkdir "$BATS_TEST_TMPDIR/stage"
  export TMPDIR=$BATS_TEST_TMPDIR/stage
  run "$FUMEHOOD" attack -w "$TMPDIR"
  [ "$status" = 1 ]
  [[ $output == *"GOT-THROUGH  read-secret "* ]]
  [[ $output == *"GOT-THROUGH  write-secret "* ]]
  run "$FUMEHOOD" attack --allow-syscall ptrace
  [ "$status" = 1 ]
}

@test "without namespaces only what is reported as lost gets through" {
  under=$STAGE/build/helper_under
  lost=$("$under" no-namespaces -- "$FUMEHOOD" doctor --json |
    jq -r '.guarantees | to_entries[] | select(.value.state == "lost") | .key')
  got=$("$under" no-namespaces -- "$FUMEHOOD" attack --json 2>/dev/null |
    jq -r '.attacks[] | select(.verdict == "GOT-THROUGH") | .guarantee' | sort -u)
  [ -n "$got" ] # files-see at the least: the test looks at something
  for guarantee in $got; do
    grep -qx "$guarantee" <<<"$lost" || { echo "$guarantee is broken, not lost"; return 1; }
  done
}

@test "started as an ordinary user or not at all: attack runs no program but its own" {
  run "$FUMEHOOD" attack true
  [ "$status" = 125 ]
  # After a "--" it is what a profile's variables stand for.
  run "$FUMEHOOD" attack --json -- /nowhere/program
  [ "$status" = 0 ]
  [[ $output == *'"verdict": "held"'* ]]
  run "$FUMEHOOD" attack --inside nonsense
  [ "$status" = 125 ]
}
