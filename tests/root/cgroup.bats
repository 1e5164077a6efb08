#!/usr/bin/env bats
# Boxes have cgroups of their own where one is delegated, from their first moment to
# their last, and nothing is left of them, whoever is killed. Controllers are only in the
# guests: what they limit is proved there.
bats_require_minimum_version 1.5.0

setup() {
  [ "$(id -u)" = 0 ]
  source "$STAGE/tests/helpers/marked.bash"
  [ -n "$(stat -fc %T /sys/fs/cgroup /sys/fs/cgroup/unified 2>/dev/null | grep cgroup2fs)" ] ||
    skip "this kernel has no cgroup v2 mounted"
  helper=$STAGE/build/helper_cgroup
  export helper
}

# Runs what stands on its input, beside a cgroup that is delegated.
stand() {
  run unshare -m bash -euo pipefail -c '
    source "$STAGE/tests/helpers/cgroup_stand.bash"
    source /dev/stdin'
  echo "$output"
  [ "$status" = 0 ]
}

@test "a cgroup that is delegated is found, and one that is not is none" {
  stand <<'END'
"${as_user[@]}" "$helper" look | grep -x 'way: delegated cgroup'
# Control: the same place belongs to root.
chown root "$c"
"${as_user[@]}" "$helper" look | grep -x 'way: none'
"${as_user[@]}" "$helper" look | grep -x 'why: no cgroup that we are in is delegated to us'
chown 4242 "$c"
# A delegated directory whose processes are not: nobody could be moved there.
chown root "$c/cgroup.procs"
"${as_user[@]}" "$helper" look | grep -x 'way: none'
END
}

@test "without the unified hierarchy, or with one to read only, the reason is told" {
  stand <<'END'
mount -o remount,bind,ro /sys/fs/cgroup
"${as_user[@]}" "$helper" look >"$BATS_TEST_TMPDIR/look" || true
mount -o remount,bind,rw /sys/fs/cgroup
cat "$BATS_TEST_TMPDIR/look"
grep -x 'way: none' "$BATS_TEST_TMPDIR/look"
grep 'why: .*read-only' "$BATS_TEST_TMPDIR/look"
mount -t tmpfs none /sys/fs/cgroup
"${as_user[@]}" "$helper" look | tee "$BATS_TEST_TMPDIR/look"
umount /sys/fs/cgroup
grep -x 'way: none' "$BATS_TEST_TMPDIR/look"
grep 'why: .*v1, hybrid' "$BATS_TEST_TMPDIR/look"
END
}

@test "a box is in its own cgroup, sees that as the root, and leaves nothing" {
  stand <<'END'
[ "$("${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/sh -c 'grep ^0: /proc/self/cgroup')" = 0::/ ]
[ -z "$(boxes)" ]
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/sleep 30 &
launcher=$!
wait_for populated 1
box=$(boxes)
[[ $box =~ ^fumehood-[0-9a-f]{16}$ ]]
# Control: the launcher is where it was, and nothing of the box is.
grep -x "$launcher" "$c/shell/cgroup.procs"
[ "$(wc -l <"$c/$box/box/cgroup.procs")" = 2 ]
kill "$launcher"
wait "$launcher" || [ $? = 143 ]
[ -z "$(boxes)" ]
END
}

@test "a cgroup goes with its box: at a time limit, with a box that is killed" {
  stand <<'END'
status=0
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 --timeout 200ms -- /bin/sleep 30 || status=$?
[ $status = 124 ]
[ -z "$(boxes)" ]
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/sh -c 'exit 7' || status=$?
[ $status = 7 ]
[ -z "$(boxes)" ]
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/sleep 30 &
launcher=$!
wait_for populated 1
echo 1 >"$c/$(boxes)/cgroup.kill"
wait "$launcher" || status=$?
[ $status = 137 ]
[ -z "$(boxes)" ]
status=0
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /no/such/program || status=$?
[ $status = 127 ]
[ -z "$(boxes)" ]
END
}

@test "what a killed launcher left is swept by the next one, and no box that lives" {
  stand <<'END'
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/sleep 40 &
living=$!
wait_for populated 1
alive=$(boxes)
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/sleep 41 &
dead=$!
wait_for populated 2
left=$(boxes | grep -v "$alive")
kill -9 "$dead"
wait "$dead" || true
wait_for grep -qx 'populated 0' "$c/$left/cgroup.events"
# Control: nobody has removed it.
[ -d "$c/$left" ]
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/true
[ "$(boxes)" = "$alive" ]
grep -qx 'populated 1' "$c/$alive/cgroup.events"
kill -0 "$living"
kill "$living"
wait "$living" || true
[ -z "$(boxes)" ]
END
}

@test "swept is what nobody holds, with what runs in it; not what others made" {
  stand <<'END'
"${as_user[@]}" mkdir "$c/fumehood-00000000000000aa" "$c/fumehood-00000000000000bb" \
  "$c/fumehood-mine" "$c/fumehood-00000000000000aa/box"
mkdir "$c/fumehood-00000000000000cc"
"${as_user[@]}" sleep 50 &
stray=$!
echo $stray >"$c/fumehood-00000000000000aa/box/cgroup.procs"
"${as_user[@]}" flock "$c/fumehood-00000000000000bb" sleep 51 &
holder=$!
wait_for eval '! "${as_user[@]}" flock -n "$c/fumehood-00000000000000bb" true'
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/true
wait "$stray" || [ $? = 137 ]
# bb is held, cc belongs to somebody else, the last has not our name.
[ "$(boxes | sort | tr '\n' ' ')" = "fumehood-00000000000000bb fumehood-00000000000000cc fumehood-mine " ]
kill "$holder"
END
}

@test "a box that cannot have the cgroup it was planned with is not started" {
  stand <<'END'
# Room for the shell's, for the one that is tried and for the outer one.
echo 2 >"$c/cgroup.max.descendants"
"${as_user[@]}" "$helper" look | grep -x 'way: delegated cgroup'
status=0
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/echo STARTED >"$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
cat "$BATS_TEST_TMPDIR/out"
[ $status = 125 ]
grep 'make a cgroup for the box' "$BATS_TEST_TMPDIR/out"
[ -z "$(boxes)" ]
# Control: with room for one more.
echo 3 >"$c/cgroup.max.descendants"
[ "$("${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/echo STARTED)" = STARTED ]
END
}

@test "where nothing can be born in a cgroup, the box is moved there" {
  stand <<'END'
for error in ENOSYS E2BIG EINVAL; do
  [ "$(strace -o "$BATS_TEST_TMPDIR/calls" -e trace=clone3,clone,write \
    -e inject=clone3:error=$error:when=1 \
    "$FUMEHOOD" run --cpu-time 60 -- /bin/sh -c 'grep ^0: /proc/self/cgroup')" = 0::/ ]
  grep -E "^clone3.*CLONE_INTO_CGROUP.*$error.*INJECTED" "$BATS_TEST_TMPDIR/calls"
  [ -z "$(boxes)" ]
done
END
}

@test "root has a cgroup without being delegated one" {
  stand <<'END'
chown -R root "$c"
"$helper" look | grep -x 'way: cgroup of root'
[ "$("$FUMEHOOD" run --cpu-time 60 -- /bin/sh -c 'grep ^0: /proc/self/cgroup')" = 0::/ ]
[ -z "$(boxes)" ]
END
}

@test "the processor time of all processes together is held" {
  stand <<'END'
# None of them comes near the limit by itself.
burn='i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'
one=$( { TIMEFORMAT=%U; time sh -c "$burn"; } 2>&1)
awk -v one="$one" 'BEGIN { exit !(one < 0.9) }'
status=0
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 1 -- /bin/sh -c "while :; do sh -c '$burn'; done" || status=$?
[ $status = 152 ]
# Control: as many as do not reach it.
"${as_user[@]}" "$FUMEHOOD" run --cpu-time 60 -- /bin/sh -c "for i in 1 2 3; do sh -c '$burn'; done"
END
}

@test "what needs controllers is refused without them, and their lack is named" {
  stand <<'END'
if grep -q memory "$c/cgroup.controllers"; then exit 0; fi
status=0
"${as_user[@]}" "$FUMEHOOD" run --memory 100M --require memory -- /bin/true 2>"$BATS_TEST_TMPDIR/err" || status=$?
cat "$BATS_TEST_TMPDIR/err"
[ $status = 125 ]
# Control: not required, it is said that it is lacking.
"${as_user[@]}" "$FUMEHOOD" run --memory 100M -- /bin/true
END
}

@test "a launcher goes to a leaf and comes back, and takes nobody else's for its own" {
  stand <<'END'
delegate "$c/shell"
"${as_user[@]}" "$helper" leaf >"$BATS_TEST_TMPDIR/out"
cat "$BATS_TEST_TMPDIR/out"
[ "$(cat "$BATS_TEST_TMPDIR/out")" = "before: ${c#/sys/fs/cgroup}/shell
inside: ${c#/sys/fs/cgroup}/shell/fumehood-launchers
after: ${c#/sys/fs/cgroup}/shell" ]
[ ! -e "$c/shell/fumehood-launchers" ]
"${as_user[@]}" "$helper" storm
[ ! -e "$c/shell/fumehood-launchers" ]
# Another's process in it stays, and so does the leaf.
mkdir "$c/shell/fumehood-launchers"
chown -R 4242 "$c/shell/fumehood-launchers"
sleep 30 &
echo $! >"$c/shell/fumehood-launchers/cgroup.procs"
"${as_user[@]}" "$helper" leaf
[ -d "$c/shell/fumehood-launchers" ]
kill $!
wait $! || true
rmdir "$c/shell/fumehood-launchers"
# Not what another user made.
mkdir "$c/shell/fumehood-launchers"
status=0
"${as_user[@]}" "$helper" leaf || status=$?
[ $status = 1 ]
END
}

@test "the end of a cgroup is the end of all in it" {
  stand <<'END'
"${as_user[@]}" "$helper" end >"$BATS_TEST_TMPDIR/out"
cat "$BATS_TEST_TMPDIR/out"
[ "$(cat "$BATS_TEST_TMPDIR/out")" = "cpu: 1
ended: 0
reaped: 1" ]
[ -z "$(boxes)" ]
END
}

@test "no box that failed for memory or descriptors leaves a cgroup behind" {
  stand <<'IN'
[ "$("${as_user[@]}" "$helper" memory | tee /dev/stderr)" = "failed: often
left: 0
failed: often
left: 0" ]
[ -z "$(boxes)" ]
[ "$("${as_user[@]}" "$helper" descriptors | tee /dev/stderr)" = "failed: often
left: 0" ]
[ -z "$(boxes)" ]
IN
}
