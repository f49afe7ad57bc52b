#!/usr/bin/env python3
"""Counts what people forget: line width, function and file length, leftovers, header openings.

Rules (docs/testing.md says why):
  - sources and scripts: at most 100 columns, no tab, no trailing space, one newline at the end;
    rows of a .def table may be wider
  - functions at most 70 lines; files at most 1000 lines, above 600 they are listed
  - no leftover marker of unfinished work
  - headers: an opening comment, then #pragma once
  - libraries (protocol/, switch/) never print to std::cout or std::cerr
  - tests: no skipped test; no endless loop around a sleep
  - no absolute path into somebody's home or temporary directory

usage: tidy.py [--root DIR]
"""
import argparse
import ast
import re
import sys
from pathlib import Path

COLUMNS_MAX, FUNCTION_LINES_MAX, FILE_LINES_MAX, FILE_LINES_ASK = 100, 70, 1000, 600
CODE = {".hpp", ".cpp", ".h", ".def", ".py", ".sh", ".cmake"}
CPP = {".hpp", ".cpp", ".h"}
PLACES = ("protocol", "switch", "tools", "bench", "tests", "docs", ".ci")
# Written in two halves so that this file does not report itself. In quotes the last marker is the
# currency code for "no currency".
LEFTOVER = re.compile(
    r"\b(?:TO" r"DO|FIX" r"ME)\b|(?<![\w\"])XX" r"X(?![\w\"])|not imple" r"mented", re.IGNORECASE)
PRINTS = re.compile(r"\bstd::(?:cout|cerr)\b|(?<![\w:])(?:std::)?(?:printf|puts)\s*\(")
SKIPS = re.compile(r"\bGTEST_" r"SKIP\b|\bDISABLED" r"_")
HOME = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/[a-z]")
# The one program per entry whose very job is to print; everything else in the libraries reports by
# value or through the log.
MAY_PRINT = {"switch/app/main.cpp"}


def files_of(root):
    yield from sorted(path for path in root.glob("*.md") if path.is_file())
    yield root / "CMakeLists.txt"
    for place in PLACES:
        for path in sorted((root / place).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and is_text(path):
                yield path


def is_text(path):
    named = path.name in ("CMakeLists.txt", "packages.txt", "run") or path.suffix == ".md"
    return named or path.suffix in CODE


def line_errors(path, relative, lines):
    # A document wraps where it likes; a .def file is a table, one row a line.
    wide_ok = path.suffix in (".md", ".txt", ".def") and path.name != "CMakeLists.txt"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and not wide_ok:
            yield number, f"{len(line)} columns, at most {COLUMNS_MAX}"
        if line != line.rstrip():
            yield number, "trailing space"
        if "\t" in line:
            yield number, "tab"
        if LEFTOVER.search(line):
            yield number, "leftover marker"
        if HOME.search(line):
            yield number, "path of somebody's machine"
        if relative.startswith("tests/") and path.suffix in CPP and SKIPS.search(line):
            yield number, "a skipped test proves nothing"
        library = relative.startswith(("protocol/", "switch/")) and relative not in MAY_PRINT
        if library and path.suffix in CPP and PRINTS.search(strip_comment(line)):
            yield number, "a library must not print"


def strip_comment(line):
    return line.split("//", 1)[0]


def header_errors(lines):
    opening = 0
    while opening < len(lines) and lines[opening].startswith("//"):
        opening += 1
    if opening < 1:
        yield 1, "a header opens with a comment: what it is, who owns it, what it promises"
    if "#pragma once" not in lines[opening:opening + 3]:
        yield opening + 1, "#pragma once belongs right behind the opening comment"


def function_errors(lines):
    """clang-format puts a brace on a line of its own for functions only; bare blocks follow a
    finished statement."""
    for start in range(1, len(lines)):
        before = strip_comment(lines[start - 1]).rstrip()
        if lines[start].strip() != "{" or not before or before[-1] in ";{}:,(":
            continue
        closing = lines[start].rstrip()[:-1] + "}"
        end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith(closing)),
                   len(lines))
        if end - start + 1 > FUNCTION_LINES_MAX:
            yield start + 1, f"function of {end - start + 1} lines, at most {FUNCTION_LINES_MAX}"


def python_function_errors(text):
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield error.lineno or 1, f"is no Python: {error.msg}"
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield node.lineno, f"function of {lines} lines, at most {FUNCTION_LINES_MAX}"


def sleep_errors(relative, lines):
    """A test that sleeps in `while (true)` hangs the run instead of failing it."""
    if not relative.startswith("tests/"):
        return
    endless = re.compile(r"\b(?:while\s*\(\s*(?:true|1)\s*\)|for\s*\(\s*;\s*;\s*\))")
    sleep = re.compile(r"\b(?:sleep_for|sleep_until|u?sleep|nanosleep)\s*\(")
    for number, line in enumerate(lines, 1):
        if endless.search(line) and any(sleep.search(near) for near in lines[number:number + 12]):
            yield number, "endless loop around a sleep: give it a deadline"


def check_file(root, path):
    relative = path.relative_to(root).as_posix()
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    errors = list(line_errors(path, relative, lines))
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        errors.append((len(lines), "a file ends in exactly one newline"))
    if len(lines) > FILE_LINES_MAX:
        errors.append((1, f"{len(lines)} lines, at most {FILE_LINES_MAX}"))
    if path.suffix in (".hpp", ".h"):
        errors += header_errors(lines)
    if path.suffix in CPP:
        errors += function_errors(lines)
        errors += sleep_errors(relative, lines)
    if path.suffix == ".py":
        errors += python_function_errors(text)
    return [f"{relative}:{number}: {text}" for number, text in sorted(errors)], len(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    root = parser.parse_args().root
    errors, count = [], 0
    for path in files_of(root):
        found, lines = check_file(root, path)
        errors += found
        count += 1
        if FILE_LINES_ASK < lines <= FILE_LINES_MAX and path.suffix in CODE:
            print(f"note: {path.relative_to(root)} has {lines} lines: could it be two files?")
    print("\n".join(errors) if errors else f"tidy: {count} files in order")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
