#!/usr/bin/env bats
# The ceilings: each is met inside, and is not there outside.

load ../helpers/common

# --- time --------------------------------------------------------------------

@test "--timeout ends the run with 124, and all that it started" {
  run_box --timeout 500ms -- sh -c 'sleep 600 & echo started; sleep 600'
  expect_status 124
  expect_output started
  expect_equal "" "$(box_processes)"
}

@test "--timeout ends a program that ignores every signal" {
  run_box -t 500ms -- sh -c 'trap "" TERM INT HUP QUIT XCPU ALRM; echo started
    while :; do :; done'
  expect_status 124
  expect_output started
  expect_equal "" "$(box_processes)"
}

@test "--timeout does nothing to a run that ends in time" {
  run_box --timeout 10m -- sh -c 'exit 7'
  expect_status 7
}

@test "--cpu-time: SIGXCPU ends what burns, sleeping is free" {
  run_box --cpu-time 1s -- sh -c 'while :; do :; done'
  expect_status 152
  run_box --cpu-time 1s -- sh -c 'sleep 1.5; echo fresh'
  expect_success fresh
}

@test "--cpu-time cannot be ignored or raised" {
  run_box --cpu-time 1s -- sh -c 'trap "" XCPU; ulimit -Ht unlimited 2>/dev/null
    while :; do :; done'
  [ "$status" -eq 137 ] || [ "$status" -eq 152 ] || fail "$(saw)"
}

# --- processes -----------------------------------------------------------------

FORK='
import os, sys, time
n = 0
try:
    while n < int(sys.argv[1]):
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
        n += 1
except OSError as e:
    print("stopped by", type(e).__name__)
print("reached the end" if n == int(sys.argv[1]) else "did not", flush=True)
os._exit(0)'

# As many processes as can be, after so many that have ended.
COUNT='
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

# The kernel gives numbers below 300 once only.
@test "--pids: exactly so many, also after many that have ended" {
  local n
  for n in 60 299 400; do
    run_box --pids $n -- "$PYTHON" -c "$COUNT" 0
    expect_success $n
    run_box --pids $n -- "$PYTHON" -c "$COUNT" 350
    expect_success $n
  done
  run_box --pids 60 --output-limit 1M -- "$PYTHON" -c "$COUNT" 350
  expect_success 60
  run_box --pids 1 -- "$PYTHON" -c "$COUNT" 0
  expect_success 1
}

@test "--pids: a ceiling of the whole box" {
  expect_equal "reached the end" "$(timeout 60 "$PYTHON" -c "${FORK/600/1}" 30)"
  run_box --pids 40 -- "$PYTHON" -c "$FORK" 30
  expect_success "reached the end"
  run_box --pids 20 -- "$PYTHON" -c "$FORK" 30
  expect_success $'stopped by BlockingIOError\ndid not'
  expect_equal "" "$(box_processes)"
}

@test "a fork bomb meets the default ceiling and ends with the run" {
  run_box -- "$PYTHON" -c "$FORK" 2000
  expect_success $'stopped by BlockingIOError\ndid not'
  expect_equal "" "$(box_processes)"
}

@test "threads count too" {
  local try='
import sys, threading
done = threading.Event()
n = 0
try:
    for _ in range(30):
        threading.Thread(target=done.wait, daemon=True).start()
        n += 1
except RuntimeError:
    pass
print("all" if n == 30 else "stopped", flush=True)
done.set()'
  expect_equal all "$("$PYTHON" -c "$try")"
  run_box --pids 20 -- "$PYTHON" -c "$try"
  expect_success stopped
}

# --- files -----------------------------------------------------------------------

@test "--file-size: no file grows larger, granted ones neither" {
  outside sh -c 'head -c 100000 /dev/zero >big && rm big'
  run_box --file-size 64K -w . -- sh -c 'head -c 65536 /dev/zero >fits && echo fits
    head -c 100000 /dev/zero >over'
  expect_status 153
  expect_output fits
  expect_equal 65536 "$(stat -c %s over)"
}

@test "--open-files: soft and hard" {
  run_box --open-files 16 -- sh -c 'ulimit -Sn; ulimit -Hn; ulimit -n 17 || echo refused'
  expect_status 0
  expect_output $'16\n16\nrefused'
  local try='
import os
n = 0
try:
    while n < 100:
        os.dup(1)
        n += 1
except OSError as e:
    print(e.strerror)'
  expect_equal "" "$("$PYTHON" -c "$try")"
  run_box --open-files 16 -- "$PYTHON" -c "$try"
  expect_success "Too many open files"
}

@test "--tmp-size: each private storage is full at that size" {
  for place in /tmp '$HOME' /dev/shm; do
    run_box --tmp-size 1M -- sh -c "head -c 512K /dev/zero >$place/fits && echo fits
      head -c 2M /dev/zero >$place/over || echo full"
    expect_success $'fits\nfull'
    expect_in_stderr "No space left on device"
  done
  run_box -- sh -c 'head -c 2M /dev/zero >/tmp/fits && echo fits'
  expect_success fits
}

@test "private storage ends on inodes too" {
  run_box --tmp-size 1M -- "$PYTHON" -c '
import os
try:
    for n in range(400000):
        os.close(os.open("/tmp/%d" % n, os.O_CREAT))
    print("endless")
except OSError as e:
    print(e.strerror)'
  expect_success "No space left on device"
}

@test "no core dumps" {
  run_box -w . -- sh -c 'ulimit -Sc; ulimit -Hc; ulimit -c unlimited || echo refused; kill -SEGV $$'
  expect_status 139
  expect_output $'0\n0\nrefused'
  expect_equal "" "$(ls -A | grep core || true)"
}

# --- what nobody holds here ------------------------------------------------------

@test "--memory and --cpus without a cgroup: told, and refused where required" {
  unified=$(stat -fc %T /sys/fs/cgroup)
  [ "$unified" != cgroup2fs ] || skip "this machine may have a cgroup for us"
  run_box --memory 512M -- true
  expect_status 0
  expect_in_stderr "only in part the guarantee memory: each process"
  refuses 125 "memory cannot be held" "cgroup" -- run --memory 512M --require memory -- true
  run_box --cpus 1.5 -- true
  expect_status 0
  expect_in_stderr "without the guarantee cpu: no cgroup"
  refuses 125 "cpu cannot be held" "cgroup" -- run --cpus 1.5 --require cpu -- true
}

# --- memory that is written and executed ---------------------------------------

RWX='
import ctypes, mmap
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    print("rwx")
except OSError as e:
    print(e.strerror)
m = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)
address = ctypes.addressof(ctypes.c_char.from_buffer(m))
libc = ctypes.CDLL(None, use_errno=True)
print("wx" if libc.mprotect(ctypes.c_void_p(address), 4096, 5) == 0 else
      "mprotect: %d" % ctypes.get_errno())'

@test "--no-write-exec: no memory both written and executed" {
  expect_equal $'rwx\nwx' "$("$PYTHON" -c "$RWX")"
  run_box -- "$PYTHON" -c "$RWX"
  expect_success $'rwx\nwx'
  run_box --no-write-exec -- "$PYTHON" -c "$RWX"
  expect_success $'Permission denied\nmprotect: 13'
}

# --- refused system calls --------------------------------------------------------

@test "--on-deny: an error, a kill, or a note" {
  outside unshare -U true
  run_box -- unshare -U true
  expect_status 1
  expect_in_stderr "Operation not permitted"
  run_box --on-deny kill -- unshare -U true
  expect_status 159
  run_box --on-deny log --without kernel -- sh -c 'uname >/dev/null && echo ran'
  expect_success ran
}

@test "--deny-syscall takes away, --allow-syscall gives back" {
  outside uname
  run_box -- uname
  expect_success "$(uname)"
  run_box --deny-syscall uname -- uname
  expect_status 1
  expect_in_stderr "Operation not permitted"
  run_box --deny-syscall uname --on-deny kill -- uname
  expect_status 159
  local keyctl='
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print("refused" if libc.syscall(250, 0, -3, 0, 0, 0) < 0 and ctypes.get_errno() == 1 else "went through")'
  [ "$(uname -m)" = x86_64 ] || keyctl=${keyctl/250/219}
  expect_equal "went through" "$("$PYTHON" -c "$keyctl")"
  run_box -- "$PYTHON" -c "$keyctl"
  expect_success refused
  run_box --allow-syscall keyctl -- "$PYTHON" -c "$keyctl"
  expect_success "went through"
}

@test "--syscalls: each policy does what its name says" {
  local socket='import socket; socket.socket(); print("socket")'
  run_box --syscalls strict -- /bin/echo computed
  expect_success computed
  expect_refused box --syscalls strict -- sh -c '/bin/true; exit $?'
  run_box --syscalls file-processor -w . -- sh -c 'echo x | cat >made && rm made && echo files'
  expect_success files
  outside "$PYTHON" -c "$socket"
  expect_refused box --syscalls file-processor -- "$PYTHON" -c "$socket"
  run_box --syscalls network-server -- "$PYTHON" -c "$socket"
  expect_success socket
}

# --- the report ------------------------------------------------------------------

@test "--report=text: result, times, memory and guarantees, on stderr" {
  run_box --report=text -- sh -c 'echo out; exit 3'
  expect_status 3
  expect_output out
  [[ ${stderr_lines[0]} == "Result: exited, exit code 3" ]] || fail "$(saw)"
  for text in "Main process: exited, status=3" "Run time: " "CPU time: " \
    "Memory peak: " "Guarantees:" "mount namespace"; do
    expect_in_stderr "$text"
  done
}

@test "--report=json=FILE: every field, valid, private to the caller" {
  umask 000
  run_box --report=json=report.json -- sh -c 'exit 3' $'an "odd"\n\e argument'
  expect_status 3
  expect_equal "" "$stderr"
  expect_equal 600 "$(stat -c %a report.json)"
  expect_equal report.json "$(ls -A)"
  expect_equal fumehood-report-1 "$(jq -r .schema report.json)"
  expect_equal $'an "odd"\n\e argument' "$(jq -r '.program[3]' report.json)"
  expect_equal "exited 3 3" "$(jq -r '"\(.result) \(.exit_code) \(.status)"' report.json)"
  expect_equal "number number number number" "$(jq -r '[.wall_us, .user_us,
    .system_us, .memory_peak_bytes | type] | join(" ")' report.json)"
  expect_equal true "$(jq '.memory_peak_bytes > 65536' report.json)"
  expect_equal 15 "$(jq '.guarantees | length' report.json)"
  expect_equal true "$(jq '.guarantees.kernel.held_by | index("seccomp") != null' report.json)"
}

@test "--report takes the place of an older one, and of no link's target" {
  echo mine >precious
  ln -s precious report.json
  run_box --report=json=report.json -- true
  expect_success ""
  expect_equal mine "$(cat precious)"
  expect_equal exited "$(jq -r .result report.json)"
}

reason_of() { # ARGUMENTS...
  box --report=json=report.json "$@" >/dev/null 2>&1 || true
  jq -r '"\(.result) \(.exit_code) \(.signal)"' report.json
}

@test "--report says why it ended: signal, timeout, refused call, never started" {
  expect_equal "signalled 143 15" "$(reason_of -- sh -c 'kill $$')"
  expect_equal "refused-syscall 159 31" "$(reason_of --on-deny kill -- unshare -U true)"
  reason_of -t 200ms -- sleep 600
  expect_equal "timeout 124" "$(jq -r '"\(.result) \(.exit_code)"' report.json)"
  expect_equal "not-started 127 null" "$(reason_of -- /nowhere/program)"
  [[ $(jq -r .error.what report.json) == *"/nowhere/program"* ]] || fail "$(cat report.json)"
}

@test "--report says which limit ended it" {
  expect_equal "limit 153 25" "$(reason_of --file-size 1K -- sh -c 'exec head -c 9999 /dev/zero >/tmp/x')"
  expect_equal "limit 152 24" "$(reason_of --cpu-time 1s -- sh -c 'while :; do :; done')"
}

@test "--report and a program that is killed by the same signal of its own" {
  expect_equal "signalled 153 25" "$(reason_of -- sh -c 'kill -XFSZ $$')"
}

@test "-v says partly of what is held in part" {
  unified=$(stat -fc %T /sys/fs/cgroup)
  [ "$unified" != cgroup2fs ] || skip "this machine may have a cgroup for us"
  run_box -v --memory 512M -- true
  expect_status 0
  expect_in_stderr "  memory       partly    tmpfs size, rlimits: each process"
}
