#!/usr/bin/env bats
# Profiles on the command line: -p, and fumehood profile.

setup() {
  cd "$BATS_TEST_TMPDIR"
  export HOME=$PWD/home
  mkdir -p home/.config/fumehood
  chmod 755 home home/.config home/.config/fumehood
  cat >home/.config/fumehood/mine.conf <<'PROFILE'
[profile]
description = What the test needs
[filesystem]
read = ${FILES}
read = -${HOME}/notes
[limits]
timeout = 20s
pids = 33
PROFILE
  chmod 644 home/.config/fumehood/mine.conf
  echo data >data
}

put() { # NAME: standard input as a file that can be trusted
  cat >"$1"
  chmod 644 "$1"
}

@test "a profile grants what the program is given" {
  run "$FUMEHOOD" run -- cat data
  [ "$status" != 0 ]
  run "$FUMEHOOD" run -p mine -- cat data
  [ "$status" = 0 ]
  [ "$output" = data ]
  # Nothing else, though it lies beside it.
  echo other >other
  run "$FUMEHOOD" run -p mine -- sh -c 'cat other' sh data
  [ "$status" != 0 ]
}

@test "spellings of -p" {
  for words in "-p mine" "-pmine" "--profile mine" "--profile=mine" "-qp mine"; do
    run "$FUMEHOOD" run $words -- cat data
    [ "$status" = 0 ] || { echo "$words: $output"; return 1; }
  done
  run "$FUMEHOOD" run -p
  [ "$status" = 125 ]
  [[ $output == *"--profile needs a value: NAME|FILE"* ]]
}

@test "options win over a profile wherever they stand, and lists add up" {
  printf '[limits]\nopen-files = 50\n[filesystem]\nread = %s\n' "$PWD/data" | put a.conf
  open_files() { "$FUMEHOOD" run "$@" -- sh -c 'ulimit -n'; }
  [ "$(open_files -p ./a.conf)" = 50 ]
  [ "$(open_files -p ./a.conf --open-files 60)" = 60 ]
  [ "$(open_files --open-files 60 -p ./a.conf)" = 60 ]
  # Of profiles the last.
  printf '[limits]\nopen-files = 70\n' | put b.conf
  [ "$(open_files -p ./a.conf -p ./b.conf)" = 70 ]
  [ "$(open_files -p ./b.conf -p ./a.conf)" = 50 ]
  echo more >more
  run "$FUMEHOOD" run -r more -p ./a.conf -p ./b.conf -- cat "$PWD/data" "$PWD/more"
  [ "$status" = 0 ]
  [ "$output" = $'data\nmore' ]
}

@test "show and why take a profile, with and without a program" {
  run "$FUMEHOOD" show -p mine
  [ "$status" = 0 ]
  run "$FUMEHOOD" show -p mine -- cat data
  [ "$status" = 0 ]
  run "$FUMEHOOD" why -p mine read "$PWD/data"
  [ "$status" = 1 ]
  printf '[filesystem]\nread = %s\n' "$PWD/data" | put a.conf
  run "$FUMEHOOD" why -p ./a.conf read "$PWD/data"
  [ "$status" = 0 ]
  # The rule that decides is a line of the file.
  [[ $output == *"./a.conf:2:1: read"* ]]
  printf '[filesystem]\nread = ${1}\n' | put a.conf
  run "$FUMEHOOD" why -p ./a.conf read "$PWD/data"
  [ "$status" = 125 ]
  [[ $output == *"./a.conf:2:8: read: \${1} is not known: no program is given"*dash* ]]
  run "$FUMEHOOD" run -p ./a.conf -- cat data
  [ "$output" = data ]
  run "$FUMEHOOD" run -p ./a.conf -- cat
  [ "$status" = 125 ]
  [[ $output == *"\${1} is not given"* ]]
}

@test "an argument makes nothing of a line but its path" {
  printf '[filesystem]\nread = ${1}\n' | put a.conf
  printf '[filesystem]\nbind = ${1}:/in:r\n' | put b.conf
  printf '[filesystem]\nread = ${2}\n' | put two.conf
  echo dash >./-dash
  run "$FUMEHOOD" run -p ./two.conf -- cat -- -dash
  [ "$output" = dash ]
  # Named like an option that is optional it is still demanded.
  run "$FUMEHOOD" run -p ./a.conf -- true -missing
  [ "$status" = 125 ]
  [[ $output == *-missing* ]]
  mkdir -p 'x:' 
  echo colon >'x:y'
  run "$FUMEHOOD" run -p ./b.conf -- cat 'x:y'
  [ "$status" = 125 ]
  [[ $output == *"./b.conf:2:8: bind: \${1} has a colon in it"* ]]
  printf 'line\n' >$'a\nb'
  run "$FUMEHOOD" run -p ./a.conf -- cat $'a\nb'
  [ "$output" = line ]
}

@test "a file in the working directory is not taken for a name" {
  printf '[limits]\npids = 9\n' | put evil
  run "$FUMEHOOD" run -p evil -- true
  [ "$status" = 125 ]
  [[ $output == *"no profile evil; for the file write ./evil"* ]]
  run "$FUMEHOOD" run -p ./evil -- true
  [ "$status" = 0 ]
  run "$FUMEHOOD" run -p mien -- true
  [ "$status" = 125 ]
  [[ $output == *"did you mean mine?"* ]]
}

@test "what is wrong is told with file, line and column" {
  printf '[limits]\n\n  timeout = never\n' | put a.conf
  for words in "run -p ./a.conf -- true" "show -p ./a.conf" \
    "why -p ./a.conf read /" "profile show ./a.conf" "profile check ./a.conf"; do
    run "$FUMEHOOD" $words
    [ "$status" = 125 ]
    [[ $output == "fumehood: ./a.conf:3:3: timeout never: not a time"* ]] || { echo "$words: $output"; return 1; }
  done
  printf '[syscalls]\nbase = strict\n' | put a.conf
  run "$FUMEHOOD" profile check ./a.conf
  [[ $output == *"a.conf:2:1: unknown setting base; it is called syscalls here"* ]]
  printf '[profile]\nextends = ./a.conf\n' | put a.conf
  run "$FUMEHOOD" profile check ./a.conf
  [ "$status" = 125 ]
  [[ $output == *"a.conf:2:11: profiles extend each other in a circle"* ]]
}

@test "a profile that others can write is refused" {
  chmod 664 home/.config/fumehood/mine.conf
  run "$FUMEHOOD" run -p mine -- true
  [ "$status" = 125 ]
  [[ $output == *"mine.conf can be written by others"* ]]
  chmod 644 home/.config/fumehood/mine.conf
  chmod 777 home/.config/fumehood
  run "$FUMEHOOD" run -p mine -- true
  [ "$status" = 125 ]
  [[ $output == *"fumehood can be written by others"* ]]
  chmod 755 home/.config/fumehood
  run "$FUMEHOOD" run -p mine -- true
  [ "$status" = 0 ]
}

@test "profile list" {
  printf '[limits]\nx = 1\n' | put home/.config/fumehood/wrong.conf
  run "$FUMEHOOD" profile list
  [ "$status" = 0 ]
  [[ $output == *"mine "*"home/.config/fumehood/mine.conf  "*"What the test needs"* ]]
  [[ $output == *"default "*"built in "* ]]
  [[ $output == *"wrong "*"cannot be used: "*"wrong.conf:2:1: unknown setting x"* ]]
  "$FUMEHOOD" profile list --json >listed
  [ "$(jq -r .schema listed)" = fumehood-profiles-1 ]
  [ "$(jq -r '.profiles | map(.name) == (map(.name) | sort)' listed)" = true ]
  [ "$(jq -r '.profiles[] | select(.name == "mine").file' listed)" = "$HOME/.config/fumehood/mine.conf" ]
  [ "$(jq -r '.profiles[] | select(.name == "default").file' listed)" = null ]
  jq -e '.profiles[] | select(.name == "wrong").error | test("unknown setting")' listed
}

@test "profile show prints what reads back" {
  "$FUMEHOOD" profile show mine >once.conf
  chmod 644 once.conf
  grep -qF 'read = ${FILES}' once.conf
  "$FUMEHOOD" profile show ./once.conf | diff - once.conf
  "$FUMEHOOD" profile show --json mine >shown
  [ "$(jq -r .schema shown)" = fumehood-profile-1 ]
  [ "$(jq -r '.settings[0] | "\(.name) \(.value) \(.line)"' shown)" = 'read ${FILES} 4' ]
}

@test "every built-in profile can be used, and prints as it reads" {
  names=$("$FUMEHOOD" profile list --json | jq -r '.profiles[] | select(.file == null).name')
  [ -n "$names" ]
  "$FUMEHOOD" profile check $names
  for name in $names; do
    "$FUMEHOOD" profile show "$name" | put once.conf
    "$FUMEHOOD" profile show ./once.conf | diff - once.conf
  done
}

@test "profile check looks at all" {
  printf '[x]\ny=1\n' | put bad.conf
  run "$FUMEHOOD" profile check mine default
  [ "$status" = 0 ]
  [ -z "$output" ]
  run "$FUMEHOOD" profile check ./bad.conf nowhere mine
  [ "$status" = 125 ]
  [ "${#lines[@]}" = 2 ]
}

@test "words too few or too many" {
  for words in "" "lst" "list more" "show" "show mine more" "check" "show --jsn mine" "check --json mine"; do
    run "$FUMEHOOD" profile $words
    [ "$status" = 125 ] || { echo "$words: $status"; return 1; }
    [[ $output == fumehood:\ profile:* ]] || { echo "$words: $output"; return 1; }
  done
  run "$FUMEHOOD" profile show --help
  [ "$status" = 0 ]
  [[ $output == *"check NAME|FILE..."* ]]
  # Every word that completions offer is one.
  for word in list show check; do
    run "$FUMEHOOD" profile $word --nonsense
    [[ $output == *--nonsense* ]]
  done
}
