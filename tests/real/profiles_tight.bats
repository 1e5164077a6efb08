#!/usr/bin/env bats
# Each shipped profile is as tight as its programs let it be: what a program that
# was taken over can do under it, and nothing more.

load ../helpers/profiles

PROFILES="compute ffmpeg file-processor ghostscript git imagemagick jq make-gcc
  network-server node npm-install pdftotext python sqlite unzip"

# What goes through, and the lines of /proc/self/limits that the profile sets.
EVERYTHING="key neighbour persist file fork thread compile pair connect send sysv signal"
declare -gA MAY=(
  [compute]=""
  [pdftotext]=""
  [jq]=""
  [ghostscript]="file"
  [sqlite]="file"
  [unzip]="file"
  [imagemagick]="file fork thread"
  [ffmpeg]="file fork thread compile"
  [file-processor]="file fork thread compile"
  [git]="file fork thread compile"
  [make-gcc]="file fork thread compile"
  [network-server]="file fork thread compile pair"
  [node]="file fork thread compile pair"
  [npm-install]="file fork thread compile pair"
  [python]="file fork thread compile pair"
)
GIB=$((1 << 30))
declare -gA FILE_SIZE=(
  [compute]=$((16 * GIB)) [ffmpeg]=$((256 * GIB)) [file-processor]=$((16 * GIB))
  [ghostscript]=$((16 * GIB)) [git]=$((16 * GIB)) [imagemagick]=$((16 * GIB))
  [jq]=$((16 * GIB)) [make-gcc]=$((16 * GIB)) [network-server]=unlimited
  [node]=unlimited [npm-install]=unlimited [pdftotext]=$((16 * GIB))
  [python]=unlimited [sqlite]=$((16 * GIB)) [unzip]=$((16 * GIB))
)
declare -gA CPU_TIME=([jq]=3600 [pdftotext]=600)
declare -gA TIMEOUT=([ghostscript]=1h [imagemagick]=1h)

@test "what a program that was taken over can do, by profile" {
  make_victim
  outside "$PYTHON" -c "$TAKEN_OVER" "$HOME" "$WORK" "$PORT" "$LISTENER" >control
  expect_equal "$EVERYTHING" "$(xargs <control)"
  tail -n 1 home/.bashrc | grep -qx evil
  cp home/.bashrc expected
  local name went connected
  connected=$(wc -l <connections)
  for name in $PROFILES; do
    went=$(taken_over -p "$name")
    expect_equal "$name: ${MAY[$name]}" "$name: $went"
    cmp expected home/.bashrc
  done
  expect_equal "$connected" "$(wc -l <connections)"
}

@test "no profile but the default is without its row here, and each is listed" {
  expect_equal "$(xargs <<<"$PROFILES")" \
    "$(for f in "$STAGE"/profiles/*.conf; do basename "$f" .conf; done | grep -vx default | xargs)"
  local name
  for name in $PROFILES; do
    grep -q '^description = .' "$STAGE/profiles/$name.conf"
    "$FUMEHOOD" profile list | grep -q "^$name " || fail "not listed: $name"
  done
}

@test "no profile allows what undoes fences, nor the files of the system" {
  local name
  for name in $PROFILES; do
    expect_why_refused "$name" syscall ptrace mount unshare clone3 io_uring_setup \
      bpf keyctl userfaultfd perf_event_open shmget mq_open
    expect_why_refused "$name" read /etc/shadow /etc/hostname /var/log /root
    expect_why_refused "$name" write /etc/passwd /usr/bin/env
    expect_why_refused "$name" connect 22 443
    expect_why_refused "$name" listen 80 8080
  done
}

@test "sockets are for those that talk by them" {
  local name
  for name in compute ffmpeg file-processor ghostscript git imagemagick jq \
    make-gcc pdftotext sqlite unzip; do
    expect_why_refused "$name" syscall socket socketpair connect bind sendto
  done
  for name in network-server node npm-install python; do
    expect_allowed "$name" syscall sendmsg
  done
}

@test "processes are for those that start some" {
  local name
  for name in compute ghostscript jq pdftotext sqlite unzip; do
    expect_why_refused "$name" syscall clone fork vfork
  done
  for name in compute jq pdftotext; do
    expect_why_refused "$name" syscall unlink rename mkdir chmod kill
  done
  for name in ffmpeg git imagemagick make-gcc node python; do
    expect_allowed "$name" syscall clone
  done
}

@test "ids are set by make alone, and only to what they are" {
  local name
  for name in $PROFILES; do
    case $name in
    make-gcc | network-server | node | npm-install | python) ;;
    *) expect_why_refused "$name" syscall setresuid setgroups ;;
    esac
  done
  expect_allowed make-gcc syscall setresuid
  box -p make-gcc -- "$PYTHON" -c 'import os; os.setresuid(-1, os.getuid(), -1)'
  expect_refused box -p make-gcc -- "$PYTHON" -c 'import os; os.setresuid(-1, 1, -1)'
  grep -q PermissionError refused.out || grep -q "Invalid argument" refused.out
}

limit_of() { # PROFILE LINE
  box -p "$1" -- /bin/cat /proc/self/limits | sed -n "s/^$2  *\([^ ]*\).*/\1/p"
}

@test "the ceilings are those that stop bombs" {
  local name
  for name in $PROFILES; do
    expect_equal "$name ${FILE_SIZE[$name]}" "$name $(limit_of "$name" "Max file size")"
    expect_equal "$name ${CPU_TIME[$name]:-unlimited}" "$name $(limit_of "$name" "Max cpu time")"
    [ -z "${TIMEOUT[$name]:-}" ] || expect_shown "$name" "timeout      held      ${TIMEOUT[$name]} by timer"
  done
  expect_shown imagemagick "tmpfs     rw- /tmp of 2097152 KiB"
  expect_shown npm-install "tmpfs     rw- /tmp of 2097152 KiB"
  expect_shown make-gcc "tmpfs     rw- /tmp of 2097152 KiB"
  expect_shown unzip "tmpfs     rw- /tmp of 262144 KiB"
}

@test "a file that an argument names is granted, and no more of it than before" {
  echo one >one
  echo two >two
  mkdir dir
  echo three >dir/three
  run_box -p file-processor -- cat one dir/three
  expect_success $'one\nthree'
  run_box -p file-processor -- cat -- one
  expect_success one
  # What an argument does not name, or only as a part of it.
  expect_refused box -p file-processor -- sh -c 'cat two'
  expect_refused box -p file-processor -- sh -c 'cat "${1#--in=}"' sh --in=two
  expect_refused box -p file-processor -- cat dir/../dir
  expect_refused box -p file-processor -- sh -c 'echo evil >>"$1"' sh one
  expect_equal one "$(cat one)"
}

@test "a file that an argument names can be written where a grant around it says so" {
  mkdir dir
  echo old >dir/file
  echo mine >dir/mine
  outside sh -c 'echo old >"$1"' sh dir/file
  run_box -p file-processor -w dir -- sh -c 'echo new >"$1"' sh dir/file
  expect_success ""
  expect_equal new "$(cat dir/file)"
  # To be replaced as well, as editors and converters do.
  run_box -p file-processor -w dir -- sh -c 'echo newer >dir/t && mv dir/t "$1"' sh dir/file
  expect_success ""
  expect_equal newer "$(cat dir/file)"
  # Who says that it is to be read only is heard.
  expect_refused box -p file-processor -w dir -r dir/mine -- sh -c 'echo evil >"$1"' sh dir/mine
  expect_equal mine "$(cat dir/mine)"
  run_box -p file-processor -w dir/file -- sh -c 'echo newest >"$1"' sh dir/file
  expect_success ""
  expect_equal newest "$(cat dir/file)"
}

@test "a file that an argument names from here is found from there" {
  mkdir here out
  echo above >above
  cd here
  echo beside >beside
  run_box -p file-processor -- cat ../above beside "$WORK/above"
  expect_success $'above\nbeside\nabove'
  run_box -p file-processor -- cat ../above
  expect_success above
  expect_refused box -p file-processor -- sh -c 'cat ../above'
  run_box -p file-processor -- sh -c 'ls -A; pwd' sh ../above
  expect_success "$WORK/here"
  run_box -p file-processor -w ../out -- cp ../above ../out/copy
  expect_success ""
  cmp ../above ../out/copy
  # The box has its own standard streams, and its own /proc.
  run_box -p file-processor -- cat /dev/stdin </dev/null
  expect_success ""
  run_box -p file-processor -- cat /dev/stdin <../above
  expect_success above
  run_box -p file-processor -- cat /proc/self/comm
  expect_success cat
}

# A user namespace that may not make another is a kernel without them.
without_namespaces() { # COMMAND...
  unshare -U --map-user="$(id -u)" --map-group="$(id -g)" --keep-caps sh -c \
    'echo 0 >/proc/sys/user/max_user_namespaces &&
     exec setpriv --inh-caps=-all --ambient-caps=-all "$@"' sh "$@"
}

@test "without namespaces, too: files by their names, from here, in what may be written" {
  mkdir here
  echo above >above
  echo old >here/file
  cd here
  local -a how=("$FUMEHOOD" run -q -p file-processor)
  run --separate-stderr without_namespaces "${how[@]}" -- cat ../above file
  expect_success $'above\nold'
  expect_refused without_namespaces "${how[@]}" -- sh -c 'cat "$1"' sh --x=../above
  run --separate-stderr without_namespaces "${how[@]}" -w . -- sh -c 'echo new >"$1"' sh file
  expect_success ""
  expect_equal new "$(cat file)"
  expect_refused without_namespaces "${how[@]}" -- sh -c 'echo evil >>"$1"' sh file
  expect_equal new "$(cat file)"
}
