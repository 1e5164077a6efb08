#!/usr/bin/env bats
# What is installed is enough to build with: headers, both libraries, pkg-config.

prefix=$STAGE/prefix

setup() {
  # The files lie below a directory of ours and speak of /usr/local.
  export PKG_CONFIG_SYSROOT_DIR="$prefix"
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name fumehood.pc)")
  export PKG_CONFIG_PATH
  libdir=${PKG_CONFIG_PATH%/pkgconfig}
  cd "$BATS_TEST_TMPDIR" || return
  cp "$STAGE/tests/install/caller.c" .
}

strict="-Wall -Wextra -Werror -pedantic"

tells_all() { # COMMAND...
  run "$@"
  echo "$output"
  [ "$status" = 0 ]
  [ "${lines[0]}" = "fumehood $(pkg-config --modversion fumehood)" ]
  [[ ${lines[1]} == "Landlock ABI "[0-9]* ]]
  # Each guarantee has its line.
  [ "${#lines[@]}" = 17 ]
  [[ $output == *"files-read fully by "* ]]
  [[ $output == *"time fully by timer"* ]]
  [[ $output == *"memory not"* ]]
}

@test "a C program, with the shared library" {
  gcc -std=c11 $strict caller.c -o caller $(pkg-config --cflags --libs fumehood)
  # Control: it is the shared one that it needs.
  run env -u LD_LIBRARY_PATH ./caller
  [ "$status" = 127 ]
  tells_all env LD_LIBRARY_PATH="$libdir" ./caller
}

@test "a C++ program, with the shared library" {
  g++ -std=c++17 $strict -x c++ caller.c -x none -o caller \
    $(pkg-config --cflags --libs fumehood)
  run env -u LD_LIBRARY_PATH ./caller
  [ "$status" = 127 ]
  tells_all env LD_LIBRARY_PATH="$libdir" ./caller
}

@test "a C program, static" {
  # Without a word, for what asks for names or loads PAM is not linked in.
  run gcc -std=c11 $strict -static caller.c -o caller \
    $(pkg-config --static --cflags --libs fumehood)
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$output" ]
  tells_all ./caller
}

@test "a C++ program, static" {
  run g++ -std=c++17 $strict -static -x c++ caller.c -x none -o caller \
    $(pkg-config --static --cflags --libs fumehood)
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$output" ]
  tells_all ./caller
}

@test "a program may have functions of the names that the library uses inside" {
  cat >own.c <<'C'
/* Its names are the library's inner ones. */
#include <fumehood/fumehood.h>
#include <stdio.h>
int policy_set(void);
int error_set(void);
int plan_new(void);
int policy_set(void) { return 1; }
int error_set(void) { return 2; }
int plan_new(void) { return 3; }
int main(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_error err;
	int r = fh_policy_set(policy, "memroy", "1G", &err);

	printf("%d %d %s\n", r == -2, policy_set() + error_set() + plan_new(),
	       err.remedy);
	fh_policy_free(policy);
	return 0;
}
C
  gcc -std=c11 own.c -o own "$libdir/libfumehood.a" $(pkg-config --cflags fumehood)
  run ./own
  [ "$output" = "1 6 did you mean memory?" ]
  gcc -std=c11 -rdynamic own.c -o own $(pkg-config --cflags --libs fumehood)
  run env LD_LIBRARY_PATH="$libdir" ./own
  [ "$output" = "1 6 did you mean memory?" ]
}

@test "a policy with hostile values is printed as JSON that can be read" {
  cat >policy.c <<'C'
/* Prints a policy that tries to be more than one line. */
#include <fumehood/fumehood.h>
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	struct fh_policy *policy = fh_policy_new();
	char *text = NULL;

	if (fh_policy_set(policy, "read", "/a\"\n\\\x1b\xff", NULL) < 0 ||
	    fh_policy_set(policy, "no-write-exec", NULL, NULL) < 0 ||
	    fh_policy_deny_syscall(policy, "@debug", NULL) < 0 ||
	    fh_policy_print(policy, FH_JSON, &text, NULL) < 0)
		return 1;
	fputs(text, stdout);
	free(text);
	fh_policy_free(policy);
	return 0;
}
C
  gcc -std=c11 $strict policy.c -o policy "$libdir/libfumehood.a" $(pkg-config --cflags fumehood)
  ./policy >policy.json
  [ "$(jq -r .schema policy.json)" = fumehood-policy-1 ]
  [ "$(jq -r '.settings[] | .section + " " + .name' policy.json | tr '\n' ,)" = \
    "filesystem read,syscalls deny-syscall,process no-write-exec," ]
  [ "$(jq -r '.settings[0].value' policy.json)" = $'/a"\n\\\e\ufffd' ]
  [ "$(jq -r '.settings[2].value' policy.json)" = yes ]
}

@test "the command is installed and is the one that was built" {
  [ "$("$prefix"/usr/local/bin/fumehood version)" = "$("$FUMEHOOD" version)" ]
}
