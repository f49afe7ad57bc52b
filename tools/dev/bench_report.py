#!/usr/bin/env python3
"""Turns the raw results of the benchmark programs into figures: a table for people, then one JSON
line per figure for programs: {"name", "value", "unit", "floor", "ratio"}.

Inputs are files: Google Benchmark's JSON (*.json), or lines that are figures already (*.jsonl). A
figure may carry more keys (spread, runs): they are kept. Bars and aims come from
bench/baselines/bars.json and appear in the table only; a missed bar does not fail the run unless
--enforce is given.

usage: bench_report.py [--enforce] [--save FILE] [--docs] RAW...
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def floor_of(name):
    """A figure of the codec is compared with a copy of the same fields at known offsets."""
    kind, _, subject = name.removeprefix("codec.").partition(".")
    return f"codec.copy_floor.{subject}" if kind == "decode" else None


def read_google_benchmark(text):
    """Median of the repetitions of each benchmark, as figures in ns of CPU time."""
    times = {}
    for run in json.loads(text)["benchmarks"]:
        if run.get("run_type") == "aggregate":
            continue
        name = run.get("run_name", run["name"]).split("/")[0]
        times.setdefault(name, []).append(run["cpu_time"] * NANOSECONDS[run["time_unit"]])
    figures = []
    for name, values in times.items():
        floor = floor_of(name)
        figure = {"name": name, "value": round(statistics.median(values), 2), "unit": "ns",
                  "floor": None, "ratio": None,
                  "spread": [round(min(values), 2), round(max(values), 2)], "runs": len(values)}
        if floor in times:
            figure["floor"] = round(statistics.median(times[floor]), 2)
            figure["ratio"] = round(figure["value"] / figure["floor"], 3)
        figures.append(figure)
    return figures


def read_figures(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return read_google_benchmark(text)
    figures = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    for figure in figures:
        for key in ("name", "value", "unit"):
            if key not in figure:
                sys.exit(f"{path}: a figure without {key}: {figure}")
        figure.setdefault("floor", None)
        figure.setdefault("ratio", None)
    return figures


def verdict(figure, bar):
    """'aim', 'bar' or 'missed' for a figure that has a bar, else an empty text."""
    if not bar:
        return ""
    value = figure[bar["of"]]
    if value is None:
        return "missed"
    better = (lambda limit: value >= limit) if bar["better"] == "higher" else (
        lambda limit: value <= limit)
    if better(bar["aim"]):
        return "aim"
    return "bar" if better(bar["bar"]) else "missed"


def number(value):
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def print_table(figures, bars):
    rows = [("figure", "value", "unit", "floor", "ratio", "spread", "bar", "aim", "reached")]
    for figure in figures:
        bar = bars.get(figure["name"])
        spread = figure.get("spread")
        limits = ("", "")
        if bar:
            sign = "≥" if bar["better"] == "higher" else "≤"
            times = " ×" if bar["of"] == "ratio" else ""
            limits = (f"{sign} {number(bar['bar'])}{times}", f"{sign} {number(bar['aim'])}{times}")
        rows.append((figure["name"], number(figure["value"]), figure["unit"],
                     number(figure["floor"]), number(figure["ratio"]),
                     f"{number(spread[0])}..{number(spread[1])}" if spread else "-", *limits,
                     verdict(figure, bar)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for at, row in enumerate(rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        if at == 0:
            print("  ".join("-" * width for width in widths))


BEGIN, END = "<!-- figures: begin (tools/bench.sh --docs) -->", "<!-- figures: end -->"


def write_docs(path, figures, bars, about):
    """Replaces the table of figures in the document that explains them."""
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        sys.exit(f"{path}: the markers of the figures are missing")
    lines = [", ".join(f"{key} {value}" for key, value in about.items()), "",
             "| figure | value | unit | floor | ratio | spread | bar | reached |",
             "|---|---:|---|---:|---:|---|---|---|"]
    for figure in figures:
        bar, spread = bars.get(figure["name"]), figure.get("spread")
        limit = ""
        if bar:
            sign = "≥" if bar["better"] == "higher" else "≤"
            limit = f"{sign} {number(bar['bar'])}{' ×' if bar['of'] == 'ratio' else ''}"
        lines.append(f"| `{figure['name']}` | {number(figure['value'])} | {figure['unit']} "
                     f"| {number(figure['floor'])} | {number(figure['ratio'])} "
                     f"| {f'{number(spread[0])} to {number(spread[1])}' if spread else ''} "
                     f"| {limit} | {verdict(figure, bar)} |")
    before, rest = text.split(BEGIN, 1)
    path.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END, 1)[1],
                    encoding="utf-8")


def machine():
    """What a reader must know to judge a figure."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    revision = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                              capture_output=True, text=True, check=False).stdout.strip()
    return {"cpu": model, "cpus": os.cpu_count(), "kernel": platform.release(),
            "load_1m": round(os.getloadavg()[0], 2), "revision": revision or "unknown"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--enforce", action="store_true", help="exit 4 when a bar is missed")
    parser.add_argument("--save", type=Path, help="also write machine and figures to this file")
    parser.add_argument("--docs", type=Path, nargs="?", const=ROOT / "docs" / "performance.md",
                        help="also write the table into docs/performance.md")
    parser.add_argument("raw", nargs="+", type=Path)
    options = parser.parse_args()
    figures = [figure for path in options.raw for figure in read_figures(path)]
    if not figures:
        sys.exit("no figure in " + ", ".join(map(str, options.raw)))
    bars = json.loads((ROOT / "bench" / "baselines" / "bars.json").read_text(encoding="utf-8"))
    about = machine()
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print_table(figures, bars)
    print()
    for figure in figures:
        print(json.dumps(figure))
    if options.save:
        content = {"machine": about, "figures": figures}
        options.save.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if options.docs:
        write_docs(options.docs, figures, bars, about)
    missed = [figure["name"] for figure in figures
              if verdict(figure, bars.get(figure["name"])) == "missed"]
    if missed:
        print("below the bar: " + ", ".join(missed), file=sys.stderr)
    return 4 if missed and options.enforce else 0


if __name__ == "__main__":
    sys.exit(main())
