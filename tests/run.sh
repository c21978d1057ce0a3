#!/bin/sh
# Runs all tests. Installs what they need beyond Rust, where it can, and fails where it cannot: a test that is not run proves nothing.
set -eu
cd "$(dirname "$0")/.."

# need COMMAND PACKAGE: a program that tests start.
need() {
    if command -v "$1" >/dev/null 2>&1; then
        return
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get install --yes --quiet "$2" >/dev/null 2>&1 ||
            { apt-get update --quiet >/dev/null 2>&1 && apt-get install --yes --quiet "$2" >/dev/null; }
    fi
    if ! command -v "$1" >/dev/null 2>&1; then
        echo "the tests need the program '$1'; install the package '$2' and try again" >&2
        exit 1
    fi
}

# need_peers: packages of Python's that share a log with ours.
need_peers() {
    if PYTHONPATH=target/peers python3 -c 'import concurrent_log_handler' 2>/dev/null; then
        return
    fi
    if ! python3 -m pip --version >/dev/null 2>&1; then
        need pip3 python3-pip
    fi
    if ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
        --target target/peers --requirement tests/peers/requirements.txt; then
        echo "the tests need the packages in tests/peers/requirements.txt, and pip cannot install them" >&2
        exit 1
    fi
}

need python3 python3
need_peers
need chattr e2fsprogs
need faketime faketime
need gcc gcc
need mount mount
need setpriv util-linux
need strace strace
need unshare util-linux
need zstd zstd

for zone in UTC America/New_York; do
    TZ=$zone cargo test --workspace --all-features --no-fail-fast "$@"
done
