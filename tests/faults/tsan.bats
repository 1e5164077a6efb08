#!/usr/bin/env bats
# The parent's side of fh_spawn() under ThreadSanitizer.

setup() {
  tsan="$STAGE/build/helper_tsan_threads"
  [ -x "$tsan" ] || skip "the compiler has no ThreadSanitizer"
  # Its shadow memory does not fit every random layout.
  run=("$tsan")
  if setarch -R true 2>/dev/null; then run=(setarch -R "$tsan"); fi
  # It has no namespaces there, see tsan_child.c.
  run=("$STAGE/build/helper_under" no-namespaces -- "${run[@]}")
  # No namespaces also means that the tests which take them away are skipped.
  export FH_TESTS_MUST_RUN=
  export TSAN_OPTIONS="halt_on_error=1 exitcode=66"
}

@test "a race is told: the control" {
  run "${run[@]}" race
  echo "$output"
  [ "$status" = 66 ]
  [[ $output == *"data race"* ]]
}

@test "threads that spawn, wait, signal and free have no race" {
  run "${run[@]}"
  echo "$output"
  [ "$status" = 0 ]
  [[ $output != *ThreadSanitizer* ]]
  [ "$(grep -c '^ok' <<<"$output")" -ge 7 ]
}
