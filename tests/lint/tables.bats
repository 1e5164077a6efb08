#!/usr/bin/env bats
# The rules of STYLE.md that can be counted.

cd "$TOP"

@test "settings stand sorted and once" {
  names=$(sed -n 's/^\t{ \.name = "\([a-z-]*\)".*/\1/p' src/tables/settings.c)
  [ "$(wc -w <<<"$names")" -gt 30 ]
  diff <(echo "$names") <(LC_ALL=C sort -u <<<"$names")
}

@test "letters of options are given once" {
  letters=$(grep -o "\.letter = '.'" src/tables/settings.c)
  [ -n "$letters" ]
  [ -z "$(sort <<<"$letters" | uniq -d)" ]
}

@test "system calls stand sorted and once" {
  names=$(sed -n 's/^FH_SYSCALL(\([a-z0-9_]*\),.*/\1/p' src/tables/syscalls_list.h)
  [ "$(wc -w <<<"$names")" -gt 300 ]
  diff <(echo "$names") <(LC_ALL=C sort -u <<<"$names")
}

@test "capabilities are named in the order of their numbers" {
  names=$(grep -oE '"CAP_[A-Z_]+"' src/tables/capabilities.c | tr -d '"')
  [ "$(wc -w <<<"$names")" -ge 41 ]
  i=0
  for name in $names; do
    number=$(sed -nE "s/^#define $name[ \t]+([0-9]+)$/\1/p" \
      /usr/include/linux/capability.h)
    [ "$number" = $i ] || { echo "$name is $number, not $i"; return 1; }
    i=$((i + 1))
  done
}

@test "file names are unique in the tree" {
  twice=$(ls src/*/*.[ch] cli/*.[ch] | xargs -n1 basename | sort | uniq -d)
  echo "$twice"
  [ -z "$twice" ]
}

@test "every file says its job in its first line" {
  for file in src/*/*.[ch] cli/*.[ch] tests/*/*.[ch] tests/*.h; do
    [[ $(head -c 2 "$file") == "/*" ]] || { echo "$file"; return 1; }
  done
  for file in tests/*/*.bats tests/*/*.bash tests/run dev .ci/run; do
    head -2 "$file" | grep -q '^# ' || { echo "$file"; return 1; }
  done
}

@test "every header is guarded by its own name, or says why not" {
  for file in src/*/*.h cli/*.h; do
    guard="FH_$(sed -E 's|^src/||; s|[/.]|_|g' <<<"$file" | tr a-z A-Z)"
    short="FH_$(basename "$file" | tr a-z. A-Z_)"
    grep -qE "^#ifndef ($guard|$short)$" "$file" ||
      grep -q "no include guard" "$file" ||
      { echo "$file: $guard"; return 1; }
  done
}

@test "no file is longer than 500 lines" {
  for file in src/*/*.[ch] cli/*.[ch] tests/*/*.[ch]; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || { echo "$file: $lines lines"; long=1; }
  done
  [ -z "${long:-}" ]
}

@test "no function is longer than 70 lines" {
  command -v ctags
  ctags -f - --c-kinds=f --fields=+ne src/*/*.c cli/*.c >"$BATS_TEST_TMPDIR/tags"
  [ "$(grep -c 'end:' "$BATS_TEST_TMPDIR/tags")" -gt 300 ]
  awk -F '\t' '{
    for (i = 4; i <= NF; i++) {
      if ($i ~ /^line:/) line = substr($i, 6)
      if ($i ~ /^end:/) end = substr($i, 5)
    }
    if (end - line + 1 > 70) { print $2 ": " $1 ": " end - line + 1; n++ }
  } END { exit n > 0 }' "$BATS_TEST_TMPDIR/tags"
}

@test "every source file is built" {
  for file in src/*/*.c cli/*.c; do
    grep -q "'$file'" meson.build || { echo "$file"; return 1; }
  done
}

@test "nothing is left to be done, and nothing is commented out" {
  run grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' src cli
  [ -z "$output" ]
  run grep -rnE '^\s*//' --include=*.c --include=*.h src cli
  [ -z "$output" ]
}

@test "constants that headers may lack say since when" {
  # Every #ifndef of a kernel constant, or the line above, names its version.
  run awk '/^#ifndef (SYS_|CLONE_|PR_|SECCOMP_|LANDLOCK_)/ {
    print FILENAME ": " before $0 } { before = $0 }' src/*/*.[ch]
  [ "${#lines[@]}" -gt 5 ]
  for line in "${lines[@]}"; do
    [[ $line == *Linux* ]] || { echo "$line"; return 1; }
  done
}

@test "no test rests on a negation, which bats does not see fail" {
  run grep -nE '^ *! [a-z"$]' tests/*/*.bats
  echo "$output"
  [ "$status" = 1 ]
}
