#!/usr/bin/env bats
# The program has the caller's own standard streams, the same open files and
# nothing in between, so that what goes through them costs what it costs outside.

load ../helpers/common.bash

# Where the open file that is our descriptor 7 stands.
position() {
  awk '$1 == "pos:" { print $2 }' "/proc/$BASHPID/fdinfo/7"
}

@test "what the program writes moves the caller's own open file" {
  for stream in 1 2; do
    exec 7>written
    box -- sh -c "printf 12345 >&$stream" >&7 2>&7
    expect_equal 5 "$(position)"
    # Control: a file that is opened again has a place of its own.
    outside sh -c 'printf 12 >"$1"' sh "/proc/$BASHPID/fd/7"
    expect_equal 5 "$(position)"
    exec 7>&-
  done
}

@test "what the program reads moves it as well" {
  printf 'one\ntwo\n' >lines
  exec 7<lines
  run_box -- dd bs=1 count=4 status=none <&7
  expect_success one
  expect_equal 4 "$(position)"
  # The caller goes on where the program stopped.
  expect_equal two "$(cat <&7)"
  exec 7<&-
}

# KCMP_FILE: 0 is the same open file. Prints one digit for each stream.
SAME='
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
us, them = int(sys.argv[1]), int(sys.argv[2])
def kcmp(ours, theirs):
    r = libc.syscall(312 if os.uname().machine == "x86_64" else 272,
                     us, them, 0, ours, theirs)
    if r < 0: raise OSError(ctypes.get_errno(), "kcmp")
    return "same" if r == 0 else "other"
print(*(kcmp(int(fd), n) for n, fd in enumerate(sys.argv[3:])))
'

@test "the kernel says that they are the same" {
  mkfifo in out
  exec 5<>in 6<>out 7>err 8>err
  box -- sh -c 'echo ready; exec sleep 60' <&5 >&6 2>&7 5<&- 6<&- 7>&- 8>&- 3>&- &
  launcher=$!
  read -r word <&6
  expect_equal ready "$word"
  program() { pgrep -u "$(id -u)" -fx 'sleep 60' | while read -r pid; do
    [ "$(readlink "/proc/$pid/fd/0")" != "$WORK/in" ] || echo "$pid"; done; }
  asleep() { [ -n "$(program)" ]; }
  await asleep
  run "$PYTHON" -c "$SAME" $$ "$(program)" 5 6 7
  expect_success "same same same"
  # Control: another open file of the same name is another.
  run "$PYTHON" -c "$SAME" $$ "$(program)" 5 6 8
  expect_success "same same other"
  kill "$launcher"
  wait "$launcher" || true
}
