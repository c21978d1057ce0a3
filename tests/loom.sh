#!/bin/sh
# Runs the listener's models in every order that their threads can have. With --short the threads are interrupted less often: a minute in
# place of a quarter of an hour.
set -eu
cd "$(dirname "$0")/.."
preemptions=3
if [ "${1:-}" = --short ]; then preemptions=2; fi
# Flags of its own: a directory of its own, or everything else would be built anew.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/loom"
export LOOM_MAX_PREEMPTIONS="$preemptions" RUSTFLAGS="${RUSTFLAGS:-} --cfg loom"
# What takes time is running the models, not building them.
export CARGO_PROFILE_DEV_OPT_LEVEL=2
cargo test --quiet --package handlers-queue --lib listener::tests::models
