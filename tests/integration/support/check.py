"""Expectations and the runner: one line per case, the first failure ends the test."""
import argparse
import pathlib
import sys
import tempfile
import time
import traceback


class Failed(Exception):
    """An expectation did not hold."""


def expect(condition, message):
    if not condition:
        raise Failed(message)


def expect_equal(seen, wanted, what):
    if seen != wanted:
        raise Failed(f"{what}: expected {wanted!r}, got {seen!r}")


def expect_in(part, whole, what):
    if part not in whole:
        raise Failed(f"{what}: expected {part!r} in:\n{whole[-4000:]}")


def wait_until(condition, timeout_s, what):
    """Asks until the condition gives something true and returns that; fails at the deadline."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {timeout_s} s")
        time.sleep(0.02)


def arguments():
    """--bin DIR with turnoutd and turnout; --keep leaves the temporary directory behind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--keep", action="store_true", help="keep the directory of a failed run")
    parser.add_argument("--only", default="", help="run the cases whose name contains this")
    return parser.parse_args()


class Cases:
    """Runs functions one after the other with a shared context; the name is the case."""

    def __init__(self, context, only=""):
        self.context, self.only = context, only

    def run(self, functions):
        for function in functions:
            name = function.__name__.replace("_", " ")
            if self.only and self.only not in name:
                continue
            started = time.monotonic()
            try:
                note = function(self.context)
            except Failed as failure:
                print(f"FAILED: {name}: {failure}", flush=True)
                return 1
            except Exception:  # the report has to name the case, whatever went wrong in it
                print(f"FAILED: {name}", flush=True)
                traceback.print_exc(file=sys.stdout)
                return 1
            took_ms = (time.monotonic() - started) * 1000
            print(f"ok: {name} ({took_ms:.0f} ms){': ' + note if note else ''}", flush=True)
        return 0


def main(context_of, functions):
    """Makes the temporary directory, builds the context (a context manager), runs the cases."""
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="turnout-test-") as directory:
        context = None
        try:
            context = context_of(options.bin, pathlib.Path(directory))
            with context:
                code = Cases(context, options.only).run(functions)
        except Failed as failure:
            print(f"FAILED: set-up: {failure}", flush=True)
            code = 1
        if code and hasattr(context, "post_mortem"):
            context.post_mortem()
        if code and options.keep:
            print("press return to remove", directory)
            sys.stdin.readline()
    return code
