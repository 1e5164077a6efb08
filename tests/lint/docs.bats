#!/usr/bin/env bats
# What is written about the options is what the options are.

cd "$TOP"

options() {
  "$BUILD/fumehood" help run | grep -oE '(^|[ ,])--[a-z][a-z-]+' |
    grep -oE -- '--[a-z-]+' | sort -u
}

# The sources of generated texts stand in the tree, the texts in the build.
find_text() { # NAME
  for dir in "$BUILD" "$BUILD/man" "$BUILD/completions" man completions; do
    [ -e "$dir/$1" ] && { echo "$dir/$1"; return; }
  done
  echo "no $1" >&2
  return 1
}

@test "every option of the help is one of the table, and the other way round" {
  names=$(sed -n 's/^\t{ \.name = "\([a-z-]*\)".*/--\1/p' src/tables/settings.c)
  [ "$(wc -w <<<"$names")" -gt 30 ]
  for name in $names; do
    options | grep -qx -- "$name" || { echo "$name"; return 1; }
  done
}

@test "every option is in the manual" {
  manual=$(find_text fumehood.1 || find_text fumehood.1.scd)
  for name in $(options); do
    sed 's/\\//g' "$manual" | grep -q -- "$name" || { echo "$name"; missing=1; }
  done
  [ -z "${missing:-}" ]
}

@test "every option is completed by bash, zsh and fish" {
  for file in fumehood.bash _fumehood fumehood.fish; do
    text=$(find_text $file)
    for name in $(options); do
      word=${name#--}
      grep -qE -- "(--|-l )'?$word" "$text" ||
        { echo "$file: $name"; missing=1; }
    done
  done
  [ -z "${missing:-}" ]
}

@test "every command is in the manual and in the help" {
  manual=$(find_text fumehood.1 || find_text fumehood.1.scd)
  commands=$("$BUILD/fumehood" help | sed -nE 's/^  ([a-z]+)  +.*/\1/p')
  [ "$(wc -w <<<"$commands")" -ge 7 ]
  for command in $commands; do
    "$BUILD/fumehood" help | grep -qw "$command"
    sed 's/\\f[BIRP]//g' "$manual" | grep -w -- "$command" >/dev/null || { echo "$command"; return 1; }
  done
}

@test "the first two commands of the README do all the set-up" {
  first=$(awk '/^```/ { code = !code; next } code || /^    [^ ]/ {
    sub(/^ *(\$ )?/, ""); print }' README.md | grep -E '^\./dev' | head -2 |
    sed 's/ *#.*//; s/ *$//')
  [ "$first" = "./dev demo
./dev check" ]
}
