# Starts, asks and stops the example login_server: SERVER and MONITOR are its first
# process, WORKER the other, PORT its port.

login_setup() {
  WORK=$(mktemp -d "$TMPDIR/login.XXXXXX")
  SERVER=
}

login_run() { # ARGUMENTS...; PREFIX before them
  local n
  rm -f "$WORK/out" # another server's
  "${PREFIX[@]}" "$STAGE/build/example_login_server" "$@" \
    >"$WORK/out" 2>"$WORK/said" 3>&- &
  SERVER=$!
  for ((n = 0; n < 200; n++)); do
    if grep -qs serving "$WORK/out"; then
      MONITOR=$SERVER
      WORKER=$(worker_of "$MONITOR")
      [ -n "$WORKER" ]
      return
    fi
    kill -0 "$SERVER" 2>/dev/null || break
    sleep 0.05
  done
  wait "$SERVER" || true
  SERVER=
  return 1
}

# The child that is the first: helpers come after it.
worker_of() { # MONITOR
  local children
  read -r -a children <"/proc/$1/task/$1/children" || true
  echo "${children[0]:-}"
}

# Sets LOGIN_STATUS; fails when a process is left.
login_stop() {
  [ -n "${SERVER:-}" ] || return 0
  LOGIN_STATUS=0
  kill -TERM "$SERVER" || true
  wait "$SERVER" || LOGIN_STATUS=$?
  SERVER=
  both_gone
}

both_gone() {
  local n
  for ((n = 0; n < 100; n++)); do
    if is_over "$MONITOR" && is_over "$WORKER"; then return 0; fi
    sleep 0.05
  done
  return 1
}

# Gone, or waits for nothing but being waited for.
is_over() { # PID
  [ ! -e "/proc/$1" ] || [ "$(role_is "$1" State | cut -c1)" = Z ]
}

role_is() { # PID FIELD
  awk -v field="$2:" '$1 == field { $1 = ""; print substr($0, 2) }' \
    "/proc/$1/status"
}

# The three digits of the answer.
status_of() { sed -n '1s/^HTTP\/1\.0 \([0-9]*\).*/\1/p'; }

code() { # USER:PASSWORD
  curl -s -m 20 -o /dev/null -w '%{http_code}' -u "$1" "http://127.0.0.1:$PORT/"
}

raw() { # BYTES AS PRINTF HAS THEM
  exec 7<>"/dev/tcp/127.0.0.1/$PORT"
  printf "$1" >&7
  timeout 12 cat <&7 | status_of
  exec 7<&-
}

basic() { # BASE64
  raw "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic $1\r\n\r\n"
}
