#!/usr/bin/env bats
# The layers of ARCHITECTURE.md, read from the #include lines.

cd "$TOP"

# What a folder may include of the tree, besides itself; everything may include
# base. An arrow upwards is a file of its own, named with its reason below.
allowed() { # FOLDER
  case $1 in
    base) ;;
    sys) echo base ;;
    tables) echo base sys ;;
    policy) echo base sys tables ;;
    parse) echo base sys tables policy ;;
    cgroup) echo base sys ;;
    probe) echo base sys tables cgroup ;;
    plan | mech) echo base sys tables policy cgroup probe plan mech ;;
    apply) echo base sys tables plan mech ;;
    supervise) echo base sys tables policy cgroup plan apply ;;
    report) echo base sys tables policy probe plan mech apply supervise explain ;;
    profile) echo base sys tables policy ;;
    observe) echo base sys tables ;;
    explain) echo base sys tables policy probe plan mech apply supervise observe ;;
    learn) echo base sys tables policy probe plan mech profile observe ;;
    exchange) echo base sys tables policy probe plan mech profile ;;
    broker) echo base sys tables policy probe profile plan mech apply supervise confine ;;
    api) echo base sys tables policy probe profile cgroup plan mech apply supervise confine broker report observe explain learn exchange ;;
    confine) echo base sys tables policy probe plan mech apply ;;
    attack) echo base tables ;;
    *) return 1 ;;
  esac
}

excepted() { # FILE INCLUDED
  case "$1 $2" in
    # A row of the settings names the field of the policy that it fills.
    "src/tables/settings.c policy/policy.h") ;;
    # The rights of Landlock for what a grant says: read, write, execute.
    "src/tables/landlock_rights.c policy/policy.h") ;;
    # Which architecture this is, is the filter's enumeration; plain data.
    "src/probe/kernel.h mech/filter.h") ;;
    # Made by the build: the number of the version.
    "src/api/api_error.c version.h") ;;
    # The steps share what they say on failure with those that walk them.
    src/mech/*_apply.[ch]" apply/child.h") ;;
    *) return 1 ;;
  esac
}

includes() { # FILES: prints FILE INCLUDED; version.h is made by the build
  grep -H '^#include "' "$@" | grep -v '"version.h"$' |
    sed -E 's/^([^:]+):#include "([^"]+)".*/\1 \2/'
}

@test "every include points downwards" {
  wrong=0 seen=0
  while read -r file included; do
    seen=$((seen + 1))
    folder=$(cut -d/ -f2 <<<"$file")
    of=${included%%/*}
    [ "$folder" = "$of" ] && continue
    excepted "$file" "$included" && continue
    [[ " $(allowed "$folder") " == *" $of "* ]] && continue
    echo "$file includes $included"
    wrong=1
  done < <(includes src/*/*.[ch])
  [ "$seen" -gt 200 ]
  [ $wrong = 0 ]
}

@test "every folder of src has a place in the layers" {
  for folder in src/*/; do
    allowed "$(basename "$folder")" >/dev/null || { echo "$folder"; return 1; }
  done
}

@test "what runs in the child includes only what the child may have" {
  wrong=0 seen=0
  while read -r file included; do
    seen=$((seen + 1))
    case $included in
      base/* | sys/* | plan/box.h | apply/* | mech/*_apply.h | mech/filter.h | mech/bpf_run.h) ;;
      tables/guarantees.h) ;; # constants
      *) echo "$file includes $included"; wrong=1 ;;
    esac
  done < <(includes src/apply/*.[ch] src/mech/*_apply.[ch])
  [ "$seen" -gt 50 ]
  [ $wrong = 0 ]
}

@test "the step header brings in data alone" {
  includes src/plan/box.h | while read -r file included; do
    case $included in
      base/* | sys/* | mech/filter.h | mech/refused_call.h) ;;
      *) echo "$file includes $included"; return 1 ;;
    esac
  done
}

@test "the command is made with the library's headers and a few leaves" {
  wrong=0 seen=0
  while read -r file included; do
    seen=$((seen + 1))
    case $included in
      base/cleanup.h | base/deadline.h | base/error.h | base/io.h | base/nearest.h | base/proc.h | base/text.h) ;;
      attack/*) [ "$file" = cli/cmd_attack.c ] || { echo "$file includes $included"; wrong=1; } ;;
      *) [ -e "cli/$included" ] || { echo "$file includes $included"; wrong=1; } ;;
    esac
  done < <(includes cli/*.[ch])
  [ "$seen" -gt 40 ]
  [ $wrong = 0 ]
}

@test "the command links to what the library exports and to nothing else of it" {
  # The same sources, with the library out of reach but for its exports.
  "$BUILD/fumehood_shared" help | diff - <("$BUILD/fumehood" help)
  readelf -d "$BUILD/fumehood_shared" | grep -q 'NEEDED.*libfumehood.so.0'
}

@test "nothing in src knows the command line" {
  ls cli/*.h
  for header in cli/*.h; do
    run grep -rn "#include \"\(cli/\)\?$(basename "$header")\"" src
    [ -z "$output" ]
  done
}

@test "includes name a file of the tree, from src" {
  while read -r file included; do
    [ -e "src/$included" ] || excepted "$file" "$included" || { echo "$file includes $included"; return 1; }
  done < <(includes src/*/*.[ch])
}

@test "only three places become another program" {
  # Comments may speak of it; a call has a parenthesis, or the number. The battery
  # of attacks is a program that runs in the box.
  run grep -rnE '\b(execve|execveat|fexecve|execv|execvp|execl|execlp|system|popen|posix_spawnp?) ?\(|SYS_execve' \
    --include=*.c --exclude-dir=attack src cli
  echo "$output"
  [ "${#lines[@]}" = 3 ]
  [[ $output == *src/apply/apply.c:*execve* ]]
  [[ $output == *src/learn/learn_child.c:*execve* ]]
  [[ $output == *src/broker/role_divide.c:*execve* ]]
}
