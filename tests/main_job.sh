#!/bin/sh
# Runs the main job as the README has it, and with a million lines: each must arrive, in order, across rotations.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."
cargo build --release --quiet --package handlers-cli
case ${CARGO_TARGET_DIR:=target} in
/*) handlers=$CARGO_TARGET_DIR/release/handlers ;;
*) handlers=$PWD/$CARGO_TARGET_DIR/release/handlers ;;
esac
sample=$PWD/examples/service/sample.log
config=$PWD/examples/service/logging.yaml
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# same FILE FILE WHAT: fails unless the files are equal.
same() {
    cmp "$1" "$2" >&2 || fail "$3"
}

fail() {
    echo "the main job failed: $*" >&2
    exit 1
}

# The messages of a log, without date, level and name.
messages() {
    sed 's/^[^:]*:[^:]*:[^:]*: //' "$@"
}

# The names of service.log and its backups, oldest first.
logs() {
    backup=1
    while [ -e "service.log.$backup" ]; do backup=$((backup + 1)); done
    while [ "$backup" -gt 1 ]; do
        backup=$((backup - 1))
        echo "service.log.$backup"
    done
    echo service.log
}

"$handlers" check "$config" >said || fail "the sample configuration is said to be wrong: $(cat said)"
"$handlers" run --config "$config" --logger service --detect-level <"$sample" >screen

messages service.log >got
same "$sample" got "the sample has not arrived in service.log"
grep -E '^(ERROR|CRITICAL) ' "$sample" >expected
messages errors.log >got
same expected got "the errors have not arrived in errors.log"
grep -E '^(WARNING|ERROR|CRITICAL) ' "$sample" >expected
cut -c 10- screen >got
same expected got "the warnings have not arrived on the screen"
rm -f service.log errors.log

awk 'BEGIN { for (i = 1; i <= 1000000; i++) print "request", i }' >lines
begin=$(date +%s)
"$handlers" run --config "$config" --logger service <lines
end=$(date +%s)
[ -e service.log.10 ] || fail "a million lines were not rotated"
for log in $(logs); do messages "$log"; done >got
same lines got "a million lines have not arrived in order"

files=$(logs | grep -c .)
echo "the main job works: the sample, and a million lines over $files files in about $((end - begin)) s"
