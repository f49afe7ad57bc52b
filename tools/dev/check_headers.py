#!/usr/bin/env python3
"""Compiles every header alone, twice included, so that no header leans on what its users happen to
include before it.

usage: check_headers.py [--root DIR] [--compiler g++] [--jobs N] [HEADER...]
"""
import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PLACES = ("protocol", "switch", "tools", "bench", "tests")
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-x", "c++"]
TIMEOUT_S = 120


def headers_of(root):
    for place in PLACES:
        yield from sorted((root / place).rglob("*.hpp"))


def compile_alone(root, compiler, header):
    """The compiler's words when it refuses, else an empty text."""
    name = header.relative_to(root).as_posix()
    source = f'#include "{name}"\n#include "{name}"\n'
    command = [compiler, *FLAGS, f"-I{root}", "-"]
    try:
        run = subprocess.run(command, input=source, capture_output=True, text=True,
                             timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"{name}: {compiler} did not finish within {TIMEOUT_S} s"
    return "" if run.returncode == 0 else f"{name} does not compile alone:\n{run.stderr.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("headers", nargs="*", type=Path)
    options = parser.parse_args()
    root = options.root.resolve()
    headers = [path.resolve() for path in options.headers] or list(headers_of(root))
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda path: compile_alone(root, options.compiler, path), headers))
    errors = [text for text in results if text]
    print("\n".join(errors) if errors else f"headers: {len(headers)} compile alone")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
