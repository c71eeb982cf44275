#!/usr/bin/env bash
# Does what a page says, line by line, against a real server on a fresh data folder.
#
#   scripts/walkthrough.sh [PAGE…]                      README.md, when no page is named
#   HUIDAN=target/debug/huidan scripts/walkthrough.sh   with a program that is built already
#
# Of a page it takes what stands between <!-- walk --> and <!-- end of walk -->: each block of sh is run, all of
# them in one shell, and a block of text behind it is what has to come out. Ids and times are not compared. Needs
# bash, curl and what every system has.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${HUIDAN:-}" ]; then
    cargo build --release --locked --bin huidan
    HUIDAN=target/release/huidan
fi
bin=$(cd "$(dirname "$HUIDAN")" && pwd)
scratch=$(mktemp -d)
server=
end() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    rm -rf "$scratch"
}
trap end EXIT

# What runs of a page: its blocks, each followed by a look at what it said.
program_of() {
    local line inside= kind= n=0
    while IFS= read -r line; do
        case "$line" in
        '<!-- walk -->') inside=yes ;;
        '<!-- end of walk -->') inside= ;;
        '```sh') [ -z "$inside" ] || { n=$((n + 1)) kind=sh; echo "block=$n"; echo "{"; } ;;
        '```text') [ -z "$inside" ] || { kind=text; : >"$scratch/expected.$n"; } ;;
        '```')
            [ "$kind" != sh ] || echo "} >\"\$scratch/said.$n\" 2>&1"
            [ "$kind" != text ] || echo "look $n"
            kind=
            ;;
        *)
            [ "$kind" != sh ] || printf '%s\n' "$line"
            [ "$kind" != text ] || printf '%s\n' "$line" >>"$scratch/expected.$n"
            ;;
        esac
    done <"$1"
    [ "$n" -gt 0 ] || { echo "There is nothing to walk in $1." >&2; exit 1; }
}

# What differs from day to day and from machine to machine.
plain() {
    tr -d '\r' <"$1" | sed -e 's/"id":"[^"]*"/"id":"…"/g' -e 's/20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9:.]*Z/…/g' \
        -e 's/\(shipment \|token:\)[0-9][0-9]*/\1…/g' -e 's/^  *//' -e 's/  *$//'
}

# Called by the page's program behind each block that says what has to come out.
look() {
    diff <(plain "$scratch/expected.$1") <(plain "$scratch/said.$1") >"$scratch/diff" && return
    echo "Block $1 of $page said something else ( < expected, > said):" >&2
    cat "$scratch/diff" >&2
    trap - ERR
    exit 1
}

start_server() {
    rm -rf "$scratch/data"
    export HUIDAN_DATA=$scratch/data
    # The walk is about one machine; what else is set around it does not count.
    unset DATABASE_URL REDIS_URL HUIDAN_SECRET_KEY
    "$bin/huidan" serve --listen 127.0.0.1:0 >/dev/null 2>"$scratch/log" &
    server=$!
    address=
    for _ in $(seq 200); do
        address=$(sed -n 's/.*huidan serves http:\/\/\([0-9.:]*\).*/\1/p' "$scratch/log" | head -1)
        if [ -n "$address" ] && curl -sf -o /dev/null "http://$address/readyz"; then return; fi
        sleep 0.1
    done
    cat "$scratch/log" >&2
    exit 1
}

walk() {
    page=$1
    program_of "$page" |
        sed -e "s|127.0.0.1:7800|$address|g" -e "s|\\\$PWD/target/release|$bin|g" >"$scratch/program"
    # Files a page makes go with the folder.
    (
        # Blocks write into files, so failures are told past them.
        exec 3>&2
        set -E
        trap 'echo "Block $block of $page failed:" >&3; cat "$scratch/said.$block" >&3' ERR
        export TMPDIR=$scratch
        # shellcheck disable=SC1091
        . "$scratch/program"
    )
    echo "$page: $(ls "$scratch"/said.* | wc -l | tr -d ' ') blocks walked, as the page says."
    rm -f "$scratch"/said.* "$scratch"/expected.*
}

for page in "${@:-README.md}"; do
    start_server
    walk "$page"
    kill "$server" && wait "$server" || true
    server=
done
