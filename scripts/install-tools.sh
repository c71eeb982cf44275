#!/usr/bin/env bash
# Installs what the build and the tests need beyond the Rust toolchain, if it is missing.
#
#   scripts/install-tools.sh [TOOL…]
#
# Without names it sees to everything the tests use. Only apt-get is known; elsewhere the
# script says what is missing and leaves the installing to you.
set -euo pipefail

# tool | package | what it is for
TOOLS='
cc         gcc             SQLite and the PostgreSQL client are compiled from C
make       make            the words of the Makefile
curl       curl            the walks of the README speak to the API with it
pkg-config pkg-config      finding C libraries while compiling
postgres   postgresql      half of the tests run on PostgreSQL
redis      redis-server    workers of several machines meet in Redis
pdftoppm   poppler-utils   tests look at printed pages
zbarimg    zbar-tools      tests read the bar codes of printed pages
chromium   chromium        tests use the web pages as people do
chromedriver chromium-driver they drive it through WebDriver
node       nodejs          make test-shops runs shop servers that need it
npm        npm             they come from there
cjk-font   fonts-noto-cjk  its pictures show Chinese
ippeveprinter cups-ipp-utils tests print on a real printer of the Internet Printing Protocol
avahi-daemon avahi-daemon that printer announces itself, and does not start without
dbus-daemon dbus-daemon they speak to each other over it
'
DEFAULT='cc make curl pkg-config postgres redis pdftoppm zbarimg chromium chromedriver cjk-font ippeveprinter avahi-daemon dbus-daemon'

# Debian keeps the server's programs beside the PATH, one folder per version.
has() {
    case $1 in
        postgres) command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
        cjk-font) compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null ;;
        redis) command -v redis-server >/dev/null ;;
        # Debian keeps these two where ordinary users do not look.
        ippeveprinter | avahi-daemon) command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

field() { awk -v tool="$1" -v column="$2" '$1 == tool { print $column }' <<<"$TOOLS"; }

missing=() packages=()
# shellcheck disable=SC2086 # words are meant to split
for tool in ${@:-$DEFAULT}; do
    package=$(field "$tool" 2)
    if [ -z "$package" ]; then
        echo "install-tools: there is no tool $tool; known are" $(awk '{ print $1 }' <<<"$TOOLS") >&2
        exit 2
    fi
    has "$tool" || { missing+=("$tool"); packages+=("$package"); }
done
[ ${#missing[@]} -gt 0 ] || exit 0

by_hand() {
    echo "install-tools: $1. Please install: ${packages[*]}" >&2
    exit 1
}
command -v apt-get >/dev/null || by_hand "this machine has no apt-get"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || by_hand "installing needs root, and there is no sudo"
    as_root=(sudo)
fi

echo "Installing ${packages[*]} …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >>"$log" 2>&1 </dev/null
}
# An index that cannot be renewed may still do; the installing decides.
quietly update || true
if ! quietly install --no-install-recommends "${packages[@]}"; then
    tail -n 20 "$log" >&2
    by_hand "apt-get could not install them"
fi
