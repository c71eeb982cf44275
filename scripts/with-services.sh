#!/usr/bin/env bash
# Runs a command beside a PostgreSQL and a Redis of its own, and takes both away afterwards.
#
#   scripts/with-services.sh COMMAND [ARGUMENT…]
#
# The command finds them in TEST_DATABASE_URL and TEST_REDIS_URL. A variable that is already
# set is left alone, and nothing is started for it. Nothing survives the command, and nothing
# listens beyond this machine: PostgreSQL on a socket in a private folder, Redis on loopback.
set -euo pipefail

home=$(mktemp -d /tmp/huidan-test-XXXXXX) # short: the path of a socket may have 107 bytes
postgres='' redis='' child=''

stop() {
    trap - EXIT INT TERM
    if [ -n "$child" ]; then kill -TERM -- "-$child" 2>/dev/null || true; fi
    # QUIT ends PostgreSQL at once and without a checkpoint; Redis has nothing to save either.
    if [ -n "$postgres" ]; then kill -QUIT "$postgres" 2>/dev/null || true; fi
    if [ -n "$redis" ]; then kill -KILL "$redis" 2>/dev/null || true; fi
    wait $postgres $redis 2>/dev/null || true
    rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "with-services: $1" >&2
    [ ! -f "${2:-}" ] || tail -n 20 "$2" >&2
    exit 1
}

# A server must not outlive this script, not even when it is killed without a chance to clean up.
tied=()
if command -v setpriv >/dev/null; then tied=(setpriv --pdeathsig KILL); fi

start_postgres() {
    local bin user=() log=$home/postgres.log
    if command -v initdb >/dev/null; then
        bin=$(dirname "$(readlink -f "$(command -v initdb)")")
    else
        bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1) || fail "PostgreSQL is missing; run scripts/install-tools.sh"
    fi
    # PostgreSQL refuses to run as root.
    if [ "$(id -u)" -eq 0 ]; then
        local name=postgres
        id -u "$name" >/dev/null 2>&1 || name=nobody
        command -v setpriv >/dev/null || fail "setpriv is missing (package util-linux); or run this as a user other than root"
        user=(setpriv "--reuid=$name" "--regid=$(id -gn "$name")" --clear-groups)
        chown "$name" "$home"
    fi
    # Started in its own folder: the server's user may not be allowed to see the present one.
    (cd "$home" && ${user[@]+"${user[@]}"} "$bin/initdb" --pgdata="$home/postgres" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C --no-sync) >"$log" 2>&1 || fail "initdb failed" "$log"
    # Data of tests may be lost with the power, so nothing waits for the disk.
    (cd "$home" && exec ${user[@]+"${user[@]}"} ${tied[@]+"${tied[@]}"} "$bin/postgres" -D "$home/postgres" \
        -c listen_addresses='' -c unix_socket_directories="$home" -c unix_socket_permissions=0700 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
        -c max_connections=200 -c shared_buffers=64MB -c autovacuum=off) >>"$log" 2>&1 &
    postgres=$!
    for _ in $(seq 300); do
        ! "$bin/pg_isready" -q -h "$home" || break
        kill -0 "$postgres" 2>/dev/null || fail "PostgreSQL ended as it started" "$log"
        sleep 0.1
    done
    export TEST_DATABASE_URL="postgres://postgres@${home//\//%2F}/postgres"
}

start_redis() {
    local port log=$home/redis.log
    command -v redis-server >/dev/null || fail "Redis is missing; run scripts/install-tools.sh"
    for _ in $(seq 20); do
        port=$((20000 + RANDOM % 12000)) # below the ports that systems hand out by themselves
        (cd "$home" && exec ${tied[@]+"${tied[@]}"} redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no) >"$log" 2>&1 &
        redis=$!
        for _ in $(seq 100); do
            if grep -qs 'Ready to accept connections' "$log"; then
                export TEST_REDIS_URL="redis://127.0.0.1:$port/"
                return
            fi
            # Another program has the port: try the next one.
            kill -0 "$redis" 2>/dev/null || continue 2
            sleep 0.05
        done
    done
    fail "Redis did not start" "$log"
}

[ $# -gt 0 ] || fail "write the command to run: scripts/with-services.sh cargo test"
[ -n "${TEST_DATABASE_URL:-}" ] || start_postgres
[ -n "${TEST_REDIS_URL:-}" ] || start_redis

# A process group of its own: whatever the command has started can be ended with it.
set -m
"$@" </dev/null &
child=$!
set +m
status=0
wait "$child" || status=$?
child=''
exit "$status"
