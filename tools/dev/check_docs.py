#!/usr/bin/env python3
"""Checks that the documentation can be followed: links lead somewhere, commands exist.

  - every relative link of every .md file names a file (and, behind #, a heading) that exists
  - every `tools/...` script named in a command line exists and can be executed
  - with --bin DIR: every `turnout` and `turnoutd` command line in a fenced block or in `code` is
    known to the program: its command exists and every --option is in that command's --help
  - with --bin DIR: fenced blocks opened by ```sh run``` are executed and must succeed

usage: check_docs.py [--root DIR] [--bin build/release/bin]
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$")
FENCE = re.compile(r"^\s*```\s*([\w-]*)\s*(\w*)\s*$")
INLINE = re.compile(r"`((?:turnoutd?|tools/[\w/.-]+) [^`]*)`")
SHELLS = ("sh", "bash", "console")
SHELL_WORDS = ("|", "||", "&", "&&", ";", "<", ">", "2>")
RUN_TIMEOUT_S, HELP_TIMEOUT_S = 60, 20


def documents(root):
    yield from sorted(root.glob("*.md"))
    for place in ("docs", "protocol", "switch", "tools", "bench", "tests"):
        yield from sorted((root / place).rglob("*.md"))


def slug(heading):
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(path):
    found, fenced = set(), False
    for line in path.read_text(encoding="utf-8").splitlines():
        fenced ^= bool(re.match(r"^\s*```", line))
        heading = None if fenced else HEADING.match(line)
        if heading:
            found.add(slug(heading.group(1)))
    return found


def link_errors(root, path, number, line):
    for target in LINK.findall(line):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists():
            yield f"{path.relative_to(root)}:{number}: link to {target}: no such file"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            yield f"{path.relative_to(root)}:{number}: link to {target}: no such heading"


class Block:
    def __init__(self, path, number, language, mark):
        self.path, self.number, self.language, self.mark = path, number, language, mark
        self.lines = []


def read(path):
    """Fenced blocks, and the text lines outside of them."""
    blocks, text, block = [], [], None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if fence and block is None:
            block = Block(path, number, fence.group(1), fence.group(2))
        elif fence:
            blocks.append(block)
            block = None
        elif block is not None:
            block.lines.append((number, line))
        else:
            text.append((number, line))
    return blocks, text


def commands_of(blocks, text):
    """(line number, command line) of everything a reader is told to type."""
    for block in blocks:
        if block.language not in SHELLS:
            continue
        joined, start = "", 0
        for number, line in block.lines:
            if block.language == "console" and not joined and not line.startswith("$ "):
                continue
            start = start or number
            joined += line.removeprefix("$ ").rstrip("\\")
            if not line.endswith("\\"):
                yield start, joined
                joined, start = "", 0
    for number, line in text:
        for command in INLINE.findall(line):
            yield number, command


def split(command):
    """Words of the first simple command that names one of our programs; [] when there is none."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        return []
    for at, word in enumerate(words):
        if Path(word).name in ("turnout", "turnoutd") or word.startswith("tools/"):
            rest = words[at:]
            ends = [i for i, w in enumerate(rest) if w in SHELL_WORDS]
            return rest[:ends[0]] if ends else rest
    return []


class Programs:
    """Asks the built programs for their --help, once per command."""

    def __init__(self, directory):
        self.directory = directory
        self.cache = {}

    def help(self, words):
        key = tuple(words)
        if key not in self.cache:
            run = subprocess.run([str(self.directory / words[0]), *words[1:], "--help"],
                                 capture_output=True, text=True, timeout=HELP_TIMEOUT_S,
                                 check=False)
            self.cache[key] = run.stdout if run.returncode == 0 else None
        return self.cache[key]

    def error(self, words):
        """What is wrong with a command line, or None."""
        program = Path(words[0]).name
        path = [program]
        for word in words[1:]:
            if not re.fullmatch(r"[a-z][a-z-]*", word) or self.help([*path, word]) is None:
                break
            path.append(word)
        if program == "turnout" and len(path) == 1 and len(words) > 1 and words[1][0] not in "-<[":
            return f"turnout has no command '{words[1]}'"
        text = self.help(path)
        if text is None:
            return f"{' '.join(path)} --help fails"
        for word in words[1:]:
            option = re.match(r"--?[A-Za-z][\w-]*", word)
            if option and not re.search(rf"(?<![\w-]){re.escape(option.group(0))}(?![\w-])", text):
                return f"{' '.join(path)} has no option {option.group(0)}"
        return None


def command_errors(root, path, blocks, text, programs):
    for number, command in commands_of(blocks, text):
        words = split(command)
        if not words:
            continue
        error = None
        if words[0].startswith("tools/"):
            script = root / words[0]
            if not os.access(script, os.X_OK) and "*" not in words[0]:
                error = f"{words[0]} cannot be executed"
        elif programs:
            error = programs.error(words)
        if error:
            yield f"{path.relative_to(root)}:{number}: {error}: {command.strip()}"


def run_errors(root, blocks, directory):
    for block in blocks:
        if block.mark != "run":
            continue
        script = "\n".join(line for _, line in block.lines)
        with tempfile.TemporaryDirectory(prefix="turnout-docs-") as scratch:
            environment = {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"}
            run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=scratch,
                                 env=environment, capture_output=True, text=True,
                                 timeout=RUN_TIMEOUT_S, check=False)
        if run.returncode != 0:
            where = f"{block.path.relative_to(root)}:{block.number}"
            yield f"{where}: block exits with {run.returncode}: {run.stderr.strip()[-400:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--bin", type=Path, help="directory of the built programs")
    options = parser.parse_args()
    root = options.root.resolve()
    programs = Programs(options.bin.resolve()) if options.bin else None
    errors, count = [], 0
    for path in documents(root):
        count += 1
        blocks, text = read(path)
        for number, line in text:
            errors += link_errors(root, path, number, line)
        errors += command_errors(root, path, blocks, text, programs)
        if programs:
            errors += run_errors(root, blocks, options.bin.resolve())
    print("\n".join(errors) if errors else f"docs: {count} documents can be followed")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
