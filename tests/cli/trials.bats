#!/usr/bin/env bats
# The seven trials that a box has to stand, then the default box as seen from
# inside. Each trial has its control outside.

load ../helpers/common

# --- the seven trials ------------------------------------------------------

@test "trial 1: hello" {
  run_box -- /bin/sh -lc 'echo hello'
  expect_success hello
  expect_equal "" "$stderr"
}

@test "trial 2: /tmp can be written, and is the box's own" {
  outside sh -c 'echo ok >"$1" && rm "$1"' sh "/tmp/${WORK##*/}"
  run_box -- /bin/sh -lc 'echo ok >/tmp/dummy_file && ls /tmp && cat /tmp/dummy_file'
  expect_success $'dummy_file\nok'
  [ ! -e /tmp/dummy_file ]
}

@test "trial 3: /etc/shadow is refused, and what others may read outside too" {
  outside test -e /etc/shadow
  outside grep -q . /etc/debian_version
  expect_refused box -- /bin/sh -lc 'cat /etc/shadow'
  expect_refused box -- /bin/sh -lc 'test -e /etc/shadow'
  expect_refused box -- /bin/sh -lc 'cat /etc/debian_version'
}

@test "trial 4: no outbound connection" {
  listener_start
  outside curl -sS --max-time 20 "http://127.0.0.1:$PORT/" >fetched
  expect_equal reached "$(tr -d '\r' <fetched | tail -n 1)"
  expect_equal 1 "$(wc -l <connections)"
  run_box -- /bin/sh -lc "curl -sS http://127.0.0.1:$PORT/ || echo 'network: blocked'"
  expect_success "network: blocked"
  expect_equal 1 "$(wc -l <connections)"
}

@test "trial 5: the command sees only its own processes" {
  sleep 600 3>&- &
  local outsider=$!
  outside sh -c 'ps -eo comm | grep -qx sleep'
  run_box -- /bin/sh -lc 'echo "PID is $$"; ps -eo pid=,comm='
  kill $outsider
  expect_status 0
  [[ ${lines[0]} =~ ^PID\ is\ ([0-9]+)$ ]] || fail "$(saw)"
  local pid=${BASH_REMATCH[1]}
  expect_equal 3 "${#lines[@]}"
  [[ ${lines[1]} =~ ^\ +$pid\ sh$ ]] || fail "$(saw)"
  [[ ${lines[2]} =~ ^\ +[0-9]+\ ps$ ]] || fail "$(saw)"
}

@test "trial 6: /proc is hardened" {
  run_box -- /bin/sh -lc 'mount | grep " on /proc "'
  expect_status 0
  for option in nosuid nodev noexec 'hidepid=(invisible|ptraceable)'; do
    [[ $output =~ [\(,]$option[,\)] ]] || fail "no $option" "$(saw)"
  done
}

@test "trial 7: /dev is minimal, /dev/zero cannot be written" {
  outside sh -c 'true >/dev/zero'
  run_box -- /bin/sh -lc 'true >/dev/zero || echo "/dev/zero is read-only (good)"'
  expect_success "/dev/zero is read-only (good)"
  expect_in_stderr "cannot create /dev/zero: Permission denied"
}

# --- files -----------------------------------------------------------------

@test "system trees: read and execute, never write" {
  run_box -- sh -c 'cat /usr/bin/env | wc -c; /usr/bin/env true'
  expect_status 0
  expect_equal "$(wc -c </usr/bin/env)" "${lines[0]}"
  run_box -- sh -c 'for d in / /usr /usr/bin /etc /dev /proc /var; do
    true >$d/mine && echo "$d can be written"; done 2>/dev/null; true'
  expect_success ""
}

@test "an ungranted secret: not read, not changed, not seen" {
  echo secret >secret
  outside grep -q secret "$WORK/secret"
  run_box -- cat "$WORK/secret"
  expect_status 1
  expect_in_stderr "No such file or directory"
  run_box -- sh -c "echo changed >>'$WORK/secret'"
  [ "$status" -ne 0 ]
  expect_equal secret "$(cat secret)"
  expect_refused box -- test -e "$WORK"
}

@test "what was written into private storage cannot be executed" {
  outside sh -c 'cp /usr/bin/true mine && ./mine'
  for place in /tmp '$HOME' /dev/shm; do
    run_box -- sh -c "cp /usr/bin/true $place/mine && $place/mine"
    expect_status 126
    expect_in_stderr "Permission denied"
  done
}

@test "the root holds what the default tree names, nothing else" {
  local expected=" dev etc proc tmp usr var " entry
  for entry in bin lib lib32 lib64 libx32 sbin; do
    [ ! -e "/$entry" ] || expected+="$entry "
  done
  expected+="$(cut -d/ -f2 <<<"$HOME") " # tmp again, or home
  [[ $HOME != /tmp/* ]] || expected+="home "
  run_box -- ls -A /
  expect_success
  for entry in "${lines[@]}"; do
    [[ $expected == *" $entry "* ]] || fail "not expected: /$entry"
  done
}

@test "/etc is synthesized and short" {
  run_box -- sh -c 'cat /etc/passwd; ls -A /etc'
  expect_status 0
  expect_not_in_output shadow
  expect_in_output "x:$(id -u):$(id -g):"
  expect_not_in_output "$(grep -m 1 '^daemon:' /etc/passwd)"
  run_box -- sh -c 'id -un; hostname; cat /etc/hosts'
  expect_status 0
  expect_equal tester "${lines[0]}"
  expect_equal fumehood "${lines[1]}"
}

# --- /dev and private storage ------------------------------------------------

@test "/dev holds the five devices, the links, pts and shm" {
  run_box -- ls -A /dev
  expect_success $'fd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\nurandom\nzero'
  run_box -- sh -c 'echo lost >/dev/null; head -c 4 /dev/zero | od -An -tx1
    head -c 16 /dev/urandom | wc -c; echo full >/dev/full || echo refused
    echo through >/dev/stdout; readlink /dev/fd'
  expect_success $' 00 00 00 00\n16\nrefused\nthrough\n/proc/self/fd'
  for device in random urandom zero; do
    expect_refused box -- sh -c "true >/dev/$device"
  done
}

@test "/tmp, \$HOME and /dev/shm are empty tmpfs of 256 MiB, noexec" {
  run_box -- sh -c 'stat -c "%a %F" /tmp; find /tmp "$HOME" /dev/shm -mindepth 1
    grep " /tmp \| $HOME \| /dev/shm " /proc/self/mountinfo'
  expect_status 0
  expect_equal "1777 directory" "${lines[0]}"
  expect_equal 4 "${#lines[@]}"
  for line in "${lines[@]:1}"; do
    [[ $line == *rw,nosuid,nodev,noexec* && $line == *" - tmpfs "* &&
      $line == *size=262144k* ]] || fail "$line"
  done
}

# --- namespaces --------------------------------------------------------------

@test "every namespace is the box's own" {
  local kind
  run_box -- sh -c 'for n in cgroup ipc mnt net pid user uts; do
    readlink /proc/self/ns/$n; done'
  expect_status 0
  expect_equal 7 "${#lines[@]}"
  for line in "${lines[@]}"; do
    kind=${line%%:*}
    expect_different "$(readlink "/proc/self/ns/$kind")" "$line"
  done
}

@test "mounts are private: the outside sees none of the box's" {
  cat /proc/self/mountinfo >before
  run_box -- grep -c " - tmpfs " /proc/self/mountinfo
  expect_status 0
  [ "$output" -ge 4 ]
  outside cmp before /proc/self/mountinfo
  expect_refused box -- sh -c 'grep -q "shared:\|master:" /proc/self/mountinfo'
}

@test "no capability, no new privileges, filtered" {
  run_box -- grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status
  expect_success
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    expect_in_output "$set:"$'\t'0000000000000000
  done
  expect_in_output $'NoNewPrivs:\t1'
  expect_in_output $'Seccomp:\t2'
}

@test "no nested user namespace, no mount" {
  outside unshare -Ur true
  expect_refused box -- unshare -Ur true
  outside unshare -Urm mount -t tmpfs none /mnt
  expect_refused box -- mount -t tmpfs none /tmp
}

# --- network -----------------------------------------------------------------

@test "--net none: a listener outside is unreachable, loopback is down" {
  listener_start
  expect_equal connected "$("$PYTHON" -c "$CONNECT" 127.0.0.1 "$PORT")"
  run_box -- "$PYTHON" -c "$CONNECT" 127.0.0.1 "$PORT"
  expect_success ENETUNREACH
  expect_equal 1 "$(wc -l <connections)"
  run_box -- sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "'
  expect_success lo
}

@test "--net loopback: one of its own" {
  listener_start
  expect_equal connected "$("$PYTHON" -c "$CONNECT" 127.0.0.1 "$PORT")"
  run_box --net loopback -- "$PYTHON" -c "$CONNECT" 127.0.0.1 "$PORT"
  expect_success ECONNREFUSED
  run_box --net loopback -- "$PYTHON" -c 'if 1:
    import socket
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    client.sendall(b"inside")
    print(server.accept()[0].recv(6).decode())'
  expect_success inside
}

@test "--net host: only the ports that were named" {
  listener_start
  run_box --net host -- "$PYTHON" -c "$CONNECT" 127.0.0.1 "$PORT"
  expect_success EACCES
  run_box --net host --connect "$PORT" -- "$PYTHON" -c "$CONNECT" 127.0.0.1 "$PORT"
  expect_success connected
  run_box --net host --connect 9 -- "$PYTHON" -c "$CONNECT" 127.0.0.1 "$PORT"
  expect_success EACCES
}

@test "--net host --listen: bind to that port and to no other" {
  local free try
  free=$("$PYTHON" -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
  try='
import errno, socket, sys
try:
    socket.create_server(("127.0.0.1", int(sys.argv[1]))).close()
    print("listening")
except OSError as e:
    print(errno.errorcode[e.errno])'
  expect_equal listening "$("$PYTHON" -c "$try" "$free")"
  run_box --net host -- "$PYTHON" -c "$try" "$free"
  expect_success EACCES
  # A port that is free can be had without binding: said, and to be accepted.
  run_box --net host --listen "$free" -- "$PYTHON" -c "$try" "$free"
  expect_status 125
  expect_in_stderr "network cannot be held: with --listen"
  run_box --net host --listen "$free" --without network -- \
    "$PYTHON" -c "$try" "$free"
  expect_success listening
  run_box --net host --listen 1 --without network -- \
    "$PYTHON" -c "$try" "$free"
  expect_success EACCES
}

# --- the options of the other tools' one-liners -----------------------------

@test "a box by hand: ro-bind, bind, dev, proc, dir and an extra tmpfs" {
  mkdir data
  echo in >data/in
  run_box --bind "$WORK/data:/data:rw" --tmpfs /scratch:1M -- sh -c '
    cat /data/in; echo out >/data/out; echo s >/scratch/s; ls /data /scratch
    cat /etc/shadow || true'
  expect_success $'in\n/data:\nin\nout\n\n/scratch:\ns'
  expect_equal out "$(cat data/out)"
}
