#!/usr/bin/env bash
# Measures. Prints a table and, last, one JSON line per figure with its floor and ratio.
#
#   tools/bench.sh [codec|net|engine|journal|end_to_end|all] [--quick] [--save FILE]
#                  [--docs] [--enforce]
#
# --quick    short runs: shows that everything works, says little about speed
# --save     also writes machine and figures to FILE (bench/baselines/NAME.json)
# --docs     also writes the table into docs/performance.md
# --enforce  exits with 4 when a figure misses its bar (bench/baselines/bars.json)
#
# Figures move with whatever else the machine does: leave it alone meanwhile. docs/performance.md
# says what each figure means.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

suite=all
quick=()
report=()
while [[ $# -gt 0 ]]; do
    case "$1" in
        codec | net | engine | journal | end_to_end | all) suite="$1"; shift ;;
        --quick) quick=(--quick); shift ;;
        --enforce) report+=(--enforce); shift ;;
        --docs) report+=(--docs); shift ;;
        --save) report+=(--save "$2"); shift 2 ;;
        *) sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done

bin=build/release/bin
out=build/release/bench
say() { printf '\n== %s\n' "$*"; }
wants() { [[ $suite == all || $suite == "$1" ]]; }

say "packages"
tools/dev/install_packages.sh build
targets=()
if wants codec; then targets+=(codec_bench turnout); fi
if wants net; then targets+=(net_bench); fi
if wants engine; then targets+=(bench_engine); fi
if wants journal; then targets+=(bench_journal); fi
if wants end_to_end; then targets+=(bench_floor turnoutd turnout); fi
say "build ${targets[*]}"
cmake --preset release -Wno-dev >/dev/null
cmake --build --preset release -j"$(nproc)" --target "${targets[@]}"
rm -rf "$out"
mkdir -p "$out"
raw=()

repetitions=(--benchmark_repetitions=7 --benchmark_min_time=0.3)
if [[ ${#quick[@]} -gt 0 ]]; then
    repetitions=(--benchmark_repetitions=2 --benchmark_min_time=0.02)
fi
# Google Benchmark, median of the repetitions.
micro() {
    say "$1"
    timeout 900 "$bin/$1_bench" "${repetitions[@]}" --benchmark_out="$out/$1.json" \
        --benchmark_out_format=json >"$out/$1.txt"
    raw+=("$out/$1.json")
}
if wants codec; then
    micro codec
    say "codec: instructions by callgrind"
    timeout 900 python3 bench/micro/protocol/instructions.py --bin "$bin" --directory "$out" \
        "${quick[@]}" >"$out/instructions.jsonl"
    raw+=("$out/instructions.jsonl")
    say "message tools: a file through turnout message view"
    timeout 900 python3 bench/micro/protocol/message_view.py --bin "$bin" --directory "$out" \
        "${quick[@]}" >"$out/message_view.jsonl"
    raw+=("$out/message_view.jsonl")
fi
if wants net; then micro net; fi
if wants engine; then
    say "engine"
    timeout 900 "$bin/bench_engine" "${quick[@]}" | tee "$out/engine.jsonl"
    raw+=("$out/engine.jsonl")
fi
if wants journal; then
    say "journal"
    # Its files lie in the build tree: on the disk, not in a temporary directory of memory.
    timeout 900 "$bin/bench_journal" "${quick[@]}" --directory "$out" | tee "$out/journal.jsonl"
    raw+=("$out/journal.jsonl")
fi
if wants end_to_end; then
    say "end to end: floor and product in turns"
    timeout 3600 python3 bench/end_to_end/run.py --bin "$bin" --directory "$out" "${quick[@]}" \
        >"$out/end_to_end.jsonl"
    raw+=("$out/end_to_end.jsonl")
fi

say "figures"
python3 tools/dev/bench_report.py "${report[@]}" -- "${raw[@]}"
