# For tests of the profiles that are shipped: the common start, and what a
# program that was taken over would try.

load ../helpers/common

# A victim with a key, and a listener that the program is to reach.
make_victim() {
  mkdir -p home/.ssh
  export HOME=$WORK/home
  echo "PRIVATE KEY OF THE VICTIM" >home/.ssh/id_rsa
  echo "alias ls='ls -l'" >home/.bashrc
  echo "neighbour's secret" >neighbour
  listener_start
}

# Prints the name of each attempt that goes through.
TAKEN_OVER='
import ctypes, mmap, os, socket, sys, tempfile, threading

home, work, port, listener = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
libc = ctypes.CDLL(None, use_errno=True)

def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)

def thread():
    one = threading.Thread(target=lambda: None)
    one.start()
    one.join()

def sysv():
    shm = libc.shmget(0, 4096, 0o1600)
    if shm < 0:
        raise OSError
    libc.shmctl(shm, 0, None)

def send():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.sendto(b"key", ("127.0.0.1", port))

attempts = {
    "key": lambda: open(home + "/.ssh/id_rsa").read(),
    "neighbour": lambda: open(work + "/neighbour").read(),
    "persist": lambda: open(home + "/.bashrc", "a").write("evil\n"),
    "file": tempfile.TemporaryFile,
    "fork": fork,
    "thread": thread,
    "compile": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),
    "pair": socket.socketpair,
    "connect": lambda: socket.create_connection(("127.0.0.1", port), 10),
    "send": send,
    "sysv": sysv,
    "signal": lambda: os.kill(listener, 0),
}
for name, attempt in attempts.items():
    try:
        attempt()
        print(name)
    except (OSError, RuntimeError):
        pass
'

# What goes through in a box, as one line; "file" is one in the box's own /tmp.
taken_over() { # OPTIONS...
  box "$@" -- "$PYTHON" -c "$TAKEN_OVER" "$HOME" "$WORK" "$PORT" "$LISTENER" | xargs
}

# The planner's own word.
expect_allowed() { # PROFILE QUESTION WHAT
  "$FUMEHOOD" why -p "$1" "$2" "$3" >why.out || fail "refused by $1" "$(cat why.out)"
}

expect_why_refused() { # PROFILE QUESTION WHAT...
  local what
  for what in "${@:3}"; do
    run "$FUMEHOOD" why -p "$1" "$2" "$what"
    expect_status 1
    expect_in_output "refused: $2 $what: "
  done
}

# Lines that are in what show prints for the profile.
expect_shown() { # PROFILE LINE...
  local line
  "$FUMEHOOD" show -p "$1" -- true >show.out
  for line in "${@:2}"; do
    grep -qFe "$line" show.out || fail "show -p $1 has not: $line" "$(cat show.out)"
  done
}
