#!/usr/bin/env python3
"""End-to-end figures as ratios: floor server and product take turns, a fresh server for each run,
the same `turnout load` as client. Prints one JSON line per figure; progress goes to stderr.

usage: run.py --bin build/release/bin --directory build/release/bench [--pairs 7] [--quick]
              [--only saturating,open,single] [--runs FILE]
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READY_TIMEOUT_S, STOP_TIMEOUT_S = 120, 60
SEGMENT_MIB = 256


class Mode:
    """One way of loading a server. `rate_max` bounds what it can journal, for the table sizes."""

    def __init__(self, name, arguments, seconds, rate_max):
        self.name, self.arguments = name, arguments
        self.seconds, self.rate_max = seconds, rate_max


MODES = [
    Mode("saturating", ["--window", "64", "--connections", "16"], 4, 800_000),
    Mode("open", ["--rate", "20k", "--connections", "16"], 5, 25_000),
    Mode("single", ["--window", "1", "--connections", "1"], 3, 25_000),
]


class Server:
    """A server process with its directory; `cpu_us()` is the CPU time of all its threads."""

    def __init__(self, command, directory):
        self.directory = directory
        ready = directory / "ready.json"
        with open(directory / "server.log", "wb") as log, open(directory / "out", "wb") as out:
            self.process = subprocess.Popen(command + ["--ready-file", str(ready)], stdout=out,
                                            stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + READY_TIMEOUT_S
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise RuntimeError(f"{command[0]} did not get ready:\n{self.log_end()}")
            time.sleep(0.01)
        self.port = json.loads(ready.read_text(encoding="utf-8"))["listeners"][0]["port"]

    def log_end(self):
        return (self.directory / "server.log").read_text(errors="replace")[-2000:]

    def cpu_us(self):
        total_ns = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            total_ns += int((task / "schedstat").read_text().split()[0])
        return total_ns / 1000

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        if code != 0:
            raise RuntimeError(f"the server ended with {code}:\n{self.log_end()}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def messages_max(mode):
    return int(mode.rate_max * (mode.seconds + 2))


def journal_mib(mode):
    """Room for what a run can write: full frames when saturating, else a page per message."""
    bytes_each = 400 if mode.name == "saturating" else 4096
    return messages_max(mode) * bytes_each // 2**20 + SEGMENT_MIB


def segments_ahead(mode):
    return min(16, journal_mib(mode) // SEGMENT_MIB)


def floor_command(options, mode, directory):
    return [str(options.bin / "bench_floor"), "--file", str(directory / "journal"),
            "--file-mib", str(journal_mib(mode)), "--record-bytes", "320"]


def product_command(options, mode, directory):
    # Requests have seven eighths of the tables.
    tables = 1 << (messages_max(mode) * 8 // 7).bit_length()
    settings = {"engine.transactions_max": tables, "engine.holds_max": tables,
                "engine.accounts_max": 20_000, "engine.cards_max": 20_000,
                "engine.commit_memory": "true",
                "journal.segment_mib": SEGMENT_MIB,
                "journal.segments_ahead": segments_ahead(mode), "log.level": "warn"}
    command = [str(options.bin / "turnoutd"), "--dev", "--data", str(directory / "node"),
               "--port", "0", "--demo-cards", "10000"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    return command


def settle(mode, kind, directory):
    """Waits until a start's own disk work is over: the product zero-fills segments in the
    background, the floor its file before it listens."""
    end = time.monotonic() + READY_TIMEOUT_S
    while kind == "product" and time.monotonic() < end:
        if len(list(directory.glob("node/**/seg-*"))) > segments_ahead(mode):
            break
        time.sleep(0.05)
    os.sync()
    time.sleep(0.2)


def load(options, mode, port):
    seconds = 1 if options.quick else mode.seconds
    command = [str(options.bin / "turnout"), "load", "--target", f"127.0.0.1:{port}", "--json",
               "--mix", "bench", "--amount", "1:100", "-d", f"{seconds}s", "--warmup",
               "200ms" if options.quick else "1s", *mode.arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    if run.returncode != 0:
        said = run.stderr[-2000:]
        raise RuntimeError(f"{' '.join(command)} ended with {run.returncode}:\n{said}")
    return json.loads(run.stdout)


def measure_once(options, mode, kind):
    directory = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=options.directory))
    make = floor_command if kind == "floor" else product_command
    server = None
    try:
        server = Server(make(options, mode, directory), directory)
        settle(mode, kind, directory)
        before_us = server.cpu_us()
        report = load(options, mode, server.port)
        cpu_us = server.cpu_us() - before_us
        server.stop()
        return result_of(report, cpu_us)
    finally:
        if server:
            server.kill()
        shutil.rmtree(directory, ignore_errors=True)


def result_of(report, cpu_us):
    """What of a report becomes a figure. Latencies are corrected: from the intended send time."""
    answered = report["whole_run"]["answered"]
    return {"throughput": report["throughput_per_s"],
            "p50": report["corrected"]["p50_ns"] / 1000,
            "p99": report["corrected"]["p99_ns"] / 1000,
            "cpu_per_message": cpu_us / answered if answered else 0.0,
            "generator_cpu_s": report["generator_cpu_s"], "lag_p99": report["lag_p99_ns"] / 1000,
            "approved_percent": report["approved_percent"], "answered": answered,
            "valid": report["valid"], "reason": report["reason"]}


def measure(options, mode, kind):
    result = measure_once(options, mode, kind)
    if result["approved_percent"] < 80:
        raise RuntimeError(f"{kind}: too few approvals, this measures declines: {result}")
    return result


def is_valid(pair):
    return all(pair[kind]["valid"] for kind in pair)


def said(pair):
    text = ", ".join(f"{kind} {run['throughput']:,.0f}/s p50 {run['p50']:.0f} µs "
                     f"p99 {run['p99']:.0f} µs cpu {run['cpu_per_message']:.2f} µs"
                     for kind, run in sorted(pair.items()))
    reasons = [f"{kind}: {run['reason']}" for kind, run in pair.items() if not run["valid"]]
    return text + (f"  NOT VALID, {'; '.join(reasons)}" if reasons else "")


def run_pairs(options, mode):
    """Pairs until enough of them are valid, at most twice as many as asked for."""
    pairs = []
    while sum(map(is_valid, pairs)) < options.pairs and len(pairs) < 2 * options.pairs:
        order = ("floor", "product") if len(pairs) % 2 == 0 else ("product", "floor")
        pair = {kind: measure(options, mode, kind) for kind in order}
        pairs.append(pair)
        print(f"{mode.name} {len(pairs)}: {said(pair)}", file=sys.stderr, flush=True)
    return pairs


def figure(name, unit, all_pairs, key):
    """Of the valid pairs; when there is none, of all, and `not_valid` tells."""
    pairs = [pair for pair in all_pairs if is_valid(pair)] or all_pairs
    ratios = sorted(pair["product"][key] / pair["floor"][key] for pair in pairs)
    # Of a single pair there is no spread: it stands for itself.
    quarters = statistics.quantiles(ratios * (2 if len(ratios) == 1 else 1), n=4,
                                    method="inclusive")
    return {"name": f"end_to_end.{name}",
            "value": round(statistics.median(pair["product"][key] for pair in pairs), 3),
            "unit": unit,
            "floor": round(statistics.median(pair["floor"][key] for pair in pairs), 3),
            "ratio": round(statistics.median(ratios), 4),
            "spread": [round(ratios[0], 4), round(ratios[-1], 4)],
            "quartiles": [round(quarters[0], 4), round(quarters[2], 4)],
            "runs": len(pairs),
            "not_valid": sum(not is_valid(pair) for pair in all_pairs)}


FIGURES = {
    "saturating": [("throughput", "1/s", "throughput"),
                   ("cpu_per_message", "us", "cpu_per_message")],
    "open": [("p50_20k", "us", "p50"), ("p99_20k", "us", "p99")],
    "single": [("single_p50", "us", "p50")],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=Path("build/release/bin"))
    parser.add_argument("--directory", type=Path, default=Path("build/release/bench"),
                        help="where servers keep their files: on the disk that is measured")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="two short pairs")
    parser.add_argument("--only", default="saturating,open,single")
    parser.add_argument("--runs", type=Path, help="write every single run here")
    options = parser.parse_args()
    options.bin, options.directory = options.bin.resolve(), options.directory.resolve()
    if options.quick:
        options.pairs = min(options.pairs, 2)
    options.directory.mkdir(parents=True, exist_ok=True)
    all_pairs = {}
    for mode in MODES:
        if mode.name not in options.only.split(","):
            continue
        all_pairs[mode.name] = run_pairs(options, mode)
        for name, unit, key in FIGURES[mode.name]:
            print(json.dumps(figure(name, unit, all_pairs[mode.name], key)), flush=True)
    if options.runs:
        options.runs.write_text(json.dumps(all_pairs, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
