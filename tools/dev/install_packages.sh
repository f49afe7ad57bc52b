#!/usr/bin/env bash
# Installs the Debian packages of the named groups of tools/packages.txt that are missing. When all
# are there it does nothing: no apt-get update, no root, no network.
#
#   tools/dev/install_packages.sh [--list|--dry-run] GROUP...      groups: build check
set -euo pipefail

list_file="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/packages.txt"

usage() {
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit "$1"
}

# Names of one group, comments removed; fails when the group does not exist.
packages_of() {
    awk -v group="[$1]" '
        { sub(/#.*/, ""); gsub(/[ \t]/, "") }
        /^\[/ { inside = ($0 == group); found = found || inside; next }
        inside && length { print }
        END { exit !found }' "$list_file"
}

mode=install
groups=()
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage 0 ;;
        --list) mode=list ;;
        --dry-run) mode=dry-run ;;
        -*) usage 2 >&2 ;;
        *) groups+=("$argument") ;;
    esac
done
[[ ${#groups[@]} -gt 0 ]] || usage 2 >&2

wanted=()
for group in "${groups[@]}"; do
    names="$(packages_of "$group")" || { echo "no group '$group' in $list_file" >&2; exit 2; }
    while read -r name; do
        if [[ -n $name ]]; then wanted+=("$name"); fi
    done <<<"$names"
done

if [[ $mode == list ]]; then
    printf '%s\n' "${wanted[@]}" | sort -u
    exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is not a Debian system. Install the counterparts of these yourself:" >&2
    printf '  %s\n' "${wanted[@]}" >&2
    exit 1
fi

missing=()
for name in "${wanted[@]}"; do
    # dpkg-query fails for a package it never heard of; that is the same as "not installed".
    state="$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)"
    [[ $state == installed ]] || missing+=("$name")
done

if [[ ${#missing[@]} -eq 0 ]]; then
    echo "packages: all present (${groups[*]})"
    exit 0
fi
echo "packages: missing: ${missing[*]}"
if [[ $mode == dry-run ]]; then exit 1; fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || {
        echo "Neither root nor sudo: run as root: apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
echo "packages: ${as_root[*]:-root:} apt-get update"
"${apt[@]}" update -q
echo "packages: ${as_root[*]:-root:} apt-get install ${missing[*]}"
"${apt[@]}" install -q -y --no-install-recommends "${missing[@]}"
