#!/usr/bin/env bats
# With -v on a terminal a long run shows what it uses in one line that is rewritten
# in place, and is gone at the end; without it nothing ticks.

load ../helpers/common.bash

# Runs a command at a terminal of its own, with its output into the file screen;
# standard input and output are no terminal, so that there is no pty for the program.
at_terminal() { # SECONDS COMMAND...
  "$PYTHON" - "$@" <<'PY'
import fcntl, os, pty, select, signal, struct, sys, termios, time
seconds, command = float(sys.argv[1]), sys.argv[2:]
pid, master = pty.fork()
if pid == 0:
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.execv(command[0], command)
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
end = time.monotonic() + seconds
with open("screen", "wb") as screen:
    while True:
        ready, _, _ = select.select([master], [], [], max(0, end - time.monotonic()))
        if not ready: break
        try: data = os.read(master, 65536)
        except OSError: break
        if not data: break
        screen.write(data)
        screen.flush()
done, status = os.waitpid(pid, os.WNOHANG)
if not done:
    os.kill(pid, signal.SIGTERM)
    done, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
PY
}

lines() { # the states of the line, one each
  tr '\r' '\n' <screen | grep '^fumehood: [0-9]' || true
}

@test "after two seconds a line tells time, CPU, memory and processes" {
  expect_equal 3 "$(at_terminal 60 "$FUMEHOOD" run -v -- "$PYTHON" -c '
import time
x = bytearray(40 << 20)
end = time.monotonic() + 4.5
while time.monotonic() < end: pass
raise SystemExit(3)')"
  lines >shown
  # At 2, 3 and 4 seconds, give or take a busy machine.
  [ "$(wc -l <shown)" -ge 2 ] && [ "$(wc -l <shown)" -le 4 ] || fail "$(cat -v screen)"
  grep -E '^fumehood: [2-9] s, CPU [0-9]+\.[0-9] s, memory [4-9][0-9] ' shown ||
    fail "$(cat shown)"
  # No wider than the terminal, which has 50 columns.
  [ "$(awk '{ if (length > n) n = length } END { print n }' shown)" -le 49 ]
  # At the end it is overwritten with blanks.
  tail -c 200 screen | tr '\r' '\n' | tail -2 | grep -q '^ *$' ||
    fail "$(cat -v screen)"
  [ -z "$(tr '\r' '\n' <screen | tail -1)" ] || fail "$(cat -v screen)"
}

@test "short runs, quiet ones, and those without a terminal show none" {
  expect_equal 0 "$(at_terminal 60 "$FUMEHOOD" run -v -- sleep 1)"
  expect_equal "" "$(lines)"
  expect_equal 0 "$(at_terminal 60 "$FUMEHOOD" run -- sleep 3)"
  expect_equal "" "$(lines)"
  run --separate-stderr "$FUMEHOOD" run -v -- sleep 3
  expect_success
  [[ $stderr != *"s, CPU"* ]] || fail "$(saw)"
}

@test "messages stand on a line of their own" {
  expect_equal 124 "$(at_terminal 60 "$FUMEHOOD" run -v --timeout 3s \
    --report text -- sleep 60)"
  [ -n "$(lines)" ]
  grep -q $'\rResult: ended at the time limit' screen || fail "$(cat -v screen)"
}

@test "without it the launcher never wakes up" {
  "$FUMEHOOD" run -v -- sleep 60 2>err 3>&- &
  launcher=$!
  await test -s err
  sleep 0.5
  before=$(grep ctxt "/proc/$launcher/status")
  sleep 3
  after=$(grep ctxt "/proc/$launcher/status")
  kill "$launcher"
  wait "$launcher" 2>/dev/null || true
  expect_equal "$before" "$after"
}
