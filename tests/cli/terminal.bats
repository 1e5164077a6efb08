#!/usr/bin/env bats
# The terminal of a box, at a real one: job control, editors, keys, sizes, and that
# ours is afterwards as it was.

bats_require_minimum_version 1.5.0

load ../helpers/terminal

setup() { terminal_setup; }
teardown() { terminal_teardown; }

python=/usr/bin/python3
on_pty="$STAGE/tests/helpers/on_pty.py"

# --- what the program has ----------------------------------------------------------

@test "interactive, the box has a terminal of its own, by its own name" {
  begin '"$F" run -- sh -c "tty; test -t 0 && test -t 1 && test -t 2 && echo all; stty size; tty </dev/tty; ls /dev/pts"'
  ends 0
  shows '^/dev/pts/0$'
  shows '^all$'
  shows '^40 150$'
  shows '^/dev/tty$'
  shows '^0 +ptmx$|^0$'
}

@test "with a redirected stream, in the background and with an output limit auto is none" {
  begin '"$F" run -- tty </dev/null; "$F" run -- sh -c tty | cat; "$F" run --output-limit 1M -- sh -c "tty <&1"; echo "$("$F" show | grep -c pseudo-terminal)"'
  ends 0
  screen
  [ "$(screen | grep -c '^not a tty$')" = 3 ]
  run ! shows '/dev/pts/0'
}

@test "show tells what run would do" {
  begin '"$F" show >/dev/tty | cat; "$F" show --tty pty | grep -c "pseudo-terminal"'
  ends 0
  shows '^[1-9]$'
}

@test "only what was a terminal is replaced" {
  begin 'echo from-pipe | "$F" run --tty pty -- sh -c "cat; tty <&1; exec 3<&0; test -t 0 || echo pipe"'
  ends 0
  shows '^from-pipe$'
  shows '^/dev/pts/0$'
  shows '^pipe$'
  begin '"$F" run --tty pty -w "$W" -- sh -c "test -t 1 || echo file; tty >/dev/tty" >out'
  ends 0
  shows '^/dev/pts/0$'
  [ "$(cat "$work/out")" = file ]
}

@test "the other end cannot be reached from inside" {
  begin '"$F" run -- sh -c "for fd in /proc/[0-9]*/fd/*; do readlink \$fd; done | sort -u | grep -v pipe; ls /proc/1/fd"'
  see "^end-$typed:"
  run ! shows 'ptmx'
  shows "/proc/1/fd"
}

# --- keys --------------------------------------------------------------------------

@test "a shell in the box has job control" {
  begin '"$F" run -- bash --norc'
  see 'bash-[0-9.]+\$$'
  line 'sleep 1234'
  until_so process 'sleep 1234' >/dev/null
  press C-z
  see 'Stopped +sleep 1234'
  line 'jobs; echo in"side"'
  see '^inside$'
  line 'clear; fg'
  see '^sleep 1234$'
  press C-c
  see 'bash-[0-9.]+\$$'
  line 'echo was"-"$?'
  see '^was-130$'
  line 'exit 5'
  ends 5
}

@test "^C ends the program, which others see" {
  begin '"$F" run -- sleep 2345'
  until_so process 'sleep 2345' >/dev/null
  press C-c
  # The shell takes it for its own interruption, as without a box, and stops the line.
  see '^ready>$|ready>$'
  line 'echo status"-"$?'
  see '^status-130$'
}

@test "^Z stops the command as well, and fg continues both" {
  line 'clear; "$F" run -- cat'
  until_so process 'cat' >/dev/null
  line 'one'
  see '^one$'
  press C-z
  see 'Stopped.*run -- cat'
  line 'stty -g; echo shell"-"again'
  see '^shell-again$'
  line 'clear; fg; echo was"-"$?'
  see 'run -- cat$'
  line 'two'
  until_so twice two
  press C-d
  see '^was-0$'
}
twice() { [ "$(screen | grep -c "^$1\$")" -ge 2 ]; }

@test "continued in the background it goes on, and has the keys only in front" {
  line 'clear; "$F" run -- sh -c "trap \"echo went-on\" CONT; cat"'
  until_so process 'cat' >/dev/null
  press C-z
  see 'Stopped'
  line 'bg'
  see 'went-on'
  line 'echo shell"-"has-keys'
  see '^shell-has-keys$'
  line 'clear; fg'
  line 'to-cat'
  until_so twice to-cat
  press C-c
  see 'ready>$'
}

@test "stopped in a pipeline, all of it is" {
  line 'clear; "$F" run --tty pty -- sh -c "sleep 3456" | cat'
  until_so process 'sleep 3456' >/dev/null
  press C-z
  see 'Stopped'
  line 'fg'
  until_so is_in_state "$(process 'sleep 3456')" S
  press C-c
  see 'ready>$'
}

@test "without a terminal of its own ^Z and ^C still reach both" {
  line 'clear; "$F" run --tty none -- sleep 4567'
  until_so process 'sleep 4567' >/dev/null
  program=$(process 'sleep 4567')
  press C-z
  see 'Stopped'
  is_in_state "$program" T
  line 'fg'
  until_so is_in_state "$program" S
  press C-c
  until_so is_gone "$program"
}

@test "a second ^C ends what ignores the first" {
  line 'clear; "$F" run --tty none -- sh -c "trap \"\" INT; echo running; exec sleep 5678"'
  until_so process 'sleep 5678' >/dev/null
  program=$(process 'sleep 5678')
  # Both within a second, however long the machine takes in between.
  until_so press_twice_until_gone "$program" C-c C-c
  see 'ready>$'
  line 'echo status"-"$?'
  see '^status-130$'
}
press_twice_until_gone() {
  local program=$1
  shift
  press "$@"
  is_gone "$program"
}

@test "three ^] end what takes all other keys" {
  line 'clear; "$F" run -- sh -c "stty raw; trap \"\" INT TERM HUP; exec sleep 6789"'
  until_so process 'sleep 6789' >/dev/null
  program=$(process 'sleep 6789')
  keys $'\x1d\x1d'
  keys 'x'
  keys $'\x1d'
  until_so press_twice_until_gone "$program" 'C-]' 'C-]' 'C-]'
  see 'ready>$'
  # One that came too late has the shell search for the next key.
  press Enter
  line 'echo status"-"$?'
  see '^status-130$'
}

@test "^D ends the inner of two boxes, and then the outer" {
  begin '"$F" run -- bash --norc'
  see 'bash-[0-9.]+\$$'
  line 'PS1="outer\$ "'
  see '^outer\$$'
  line 'sh'
  line 'echo in"ner"'
  see '^inner$'
  press C-d
  line 'echo out"side"'
  see '^outside$'
  press C-d
  ends 0
}

# --- programs ----------------------------------------------------------------------

@test "vi edits a file that was granted" {
  mkdir "$work/texts"
  echo old >"$work/texts/text"
  begin '"$F" run -w "$W/texts" -- vim.tiny -u NONE "$W/texts/text"'
  see '^old$'
  keys 'onew line'
  press Escape
  keys ':wq'
  press Enter
  ends 0
  [ "$(cat "$work/texts/text")" = $'old\nnew line' ]
}

@test "vi is stopped and continued with its screen" {
  mkdir "$work/texts"
  echo precious >"$work/texts/text"
  line 'clear; "$F" run -w "$W/texts" -- vim.tiny -u NONE "$W/texts/text"'
  see '^precious$'
  see '"?.*text"? 1'
  press C-z
  see 'Stopped'
  line 'clear; fg'
  see '^precious$'
  keys ':q'
  press Enter
  see 'ready>$'
}

@test "less reads a pipe and takes its keys from the terminal" {
  begin 'seq 1 500 | "$F" run --tty pty -- less'
  see '^39$'
  press Space
  see '^78$'
  keys q
  ends 0
}

@test "the program sees how large the terminal is, and when that changes" {
  begin '"$F" run -- sh -c "trap \"stty size\" WINCH; stty size; while :; do sleep 0.05; done"'
  see '^40 150$'
  tmux -S "$work/socket" resize-window -x 120 -y 30
  see '^30 120$'
  press C-c
  see 'ready>$'
}

@test "a password is read from /dev/tty without being shown" {
  begin '"$F" run -- bash -c "read -rsp Password: p </dev/tty; echo; echo got \${#p}"'
  see '^Password:'
  # No key before the echo is off: the prompt comes after that.
  line 'secret'
  ends 0
  shows '^got 6$'
  run ! shows 'secret'
}

# --- ours is as it was -------------------------------------------------------------

@test "the terminal is as it was when the program is killed in raw mode" {
  begin '"$F" run -- sh -c "stty raw -echo; kill -9 \$\$"'
  ends 137
}

@test "the terminal is as it was when the command gets SIGTERM" {
  begin '"$F" run -- sh -c "stty raw -echo; exec sleep 7891"'
  until_so process 'sleep 7891' >/dev/null
  kill -TERM "$(pgrep -of "^$FUMEHOOD run .*sleep 7891")"
  ends 143
}

@test "the terminal is as it was after a time limit" {
  begin '"$F" run --timeout 1s -- sh -c "stty raw -echo; exec sleep 8912"'
  ends 124
}

@test "the terminal is as it was when nothing could be started" {
  begin '"$F" run -- no-such-program'
  ends 127
  begin '"$F" run -r /no-such-directory -- true'
  ends 125
}

@test "when the terminal goes away, so does the box" {
  line 'clear; "$F" run -- sleep 9123'
  until_so process 'sleep 9123' >/dev/null
  program=$(process 'sleep 9123')
  tmux -S "$work/socket" kill-server
  until_so is_gone "$program"
}

# --- bytes -------------------------------------------------------------------------

@test "nothing is lost: what was printed before the end, and where it is read slowly" {
  seq 100000 >"$work/expected"
  "$python" "$on_pty" "$FUMEHOOD" run -- seq 100000 |
    tr -d '\r' | cmp - "$work/expected"
  seq 20000 >"$work/expected"
  "$python" "$on_pty" --slow "$FUMEHOOD" run -- seq 20000 |
    tr -d '\r' | cmp - "$work/expected"
}

@test "the end of standard input is the end of the terminal's input" {
  run "$FUMEHOOD" run --tty pty -- wc -c < <(printf 'four\n')
  [ "$status" = 0 ]
  [[ $output == *5* ]]
  run "$FUMEHOOD" run --tty pty -- cat < <(printf 'half a line')
  [ "$status" = 0 ]
  [[ $output == *"half a linehalf a line"* ]]
  run "$FUMEHOOD" run --tty pty -- sh -c 'cat; cat; read -r y || echo end' </dev/null
  [[ $output == *end* ]]
  run "$FUMEHOOD" run --tty pty -- bash --norc -i < <(printf 'echo in""side\n')
  [ "$status" = 0 ]
  [[ $output == *inside* ]]
}

@test "a reader that goes away hangs the terminal up" {
  run bash -c '"$FUMEHOOD" run --tty pty -- yes </dev/null 2>/dev/null | head -n 1; exit ${PIPESTATUS[0]}'
  [ "$status" = 129 ]
}

# --- what never works ---------------------------------------------------------------

@test "nothing is typed into a terminal from inside, though outside it works" {
  cat >"$work/type.py" <<'PY'
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for request in 0x5412, 0x5412 | 1 << 32, 0x541c, 0x541c | 1 << 63:
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(16), ctypes.c_long(0), ctypes.c_ulong(request), b"\x03")
    print("%x" % request, errno.errorcode.get(ctypes.get_errno(), "went through"))
PY
  [ "$(uname -m)" = x86_64 ] || skip "ioctl has another number here"
  begin '"$F" run -r "$W/type.py" -- /usr/bin/python3 "$W/type.py"'
  ends 0
  shows '^5412 EPERM$'
  shows '^100005412 EPERM$'
  shows '^541c EPERM$'
  shows '^800000000000541c EPERM$'
  [ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1)" = 1 ] ||
    skip "this kernel refuses it to everybody: no control"
  line "clear; /usr/bin/python3 -c 'import fcntl; fcntl.ioctl(0, 0x5412, b\"#\")'; echo control\"-\"done"
  see 'control-done$'
  see 'ready> #'
}

# --- without namespaces --------------------------------------------------------------

@test "where there are no namespaces the terminal is the host's, and all the same" {
  begin '"$STAGE/build/helper_under" no-namespaces -- "$F" run -- bash --norc'
  see 'bash-[0-9.]+\$$|end-'
  line 'sleep 1357'
  until_so process 'sleep 1357' >/dev/null
  press C-z
  see 'Stopped +sleep 1357'
  line 'clear; fg'
  see '^sleep 1357$'
  press C-c
  see 'bash-[0-9.]+\$$'
  line 'echo was"-"$?; stty size'
  see '^was-130$'
  see '^40 150$'
  line 'test -c /dev/tty && echo x >/dev/tty && exit 3'
  ends 3
}
