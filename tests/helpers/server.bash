# Starts and stops the example server: SERVER is its process, PORT its port.
#
# WORK is a directory of the test's own.

none=0000000000000000 # of capabilities

setup() {
  WORK=$(mktemp -d "$TMPDIR/echo.XXXXXX")
  SERVER=
}

teardown() {
  server_stop
  rm -rf "$WORK"
}

server_start() { # ARGUMENTS...
  local n
  "$STAGE/build/example_echo_server" "$@" >"$WORK/port" 2>"$WORK/said" 3>&- &
  SERVER=$!
  # The port comes before the fences, the first client's echo after them.
  for ((n = 0; n < 200; n++)); do
    [ -s "$WORK/port" ] && PORT=$(cat "$WORK/port") && load 1 1 && return 0
    sleep 0.05
  done
  cat "$WORK/said" >&2
  return 1
}

# Sets SERVER_STATUS.
server_stop() {
  [ -n "${SERVER:-}" ] || return 0
  SERVER_STATUS=0
  kill -TERM "$SERVER" || true
  wait "$SERVER" || SERVER_STATUS=$?
  SERVER=
}

load() { # CONNECTIONS BYTES
  "$STAGE/build/helper_echo_load" "$PORT" "$1" "$2"
}

# One field of the server's /proc/PID/status.
server_is() { # FIELD
  awk -v field="$1:" '$1 == field { $1 = ""; print substr($0, 2) }' \
    "/proc/$SERVER/status"
}
