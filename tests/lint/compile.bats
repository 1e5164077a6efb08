#!/usr/bin/env bats
# A second compiler and a checker have nothing to say.

cd "$TOP"

setup() { include=(-D_GNU_SOURCE -Isrc -Icli -Iinclude "-I$BUILD"); }

# Runs a command on the files, ten at a time on each processor.
on_files() { # FILE... -- COMMAND...
  local files=()
  while [ "$1" != -- ]; do files+=("$1"); shift; done
  shift
  [ "${#files[@]}" -gt 100 ]
  printf '%s\0' "${files[@]}" | xargs -0 -n 10 -P "$(nproc)" "$@"
}

@test "clang has no warning" {
  run on_files src/*/*.c cli/*.c -- clang -std=gnu11 -fsyntax-only -Wall -Wextra \
    -Wshadow -Wformat=2 -Wno-unused-parameter "${include[@]}"
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$output" ]
  # Control: it would have.
  echo 'int f(void) { int unused; return 0; }' >"$BATS_TEST_TMPDIR/bad.c"
  run clang -fsyntax-only -Wall "$BATS_TEST_TMPDIR/bad.c"
  [ -n "$output" ]
}

@test "every header compiles alone" {
  mapfile -t headers < <(grep -L 'no include guard' src/*/*.h cli/*.h include/*/*.h)
  run on_files "${headers[@]}" -- gcc -std=gnu11 -fsyntax-only -Wall "${include[@]}" -x c
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$(grep -v 'pragma once' <<<"$output" | grep -E 'error|warning')" ]
}

@test "cppcheck has nothing to say" {
  check() {
    cppcheck -q -j "$(nproc)" --error-exitcode=1 --std=c11 --inline-suppr \
      --enable=warning,portability --suppress=missingInclude -D__x86_64__=1 "$@"
  }
  check "${include[@]}" src cli
  # Control: it would have.
  printf 'int f(void)\n{\n\tint a[2];\n\treturn a[2];\n}\n' \
    >"$BATS_TEST_TMPDIR/bad.c"
  run check "$BATS_TEST_TMPDIR/bad.c"
  [ "$status" = 1 ]
}
