#!/usr/bin/env bats
# The example converter is right about good input and clean about bad.
bats_require_minimum_version 1.5.0

setup() {
  WORK=$(mktemp -d "$TMPDIR/convert.XXXXXX")
  cd "$WORK" || return
}

teardown() {
  cd /
  rm -rf "$WORK"
}

convert() { "$STAGE/build/example_convert" "$@"; }

# What an independent implementation makes of it.
oracle() { # INPUT
  /usr/bin/python3 - "$1" <<'PY'
import csv, json, sys
with open(sys.argv[1], newline="") as f:
    print(json.dumps(list(csv.DictReader(f))))
PY
}

agrees() { # INPUT
  convert "$1" out.json
  diff <(oracle "$1" | jq -S .) <(jq -S . out.json)
}

refuses() { # MESSAGE
  run -1 convert in.csv out.json
  echo "$output"
  [ "$output" = "$1" ]
  [ -e out.json ]
  [ ! -s out.json ]
}

@test "plain fields, quotes, commas, line feeds and CR LF" {
  printf 'a,b,c\n1,2,3\n,,\n' >in.csv
  agrees in.csv
  printf 'name,text\r\nx,"say ""hi"", you"\r\ny,"two\nlines\t\\"\r\n' >in.csv
  agrees in.csv
  printf 'one\nno line feed at the end' >in.csv
  agrees in.csv
  printf 'žluť,"ž"\n"☃",\n' >in.csv
  agrees in.csv
}

@test "a hundred thousand rows" {
  seq 100000 | awk 'BEGIN { print "n,square,text" }
    { printf "%d,%d,\"row %d, quoted\"\n", $1, $1 * $1, $1 }' >in.csv
  agrees in.csv
}

@test "malformed input is told by its row, and the output stays empty" {
  printf 'a,b\n1,2\n3\n' >in.csv
  refuses "row 3: too few fields"
  printf 'a,b\n1,2,3\n' >in.csv
  refuses "row 2: too many fields"
  printf 'a,b\n1,"never closed\n' >in.csv
  refuses "row 2: a bad field"
  printf 'a,b\n1,"x"y\n' >in.csv
  refuses "row 2: a bad field"
  printf 'a,b\n1,x"y\n' >in.csv
  refuses "row 2: a bad field"
  printf 'a,b\n1,\0\n' >in.csv
  refuses "row 2: a bad field"
  head -c 70000 /dev/zero | tr '\0' x >in.csv
  refuses "row 1: a bad name, or too many"
  printf 'x%.0s,' {1..300} >in.csv
  refuses "row 1: a bad name, or too many"
}

@test "noise is refused, and never by a signal" {
  for seed in {1..20}; do
    printf 'a,b\n' >in.csv
    head -c 20000 /dev/urandom >>in.csv
    run convert in.csv out.json
    [ "$status" = 1 ] || { echo "status $status"; return 1; }
  done
}

@test "what cannot be opened is told before anything is confined" {
  run -2 convert missing.csv out.json
  [ ! -e out.json ]
  run -2 convert
}

@test "the parser runs behind a filter" {
  mkfifo in.csv
  # Not by the function: the process is the program itself.
  "$STAGE/build/example_convert" in.csv out.json 3>&- &
  pid=$!
  exec 5>in.csv
  printf 'a\n' >&5
  for _ in {1..100}; do
    grep -q '^Seccomp:.2' "/proc/$pid/status" && break
    sleep 0.05
  done
  grep -q '^Seccomp:.2' "/proc/$pid/status"
  grep -q '^NoNewPrivs:.1' "/proc/$pid/status"
  printf '1\n' >&5
  exec 5>&-
  wait "$pid"
  [ "$(jq -c . out.json)" = '[{"a":"1"}]' ]
}
