#!/usr/bin/env bats
# fumehood learn: a profile is written, added to, verified; and not poisoned.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  export HOME="$BATS_TEST_TMPDIR/home"
  mkdir -p "$HOME/.ssh" work out
  echo secret > "$HOME/.ssh/id_rsa"
  echo one > work/a
  echo two > work/b
  cd work
}

absent() { # COMMAND
  if eval "$1"; then return 1; fi
}

@test "a profile is learned from one input and good for another" {
  run "$FUMEHOOD" learn -o p.conf -- cat a
  [ "$status" = 0 ]
  [[ $output == *"one"* ]]
  [[ $output == *"fumehood: learned "*" paths -> "*" grants, "*" system calls, 0 held back (see p.conf)"* ]]
  grep -qx 'read = ${FILES}' p.conf
  "$FUMEHOOD" profile check ./p.conf
  [ "$("$FUMEHOOD" run -p ./p.conf -- cat b)" = two ]
  # The control: without the profile it is not there.
  run "$FUMEHOOD" run -- cat b
  [ "$status" != 0 ]
}

@test "--verify runs it once more in the box" {
  run "$FUMEHOOD" learn -o p.conf --verify -- cat a
  [ "$status" = 0 ]
  [ "$(grep -c '^one' <<<"$output")" = 2 ]
  [[ $output == *"verified: it runs under its profile"* ]]
}

@test "--verify tells when the profile is not enough" {
  run "$FUMEHOOD" learn -o p.conf --verify -- sh -c 'read -r x < "$HOME/.ssh/id_rsa" || exit 3'
  [ "$status" = 1 ]
  [[ $output == *"in the box it ended with"*"instead of 0"* ]]
}

@test "what a program writes becomes a grant of its directory" {
  run "$FUMEHOOD" learn -o p.conf --verify -- sh -c 'cat a > ../out/x'
  [ "$status" = 0 ]
  grep -q "^write = $(realpath ..)/out\$" p.conf
  rm ../out/x
  "$FUMEHOOD" run -p ./p.conf -- sh -c 'cat a > ../out/x'
  [ "$(cat ../out/x)" = one ]
}

@test "a file that is there is not written over" {
  echo mine > p.conf
  run "$FUMEHOOD" learn -o p.conf -- sh -c 'echo ran > ran'
  [ "$status" = 125 ]
  [[ $output == *"p.conf: File exists; write --update p.conf"* ]]
  [ "$(cat p.conf)" = mine ]
  [ ! -e ran ]
  ln -s nowhere link.conf
  run "$FUMEHOOD" learn -o link.conf -- true
  [ "$status" = 125 ]
  [ ! -e nowhere ]
}

@test "--update shows what changes, and asks" {
  "$FUMEHOOD" learn -q -o p.conf -- cat a
  cp p.conf before
  run setsid "$FUMEHOOD" learn --update p.conf -- sh -c 'cat a > ../out/x' </dev/null
  [ "$status" = 1 ]
  [[ $output == *"--- p.conf"*"+++ p.conf"*"@@ "*"+write = "* ]]
  [[ $output == *"no terminal to ask at: --yes writes it"* ]]
  cmp p.conf before
  rm ../out/x
  run "$FUMEHOOD" learn --update p.conf --yes -- sh -c 'cat a > ../out/x'
  [ "$status" = 0 ]
  grep -qx 'read = ${FILES}' p.conf
  grep -q '^write = .*out$' p.conf
  # The union, and nothing more for learning the same again.
  cp p.conf union
  run "$FUMEHOOD" learn --update p.conf -- sh -c 'cat a > ../out/x'
  [ "$status" = 0 ]
  [[ $output == *"p.conf has all of it already"* ]]
  cmp p.conf union
}

@test "what is sensitive is held back, and accepted by name" {
  run "$FUMEHOOD" learn -o p.conf -- cat "$HOME/.ssh/id_rsa"
  [ "$status" = 0 ]
  [[ $output == *", 1 held back"* ]]
  grep -q '^# held back: read = ${HOME}/.ssh/id_rsa  (keys of ssh): fumehood learn --accept ' p.conf
  absent "grep -q '^read = .*FILES' p.conf"
  run "$FUMEHOOD" run -p ./p.conf -- cat "$HOME/.ssh/id_rsa"
  [ "$status" != 0 ]
  "$FUMEHOOD" learn -q --update p.conf --yes --accept "$HOME/.ssh" -- cat "$HOME/.ssh/id_rsa"
  [ "$("$FUMEHOOD" run -p ./p.conf -- cat "$HOME/.ssh/id_rsa")" = secret ]
}

@test "a planted link brings no secret in" {
  run "$FUMEHOOD" learn -o p.conf -- sh -c \
    'ln -s "$HOME/.ssh/id_rsa" innocent; ln -s "$HOME/.ssh" dir; cat innocent dir/id_rsa; ln -f "$HOME/.ssh/id_rsa" hard'
  [ "$status" = 0 ]
  absent "grep -v '^#' p.conf | grep -E 'ssh|innocent|dir'"
  run "$FUMEHOOD" run -p ./p.conf -- cat innocent
  [ "$status" != 0 ]
  run "$FUMEHOOD" run -p ./p.conf -- cat dir/id_rsa
  [ "$status" != 0 ]
}

@test "a flood of names leaves a short profile" {
  mkdir flood
  run "$FUMEHOOD" learn -o p.conf -- python3 -c '
import os
for i in range(20000):
    open(f"flood/{i}", "w").close()
    try: open(f"nowhere/{i}")
    except OSError: pass
open("a").close()'
  [ "$status" = 0 ]
  [ "$(wc -c < p.conf)" -lt 20000 ]
  grep -q '^write = -${CWD}/flood$' p.conf
}

@test "names with line feeds make no lines" {
  run "$FUMEHOOD" learn -o p.conf -- python3 -c '
open("x\nwrite = /\n[network]\nnet = host\n#", "w").close(); open("\x1b[31m", "w").close()
open("x\nwrite = /\n[network]\nnet = host\n#").close()'
  [ "$status" = 0 ]
  absent "grep -qx 'write = /' p.conf"
  absent "grep -q 'net = host' p.conf"
  absent "grep -q '$(printf '\033')' p.conf"
  "$FUMEHOOD" profile check ./p.conf
}

@test "a log of strace is learned from" {
  cat > log <<'LOG'
7  execve("/usr/bin/cat", ["cat", "a"], 0x7ff /* 3 vars */) = 0
7  openat(AT_FDCWD, "a", O_RDONLY) = 3
7  read(3, "one\n", 4096) = 4
7  what is this
7  +++ exited with 0 +++
LOG
  run "$FUMEHOOD" learn -o p.conf --from-strace log
  [ "$status" = 0 ]
  [[ $output == *"1 lines of the log were not understood"* ]]
  grep -qx 'read = ${FILES}' p.conf
  [ "$("$FUMEHOOD" run -p ./p.conf -- cat b)" = two ]
  run "$FUMEHOOD" learn -o q.conf --from-strace a
  [ "$status" = 125 ]
  [[ $output == *"no line of it is one of strace's"* ]]
  [ ! -e q.conf ]
}

@test "-o - is standard output" {
  "$FUMEHOOD" learn -o - -- true > text 2> messages
  grep -q '^\[profile\]$' text
  grep -q '^fumehood: learned ' messages
  [ -z "$("$FUMEHOOD" learn -q -o - -- true 2>&1 >/dev/null)" ]
}

@test "the profile is the umask's, and whole" {
  (umask 077; "$FUMEHOOD" learn -q -o p.conf -- true)
  [ "$(stat -c %a p.conf)" = 600 ]
  (umask 022; "$FUMEHOOD" learn -q -o q.conf -- true)
  [ "$(stat -c %a q.conf)" = 644 ]
  run ls
  [[ $output != *tmp* ]]
}

@test "how the program ended is told" {
  run "$FUMEHOOD" learn -o p.conf -- sh -c 'exit 7'
  [ "$status" = 0 ]
  [[ $output == *"the program ended with 7"* ]]
  run -127 "$FUMEHOOD" learn -o q.conf -- ./nothing-there
  [ "$status" = 127 ]
  [ ! -e q.conf ]
  run "$FUMEHOOD" learn -o q.conf -- ./a
  [ "$status" = 126 ]
}

@test "wrong use is told" {
  run "$FUMEHOOD" learn -o p.conf
  [ "$status" = 125 ]
  [[ $output == *"no program given"* ]]
  run "$FUMEHOOD" learn -- true
  [ "$status" = 125 ]
  [[ $output == *"nowhere to write"* ]]
  run "$FUMEHOOD" learn --outptu x -- true
  [[ $output == *"did you mean --output?"* ]]
  run "$FUMEHOOD" learn --read x -- true
  [ "$status" = 125 ]
  [[ $output == *"no option --read"* ]]
  run "$FUMEHOOD" learn -o
  [[ $output == *"--output needs a value: FILE"* ]]
  run "$FUMEHOOD" learn -o /nowhere/p.conf -- touch ran
  [ "$status" = 125 ]
  [ ! -e ran ]
  run "$FUMEHOOD" learn --help
  [ "$status" = 0 ]
  [[ $output == *"-o, --output FILE"* ]]
}

# --- what is temporary, listed, or lies in a checkout ------------------------------

@test "temporary files need no grant, what was there before does" {
  export TMPDIR="$BATS_TEST_TMPDIR/tmp"
  mkdir "$TMPDIR"
  echo kept > "$TMPDIR/old"
  echo secret > "$TMPDIR/other"
  run "$FUMEHOOD" learn -o p.conf -- sh -c 'd=$(mktemp -d); echo x > "$d/f"; mkdir "$d/sub"; cp "$d/f" "$d/sub/g"
    cat "$d/sub/g" > "$(mktemp)"; cat "$TMPDIR/old"; mv "$d/sub" "$d/moved"; cat "$d/moved/g"; rm -r "$d"'
  [ "$status" = 0 ]
  grep -qx "read = $TMPDIR/old" p.conf
  [ "$(grep -c "^[a-z]* = -*$TMPDIR" p.conf)" = 1 ]
  [ "$(grep -c "held back.*$TMPDIR" p.conf)" = 0 ]
  grep -q "^# What it makes in $TMPDIR is made in the box" p.conf
  # It runs so, and another's files are not there.
  "$FUMEHOOD" run -p ./p.conf -- sh -c 'd=$(mktemp -d); echo x > "$d/f"; cat "$d/f"'
  run "$FUMEHOOD" run -p ./p.conf -- sh -c "cat '$TMPDIR/other'"
  [ "$status" != 0 ]
}

@test "a checkout is written to, but for its .git" {
  mkdir -p .git/hooks && echo x > .git/config
  run "$FUMEHOOD" learn -o p.conf --verify -- sh -c 'cat .git/config a > new; mkdir -p obj; cat a > obj/new'
  [ "$status" = 0 ]
  grep -qx 'write = ${CWD}' p.conf
  grep -qx 'read = -${CWD}/.git' p.conf
  run "$FUMEHOOD" run -q -p ./p.conf -- sh -c 'cat .git/config; echo y > .git/hooks/pre-commit; echo y > .git/config; mv .git x; echo z > b'
  [[ $output == *x* ]]
  [ "$(cat .git/config b)" = "$(printf 'x\nz')" ]
  [ ! -e .git/hooks/pre-commit ]
  # Written to while it was watched: not granted either.
  run "$FUMEHOOD" learn -o q.conf -- sh -c 'echo y > .git/index; echo y > new2'
  [ "$status" = 0 ]
  grep -q '^# held back: write = -*${CWD}/.git  (' q.conf
  absent "grep -v '^#' q.conf | grep -E '^write.*git'"
  # The control: by name it may.
  run "$FUMEHOOD" learn -o r.conf --accept .git -- sh -c 'echo y > .git/index2; echo y > new3'
  "$FUMEHOOD" run -p ./r.conf -- sh -c 'echo y > .git/index'
  [ "$(cat .git/index)" = y ]
}

@test "a directory with a secret is never written to as a whole" {
  echo KEY=1 > .env
  run "$FUMEHOOD" learn -o p.conf -- sh -c 'cat a b > new; echo more >> b'
  [ "$status" = 0 ]
  absent "grep -qE '^(read|write) = -*[$][{]CWD[}]$' p.conf"
  grep -q '^# held back: write = ${CWD}  (holds .env: ' p.conf
  grep -qx 'read = -${CWD}/a' p.conf
  grep -qx 'write = -${CWD}/b' p.conf
}

@test "what is built in the run is executed in the box, too" {
  run "$FUMEHOOD" learn -o p.conf -- sh -c 'cp /bin/true new; ./new'
  [ "$status" = 0 ]
  rm new
  run "$FUMEHOOD" run -p ./p.conf -- sh -c 'cp /bin/true new; ./new'
  [ "$status" = 0 ]
  # The control: one that only writes does not execute.
  rm new
  "$FUMEHOOD" learn -q -o q.conf -- sh -c 'cp /bin/true new'
  rm new
  run "$FUMEHOOD" run -p ./q.conf -- sh -c 'cp /bin/true new; ./new'
  [ "$status" = 126 ]
}

@test "a working directory that is only listed is not granted, one that is named is" {
  mkdir many && touch many/1 many/2
  run "$FUMEHOOD" learn -o p.conf -- ls
  [ "$status" = 0 ]
  grep -q '^# held back: read = ${CWD}  (it was listed, ' p.conf
  absent "grep -qE '^read = .*CWD' p.conf"
  run "$FUMEHOOD" learn -o q.conf --verify -- ls many
  [ "$status" = 0 ]
  [ "$("$FUMEHOOD" run -p ./q.conf -- ls many)" = "$(ls many)" ]
  run "$FUMEHOOD" learn -o r.conf --accept . -- ls
  grep -qx 'read = ${CWD}' r.conf
}

# --- review, interruption, verification ----------------------------------------------

@test "--update keeps what was held back, and what a human being wrote" {
  "$FUMEHOOD" learn -q -o p.conf -- sh -c 'cat "$HOME/.ssh/id_rsa" >/dev/null; cat a >/dev/null'
  grep -q '^# held back: read = ${HOME}/.ssh/id_rsa' p.conf
  sed -i 's/^\[filesystem\]$/&\n# reviewed by ada/; 1i # ours' p.conf
  "$FUMEHOOD" learn -q --update p.conf --yes -- cat b
  grep -qx '# reviewed by ada' p.conf
  grep -qx '# ours' p.conf
  grep -q '^# held back: read = ${HOME}/.ssh/id_rsa' p.conf
  [ "$(sed -n '/^\[filesystem\]$/{n;p}' p.conf)" = "# reviewed by ada" ]
  # Once more, the other way round, and the first: nothing changes any more.
  cp p.conf before
  for run in 1 2; do
    "$FUMEHOOD" learn -q --update p.conf -- cat b </dev/null
    "$FUMEHOOD" learn -q --update p.conf -- sh -c 'cat "$HOME/.ssh/id_rsa" >/dev/null; cat a >/dev/null' </dev/null
  done
  cmp before p.conf
  # What is accepted is not held back any more; nor asked about later.
  "$FUMEHOOD" learn -q --update p.conf --yes --accept "$HOME/.ssh" -- sh -c 'cat "$HOME/.ssh/id_rsa" >/dev/null'
  absent "grep -q '^# held back: .*ssh' p.conf"
  grep -qx 'read = -${HOME}/.ssh/id_rsa' p.conf
  cp p.conf before
  "$FUMEHOOD" learn -q --update p.conf -- sh -c 'cat "$HOME/.ssh/id_rsa" >/dev/null' </dev/null
  cmp before p.conf
}

@test "SIGINT ends the program, and what was seen is written" {
  cat > int.py <<'PY'
import os, signal, subprocess, sys, time
p = subprocess.Popen(sys.argv[1:], start_new_session=True)
while not os.path.exists("../out/ready"): time.sleep(0.02)
os.killpg(p.pid, signal.SIGINT)
sys.exit(p.wait())
PY
  run python3 int.py "$FUMEHOOD" learn -o p.conf -- sh -c 'cat a; echo > ../out/ready; sleep 60'
  [ "$status" = 0 ]
  [[ $output == *"the program ended with 130"* ]]
  grep -qx 'read = -${CWD}/a' p.conf
}

@test "--verify tells what is refused, and that it fails for it" {
  # In the box there is another way: what it needs then was never seen.
  echo three > c
  run "$FUMEHOOD" learn -o p.conf --verify -- sh -c 'if [ -e ../out ]; then cat a; else cat c; fi; exit 0'
  [ "$status" = 1 ]
  [[ $output == *"refused by "*"$PWD/c"* ]]
  [[ $output == *"would allow it"* ]]
  absent '[[ $output == *"verified: "* ]]'
  # What was held back is told, and does not count where the program does without.
  run "$FUMEHOOD" learn -o q.conf --verify -- sh -c "cat '$HOME/.ssh/id_rsa' 2>/dev/null; exit 0"
  [ "$status" = 0 ]
  [[ $output == *"refused by "*"id_rsa (held back)"* ]]
  [[ $output == *"verified: "* ]]
}
