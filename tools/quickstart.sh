#!/usr/bin/env bash
# From a bare Debian 12 to real card traffic through a running switch: installs what is missing,
# builds, starts turnoutd, drives it for ten seconds, prints the latency report, stops it, and
# checks its books. Exits with 0 only when every step succeeded.
#
#   tools/quickstart.sh [--rate N] [--seconds N] [--keep]
#
# --keep leaves the data directory in place and says where it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rate=2000
seconds=10
keep=no
attempts=4
while [[ $# -gt 0 ]]; do
    case "$1" in
        --rate) rate="$2"; shift 2 ;;
        --seconds) seconds="$2"; shift 2 ;;
        --keep) keep=yes; shift ;;
        *) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done

bin=build/release/bin
work=
daemon=

# Ends the daemon that this script started, and only that one.
stop_daemon() {
    [[ -n $daemon ]] || return 0
    local pid=$daemon
    daemon=
    kill -TERM "$pid" 2>/dev/null || true
    for _ in $(seq 1 200); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    if kill -0 "$pid" 2>/dev/null; then
        echo "turnoutd ($pid) did not stop within 20 s" >&2
        kill -KILL "$pid"
    fi
    wait "$pid"
}

clean_up() {
    local code=$?
    stop_daemon || true
    if [[ $code -ne 0 && -n $work && -s $work/turnoutd.log ]]; then
        echo "--- last lines of the daemon's log" >&2
        tail -n 20 "$work/turnoutd.log" >&2
    fi
    if [[ -n $work && $keep == no ]]; then rm -rf "$work"; fi
    if [[ $code -ne 0 ]]; then echo "quickstart: FAILED (exit $code)" >&2; fi
}
trap clean_up EXIT

say() { printf '\n== %s\n' "$*"; }
show() { printf '+ %s\n' "$*"; "$@"; }

say "1/6 packages"
tools/dev/install_packages.sh build

say "2/6 build (g++, preset release, $(nproc) jobs)"
show cmake --preset release -Wno-dev >/dev/null
show cmake --build --preset release -j"$(nproc)" --target turnoutd turnout

say "3/6 start the switch"
# On the disk of the build tree, not in /tmp: that can be memory, which holds nothing durably.
work="$(mktemp -d "$PWD/build/quickstart.XXXXXX")"
# Tables for this run, all their memory taken before it listens: a page that the kernel hands out in
# the middle of a payment would be seen as latency of the switch.
tables=$((rate * (seconds + 2) * attempts * 8 / 7 + 65536))  # an eighth is not for requests
start=("$bin/turnoutd" --dev --data "$work/data" --port 0 --ready-file "$work/ready.json"
    --set engine.commit_memory=true --set "engine.transactions_max=$tables"
    --set "engine.holds_max=$tables")
printf '+ %s &\n' "${start[*]}"
"${start[@]}" >"$work/turnoutd.log" 2>&1 &
daemon=$!
for _ in $(seq 1 600); do
    [[ -s $work/ready.json ]] && break
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon" || exit $?; exit 1; }
    sleep 0.1
done
[[ -s $work/ready.json ]] || { echo "turnoutd was not ready within 60 s" >&2; exit 1; }
port="$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["listeners"][0]["port"])' \
    "$work/ready.json")"
echo "ready: process $daemon listens on 127.0.0.1:$port"

say "4/6 card traffic: $rate/s for $seconds s, ISO 8583:1987, latency from the intended send time"
# A run is INVALID when the generator itself lagged, as on a machine that does something else at the
# same time. Its figures say nothing about the switch, so it is repeated, with exact pacing where
# there is a core for it.
pacing=()
for ((attempt = 1; attempt <= attempts; attempt++)); do
    code=0
    timeout $((seconds + 60)) "$bin/turnout" load --target "127.0.0.1:$port" --rate "$rate" \
        -d "${seconds}s" "${pacing[@]}" 2>&1 | tee "$work/load.txt" || code=$?
    if [[ $code -ne 0 ]]; then
        echo "turnout load failed (exit $code)" >&2
        exit "$code"
    fi
    if grep -qw VALID "$work/load.txt"; then break; fi
    if [[ $attempt -eq $attempts ]]; then
        echo "no run was VALID: leave the machine alone for a minute and try again" >&2
        exit 1
    fi
    echo "not VALID: once more"
    if [[ $(nproc) -gt 1 ]]; then pacing=(--spin); fi
    sleep 3
done

say "5/6 stop it"
echo "+ kill -TERM $daemon"
stop_daemon
echo "stopped cleanly"

say "6/6 check the books"
config="$work/data/turnout.toml"
show timeout 300 "$bin/turnout" journal verify -c "$config"
show timeout 300 "$bin/turnout" ledger trial-balance -c "$config"

if [[ $keep == yes ]]; then echo "data directory: $work/data"; fi
printf '\nquickstart: OK\n'
