#!/usr/bin/env bats
# The binary is what the build promised: static, position-independent, hardened.

binary="$BUILD/fumehood"

setup() { LC_ALL=C readelf -Wlhd "$binary" >"$BATS_TEST_TMPDIR/elf"; }

elf() { cat "$BATS_TEST_TMPDIR/elf"; }

@test "it is position-independent" {
  elf | grep -q 'Type: *DYN'
  elf | grep -qE 'FLAGS_1.*PIE'
  # Control: readelf tells a shared program from a static one.
  readelf -Wl /bin/sh | grep -q INTERP
}

@test "it is static: no interpreter, no library" {
  run grep -E 'INTERP|\(NEEDED\)|RPATH|RUNPATH' "$BATS_TEST_TMPDIR/elf"
  [ "$status" = 1 ]
}

@test "relocations are read-only and bound before main" {
  elf | grep -q GNU_RELRO
  elf | grep -qE '\(BIND_NOW\)|FLAGS_1.*NOW'
  run grep -q TEXTREL "$BATS_TEST_TMPDIR/elf"
  [ "$status" = 1 ]
}

@test "no segment is writable and executable, the stack is not executable" {
  elf | grep -qE 'GNU_STACK .* RW +0x'
  run grep -E '^ *LOAD.* RWE ' "$BATS_TEST_TMPDIR/elf"
  [ "$status" = 1 ]
  # Control: there is one that is executable.
  elf | grep -qE '^ *LOAD.* R E '
}

@test "it has neither a set-id bit nor a file capability" {
  [ ! -u "$binary" ]
  [ ! -g "$binary" ]
  run /usr/bin/python3 -c "import os, sys; os.getxattr(sys.argv[1], \"security.capability\")" "$binary"
  [ "$status" != 0 ]
}

@test "it installs without a set-id bit" {
  run grep -rnE 'install_mode|setuid|rws' "$TOP/meson.build"
  [ "$status" = 1 ]
}
