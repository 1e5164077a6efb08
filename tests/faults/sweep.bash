# Fails every system call of a set-up, one in each run, and judges the outcome.
#
#   sweep WORK ARGUMENTS OF FUMEHOOD RUN...
#
# First a run without a fault lists the calls that the launcher, init and the
# program's process make before the program's execve. Then each is made to
# fail, with each errno that suits it. What may come of it is one of two:
#
#   refused    the program never starts, exit status 125, one line on stderr
#   tolerated  the call is in tolerated() and the program found all fences
#
# Sets n_faults, n_refused, n_tolerated, n_unhit, and writes what is neither to
# WORK/wrong.

inject="$STAGE/build/helper_inject"
can_drop_groups=0
[ "$(id -u)" = 0 ] && can_drop_groups=1
fences="$STAGE/build/helper_fences"

# Which errno a call may meet. EINTR must be survived, not answered.
errnos_of() { # NAME
  case $1 in
    brk | mmap | mprotect | munmap | madvise) echo 12 ;; # ENOMEM
    clone) echo 11 ;;                                    # EAGAIN
    # ENOSYS as well: from older kernels, and from filters around us.
    clone3 | mount_setattr | open_tree | move_mount | openat2 | keyctl | \
      close_range | landlock_* | seccomp) echo 1 38 ;;
    read | write | poll | wait4) echo 4 5 ;; # EINTR, EIO
    execve) echo 13 2 ;; # EACCES, ENOENT
    mount | pivot_root | unshare) echo 1 12 ;;
    *) echo 1 ;; # EPERM
  esac
}

# The failures that are survived, each with the reason why nothing is lost by
# it. PROCESS is launcher, after (the launcher when the box is already told to
# start), child (init, its helper, the program's process before it is the
# program), look (for a cgroup) or trial (finding out what can be had).
tolerated() { # PROCESS NAME ERRNO
  case "$1 $2 $3" in
    # Its exit cannot fail; skipped, it is called again.
    "child exit "* | "trial exit "*) ;;
    # Once the program is on its way the launcher lets go of its own streams,
    # so that a pipe ends when the program closes it.
    "after open "* | "after openat "* | "after dup2 "* | "after dup3 "*) ;;
    # SIGPIPE: a report to nobody; blocked during the run in any case.
    "launcher rt_sigaction "*) ;;
    # The libc: registers an address that only threads need.
    "launcher set_tid_address "*) ;;
    # The allocator has a second way.
    "launcher brk 12" | "launcher mmap 12") ;;
    # Gives memory back.
    *" munmap "* | *" madvise "*) ;;
    # The kernel closes at exec or exit what was born close-on-exec; F_SETFD
    # is a libc repeating O_CLOEXEC; F_GETFL and fstat only find out whether
    # a stream may be opened again by name.
    *" close "* | *" fcntl "*) ;;
    "launcher fstat 1") ;;
    # Signals are blocked before anything is made, or nothing is; giving the
    # mask back cannot fail in any kernel.
    "launcher rt_sigprocmask "*) ;;
    # Before Linux 5.3, and under older filters: the end of the socket tells
    # of the launcher's death, and the kernel's signal.
    "launcher pidfd_open "*) ;;
    # Cannot fail in any kernel, so nothing asks whether they did.
    "launcher getpid "* | "after getpid "*) ;;
    "launcher getuid "* | "launcher getgid "*) ;;
    # Cannot fail in any kernel; a wrong mask would only deny more or less
    # within storage of the box's own.
    *" umask "*) ;;
    # Interrupted: done again.
    *" read 4" | *" write 4" | *" poll 4" | *" wait4 4") ;;
    "after poll 5") ;;
    # Any error of these is one more turn of the loop.
    *" poll 5" | *" wait4 5") ;;
    # Only to tell or to choose: what the launcher holds (nothing, unless it
    # is root), whether it can be dumped, whether this kernel has PR_SET_MDWE,
    # where we stand.
    "launcher capget "*) [ "$can_drop_groups" = 0 ] ;;
    "launcher prctl "* | "launcher getcwd "*) ;;
    # Whether the program is there, as far as can be seen: execve decides.
    "launcher lstat "*) ;;
    # Not a link, as far as can be seen: then it is opened, and that decides.
    "launcher readlink "*) ;;
    # Limits of the caller that ours should not exceed; raising a hard limit
    # fails in the child.
    "launcher prlimit64 "*) ;;
    # /proc/self/setgroups: where it cannot be read, dropping the groups is
    # tried, and to fail is safer than to keep them.
    "launcher openat 1" | "launcher read 5") [ "$can_drop_groups" = 1 ] ;;
    # No Landlock: the namespaces hold the same guarantees, or it refuses.
    "launcher landlock_create_ruleset "*) ;;
    # clone3 missing or filtered: clone(2).
    "launcher clone3 38") ;;
    # A kernel without keyrings, or one where another sandbox refuses them.
    "child keyctl 38" | "child keyctl 1") ;;
    # Before Linux 5.12: remounted one by one.
    "child mount_setattr 38") ;;
    # kernel.pid_max and where numbers begin, the only files that are opened or written
    # in a box's own /proc: RLIMIT_NPROC holds the same ceiling. judge() asks which call.
    # A kernel of unknown release counts as one whose pid_max is the machine's.
    "child openat2 "* | "child fstatfs "* | "child uname "*) [ "$is_pid_max" = 1 ] ;;
    "child write 5") [ "$is_pid_max" = 1 ] ;;
    "child read 5") [ "$is_counting" = 1 ] ;;
    # Without a listener for refused calls they are refused uncounted: the kernel
    # has none, init may not take its own copy of the descriptors, the filter that
    # tells is not loaded and the plain one is. judge() asks which call. What init
    # does with the listener, or without its number, refuses no less.
    "launcher seccomp "*) ;;
    "child unshare "* | "child close_range "* | "child socketpair "* | "child ioctl "*)
      [ "$is_counting" = 1 ] ;;
    "child seccomp "*) [ "$is_telling" = 1 ] ;;
    # A first try that namespaces deny, and finding out what can be had: the
    # second try decides.
    "trial "*) ;;
    # Whether a standard stream is a terminal: what is none gets none.
    "launcher ioctl 1") ;;
    # Looking for a cgroup where there is none: none is what it finds.
    "look "*) ;;
    *) return 1 ;;
  esac
}

# The calls of a run: PATH N NAME, and where kernel.pid_max is written.
list_calls() { # WORK COMMAND...
  local work=$1
  shift
  "$inject" -l "$work/calls" -- "$@" >"$work/out" 2>"$work/err" </dev/null ||
    { cat "$work/out" "$work/err"; return 1; }
}

# A process that calls execve is the program's; its parent is init; any other
# child of the launcher is a trial.
processes() { # WORK
  program=$(awk '$1 != "0" && $3 == "execve" { print $1 }' "$1/calls")
  init=${program%.*}
  # Between the last mount and the switch of the root lies kernel.pid_max.
  pid_max_before=$(awk -v p="$init" '$1 == p && $3 == "pivot_root" { print $2 }' \
    "$1/calls")
  pid_max_after=$(awk -v p="$init" -v end="${pid_max_before:-0}" \
    '$1 == p && $3 == "umask" && $2 < end { n = $2 } END { print n }' "$1/calls")
  # /proc is found for it, and two files below; then /proc is found once more,
  # to be made read-only, and that may not fail.
  pid_max_before=$(awk -v p="$init" -v from="${pid_max_after:-0}" \
    '$1 == p && $2 > from && $3 == "openat2" && ++n == 4 { print $2; exit }' "$1/calls")
  # Init sees whether it can share its descriptors, by two calls before it makes
  # the socket over which it is told of the listener; the program's process then
  # loads the filter that tells, first.
  counting_from=$(awk -v p="$init" '$1 == p && $3 == "socketpair" { print $2 - 2; exit }' "$1/calls")
  telling_at=$(awk -v p="$program" '$1 == p && $3 == "seccomp" { print $2; exit }' "$1/calls")
  # When the launcher forks more than once, all but the last is trying.
  trying_until=$(awk '$1 == "0" && $3 == "pipe2" { before = last; last = $2 }
    $1 == "0" && $3 ~ /^(clone3?|fork|vfork)$/ { n++ }
    END { print (n > 1 ? before : 0) }' "$1/calls")
  # The launcher waits, is told, reads: from then on the program may run.
  started_at=$(awk '$1 == "0" && $3 == "poll" { print $2; exit }' "$1/calls")
  # Where a cgroup is looked for, before anything is planned: who asks first and
  # last whose it would be.
  looking_from=$(awk '$1 == "0" && $3 == "geteuid" { print $2; exit }' "$1/calls")
  looking_until=$(awk '$1 == "0" && $3 == "geteuid" { n = $2 } END { print n }' "$1/calls")
  trying_from=$(awk '$1 == "0" && $3 == "rt_sigprocmask" { print $2; exit }' \
    "$1/calls")
}

process_of() { # PATH N: sets process
  case $1 in
    0)
      if [ "$2" -gt "$started_at" ]; then
        process=after
      elif [ "$2" -ge "$trying_from" ] && [ "$2" -lt "$trying_until" ]; then
        process=trial
      elif [ -n "$looking_from" ] && [ "$2" -ge "$looking_from" ] && [ "$2" -le "$looking_until" ]; then
        process=look
      else
        process=launcher
      fi ;;
    "$init" | "$init".*) process=child ;;
    *) process=trial ;;
  esac
}

judge() { # WORK PATH N NAME ERRNO STATUS HIT
  local work=$1 path=$2 name=$4 errno=$5 status=$6 out err lines process
  local is_pid_max= is_counting= is_telling=
  # No program is started for any of it: there are thousands of faults.
  out=$(<"$work/out")
  IFS= read -rd '' err <"$work/err" || true
  lines=${err//[!$'\n']/}
  lines=${#lines}
  err=${err%$'\n'}
  process_of "$path" "$3"
  if [ "$status" = 124 ] || [ "$status" = 137 ]; then
    echo hangs
    return
  fi
  if [ "$name" = execve ]; then
    # A refused execve is the program's failure, not the box's.
    case "$errno $status $lines" in
      "13 126 1" | "2 127 1") [ -z "$out" ] && echo refused || echo wrong ;;
      *) echo wrong ;;
    esac
    return
  fi
  if [[ $out != *STARTED* ]]; then
    if [ "$status" = 125 ] && [ "$lines" = 1 ] && [[ $err == "fumehood: "?* ]]; then
      echo refused
    # Before the standard streams are known to be open, nobody can be told.
    elif [ "$process $name $status" = "launcher fcntl 125" ]; then
      echo refused
    else
      echo wrong
    fi
    return
  fi
  [ "$path" = "$init" ] && [ "$3" -gt "${pid_max_after:-0}" ] && [ "$3" -lt "${pid_max_before:-0}" ] &&
    is_pid_max=1
  [ "$path" = "$init" ] && [ -n "$counting_from" ] && [ "$3" -ge "$counting_from" ] && is_counting=1
  [ "$path $3" = "$program $telling_at" ] && [ -n "$counting_from" ] && is_telling=1
  # A broken message pipe loses how the program ended, not its fences: it is
  # said, and is no success. One that does not tell whether the box stands has
  # it killed, however far the program came.
  if [ "$name $errno $status $lines" = "read 5 125 1" ]; then
    case "$err" in
      "fumehood: learn how the program ended: Protocol error")
        [ "$out" = "STARTED
0 fences missing" ] && echo tolerated && return ;;
      "fumehood: learn whether the box stands: Protocol error")
        [[ $out != *[1-9]" fences missing"* ]] && echo tolerated && return ;;
    esac
  fi
  if ! tolerated "$process" "$name" "$errno"; then
    echo "wrong: started"
  elif [ "$out" != "STARTED
0 fences missing" ] || [ "$status" != 0 ]; then
    echo "wrong: fences"
  else
    echo tolerated
  fi
}

worker() { # WORK K OF COMMAND...
  local work=$1/$2 k=$2 of=$3 i=0 path n name errno status verdict hit
  shift 3
  mkdir "$work"
  while read -r path n name; do
    # The first call is the execve of fumehood itself; the second belongs to
    # the start of any program of this libc.
    [ "$path $n" = "0 0" ] || [ "$name" = arch_prctl ] && continue
    for errno in $(errnos_of "$name"); do
      i=$((i + 1))
      [ $((i % of)) = "$k" ] || continue
      # On a busy machine a process makes a call more or less: tried again.
      for _ in 1 2 3; do
        status=0
        : >"$work/hit"
        timeout -k 1 20 "$inject" -f "$path:$n:$errno" -l "$work/hit" -- "$@" \
          >"$work/out" 2>"$work/err" </dev/null || status=$?
        hit=$(<"$work/hit")
        [ "$status" != 124 ] && [ -z "$hit" ] || break
      done
      # What follows the start of other processes is not in the same order
      # each time: judged is the call that was really hit.
      if [ "$status" != 124 ] && [ -z "$hit" ]; then
        echo "unhit $path $n $name $errno" >>"$work/verdicts"
        continue
      fi
      verdict=$(judge "$work" "$path" "$n" "${hit##* }" "$errno" "$status")
      echo "$verdict $path $n ${hit##* } $errno" >>"$work/verdicts"
      case $verdict in refused | tolerated) continue ;; esac
      {
        echo "$verdict: process $path, call $n, ${hit:-$name}, errno $errno," \
          "exit status $status"
        sed 's/^/  out: /' "$work/out"
        sed 's/^/  err: /' "$work/err"
      } >>"$work/wrong"
    done
  done <"${work%/*}/calls"
}

sweep() { # WORK ARGUMENTS...
  local work=$1 k
  shift
  list_calls "$work" "$FUMEHOOD" run "$@" || return 1
  processes "$work"
  # More than there are processors: most of a run is waiting for the kernel to
  # take namespaces apart.
  for k in 0 1 2 3; do
    worker "$work" $k 4 "$FUMEHOOD" run "$@" &
  done
  wait
  cat "$work"/[0-3]/verdicts >"$work/verdicts"
  cat "$work"/[0-3]/wrong >"$work/wrong" 2>/dev/null || true
  n_faults=$(wc -l <"$work/verdicts")
  n_refused=$(grep -c ^refused "$work/verdicts" || true)
  n_tolerated=$(grep -c ^tolerated "$work/verdicts" || true)
  n_unhit=$(grep -c ^unhit "$work/verdicts" || true)
  echo "$n_faults faults: $n_refused refused, $n_tolerated tolerated," \
    "$n_unhit not met again"
  head -c 6000 "$work/wrong"
}
