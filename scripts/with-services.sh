#!/usr/bin/env bash
# Runs a command beside a PostgreSQL, a Redis and a message bus of its own, and takes them away afterwards.
#
#   scripts/with-services.sh COMMAND [ARGUMENT…]
#
# The command finds them in TEST_DATABASE_URL, TEST_REDIS_URL and TEST_BUS (for test printers, which announce
# themselves there). A variable that is already set is left alone, and nothing is started for it. Nothing survives the command, and nothing
# listens beyond this machine: PostgreSQL on a socket in a private folder, Redis on loopback.
set -euo pipefail

home=$(mktemp -d /tmp/huidan-test-XXXXXX) # short: the path of a socket may have 107 bytes
postgres='' redis='' bus='' announcer='' child=''

stop() {
    trap - EXIT INT TERM
    if [ -n "$child" ]; then kill -TERM -- "-$child" 2>/dev/null || true; fi
    # QUIT ends PostgreSQL at once and without a checkpoint; Redis has nothing to save either.
    if [ -n "$postgres" ]; then kill -QUIT "$postgres" 2>/dev/null || true; fi
    if [ -n "$redis" ]; then kill -KILL "$redis" 2>/dev/null || true; fi
    if [ -n "$announcer" ]; then kill -KILL "$announcer" 2>/dev/null || true; fi
    if [ -n "$bus" ]; then kill -KILL "$bus" 2>/dev/null || true; fi
    wait $postgres $redis $bus $announcer 2>/dev/null || true
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

# Test printers of the Internet Printing Protocol announce themselves through Avahi and do not start without it.
start_bus() {
    local log=$home/bus.log avahi private=()
    avahi=$(command -v avahi-daemon || echo /usr/sbin/avahi-daemon)
    command -v dbus-daemon >/dev/null && [ -x "$avahi" ] || fail "dbus-daemon or avahi-daemon is missing; run scripts/install-tools.sh"
    {
        echo "<busconfig><type>system</type><listen>unix:path=$home/bus</listen><auth>EXTERNAL</auth>"
        echo '<policy context="default"><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/><allow user="*"/></policy></busconfig>'
    } >"$home/bus.conf"
    printf '[server]\nhost-name=huidan-test-%s\nuse-ipv6=no\nallow-interfaces=lo\nenable-dbus=yes\n[wide-area]\nenable-wide-area=no\n' $$ >"$home/avahi.conf"
    ${tied[@]+"${tied[@]}"} dbus-daemon --config-file="$home/bus.conf" --nofork >"$log" 2>&1 &
    bus=$!
    for _ in $(seq 100); do
        [ ! -S "$home/bus" ] || break
        sleep 0.05
    done
    # Avahi runs once a machine, by a file of its process id: ours gets a place of its own for it, where that is allowed.
    if unshare --mount true 2>/dev/null; then
        private=(unshare --mount sh -c 'mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon && exec "$@"' sh)
    fi
    DBUS_SYSTEM_BUS_ADDRESS="unix:path=$home/bus" ${tied[@]+"${tied[@]}"} ${private[@]+"${private[@]}"} "$avahi" \
        -f "$home/avahi.conf" --no-drop-root --no-chroot --no-rlimits >>"$log" 2>&1 &
    announcer=$!
    for _ in $(seq 200); do
        ! grep -qs 'Server startup complete' "$log" || break
        kill -0 "$announcer" 2>/dev/null || fail "Avahi ended as it started" "$log"
        sleep 0.05
    done
    export TEST_BUS="unix:path=$home/bus"
}

[ $# -gt 0 ] || fail "write the command to run: scripts/with-services.sh cargo test"
[ -n "${TEST_DATABASE_URL:-}" ] || start_postgres
[ -n "${TEST_REDIS_URL:-}" ] || start_redis
[ -n "${TEST_BUS:-}" ] || start_bus

# A process group of its own: whatever the command has started can be ended with it.
set -m
"$@" </dev/null &
child=$!
set +m
status=0
wait "$child" || status=$?
child=''
exit "$status"
