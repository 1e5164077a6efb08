#!/usr/bin/env bats
# Exported policies where they are meant to be used: crun and bubblewrap run real programs
# by them, and refuse what the policy refuses.

load ../helpers/common

BUSYBOX=$(command -v busybox)

# A bundle with one static program. crun knows no mixed cgroups and needs none: it sees
# an empty directory in their place.
bundle() { # PROFILE: a JSON file, or null
  mkdir -p bundle/rootfs/bin
  cp "$BUSYBOX" bundle/rootfs/bin/busybox
  (cd bundle && rm -f config.json && crun spec --rootless 2>/dev/null)
  jq --slurpfile profile "$1" '.linux.seccomp = $profile[0] |
    .process.terminal = false' bundle/config.json >spec.json
}

crun_run() { # ARGS...: of busybox
  jq '.process.args = ["/bin/busybox"] + $ARGS.positional' spec.json --args -- "$@" \
    >bundle/config.json
  run unshare --user --map-root-user --mount sh -c 'mount -t tmpfs none /sys/fs/cgroup &&
    exec crun --root "$1/state" --cgroup-manager=disabled run --bundle "$1/bundle" "box$$"' \
    sh "$WORK"
}

@test "crun: a program runs under the profile, and what is refused is refused" {
  printf '[syscalls]\nsyscalls = default\ndeny-syscall = chmod\ndeny-syscall = fchmodat\n' >app.conf
  run --separate-stderr "$FUMEHOOD" profile export ./app.conf --to oci
  expect_status 0
  printf '%s' "$output" >profile.json
  echo null >none.json

  bundle none.json # the control
  crun_run sh -c 'busybox echo hello; busybox unshare -U echo nested && busybox chmod 700 /dev/shm && echo changed'
  expect_status 0
  expect_in_output hello
  expect_in_output nested
  expect_in_output changed

  bundle profile.json
  crun_run sh -c 'busybox echo hello; busybox ls /bin'
  expect_status 0
  expect_in_output hello
  expect_in_output busybox
  crun_run unshare -U echo nested
  expect_status 1
  expect_in_output "Operation not permitted"
  crun_run chmod 700 /dev/shm
  expect_status 1
  expect_in_output "Operation not permitted"
}

@test "crun: a name that is unknown to it is passed over, not obeyed" {
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["no_such_call", "chmod", "fchmodat"],
    "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}' >profile.json
  bundle profile.json
  crun_run echo hello
  expect_status 0
  crun_run chmod 700 /dev/shm
  expect_status 1
}

@test "bubblewrap: the program works, and sees no more than it was granted" {
  echo secret >secret
  echo granted >granted
  printf '[filesystem]\nread = %s\n' "$WORK/granted" >app.conf
  run --separate-stderr "$FUMEHOOD" profile export ./app.conf --to bwrap
  expect_status 0
  printf '%s' "$output" >box.sh
  run sh box.sh cat "$WORK/granted"
  expect_success granted
  outside cat "$WORK/secret"
  expect_refused sh box.sh cat "$WORK/secret"
  grep -q "No such file" refused.out
  expect_refused sh box.sh touch "$WORK/granted"
  expect_refused sh box.sh touch /usr/new
  expect_refused sh box.sh touch /new
  outside ip -o link show
  run sh box.sh sh -c 'ls /sys/class/net /proc/net/dev; cat /proc/net/dev | grep -c eth'
  expect_in_output "0"
  run sh box.sh sh -c 'touch /tmp/x && echo yes; id -un; cat /etc/nsswitch.conf | head -1'
  expect_success $'yes\ntester\npasswd: files'
}

@test "bubblewrap: hidden, bound, with variables and storage" {
  mkdir tree
  echo in >tree/in
  echo out >"tree/it's"
  printf '[filesystem]\nread = %s\nhide = %s\nbind = %s:/data/d\ntmpfs = /scratch:1M\n[process]\nenv = A=1 2\nkeep-env = KEPT\nhostname = there\n' \
    "$WORK/tree" "$WORK/tree/in" "$WORK/tree" >app.conf
  "$FUMEHOOD" profile export ./app.conf --to bwrap -- sh -c \
    'cat "$1/it'\''s" /data/d/in; cat "$1/in"; echo "$A,$KEPT,$(hostname)"; dd if=/dev/zero of=/scratch/x bs=1M count=2' \
    x "$WORK/tree" >box.sh 2>losses
  KEPT='a "b' run sh box.sh
  expect_in_output "out"
  expect_in_output "/data/d/in: Permission denied"
  expect_in_output "tree/in: Permission denied"
  expect_in_output '1 2,a "b,there'
  expect_in_output "No space left"
}
