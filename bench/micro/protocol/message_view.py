#!/usr/bin/env python3
"""What `turnout message view` makes of a file: messages a second, one figure a line.

message.view       view --json --quiet of framed messages: every one is decoded and checked
message.view_hex   the same from lines of hex digits
message.view_json  view --json: every field of every message written

The rate is that of the command itself, without its start; best of the runs, as another program on
the machine can only make it slower.

usage: message_view.py --bin DIR --directory DIR [--quick]
"""
import argparse
import json
import pathlib
import subprocess
import time

GOLDEN = pathlib.Path(__file__).resolve().parents[3] / "tests" / "golden" / "bench-0100-bcd.hex"
OPTIONS = ["--dialect", "87binary", "--json"]


def quiet_rate(turnout, path, *options):
    done = subprocess.run([turnout, "message", "view", path, *OPTIONS, "--quiet", *options],
                          capture_output=True, check=True, timeout=300)
    return json.loads(done.stdout)["per_second"]


def full_rate(turnout, path, count, *options):
    started = time.monotonic()
    subprocess.run([turnout, "message", "view", path, *OPTIONS, *options], check=True,
                   stdout=subprocess.DEVNULL, timeout=300)
    return int(count / (time.monotonic() - started))


def figure(name, rates):
    print(json.dumps({"name": name, "value": max(rates), "unit": "msg/s",
                      "spread": [min(rates), max(rates)], "runs": len(rates)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--directory", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    count, runs = (20_000, 2) if options.quick else (1_000_000, 5)
    turnout = str(options.bin / "turnout")
    body = bytes.fromhex("".join(GOLDEN.read_text(encoding="utf-8").split()))
    raw, hexes = options.directory / "messages.raw", options.directory / "messages.hex"
    raw.write_bytes((len(body).to_bytes(2, "big") + body) * count)
    hexes.write_text((body.hex() + "\n") * (count // 4), encoding="utf-8")
    framed = ("--input", "raw", "--framing", "binary2")
    figure("message.view", [quiet_rate(turnout, raw, *framed) for _ in range(runs)])
    figure("message.view_hex",
           [quiet_rate(turnout, hexes, "--framing", "none") for _ in range(runs)])
    figure("message.view_json", [full_rate(turnout, raw, count, *framed) for _ in range(runs)])
    raw.unlink()
    hexes.unlink()


if __name__ == "__main__":
    main()
