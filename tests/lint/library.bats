#!/usr/bin/env bats
# The library shows what its headers declare, and nothing else.

cd "$TOP"

shared="$BUILD/libfumehood.so"
static="$BUILD/libfumehood.a"

# The functions that the headers declare: names before a parenthesis, where it
# is no comment.
declared() {
  /usr/bin/python3 - include/fumehood/*.h <<'PY'
import re, sys
names = set()
for path in sys.argv[1:]:
    text = re.sub(r"/\*.*?\*/", "", open(path).read(), flags=re.S)
    names.update(re.findall(r"\b(fh_\w+)\s*\(", text))
print("\n".join(sorted(names)))
PY
}

named() { sed -nE 's/^\t(fh_\w+);$/\1/p' src/api/fumehood.sym; }

exported() {
  nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
    LC_ALL=C sort
}

@test "the version script names what the headers declare, sorted and once" {
  [ "$(declared | wc -l)" -gt 60 ]
  diff <(declared) <(named)
  diff <(named) <(named | LC_ALL=C sort -u)
}

@test "the shared library exports what the version script names" {
  diff <(named) <(exported)
  # All of them under the version of the interface.
  run bash -c "nm -D --defined-only '$shared' | awk '\$2 != \"A\"' | grep -v '@@FUMEHOOD_0$'"
  [ "$status" = 1 ]
}

@test "the static library defines the same, and no other global name" {
  diff <(named) <(nm -g --defined-only "$static" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort)
  # Control: there are inner names, which are local.
  nm "$static" | grep -q ' t policy_set$'
}

@test "every name that leaves the library is ours" {
  [ "$(exported | wc -l)" -gt 60 ]
  run bash -c "nm -D --defined-only '$shared' | awk '\$2 != \"A\" { print \$3 }' | grep -v '^fh_'"
  [ "$status" = 1 ]
}

@test "the shared library has a soname and needs the libc alone" {
  LC_ALL=C readelf -Wld "$shared" >"$BATS_TEST_TMPDIR/elf"
  grep -q 'SONAME.*\[libfumehood.so.0\]' "$BATS_TEST_TMPDIR/elf"
  [ "$(grep -c '(NEEDED)' "$BATS_TEST_TMPDIR/elf")" = 1 ]
  grep -q 'NEEDED.*\[libc.so.6\]' "$BATS_TEST_TMPDIR/elf"
}

@test "the shared library is hardened as the command is" {
  LC_ALL=C readelf -Wld "$shared" >"$BATS_TEST_TMPDIR/elf"
  grep -q GNU_RELRO "$BATS_TEST_TMPDIR/elf"
  grep -qE 'FLAGS_1.*NOW|BIND_NOW' "$BATS_TEST_TMPDIR/elf"
  grep -qE 'GNU_STACK .* RW +0x' "$BATS_TEST_TMPDIR/elf"
  run grep -E 'TEXTREL|RPATH|RUNPATH|^ *LOAD.* RWE ' "$BATS_TEST_TMPDIR/elf"
  [ "$status" = 1 ]
}

# The stack of the helper thread that makes the net namespace: only the child,
# which has memory of its own, ever uses it.
writable=helper

@test "the library has no variable but the listed" {
  objdump -t "$static" | grep -E ' O \.(data|bss|tdata|tbss)[^ ]*	' |
    grep -vE ' \.data\.rel\.ro' | awk '{ print $NF }' >"$BATS_TEST_TMPDIR/variables"
  cat "$BATS_TEST_TMPDIR/variables"
  # The list is no longer than what is there, which shows that it is seen.
  diff <(echo "$writable") "$BATS_TEST_TMPDIR/variables"
}

# What the library asks of libc. Each of these does what it says for the caller's
# own objects alone: none prints, ends the process, installs a handler, changes
# the locale or the environment, or keeps state between two calls.
system_calls='access chdir clock_gettime clone close dup2 execve faccessat fcntl fstat fstatat fstatfs
fstatvfs getcwd getgid getgroups getpid getresgid getresuid getrlimit getuid ioctl
kill mkdirat mknodat mount open openat pipe2 poll prctl pread read readlink
readlinkat recv send setgroups sethostname setns setresgid setresuid setrlimit
setsid socket socketpair lstat stat statfs symlinkat syscall umask umount2 uname
unlinkat unshare wait4 waitpid write'
# Only between clone and execve: it ends the child.
system_calls+=' _exit'
text='memchr memcmp memcpy memmove memset stpcpy strcat strchr strcmp strcpy strcspn strlen
strncmp strnlen strpbrk strrchr strspn strstr strtol strtoul strtoull'
memory='calloc free malloc realloc strdup strndup'
# Only in the broker's helpers, which are processes of their own.
system_calls+=' fork getppid'
memory+=' explicit_bzero'
rest_of_helpers='dlsym getaddrinfo'
# Only in the broker's monitor and when it splits: sockets for the worker, its end;
# who started the program, and the variable that tells the role.
system_calls+=' bind connect geteuid getsockopt listen ppoll waitid'
text+=' inet_ntop'
rest_of_roles='getauxval getenv'
# Whose profiles a name means.
rest_of_profiles='opendir secure_getenv'
# Looking into a program that is followed or learned from, and at /proc beside it; the
# secret of a hash, so that nobody chooses names that collide.
system_calls+=' getegid getrandom getxattr process_vm_readv'
rest_of_watchers='isoc99_sscanf'
# A group of the program's own at its terminal.
system_calls+=' getpgrp setpgid tcgetpgrp'
# What a program prints is handed on from pipe to pipe.
system_calls+=' splice'
# Where a stream that is opened anew went on.
system_calls+=' lseek'
# Is a cgroup marked as delegated?
system_calls+=' fgetxattr'
# The broker's packets, and what a worker can poll.
system_calls+=' epoll_create1 epoll_ctl eventfd recvmsg sendmsg setsockopt'
text+=' inet_pton'
# Cgroups: what systemd has marked, who holds one, the kernel's page.
system_calls+=' fgetxattr flock'
rest_of_cgroups='sysconf'
# Into the caller's buffer: no stream is written.
text+=' snprintf vsnprintf'
# Of a known errno, which is a constant string in the C locale.
text+=' strerror'
directories='closedir dirfd fdopendir readdir realpath'
rest='environ errno_location libc_single_threaded pthread_setcancelstate qsort'
# Put in by the compiler: stack protector, start-up.
rest+=' stack_chk_fail cxa_finalize gmon_start _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable'

@test "the library neither prints, exits, nor installs a handler" {
  # Without what fortification, large files and versions add to the names.
  nm -D --undefined-only "$shared" | awk '{ sub(/@.*/, "", $2); print $2 }' |
    sed -E 's/^__//; s/(_chk|__)$//; s/_2$//; s/64$//' | LC_ALL=C sort -u \
    >"$BATS_TEST_TMPDIR/used"
  tr -s ' \n' '\n\n' <<<"$system_calls $text $memory $directories $rest $rest_of_helpers $rest_of_roles $rest_of_profiles $rest_of_watchers $rest_of_cgroups" |
    LC_ALL=C sort -u >"$BATS_TEST_TMPDIR/allowed"
  LC_ALL=C comm -23 "$BATS_TEST_TMPDIR/used" "$BATS_TEST_TMPDIR/allowed" \
    >"$BATS_TEST_TMPDIR/surplus"
  cat "$BATS_TEST_TMPDIR/surplus"
  [ ! -s "$BATS_TEST_TMPDIR/surplus" ]
  # Control: what is used is seen, and none of these was let in by the list.
  [ "$(wc -l <"$BATS_TEST_TMPDIR/used")" -gt 80 ]
  run grep -xE 'v?f?d?printf|v?asprintf|f?puts|f?putc|putchar|perror|syslog|f?open(log)?64|fopen|fwrite|exit|abort|assert_fail|raise|signal|sigaction|sigprocmask|atexit|stdout|stderr|errx?|warnx?|setenv|putenv|unsetenv|setlocale|localtime|strtok|rand|system|popen' \
    "$BATS_TEST_TMPDIR/allowed"
  echo "$output"
  [ "$status" = 1 ]
}

@test "every exported function is in the sweep of failing memory and in that of bad input" {
  # The programs compare with this list, made of the version script; here only
  # that they do, and that the list is whole.
  grep -qx '  "fh_wait",' <(sed 's/^\t/  /' "$BUILD/exported_names.h")
  diff <(named) <(tr -d '\t",' <"$BUILD/exported_names.h")
  for test in test_no_memory_api test_bad_input test_bad_input_ask test_bad_input_box test_bad_input_broker; do
    grep -q 'check_all_tried(' "tests/api/$test.c"
    grep -q 'no function was left out' "tests/api/$test.c"
  done
}

compile() { # COMPILER STANDARD LANGUAGE FILE
  "$1" "-std=$2" -fsyntax-only -pedantic -Wall -Wextra -Werror -Iinclude -x "$3" "$4"
}

@test "each header compiles alone, as C and as C++, by two compilers" {
  for header in include/fumehood/*.h; do
    echo "#include <fumehood/$(basename "$header")>" >"$BATS_TEST_TMPDIR/alone"
    compile gcc c11 c "$BATS_TEST_TMPDIR/alone"
    compile g++ c++17 c++ "$BATS_TEST_TMPDIR/alone"
    compile clang c11 c "$BATS_TEST_TMPDIR/alone"
    compile clang++ c++17 c++ "$BATS_TEST_TMPDIR/alone"
  done
  # Control: what is not so strict is refused.
  echo 'int f(int unused) { return 0; }' >"$BATS_TEST_TMPDIR/bad"
  run compile gcc c11 c "$BATS_TEST_TMPDIR/bad"
  [ "$status" != 0 ]
}

@test "the umbrella includes every header" {
  for header in include/fumehood/*.h; do
    name=$(basename "$header")
    [ "$name" = fumehood.h ] || grep -qx "#include <fumehood/$name>" include/fumehood/fumehood.h ||
      { echo "$name"; return 1; }
  done
}

@test "every function is documented where it is declared" {
  # By a comment right above it, or above the declaration that it follows.
  run /usr/bin/python3 - include/fumehood/*.h <<'PY'
import re, sys
seen = 0
for path in sys.argv[1:]:
    # A comment becomes one character of its own, and a blank line ends
    # what it is about.
    text = re.sub(r"/\*.*?\*/", "\x01", open(path).read(), flags=re.S)
    for paragraph in re.split(r"\n\s*\n", text):
        comment = paragraph.find("\x01")
        for call in re.finditer(r"\b(fh_\w+)\s*\(", paragraph):
            seen += 1
            if comment < 0 or call.start() < comment:
                print(f"{path}: {call[1]}")
if seen < 60:
    print(f"saw only {seen}")
PY
  echo "$output"
  [ -z "$output" ]
}
