#!/usr/bin/env bats
# fumehood run --explain, as a user sees it.

setup() {
  dir=$(mktemp -d "$TMPDIR/explain.XXXXXX")
  echo secret >"$dir/file"
}

teardown() {
  rm -rf "$dir"
}

@test "a refusal is told with what would allow it, and that allows it" {
  run "$FUMEHOOD" run --explain -- cat "$dir/file"
  [ "$status" = 1 ]
  [[ $output == *"fumehood: refused: cat (pid "*"): read $dir/file: openat: ENOENT; /tmp in the box is its own"*"(mount namespace)"* ]]
  [[ $output == *"would allow it: -r $dir/file"* ]]
  option=$(sed -n "s/^  would allow it: \(.*explain.*file\).*/\1/p" <<<"$output")
  run --separate-stderr bash -c "'$FUMEHOOD' run --explain $option -- cat '$dir/file'"
  [ "$status" = 0 ]
  [ "$output" = secret ]
  [[ $stderr != *"$dir/file"* ]]
}

@test "nothing is told without --explain, nor with --quiet" {
  run "$FUMEHOOD" run -- cat "$dir/file"
  [[ $output != *"refused"* ]]
  run "$FUMEHOOD" run --explain -q -- cat "$dir/file"
  [[ $output != *"refused"* ]]
}

@test "what the program prints and how it ends is as without" {
  script='echo out; echo err >&2; cat; exit 7'
  run --separate-stderr bash -c "echo in | '$FUMEHOOD' run --explain -- sh -c '$script'"
  [ "$status" = 7 ]
  [ "$output" = $'out\nin' ]
  [[ $stderr == err* ]]
}

@test "the JSON report has the refusals" {
  run --separate-stderr "$FUMEHOOD" run --explain -q --report "json=$dir/report" -- cat "$dir/file"
  jq -e --arg path "$dir/file" \
    '.refusals | .. | objects | select(.object? == $path) | .option == "-r " + $path' "$dir/report"
}

@test "names from the program cannot drive a terminal" {
  touch "$dir"/$'a\e[31mb\nc'
  run "$FUMEHOOD" run --explain -- cat "$dir"/$'a\e[31mb\nc'
  line=$(grep -a 'refused: cat.*explain' <<<"$output")
  [[ $line != *$'\e'* ]]
  [[ $line == *'\x1b[31mb\x0ac'* ]]
}

@test "signals reach a program that is followed" {
  "$FUMEHOOD" run --explain -- sh -c 'trap "exit 9" TERM; touch /tmp/x; while :; do sleep 0.1; done' &
  sleep 1
  kill -TERM $!
  status=0
  wait $! || status=$?
  [ "$status" = 9 ]
}

@test "a program whose interpreter is not shown is told of" {
  printf '#!%s/interp\n' "$dir" >"$dir/script"
  cp /bin/true "$dir/interp"
  chmod 755 "$dir/script"
  run "$FUMEHOOD" run --explain -x "$dir/script" -- "$dir/script"
  [ "$status" = 127 ]
  [[ $output == *"exec $dir/interp: execve: ENOENT;"*"would allow it: -x $dir/interp"* ]]
  "$FUMEHOOD" run -x "$dir/script" -x "$dir/interp" -- "$dir/script"
  run "$FUMEHOOD" run --explain -- "$dir/absent"
  [[ $output != *"refused"* ]]
}

@test "what no option adds to is not said to be hopeless" {
  mkdir "$dir/a" "$dir/b"
  echo x >"$dir/a/x"
  run "$FUMEHOOD" run --explain --bind "$dir/a:/data" -- touch /data/x
  [[ $output == *$'(mount namespace)\n  more access in that option would allow it'* ]]
  run "$FUMEHOOD" run --explain --bind "$dir/a:/data:rw" -- touch /data/x
  [ "$status" = 0 ]
  run "$FUMEHOOD" run --explain -r "$dir" --hide "$dir/a" -- cat "$dir/a/x"
  [[ $output == *"--hide masks it"* ]]
  [[ $output != *"option"* ]]
}

@test "what leads to a secret is warned of, by whatever name" {
  export HOME=$dir/home
  mkdir -p "$HOME/.ssh" "$HOME/work"
  echo key >"$HOME/.ssh/key"
  echo x >"$HOME/work/x"
  ln -s ../.ssh "$HOME/work/link"
  run "$FUMEHOOD" run --explain -- cat "$HOME/work/x"
  [[ $output == *"would allow it: -r $HOME/work/x"* ]]
  [[ $output != *"$HOME/work/x; not wise"* ]]
  run "$FUMEHOOD" run --explain -- cat "$HOME/work/link/key"
  [[ $output == *"would allow it: -r $HOME/work/link/key; not wise: keys of ssh"* ]]
  run "$FUMEHOOD" run --explain -- cat "$HOME/.ssh/../work/x"
  [[ $output == *"would allow it: -r $HOME/.ssh -r $HOME/work/x; not wise: keys of ssh"* ]]
}

@test "secrets are the caller's, wherever the box has its home" {
  export HOME=$dir/home
  mkdir -p "$HOME/.aws"
  echo key >"$HOME/.aws/credentials"
  run "$FUMEHOOD" run --home /home/other --explain -- cat "$HOME/.aws/credentials"
  [[ $output == *"-r $HOME/.aws/credentials; not wise: keys of a cloud"* ]]
}
