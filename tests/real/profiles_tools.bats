#!/usr/bin/env bats
# The shipped profiles of tools for data, builds and sources, each with its
# program on real files.

load ../helpers/profiles

@test "compute: a program of one's own, dynamic and static" {
  printf '#include <stdio.h>\nint main(void) { double s = 0, x; while (scanf("%%lf", &x) == 1) s += x * x; printf("%%g\\n", s); }\n' >solve.c
  outside gcc -O1 -o dynamic solve.c
  outside gcc -O1 -static -o static solve.c
  local program
  for program in dynamic static; do
    expect_equal 338350 "$(seq 100 | ./$program)"
    expect_equal 338350 "$(seq 100 | box -p compute -x $program -- ./$program)"
  done
  expect_equal 5050 "$(seq 100 | box -p compute -- awk '{ s += $1 } END { print s }')"
  seq 100 | box -p compute -x static -- ./static >result
  expect_equal 338350 "$(cat result)"
}

@test "compute: no file is read that was not granted, and none is made" {
  make_victim
  # With what the shell has in itself: it can start nothing.
  local read='read -r line <"$1" && echo "$line"'
  expect_equal "PRIVATE KEY OF THE VICTIM" "$(outside sh -c "$read" sh "$HOME/.ssh/id_rsa")"
  expect_refused box -p compute -- sh -c "$read" sh "$HOME/.ssh/id_rsa"
  # Not by its name either: its arguments are no files to it.
  expect_refused box -p compute -- sh -c "$read" sh neighbour
  run_box -p compute -r neighbour -- sh -c "$read" sh neighbour
  expect_success "neighbour's secret"
  outside sh -c 'echo a >/dev/shm/$1; rm /dev/shm/$1' sh "made.$$"
  expect_refused box -p compute -- sh -c 'echo a >/dev/shm/made'
  expect_refused box -p compute -- sh -c 'echo a >/tmp/made'
  expect_equal forked "$(outside sh -c '(echo forked)')"
  expect_refused box -p compute -- sh -c '(echo forked)'
}

make_archive() {
  mkdir -p files/sub
  seq 1000 >files/numbers
  echo odd >"files/sub/odd näme"
  ln -s ../numbers files/sub/link
  chmod 750 files/sub
  outside zip -qry upload.zip files
}

@test "unzip: an archive, with modes, links and odd names" {
  make_archive
  mkdir out
  run_box -p unzip -w out -- unzip -q -d out upload.zip
  expect_success ""
  expect_equal "" "$stderr"
  diff -r files out/files
  expect_equal 750 "$(stat -c %a out/files/sub)"
  run_box -p unzip -- unzip -p upload.zip files/numbers
  expect_success "$(cat files/numbers)"
  run_box -p unzip -w out -- unzip -qo -d out upload.zip
  expect_success ""
}

@test "unzip: nothing is unpacked where it may not write" {
  make_archive
  mkdir elsewhere out
  outside unzip -q -d elsewhere upload.zip
  diff -r files elsewhere/files
  rm -r elsewhere/files
  box -p unzip -w out -- unzip -q -d elsewhere upload.zip || true
  expect_equal "" "$(find elsewhere out -mindepth 1)"
}

@test "unzip: a bomb meets the ceiling of /tmp, and that of a file" {
  # More zeros than the box has storage, in less than a megabyte.
  head -c 320M /dev/zero | outside zip -q bomb.zip -
  [ "$(stat -c %s bomb.zip)" -lt 1000000 ]
  expect_equal $((320 << 20)) "$(unzip -p bomb.zip | wc -c)"
  run_box -p unzip -- unzip -q -d /tmp bomb.zip </dev/null
  expect_status 50
  mkdir out
  # The profile's own ceiling, but for its size: 16G takes long to write.
  run_box -p unzip --file-size 4M -w out -- unzip -q -d out bomb.zip
  expect_status 153
  expect_equal 4194304 "$(stat -c %s out/-)"
}

make_database() {
  mkdir data
  outside sqlite3 data/app.db 'create table log (n integer, s text);
    insert into log values (1, "one"), (2, "two"); create table t (n integer)'
}

@test "sqlite: a database read by its name, and changed where one may write" {
  make_database
  run_box -p sqlite -- sqlite3 data/app.db 'select sum(n), max(s) from log'
  expect_success "3|two"
  run_box -p sqlite -w data -- sqlite3 data/app.db 'insert into log values (3, "three"); select count(*) from log'
  expect_success 3
  expect_equal 3 "$(sqlite3 data/app.db 'select count(*) from log')"
  run_box -p sqlite -w data -- sqlite3 data/app.db 'pragma journal_mode=wal; insert into log values (4, "four"); pragma integrity_check'
  expect_success $'wal\nok'
  run_box -p sqlite -w data -- sqlite3 data/new.db 'create table t (n); vacuum; select 1'
  expect_success 1
  seq 5 >rows
  box -p sqlite -w data -- sqlite3 data/app.db '.import /dev/stdin t' <rows
  expect_equal 5 "$(sqlite3 data/app.db 'select count(*) from t')"
}

@test "sqlite: what is named can be read only, and SQL has no shell and no other file" {
  make_victim
  make_database
  outside sqlite3 data/app.db 'delete from log where n = 2'
  expect_refused box -p sqlite -- sqlite3 data/app.db 'delete from log'
  expect_equal 1 "$(sqlite3 data/app.db 'select count(*) from log')"
  local sql="select readfile('$HOME/.ssh/id_rsa')"
  expect_equal "PRIVATE KEY OF THE VICTIM" "$(outside sqlite3 data/app.db "$sql")"
  run_box -p sqlite -- sqlite3 data/app.db "$sql"
  expect_success ""
  sql="select writefile('$WORK/beside', 'evil')"
  outside sqlite3 data/app.db "$sql" >/dev/null
  rm beside
  box -p sqlite -w data -- sqlite3 data/app.db "$sql" >/dev/null
  [ ! -e beside ]
  expect_equal "a shell" "$(outside sqlite3 data/app.db '.shell echo a shell')"
  run_box -p sqlite -w data -- sqlite3 data/app.db '.shell echo a shell'
  expect_output ""
  run_box -p sqlite --allow-syscall clone -- sqlite3 data/app.db '.shell echo a shell'
  expect_output "a shell"
}

@test "jq: a file by its name, standard input, a program in a file" {
  echo '{"name": "granted", "list": [3, 1, 2]}' >data.json
  echo '.list | sort | map(tostring) | join("-")' >sort.jq
  run_box -p jq -- jq -r .name data.json
  expect_success granted
  run_box -p jq -- jq -r -f sort.jq data.json
  expect_success 1-2-3
  expect_equal 6 "$(box -p jq -- jq '.list | add' <data.json)"
  run_box -p jq -- jq -c --slurpfile x data.json -n '$x[0].list'
  expect_success '[3,1,2]'
}

@test "jq: a module beside the file cannot be read, nor a variable of the caller's" {
  export API_TOKEN=secret_token
  echo 'def key: "from a module";' >neighbour.jq
  local program='include "neighbour"; key'
  expect_equal "from a module" "$(outside jq -nr -L . "$program")"
  expect_refused box -p jq -- jq -nr -L . "$program"
  run_box -p jq -r neighbour.jq -- jq -nr -L . "$program"
  expect_success "from a module"
  expect_equal secret_token "$(outside jq -nr env.API_TOKEN)"
  run_box -p jq -- jq -nr env.API_TOKEN
  expect_success null
}

make_project() {
  mkdir -p project
  cat >project/Makefile <<'EOF'
CFLAGS = -O2 -g -Wall -flto
hello: main.o greet.o
	$(CC) $(CFLAGS) -o $@ $^
check: hello
	./hello box | grep -q 'hello, box'
EOF
  printf 'const char *greet(void) { return "hello"; }\n' >project/greet.c
  printf '#include <stdio.h>\nconst char *greet(void);\nint main(int n, char **v)\n{ printf("%%s, %%s\\n", greet(), v[n - 1]); }\n' \
    >project/main.c
}

@test "make-gcc: a project is built in parallel, and its test is run" {
  make_project
  cd project
  run_box -p make-gcc -w . -x . -- make -j2 check
  expect_status 0
  expect_equal "" "$stderr"
  expect_equal "hello, outside" "$(./hello outside)"
  rm hello
  # Without -x it is built, and not run.
  run_box -p make-gcc -w . -- make check
  expect_status 2
  expect_in_stderr "Permission denied"
  outside ./hello box >/dev/null
  run_box -p make-gcc -w . -- gcc -O1 -c -o again.o main.c
  expect_success ""
  [ -s again.o ]
  if command -v g++ >/dev/null; then
    printf '#include <string>\n#include <iostream>\nint main() { std::cout << std::string("c++") << std::endl; }\n' >x.cc
    run_box -p make-gcc -w . -x . -- sh -c 'make -s x && ./x'
    expect_success "c++"
  fi
}

@test "make-gcc: a hostile rule reads no key and phones nobody" {
  make_victim
  mkdir project
  cat >project/Makefile <<EOF
all:
	-cat $HOME/.ssh/id_rsa >loot
	-$PYTHON -c 'import socket; socket.create_connection(("127.0.0.1", $PORT), 10)'
	-echo evil >>$HOME/.bashrc
	-echo "static char key[] = {\\n#include \\"$HOME/.ssh/id_rsa\\"\\n};" | gcc -E - >>loot
EOF
  outside make -s -C project 2>/dev/null
  expect_equal 2 "$(grep -c "PRIVATE KEY" project/loot)"
  expect_equal 1 "$(wc -l <connections)"
  cp home/.bashrc .
  rm project/loot
  box -p make-gcc -w project -- make -s -C project 2>/dev/null
  expect_equal 0 "$(grep -c "PRIVATE KEY" project/loot)"
  expect_equal 1 "$(wc -l <connections)"
  cmp .bashrc home/.bashrc
}

# The box has no home in /tmp, where that of these tests is, unless told.
git_box() {
  run_box --home "$HOME" -p git "$@"
}

@test "git: init, status, commit, merge, gc, clone, by whom ~/.gitconfig says" {
  make_victim
  printf '[user]\nname = Victim\nemail = v@example.org\n[init]\ndefaultBranch = main\n' >home/.gitconfig
  mkdir repository
  cd repository
  git_box -w . -- git init -q
  expect_success ""
  echo first >file
  git_box -w . -- git status --short
  expect_success "?? file"
  git_box -w . -- git add file
  expect_success ""
  git_box -w . -- git commit -q -m first
  expect_success ""
  git_box -w . -- sh -ec 'git checkout -q -b side; echo second >>file; git commit -q -am second
    git checkout -q main; git merge -q --no-ff -m merged side; git gc -q; git log --topo-order --format="%an %s"'
  expect_success $'Victim merged\nVictim second\nVictim first'
  outside git fsck --strict 2>/dev/null
  cd ..
  mkdir work
  git_box -w work -r repository -- git clone -q repository work/copy
  expect_success ""
  expect_equal "$(git -C repository rev-parse HEAD)" "$(git -C work/copy rev-parse HEAD)"
  # A repository that may only be read.
  cd repository
  git_box -r . -- git log --format=%s -n 1
  expect_success merged
  git_box -r . -- git commit -q --allow-empty -m fourth
  expect_status 128
  expect_equal 3 "$(git rev-list --count HEAD)"
}

@test "git: passwords are not seen, nothing is fetched, hooks run where -x says so" {
  make_victim
  printf '[user]\nname = Victim\nemail = v@example.org\n[credential]\nhelper = store\n' >home/.gitconfig
  echo "https://victim:password@example.org" >home/.git-credentials
  mkdir -p home/.config/git
  cp home/.git-credentials home/.config/git/credentials
  git init -q repository
  cd repository
  local ask='printf "protocol=https\nhost=example.org\n\n" | git credential fill'
  [[ $(outside sh -c "$ask") == *password=password* ]]
  git_box -w . -- sh -c "$ask"
  expect_not_in_output password=password
  git fetch -q "http://127.0.0.1:$PORT/" 2>/dev/null || true # it is no repository
  local connected
  connected=$(wc -l <../connections)
  [ "$connected" -gt 0 ]
  git_box -w . -- git fetch -q "http://127.0.0.1:$PORT/"
  expect_status 128
  expect_equal "$connected" "$(wc -l <../connections)"
  printf '#!/bin/sh\ncat "%s/.ssh/id_rsa" && echo stolen\necho hook ran\n' "$HOME" >.git/hooks/pre-commit
  chmod +x .git/hooks/pre-commit
  [[ $(outside git commit -q --allow-empty -m one 2>&1) == *stolen* ]]
  git_box -w . -- git commit -q --allow-empty -m two
  expect_success ""
  [[ $stderr != *"hook ran"* ]] || fail "$(saw)"
  git_box -w . -x . -- git commit -q --allow-empty -m three
  expect_status 0
  expect_in_stderr "hook ran"
  [[ $stderr != *stolen* ]] || fail "$(saw)"
}
