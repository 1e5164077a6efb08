#!/usr/bin/env bats
# Policies for other tools and from them: what the command prints, and what they
# make of it.

load ../helpers/common

profile() { # LINES...
  printf '%s\n' "$@" >app.conf
}

@test "export: words that are missing or wrong" {
  profile
  refuses 125 "no profile" -- profile export --to oci
  refuses 125 "--to is missing" -- profile export ./app.conf
  refuses 125 "no argument docker" -- profile export ./app.conf --to docker
  refuses 125 "no program" -- profile export ./app.conf --to bwrap --
  refuses 125 "no argument b" -- profile export ./app.conf b --to oci
  refuses 125 "none.conf" -- profile export ./none.conf --to oci
  refuses 125 "no file" -- profile import --from oci
  refuses 125 "--from is missing" -- profile import x.json
  refuses 125 "only profiles of OCI" -- profile import x.json --from bwrap
  refuses 125 "read x.json: No such file" -- profile import x.json --from oci
}

@test "export: losses are told apart from the text" {
  profile '[network]' 'net = host' 'connect = 443' '[output]' 'quiet = yes'
  run --separate-stderr "$FUMEHOOD" profile export ./app.conf --to=systemd
  expect_status 0
  [[ $output == "[Service]"* ]] || fail "$(saw)"
  expect_in_stderr "fumehood: not for systemd: connect: "
  expect_in_stderr "fumehood: not for systemd: quiet: "
  expect_not_in_output "not for"
}

@test "export: variables stand for the program's arguments" {
  echo text >file
  profile '[filesystem]' 'read = ${FILES}'
  run --separate-stderr "$FUMEHOOD" profile export ./app.conf --to bwrap -- cat "$WORK/file"
  expect_status 0
  expect_in_output "--ro-bind $WORK/file $WORK/file"
}

@test "export: the seccomp profile is JSON of the form that runtimes read" {
  profile '[syscalls]' 'deny-syscall = uname'
  "$FUMEHOOD" profile export ./app.conf --to oci >profile.json 2>losses
  run jq -r '.defaultAction, .defaultErrnoRet, (.architectures | length)' profile.json
  expect_success $'SCMP_ACT_ERRNO\n38\n1'
  run jq -e '[.syscalls[] | select(.names | index("uname")) | .action] == ["SCMP_ACT_ERRNO"]' profile.json
  expect_status 0
  run jq -e '[.syscalls[] | select(.names | index("read")) | .action] == ["SCMP_ACT_ALLOW"]' profile.json
  expect_status 0
}

verify() { # ARGS OF EXPORT...
  "$FUMEHOOD" profile export "$@" >app.service 2>losses
  run systemd-analyze verify --man=no "$WORK/app.service"
  expect_status 0
  # Newer calls than its libseccomp knows are named and passed over: refused. What it
  # says of the machine's own units is none of ours.
  run grep app.service <<<"$output"
  output=$(grep -v "Failed to parse system call, ignoring: " <<<"$output" || true)
  expect_equal "" "$output"
}

@test "export: systemd takes every line of a unit" {
  mkdir "a b%c" "d:e"
  profile '[filesystem]' "read = $WORK/a b%c" "write = $WORK/d:e" 'hide = /usr/share' \
    'tmpfs = /srv/x:1M' 'device = /dev/null' 'cwd = /tmp' \
    '[limits]' 'cpu-time = 10s' 'timeout = 1500ms' 'file-size = 1M' 'open-files = 64' \
    'pids = 32' 'memory = 1G' 'cpus = 1.5' \
    '[process]' 'env = A=1 %2 "$x' 'keep-env = KEPT' 'no-write-exec = yes'
  verify ./app.conf --to systemd -- cat 'a "b' '%n' '$HOME' 'back\slash' $'line\nfeed' ''
  grep -q '^ExecStart=":/[a-z/]*/cat" "a \\x22b" "%%n" "$HOME" "back\\x5cslash" "line\\x0afeed" ""$' app.service
  profile '[network]' 'net = host' 'listen = 80' '[guarantees]' 'without = network' \
    '[syscalls]' 'syscalls = strict'
  verify ./app.conf --to systemd -- true
}

@test "export: systemd takes a program of an odd name" {
  mkdir dir
  for name in 'a b' '%n' '$x' "it's" 'q"q' 'back\slash' ';x' '-x' '@x' $'line\nfeed'; do
    cp /bin/true "dir/$name"
    profile '[filesystem]' "exec = $WORK/dir"
    verify ./app.conf --to systemd -- "$WORK/dir/$name"
    rm "dir/$name"
  done
  # The check above is able to fail.
  sed -i "s/^ExecStart=.*/ExecStart=:$(printf %s "$WORK" | sed 's:/:\\/:g')\/gone/" app.service
  run systemd-analyze verify --man=no "$WORK/app.service"
  [ "$status" -ne 0 ]
}

@test "export: what no unit can say is refused" {
  mkdir 'q"q'
  profile '[filesystem]' "read = $WORK/q\"q"
  refuses 125 "no unit can have a path" -- profile export ./app.conf --to systemd
}

@test "import: a profile that can be used at once" {
  run --separate-stderr "$FUMEHOOD" profile import "$STAGE/tests/exchange/container.json" --from oci -o made.conf
  expect_success ""
  expect_equal 644 "$(stat -c %a made.conf)"
  run --separate-stderr "$FUMEHOOD" profile check ./made.conf
  expect_success ""
  run "$FUMEHOOD" why -p ./made.conf syscall uname
  expect_status 0
  run "$FUMEHOOD" why -p ./made.conf syscall kill
  expect_status 1
  run "$FUMEHOOD" why -p ./made.conf syscall mount
  expect_status 1
  run grep -A1 "^# .*some arguments only" made.conf
  expect_in_output tgkill
  run grep -A1 "^# .*capability" made.conf
  expect_in_output ptrace
  run grep -A1 "^# Calls that are not known" made.conf
  expect_in_output llseek_old
}

@test "import: what was exported runs the same program" {
  profile '[syscalls]' 'syscalls = strict'
  "$FUMEHOOD" profile export ./app.conf --to oci >jq.json 2>losses
  "$FUMEHOOD" profile import jq.json --from=oci -o made.conf
  outside jq -n 1+1
  run --separate-stderr "$FUMEHOOD" run -p ./made.conf -- jq -n 1+1
  expect_success 2
  grep -q '^syscalls = strict$' made.conf
}

@test "import: files that are none, with line and column" {
  printf '{\n  "defaultAction": "SCMP_ACT_ERRNO",\n  "syscalls": [{"names": ["read"], "action": "ALLOW"}]\n}' >bad.json
  refuses 125 "bad.json:3:46: no such action" -- profile import bad.json --from oci
  printf '{"defaultAction": "SCMP_ACT_ERRNO",}' >bad.json
  refuses 125 "bad.json:1:36:" -- profile import bad.json --from oci
  printf '{"defaultAction": "SCMP_ACT_ERRNO"}' >bad.json
  refuses 125 "execve is not allowed there" -- profile import bad.json --from oci
  head -c 5M /dev/zero >bad.json
  refuses 125 "more than 4 MiB" -- profile import bad.json --from oci
  mkfifo pipe
  refuses 125 "no regular file" -- profile import pipe --from oci
}

@test "import: -o writes a file whole, and nothing else" {
  local from=$STAGE/tests/exchange/container.json
  mkfifo pipe
  refuses 125 "write pipe: no regular file" -- profile import "$from" --from oci -o pipe
  refuses 125 "no regular file" -- profile import "$from" --from oci -o /dev/null
  refuses 125 "write none/made.conf: No such file" -- profile import "$from" --from oci -o none/made.conf
  echo "# before" >made.conf
  # Not even a page of it fits.
  run bash -c 'ulimit -f 1; trap "" XFSZ; exec "$0" "$@"' "$FUMEHOOD" profile import "$from" --from oci -o made.conf
  expect_status 125
  expect_equal "# before" "$(cat made.conf)"
  expect_equal "" "$(ls | grep tmp || true)"
}
