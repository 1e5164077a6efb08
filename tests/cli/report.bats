#!/usr/bin/env bats
# The account of a run: true for each way to end, as the published schema has it,
# and out of reach of the program, even where it may write to its directory.

load ../helpers/common.bash

SCHEMA=$STAGE/build/report-1.schema.json

# Validates the files by the schema: prints what is wrong, and exits 1.
VALIDATE='
import json, sys, jsonschema
with open(sys.argv[1]) as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wrong = 0
for name in sys.argv[2:]:
    with open(name) as file:
        report = json.load(file)
    for error in validator.iter_errors(report):
        print(name, list(error.absolute_path), error.message)
        wrong = 1
sys.exit(wrong)
'

validate() { # FILE...
  "$PYTHON" -c "$VALIDATE" "$SCHEMA" "$@"
}

# A run with a report in r.json; prints its members, by jq.
reported() { # FILTER ARGUMENTS OF RUN...
  local filter=$1
  shift
  rm -f r.json
  "$FUMEHOOD" run --report json=r.json "$@" >out 2>err || true
  validate r.json >&2 || return 1
  jq -c "$filter" r.json
}

END='[.result, .reason, .exit_code, .signal, .status]'

# --- the schema --------------------------------------------------------------

@test "each way to end is told as the schema has it" {
  expect_equal '["exited","exited",0,null,0]' "$(reported "$END" -- true)"
  expect_equal '["exited","exited",77,null,77]' \
    "$(reported "$END" -- sh -c 'exit 77')"
  expect_equal '["signalled","signalled",143,15,null]' \
    "$(reported "$END" -- sh -c 'kill $$')"
  expect_equal '["timeout","timeout",124,15,null]' \
    "$(reported "$END" --timeout 100ms -- sleep 60)"
  expect_equal '["limit","limit",153,25,null]' \
    "$(reported "$END" --file-size 4K -- sh -c \
      'exec head -c 100000 /dev/zero >/tmp/x')"
  expect_equal '["refused-syscall","refused-syscall",159,31,null]' \
    "$(reported "$END" --on-deny kill -- unshare -U true)"
  expect_equal '["not-started","not-started",127,null,null]' \
    "$(reported "$END" -- no-such-program)"
  echo text >text
  expect_equal '["not-started","not-started",126,null,null]' \
    "$(reported "$END" -x text -- "$WORK/text")"
}

@test "reports of many policies are as the schema has them" {
  local n=0
  for options in "" "--net host" "--net host --connect 443" "--syscalls strict" \
    "--timeout 60s" "--pids 400 --file-size 1M --open-files 64" \
    "--memory 512M" "--memory 512M --cpus 1 --swap 0 --io-weight 100" \
    "--cpu-time 60s" "--output-limit 1M" "--tmp-size 1M --tmp-files 100" \
    "--tty none" "--without kernel --allow-syscall bpf" "--explain" \
    "--without lifetime --without files-read"; do
    "$FUMEHOOD" run $options --report json=r$n.json -- sh -c \
      'cat /etc/shadow; unshare -U true; true' >out 2>err || true
    [ -s r$n.json ] || fail "$options: $(cat err)"
    n=$((n + 1))
  done
  validate r*.json
  # Control: there was something in them.
  jq -es 'map(.refusals | length) | add > 4' r*.json
  jq -es 'map(.ceilings | length) | add > 20' r*.json
}

@test "a report that was changed is not as the schema has it" {
  reported . --pids 400 -- unshare -U true
  cp r.json good.json
  local n=0
  while IFS= read -r change; do
    jq "$change" good.json >bad.json
    if validate bad.json >/dev/null; then fail "valid after: $change"; fi
    n=$((n + 1))
  done <<'CHANGES'
.more = 1
.schema = "fumehood-report-2"
del(.schema)
del(.program)
.program = []
.program[0] = 1
.reason = "ended"
del(.reason)
del(.status)
.signal = 9
.exit_code = 256
.exit_code = -1
.exit_code = "0"
.wall_us = -1
.wall_us = 1.5
.wall_us = null
del(.user_us)
del(.bytes_written)
.bytes_written = "many"
.processes_peak = -1
.ceilings = {}
.ceilings[0].more = 1
.ceilings[0].name = "weight"
.ceilings[0].state = "not-asked"
.ceilings[0].holders = []
.ceilings[0].holders = ["goodwill"]
.ceilings[0].reached = 1
.ceilings[0].value = 400
del(.ceilings[0].reached)
del(.ceilings)
del(.guarantees)
del(.guarantees.network)
.guarantees.more = .guarantees.network
.guarantees.network.state = "certain"
.guarantees.network.more = 1
.guarantees.network.held_by = "seccomp"
.refusals = null
del(.refusals_lost)
.refusals[0].errno = 0
.refusals[0].signal = 9
.refusals[0].layer = "luck"
.refusals[0].more = 1
del(.refusals[0].call)
.error = "none"
.error = {"what": "x"}
.reason = "not-started"
.reason = "timeout"
.reason = "signalled"
.core_dumped = true
CHANGES
  [ $n = 49 ] || fail "$n changes"
  validate good.json
}

@test "the schema has every member that a report has, and no other reasons" {
  # All that the tables name, at once.
  expect_equal "$("$FUMEHOOD" show --json | jq '.guarantees | length')" \
    "$(jq '.properties.guarantees.required | length' "$SCHEMA")"
  expect_equal 10 "$(jq '."$defs".reason.enum | length' "$SCHEMA")"
}

# --- what is told ------------------------------------------------------------

@test "costs are those of the whole run" {
  read -r wall user system peak < <(reported \
    '"\(.wall_us) \(.user_us) \(.system_us) \(.memory_peak_bytes)"' -- \
    "$PYTHON" -c '
import time
x = bytearray(50 << 20)
end = time.process_time() + 0.3
while time.process_time() < end: pass
time.sleep(0.3)' | tr -d '"')
  [ "$wall" -ge 600000 ] && [ "$wall" -lt 60000000 ] || fail "wall: $wall"
  [ $((user + system)) -ge 290000 ] && [ $((user + system)) -le "$wall" ] ||
    fail "user: $user, system: $system, wall: $wall"
  [ "$peak" -ge $((50 << 20)) ] || fail "peak: $peak"
}

@test "the ceilings are told with their values, holders, and what was reached" {
  expect_equal '["1234","held",false]' "$(reported \
    '.ceilings[] | select(.name == "pids") | [.value, .state, .reached]' \
    --pids 1234 -- true)"
  expect_equal '["100ms","held",["timer"],true]' "$(reported \
    '.ceilings[] | select(.name == "timeout") |
     [.value, .state, .holders, .reached]' --timeout 100ms -- sleep 60)"
  expect_equal '["60s","held",["timer"],false]' "$(reported \
    '.ceilings[] | select(.name == "timeout") |
     [.value, .state, .holders, .reached]' --timeout 60s -- true |
     sed s/1m/60s/)"
  expect_equal '[]' "$(reported \
    '[.ceilings[] | select(.name == "timeout")]' -- true)"
  expect_equal '["file-size",true]' "$(reported \
    '.ceilings[] | select(.name == "file-size") | [.name, .reached]' \
    --file-size 4K -- sh -c 'exec head -c 100000 /dev/zero >/tmp/x')"
}

@test "the text has the closing lines, and the ceilings" {
  run_box --report text --timeout 100ms -- sleep 60
  expect_status 124
  expect_in_stderr "Result: ended at the time limit, exit code 124"
  expect_in_stderr "Main process: killed by signal 15"
  expect_in_stderr "Run time: "
  expect_in_stderr "CPU time: "
  expect_in_stderr "Memory peak: "
  expect_in_stderr "Ceilings reached: timeout"
  [[ $stderr == *$'\nCeilings:\n'*"timeout "*100ms*timer* ]] || fail "$(saw)"
  run_box --report text -- true
  [[ $stderr != *reached* ]] || fail "$(saw)"
}

@test "arguments cannot break out of the report" {
  expect_equal '["sh","-c","true","\"\n,}","\u001b[2J\u0000"]' \
    "$(reported '.program | .[4] = "\u001b[2J\u0000"' -- sh -c true $'"\n,}' x)"
  reported .program -- sh -c true $'\xff\e' >out
  grep -q $'\xef\xbf\xbd' out || fail "$(cat out)"
}

# --- hostile to the file -----------------------------------------------------

# What the program does in the directory of its report; the report is ours all the
# same, and nothing else was written to.
withstands() { # SCRIPT
  [ ! -d d ] || chmod 700 d
  rm -rf d outside
  mkdir d
  echo untouched >outside
  run --separate-stderr "$FUMEHOOD" run -w "$WORK/d" \
    --report json="$WORK/d/report.json" -- sh -c "cd $WORK/d; $1"
  expect_success
  expect_equal "" "$stderr"
  validate d/report.json
  [ ! -L d/report.json ] || fail "a link"
  expect_equal sh "$(jq -r '.program[0]' d/report.json)"
  expect_equal untouched "$(cat outside)"
  expect_equal 600 "$(stat -c %a d/report.json)"
}

@test "a program that may write to the report's directory cannot forge it" {
  withstands 'echo forged >report.json'
  withstands 'echo forged >report.json; chmod 400 report.json'
  withstands 'echo forged >report.json; ln report.json other'
  # The other name of what it wrote leads to its own words alone.
  expect_equal forged "$(cat d/other)"
  withstands 'mkfifo report.json'
  # What it holds open is not what is written.
  withstands 'exec 5>report.json; (sleep 0.2; echo forged >&5) & true'
  # Every name that could be guessed is taken.
  withstands 'for n in $(seq 1 2000); do : >report.json.$n.tmp; done'
}

@test "a program that may write to the report's directory cannot lead it elsewhere" {
  withstands "ln -s $WORK/outside report.json"
  withstands "ln -s ../outside report.json"
  withstands "for n in \$(seq 1 2000); do
    ln -s $WORK/outside report.json.\$n.tmp; done"
}

@test "a program cannot keep the report away and leave its own" {
  withstands "echo forged >report.json; chmod 500 ."
  expect_equal 500 "$(stat -c %a d)"
  withstands "echo forged >report.json; chmod 0 report.json; chmod 100 ."
  chmod 700 d
  # What is in the way is told, and nothing is left in its place.
  rm -rf d
  mkdir d
  run --separate-stderr "$FUMEHOOD" run -w "$WORK/d" \
    --report json="$WORK/d/report.json" -- mkdir "$WORK/d/report.json"
  expect_status 0
  expect_in_stderr "Is a directory"
  expect_in_stderr "believe nothing at that path"
  expect_equal report.json "$(ls -A d)"
  expect_equal "" "$(ls -A d/report.json)"
  mkdir -p top/sub
  run --separate-stderr "$FUMEHOOD" run -w "$WORK/top" \
    --report json="$WORK/top/sub/report.json" -- rmdir "$WORK/top/sub"
  expect_status 0
  expect_in_stderr "write the report"
  [[ $stderr != *believe* ]] || fail "there is nothing: $(saw)"
}

@test "a directory that is moved takes the report with it, and that is told" {
  mkdir -p top/sub elsewhere
  echo untouched >elsewhere/report.json
  run --separate-stderr "$FUMEHOOD" run -w "$WORK/top" \
    --report json="$WORK/top/sub/report.json" -- sh -c \
    "cd $WORK/top; mv sub moved; mkdir sub; echo forged >sub/report.json"
  expect_status 0
  expect_in_stderr "was moved during the run"
  validate top/moved/report.json
  expect_equal forged "$(cat top/sub/report.json)"
  rm -rf top
  mkdir -p top/sub
  run --separate-stderr "$FUMEHOOD" run -w "$WORK/top" \
    --report json="$WORK/top/sub/report.json" -- sh -c \
    "cd $WORK/top; mv sub moved; ln -s $WORK/elsewhere sub"
  expect_status 0
  expect_in_stderr "was moved during the run"
  expect_equal untouched "$(cat elsewhere/report.json)"
  validate top/moved/report.json
  # The directory that was granted itself cannot be moved from inside.
  withstands "cd ..; ! mv d e 2>/dev/null"
}

@test "the descriptor of the report's directory is not the program's" {
  mkdir d
  run_box --report json=d/report.json -- ls /proc/self/fd
  expect_success $'0\n1\n2\n3' # 3 is what is listed
  # Nor can a number that nobody opened become ours.
  # (bats has 3 for itself).
  for fd in 4 5 6 7 8 9; do
    eval "exec $fd>&-"
  done
  refuses 125 "--keep-fd 4: not open" -- run --report json=d/other.json \
    --keep-fd 4 -- true
}

@test "a report of before is replaced, and its other names are not" {
  echo before >r.json
  ln r.json other
  run_box --report json=r.json -- true
  expect_success
  validate r.json
  expect_equal before "$(cat other)"
}

@test "a directory that is not there, or not writable, is refused before the run" {
  refuses 125 "write the report" "No such file" -- run \
    --report json=none/r.json -- true
  mkdir d
  chmod 500 d
  refuses 125 "write the report" "Permission denied" -- run \
    --report json=d/r.json -- true
  refuses 125 "write the report" -- run --report json=d/ -- true
}
