#!/usr/bin/env bats
# fumehood learn: what a program does to be granted more than it needs, one way a row.
# The profile stays clean: no line grants what must not be, and it can be loaded.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  export HOME="$BATS_TEST_TMPDIR/home"
  export TMPDIR="$BATS_TEST_TMPDIR/tmp"
  mkdir -p "$HOME/.ssh" "$HOME/.config/app" "$HOME/.aws" work tmp
  echo secret > "$HOME/.ssh/id_rsa"
  echo secret > "$HOME/.aws/credentials"
  echo alias > "$HOME/.bashrc"
  for i in 1 2 3 4 5 6 7 8 9; do echo x > "$HOME/.config/app/$i"; done
  for i in 1 2 3; do echo secret > "$TMPDIR/other-$i"; done
  echo one > work/a
  cd work
}

# No grant in the profile speaks of it; comments may.
expect_clean() { # NAME PATTERN
  "$FUMEHOOD" profile check ./p.conf || { echo "# $1: not a profile"; return 1; }
  if grep -vE '^#' p.conf | grep -qE -- "$2"; then
    echo "# $1:" && cat p.conf
    return 1
  fi
  if grep -qE '^(read|write|exec|bind|device) = -?(/|/home|/etc|/tmp|/sys|/proc.*|\$\{HOME\}|.*\.\..*)$' p.conf; then
    echo "# $1: too wide" && cat p.conf
    return 1
  fi
}

# Nor does the box give the secret, by any name; ${FILES} are only for what the user names.
expect_kept() { # NAME
  local path
  for path in "$HOME/.ssh/id_rsa" "$HOME/.aws/credentials" "$TMPDIR/other-1" \
    innocent dir/id_rsa hard made/id_rsa; do
    # A hard link in a granted directory is a file of that directory.
    if "$FUMEHOOD" run -q -p ./p.conf -- sh -c "cat '$path'" 2>/dev/null | grep -q secret; then
      echo "# $1: $path can be read" && cat p.conf
      return 1
    fi
  done
}

attempt() { # NAME PATTERN: the program on standard input
  local name=$1 pattern=$2
  cat > "$BATS_TEST_TMPDIR/evil.py"
  rm -rf p.conf innocent dir hard made x
  timeout 60 "$FUMEHOOD" learn -q -o p.conf -- "$PYTHON" "$BATS_TEST_TMPDIR/evil.py" || {
    echo "# $name: status $?"
    return 1
  }
  # The control: it really did what it is about.
  [ -e "$BATS_TEST_TMPDIR/did" ] || { echo "# $name: it did nothing"; return 1; }
  rm "$BATS_TEST_TMPDIR/did"
  expect_clean "$name" "$pattern" && expect_kept "$name"
}

PRELUDE='import os, socket, sys
H = os.environ["HOME"]; T = os.environ["TMPDIR"]; W = os.getcwd()
def look(path):
    try:
        with open(path, "rb") as f: return f.read(4096)
    except OSError: return b""
def names(path):
    try: return os.listdir(path)
    except OSError: return []
def done(): os.close(os.open(os.path.dirname(H) + "/did", os.O_CREAT | os.O_WRONLY, 0o600))
'

attempts() { # each: NAME PATTERN, on a line of its own, then the program up to "--"
  local name pattern body line n=0 failed=0
  while read -r name pattern; do
    body=$PRELUDE
    while IFS= read -r line && [ "$line" != -- ]; do body+=$line$'\n'; done
    body+=$'done()\n'
    attempt "$name" "$pattern" <<<"$body" || failed=$((failed + 1))
    n=$((n + 1))
  done
  [ "$n" -gt 0 ] && [ "$failed" = 0 ]
}

setup_file() {
  export PYTHON
  PYTHON=$(command -v /usr/bin/python3 || command -v python3)
}

@test "names that mean something to a profile" {
  attempts <<'ROWS'
files-variable ssh|aws|(write|exec) = -?\$\{FILES\}|\$\$
os.mkdir("${FILES}"); look("${FILES}"); names("${FILES}"); os.symlink(H + "/.ssh/id_rsa", "x"); look("x")
--
home-variable = -?\$\{HOME\}
os.mkdir("${HOME}")
for i in range(9): open(f"${{HOME}}/{i}", "w").close(); look(f"${{HOME}}/{i}")
--
written-home = -?\$\{HOME\}
d = T + "/${HOME}"
os.mkdir(d); open(d + "/f", "w").close(); look(d + "/f")
--
line-feed ^write = /$|net = host
n = "x\nwrite = /\n[network]\nnet = host\n#"
os.makedirs(n); open(n + "/f", "w").close(); look(n + "/f"); os.makedirs(H + "/" + n); open(H + "/" + n + "/f", "w").close()
--
dash-name = -?/etc$
os.mkdir("-"); os.mkdir("-/etc"); open("-/etc/x", "w").close()
--
colon bind
os.mkdir("a:" ); os.mkdir("a:/etc"); open("a:/etc/x", "w").close(); look("a:/etc/x")
--
dot-dot \.\.
look("../work/../../" + os.path.basename(os.path.dirname(H)) + "/home/.ssh/id_rsa"); look("/usr/../etc/shadow"); names("/usr/../home")
--
comment-mark ^# *$
os.makedirs("# held back: read = x  (y): fumehood learn --accept /etc"); os.makedirs("[filesystem]/read = /etc")
--
ROWS
}

@test "secrets by other names" {
  attempts <<'ROWS'
link innocent|ssh|dir
os.symlink(H + "/.ssh/id_rsa", "innocent"); os.symlink(H + "/.ssh", "dir"); look("innocent"); look("dir/id_rsa")
--
hard-link ssh
os.link(H + "/.ssh/id_rsa", T + "/hard"); look(T + "/hard"); os.unlink(T + "/hard")
--
swapped ssh|innocent
import threading, time
stop = False
def swap():
    while not stop:
        for to in (W + "/a", H + "/.ssh/id_rsa"):
            os.symlink(to, "tmp-link"); os.rename("tmp-link", "innocent")
t = threading.Thread(target=swap); t.start()
for i in range(300): look("innocent")
stop = True; t.join()
--
self-root ssh|aws
look("/proc/self/root" + H + "/.ssh/id_rsa"); names("/proc/self/root" + H + "/.aws"); look(f"/proc/{os.getpid()}/root" + H + "/.aws/credentials")
--
pid-cwd ssh
os.chdir(H + "/.ssh"); look(f"/proc/{os.getpid()}/cwd/id_rsa"); look("/proc/self/cwd/id_rsa"); look("id_rsa")
--
descriptor ssh
f = os.open(H + "/.ssh/id_rsa", os.O_RDONLY); look(f"/dev/fd/{f}"); look(f"/proc/self/fd/{f}")
d = os.open(H + "/.ssh", os.O_PATH); os.open("id_rsa", os.O_RDONLY, dir_fd=d); look(f"/dev/fd/{d}/id_rsa")
--
descriptor-of-root ssh
d = os.open("/", os.O_PATH); os.open(H[1:] + "/.ssh/id_rsa", os.O_RDONLY, dir_fd=d)
--
moved-into-made ssh|made
os.mkdir("made"); os.rename(H + "/.ssh/id_rsa", "made/id_rsa"); look("made/id_rsa"); os.rename("made/id_rsa", H + "/.ssh/id_rsa")
--
moved-directory made/|aws
os.mkdir("made"); os.rename(H + "/.aws", "made/aws"); names("made/aws"); look("made/aws/credentials"); os.rename("made/aws", H + "/.aws")
--
chroot ssh
try: os.chroot(H)
except OSError: pass
look("/.ssh/id_rsa"); look(H + "/.ssh/id_rsa")
--
ROWS
}

@test "wide directories" {
  attempts <<'ROWS'
config-children = -?\$\{HOME\}/\.config$
for i in range(9): open(H + f"/.config/new{i}", "w").close()
--
home-children = -?\$\{HOME\}$
for i in range(9): open(H + f"/new{i}", "w").close(); look(H + f"/new{i}")
--
listing = -?(/|/home|/etc|/var|/run|/usr/local|.*/home/\.config)$
for d in ("/", "/home", "/etc", "/var", "/run", "/usr/local", H, H + "/.config", T): names(d)
--
six-hundred /x[0-9]
for i in range(600): look(H + f"/.config/app/x{i}"); open(T + f"/x{i}", "w").close(); look(T + f"/x{i}")
--
temporary other|/tmp$
names(T)
for i in range(20): open(T + f"/f{i}", "w").close()
--
working-directory = -?\$\{CWD\}$
names(".")
--
parents = -?/(home|tmp|var)?$
for i in range(1, len(W.split("/"))): names("/".join(W.split("/")[:i]) or "/")
--
devices /sys|/dev/(mem|sda|kmsg|fuse|kvm)
for p in ("/dev/mem", "/dev/sda", "/dev/kmsg", "/dev/fuse", "/dev/kvm", "/sys/kernel/uevent_seqnum"): look(p)
names("/sys"); names("/dev"); names("/sys/class"); names("/sys/devices")
--
ROWS
}

@test "what is written outside" {
  attempts <<'ROWS'
bashrc bashrc
open(H + "/.bashrc", "a").close()
--
bashrc-by-link bashrc|innocent
os.symlink(H + "/.bashrc", "innocent"); open("innocent", "a").close()
--
bashrc-replaced = -?\$\{HOME\}$|bashrc
open(H + "/.bashrc.new", "w").close(); os.rename(H + "/.bashrc.new", H + "/.bashrc")
--
shadow shadow
look("/etc/shadow"); names("/etc/shadow"); os.access("/etc/shadow", os.R_OK)
try: os.stat("/etc/shadow")
except OSError: pass
--
autostart autostart
os.makedirs(H + "/.config/autostart", exist_ok=True); open(H + "/.config/autostart/x.desktop", "w").close()
--
hooks write.*\.git
os.makedirs("repo/.git/hooks", exist_ok=True); open("repo/.git/hooks/pre-commit", "w").close()
--
socket socket|agent|run
s = socket.socket(socket.AF_UNIX)
l = socket.socket(socket.AF_UNIX); l.bind(H + "/agent"); l.listen(); s.connect(H + "/agent"); os.unlink(H + "/agent")
for p in ("/run/docker.sock", "/run/dbus/system_bus_socket", "/var/run/docker.sock"):
    try: socket.socket(socket.AF_UNIX).connect(p)
    except OSError: pass
--
ROWS
}
