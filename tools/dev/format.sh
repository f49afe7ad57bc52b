#!/usr/bin/env bash
# Lays out all C++ sources by .clang-format, or says which are not: format.sh [--check] [FILE...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

command -v clang-format >/dev/null || {
    echo "clang-format is missing: tools/dev/install_packages.sh check" >&2
    exit 1
}
mode=(-i)
if [[ ${1:-} == --check ]]; then
    mode=(--dry-run --Werror)
    shift
fi
if [[ $# -gt 0 ]]; then
    files=("$@")
else
    mapfile -t files < <(find protocol switch tools bench tests -name '*.[ch]pp' -type f | sort)
fi
printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$(nproc)" clang-format "${mode[@]}"
echo "format: ${#files[@]} files"
