#!/usr/bin/env python3
"""Writes the field tables of docs/formats/wire.md, one per edition, from the tables in the source,
or checks that the document still says what the source says.

usage: wire_tables.py [--root DIR] [--check]
"""
import argparse
import re
import sys
from pathlib import Path

# Edition, the dialects that are shown, their digits in BCD or not.
EDITIONS = {"1987": (("87binary", True), ("87ascii", False)),
            "1993": (("93binary", True), ("93ascii", False)),
            "2003": (("03binary", True),)}
SOURCE = "protocol/iso8583/dialect_{}.cpp"
DOCUMENT = "docs/formats/wire.md"
BEGIN = "<!-- fields {}: begin (tools/dev/wire_tables.py) -->"
END = "<!-- fields {}: end -->"
ROW = re.compile(r'\{(\d+), Attribute::(\w+), Length::(\w+), (\d+), (true|false), "([^"]*)"\}')
PREFIX_DIGITS = {"fixed": 0, "ll": 2, "lll": 3, "llll": 4}


def rows_of(root, edition):
    source = SOURCE.format(edition)
    text = (root / source).read_text(encoding="utf-8")
    rows = [match.groups() for match in ROW.finditer(text)]
    if not rows:
        sys.exit(f"{source}: no rows found, has its layout changed?")
    return rows


def format_of(attribute, length, maximum):
    dots = "." * PREFIX_DIGITS[length]
    unit = "" if attribute != "b" else " bytes"
    return f"{'x+n' if attribute == 'xn' else attribute} {dots}{maximum}{unit}"


def value_bytes(chip_data, attribute, length, maximum, binary):
    """Largest value in bytes, and how it lies there."""
    if attribute == "xn":
        digits = maximum - 1
        return (1 + (digits + 1) // 2, "sign, BCD") if binary else (maximum, "sign, ASCII digits")
    if attribute == "b":
        return (maximum, "raw") if binary or length != "fixed" else (2 * maximum, "hex")
    if binary and attribute == "n":
        return (maximum + 1) // 2, "BCD"
    if binary and attribute == "z":
        return (maximum + 1) // 2, "nibbles, D between"
    if binary and chip_data:
        return maximum, "raw"
    return maximum, "ASCII digits" if attribute == "n" else "text"


def wire(chip_data, attribute, length, maximum, binary):
    size, how = value_bytes(chip_data, attribute, length, maximum, binary)
    prefix = PREFIX_DIGITS[length]
    if binary:
        prefix = (prefix + 1) // 2
    return f"{prefix} + ≤ {size}, {how}" if prefix else f"{size}, {how}"


def table(rows, edition):
    columns = EDITIONS[edition]
    lines = ["| DE | name | format | " + " | ".join(f"{name}, bytes" for name, _ in columns) +
             " | secret |", "|---:|---|---|" + "---|" * len(columns) + "---|"]
    for number, attribute, length, maximum, secret, name in rows:
        # In 1987 DE 55 is text by the standard and chip data on every network.
        chip_data = edition == "1987" and number == "55"
        cells = " | ".join(wire(chip_data, attribute, length, int(maximum), binary)
                           for _, binary in columns)
        lines.append(f"| {number} | {name} | {format_of(attribute, length, maximum)} | {cells} "
                     f"| {'yes' if secret == 'true' else ''} |")
    return "\n".join(lines)


def with_table(text, rows, edition):
    begin, end = BEGIN.format(edition), END.format(edition)
    if begin not in text or end not in text:
        sys.exit(f"{DOCUMENT}: the markers of the field table of {edition} are missing")
    before, rest = text.split(begin, 1)
    after = rest.split(end, 1)[1]
    return f"{before}{begin}\n{table(rows, edition)}\n{end}{after}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    document = options.root / DOCUMENT
    text = document.read_text(encoding="utf-8")
    fresh, count = text, 0
    for edition in EDITIONS:
        rows = rows_of(options.root, edition)
        fresh = with_table(fresh, rows, edition)
        count += len(rows)
    if fresh == text:
        print(f"wire tables: {count} fields agree")
        return 0
    if options.check:
        print(f"{DOCUMENT}: a field table differs from the source; run tools/dev/wire_tables.py")
        return 1
    document.write_text(fresh, encoding="utf-8")
    print(f"wire tables: {count} fields written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
