"""Bounds on resident memory; wider in sanitizer builds, which keep freed blocks."""
import os

from support.check import expect

FACTOR = 8 if os.environ.get("TURNOUT_SANITIZED") else 1


def expect_grown_less(daemon, before_kib, limit_kib, what):
    """KiB of growth; fails at the limit."""
    grown_kib = daemon.memory_kib() - before_kib
    expect(grown_kib < limit_kib * FACTOR, f"{grown_kib} KiB more {what}")
    return grown_kib
