#!/usr/bin/env bats
# --status-fd tells start, stops and end on a descriptor, a JSON object a line; it
# delays nothing and is not the program's. And the exit status: who waits for
# fumehood sees how the program ended.

load ../helpers/common.bash

# Runs a box with its events in the file events: $status.
told() { # ARGUMENTS OF RUN...
  status=0
  "$FUMEHOOD" run --status-fd 9 "$@" 9>events >out 2>err || status=$?
}

members() { # FILTER: of each event, a line each
  jq -c "$1" events
}

# --- what is told --------------------------------------------------------------

@test "start and end are told, with the ids that ps has" {
  "$FUMEHOOD" run --status-fd 9 -- sleep 60 9>events &
  launcher=$!
  await test -s events
  expect_equal "$launcher" "$(members .pid)"
  id=$(members .id)
  expect_equal "$launcher" "$("$FUMEHOOD" ps --json |
    jq ".boxes[] | select(.id == $id) | .launcher")"
  kill "$launcher"
  run wait "$launcher"
  expect_equal '["started","ended"]' "$(jq -cs 'map(.event)' events)"
  expect_equal '{"event":"ended","reason":"signalled","exit_code":143,"signal":15}' \
    "$(tail -1 events | jq -c .)"
}

@test "the end is told as the report has it" {
  for program in "exit 0" "exit 77" 'kill -9 $$' "no-such-command"; do
    told --report json=r.json -- sh -c "$program"
    expect_equal "$(jq -c '[.reason, .exit_code, .status, .signal]' r.json)" \
      "$(tail -1 events | jq -c '[.reason, .exit_code, .status, .signal]')"
    expect_equal 2 "$(wc -l <events)"
  done
  told --timeout 100ms -- sleep 60
  expect_status 124
  expect_equal '["ended","timeout",124,15]' \
    "$(tail -1 events | jq -c '[.event, .reason, .exit_code, .signal]')"
}

@test "when the end is told the report is written" {
  mkfifo pipe
  (while read -r line; do
    case $line in *ended*) [ -s r.json ] && echo there || echo missing ;; esac
  done <pipe >seen) &
  "$FUMEHOOD" run --status-fd 9 --report json=r.json -- true 9>pipe
  wait $!
  expect_equal there "$(cat seen)"
}

@test "what never started is told with what failed" {
  told -- no-such-program
  expect_status 127
  expect_equal '["failed",127]' "$(members '[.event, .exit_code]')"
  [[ $(members .what) == *no-such-program* ]] || fail "$(cat events)"
  told -r /nowhere -- true
  expect_status 125
  expect_equal '["failed",125,"No such file or directory"]' \
    "$(members '[.event, .exit_code, .reason]')"
  told --report json=/nowhere/r.json -- true
  expect_equal '["failed",125]' "$(members '[.event, .exit_code]')"
  [[ $(cat err) == *"write the report"* ]] || fail "$(cat err)"
  # After all stood, by the kernel.
  printf '#!/nowhere/shell\n' >script
  chmod +x script
  told -x script -- "$WORK/script"
  expect_equal '["started","failed"]' "$(jq -cs 'map(.event)' events)"
  expect_equal "[$status]" "$(tail -1 events | jq -c '[.exit_code]')"
  # A name with all that would have to be escaped.
  told -- "$(printf '\e%.0s' $(seq 1 1400))"
  expect_equal '["failed"]' "$(members '[.event]')"
}

@test "stops and continuations are told" {
  "$FUMEHOOD" run --status-fd 9 -- sh -c 'kill -STOP $$; sleep 0.3; exit 5' 9>events &
  launcher=$!
  await grep -q stopped events
  kill -CONT "$launcher"
  status=0
  wait "$launcher" || status=$?
  expect_status 5
  expect_equal '["started","stopped","continued","ended"]' \
    "$(jq -cs 'map(.event)' events)"
}

# --- who reads it ----------------------------------------------------------------

@test "a reader that does not read delays nothing" {
  "$PYTHON" - "$FUMEHOOD" <<'PY'
import fcntl, os, socket, subprocess, sys, time
fumehood = sys.argv[1]

def run(fd):
    begin = time.monotonic()
    done = subprocess.run([fumehood, "run", "--status-fd", str(fd), "--",
                           "sh", "-c", "exit 7"], pass_fds=[fd], timeout=60)
    assert done.returncode == 7, done

# A pipe that is full, through a description that blocks.
r, w = os.pipe()
os.set_blocking(w, False)
try:
    while True: os.write(w, b"x" * 4096)
except BlockingIOError: pass
os.set_blocking(w, True)
run(w)
assert os.get_blocking(w)  # what others hold was not changed
# Nobody at the other end.
os.close(r)
run(w)
os.close(w)
# A socket that is full, and one whose other end is gone.
a, b = socket.socketpair()
a.setblocking(False)
try:
    while True: a.send(b"x" * 4096)
except BlockingIOError: pass
a.setblocking(True)
run(a.fileno())
b.close()
run(a.fileno())
# Controls: with room, both are told.
r, w = os.pipe()
run(w)
os.close(w)
assert os.read(r, 65536).count(b"\n") == 2
a, b = socket.socketpair()
run(a.fileno())
assert b.recv(65536).startswith(b'{"event": "started"')
PY
}

@test "a full device loses the lines, not the run" {
  status=0
  "$FUMEHOOD" run --status-fd 9 -- sh -c 'exit 7' 9>/dev/full || status=$?
  expect_status 7
}

@test "the descriptor is not the program's" {
  "$FUMEHOOD" run --status-fd 9 -- sh -c 'ls /proc/self/fd; echo forged >&9' \
    9>events >out 2>err || true
  expect_refused grep 9 out
  expect_refused grep forged events
  # Control: a descriptor that it shall have.
  "$FUMEHOOD" run --keep-fd 9 -- sh -c 'echo kept >&9' 9>events
  expect_equal kept "$(cat events)"
}

@test "who reads sees the end of it when fumehood has ended" {
  "$FUMEHOOD" run --status-fd 9 -- sh -c 'sleep 60 & exit 3' 9>&1 >/dev/null |
    timeout 20 cat >events
  expect_equal 3 "$(tail -1 events | jq .exit_code)"
}

@test "a descriptor that cannot be told on is refused" {
  for fd in 4 5 6 7 8 9; do
    eval "exec $fd>&-"
  done
  refuses 125 "--status-fd 9" "not open" -- run --status-fd 9 -- true
  refuses 125 "--status-fd 4" "not open" -- run --status-fd 4 \
    --report json="$WORK/r.json" -- true
  exec 9</dev/null
  refuses 125 "--status-fd 9" "not open for writing" -- run --status-fd 9 -- true
  exec 9>/dev/null
  refuses 125 "--status-fd 9" "--keep-fd gives it to the program" -- run \
    --status-fd 9 --keep-fd 9 -- true
  refuses 125 "status-fd" -- run --status-fd 1 -- true
  exec 9>&-
}

# --- the exit status -------------------------------------------------------------

@test "who waits sees the signal that ended the program" {
  "$PYTHON" - "$FUMEHOOD" "$PYTHON" <<'PY'
import signal, subprocess, sys
fumehood, python = sys.argv[1:]
passed_over = {signal.SIGCHLD, signal.SIGCONT, signal.SIGSTOP, signal.SIGTSTP,
               signal.SIGTTIN, signal.SIGTTOU, signal.SIGURG, signal.SIGWINCH}
suicide = """
import os, signal, sys
n = int(sys.argv[1])
try: signal.signal(n, signal.SIG_DFL)
except OSError: pass
os.kill(os.getpid(), n)
"""
seen = 0
for n in range(1, 65):
    if n in passed_over: continue
    done = subprocess.run([fumehood, "run", "--", python, "-c", suicide, str(n)])
    # What the caller ignores, ends it all the same.
    assert done.returncode == -n, (n, done.returncode)
    seen += 1
assert seen == 56, seen
for n in 0, 1, 9, 124, 127, 128, 137, 143, 255:
    done = subprocess.run([fumehood, "run", "--", "sh", "-c", f"exit {n}"])
    assert done.returncode == n, (n, done.returncode)
PY
}

@test "a signal that the caller ignores or blocks is seen as well" {
  "$PYTHON" - "$FUMEHOOD" <<'PY'
import signal, subprocess, sys
def deaf():
    for n in signal.SIGTERM, signal.SIGHUP:
        signal.signal(n, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for n in signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1:
    done = subprocess.run([sys.argv[1], "run", "--", "sh", "-c",
                           f"trap - {int(n)}; kill -{int(n)} $$"], preexec_fn=deaf)
    assert done.returncode == -n, (n, done.returncode)
PY
}

@test "it leaves no core of its own" {
  mkdir d
  cd d
  ulimit -c unlimited
  "$PYTHON" - "$FUMEHOOD" <<'PY'
import os, subprocess, sys
box = subprocess.Popen([sys.argv[1], "run", "--", "sh", "-c", "kill -SEGV $$"])
_, status = os.waitpid(box.pid, 0)
assert os.WTERMSIG(status) == 11 and not os.WCOREDUMP(status), status
# Control: what does not take care of it does.
control = subprocess.Popen(["sh", "-c", "kill -SEGV $$"])
_, status = os.waitpid(control.pid, 0)
assert os.WTERMSIG(status) == 11
PY
  cd ..
}

@test "what is no signal of the program's is an exit" {
  "$PYTHON" - "$FUMEHOOD" <<'PY'
import subprocess, sys
def run(*options):
    return subprocess.run([sys.argv[1], "run", *options],
                          stderr=subprocess.DEVNULL).returncode
assert run("--timeout", "100ms", "--", "sleep", "60") == 124
assert run("-r", "/nowhere", "--", "true") == 125
assert run("--", "/etc") == 126 or run("--", "/usr/bin") == 126
assert run("--", "no-such-program") == 127
assert run("--on-deny", "kill", "--", "unshare", "-U", "true") == -31
assert run("--file-size", "4K", "--", "sh", "-c",
           "exec head -c 100000 /dev/zero >/tmp/x") == -25
PY
}

@test "a shell sees what it has always seen" {
  status=0
  sh -c '"$FUMEHOOD" run -- sh -c "kill -TERM \$\$"' 2>/dev/null || status=$?
  expect_status 143
  set +o pipefail
  "$FUMEHOOD" run -- yes 2>/dev/null | head -1 >out
  expect_equal 141 "${PIPESTATUS[0]}"
}
