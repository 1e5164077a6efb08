#!/usr/bin/env bats
# Whose a profile is: as root, for only root can give one away.

setup_file() { [ "$(id -u)" = 0 ]; }

setup() {
  cd "$BATS_TEST_TMPDIR"
  export HOME=$PWD
  mkdir -p .config/fumehood
  chmod 755 . .config .config/fumehood
  printf '[limits]\npids = 77\n' >.config/fumehood/mine.conf
  printf '[limits]\npids = 77\n' >own.conf
}

@test "a file of another user is refused" {
  # Control: one's own.
  "$FUMEHOOD" profile show mine | grep -q 'pids = 77'
  "$FUMEHOOD" profile check ./own.conf
  chown 4242 .config/fumehood/mine.conf own.conf
  for word in mine ./own.conf; do
    run "$FUMEHOOD" run -p $word -- true
    [ "$status" = 125 ]
    [[ $output == *".conf belongs to uid 4242"*"chown"* ]]
  done
}

@test "so is a directory of another user, by name" {
  chown 4242 .config/fumehood
  run "$FUMEHOOD" run -p mine -- true
  [ "$status" = 125 ]
  [[ $output == *"fumehood belongs to uid 4242"* ]]
  # By its path it is the file alone that counts.
  "$FUMEHOOD" profile check "$PWD/.config/fumehood/mine.conf"
}

@test "a user takes what is root's, and not what is a third one's" {
  as_user() { setpriv --reuid 4242 --clear-groups --inh-caps=-all "$@"; }
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_SUITE_TMPDIR" 2>/dev/null || true
  work=$(mktemp -d /tmp/fumehood-profile.XXXXXX)
  chmod 755 "$work"
  cp own.conf "$work/"
  chmod 644 "$work/own.conf"
  as_user "$FUMEHOOD" profile check "$work/own.conf"
  chown 4242 "$work/own.conf"
  as_user "$FUMEHOOD" profile check "$work/own.conf"
  chown 4243 "$work/own.conf"
  run as_user "$FUMEHOOD" profile check "$work/own.conf"
  rm -r "$work"
  [ "$status" = 125 ]
  [[ $output == *"belongs to uid 4243"* ]]
}
