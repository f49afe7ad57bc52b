#!/usr/bin/env python3
"""Checks that every #include goes only downward, by the table in switch/README.md.

A module may include modules of lower floors, the neighbours its row allows, and itself; never what
its row forbids. Product code never includes tools/, bench/ or tests/; tools/loadgen includes only
itself and protocol/; bench/end_to_end includes no product code at all, because a floor that shared
code with the product would move with it.

usage: floors.py [--root DIR] [--list]
"""
import argparse
import re
import sys
from pathlib import Path

SOURCES = {".hpp", ".cpp", ".h", ".def"}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
ANY_INCLUDE = re.compile(
    r'^\s*#\s*include\s*[<"]((?:protocol|switch|tools|bench|tests)/[^>"]+)[>"]')
ROW = re.compile(r"^\|\s*(\d+)\s*\|\s*([a-z0-9_]+/[a-z0-9_]+)\s*\|[^|]*\|([^|]*)\|([^|]*)\|\s*$")


class Module:
    def __init__(self, floor, name, also, never):
        self.floor, self.name, self.also, self.never = floor, name, also, never


def names(cell):
    return [part.strip() for part in cell.split(",") if part.strip()]


def read_table(readme):
    table = {}
    for line in readme.read_text(encoding="utf-8").splitlines():
        row = ROW.match(line)
        if row:
            name = row.group(2)
            if name in table:
                sys.exit(f"{readme}: {name} has two rows")
            table[name] = Module(int(row.group(1)), name, names(row.group(3)), names(row.group(4)))
    if not table:
        sys.exit(f"{readme}: no floor table found")
    for module in table.values():
        for other in module.also + module.never:
            if other not in table:
                sys.exit(f"{readme}: row of {module.name} names {other}, which has no row")
        for other in module.also:
            if table[other].floor != module.floor or module.name in table[other].also:
                sys.exit(f"{readme}: {module.name} may not include {other} sideways")
    return table


def module_of(path):
    """protocol/core/bytes.hpp -> protocol/core; tools/dev/x.py -> tools/dev."""
    return "/".join(path.split("/")[:2])


def judge_product(source, target, table):
    if target not in table:
        return f"includes {target}, which is no module of the floor table"
    own, other = table[source], table[target]
    if target == source:
        return None
    if target in own.never:
        return f"{source} must not know {target}"
    if other.floor < own.floor or target in own.also:
        return None
    return f"floor {own.floor} ({source}) includes floor {other.floor} ({target})"


def judge(source, target, table):
    """What is wrong with an include, or None."""
    if source.startswith(("protocol/", "switch/")):
        if source not in table:
            return f"{source} has no row in switch/README.md"
        return judge_product(source, target, table)
    allowed = {"tools/loadgen": ("tools/loadgen", "protocol/"),
               "bench/end_to_end": ("bench/end_to_end",)}
    if source in allowed and not target.startswith(allowed[source]):
        return f"{source} may include only {', '.join(allowed[source])}"
    if not source.startswith("tests/") and target.startswith("tests/"):
        return f"{source} includes tests"
    return None


def check(root, table):
    errors, edges = [], {}
    for top in ("protocol", "switch", "tools", "bench", "tests"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SOURCES or not path.is_file():
                continue
            relative = path.relative_to(root).as_posix()
            if relative.count("/") < 2:
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                error = include_error(root, relative, line, table, edges)
                if error:
                    errors.append(f"{relative}:{number}: {error}")
    return errors, edges


def include_error(root, relative, line, table, edges):
    quoted = INCLUDE.match(line)
    sibling = relative.startswith("tests/") and quoted and "/" not in quoted.group(1) and (
        root / relative).with_name(quoted.group(1)).is_file()
    if quoted and not sibling and not (root / quoted.group(1)).is_file():
        return f'"{quoted.group(1)}" does not exist below the root of the repository'
    named = ANY_INCLUDE.match(line)
    if not named:
        return None
    if not quoted:
        return "include files of this repository with quotes"
    source, target = module_of(relative), module_of(named.group(1))
    edges.setdefault(source, set()).add(target)
    return judge(source, target, table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--list", action="store_true", help="print who includes whom")
    options = parser.parse_args()
    table = read_table(options.root / "switch" / "README.md")
    errors, edges = check(options.root, table)
    if options.list:
        for source in sorted(edges):
            print(f"{source}: {' '.join(sorted(edges[source] - {source}))}")
    print("\n".join(errors) if errors else f"floors: {len(table)} modules, all includes go down")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
