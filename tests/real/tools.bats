#!/usr/bin/env bats
# The tools of a build or of a server's cron job: compiler, make, git,
# archivers, curl, pipelines.

load ../helpers/common

make_project() {
  mkdir -p project/src
  cat >project/Makefile <<'EOF'
CFLAGS = -O1 -g -Wall
hello: src/main.o src/greet.o
	$(CC) -o $@ $^
src/%.o: src/%.c src/greet.h
	$(CC) $(CFLAGS) -c -o $@ $<
check: hello
	./hello box | grep -q 'hello, box'
clean:
	rm -f hello src/*.o
EOF
  echo 'const char *greet(void);' >project/src/greet.h
  printf '#include "greet.h"\nconst char *greet(void) { return "hello"; }\n' \
    >project/src/greet.c
  printf '#include <stdio.h>\n#include "greet.h"\nint main(int n, char **v)\n{ printf("%%s, %%s\\n", greet(), v[n - 1]); }\n' \
    >project/src/main.c
}

@test "gcc and make: a project is built, tested and is the same program" {
  make_project
  outside make -C project check >/dev/null
  cp project/hello expected
  outside make -C project clean >/dev/null
  run_box -w project -x project -C "$WORK/project" -- make -j2 check
  expect_status 0
  expect_equal "" "$stderr"
  cmp expected project/hello
}

@test "make: what is not granted to be executed is not run" {
  make_project
  run_box -w project -C "$WORK/project" -- make check
  expect_status 2
  expect_in_stderr "Permission denied"
  [ -x project/hello ]
  outside make -C project check >/dev/null
}

# The same commits, wherever they are made.
history() { # DIRECTORY
  printf '%s\n' "set -e; cd '$1'; git init -q -b main one; cd one" \
    'echo first >file; git add file; git commit -q -m first' \
    'git checkout -q -b side; echo second >>file; git commit -q -am second' \
    'git checkout -q main; git merge -q --no-ff -m merged side' \
    'git gc -q; git clone -q --local . ../two; cd ../two' \
    'git log --format=%H; git fsck --strict 2>&1 | grep -v "^Checking" || true; cat file'
}

@test "git: init, commit, merge, gc, clone --local" {
  mkdir -p outside inside
  local -a who=(GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
    GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
    GIT_AUTHOR_DATE="2026-01-01T00:00:00Z" GIT_COMMITTER_DATE="2026-01-01T00:00:00Z"
    GIT_CONFIG_NOSYSTEM=1)
  outside env "${who[@]}" sh -c "$(history "$WORK/outside")" >expected
  expect_equal 5 "$(wc -l <expected)"
  local -a options=()
  for pair in "${who[@]}"; do
    options+=(--env "$pair")
  done
  run_box "${options[@]}" -w inside -- sh -c "$(history "$WORK/inside")"
  expect_success "$(cat expected)"
  expect_equal "$(git -C outside/one rev-parse HEAD)" "$(git -C inside/two rev-parse HEAD)"
}

@test "git: a repository that may be read cannot be given a hook" {
  git init -q repository
  outside test -w repository/.git/hooks
  expect_refused box -r repository -- sh -c "echo evil >'$WORK/repository/.git/hooks/post-checkout'"
  expect_refused box -w repository -r repository/.git -C "$WORK/repository" -- \
    sh -c 'echo evil >.git/hooks/post-checkout'
  expect_refused box -w repository -r repository/.git -C "$WORK/repository" -- \
    sh -c 'mv .git moved'
}

make_files() {
  mkdir -p files/sub
  seq 1000 >files/numbers
  echo odd >"files/sub/odd näme"
  ln -s ../numbers files/sub/link
  chmod 750 files/sub
}

@test "tar: packed and unpacked, with times, modes and links" {
  make_files
  mkdir out
  outside tar -C "$WORK" --sort=name --numeric-owner -czf expected.tgz files
  box -r files -- tar -C "$WORK" --sort=name --numeric-owner -czf - files >got.tgz
  expect_equal "$(zcat expected.tgz | sha256sum)" "$(zcat got.tgz | sha256sum)"
  run_box -r got.tgz -w out -- tar -C "$WORK/out" -xzf "$WORK/got.tgz"
  expect_success ""
  diff -r files out/files
  expect_equal "$(stat -c '%a %Y' files/sub)" "$(stat -c '%a %Y' out/files/sub)"
  expect_equal ../numbers "$(readlink out/files/sub/link)"
}

@test "tar: an archive that climbs out of its directory reaches nothing" {
  mkdir out
  echo mine >precious
  echo evil >evil
  tar --transform 's,^evil$,../precious,' -Pcf climb.tar evil
  outside sh -c 'mkdir elsewhere elsewhere/out && echo mine >elsewhere/precious &&
    tar -C elsewhere/out -Pxf climb.tar'
  expect_equal evil "$(cat elsewhere/precious)"
  # Whatever it overwrites in the box's own directories stays there.
  box -r climb.tar -w out -- tar -C "$WORK/out" -Pxf "$WORK/climb.tar" || true
  expect_equal mine "$(cat precious)"
}

@test "zip and unzip" {
  make_files
  mkdir out
  outside zip -qr archive.zip files
  run_box -r archive.zip -w out -- unzip -q "$WORK/archive.zip" -d "$WORK/out"
  expect_success ""
  diff -r files out/files
  run_box -r files -w out -- zip -qr "$WORK/out/again.zip" "$WORK/files"
  expect_success ""
  expect_equal "$(unzip -l archive.zip | tail -n 1)" "$(unzip -l out/again.zip | tail -n 1)"
}

@test "curl: refused, in words" {
  listener_start
  outside curl -sS "http://127.0.0.1:$PORT/" >/dev/null
  run_box -- curl -sS "http://127.0.0.1:$PORT/"
  expect_status 7
  expect_output ""
  expect_in_stderr "curl: (7)"
  run_box -- curl -sS https://example.com/
  expect_status 6
  expect_in_stderr "Could not resolve host: example.com"
  run_box --net host --connect "$PORT" -- curl -sS "http://127.0.0.1:$PORT/"
  expect_status 0
  expect_in_output reached
}

@test "curl: a local file by URL is still a file" {
  echo secret >secret
  outside curl -sS "file://$WORK/secret" >/dev/null
  expect_refused box -- curl -sS "file://$WORK/secret"
}

@test "sh: pipelines, here documents, background jobs, traps" {
  cat >script.sh <<'EOF'
set -eu
seq 100 | awk '{ n += $1 } END { print n }'
printf 'c\nb\na\n' | sort | tr '\n' ' ' | sed 's/ $/\n/'
cat <<END | wc -l
one
two
END
trap 'echo bye' EXIT
(sleep 0.1; echo late) & wait
find /usr/bin -name env | xargs -n 1 basename
file=$(mktemp); echo kept >"$file"; cat "$file"; rm "$file"
EOF
  outside sh script.sh >expected
  run_box -r script.sh -- sh "$WORK/script.sh"
  expect_success "$(cat expected)"
}
