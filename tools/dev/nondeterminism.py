#!/usr/bin/env python3
"""Finds what would make two runs differ, or let a pure module touch the world.

  - clocks are read in switch/base/clock.cpp only; everything else is given a Clock or a time
  - randomness comes from getrandom in switch/security, or from the wiring as a function
  - protocol, switch/base/record, switch/ledger and switch/engine do no I/O and hold no thread
  - nobody iterates over an unordered container in the modules whose output is journaled

A line may carry `// nondeterminism: REASON` when it is right all the same; the reason is read by
the reviewer. usage: nondeterminism.py [--root DIR]
"""
import argparse
import re
import sys
from pathlib import Path

SOURCES = {".hpp", ".cpp", ".h"}
PURE = ("protocol/", "switch/ledger/", "switch/engine/", "switch/routing/", "switch/risk/",
        "switch/settlement/")
CLOCK_HOME = {"switch/base/clock.cpp"}
# The wiring hands randomness to the engine's genesis as a function.
RANDOM_HOMES = ("switch/security/", "switch/app/")
# Master data and dialects are files: reading them is all that these floors may open.
FILE_READERS = ("switch/engine/master_file", "protocol/spec/load_dialect")
ALLOW = re.compile(r"//\s*nondeterminism:\s*\S")

CLOCK = re.compile(
    r"(?:_clock|\bclock|Clock)(?:_type)?::now\s*\(|"
    r"\b(?:clock_gettime|gettimeofday|timespec_get|__rdtscp?|_rdtsc)\b|\bstd::clock\s*\(|"
    r"(?<![\w.>:])(?:::|std::)?time\s*\(\s*(?:NULL|nullptr|0|&)")
RANDOM = re.compile(
    r"\b(?:random_device|getrandom|getentropy|RAND_bytes|RAND_priv_bytes|arc4random)\b|"
    r"(?<![\w.>:])(?:::|std::)?s?rand\s*\(|/dev/u?random")
IO = re.compile(
    r"(?<![\w.>])::(?:read|write|pread|pwrite|open|openat|send|recv|socket|fsync|fdatasync|"
    r"ioctl)\s*\(|\bfopen\s*\(|\bstd::(?:[io]?fstream|j?thread|mutex)\b|"
    r"#\s*include\s*<(?:thread|mutex|fstream|future|sys/socket\.h|fcntl\.h)>")
UNORDERED = re.compile(r"\bstd::unordered_(?:multi)?(?:map|set)\b")
ADDRESS_ORDER = re.compile(r"\bstd::(?:map|set)\s*<\s*[\w:]+(?:\s+const)?\s*\*")


def rules_for(relative):
    """(pattern, what is wrong) for one file of product code."""
    rules = []
    if relative not in CLOCK_HOME:
        rules.append((CLOCK, "reads a clock: take a Clock or the time as an argument"))
    if not relative.startswith(RANDOM_HOMES):
        rules.append((RANDOM, "draws randomness: only switch/security and the wiring may"))
    if relative.startswith(PURE):
        if not relative.startswith(FILE_READERS):
            rules.append((IO, "a pure module does no I/O and holds no thread"))
        rules.append((UNORDERED, "order of an unordered container could reach the journal"))
        rules.append((ADDRESS_ORDER, "order by address differs from run to run"))
    return rules


def code_of(line):
    return line.split("//", 1)[0]


def check(root):
    errors, files = [], 0
    for top in ("protocol", "switch"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SOURCES or not path.is_file():
                continue
            files += 1
            relative = path.relative_to(root).as_posix()
            rules = rules_for(relative)
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if ALLOW.search(line):
                    continue
                errors += [f"{relative}:{number}: {text}" for pattern, text in rules
                           if pattern.search(code_of(line))]
    return errors, files


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    errors, files = check(parser.parse_args().root)
    print("\n".join(errors) if errors else f"nondeterminism: {files} files are clean")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
