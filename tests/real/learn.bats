#!/usr/bin/env bats
# Ten programs, learned on one input and boxed by what was learned on another:
# the same output as outside, nothing refused, nothing for a hostile program, and the
# counts beside what strace saw.

load ../helpers/common

CONVERT=/usr/bin/convert-im6.q16

learn() { # NAME PROGRAM ARGS...
  local name=$1
  shift
  run --separate-stderr "$FUMEHOOD" learn -q -o "$name.conf" -- "$@"
  expect_status 0
  run "$FUMEHOOD" profile check "./$name.conf"
  expect_status 0
}

# Of strace, without what did not succeed: different paths, different calls.
strace_counts() { # PROGRAM ARGS...
  strace -f -qq -o log "$@" >/dev/null 2>&1 </dev/null
  strace_paths=$(grep -E '^[0-9]+ +(openat|open|execve|newfstatat|stat|access|readlink|statx)\(' log |
    grep -v ' = -1 ' | grep -oE '"[^"]+"' | sort -u | wc -l)
  strace_calls=$(sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' log | sort -u | wc -l)
}

# The grants of a profile, by the settings of its lines.
grants_of() { # NAME
  grep -cE '^(read|write|exec) = ' "$1.conf" || true
}

syscalls_of() { # NAME PROGRAM ARGS...: how many the box allows
  local name=$1
  shift
  "$FUMEHOOD" show --json -p "./$name.conf" -- "$@" |
    jq '[.filter.calls[]? | select(.verdict == "allow" or .verdict == "rules")] | length'
}

# What the same box gives a hostile program. The battery forks and pipes, which is allowed
# it on top: what holds with more holds with less.
expect_holds() { # NAME ARGS OF THE PROGRAM...
  local name=$1
  shift
  run "$FUMEHOOD" attack -p "./$name.conf" --allow-syscall @process \
    --allow-syscall @ipc -- "$@"
  expect_in_output " 0 GOT-THROUGH, "
  expect_in_output " 0 NOT-PLAYED"
  expect_status 0
}

# What stands in a comment is refused, and the program does without it.
is_held_back() { # REFUSAL NAME
  local word
  for word in $1; do
    word=${word%:}
    [ ${#word} -gt 8 ] && grep '^# held back: ' "$2.conf" | grep -qF "$word" && return 0
  done
  case $1 in *" /sys/"*) return 0 ;; esac # by another name
  return 1
}

verify() { # NAME PROGRAM ARGS...
  local name=$1 refusal
  shift
  run_box -p "./$name.conf" --explain -- "$@"
  expect_status 0
  while read -r refusal; do
    is_held_back "${refusal#*refused: }" "$name" || fail "$refusal" "$(saw)"
  done < <(grep '^fumehood: refused' <<<"$stderr")
}

account() { # NAME PROGRAM ARGS...
  local name=$1
  shift
  strace_counts "$@"
  [ "$strace_paths" -gt 3 ] && [ "$strace_calls" -gt 5 ]
  echo "# $name: grants $(grants_of "$name") of $strace_paths paths; allow-syscall lines $(grep -c '^allow-syscall' "$name.conf"), strace saw $strace_calls calls" >&3
  [ "$(grants_of "$name")" -lt "$strace_paths" ]
}

@test "jq: learned on one file, run on another" {
  echo '{"a": 1}' >one.json
  echo '{"a": [2, 3]}' >two.json
  learn jq jq .a one.json
  verify jq jq .a two.json
  expect_equal "$(jq .a two.json)" "$output"
  expect_holds jq jq .a two.json
  account jq jq .a one.json
}

@test "pdftotext: learned on one file, run on another" {
  cp "$STAGE/examples/sample.pdf" one.pdf
  mkdir sub && cp one.pdf sub/two.pdf
  learn pdf pdftotext one.pdf -
  verify pdf pdftotext sub/two.pdf -
  expect_in_output "benzaldehyde"
  expect_holds pdf pdftotext sub/two.pdf -
  account pdf pdftotext one.pdf -
}

@test "sqlite3: learned with one database, run with another" {
  mkdir one two
  sqlite3 one/db 'create table t(x); insert into t values(1)'
  sqlite3 two/db 'create table t(x); insert into t values(2)'
  learn sqlite sqlite3 -readonly one/db 'select x from t'
  verify sqlite sqlite3 -readonly two/db 'select x from t'
  expect_success 2
  expect_holds sqlite sqlite3 -readonly two/db 'select x from t'
  account sqlite sqlite3 -readonly one/db 'select x from t'
}

@test "unzip: learned on one archive, run on another" {
  mkdir in out
  echo one >in/one && echo two >in/two
  (cd in && zip -q ../one.zip one && zip -q ../two.zip two)
  learn unzip unzip -q -d out one.zip
  rm out/one
  verify unzip unzip -q -d out two.zip
  expect_equal two "$(cat out/two)"
  expect_holds unzip unzip -q -d out two.zip
  account unzip unzip -q -o -d out one.zip
}

@test "git: learned in a repository, run in it later" {
  export HOME=$WORK/home
  mkdir home repo && cd repo
  git init -q . && git config user.email a@b && git config user.name a
  echo 1 >file && git add file && git commit -qm one
  echo 2 >file
  learn git git --no-pager diff --stat
  echo 3 >>file
  verify git git --no-pager diff --stat
  expect_in_output "2 insertions"
  expect_holds git git --no-pager diff --stat
  account git git --no-pager diff --stat
}

@test "python3: learned on one script, run on another" {
  echo 'import json; print(json.dumps([1]))' >one.py
  echo 'import json; print(json.dumps([2, 3]))' >two.py
  learn python "$PYTHON" one.py
  verify python "$PYTHON" two.py
  expect_success "[2, 3]"
  expect_holds python "$PYTHON" two.py
  account python "$PYTHON" one.py
}

@test "node: learned on one script, run on another" {
  echo 'console.log(1 + 1)' >one.js
  echo 'console.log([2, 3].join())' >two.js
  learn node node one.js
  verify node node two.js
  expect_success "2,3"
  expect_holds node node two.js
  account node node one.js
}

@test "ffmpeg: learned on one sound, run on another" {
  mkdir out
  ffmpeg -v error -f lavfi -i sine=duration=1 one.wav </dev/null
  ffmpeg -v error -f lavfi -i sine=frequency=880:duration=1 two.wav </dev/null
  learn ffmpeg ffmpeg -v error -nostdin -y -i one.wav -bitexact out/x.flac
  rm out/x.flac
  verify ffmpeg ffmpeg -v error -nostdin -y -i two.wav -bitexact out/x.flac
  ffmpeg -v error -nostdin -y -i two.wav -bitexact expected.flac
  cmp expected.flac out/x.flac
  expect_holds ffmpeg ffmpeg -v error -nostdin -y -i two.wav -bitexact out/x.flac
  account ffmpeg ffmpeg -v error -nostdin -y -i one.wav -bitexact out/x.flac
}

@test "ImageMagick: learned on one picture, run on another" {
  mkdir out
  "$CONVERT" -size 8x8 xc:red one.png
  "$CONVERT" -size 8x8 xc:blue two.png
  learn convert "$CONVERT" one.png -resize 4x4 out/x.ppm
  rm out/x.ppm
  verify convert "$CONVERT" two.png -resize 4x4 out/x.ppm
  "$CONVERT" two.png -resize 4x4 expected.ppm
  cmp expected.ppm out/x.ppm
  expect_holds convert "$CONVERT" two.png -resize 4x4 out/x.ppm
  account convert "$CONVERT" one.png -resize 4x4 out/x.ppm
}

@test "gcc and make: learned on one source, run on another" {
  mkdir src
  printf 'x: x.c\n\tgcc -O -o x x.c\n' >src/Makefile
  echo 'int main(void) { return 1; }' >src/x.c
  learn make make -C src
  rm src/x
  echo 'int main(void) { return 3; }' >src/x.c
  verify make make -C src
  run src/x
  expect_status 3
  expect_holds make make -C src
  account make make -C src
}

# What a program touches to be granted it later.
@test "a program that pokes about in secrets learns nothing for them" {
  export HOME=$WORK/home
  mkdir -p home/.ssh home/.aws data
  echo key >home/.ssh/id_ed25519 && echo key >home/.aws/credentials
  echo data >data/file
  ln -s "$HOME/.ssh" data/link
  learn poison sh -c 'cat data/file; cat "$HOME/.ssh/id_ed25519" data/link/id_ed25519 >/dev/null
    echo alias ls=evil >>"$HOME/.bashrc"; ls "$HOME" "$HOME/.aws" >/dev/null; cat "$HOME/.aws/credentials" >/dev/null'
  run grep -vE '^ *#' poison.conf
  for word in .ssh .aws link bashrc; do
    [[ $output != *"$word"* ]] || fail "$word is granted" "$(saw)"
  done
  grep -q '# held back.*\.ssh' poison.conf
  # Control: outside all of it works, and in the box the data alone.
  expect_equal key "$(cat data/link/id_ed25519)"
  run_box -p ./poison.conf -- sh -c 'cat data/file'
  expect_success data
  expect_refused box -p ./poison.conf -- sh -c 'cat "$HOME/.ssh/id_ed25519"'
  expect_refused box -p ./poison.conf -- sh -c 'cat data/link/id_ed25519'
}
