#!/usr/bin/env bats
# A second compiler and a checker have nothing to say.

cd "$TOP"

setup() { include=(-D_GNU_SOURCE -Isrc -Icli -Iinclude "-I$BUILD"); }

@test "clang has no warning" {
  for source in src/*/*.c cli/*.c; do
    run clang -std=gnu11 -fsyntax-only -Wall -Wextra -Wshadow -Wformat=2 \
      -Wno-unused-parameter "${include[@]}" "$source"
    [ -z "$output" ] || { echo "$output"; return 1; }
  done
  # Control: it would have.
  echo 'int f(void) { int unused; return 0; }' >"$BATS_TEST_TMPDIR/bad.c"
  run clang -fsyntax-only -Wall "$BATS_TEST_TMPDIR/bad.c"
  [ -n "$output" ]
}

@test "every header compiles alone" {
  for header in src/*/*.h cli/*.h include/*/*.h; do
    grep -q 'no include guard' "$header" && continue
    run gcc -std=gnu11 -fsyntax-only -Wall "${include[@]}" -x c "$header"
    [ -z "$(grep -v 'pragma once' <<<"$output" | grep -E 'error|warning')" ] ||
      { echo "$output"; return 1; }
  done
}

@test "cppcheck has nothing to say" {
  check() {
    cppcheck -q --error-exitcode=1 --std=c11 --inline-suppr \
      --enable=warning,portability --suppress=missingInclude -D__x86_64__=1 "$@"
  }
  check "${include[@]}" src cli
  # Control: it would have.
  printf 'int f(void)\n{\n\tint a[2];\n\treturn a[2];\n}\n' \
    >"$BATS_TEST_TMPDIR/bad.c"
  run check "$BATS_TEST_TMPDIR/bad.c"
  [ "$status" = 1 ]
}
