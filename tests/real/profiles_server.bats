#!/usr/bin/env bats
# The shipped profile of servers, with two that are real, on the host's loopback.

load ../helpers/profiles

teardown() {
  server_stop
  listener_stop
  cd /
  rm -rf "$WORK"
}

server_stop() {
  [ -n "${SERVER:-}" ] || return 0
  kill "$SERVER" || true
  wait "$SERVER" || true
  SERVER=
}

free_port() {
  "$PYTHON" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

serve() { # OPTIONS... -- PROGRAM...: with SERVER_PORT
  # Not by box(): of a function in the background $! would be a shell.
  "$FUMEHOOD" run -p network-server --listen "$SERVER_PORT" "$@" 3>&- >said 2>&1 &
  SERVER=$!
  await curl -sf -o /dev/null "http://127.0.0.1:$SERVER_PORT/page"
}

fetch() { # PATH: without tidying up of the path
  curl -s --path-as-is "http://127.0.0.1:$SERVER_PORT/$1"
}

make_site() {
  mkdir htdocs
  seq 10000 >htdocs/page
  ln -s "$HOME/.ssh/id_rsa" htdocs/key
  SERVER_PORT=$(free_port)
}

@test "network-server: busybox httpd serves its directory, and not where links lead" {
  make_victim
  make_site
  busybox httpd -f -p "127.0.0.1:$SERVER_PORT" -h htdocs 3>&- &
  SERVER=$!
  await curl -sf -o /dev/null "http://127.0.0.1:$SERVER_PORT/page"
  expect_equal "PRIVATE KEY OF THE VICTIM" "$(fetch key)"
  server_stop

  serve -r htdocs -- busybox httpd -f -p "127.0.0.1:$SERVER_PORT" -h htdocs
  fetch page | cmp - htdocs/page
  [[ $(fetch key) != *"PRIVATE KEY"* ]]
  [[ $(fetch "../home/.ssh/id_rsa") != *"PRIVATE KEY"* ]]
}

@test "network-server: python serves in threads, and keeps a log" {
  make_victim
  make_site
  mkdir logs
  serve -r htdocs -w logs -- sh -c "exec $PYTHON -m http.server -b 127.0.0.1 -d htdocs $SERVER_PORT 2>logs/access"
  local n
  local -a clients=()
  for n in 1 2 3 4 5 6 7 8; do
    (fetch page | cmp - htdocs/page) &
    clients+=($!)
  done
  for n in "${clients[@]}"; do
    wait "$n"
  done
  [ "$(grep -c 'GET /page' logs/access)" -ge 8 ]
}

@test "network-server: another port is not listened on, and nobody is called" {
  make_victim
  local port try
  port=$(free_port)
  try='
import socket, sys
def attempt(name, what):
    try:
        what(); print(name)
    except OSError as e:
        print(name, "refused")
attempt("own port", lambda: socket.create_server(("127.0.0.1", int(sys.argv[1]))).close())
attempt("other port", lambda: socket.create_server(("127.0.0.1", 0)).close())
attempt("connect", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 10))
attempt("UDP", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)))
'
  expect_equal "own port other port connect UDP" \
    "$(outside "$PYTHON" -c "$try" "$port" "$PORT" | xargs)"
  run_box -p network-server --listen "$port" -- "$PYTHON" -c "$try" "$port" "$PORT"
  expect_success $'own port\nother port refused\nconnect refused\nUDP refused'
  run_box -p network-server -- "$PYTHON" -c "$try" "$port" "$PORT"
  expect_success $'own port refused\nother port refused\nconnect refused\nUDP refused'
  expect_equal 1 "$(wc -l <connections)"
}

@test "network-server: what is given up is one guarantee, and it is told" {
  "$FUMEHOOD" show -p network-server --listen 8080 -- true >show.out
  grep -q '^  network  *lost' show.out
  expect_equal 1 "$(sed -n '/^Guarantees:/,/^[A-Z]/p' show.out | grep -c ' lost ')"
  "$FUMEHOOD" why -p network-server --listen 8080 listen 8080
  expect_refused "$FUMEHOOD" why -p network-server --listen 8080 listen 8081
  expect_refused "$FUMEHOOD" why -p network-server --listen 8080 connect 8080
}
