#!/usr/bin/env bats
# Bad input: one line that says what, where and what to do; the promised exit
# status; nothing on stdout and nothing left behind.

load ../helpers/common

# --- the program -------------------------------------------------------------

@test "no program" {
  refuses 125 "no program given" "fumehood run -- PROGRAM" -- run
  refuses 125 "no program given" -- run --
  refuses 125 "no program given" -- run -r .
}

@test "a program that does not exist: 127" {
  refuses 127 "execute /nowhere/program" "No such file" -- run -- /nowhere/program
  refuses 127 "no-such-program" "not found in the box's PATH" -- \
    run -- no-such-program
  refuses 127 "empty" -- run -- ""
  refuses 127 "too long" -- run -- "$(printf '%05000d' 0)"
}

@test "a program that cannot be executed: 126" {
  echo text >text
  refuses 126 "$WORK/text" "Permission denied" -- run -x text -- "$WORK/text"
  chmod +x text
  printf '\177ELF rubbish' >text
  refuses 126 "$WORK/text" "Exec format error" -- run -x text -- "$WORK/text"
  cp /usr/bin/true program
  refuses 126 "$WORK/program" "without execute" "-x $WORK/program" -- \
    run -r program -- "$WORK/program"
  refuses 126 "/usr/bin" "Permission denied" -- run -- /usr/bin
}

@test "a program outside every grant" {
  cp /usr/bin/true program
  outside ./program
  refuses 125 "./program" "outside every grant" "-x $WORK/program" -- \
    run -- ./program
  PATH=$WORK:$PATH refuses 125 "program" "outside every grant" \
    "-x $WORK/program" -- run -- program
}

# --- paths -------------------------------------------------------------------

@test "a path that is missing" {
  for option in --read --write --exec --device; do
    refuses 125 "$option" "missing/path" "No such file" "-missing/path" -- \
      run $option missing/path -- true
  done
  refuses 125 "--bind missing" "No such file" -- run --bind missing:/x -- true
  refuses 125 "--hide missing" "No such file" -- run --hide missing -- true
  refuses 125 "--root missing" "No such file" -- run --root missing -- true
  refuses 125 "/missing" -- run --cwd /missing -- true
  echo file >file
  refuses 125 "file/below" "Not a directory" -- run -r file/below -- true
  refuses 125 "--read" "empty" -- run -r "" -- true
  refuses 125 "--read" "empty" -- run -r - -- true
  refuses 125 "--read" "too long" -- run -r "$(printf '%05000d' 0)" -- true
}

@test "the remedy for a missing root is not a dash, which a root cannot take" {
  refuses 125 "--root missing" -- run --root missing -- true
  [[ $stderr != *--root\ -missing* ]] || fail "$(saw)"
}

@test "a path that the caller cannot use itself" {
  mkdir -p closed
  echo file >closed/file
  echo file >secret
  echo file >fixed
  chmod 000 secret
  chmod 444 fixed
  chmod 000 closed
  refuses 125 "--read secret" "Permission denied" -- run -r secret -- true
  refuses 125 "--write fixed" "Permission denied" -- run -w fixed -- true
  refuses 125 "--read closed/file" "Permission denied" -- \
    run -r closed/file -- true
  refuses 125 "--write /usr" -- run -w /usr -- true
}

@test "a loop of links" {
  ln -s b a
  ln -s a b
  refuses 125 "--read a" "ymbolic link" -- run -r a -- true
}

@test "paths inside are absolute, without .." {
  mkdir dir
  refuses 125 "--cwd dir" "not an absolute path" -- run --cwd dir -- true
  refuses 125 "--home dir" "not an absolute path" -- run --home dir -- true
  refuses 125 "--tmpfs dir" "not an absolute path" -- run --tmpfs dir -- true
  refuses 125 "--bind dir:dir" "SRC:DST" -- run --bind dir:dir -- true
  refuses 125 "--bind dir:/a/../b" ".." -- run --bind dir:/a/../b -- true
  refuses 125 "--bind dir" "SRC:DST" -- run --bind dir -- true
  refuses 125 "--bind dir:/x:rq" "SRC:DST" -- run --bind dir:/x:rq -- true
  refuses 125 "--tmpfs /x:much" "size" -- run --tmpfs /x:much -- true
}

@test "the box's own /proc and its devices are not to be granted" {
  refuses 125 "--read /proc" "/proc of its own" -- run -r /proc -- true
  refuses 125 "--read /proc/self" "/proc of its own" -- run -r /proc/self -- true
  refuses 125 "--write /dev/null" "--device" -- run -w /dev/null -- true
}

# --- contradictions ------------------------------------------------------------

@test "grants that contradict each other" {
  mkdir -p dir/sub
  refuses 125 "--hide" "--read" "contradict" "$WORK/dir" -- \
    run -r dir --hide dir -- true
  refuses 125 "--tmpfs" "--write" "contradict" "$WORK/dir" -- \
    run -w dir --tmpfs "$WORK/dir" -- true
  refuses 125 "$WORK/dir/sub" "--hide" -- \
    run -r . --hide dir -r dir/sub -- true
  refuses 125 "contradict" "/data" -- \
    run --bind dir:/data --bind dir/sub:/data -- true
  refuses 125 "--bind" "$WORK/dir/made" -- \
    run -r dir --bind dir/sub:"$WORK/dir/made" -- true
}

@test "ports without the host's network" {
  refuses 125 "--connect" "--net host" -- run --connect 80 -- true
  refuses 125 "--listen" "--net host" -- run --net loopback --listen 80 -- true
}

# --- numbers -------------------------------------------------------------------

@test "sizes and numbers that overflow or are none" {
  for value in 18446744073709551616 18446744073709551615K 99999999999999T; do
    refuses 125 "--tmp-size $value" "too large" -- run --tmp-size $value -- true
    refuses 125 "--file-size $value" "too large" -- run --file-size $value -- true
  done
  for value in "" -1 +1 1.5M 0x10 " 1" "1 " M 1Q ٣; do
    refuses 125 "--tmp-size" "not a size" "512M" -- run --tmp-size "$value" -- true
  done
  refuses 125 "--tmp-size 1" "out of range" "4096" -- run --tmp-size 1 -- true
  refuses 125 "--timeout 5x" "not a time" "10s" -- run -t 5x -- true
  refuses 125 "--timeout 0" "out of range" -- run -t 0 -- true
  refuses 125 "--timeout" "too large" -- run -t 999999999999999999d -- true
  refuses 125 "--pids 0" "from 1 to" -- run --pids 0 -- true
  refuses 125 "--open-files 3" "from 4 to" -- run --open-files 3 -- true
  refuses 125 "--cpus" "not a number" -- run --cpus 1.2345 -- true
  refuses 125 "--connect 65536" "not a port" -- \
    run --net host --connect 65536 -- true
  refuses 125 "--keep-fd 4x" "not a descriptor" -- run --keep-fd 4x -- true
  refuses 125 "--keep-fd 99" "not open" -- run --keep-fd 99 -- true
}

# --- names -------------------------------------------------------------------

@test "unknown names, with the nearest one that exists" {
  refuses 125 "--memori" "did you mean --memory?" -- run --memori 1G -- true
  refuses 125 "no option --entirely-different" "fumehood help run" -- \
    run --entirely-different -- true
  refuses 125 "no option -z" -- run -z -- true
  refuses 125 "no command rum" "fumehood run?" -- rum -- true
  refuses 125 "no command entirely-different" "fumehood run --" -- \
    entirely-different
  refuses 125 "no command nothing" -- help nothing
  refuses 125 "opnat" "did you mean openat?" -- run --allow-syscall opnat -- true
  refuses 125 "@file-sistem" "did you mean @file-system?" -- \
    run --deny-syscall @file-sistem -- true
  refuses 125 "filez-read" "did you mean files-read?" -- \
    run --require filez-read -- true
  refuses 125 "netwerk" "did you mean network?" -- run --without netwerk -- true
  refuses 125 "strct" "did you mean strict?" -- run --syscalls strct -- true
  refuses 125 "--net" "lopback" "did you mean loopback?" -- run --net lopback -- true
  refuses 125 "CAP_SYS_ADMIM" "CAP_SYS_ADMIN" -- run --keep-cap CAP_SYS_ADMIM -- true
}

@test "names match exactly: no prefixes, no other case" {
  refuses 125 "--tmp" -- run --tmp 1M -- true
  refuses 125 "--Read" -- run --Read . -- true
  refuses 125 "Openat" -- run --allow-syscall Openat -- true
  refuses 125 "file" -- run --require file -- true
}

@test "values that are missing or not wanted" {
  refuses 125 "--read needs a value" "PATH" -- run --read
  refuses 125 "--timeout needs a value" -- run -t
  refuses 125 "--quiet takes no value" -- run --quiet=yes -- true
  refuses 125 "--env" "no variable name" -- run --env =x -- true
  refuses 125 "--keep-env" "not a variable name" -- run --keep-env A=b -- true
  refuses 125 "--hostname" "too long" -- run --hostname "$(printf '%065d' 0)" -- true
  refuses 125 "--report" "xml" -- run --report=xml -- true
  refuses 125 "--report" "no file name" -- run --report=json= -- true
}

@test "doctor and the others refuse what they do not know" {
  refuses 125 "--unknown" -- doctor --unknown
  refuses 125 "--unknown" -- show --unknown
  refuses 125 "question of two words" -- why read
  refuses 125 "raed" "connect, exec, listen, read" -- why raed /etc/shadow
  refuses 125 "opne" "did you mean open?" -- why syscall opne
  refuses 125 "not a port" -- why connect https
}

@test "control characters in names come out escaped" {
  local esc=$'\e]0;mine\a'
  refuses 125 '\x1b]0;mine\x07' -- run -r "$esc" -- true
  refuses 127 '\x1b]0;mine\x07' -- run -- "$esc"
  refuses 127 '\x1b]0;mine\x07' -- run -- "/$esc"
  refuses 125 '\x1b]0;mine\x07' -- run "--$esc" -- true
  refuses 125 '\x1b]0;mine\x07' -- "$esc"
  refuses 125 '\x1b' -- run $'-\e' -- true
  refuses 125 '\x1b]0;mine\x07' -- run --net "$esc" -- true
  refuses 125 '\x0a' "control character" -- run --hostname $'a\nb' -- true
  refuses 125 '\x0a' -- run -r $'two\nlines' -- true
  mkdir "$esc"
  refuses 125 '\x1b]0;mine\x07' -- run -r "$esc" --hide "$esc" -- true
}

@test "only root can give ids and capabilities" {
  refuses 125 "--uid" "only root" -- run --uid 1 -- true
  refuses 125 "--gid" "only root" -- run --gid 1 -- true
  refuses 125 "--keep-cap" "only root" -- run --keep-cap CAP_NET_RAW -- true
}

@test "calls that would undo other fences cannot be allowed" {
  for name in mount unshare setns io_uring_setup clone3 @mount; do
    refuses 125 "$name" "cannot be allowed" -- run --allow-syscall $name -- true
  done
}

# --- streams and disks ---------------------------------------------------------

@test "a standard stream that is closed is nobody else's file" {
  run --separate-stderr bash -c '"$FUMEHOOD" run -- sh -c "readlink /proc/self/fd/0; echo fine" <&-'
  expect_success $'/dev/null\nfine'
  run bash -c '"$FUMEHOOD" run -- sh -c "echo lost; echo fine >&2" >&-'
  expect_success fine
  # The report must not land in a file that took the number 2.
  echo mine >precious
  run bash -c '"$FUMEHOOD" run -w precious --report=text -- true 2>&-'
  expect_success ""
  expect_equal mine "$(cat precious)"
}

@test "a report that cannot be written: said before the program starts" {
  refuses 125 "nowhere/report" "No such file" -- \
    run --report=json=nowhere/report -w . -- touch "$WORK/started"
  mkdir closed
  chmod 555 closed
  refuses 125 "closed/report" "Permission denied" -- \
    run --report=json=closed/report -w . -- touch "$WORK/started"
}

@test "a report to a full disk: an error, and no half report" {
  mkdir small
  run --separate-stderr unshare -Urm sh -c '
    mount -t tmpfs -o size=8k none small &&
    exec unshare -U --map-user="$1" --map-group="$2" sh -c "
      head -c 8192 /dev/zero >small/filler
      \"\$FUMEHOOD\" run --report=json=small/report -- true
      echo \$?; ls small"' sh "$(id -u)" "$(id -g)"
  expect_success $'0\nfiller' # the program ran: its status stands
  expect_equal "fumehood: write the report to small/report: No space left on device" "$stderr"
}

@test "stdout on a full disk is told" {
  run --separate-stderr sh -c '"$FUMEHOOD" show >/dev/full'
  expect_status 125
  expect_equal "fumehood: write to standard output: No space left on device" "$stderr"
}

@test "a report replaces no device" {
  run_box --report=json=/dev/null -- true
  expect_success ""
  [ -c /dev/null ]
  run --separate-stderr sh -c '"$FUMEHOOD" run --report=json=/dev/stdout -- true | jq -r .result'
  expect_success exited
}
