#!/usr/bin/env bats
# What each grant gives, and that it gives no more.

load ../helpers/common

# Two files and a program, which everybody outside can use.
make_tree() {
  mkdir -p tree/sub
  echo one >tree/one
  echo two >tree/sub/two
  cp /usr/bin/true tree/program
  echo beside >beside
  outside "$WORK/tree/program"
  outside grep -q beside "$WORK/beside"
}

# --- the three letters -------------------------------------------------------

@test "-r FILE: read, not write, and nothing beside it" {
  make_tree
  run_box -r "$WORK/tree/one" -- sh -c "cat '$WORK/tree/one'; ls '$WORK' '$WORK/tree'"
  expect_success $'one\n'"$WORK:"$'\ntree\n\n'"$WORK/tree:"$'\none'
  expect_refused box -r tree/one -- sh -c "echo more >>'$WORK/tree/one'"
  expect_refused box -r tree/one -- truncate -s 0 "$WORK/tree/one"
  expect_refused box -r tree/one -- rm -f "$WORK/tree/one"
  expect_refused box -r tree/one -- chmod 600 "$WORK/tree/one"
  expect_refused box -r tree/one -- touch "$WORK/tree/one"
  expect_refused box -r tree/one -- cat "$WORK/beside"
  expect_equal one "$(cat tree/one)"
}

@test "-r DIR: all beneath it, nothing created, renamed or removed" {
  make_tree
  run_box -r "$WORK/tree" -- sh -c "cat '$WORK/tree/one' '$WORK/tree/sub/two'"
  expect_success $'one\ntwo'
  for attempt in 'touch new' 'mkdir new' 'rm -f one' 'mv one new' \
    'ln one new' 'ln -s one new' 'mkfifo new' 'rmdir sub'; do
    expect_refused box -r tree -C "$WORK/tree" -- sh -c "$attempt"
  done
  outside sh -c 'cd tree && touch new && mv new newer && rm newer'
  expect_equal $'one\nprogram\nsub' "$(ls tree)"
}

@test "-w FILE: changed in place, not replaced" {
  make_tree
  run_box -w tree/one -- sh -c "echo more >>'$WORK/tree/one'; cat '$WORK/tree/one'"
  expect_success $'one\nmore'
  expect_equal $'one\nmore' "$(cat tree/one)"
  expect_refused box -w tree/one -- rm -f "$WORK/tree/one"
  # The directories on the way are the box's own: nothing gets out of them.
  box -w tree/one -- sh -c "echo x >'$WORK/tree/new'" || true
  expect_equal $'one\nprogram\nsub' "$(ls tree)"
}

@test "-w DIR: created, renamed and removed, for good" {
  make_tree
  run_box -w tree -C "$WORK/tree" -- sh -c '
    mkdir new && echo made >new/file && mv one new/moved && rm sub/two &&
    ln new/file new/hard && ln -s file new/soft && rmdir sub'
  expect_success ""
  expect_equal made "$(cat tree/new/soft)"
  expect_equal one "$(cat tree/new/moved)"
  [ ! -e tree/sub ]
  expect_refused box -w tree -- rm "$WORK/beside"
  expect_equal beside "$(cat beside)"
}

@test "without -x nothing is executed, neither -r nor -w gives it" {
  make_tree
  for letter in -r -w; do
    run_box $letter tree -- sh -c "'$WORK/tree/program'"
    expect_status 126
    expect_in_stderr "Permission denied"
    # The loader would map what may only be read.
    expect_refused box $letter tree -- /lib64/ld-linux-x86-64.so.2 "$WORK/tree/program"
  done
  outside /lib64/ld-linux-x86-64.so.2 "$WORK/tree/program"
}

@test "-x DIR and -x FILE: execute and read, not write" {
  make_tree
  run_box -x tree -- "$WORK/tree/program"
  expect_success ""
  run_box -x tree/program -- "$WORK/tree/program"
  expect_success ""
  run_box -x tree -- cat "$WORK/tree/one"
  expect_success one
  expect_refused box -x tree -- sh -c "echo x >>'$WORK/tree/one'"
}

@test "letters combine: -w and -x of one directory" {
  make_tree
  run_box -w tree -x tree -C "$WORK/tree" -- sh -c \
    'cp program copy && ./copy && echo ran'
  expect_success ran
}

# --- names -------------------------------------------------------------------

@test "relative paths are the caller's" {
  make_tree
  cd tree/sub
  run_box -r two -r ../one -- sh -c "cat '$WORK/tree/sub/two' '$WORK/tree/one'"
  expect_success $'two\none'
}

@test "a granted file is found by the name it was granted by" {
  make_tree
  run_box -r beside -- cat beside
  expect_success beside
}

@test "-r . starts the program here" {
  make_tree
  run_box -r . -- sh -c 'pwd; cat tree/one'
  expect_success "$WORK"$'\none'
}

@test "without a grant the program starts in its private \$HOME" {
  run_box -- sh -c 'pwd; echo "$HOME"; ls -A'
  expect_status 0
  expect_equal 2 "${#lines[@]}"
  expect_equal "${lines[0]}" "${lines[1]}"
}

@test "a granted link: both names work, and the link is a link" {
  make_tree
  ln -s tree/one soft
  ln -s tree/sub softdir
  run_box -r soft -r softdir -- sh -c "cat '$WORK/soft' '$WORK/tree/one' \
    '$WORK/softdir/two' '$WORK/tree/sub/two'; readlink '$WORK/soft'"
  expect_success $'one\none\ntwo\ntwo\n'"$WORK/tree/one"
  run_box -r soft -- sh -c "ls '$WORK/tree'"
  expect_success one
}

@test "a link inside a granted directory leads no further than the grants" {
  make_tree
  ln -s ../beside tree/out
  outside grep -q beside tree/out
  expect_refused box -r tree -- cat "$WORK/tree/out"
  run_box -r tree -r beside -- cat "$WORK/tree/out"
  expect_success beside
}

@test "a link that is swapped while boxing never shows the other target" {
  local n flipper seen=
  echo allowed >allowed
  echo secret >other
  ln -s allowed name
  # The name alone decides what is granted, once: the content of any moment
  # is fine, but never two contents and never one by the name of the other.
  ( while :; do ln -sfn other name; ln -sfn allowed name; done ) 3>&- &
  flipper=$!
  for ((n = 0; n < 50; n++)); do
    run_box -r name -- sh -c "cat '$WORK/name'; ls '$WORK' | tr '\n' ' '
      grep -l secret '$WORK/allowed'; grep -l allowed '$WORK/other'; true" \
      2>/dev/null
    seen="$status ${lines[*]}"
    case $seen in
      "0 allowed allowed name " | "0 secret name other ") ;;
      *) break ;;
    esac
    seen=
  done
  kill $flipper
  wait $flipper || true
  [ -z "$seen" ] || fail "round $n: $seen" "$stderr"
}

@test "a path with spaces, a newline, quotes and UTF-8" {
  local name=$'a b\nc "d" \'e\' \\ ü 漢字'
  mkdir "$name"
  echo odd >"$name/$name"
  run_box -r "$name" -- cat "$WORK/$name/$name"
  expect_success odd
  run_box -w "$name/$name" -- sh -c 'echo changed >"$1"' sh "$WORK/$name/$name"
  expect_success ""
  expect_equal changed "$(cat "$name/$name")"
  run_box --bind "$name:/in/$name:rw" -- cat "/in/$name/$name"
  expect_success changed
}

@test "a path that starts with - after a directory is a path" {
  echo dash >./-dash
  run_box -r ./-dash -- cat "$WORK/-dash"
  expect_success dash
}

# --- optional ----------------------------------------------------------------

@test "- makes a grant optional: used when there, passed over when not" {
  make_tree
  run_box -r -beside -r -missing -w -gone -- cat "$WORK/beside"
  expect_success beside
  expect_equal "" "$stderr"
}

# --- deepest grant decides ---------------------------------------------------

@test "the deepest grant decides: -r inside -w" {
  make_tree
  run_box -w tree -r tree/sub -C "$WORK/tree" -- sh -c '
    echo x >>one && echo written; echo x >>sub/two || echo refused'
  expect_success $'written\nrefused'
  expect_equal two "$(cat tree/sub/two)"
}

@test "the deepest grant decides: -w inside -r" {
  make_tree
  run_box -r tree -w tree/sub -C "$WORK/tree" -- sh -c '
    echo x >>sub/two && echo written; echo x >>one || echo refused'
  expect_success $'written\nrefused'
  expect_equal one "$(cat tree/one)"
}

@test "the order on the command line does not matter" {
  make_tree
  run_box -r tree/sub -w tree -C "$WORK/tree" -- sh -c '
    echo x >>one && echo written; echo x >>sub/two || echo refused'
  expect_success $'written\nrefused'
}

@test "--hide inside -r inside -w: each layer as it says" {
  mkdir -p a/b/c
  echo outer >a/file
  echo middle >a/b/file
  echo inner >a/b/c/file
  run_box -w a -r a/b --hide a/b/c -C "$WORK/a" -- sh -c '
    echo new >file && cat b/file
    echo new >b/file || echo "not written"
    cat b/c/file || echo "not read"
    echo new >b/c/file || echo "not made"
    ls b/c'
  [[ $output == $'middle\nnot written\nnot read\nnot made'* ]] || fail "$(saw)"
  expect_not_in_output inner
  [[ ${lines[*]} != *file ]] || fail "what is hidden was listed" "$(saw)"
  expect_equal new "$(cat a/file)"
  expect_equal middle "$(cat a/b/file)"
  expect_equal inner "$(cat a/b/c/file)"
}

@test "--hide FILE masks it, and it cannot be moved away" {
  make_tree
  expect_refused box -w tree --hide tree/one -- cat "$WORK/tree/one"
  expect_refused box -w tree --hide tree/one -- sh -c "echo x >>'$WORK/tree/one'"
  expect_refused box -w tree --hide tree/one -- rm -f "$WORK/tree/one"
  expect_refused box -w tree --hide tree/one -- mv "$WORK/tree/one" "$WORK/tree/1"
  run_box -w tree --hide tree/one -- cat "$WORK/tree/sub/two"
  expect_success two
  expect_equal one "$(cat tree/one)"
}

@test "--hide cannot be dodged through the directory above it" {
  make_tree
  run_box -w . --hide tree/sub -- sh -c 'mv tree moved && echo moved; cat moved/sub/two'
  expect_status 1
  expect_output moved
  expect_equal two "$(cat moved/sub/two)"
}

@test "--hide of a system directory" {
  outside test -e /usr/share/zoneinfo/UTC
  run_box -- test -e /usr/share/zoneinfo/UTC
  expect_success
  expect_refused box --hide /usr/share/zoneinfo -- test -e /usr/share/zoneinfo/UTC
}

# --- other places ------------------------------------------------------------

@test "--bind shows a source elsewhere, read-only by default" {
  make_tree
  run_box --bind "tree:/srv/data" -- sh -c 'cat /srv/data/sub/two
    echo x >>/srv/data/one || echo refused; /srv/data/program || echo refused'
  expect_success $'two\nrefused\nrefused'
  expect_refused box --bind "tree:/srv/data" -- test -e "$WORK/tree"
}

@test "--bind with letters" {
  make_tree
  run_box --bind "tree:/srv/data:w" -- sh -c 'echo x >/srv/data/one'
  expect_success ""
  expect_equal x "$(cat tree/one)"
  run_box --bind "tree:/srv/data:x" -- /srv/data/program
  expect_success ""
  run_box --bind "tree:/srv/data:rwx" -- sh -c \
    'cp /srv/data/program /srv/data/copy && /srv/data/copy'
  expect_success ""
  run_box --bind "beside:/srv/file" -- cat /srv/file
  expect_success beside
}

@test "--bind may replace a file that the box would synthesize" {
  echo "10.0.0.1 elsewhere" >hosts
  run_box --bind hosts:/etc/hosts -- cat /etc/hosts
  expect_success "10.0.0.1 elsewhere"
}

@test "--tmpfs: private, writable, of the size asked for" {
  make_tree
  run_box --tmpfs /scratch:64K -- sh -c '
    head -c 32768 /dev/zero >/scratch/fits && echo fits
    head -c 131072 /dev/zero >/scratch/over || echo full'
  expect_success $'fits\nfull'
  expect_in_stderr "No space left on device"
  run_box -r tree --tmpfs "$WORK/tree/sub" -- sh -c \
    "ls '$WORK/tree/sub'; echo s >'$WORK/tree/sub/s' && echo written"
  expect_success written
  expect_equal two "$(ls tree/sub)"
}

@test "--device shows a node, which -r does not" {
  expect_refused box -- test -e /dev/tty
  run_box --device /dev/tty -- sh -c 'ls -l /dev/tty; ls /dev'
  expect_status 0
  [[ ${lines[0]} == c* ]] || fail "$(saw)"
  refuses 125 "--read /dev/tty" "--device" -- run -r /dev/tty -- true
  touch plain
  refuses 125 "--device" "not a device node" -- run --device plain -- true
}

@test "--home names the private home" {
  run_box --home /home/somebody -- sh -c 'echo "$HOME"; pwd; echo x >~/x && ls ~'
  expect_success $'/home/somebody\n/home/somebody\nx'
  [ ! -e /home/somebody ]
}

@test "--cwd, and a directory that is not there" {
  make_tree
  run_box -r tree --cwd "$WORK/tree/sub" -- sh -c 'pwd; cat two'
  expect_success "$WORK/tree/sub"$'\ntwo'
  run_box -C /usr/lib -- pwd
  expect_success /usr/lib
  refuses 125 "$WORK/tree" "No such file or directory" -- \
    run -C "$WORK/tree" -- true
}

@test "--root: a small system of its own" {
  mkdir -p root/bin root/etc root/var
  cp /usr/bin/busybox root/bin/busybox
  ln -s busybox root/bin/sh
  echo "little" >root/etc/motd
  outside root/bin/busybox true
  run_box --root root -- /bin/sh -c 'cat /etc/motd; busybox ls -A /; test -e /usr || echo "no /usr"'
  expect_success $'little\nbin\ndev\netc\nhome\nproc\ntmp\nvar\nno /usr'
  run_box --root root -- /bin/busybox sh -c 'echo x >/etc/motd || echo refused
    echo x >/tmp/x && cat /tmp/x; echo "$HOME"; busybox mount | busybox grep -c " on /proc "'
  expect_status 0
  expect_equal refused "${lines[0]}"
  expect_equal x "${lines[1]}"
  expect_equal little "$(cat root/etc/motd)"
  expect_refused box --root root -- /usr/bin/true
  run_box --root root -- sh -c 'echo found by PATH'
  expect_success "found by PATH"
}

@test "--root: a system with a /home of its own, where the box's home is not" {
  mkdir -p root/bin root/home root/var/tmp root/usr/lib
  cp /usr/bin/busybox root/bin/sh
  outside root/bin/sh -c true
  run_box --root root -- /bin/sh -c 'echo x >~/x && echo "home is writable"'
  expect_success "home is writable"
  expect_equal "" "$(ls -A root/home root/var/tmp | grep -v ^root | xargs)"
}

# --- many ----------------------------------------------------------------------

@test "300 grants at once, each as it says" {
  local n
  local -a grants=()
  mkdir many
  for ((n = 0; n < 300; n++)); do
    echo "$n" >"many/$n"
    case $((n % 3)) in
      0) grants+=(-r "many/$n") ;;
      1) grants+=(-w "many/$n") ;;
    esac
  done
  for ((n = 0; n < 100; n++)); do
    mkdir "many/d$n"
    grants+=(-r "many/d$n")
  done
  expect_equal 300 $((${#grants[@]} / 2))
  run_box "${grants[@]}" -C "$WORK/many" -- sh -c '
    ls | wc -l
    n=0; for f in *[0-9]; do [ -d $f ] || { echo x 2>/dev/null >>$f && n=$((n + 1)); }; done
    echo $n' 2>/dev/null
  expect_status 0
  expect_equal 300 "${lines[0]}"
  expect_equal 100 "${lines[1]}"
  expect_equal 3 "$(cat many/3)"
  expect_equal $'4\nx' "$(cat many/4)"
  expect_equal 5 "$(cat many/5)"
}

@test "a grant inside private storage inside a grant" {
  # Something around $HOME is granted; $HOME stays the box's own storage, and a
  # grant beneath it appears in that storage, not in the host's directory.
  local home=$WORK/granted/home
  mkdir -p "$home/project" "$home/other"
  echo private >"$home/other/file"
  echo data >"$home/project/file"
  run_box --home "$home" -r "$WORK/granted" -w "$home/project" -- sh -c '
    cat ~/project/file && echo new >~/project/new && ls ~'
  expect_success $'data\nproject'
  expect_equal new "$(cat "$home/project/new")"
  run_box --home "$home" -r "$WORK/granted" -w "$home/project" -- \
    cat "$home/other/file"
  expect_status 1
  outside cat "$home/other/file"
  run_box -r "$WORK/granted" -- cat "$home/other/file"
  expect_success private
}
