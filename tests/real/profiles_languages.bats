#!/usr/bin/env bats
# The shipped profiles of interpreters, each with real scripts; npm with packages
# of its own making and a registry on this machine.

load ../helpers/profiles

@test "python: a script with its data, threads, processes, asyncio" {
  printf 'n,s\n1,one\n2,two\n' >data.csv
  cat >script.py <<'EOF'
import asyncio, csv, multiprocessing, sqlite3, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

def square(n):
    return n * n

async def talk():
    process = await asyncio.create_subprocess_exec("sort", "-r", stdin=-1, stdout=-1)
    return (await process.communicate(b"a\nb\n"))[0]

if __name__ == "__main__":
    print(sum(int(row["n"]) for row in csv.DictReader(open(sys.argv[1]))))
    print(asyncio.run(talk()))
    with ThreadPoolExecutor(4) as pool:
        print(sum(pool.map(square, range(10))))
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, sum(pool.map(square, range(10))))
    with tempfile.NamedTemporaryFile(suffix=".db") as f:
        print(sqlite3.connect(f.name).execute("select 1 + 1").fetchone())
    print(subprocess.check_output("seq 10 | tail -n 1", shell=True, text=True))
EOF
  outside "$PYTHON" script.py data.csv >expected
  run_box -p python -- "$PYTHON" script.py data.csv
  expect_success "$(cat expected)"
  expect_equal "" "$stderr"
  mkdir out
  run_box -p python -w out -- "$PYTHON" -c 'open("out/made", "w").write("made")'
  expect_success ""
  expect_equal made "$(cat out/made)"
}

@test "python: modules beside the script, and of a virtual environment, where granted" {
  mkdir project
  echo 'import helper; print(helper.name)' >project/script.py
  echo 'name = "helper"' >project/helper.py
  expect_equal helper "$(outside "$PYTHON" project/script.py)"
  expect_refused box -p python -- "$PYTHON" project/script.py
  run_box -p python -r project -- "$PYTHON" project/script.py
  expect_success helper
  outside "$PYTHON" -m venv --without-pip venv
  cp project/helper.py "$(echo venv/lib/python3*/site-packages)/"
  run_box -p python -r venv -- venv/bin/python -c 'import helper; print(helper.name)'
  expect_success helper
}

@test "python: no key, no network, no variable of the caller's" {
  make_victim
  export API_TOKEN=secret_token
  cat >script.py <<'EOF'
import os, socket, sys
def attempt(what):
    try:
        print(what())
    except (OSError, KeyError) as e:
        print("refused")
attempt(lambda: open(sys.argv[1] + "/.ssh/id_rsa").read().strip())
attempt(lambda: os.environ["API_TOKEN"])
attempt(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 10) and "connected")
EOF
  expect_equal $'PRIVATE KEY OF THE VICTIM\nsecret_token\nconnected' \
    "$(outside "$PYTHON" script.py "$HOME" "$PORT")"
  run_box -p python -- "$PYTHON" script.py "$HOME" "$PORT"
  expect_success $'refused\nrefused\nrefused'
  expect_equal 1 "$(wc -l <connections)"
}

@test "node: a script with its data, workers, child processes, cryptography" {
  cat >script.js <<'EOF'
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
  echo '{"name": "granted"}' >data.json
  outside /usr/bin/node script.js data.json >expected
  run_box -p node -- /usr/bin/node script.js data.json
  expect_success "$(cat expected)"
  expect_equal "" "$stderr"
}

@test "node: no key, no network, nothing changed" {
  make_victim
  cat >script.js <<'EOF'
const fs = require('fs'), [, script, home, port] = process.argv;
function attempt(what) { try { console.log(what()); } catch (e) { console.log('refused'); } }
attempt(() => fs.readFileSync(home + '/.ssh/id_rsa', 'utf8').trim());
attempt(() => { fs.appendFileSync(script, '// evil\n'); return 'changed'; });
require('net').connect(+port, '127.0.0.1').on('connect', function () { console.log('connected'); this.destroy(); })
  .on('error', () => console.log('refused'));
EOF
  cp script.js control.js
  expect_equal $'PRIVATE KEY OF THE VICTIM\nchanged\nconnected' \
    "$(outside /usr/bin/node control.js "$HOME" "$PORT")"
  cp script.js expected
  run_box -p node -- /usr/bin/node script.js "$HOME" "$PORT"
  expect_success $'refused\nrefused\nrefused'
  cmp expected script.js
  expect_equal 1 "$(wc -l <connections)"
}

# --- npm ----------------------------------------------------------------------

# The package "colours" as a tarball, whose install script does what it is for,
# then what it came for.
make_package() {
  mkdir -p package
  cat >package/package.json <<'EOF'
{ "name": "colours", "version": "1.0.0", "main": "index.js",
  "bin": { "colours": "cli.js" }, "scripts": { "install": "node install.js" } }
EOF
  echo "module.exports = require('./made')" >package/index.js
  printf '#!/usr/bin/env node\nconsole.log(require("./index"))\n' >package/cli.js
  chmod +x package/cli.js
  cat >package/install.js <<EOF
const fs = require('fs'), cp = require('child_process');
fs.writeFileSync('made.js', 'module.exports = "colours"');
const loot = [];
function attempt(name, what) { try { what(); loot.push(name); } catch (e) { } }
attempt('key', () => fs.readFileSync('$HOME/.ssh/id_rsa'));
attempt('persists', () => fs.appendFileSync('$HOME/.bashrc', 'evil'));
attempt('token', () => { if (!process.env.NPM_TOKEN) throw 0; });
attempt('phoned', () => cp.execFileSync('$PYTHON', ['-c',
  'import socket; socket.create_connection(("127.0.0.1", $PORT), 10)'], { stdio: 'ignore' }));
fs.writeFileSync('loot', loot.join(' '));
EOF
  tar -czf colours.tgz package
  export NPM_TOKEN=npm_secret
}

expect_installed() { # PROJECT [LOOT]
  expect_equal colours "$(cd "$1" && /usr/bin/node -p 'require("colours")')"
  expect_equal "${2-}" "$(cat "$1/node_modules/colours/loot")"
  cmp expected.bashrc home/.bashrc
}

@test "npm-install: npm ci, whose install script finds no key and no network" {
  make_victim
  make_package
  mkdir project
  cp colours.tgz project/
  echo '{ "name": "p", "version": "1.0.0", "dependencies": { "colours": "file:colours.tgz" } }' >project/package.json
  (cd project && outside npm install --offline --package-lock-only >/dev/null 2>&1)
  cp home/.bashrc expected.bashrc
  (cd project && outside npm ci --offline >/dev/null 2>&1)
  expect_equal "key persists token phoned" "$(cat project/node_modules/colours/loot)"
  expect_equal 1 "$(wc -l <connections)"
  cp expected.bashrc home/.bashrc
  rm -r project/node_modules

  cd project
  run_box -p npm-install -w . -- npm ci
  expect_status 0
  expect_in_output "added 1 package"
  cd ..
  expect_installed project
  expect_equal 1 "$(wc -l <connections)"
  # What it brings is run where -x says so.
  cd project
  expect_refused box -p npm-install -w . -- node_modules/.bin/colours
  run_box -p npm-install -w . -x . -- npm exec --no colours
  expect_success colours
}

expect_installed_here() { # [LOOT]
  (cd .. && expect_installed project "$@")
}

# A registry with that one package, on PORT of its own: REGISTRY.
registry_start() {
  cat >registry.py <<'EOF'
import base64, hashlib, http.server, json, os, sys
tarball = open("colours.tgz", "rb").read()
integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = tarball
        if self.path == "/colours":
            version = { "name": "colours", "version": "1.0.0", "hasInstallScript": True,
                "bin": { "colours": "cli.js" }, "dist": { "integrity": integrity,
                "tarball": "http://%s/colours.tgz" % self.headers["Host"] } }
            body = json.dumps({ "name": "colours", "dist-tags": { "latest": "1.0.0" },
                "versions": { "1.0.0": version } }).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a):
        with open("asked", "a") as log:
            log.write(self.path + "\n")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
open("registry.tmp", "w").write(str(server.server_port))
os.rename("registry.tmp", "registry.port")
server.serve_forever()
EOF
  "$PYTHON" registry.py 3>&- >/dev/null 2>&1 &
  SERVER=$!
  await test -s registry.port
  REGISTRY=$(cat registry.port)
  export npm_config_registry=http://127.0.0.1:$REGISTRY/
}

teardown() {
  [ -z "${SERVER:-}" ] || kill "$SERVER"
  listener_stop
  cd /
  rm -rf "$WORK"
}

@test "npm-install: what its comments say of fetching outside, of the cache and of the network" {
  make_victim
  make_package
  registry_start
  cp home/.bashrc expected.bashrc
  mkdir project
  cd project
  echo '{ "name": "p", "version": "1.0.0", "dependencies": { "colours": "1.0.0" } }' >package.json
  outside npm install --package-lock-only >/dev/null 2>&1
  rm -rf ../home/.npm
  # Without network: at once, and in words.
  run_box --timeout 60s -p npm-install -w . -- npm ci
  expect_status 1
  expect_in_stderr ENOTCACHED

  outside npm ci --ignore-scripts >/dev/null 2>&1
  [ ! -e node_modules/colours/made.js ]
  run_box -p npm-install -w . -- npm rebuild
  expect_status 0
  expect_installed_here
  rm -r node_modules

  # That cache is in the home of the victim. In its place the box has one of its
  # own, where a script may well write.
  [ -d ../home/.npm ]
  : >../asked
  run_box --home "$HOME" -p npm-install -w . -r "$HOME/.npm" --keep-env npm_config_registry -- npm ci
  expect_status 0
  expect_installed_here persists
  expect_equal "" "$(cat ../asked)"
  rm -r node_modules

  cat >../own.conf <<EOF
[profile]
extends = npm-install
[network]
net = host
connect = $REGISTRY
[process]
env = npm_config_offline=false
keep-env = npm_config_registry
EOF
  run_box -p ../own.conf -w . -- npm ci
  expect_status 0
  expect_installed_here
  expect_equal /colours.tgz "$(cat ../asked)"
  expect_equal "" "$(cat ../connections)"
}

