#!/usr/bin/env bats
# Started as root: the box's ids and capabilities are what was asked, exactly.
bats_require_minimum_version 1.5.0

load ../faults/sweep.bash

setup() {
  [ "$(id -u)" = 0 ]
  work=$(mktemp -d "$TMPDIR/root.XXXXXX")
  echo secret >"$work/secret"
  chmod 600 "$work/secret"
}

teardown() { rm -rf "$work"; }

none=0000000000000000
# CAP_NET_BIND_SERVICE is bit 10.
bind=0000000000000400

# What the program's /proc/self/status says, one line.
status_of() { # ARGUMENTS OF FUMEHOOD RUN...
  "$FUMEHOOD" run "$@" -- /bin/grep -E \
    '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):' /proc/self/status |
    tr -s '\t' ' ' | sed 's/ *$//'
}

expected() { # UID GID CAPS
  cat <<END
Uid: $1 $1 $1 $1
Gid: $2 $2 $2 $2
Groups:
CapInh: $3
CapPrm: $3
CapEff: $3
CapBnd: $3
CapAmb: $3
NoNewPrivs: 1
Seccomp: 2
END
}

@test "by default root stays uid 0, without a group and a capability" {
  # Control: outside, root has them.
  grep -q '^CapEff:.*[1-9a-f]' /proc/self/status
  diff <(expected 0 0 $none) <(status_of)
}

@test "root in the box cannot read, change or see what was not granted" {
  # Control: outside, root can.
  test -r /etc/shadow
  [ -n "$(cat /etc/shadow)" ]
  run "$FUMEHOOD" run -- /bin/bash -c "
    cat /etc/shadow && echo READ
    cat $work/secret && echo READ
    ls -d $work/secret && echo SEEN
    : >/etc/shadow && echo WRITTEN
    : >/usr/made && echo WRITTEN
    mount -t tmpfs x /mnt && echo MOUNTED
    mknod /tmp/device b 8 0 && echo DEVICE
    chroot / /bin/true && echo CHROOT
    echo done"
  [ -z "$(grep -xE 'READ|SEEN|WRITTEN|MOUNTED|DEVICE|CHROOT' <<<"$output")" ]
  [[ $output == *done ]]
  [ -n "$(cat /etc/shadow)" ]
}

@test "the device numbers that root could make outside cannot be made inside" {
  mknod "$work/device" c 1 3
  rm "$work/device"
  run "$FUMEHOOD" run -w "$work" -- /bin/mknod "$work/device" c 1 3
  [ "$status" != 0 ]
  [ ! -e "$work/device" ]
}

@test "--uid and --gid: all ids, no groups, no way back" {
  diff <(expected 4242 4343 $none) <(status_of --uid 4242 --gid 4343)
  code='
import os
for change in (lambda: os.setuid(0), lambda: os.setgid(0),
               lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]),
               lambda: os.setreuid(-1, 0)):
    try:
        change()
        print("CHANGED")
    except OSError as error:
        print("refused")'
  # Control: root can, outside.
  [[ $(/usr/bin/python3 -c "$code") != *refused* ]]
  run "$FUMEHOOD" run --uid 4242 --gid 4343 -- /usr/bin/python3 -c "$code"
  [ "$status" = 0 ]
  [ "${#lines[@]}" = 5 ]
  [[ $output != *CHANGED* ]]
}

@test "--uid without --gid and the other way round change one of them" {
  diff <(expected 4242 0 $none) <(status_of --uid 4242)
  diff <(expected 0 4343 $none) <(status_of --gid 4343)
}

@test "--uid: files in a granted directory belong to that user" {
  mkdir "$work/mine"
  chown 4242:4242 "$work/mine"
  "$FUMEHOOD" run --uid 4242 --gid 4242 -w "$work/mine" -- \
    /bin/touch "$work/mine/file"
  [ "$(stat -c %u:%g "$work/mine/file")" = 4242:4242 ]
  mkdir -m 700 "$work/roots"
  run "$FUMEHOOD" run --uid 4242 --gid 4242 -w "$work/roots" -- \
    /bin/touch "$work/roots/file"
  [ "$status" != 0 ]
  [ ! -e "$work/roots/file" ]
}

@test "--keep-cap keeps exactly that capability, also with another uid" {
  diff <(expected 0 0 $bind) <(status_of --keep-cap CAP_NET_BIND_SERVICE)
  diff <(expected 4242 4343 $bind) \
    <(status_of --uid 4242 --gid 4343 --keep-cap CAP_NET_BIND_SERVICE)
}

@test "a kept capability is worth something: a low port of the host" {
  code='
import socket
try:
    socket.socket().bind(("127.0.0.1", 777))
    print("bound")
except OSError as error:
    print(error.errno)'
  run "$FUMEHOOD" run -q --net host --without network --listen 777 --uid 4242 --gid 4242 \
    --keep-cap CAP_NET_BIND_SERVICE -- /usr/bin/python3 -c "$code"
  [ "$output" = bound ]
  # Control: without it, the same box is refused.
  run "$FUMEHOOD" run -q --net host --without network --listen 777 --uid 4242 --gid 4242 -- \
    /usr/bin/python3 -c "$code"
  [ "$output" = 13 ]
}

@test "ids and capabilities are root's to give: refused to anybody else" {
  for option in "--uid 0" "--uid 4242" "--gid 0" "--keep-cap CAP_SYS_ADMIN"; do
    run setpriv --reuid 4242 --regid 4242 --clear-groups --inh-caps=-all \
      --bounding-set=-all "$FUMEHOOD" run $option -- /bin/echo STARTED
    [ "$status" = 125 ]
    [ "${#lines[@]}" = 1 ]
    [[ $output == "fumehood: ${option%% *}: only root can give that"* ]]
  done
}

@test "supplementary groups of the caller do not come along" {
  # Control: outside they would.
  [[ $(setpriv --groups 6,24 id -G) == *24* ]]
  run setpriv --groups 6,24 "$FUMEHOOD" run -- /bin/grep Groups: /proc/self/status
  [ "$(echo $output)" = "Groups:" ]
  run setpriv --groups 6,24 "$FUMEHOOD" run --uid 4242 --gid 4242 -- \
    /usr/bin/id -G
  [ "$output" = 4242 ]
}

@test "every call of a set-up as root with another uid, failed in turn" {
  chmod 755 "$work"
  sweep "$work" -q --uid 4242 --gid 4242 -x "$fences" -- "$fences" "$work/secret" root
  [ ! -s "$work/wrong" ]
  [ "$n_faults" -ge 350 ]
}

@test "without Landlock root in the box writes no sysctl and no device's node" {
  # Control: outside, root owns both.
  [ -w /proc/sys/kernel/core_pattern ]
  before=$(stat -c '%a %Y' /dev/full)
  run "$STAGE/build/helper_under" no-landlock -- "$FUMEHOOD" run -q -- /bin/sh -c '
    (: >>/proc/sys/kernel/core_pattern) && echo WRITTEN
    chmod 600 /dev/full && echo CHANGED
    touch -d 2001-01-01 /dev/full && echo TOUCHED
    echo done'
  [ -z "$(grep -xE 'WRITTEN|CHANGED|TOUCHED' <<<"$output")" ]
  [[ $output == *done ]]
  [ "$before" = "$(stat -c '%a %Y' /dev/full)" ]
}

@test "a mount made outside during the run does not reach into the box" {
  # In a mount namespace of the test's own, where the granted tree is shared.
  run unshare --mount sh -c '
    cd "$1" && mkdir -p tree/sub && mount --bind tree tree && mount --make-shared tree
    look() { "$@" sh -c "until [ -e tree/sub/../go ]; do sleep 0.05; done; ls tree/sub"; }
    look unshare --mount --propagation slave >control &
    look "$2" run -r tree -- >boxed &
    sleep 0.5
    mount -t tmpfs none tree/sub && touch tree/sub/made && touch tree/go
    wait
    echo "control: $(cat control)"; echo "boxed: $(cat boxed)"' \
    sh "$work" "$FUMEHOOD"
  [[ $output == *"control: made"* ]] # a slave sees it
  [[ $output == *"boxed: " ]]
}

# No resource limit binds root: kernel.pid_max holds it alone, where no cgroup can be had.
@test "root has exactly as many processes as --pids says, by kernel.pid_max alone" {
  [ -e /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no kernel.ns_last_pid"
  local count='
import os, signal, sys
for i in range(int(sys.argv[1])):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
n = 1
try:
    while n < 1000:
        if os.fork() == 0:
            signal.pause()
        n += 1
except OSError:
    pass
print(n, flush=True)
os._exit(0)'
  "$FUMEHOOD" show --pids 320 -- /bin/true | grep -E 'pids .*by .*kernel.pid_max' ||
    skip "kernel.pid_max is not per pid namespace, or there is a cgroup"
  for churn in 0 350; do
    [ "$("$FUMEHOOD" run --pids 320 -- /usr/bin/python3 -c "$count" $churn)" = 320 ]
    [ "$("$FUMEHOOD" run --pids 320 --output-limit 1M -- /usr/bin/python3 -c "$count" $churn)" = 320 ]
  done
}
