# What every bats file leans on: a work directory of its own, the box under
# test, and assertions that print what they saw instead.
#
# tests/run gives FUMEHOOD (the binary), TMPDIR and STAGE. The work directory
# lies beneath /tmp, where the box has storage of its own: whatever a test
# sees of it inside, a grant has put there.
bats_require_minimum_version 1.5.0

# Debian's, whatever else the caller has in its PATH.
PYTHON=/usr/bin/python3

setup() {
  WORK=$(mktemp -d "$TMPDIR/work.XXXXXX")
  LISTENER=
  cd "$WORK" || return
}

teardown() {
  listener_stop
  cd /
  chmod -R u+rwX "$WORK"
  rm -rf "$WORK"
}

box() {
  "$FUMEHOOD" run "$@"
}

# Runs the box with its streams apart: $status, $output, $stderr.
run_box() {
  run --separate-stderr "$FUMEHOOD" run "$@"
}

fail() {
  printf '%s\n' "$*" >&2
  return 1
}

saw() {
  printf 'status: %s\nstdout: %s\nstderr: %s\n' "$status" "$output" \
    "${stderr-}"
}

expect_status() { # CODE
  [ "$status" -eq "$1" ] || fail "expected status $1" "$(saw)"
}

expect_output() { # TEXT
  [ "$output" = "$1" ] || fail "expected on stdout: $1" "$(saw)"
}

expect_success() { # [TEXT]
  expect_status 0
  [ $# -eq 0 ] || expect_output "$1"
}

expect_in_output() { # TEXT
  [[ $output == *"$1"* ]] || fail "expected in stdout: $1" "$(saw)"
}

expect_not_in_output() { # TEXT
  [[ $output != *"$1"* ]] || fail "not expected in stdout: $1" "$(saw)"
}

expect_in_stderr() { # TEXT
  [[ $stderr == *"$1"* ]] || fail "expected in stderr: $1" "$(saw)"
}

expect_equal() { # EXPECTED ACTUAL
  [ "$1" = "$2" ] || fail "expected: $1" "actual:   $2"
}

expect_different() { # A B
  [ "$1" != "$2" ] || fail "both are: $1"
}

# A control: the same thing, outside the box, must work.
outside() {
  "$@" || fail "the control outside the box failed: $*"
}

expect_refused() { # COMMAND...: must fail; says so when it does not
  ! "$@" >refused.out 2>&1 || fail "went through: $*" "$(cat refused.out)"
}

# Processes of this box's launcher and init: nothing else has its path first.
box_processes() {
  pgrep -f "^$FUMEHOOD" || true
}

# The whole contract of an error: status, silence on stdout, one line that
# starts with our name and contains every TEXT, and nothing left behind.
refuses() { # CODE TEXT... -- ARGUMENTS OF FUMEHOOD...
  local code=$1 before mounts text
  local -a texts=()
  shift
  while [ "$1" != -- ]; do
    texts+=("$1")
    shift
  done
  shift
  before=$(ls -A "$WORK")
  mounts=$(cat /proc/self/mountinfo)
  run "-$code" --separate-stderr "$FUMEHOOD" "$@"
  expect_output ""
  [ "${#stderr_lines[@]}" -eq 1 ] || fail "expected one line" "$(saw)"
  [[ $stderr == "fumehood: "* ]] || fail "expected our name first" "$(saw)"
  [[ $stderr != *[[:cntrl:]]* ]] || fail "a control character" "$(saw | cat -v)"
  for text in "${texts[@]}"; do
    expect_in_stderr "$text"
  done
  expect_equal "$before" "$(ls -A "$WORK")"
  [ "$mounts" = "$(cat /proc/self/mountinfo)" ] || fail "a mount was left behind"
  expect_equal "" "$(box_processes)"
}

# A TCP server of the outside: PORT is its port; $WORK/connections gets a line
# for each that is accepted.
listener_start() {
  : >"$WORK/connections"
  "$PYTHON" - "$WORK" 3>&- <<'PY' &
import os, socket, sys
work = sys.argv[1]
server = socket.create_server(("127.0.0.1", 0))
with open(work + "/port.tmp", "w") as port:
    port.write(str(server.getsockname()[1]))
os.rename(work + "/port.tmp", work + "/port")
while True:
    connection, _ = server.accept()
    with open(work + "/connections", "a") as log:
        log.write("connected\n")
    try:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nreached\n")
    except OSError:
        pass
    connection.close()
PY
  LISTENER=$!
  await test -s "$WORK/port"
  PORT=$(cat "$WORK/port")
}

listener_stop() {
  [ -n "${LISTENER:-}" ] || return 0
  kill "$LISTENER" || true
  wait "$LISTENER" || true
  LISTENER=
}

await() { # CONDITION...: polls; the bound is only there to end a broken test
  local n
  for ((n = 0; n < 600; n++)); do
    "$@" && return 0
    sleep 0.05
  done
  fail "never came true: $*"
}

# Prints "connected", or the name of the errno: ECONNREFUSED.
CONNECT='
import errno, socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 10).close()
    print("connected")
except OSError as e:
    print(errno.errorcode.get(e.errno, str(e)))
'
