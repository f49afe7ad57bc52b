#!/usr/bin/env python3
"""The witness itself: its codec reproduces the golden messages byte for byte, refuses the rest."""
import pathlib
import sys

import iso
from support.check import Cases, expect, expect_equal

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
NUMBERS = [2, 3, 4, 7, 11, 12, 13, 14, 18, 22, 25, 35, 37, 41, 42, 43, 49, 52, 55]


def golden(name):
    return bytes.fromhex("".join((GOLDEN / name).read_text().split()))


def same_in_both_dialects(_):
    ascii_mti, ascii_fields = iso.decode("87ascii", golden("bench-0100-ascii.hex"))
    bcd_mti, bcd_fields = iso.decode("87binary", golden("bench-0100-bcd.hex"))
    expect_equal(ascii_mti, "0100", "MTI of the ASCII message")
    expect_equal(bcd_mti, "0100", "MTI of the BCD message")
    expect_equal(sorted(bcd_fields), NUMBERS, "data elements")
    expect_equal(bcd_fields, ascii_fields, "fields of both dialects")


def encodes_the_golden_bytes(_):
    for dialect, name in (("87ascii", "bench-0100-ascii.hex"), ("87binary", "bench-0100-bcd.hex")):
        wanted = golden(name)
        mti, fields = iso.decode(dialect, wanted)
        expect_equal(iso.encode(dialect, mti, fields), wanted, dialect)


def refuses(_):
    good = golden("bench-0100-bcd.hex")
    bad_pan = bytearray(good)
    bad_pan[11] = 0xAA
    for what, data in (("short", good[:-1]), ("long", good + b"\0"), ("digits", bytes(bad_pan))):
        try:
            iso.decode("87binary", data)
        except iso.IsoError:
            continue
        expect(False, f"{what}: accepted")


def frames(_):
    for framing, header in (("binary2", b"\x00\x03"), ("ascii4", b"0003")):
        data = iso.frame(framing, b"abc")
        expect_equal(data, header + b"abc", framing)
        expect_equal(iso.unframe(framing, data + b"x"), (b"abc", len(data)), framing)
        expect_equal(iso.unframe(framing, data[:-1]), None, framing)


def card_numbers(_):
    numbers = [iso.test_pan(index) for index in range(1000)]
    expect_equal(len(set(numbers)), 1000, "distinct PANs")
    for pan in numbers:
        digits = [int(digit) for digit in reversed(pan)]
        total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
        expect(len(pan) == 16 and total % 10 == 0, f"Luhn of {pan}")


if __name__ == "__main__":
    sys.exit(Cases(None).run([same_in_both_dialects, encodes_the_golden_bytes, refuses, frames,
                              card_numbers]))
