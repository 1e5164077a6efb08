# Processes with a mark in their arguments, to find what a run left behind.
#
# mark_make is for setup, once there is a directory work; marked_kill is for
# teardown.

mark_make() { # WORD: sets mark
  mark="$1-$$-$BATS_TEST_NUMBER-$RANDOM"
  printf '%s\n' "$mark" >"$work/mark"
}

# The processes of this test, whoever their parent is now. The mark comes from
# a file, so that grep does not find itself.
marked() {
  grep -lzsFf "$work/mark" /proc/[0-9]*/cmdline | cut -d/ -f3 || true
}

marked_kill() {
  marked | xargs -r kill -9 2>/dev/null || true
}

nobody_left() { [ -z "$(marked)" ]; }

# Polls a command until it succeeds; ten seconds are an answer too.
until_true() {
  local tries
  for ((tries = 0; tries < 500; tries++)); do
    "$@" && return 0
    sleep 0.02
  done
  echo "never became true: $*"
  return 1
}
