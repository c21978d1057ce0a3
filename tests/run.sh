#!/bin/sh
# Runs all tests. Installs what they need beyond Rust, where it can, and fails where it cannot: a test that is not run proves nothing.
set -eu
cd "$(dirname "$0")/.."

# Daemons are not in everybody's path.
export PATH="$PATH:/usr/sbin:/sbin"

# need COMMAND PACKAGE: a program that tests start, or a file that such a program loads.
need() {
    if command -v "$1" >/dev/null 2>&1 || [ -e "$1" ]; then
        return
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get install --yes --quiet "$2" >/dev/null 2>&1 ||
            { apt-get update --quiet >/dev/null 2>&1 && apt-get install --yes --quiet "$2" >/dev/null; }
    fi
    if ! command -v "$1" >/dev/null 2>&1 && [ ! -e "$1" ]; then
        echo "the tests need '$1'; install the package '$2' and try again" >&2
        exit 1
    fi
}

# need_peers: packages of Python's that share a log with ours, read what ours queue, or send what ours send.
need_peers() {
    if PYTHONPATH=target/peers python3 -c 'import concurrent_log_handler, graypy, kinesyslog.protocol, redis' 2>/dev/null; then
        return
    fi
    if ! python3 -m pip --version >/dev/null 2>&1; then
        need pip3 python3-pip
    fi
    if ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
        --target target/peers --requirement tests/peers/requirements.txt ||
        ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
            --target target/peers --no-deps --requirement tests/peers/requirements-alone.txt; then
        echo "the tests need the packages in tests/peers/requirements*.txt, and pip cannot install them" >&2
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
need openssl openssl
need nft nftables
need nginx nginx-light
need ip iproute2
need redis-server redis-server
need rsyslogd rsyslog
need "$(dirname "$(ls /usr/lib/*/rsyslog/lmnet.so)")/lmnsd_ossl.so" rsyslog-openssl

# syslog-ng cannot be installed beside rsyslog: it is unpacked where the tests look for it.
peers=${CARGO_TARGET_DIR:-target}/peers
if [ ! -x "$peers/syslog-ng/usr/sbin/syslog-ng" ] && ! command -v syslog-ng >/dev/null 2>&1; then
    mkdir -p "$peers"
    (
        cd "$peers" && apt-get --quiet update &&
            apt-get --quiet --option APT::Sandbox::User=root download syslog-ng-core &&
            apt-get --quiet --yes satisfy "$(dpkg-deb --field syslog-ng-core_*.deb Depends)" &&
            dpkg-deb --extract syslog-ng-core_*.deb syslog-ng
    ) >/dev/null || {
        echo "the tests need syslog-ng; unpack the package syslog-ng-core in $peers/syslog-ng" >&2
        exit 1
    }
fi
need zstd zstd

for zone in UTC America/New_York; do
    TZ=$zone cargo test --workspace --all-features --no-fail-fast "$@"
done
