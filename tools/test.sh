#!/usr/bin/env bash
# Runs the tests on a bare Debian 12 or any machine that has the packages of tools/packages.txt.
#
#   tools/test.sh [dev|protocol|unit|scenario|integration|fault|fuzz|tidy|all] [--long]
#
# dev          the checks of the sources themselves: floors, layout, nondeterminism, headers, docs
# protocol     the ISO 8583 library alone
# unit, scenario, integration, fault   the CTest cases of that label, built by g++ (preset release)
# fuzz         every libFuzzer target over its corpus, 20 s each (--long: 10 min each)
# tidy         clang-tidy over every source, by the list in .clang-tidy; not part of all, it is slow
# all          everything that CI checks (default): the above; unit and scenario once more with
#              clang under the address and undefined behaviour sanitizers; the threaded parts under
#              the thread sanitizer. The asan-ubsan build compiles every file with clang and
#              -Werror, so no clang build without sanitizers is made besides.
#
# The last line is the sum over all steps, "N passed, N failed"; exit code 0 only when none failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

suite=all
long=no
for argument in "$@"; do
    case "$argument" in
        dev | protocol | unit | scenario | integration | fault | fuzz | tidy | all)
            suite="$argument" ;;
        --long) long=yes ;;
        *) sed -n '2,18s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done

jobs="$(nproc)"
started=$SECONDS
passed=0
failed=0
summary=()
export CTEST_OUTPUT_ON_FAILURE=1
if [[ $long == yes ]]; then export TURNOUT_TEST_LONG=1; fi

say() { printf '\n== [%4d s] %s\n' $((SECONDS - started)) "$*"; }
note() { summary+=("$(printf '%-34s %s' "$1" "$2")"); }

# build PRESET [TARGET...]: configures and builds within 25 minutes; a failure is one failed step.
build() {
    local preset="$1"
    shift
    local targets=()
    if [[ $# -gt 0 ]]; then targets=(--target "$@"); fi
    say "build $preset"
    if timeout 120 cmake --preset "$preset" -Wno-dev >/dev/null &&
        timeout 1500 cmake --build --preset "$preset" -j"$jobs" "${targets[@]}"; then
        return 0
    fi
    failed=$((failed + 1))
    note "build $preset" "FAILED"
    return 1
}

# cases PRESET LIMIT_S NAME CTEST_ARGUMENT...: runs ctest and adds its count to ours.
cases() {
    local preset="$1" limit_s="$2" name="$3"
    shift 3
    say "$name ($preset)"
    local log="build/$preset/ctest-$name.log"
    timeout --kill-after=30 "$limit_s" ctest --test-dir "build/$preset" --no-tests=error "$@" 2>&1 |
        tee "$log" || true
    count_cases "$name ($preset)" "$log"
}

# ctest ends with "97% tests passed, 2 tests failed out of 57"; without that line it did not finish.
count_cases() {
    local name="$1" log="$2" line bad total
    line="$(grep -E '^[0-9]+% tests passed, [0-9]+ tests? failed' "$log" | tail -n 1 || true)"
    if [[ -z $line ]]; then
        failed=$((failed + 1))
        note "$name" "FAILED: ctest did not finish, see $log"
        return
    fi
    bad="$(sed -E 's/.*passed, ([0-9]+) tests? failed.*/\1/' <<<"$line")"
    total="$(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$line")"
    passed=$((passed + total - bad))
    failed=$((failed + bad))
    note "$name" "$line"
}

# Names of what CMake functions (a pattern) declare below a directory: declared turnout_test tests
declared() {
    find "$2" -name CMakeLists.txt -exec cat {} + 2>/dev/null |
        grep -oE "$1\\([[:space:]]*[A-Za-z0-9_]+" |
        sed -E 's/.*\([[:space:]]*//' | sort -u || true
}

protocol_cases() {
    mapfile -t targets < <(declared turnout_test tests/unit/protocol)
    build release "${targets[@]}" && cases release 600 protocol -R '^protocol' -j "$jobs"
}
dev_cases() { cases release 600 dev -L '^dev$' -j "$jobs"; }
unit_cases() { cases "$1" 900 unit -L '^unit$' -j "$jobs"; }
scenario_cases() { cases "$1" 600 scenario -L '^scenario$' -j "$jobs"; }
integration_cases() { cases "$1" 1200 integration -L '^integration$' -j "$jobs"; }
fault_cases() {
    local limit_s=900
    if [[ $long == yes ]]; then limit_s=7200; fi
    cases release "$limit_s" fault -L '^fault$' -j 1
}

# The modules that run threads, and the whole daemon driven over loopback. Everything else is one
# thread by design: running it here would cost minutes and find nothing.
tsan_cases() {
    local module tests=()
    for module in base journal net app; do
        mapfile -t -O "${#tests[@]}" tests < <(declared turnout_test "tests/unit/switch/$module")
    done
    build tsan "${tests[@]}" turnoutd turnout || return 0
    local names
    names="$(IFS='|' && echo "${tests[*]}")"
    cases tsan 900 threads -R "^($names)\$" -j "$jobs"
    cases tsan 900 daemon -R '^integration\.(lifecycle|own_thread|duplicates)$' -j "$jobs"
}

# One target over its corpus; new inputs and findings stay in the build tree.
fuzz_one() {
    local target="$1" seconds="$2"
    local found="build/fuzz/corpus/$target" seeds="tests/fuzz/corpus/$target"
    mkdir -p "$found" build/fuzz/findings
    local corpus=("$found")
    if [[ -d $seeds ]]; then corpus+=("$seeds"); fi
    timeout --kill-after=30 $((seconds + 300)) "build/fuzz/bin/$target" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/findings/$target-" "${corpus[@]}" \
        >"build/fuzz/$target.log" 2>&1
}

fuzz_cases() {
    local seconds=20 targets target
    if [[ $long == yes ]]; then seconds=600; fi
    mapfile -t targets < <(declared 'turnout_fuzz(_target)?' tests)
    if [[ ${#targets[@]} -eq 0 ]]; then
        failed=$((failed + 1))
        note "fuzz" "FAILED: no target found"
        return
    fi
    build fuzz "${targets[@]}" || return 0
    say "fuzz: ${#targets[@]} targets, $seconds s each, $jobs at a time"
    local -A pids=()
    for target in "${targets[@]}"; do
        while [[ $(jobs -rp | wc -l) -ge $jobs ]]; do sleep 0.2; done
        fuzz_one "$target" "$seconds" &
        pids[$target]=$!
    done
    for target in "${targets[@]}"; do
        local runs
        if wait "${pids[$target]}"; then
            passed=$((passed + 1))
            runs="$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$target.log")"
            note "fuzz $target" "${runs:-0} inputs, nothing found"
        else
            failed=$((failed + 1))
            note "fuzz $target" "FAILED, see build/fuzz/$target.log"
            tail -n 30 "build/fuzz/$target.log"
        fi
    done
}

# clang-tidy needs the compile commands of a clang build, not the build itself. Counts as one step.
tidy_cases() {
    local log=build/clang_tidy.log
    say "configure asan-ubsan, then clang-tidy over everything"
    if timeout 120 cmake --preset asan-ubsan -Wno-dev >/dev/null &&
        timeout 7200 tools/dev/clang_tidy.sh --build build/asan-ubsan --all 2>&1 | tee "$log"; then
        passed=$((passed + 1))
        note "tidy" "$(tail -n 1 "$log")"
    else
        failed=$((failed + 1))
        note "tidy" "FAILED, see $log"
    fi
}

finish() {
    say "summary"
    printf '%s\n' "${summary[@]}"
    printf 'time: %d s\n' $((SECONDS - started))
    printf '%d passed, %d failed\n' "$passed" "$failed"
    if [[ $failed -ne 0 || $passed -eq 0 ]]; then exit 1; fi
    exit 0
}

say "packages"
tools/dev/install_packages.sh build check

case "$suite" in
    dev) build release && dev_cases ;;
    protocol) protocol_cases ;;
    unit) build release && unit_cases release ;;
    scenario) build release && scenario_cases release ;;
    integration) build release && integration_cases release ;;
    fault) build release && fault_cases ;;
    fuzz) fuzz_cases ;;
    tidy) tidy_cases ;;
    all)
        if build release; then
            dev_cases
            unit_cases release
            scenario_cases release
            integration_cases release
            fault_cases
        fi
        if build asan-ubsan; then
            unit_cases asan-ubsan
            scenario_cases asan-ubsan
            integration_cases asan-ubsan
        fi
        tsan_cases
        fuzz_cases
        ;;
esac || true
finish
