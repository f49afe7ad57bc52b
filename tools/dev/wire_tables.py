#!/usr/bin/env python3
"""Writes the field table of docs/formats/wire.md from the one table in the source, or checks that
the document still says what the source says.

usage: wire_tables.py [--root DIR] [--check]
"""
import argparse
import re
import sys
from pathlib import Path

SOURCE = "protocol/iso8583/dialect_1987.cpp"
DOCUMENT = "docs/formats/wire.md"
BEGIN, END = "<!-- fields: begin (tools/dev/wire_tables.py) -->", "<!-- fields: end -->"
ROW = re.compile(r'\{(\d+), Attribute::(\w+), Length::(\w+), (\d+), (true|false), "([^"]*)"\}')
ATTRIBUTE = {"n": "n", "xn": "x+n", "an": "an", "ans": "ans", "ns": "ns", "b": "b", "z": "z"}
PREFIX_BYTES = {"fixed": 0, "ll": 2, "lll": 3}


def rows_of(text):
    rows = [match.groups() for match in ROW.finditer(text)]
    if not rows:
        sys.exit(f"{SOURCE}: no rows found, has its layout changed?")
    return rows


def format_of(attribute, length, maximum):
    dots = {"fixed": "", "ll": "..", "lll": "..."}[length]
    unit = "" if attribute != "b" else " bytes"
    return f"{ATTRIBUTE[attribute]} {dots}{maximum}{unit}"


def value_bytes(de, attribute, maximum, binary):
    """Largest value in bytes, and how it lies there."""
    if attribute == "xn":
        digits = maximum - 1
        return (1 + (digits + 1) // 2, "sign, BCD") if binary else (maximum, "sign, ASCII digits")
    if attribute == "b":
        return (maximum, "raw") if binary else (2 * maximum, "hex")
    if binary and attribute == "n":
        return (maximum + 1) // 2, "BCD"
    if binary and attribute == "z":
        return (maximum + 1) // 2, "nibbles, D between"
    if binary and de == 55:
        return maximum, "raw"
    return maximum, "ASCII digits" if attribute == "n" else "text"


def wire(de, attribute, length, maximum, binary):
    size, how = value_bytes(de, attribute, maximum, binary)
    prefix = PREFIX_BYTES[length]
    if prefix and binary:
        prefix = 1 if length == "ll" else 2
    return f"{prefix} + ≤ {size}, {how}" if prefix else f"{size}, {how}"


def table(rows):
    lines = ["| DE | name | format | 87binary, bytes | 87ascii, bytes | secret |",
             "|---:|---|---|---|---|---|"]
    for number, attribute, length, maximum, secret, name in rows:
        de, maximum = int(number), int(maximum)
        lines.append(f"| {de} | {name} | {format_of(attribute, length, maximum)} "
                     f"| {wire(de, attribute, length, maximum, True)} "
                     f"| {wire(de, attribute, length, maximum, False)} "
                     f"| {'yes' if secret == 'true' else ''} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    document = options.root / DOCUMENT
    text = document.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        sys.exit(f"{DOCUMENT}: the markers of the field table are missing")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    rows = rows_of((options.root / SOURCE).read_text(encoding="utf-8"))
    fresh = f"{before}{BEGIN}\n{table(rows)}\n{END}{after}"
    if fresh == text:
        print(f"wire tables: {len(rows)} fields agree")
        return 0
    if options.check:
        print(f"{DOCUMENT}: the field table differs from {SOURCE}; run tools/dev/wire_tables.py")
        return 1
    document.write_text(fresh, encoding="utf-8")
    print(f"wire tables: {len(rows)} fields written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
