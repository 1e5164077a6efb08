#!/usr/bin/env bats
# What the program inherits, which guarantees hold, and how the other verbs
# tell of it.

load ../helpers/common

# --- the environment ---------------------------------------------------------

@test "the environment is cleared but for a short list" {
  run --separate-stderr env -i PATH="$PATH" HOME="$HOME" USER=tester LANG=C.UTF-8 \
    TERM=xterm LC_ALL=C TOKEN=secret AWS_SECRET_ACCESS_KEY=secret \
    LD_PRELOAD_NOT=x SSH_AUTH_SOCK=/run/agent DBUS_SESSION_BUS_ADDRESS=x \
    BASH_ENV=/evil "$FUMEHOOD" run -- env
  expect_status 0
  expect_equal "HOME LANG LC_ALL LOGNAME PATH SHELL TERM USER" \
    "$(cut -d= -f1 <<<"$output" | LC_ALL=C sort | xargs)"
  expect_in_output USER=tester
  expect_in_output SHELL=/bin/sh
  expect_not_in_output secret
}

@test "--env sets or keeps, --keep-env keeps, the last word counts" {
  export GIVEN="two words" OTHER=other UNASKED=no
  run_box --env "MADE=a=b c" --env GIVEN --keep-env OTHER --keep-env ABSENT \
    --env LANG=first --env LANG=last -- env
  expect_status 0
  for line in "MADE=a=b c" "GIVEN=two words" OTHER=other LANG=last; do
    grep -qxF -- "$line" <<<"$output" || fail "no $line" "$(saw)"
  done
  expect_not_in_output UNASKED
  expect_not_in_output ABSENT
  expect_not_in_output LANG=first
}

@test "--env cannot write the box's passwd" {
  run_box --env LOGNAME=$'root:x:0:0::/:/bin/sh\nmore' -- cat /etc/passwd
  expect_status 0
  expect_equal 3 "${#lines[@]}"
  expect_not_in_output "root:x:0:0::"
  run --separate-stderr env LOGNAME=$'a:x:0:0\nb' USER=$'c:x:0:0\nd' "$FUMEHOOD" run -- cat /etc/passwd
  expect_status 0
  expect_equal 3 "${#lines[@]}"
}

@test "options come from the command line, never from the environment" {
  export FUMEHOOD_OPTIONS="--net host" FUMEHOOD_READ=/ FUMEHOOD_PROFILE=x
  run_box -- sh -c 'test -e /etc/debian_version || echo hidden; tail -n +3 /proc/net/dev | wc -l'
  expect_success $'hidden\n1'
}

# --- descriptors -------------------------------------------------------------

@test "no descriptor but 0, 1 and 2" {
  exec 7<"$WORK" 8>"$WORK/open"
  outside sh -c 'echo outside >&8'
  # The fourth is the directory that ls reads.
  run_box -- sh -c 'ls /proc/self/fd; echo inside >&8'
  exec 7<&- 8>&-
  [ "$status" -ne 0 ]
  expect_output $'0\n1\n2\n3'
  expect_equal outside "$(cat open)"
}

@test "--keep-fd leaves one open, and only that" {
  exec 7>"$WORK/seven" 8>"$WORK/eight" 9>"$WORK/nine"
  run_box --keep-fd 8 --keep-fd 1 -- sh -c 'ls /proc/self/fd; echo inside >&8; echo inside >&7'
  exec 7>&- 8>&- 9>&-
  expect_output $'0\n1\n2\n3\n8'
  expect_equal inside "$(cat eight)"
  expect_equal "" "$(cat seven nine)"
}

@test "a kept directory is no way out of the box" {
  echo secret >secret
  exec 7<"$WORK"
  outside cat "/proc/self/fd/7/secret"
  expect_refused box --keep-fd 7 -- cat /proc/self/fd/7/secret
  expect_refused box --keep-fd 7 -- cat "/proc/self/fd/7/../../../etc/debian_version"
  exec 7<&-
}

@test "standard input and output pass through, files and pipes" {
  run_box -- cat <<<"through a file"
  expect_success "through a file"
  run sh -c 'seq 100000 | "$FUMEHOOD" run -- cat | tail -n 1'
  expect_success 100000
  box -- sh -c 'echo appended' >>log
  box -- sh -c 'echo too >>/dev/stdout' >>log
  expect_equal $'appended\ntoo' "$(cat log)"
}

# --- process -----------------------------------------------------------------

@test "umask is 022 whatever the caller's" {
  umask 077
  run_box -w . -- sh -c 'umask; echo x >made'
  expect_success 0022
  expect_equal 644 "$(stat -c %a made)"
}

@test "signals have their default action, nothing is blocked" {
  local try='import signal; print(*(s.name for s in (signal.SIGINT, signal.SIGHUP,
    signal.SIGTERM, signal.SIGQUIT, signal.SIGUSR1, signal.SIGCHLD)
    if signal.getsignal(s) == signal.SIG_IGN))'
  trap '' INT HUP TERM QUIT USR1
  expect_equal "SIGINT SIGHUP SIGTERM SIGQUIT SIGUSR1" "$("$PYTHON" -c "$try")"
  run_box -- grep -E '^Sig(Blk|Ign):' /proc/self/status
  trap - INT HUP TERM QUIT USR1
  expect_success $'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000'
}

@test "a nohup'd caller's ignored SIGHUP still ends the program" {
  run_box -- sh -c 'kill -HUP $$; echo survived'
  expect_status 129
  run --separate-stderr nohup "$FUMEHOOD" run -- sh -c 'kill -HUP $$; echo survived'
  expect_status 129
  expect_not_in_output survived
}

@test "the box has its own session and no controlling terminal" {
  run_box -- sh -c 'read -r _ _ _ _ _ session tty _ </proc/$$/stat; echo "$session $tty $$"'
  expect_status 0
  [[ $output =~ ^([0-9]+)\ 0\ ([0-9]+)$ ]] || fail "$(saw)"
  expect_equal "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

@test "hostname: the box's own, or the one asked for" {
  run_box -- sh -c 'hostname; cat /proc/sys/kernel/hostname'
  expect_success $'fumehood\nfumehood'
  run_box --hostname lab-7.example -- sh -c 'hostname; grep -c lab-7.example /etc/hosts'
  expect_success $'lab-7.example\n1'
  expect_refused box -- hostname changed
}

@test "ids: the caller's, inside and on what is written" {
  run_box -w . -- sh -c 'id -u; id -g; touch made; id -G'
  expect_success "$(id -u)"$'\n'"$(id -g)"$'\n'"$(id -G)"
  expect_equal "$(id -u):$(id -g)" "$(stat -c %u:%g made)"
}

@test "no setuid program helps: su cannot start as root" {
  run_box -- sh -c 'test -u /usr/bin/su && su -c id root </dev/null'
  [ "$status" -ne 0 ]
  expect_not_in_output "uid=0"
  run_box -- sh -c 'grep -c nosuid /proc/self/mountinfo; grep -vc nosuid /proc/self/mountinfo'
  expect_equal 0 "${lines[1]}"
}

# --- guarantees ----------------------------------------------------------------

GUARANTEES="files-read files-write files-see network sockets processes privileges
  kernel terminal lifetime memory pids cpu disk time"

@test "-v lists every guarantee with what holds it, before the program runs" {
  run_box -v -- echo out
  expect_success out
  for name in $GUARANTEES; do
    [[ $stderr =~ (^|$'\n')\ *$name\ +(held|lost|not-asked)\ + ]] ||
      fail "no $name" "$(saw)"
  done
  expect_in_stderr "mount namespace, Landlock"
  expect_equal 16 "${#stderr_lines[@]}"
}

@test "without -v nothing is said; -q is silent too" {
  run_box -- true
  expect_success ""
  expect_equal "" "$stderr"
  run_box -q -- true
  expect_equal "" "$stderr"
}

@test "--require of what holds runs; of what cannot be had refuses" {
  run_box --require files-see --require processes --require sockets -- echo ran
  expect_success ran
  refuses 125 "memory cannot be held" "add --memory" -- run --require memory -- true
  run_box --require memory --without memory -- echo ran
  expect_success ran
}

@test "a /proc of another pid namespace is told of, and by every verb" {
  for verb in "run -- true" "show -- true" "why read /etc" doctor; do
    run --separate-stderr unshare -Urpf "$FUMEHOOD" $verb
    expect_status 125
    expect_in_stderr "another pid namespace"
    # Control: with one of its own.
    run --separate-stderr unshare -Urpf --mount-proc "$FUMEHOOD" $verb
    expect_status 0
  done
}

@test "where namespaces cannot be had: the rest holds, the losses are told" {
  # A user namespace that may not make another is a kernel without them.
  run --separate-stderr unshare -Ur sh -c '
    echo 0 >/proc/sys/user/max_user_namespaces &&
    exec unshare -U --map-user="$1" --map-group="$2" "$FUMEHOOD" run -- true' \
    sh "$(id -u)" "$(id -g)"
  [ "$status" -ne 0 ] # the second unshare is refused as well
  run --separate-stderr unshare -U --map-user="$(id -u)" --map-group="$(id -g)" \
    --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces &&
      cat /proc/sys/user/max_user_namespaces &&
      exec setpriv --inh-caps=-all --ambient-caps=-all "$FUMEHOOD" run -- echo ran'
  expect_success $'0\nran'
  expect_in_stderr "fumehood: without the guarantee files-see"
  expect_in_stderr "fumehood: without the guarantee processes"
  run --separate-stderr unshare -U --map-user="$(id -u)" --map-group="$(id -g)" \
    --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces &&
      exec setpriv --inh-caps=-all --ambient-caps=-all "$FUMEHOOD" run \
      --require files-see -- echo ran'
  expect_status 125
  expect_output ""
  expect_in_stderr "files-see"
  expect_equal 1 "${#stderr_lines[@]}"
  # What is left still refuses.
  echo secret >secret
  run --separate-stderr unshare -U --map-user="$(id -u)" --map-group="$(id -g)" \
    --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && cat secret &&
      exec setpriv --inh-caps=-all --ambient-caps=-all "$FUMEHOOD" run \
      -- cat "$PWD/secret"'
  expect_output secret
  expect_status 1
  expect_in_stderr "Permission denied"
}

# --- show ------------------------------------------------------------------------

@test "show prints the plan and starts nothing" {
  run --separate-stderr "$FUMEHOOD" show -w . --tmpfs /scratch:1M --env A=b -- \
    touch "$WORK/started"
  expect_status 0
  [ ! -e started ]
  for text in "Namespaces: user mount pid net ipc uts cgroup" "Landlock: ABI" \
    "Guarantees:" "Steps:" "exec " "Environment:" "  A=b" \
    "/scratch of 1024 KiB  (--tmpfs)" "rw- .  (--write)"; do
    expect_in_output "$text"
  done
}

@test "show --json is JSON, with odd names too" {
  local name=$'odd "name"\n\\\e ü'
  echo x >"$name"
  "$FUMEHOOD" show --json -r "$name" --env "$name=v" >plan.json
  expect_equal fumehood-plan-1 "$(jq -r .schema plan.json)"
  expect_equal held "$(jq -r '.guarantees["files-read"].state' plan.json)"
  expect_equal true "$(jq -r '.guarantees["files-read"].required' plan.json)"
  expect_equal "15" "$(jq '.guarantees | length' plan.json)"
  expect_equal "$name" "$(jq -r '.files[] | select(.origin == "--read").source' plan.json)"
  expect_equal "$name=v" "$(jq -r '.environment[-1]' plan.json)"
  expect_equal exec "$(jq -r '.steps[-1]' plan.json)"
}

@test "show refuses what run would refuse" {
  refuses 125 "--read missing" -- show -r missing -- true
  refuses 125 "memory cannot be held" "add --memory" -- show --require memory -- true
}

# --- why -------------------------------------------------------------------------

# Asks why, then does it: the answer must be what happens.
agrees() { # allowed|refused VERB WHAT -- COMMAND...
  local answer=$1 verb=$2 what=$3
  shift 4
  run --separate-stderr "$FUMEHOOD" why "${WHY_OPTIONS[@]}" "$verb" "$what"
  expect_status "$([ "$answer" = allowed ]; echo $?)"
  [[ ${lines[0]} == "$answer: $verb $what: "* ]] || fail "$(saw)"
  run box "${WHY_OPTIONS[@]}" -- "$@"
  [ "$([ "$status" = 0 ] && echo allowed || echo refused)" = "$answer" ] ||
    fail "why says $answer of $verb $what, the run does not" "$(saw)"
}

@test "why about files: what it says is what happens" {
  mkdir tree
  echo one >tree/one
  echo two >two
  cp /usr/bin/true tree/program
  WHY_OPTIONS=(-r tree -w two -x tree/program)
  agrees allowed read "$WORK/tree/one" -- cat "$WORK/tree/one"
  agrees refused write "$WORK/tree/one" -- sh -c "echo x >>'$WORK/tree/one'"
  agrees allowed write "$WORK/two" -- sh -c "echo x >>'$WORK/two'"
  agrees allowed exec "$WORK/tree/program" -- "$WORK/tree/program"
  agrees refused exec "$WORK/two" -- "$WORK/two"
  # The box's private storage covers its directory: it is not there.
  echo secret >secret
  agrees refused read "$WORK/secret" -- cat "$WORK/secret"
  agrees allowed exec /usr/bin/true -- /usr/bin/true
  agrees refused write /usr/bin/true -- sh -c 'echo x >>/usr/bin/true'
  agrees allowed write /dev/null -- sh -c 'echo x >/dev/null'
  agrees refused write /dev/zero -- sh -c 'echo x >/dev/zero'
}

@test "why about the synthesized /etc and /dev: what it says is what happens" {
  WHY_OPTIONS=()
  agrees refused read /etc/shadow -- cat /etc/shadow
  agrees refused read /etc/debian_version -- cat /etc/debian_version
  agrees allowed read /etc/passwd -- cat /etc/passwd
  agrees refused write /etc/passwd -- sh -c 'echo x >>/etc/passwd'
  agrees refused read /dev/mem -- cat /dev/mem
}

@test "why names the rule that decides and the option that would allow it" {
  mkdir tree
  echo one >tree/one
  run "$FUMEHOOD" why read /srv/keys/id_rsa
  expect_status 1
  expect_in_output "no grant covers it"
  run "$FUMEHOOD" why -r tree write tree/one
  expect_status 1
  expect_equal "refused: write tree/one: --read $WORK/tree gives read" "${lines[0]}"
  expect_equal "would allow it: -w $WORK/tree/one" "${lines[1]}"
  run "$FUMEHOOD" why -r . --hide tree read tree/one
  expect_status 1
  expect_in_output "--hide masks it"
  run "$FUMEHOOD" why read $'/usr/\e[31m'
  expect_in_output '\x1b[31m'
}

@test "why about the network" {
  run "$FUMEHOOD" why connect 443
  expect_status 1
  expect_in_output "the box has no network"
  expect_in_output "would allow it: --net host --connect 443"
  run "$FUMEHOOD" why --net host connect 443
  expect_status 1
  expect_in_output "would allow it: --connect 443"
  run "$FUMEHOOD" why --net host --connect 443 connect 443
  expect_status 0
  run "$FUMEHOOD" why --net host --connect 443 listen 443
  expect_status 1
  expect_in_output "would allow it: --listen 443"
  run "$FUMEHOOD" why --net loopback listen 443
  expect_status 0
}

@test "why about system calls, and its advice can be taken" {
  run "$FUMEHOOD" why syscall read
  expect_status 0
  expect_in_output "policy default allows it"
  run "$FUMEHOOD" why syscall ptrace
  expect_status 1
  expect_in_output "Operation not permitted"
  expect_in_output "would allow it: --allow-syscall ptrace"
  run "$FUMEHOOD" why --allow-syscall ptrace syscall ptrace
  expect_status 0
  run "$FUMEHOOD" why --on-deny kill syscall ptrace
  expect_status 1
  expect_in_output kills
  run "$FUMEHOOD" why --syscalls strict syscall socket
  expect_status 1
  expect_in_output "policy strict"
  # What cannot be allowed must not be advised.
  run "$FUMEHOOD" why syscall mount
  expect_status 1
  expect_not_in_output "--allow-syscall"
}

# --- doctor, version, help -----------------------------------------------------

@test "doctor: text for people, JSON for programs" {
  run --separate-stderr "$FUMEHOOD" doctor
  expect_status 0
  for text in "Linux $(uname -r)" "uid $(id -u)" "Mechanisms:" Landlock \
    "user namespace" "Guarantees:"; do
    expect_in_output "$text"
  done
  "$FUMEHOOD" doctor --json >doctor.json
  expect_equal fumehood-doctor-1 "$(jq -r .schema doctor.json)"
  expect_equal "$(uname -r)" "$(jq -r .kernel doctor.json)"
  expect_equal 15 "$(jq '.guarantees | length' doctor.json)"
  expect_equal 0 "$(jq '.trials["user namespace"]' doctor.json)"
}

@test "version and --version" {
  run --separate-stderr "$FUMEHOOD" version
  expect_status 0
  [[ $output =~ ^fumehood\ [0-9]+\.[0-9]+\.[0-9]+\ \(.*MIT ]] || fail "$(saw)"
  local version=$output
  run --separate-stderr "$FUMEHOOD" --version
  expect_success "$version"
}

OPTIONS="allow-syscall bind connect cpu-time cpus cwd deny-syscall device env exec
  explain file-size gid grace hide home hostname io-weight keep-cap keep-env keep-fd listen memory net
  no-write-exec on-deny open-files output-limit pids profile quiet read report require root status-fd swap
  syscalls timeout tmp-files tmp-size tmpfs tty uid verbose without write"

@test "help lists every command; each command's help every option it takes" {
  run --separate-stderr "$FUMEHOOD" help
  expect_status 0
  for command in run show why doctor attack help version; do
    [[ $output =~ (^|$'\n')\ \ $command\  ]] || fail "no $command" "$(saw)"
  done
  for code in 124 125 126 127; do
    expect_in_output "  $code  "
  done
  local overview=$output
  run --separate-stderr "$FUMEHOOD"
  expect_success "$overview"
  for command in run show why attack; do
    run --separate-stderr "$FUMEHOOD" help $command
    expect_status 0
    expect_in_output "usage: fumehood $command"
    for option in $OPTIONS; do
      [[ $output == *"--$option "* ]] || fail "$command: no --$option" "$(saw)"
    done
    for name in $GUARANTEES; do
      expect_in_output " $name "
    done
    local text=$output
    run --separate-stderr "$FUMEHOOD" $command --help
    expect_success "$text"
  done
}

@test "every option that help lists is one that run takes" {
  local option n=0
  while read -r option; do
    n=$((n + 1))
    run --separate-stderr "$FUMEHOOD" run "--$option"
    expect_status 125
    [[ $stderr != *"no option"* ]] || fail "--$option" "$(saw)"
  done < <("$FUMEHOOD" help run | grep -oE -- '^ +(-., )?--[a-z-]+' | sed 's/.*--//')
  expect_equal "$(wc -w <<<"$OPTIONS")" "$n"
}

@test "a descriptor that is a directory would open the whole outside: refused" {
  # Control: outside, ".." leads away from it.
  [ -e "/proc/self/fd/0/.." ] </
  refuses 125 "descriptor 0 is a directory" -- run -- true <"$WORK"
  exec 7<"$WORK"
  refuses 125 "descriptor 7 is a directory" -- run --keep-fd 7 -- true
  exec 7<&-
}

@test "init is out of reach: no signal, limit or priority from inside" {
  run_box -- sh -c '
    trap "echo reached" USR1
    kill -USR1 1
    prlimit --pid 1 --cpu=1:1 && echo limited
    renice -n 5 -p 1 >/dev/null && echo reniced
    sleep 0.2; echo alive'
  expect_success alive
}

@test "the session's keys stay outside: the box joins a keyring of its own" {
  # With keyctl allowed, to be able to ask. 250 is keyctl on x86_64, 219 on arm64.
  local ask='
import ctypes, os
nr = 250 if os.uname().machine == "x86_64" else 219
keyctl = lambda *a: ctypes.CDLL(None).syscall(nr, *a)
session = lambda: keyctl(0, -3, 0)'
  local join="$ask
import sys
keyctl(1, None)
print(session(), flush=True)
os.execv(sys.argv[1], sys.argv[1:])"
  local show="$ask
print(session())"
  # Control: over an ordinary execve the keyring stays the same.
  mapfile -t ids < <("$PYTHON" -c "$join" "$PYTHON" -c "$show")
  [ "${ids[0]}" -gt 0 ] && [ "${ids[0]}" = "${ids[1]}" ]
  mapfile -t ids < <("$PYTHON" -c "$join" "$FUMEHOOD" run --allow-syscall keyctl \
    -- "$PYTHON" -c "$show")
  [ "${ids[0]}" -gt 0 ] && [ "${ids[1]}" -gt 0 ] && [ "${ids[0]}" != "${ids[1]}" ]
}

@test "a descriptor that is kept ends when the program is done with it" {
  mkfifo pipe
  cat pipe >seen &
  local reader=$!
  exec 7>pipe
  "$FUMEHOOD" run --keep-fd 7 -- sh -c 'echo last >&7; exec 7>&-; sleep 5' &
  local box=$!
  exec 7>&-
  # The reader sees the end while the box still runs.
  wait $reader
  expect_equal last "$(cat seen)"
  kill -0 $box
  kill $box
  wait $box || true
}

@test "behind the filter a second lock: no further user namespace, no right over the mounts" {
  # The tracer makes the loading of every filter succeed without being done.
  local no_filter=(strace -f -qq -o /dev/null -e trace=seccomp -e inject=seccomp:retval=0)
  outside unshare -U true
  run "${no_filter[@]}" "$FUMEHOOD" run -- grep '^Seccomp:' /proc/self/status
  expect_equal $'Seccomp:\t0' "$output" # the test looks behind the filter
  run "${no_filter[@]}" "$FUMEHOOD" run -- unshare -U true
  [ "$status" != 0 ]
  [[ $output == *"No space left on device"* ]]
  run "${no_filter[@]}" "$FUMEHOOD" run -- umount /usr
  [ "$status" != 0 ]
}

@test "/proc is read-only by its mount as well, not by Landlock alone" {
  options_of() { awk '$5 == "/proc" { print $6 }' | tail -1; }
  run_box -- cat /proc/self/mountinfo
  expect_status 0
  [[ ,$(options_of <<<"$output"), == *,ro,* ]] || fail "not read-only" "$(saw)"
  # Control: that of the host is not.
  [[ ,$(options_of </proc/self/mountinfo), == *,rw,* ]]
}

@test "the securebits are set and locked" {
  local bits='import ctypes; print(ctypes.CDLL(None).prctl(27, 0, 0, 0, 0))'
  expect_equal 0 "$("$PYTHON" -c "$bits")"
  run_box -- "$PYTHON" -c "$bits"
  expect_success 239 # SECURITY.md, I9: 0xef
}
