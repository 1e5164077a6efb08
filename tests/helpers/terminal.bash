# A real terminal for the tests: tmux with one window, keys sent, its screen read.
#
# Nothing here is timed. What is awaited is a state that shows on the screen or in the
# system, and the bound only ends a test that is broken.

PATIENCE=${PATIENCE:-1200} # looks, each a twentieth of a second

terminal_setup() {
  work=$(mktemp -d "$TMPDIR/terminal.XXXXXX")
  typed=0
  printf 'PS1="ready> "\nset -o pipefail\nunset PROMPT_COMMAND\n' >"$work/rc"
  (cd "$work" && tmux -S "$work/socket" -f /dev/null new-session -d -x 150 -y 40 \
    "env F=$FUMEHOOD W=$work bash --rcfile $work/rc --noprofile -i" 3>&-)
  see '^ready>$'
}

terminal_teardown() {
  tmux -S "$work/socket" kill-server 2>/dev/null || true
  rm -rf "$work"
}

screen() {
  tmux -S "$work/socket" capture-pane -p 2>/dev/null | sed "s, *$,," | grep -v "^$"
}

until_so() { # COMMAND...
  local n
  for ((n = 0; n < PATIENCE; n++)); do
    "$@" && return 0
    sleep 0.05
  done
  echo "never came true: $*"
  screen
  return 1
}

shows() { screen | grep -qE -- "$1"; }
see() { until_so shows "$1"; }

press() { tmux -S "$work/socket" send-keys "$@"; }
keys() { tmux -S "$work/socket" send-keys -l -- "$1"; }
line() { keys "$1"; press Enter; }

# Has the outer shell run a command line, which may go on for long.
begin() { # COMMAND
  typed=$((typed + 1))
  line "clear; stty -g >before$typed; $1; echo end\"-\"$typed:\$?; stty -g >after$typed"
}

# It has ended with that status, and left the terminal as it was.
ends() { # STATUS
  see "^end-$typed:"
  shows "^end-$typed:$1\$" || { screen; return 1; }
  until_so test -s "$work/after$typed"
  cmp "$work/before$typed" "$work/after$typed"
}

# The only process with that argument vector: its pid.
process() { pgrep -xf "$1"; }
state_of() { awk '/^State:/ { print $2 }' "/proc/$1/status" 2>/dev/null; }
is_in_state() { [ "$(state_of "$1")" = "$2" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
