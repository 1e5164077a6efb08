#!/usr/bin/env bats
# The login server, started as root on port 80, with passwords by PAM: in a network of
# its own and an /etc of its own, so that nothing on the machine is touched.
bats_require_minimum_version 1.5.0

source "$STAGE/tests/helpers/login.bash"
source "$STAGE/tests/helpers/own_etc.bash"

none=0000000000000000
# CAP_KILL is bit 5, CAP_NET_BIND_SERVICE bit 10.
kill_and_bind=0000000000000420

setup() {
  [ "$(id -u)" = 0 ]
  login_setup
  own_etc "$WORK/etc"
  own_account alice "$(openssl passwd -6 'right password')"
  own_service login 'auth required pam_unix.so' 'account required pam_unix.so'
  # Faster than the profile's, for most tests.
  sed 's/delay=1s/delay=300ms/' "$STAGE/examples/login_server.root.conf" >"$WORK/conf"
}

teardown() {
  login_stop
  rm -rf "$WORK"
}

# The server's network is entered by whoever asks it.
login_start() {
  # Supplementary groups are to be given up; a control, too.
  PREFIX=(setpriv --groups 5,6 unshare --net --mount --propagation private sh -c '
    ip link set lo up 2>/dev/null || exit 1
    etc=$0; '"$own_etc_mounts"' && exec "$@"' "$WORK/etc")
  PORT=80
  login_run "$WORK/conf" 80 login || { cat "$WORK/said"; return 1; }
}

code() { # USER:PASSWORD
  nsenter -t "$MONITOR" -n curl -s -m 30 -o /dev/null -w '%{http_code}' -u "$1" http://127.0.0.1/
}

@test "a right login is 200, others are 401, on port 80" {
  login_start
  [ "$(code 'alice:right password')" = 200 ]
  [ "$(code 'alice:wrong password')" = 401 ]
  [ "$(code 'alice:')" = 401 ]
  [ "$(code 'nobody-here:right password')" = 401 ]
  [ "$(code 'root:')" = 401 ]
}

@test "the worker is nobody, without a capability or a group" {
  # Control: what the server was started with.
  [[ $(role_is $$ CapEff) != "$none" ]]
  login_start
  for field in Uid Gid; do
    [ "$(role_is "$WORKER" $field)" = "65534 65534 65534 65534" ]
  done
  [ "$(role_is "$WORKER" Groups)" = "" ]
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    [ "$(role_is "$WORKER" $set)" = $none ]
  done
  [ "$(role_is "$WORKER" Seccomp)" = 2 ]
  [ "$(role_is "$WORKER" NoNewPrivs)" = 1 ]
}

@test "the monitor keeps CAP_KILL and CAP_NET_BIND_SERVICE, and nothing else" {
  login_start
  [ "$(role_is "$MONITOR" Uid)" = "0 0 0 0" ]
  [ "$(role_is "$MONITOR" Groups)" = "" ]
  for set in CapPrm CapEff; do
    [ "$(role_is "$MONITOR" $set)" = $kill_and_bind ]
  done
  for set in CapInh CapAmb; do
    [ "$(role_is "$MONITOR" $set)" = $none ]
  done
  [ "$(role_is "$MONITOR" Seccomp)" = 2 ]
  [ "$(role_is "$MONITOR" NoNewPrivs)" = 1 ]
}

@test "no answer comes before the delay, right or wrong" {
  sed 's/delay=1s/delay=2s/' "$STAGE/examples/login_server.root.conf" >"$WORK/conf"
  login_start
  took=()
  for login in 'alice:right password' 'alice:wrong' 'nobody-here:x'; do
    begin=$(date +%s%N)
    code "$login" >"$WORK/code"
    took+=($((($(date +%s%N) - begin) / 1000000)))
  done
  echo "${took[@]} ms"
  for ms in "${took[@]}"; do
    [ "$ms" -ge 2000 ]
    # The same delay, or the next multiple of it on a machine that is busy.
    [ $((ms - took[0])) -lt 4000 ]
    [ $((took[0] - ms)) -lt 4000 ]
  done
}

@test "more in a minute than the profile says are 429, the right one as well" {
  sed 's/per-minute=60/per-minute=3/; s/delay=1s/delay=100ms/' \
    "$STAGE/examples/login_server.root.conf" >"$WORK/conf"
  login_start
  for _ in 1 2 3; do [ "$(code alice:wrong)" = 401 ]; done
  [ "$(code alice:wrong)" = 429 ]
  [ "$(code 'alice:right password')" = 429 ]
}

@test "SIGTERM ends all of it; so does SIGKILL of the monitor and of the worker" {
  for how in TERM monitor worker; do
    login_start
    [ "$(code 'alice:right password')" = 200 ]
    read -r -a all <"/proc/$MONITOR/task/$MONITOR/children" || true
    # Worker and authenticator.
    [ ${#all[@]} = 2 ]
    case $how in
      TERM) kill -TERM "$MONITOR" ;;
      monitor) kill -KILL "$MONITOR" ;;
      worker) kill -KILL "$WORKER" ;;
    esac
    wait "$SERVER" || true
    SERVER=
    both_gone
    for pid in "${all[@]}"; do
      for _ in {1..100}; do is_over "$pid" && break; sleep 0.05; done
      is_over "$pid"
    done
  done
}
