#!/usr/bin/env bats
# Fail closed: whichever call of the set-up fails, no program without fences.
bats_require_minimum_version 1.5.0

load sweep.bash

setup() {
  work=$(mktemp -d "$TMPDIR/inject.XXXXXX")
  echo secret >"$work/secret"
  mkdir "$work/in" "$work/in/hidden" "$work/written" "$work/bound"
  # Control: outside, the program starts and finds hardly a fence.
  run "$fences" "$work/secret"
  [ "$status" = 1 ]
  [[ $output == STARTED* ]]
  [[ $output == *"MISSING seccomp"* ]]
  [[ $output == *"MISSING unreadable secret"* ]]
  [[ $output == *"MISSING read-only root"* ]]
}

teardown() { rm -rf "$work"; }

# A sweep that meets few calls, or fails none, has tested nothing.
all_judged() { # LEAST
  [ ! -s "$work/wrong" ]
  [ "$n_faults" -ge "$1" ]
  [ "$n_refused" -ge $(($1 / 3)) ]
  grep ^unhit "$work/verdicts" | sort | uniq -c >&2 || true
  [ "$n_unhit" -le 12 ]
  [ -z "$(find "$work/in" "$work/written" "$work/bound" -newer "$work/calls" -type f)" ]
}

@test "the sweep itself notices a program that starts although a call failed" {
  # Control: a box that is without the fence, and its fault not tolerated.
  list_calls "$work" "$FUMEHOOD" run -x "$fences" -- "$fences" "$work/secret"
  grep -q "pivot_root" "$work/calls"
  grep -q "seccomp" "$work/calls"
  processes "$work"
  [ -n "$init" ]
  printf 'STARTED\nMISSING seccomp\n1 fences missing\n' >"$work/out"
  : >"$work/err"
  [ "$(judge "$work" "$program" 1 seccomp 1 1)" = "wrong: started" ]
  [ "$(judge "$work" "$program" 1 close 1 1)" = "wrong: fences" ]
  : >"$work/out"
  [ "$(judge "$work" "$program" 1 seccomp 1 125)" = wrong ]
  [ "$(judge "$work" "$program" 1 seccomp 1 0)" = wrong ]
  [ "$(judge "$work" "$program" 1 seccomp 1 124)" = hangs ]
  echo "fumehood: load the filter" >"$work/err"
  [ "$(judge "$work" "$program" 1 seccomp 1 125)" = refused ]
}

@test "every call of an ordinary set-up, failed in turn" {
  sweep "$work" -x "$fences" -- "$fences" "$work/secret"
  all_judged 400
}

@test "every call of a set-up with every kind of grant, failed in turn" {
  # Quiet: on most hosts there is no cgroup to count processor time by, and that is told.
  sweep "$work" -q -x "$fences" -r "$work/in" -w "$work/written" \
    --bind "$work/bound:/bound" --hide "$work/in/hidden" \
    --tmpfs /scratch --device /dev/tty --net loopback --no-write-exec \
    --open-files 64 --file-size 1M --cpu-time 10s --timeout 60s --tty inherit \
    -- "$fences" "$work/secret"
  all_judged 450
}

@test "every call of a set-up whose output is counted, failed in turn" {
  sweep "$work" -q -x "$fences" --output-limit 1G -- "$fences" "$work/secret"
  all_judged 400
}

@test "every call of a set-up without namespaces, failed in turn" {
  # The denial must stand around the tracer: its own calls are no set-up.
  tracer=$inject
  inject="$work/inject"
  printf '#!/bin/sh\nexec %s no-namespaces -- %s "$@"\n' \
    "$STAGE/build/helper_under" "$tracer" >"$inject"
  chmod 755 "$inject"
  sweep "$work" -q -x "$fences" -- "$fences" "$work/secret" landlock
  all_judged 250
}
