#!/usr/bin/env bats
# Interpreters with all that they start: threads, processes, semaphores,
# databases.

load ../helpers/common

# Runs the same program outside and in the box with the given options.
same() { # OPTIONS... -- PROGRAM...
  local -a options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  outside "$@" >expected
  [ -s expected ] || fail "the control printed nothing"
  run_box "${options[@]}" -- "$@"
  expect_success "$(cat expected)"
  expect_equal "" "$stderr"
}

@test "python3: threads" {
  same -- "$PYTHON" -c '
import threading
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(lambda n: n * n, range(1000))))
lock, total = threading.Lock(), []
def add():
    with lock:
        total.append(1)
threads = [threading.Thread(target=add) for _ in range(20)]
[t.start() for t in threads]; [t.join() for t in threads]
print(len(total))'
}

@test "python3: subprocesses and pipes" {
  same -- "$PYTHON" -c '
import subprocess
print(subprocess.run(["sort", "-r"], input="a\nb\nc\n", text=True, capture_output=True, check=True).stdout)
print(subprocess.check_output("seq 10 | tail -n 1", shell=True, text=True))
print(subprocess.run(["false"]).returncode)'
}

@test "python3: multiprocessing with its semaphores and shared memory" {
  cat >work.py <<'EOF'
import multiprocessing as mp
from multiprocessing import shared_memory

def square(n):
    return n * n

def count(counter, gate):
    with gate:
        for _ in range(100):
            with counter.get_lock():
                counter.value += 1

if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        context = mp.get_context(method)
        with context.Pool(2) as pool:
            print(method, sum(pool.map(square, range(100))))
    counter, gate = mp.Value("i", 0), mp.Semaphore(2)
    workers = [mp.Process(target=count, args=(counter, gate)) for _ in range(4)]
    [w.start() for w in workers]
    [w.join() for w in workers]
    print(counter.value)
    block = shared_memory.SharedMemory(create=True, size=4096)
    block.buf[:5] = b"hello"
    again = shared_memory.SharedMemory(block.name)
    print(bytes(again.buf[:5]))
    again.close()
    block.close()
    block.unlink()
EOF
  same -r work.py -- "$PYTHON" "$WORK/work.py"
}

@test "python3: sqlite in a granted directory, with its journal" {
  cat >db.py <<'EOF'
import os, sqlite3, sys
path = sys.argv[1]
if os.path.exists(path):
    os.unlink(path)
for mode in ("delete", "wal"):
    db = sqlite3.connect(path)
    print(db.execute("pragma journal_mode=" + mode).fetchone())
    db.execute("create table if not exists t (n integer primary key, s text)")
    with db:
        db.executemany("insert into t (s) values (?)", [("row %d" % n,) for n in range(500)])
    print(db.execute("select count(*), sum(n), max(s) from t").fetchone())
    print(db.execute("pragma integrity_check").fetchone())
    db.close()
EOF
  mkdir data
  same -r db.py -w data -- "$PYTHON" "$WORK/db.py" "$WORK/data/t.db"
  expect_equal 1000 "$(sqlite3 data/t.db 'select count(*) from t')"
  # Read only, it can be read and not changed.
  sqlite3 data/t.db 'pragma journal_mode=delete' >/dev/null
  run_box -r data -- sqlite3 "$WORK/data/t.db" 'select max(n) from t'
  expect_success 1000
  expect_refused box -r data -- sqlite3 "$WORK/data/t.db" 'delete from t'
  expect_equal 1000 "$(sqlite3 data/t.db 'select count(*) from t')"
}

@test "python3: temporary files, time zones, encodings, hashes" {
  same -- "$PYTHON" -c '
import datetime, hashlib, locale, os, tempfile, zoneinfo
with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as f:
    f.write("grün 漢字"); f.flush(); f.seek(0); print(f.read())
print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).isoformat())
print(hashlib.sha256(b"box").hexdigest(), locale.getlocale(), len(os.urandom(16)))'
}

@test "python3 cannot leave: no network, no file, no signal outside" {
  echo secret >secret
  local try='
import os, socket, sys
def attempt(name, what):
    try:
        what(); print(name, "went through")
    except OSError as e:
        print(name, "refused")
attempt("read", lambda: open(sys.argv[1]).read())
attempt("connect", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 10))
attempt("signal", lambda: os.kill(int(sys.argv[3]), 0))'
  listener_start
  expect_equal "read went through connect went through signal went through" \
    "$("$PYTHON" -c "$try" "$WORK/secret" "$PORT" $LISTENER | xargs)"
  run_box -- "$PYTHON" -c "$try" "$WORK/secret" "$PORT" $LISTENER
  expect_success $'read refused\nconnect refused\nsignal refused'
}

@test "node: files, worker threads, a child process, cryptography" {
  cat >work.js <<'EOF'
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
if (!isMainThread) {
  parentPort.postMessage(workerData * 2);
} else {
  const fs = require('fs'), crypto = require('crypto'), cp = require('child_process');
  console.log(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')).name);
  console.log(crypto.createHash('sha256').update('box').digest('hex'));
  console.log(cp.execFileSync('sort', ['-r'], { input: 'a\nb\n' }).toString());
  const workers = [1, 2, 3].map(n => new Promise(resolve =>
    new Worker(__filename, { workerData: n }).on('message', resolve)));
  Promise.all(workers).then(all => console.log(all.join(' ')));
}
EOF
  echo '{"name": "granted"}' >in.json
  same -r work.js -r in.json -- /usr/bin/node "$WORK/work.js" "$WORK/in.json"
}
