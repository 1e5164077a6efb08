# A cgroup of our own beneath the host's, for tests/root/cgroup.bats; to be sourced in a
# mount namespace of its own: where the host has cgroup v2 at another place, it lies
# at /sys/fs/cgroup there.
#
#   $c         the cgroup, delegated to the test's user
#   $c/shell   where this shell is, so that controllers could be enabled in $c
cgroup2_of_host() {
  [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] && { echo /sys/fs/cgroup; return; }
  [ "$(stat -fc %T /sys/fs/cgroup/unified 2>/dev/null)" = cgroup2fs ] &&
    echo /sys/fs/cgroup/unified
}

delegate() { # DIRECTORY...
  local one
  for one; do
    chown 4242:4242 "$one" "$one"/cgroup.{procs,threads,subtree_control}
  done
}

# Not a function: in the background it would be another process.
as_user=(setpriv --reuid 4242 --regid 4242 --clear-groups --inh-caps=-all)

populated() { # N: so many boxes, whose programs have been executed
  local procs
  procs=$(sed 's,.*,/proc/&/comm,' "$c"/fumehood-*/box/cgroup.procs)
  [ "$(cat $procs | grep -cx sleep)" = "$1" ]
}

boxes() { find "$c" -mindepth 1 -maxdepth 1 -name 'fumehood-*' -printf '%f\n'; }

wait_for() { # COMMAND...: at most five seconds
  local i
  for ((i = 0; i < 100; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.05
  done
  echo "waited in vain for: $*"
  return 1
}

stand_end() {
  local one
  echo $$ >"/sys/fs/cgroup$home/cgroup.procs"
  if [ -e "$c/cgroup.kill" ]; then echo 1 >"$c/cgroup.kill"; fi
  for ((one = 0; one < 100; one++)); do
    grep -q 'populated 0' "$c/cgroup.events" && break
    sleep 0.05
  done
  find "$c" -depth -type d -exec rmdir {} \;
}

home=$(sed -n 's/^0:://p' /proc/self/cgroup)
[ "$(cgroup2_of_host)" = /sys/fs/cgroup ] || mount --bind "$(cgroup2_of_host)" /sys/fs/cgroup
c=/sys/fs/cgroup/fumehood-test-$$
mkdir "$c" "$c/shell"
trap stand_end EXIT
delegate "$c"
echo $$ >"$c/shell/cgroup.procs"
