#!/usr/bin/env bats
# Between clone and exec: no allocation, no stdio, no locks. Shown by what the
# child's objects leave undefined.

setup_file() {
  export objects=$BATS_FILE_TMPDIR
  cd "$TOP"
  # Optimised, so that inline functions that are not called are gone; without
  # the hardening that adds calls of its own.
  for source in src/apply/*.c src/mech/*_apply.c src/mech/bpf_run.c; do
    gcc -std=gnu11 -O2 -D_GNU_SOURCE -U_FORTIFY_SOURCE -fno-stack-protector \
      -Isrc -Iinclude -c "$source" -o "$objects/$(basename "$source" .c).o"
  done
  ar rc "$objects/child.a" "$objects"/*.o
  nm -u "$objects/child.a" | awk '$1 == "U" { print $2 }' | sort -u \
    >"$objects/used"
  nm --defined-only "$objects/child.a" | awk 'NF == 3 { print $3 }' |
    sort -u >"$objects/defined"
}

setup() { cd "$TOP"; }

# System calls, by their wrappers: each is one call and errno.
calls='chdir clock_gettime clone close dup2 execve fchdir fcntl fstat fstatfs fstatvfs getpid getppid ioctl kill
mkdirat mknodat mount open openat pipe2 poll prctl pread read readlink
recv recvmsg send sendmsg sethostname setns setpgid setrlimit setsid socket socketpair splice symlinkat syscall umask umount2
unlinkat unshare wait4 waitpid write _exit'
# The same under the names that large files have in glibc.
calls+=' open64 openat64 pread64 fstat64 fstatvfs64 setrlimit64'
# No call at all: the address of errno, and functions of memory alone.
pure='__errno_location memchr memcmp memcpy memmove memset strchr strcmp strlen
strncmp strnlen strrchr'
# Ours: base/io.c and base/text.c, which are looked at below.
ours='read_exactly write_exactly number_format escape_into'

@test "the child's library needs nothing but system calls and memory" {
  [ "$(wc -l <"$objects/used")" -gt 20 ]
  tr -s ' \n' '\n\n' <<<"$calls $pure $ours" | sort -u >"$objects/allowed"
  comm -23 "$objects/used" "$objects/defined" |
    comm -23 - "$objects/allowed" >"$objects/surplus"
  cat "$objects/surplus"
  [ ! -s "$objects/surplus" ]
}

@test "the list is no longer than what is needed of our own" {
  for name in $ours; do
    grep -qx "$name" "$objects/used" || { echo "$name"; return 1; }
  done
}

@test "the functions of base that the child calls allocate nothing either" {
  for name in io number text; do
    gcc -std=gnu11 -O2 -D_GNU_SOURCE -U_FORTIFY_SOURCE -fno-stack-protector \
      -ffunction-sections -Isrc -Iinclude -c "src/base/$name.c" -o "$objects/base_$name.o"
  done
  # Relocations by section: what each of these functions calls.
  for name in $ours; do
    objdump -r "$objects"/base_*.o |
      awk -v s=".text.$name]:" '
        /^RELOCATION RECORDS FOR/ { on = index($0, s) > 0; next }
        on && NF == 3 && $3 !~ /^\.|^OFFSET|^VALUE/ { print $3 }'
  done | sed -E 's/[-+]0x[0-9a-f]+$//' | sort -u >"$objects/called"
  cat "$objects/called"
  [ -s "$objects/called" ]
  run grep -E 'alloc|free|printf|FILE|pthread|locale|setlocale|strerror' \
    "$objects/called"
  [ "$status" = 1 ]
}

# The stack of the helper that makes the net namespace: it shares our memory
# and lives at the same time.
writable=helper

@test "the child has no variable of its own but the listed" {
  # Control: the symbols are told apart.
  nm "$objects/child.a" | grep -q ' [tT] '
  for symbol in $(nm "$objects/child.a" | awk '$2 ~ /^[bBcCD]$/ { print $3 }'); do
    [[ " $writable " == *" ${symbol%.*} "* ]] || { echo "$symbol"; return 1; }
  done
}
