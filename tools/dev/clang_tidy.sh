#!/usr/bin/env bash
# Runs the must-fix list of .clang-tidy with the compile commands of a configured build.
#
#   tools/dev/clang_tidy.sh [--build build/asan-ubsan] [--all | --since REVISION | FILE...]
#
# Without arguments: the sources that differ from the last commit. --all is what tools/test.sh tidy
# runs: minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build=build/debug
[[ -f $build/compile_commands.json ]] || build=build/asan-ubsan
revision=HEAD
all=no
files=()
while [[ $# -gt 0 ]]; do
    case "$1" in
        --build) build="$2"; shift 2 ;;
        --all) all=yes; shift ;;
        --since) revision="$2"; shift 2 ;;
        -*) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
        *) files+=("$1"); shift ;;
    esac
done
[[ -f $build/compile_commands.json ]] || {
    echo "$build is not configured: cmake --preset debug" >&2
    exit 1
}
if [[ $all == yes ]]; then
    mapfile -t files < <(find protocol switch tools bench tests -name '*.cpp' -type f | sort)
elif [[ ${#files[@]} -eq 0 ]]; then
    mapfile -t files < <({ git diff --name-only --diff-filter=d "$revision" -- '*.cpp'
                           git ls-files --others --exclude-standard -- '*.cpp'; } | sort -u)
fi
# Only what this build compiles: a fuzz target is not in the compile commands of a debug build.
known=()
for file in "${files[@]}"; do
    grep -q "/$file\"" "$build/compile_commands.json" && known+=("$file")
done
if [[ ${#known[@]} -eq 0 ]]; then
    echo "clang-tidy: nothing to look at"
    exit 0
fi
printf '%s\0' "${known[@]}" |
    xargs -0 -n 4 -P "$(nproc)" timeout 600 clang-tidy --quiet -p "$build"
echo "clang-tidy: ${#known[@]} files are clean"
