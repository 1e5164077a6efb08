#!/usr/bin/env bats
# --output-limit in pipelines, files and terminals, and --grace.

load ../helpers/common

@test "--output-limit passes exactly as much on, and exits with 153" {
  run_box --output-limit 6 -- sh -c 'echo 123456789; sleep 600'
  expect_status 153
  expect_output 123456
  run_box --output-limit 6 -- sh -c 'echo 12345; exit 7'
  expect_status 7
  expect_output 12345
}

@test "--output-limit counts both streams, and keeps them apart" {
  run_box --output-limit 10 -- sh -c 'echo 1234; sleep 0.2; echo 5678 >&2; sleep 0.2; echo; sleep 600'
  expect_status 153
  expect_output 1234
  [[ $stderr == 5678* ]] || fail "$(saw)"
  run_box --output-limit 1K -- sh -c 'echo out; echo error >&2'
  expect_success out
  expect_equal error "$stderr"
}

@test "--output-limit keeps the order of 2>&1, in a pipe and in a file" {
  box --output-limit 1K -- sh -c 'for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done' 2>&1 | cat >got
  printf 'o%d\ne%d\n' 1 1 2 2 3 3 4 4 5 5 >expected
  diff expected got
  box --output-limit 1K -- sh -c 'for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done' >got 2>&1
  diff expected got
  box --output-limit 1K -- echo more >>got
  echo more | diff <(cat expected -) got
}

@test "--output-limit lets megabytes through unchanged" {
  head -c 5000000 /dev/urandom >random
  box --output-limit 5000000 -r random -- cat "$PWD/random" | cmp - random
  run_box --output-limit 4999999 -r random -o /dev/null -- true
  box --output-limit 4999999 -r random -- cat "$PWD/random" >got || status=$?
  [ "$status" = 153 ]
  [ "$(stat -c %s got)" = 4999999 ]
  cmp -n 4999999 got random
}

@test "--output-limit is exact in a pipe as well, however much it holds" {
  head -c 3000000 /dev/urandom >random
  for limit in 1 4095 4096 4097 65535 65536 65537 1048577 2999999; do
    # A reader that is slower, and one that is not there until later.
    for reader in "cat" "sh -c 'sleep 0.2; cat'"; do
      box --output-limit $limit -r random -- cat "$PWD/random" | eval "$reader" >got
      expect_equal 153 "${PIPESTATUS[0]}"
      expect_equal $limit "$(stat -c %s got)"
      cmp -n $limit got random
    done
  done
  # As much in many small pieces, each a page of its own on the way.
  box --output-limit 5000 -- /usr/bin/python3 -c '
import os
for i in range(6000): os.write(1, b"%d" % (i % 10))' | sh -c 'sleep 0.2; cat' >got
  expect_equal 153 "${PIPESTATUS[0]}"
  expect_equal 5000 "$(stat -c %s got)"
  printf '0123456789%.0s' $(seq 500) | cmp - got
}

@test "--output-limit: a reader that reads nothing does not keep what is all told" {
  # The reader's pipe is full to the last byte, and nothing is left.
  SECONDS=0
  { box --output-limit 1M -- head -c 65536 /dev/zero; echo $? >status; } | { sleep 15; wc -c >got; } &
  for _ in $(seq 200); do [ -s status ] && break; sleep 0.05; done
  expect_equal 0 "$(cat status)"
  [ $SECONDS -lt 15 ]
  wait
  expect_equal 65536 "$(tr -d ' ' <got)"
}

@test "--output-limit: a reader that goes away ends the program" {
  box --output-limit 1G -- yes | head -1 >got
  echo y | diff - got
  expect_equal "" "$(box_processes)"
}

@test "--output-limit: killing the launcher ends program and relay" {
  "$FUMEHOOD" run --output-limit 1G -- sh -c 'cat /dev/zero & sleep 600' | sleep 20 &
  reader=$!
  for _ in $(seq 100); do [ "$(box_processes | wc -l)" = 3 ] && break; sleep 0.05; done
  # Launcher, init and relay have its command line; the first was there first.
  expect_equal 3 "$(box_processes | wc -l)"
  kill -9 "$(box_processes | sort -n | head -1)"
  for _ in $(seq 100); do [ -z "$(box_processes)" ] && break; sleep 0.05; done
  expect_equal "" "$(box_processes)"
  kill $reader
}

@test "--output-limit: a terminal on stdin cannot be written instead" {
  run script -qec "'$FUMEHOOD' run --tty none -- sh -c 'echo written >&0'" /dev/null </dev/null
  [[ $output == *written* ]] # control
  run script -qec "'$FUMEHOOD' run --tty none --output-limit 1K -- sh -c 'echo written >&0; echo written >/dev/stdin'" /dev/null </dev/null
  [[ $output != *written* ]] || fail "$(saw)"
}

@test "--output-limit and --tty pty or inherit are refused" {
  run_box --output-limit 1K --tty pty -- true
  expect_status 125
  run_box --output-limit 1K --tty inherit -- true
  expect_status 125
}

@test "--grace: time to tidy up, and no more than that" {
  run_box --timeout 1s --grace 20s -- sh -c 'trap "echo tidy; exit 0" TERM; while :; do sleep 0.05; done'
  expect_status 124
  expect_output tidy
  run_box --timeout 1s --grace 0 -- sh -c 'trap "echo tidy; exit 0" TERM; while :; do sleep 0.05; done'
  expect_status 124
  expect_output ""
}
