#!/usr/bin/env python3
"""Instructions of one operation of each codec benchmark, by callgrind: the same for the same
program and input, whatever else the machine does. Each benchmark runs twice with fixed numbers of
iterations; the difference divided by that of the numbers is free of start-up. One JSON line per
figure, with the copy of the same fields as its floor.

usage: instructions.py --bin DIR --directory DIR [--quick]
"""
import argparse
import concurrent.futures
import json
import re
import subprocess
from pathlib import Path

FEW, MANY = 200, 1200
TIMEOUT_S = 120


def names(program):
    listed = subprocess.run([program, "--benchmark_list_tests"], capture_output=True, text=True,
                            timeout=TIMEOUT_S, check=True).stdout.split()
    return [name for name in listed
            if re.match(r"codec\.(decode|build|copy_floor)\.", name)]


def counted(program, name, iterations, out):
    """Instructions of a whole run."""
    subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(program),
                    f"--iterations={iterations}", f"--benchmark_filter=^{re.escape(name)}/"],
                   capture_output=True, timeout=TIMEOUT_S, check=True)
    total = re.search(r"^(?:summary|totals): (\d+)", out.read_text(encoding="utf-8"), re.MULTILINE)
    out.unlink()
    return int(total.group(1))


def per_operation(program, name, directory):
    few, many = (counted(program, name, iterations, directory / f"callgrind.{name}.{iterations}")
                 for iterations in (FEW, MANY))
    return round((many - few) / (MANY - FEW), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--quick", action="store_true", help="the named message in BCD only")
    options = parser.parse_args()
    program = options.bin / "codec_bench"
    wanted = [name for name in names(program) if not options.quick or name.endswith(".bcd")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = dict(zip(wanted, pool.map(
            lambda name: per_operation(program, name, options.directory), wanted)))
    for name, value in found.items():
        kind, subject = name.removeprefix("codec.").split(".", 1)
        if kind == "copy_floor":
            continue
        floor = found.get(f"codec.copy_floor.{subject}") if kind == "decode" else None
        print(json.dumps({"name": f"{name}.instructions", "value": value, "unit": "instructions",
                          "floor": floor, "ratio": round(value / floor, 3) if floor else None}))


if __name__ == "__main__":
    main()
