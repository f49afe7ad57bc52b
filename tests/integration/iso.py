"""A naive ISO 8583:1987 codec, written from the standard's field table and nothing of the product.

It is a witness: slow, table-driven, only strings and bytes. Dialects: "87binary" (BCD digits,
binary bitmap), "87ascii" (ASCII digits, hexadecimal bitmap), "87ebcdic" (EBCDIC digits and text,
binary bitmap) and "mixed" (87binary, but DE 37 and 41 in EBCDIC). Values are text: digits as
digits, binary fields as upper-case hexadecimal, tracks with 'D' as the separator.
"""
# Digits are characters in these. Letters, digits and spaces are the same in all EBCDIC code pages.
CHARSETS = {"87ascii": "ascii", "87ebcdic": "cp500"}


def _charset(dialect, de):
    """Of a text field."""
    if dialect == "mixed" and de in (37, 41):
        return "cp500"
    return CHARSETS.get(dialect, "ascii")


# DE: kind, length form (digits of the prefix; 0 = fixed), length. n digits, s characters, b bytes,
# z track, x sign and digits, t tag-length-value data (bytes, hexadecimal in the ASCII dialect).
_TABLE = """
2 n 2 19|3 n 0 6|4 n 0 12|5 n 0 12|6 n 0 12|7 n 0 10|8 n 0 8|9 n 0 8|10 n 0 8|11 n 0 6|12 n 0 6
13 n 0 4|14 n 0 4|15 n 0 4|16 n 0 4|17 n 0 4|18 n 0 4|19 n 0 3|20 n 0 3|21 n 0 3|22 n 0 3|23 n 0 3
24 n 0 3|25 n 0 2|26 n 0 2|27 n 0 1|28 x 0 9|29 x 0 9|30 x 0 9|31 x 0 9|32 n 2 11|33 n 2 11
34 s 2 28|35 z 2 37|36 z 3 104|37 s 0 12|38 s 0 6|39 s 0 2|40 s 0 3|41 s 0 8|42 s 0 15|43 s 0 40
44 s 2 25|45 s 2 76|46 s 3 999|47 s 3 999|48 s 3 999|49 s 0 3|50 s 0 3|51 s 0 3|52 b 0 8|53 n 0 16
54 s 3 120|55 t 3 999|60 s 3 999|61 s 3 999|62 s 3 999|63 s 3 999|64 b 0 8|66 n 0 1|67 n 0 2
70 n 0 3|71 n 0 4|72 n 0 4|73 n 0 6|90 n 0 42|91 s 0 1|92 s 0 2|93 s 0 5|94 s 0 7|95 s 0 42|96 b 0 8
99 n 2 11|100 n 2 11|102 s 2 28|103 s 2 28|128 b 0 8
"""
FIELDS = {}
for _entry in _TABLE.replace("\n", "|").split("|"):
    if _entry.strip():
        _de, _kind, _prefix, _length = _entry.split()
        FIELDS[int(_de)] = (_kind, int(_prefix), int(_length))


class IsoError(Exception):
    """The message is not what the dialect says."""


def _bcd(digits):
    return bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)


def _prefix(dialect, count, digits):
    text = str(count).zfill(digits)
    return text.encode(CHARSETS[dialect]) if dialect in CHARSETS else _bcd(text)


def encode_field(dialect, de, value):
    """Length prefix and value of one field as they lie on the wire."""
    kind, prefix, length = FIELDS[de]
    ascii_form = dialect == "87ascii"
    if kind == "n":
        value = value if prefix else value.zfill(length)
        body = value.encode(CHARSETS[dialect]) if dialect in CHARSETS else _bcd(value)
        count = len(value)
    elif kind == "s":
        value = value if prefix else value.ljust(length)
        body, count = value.encode(_charset(dialect, de)), len(value)
    elif kind == "x":
        body = value.encode() if ascii_form else value[:1].encode() + _bcd(value[1:])
        count = len(value)
    elif kind == "z":
        body = value.replace("D", "=").encode() if ascii_form else _bcd(value)
        count = len(value)
    else:
        body = value.encode() if ascii_form else bytes.fromhex(value)
        count = len(body)
    if not prefix and count != length * (2 if kind == "b" and ascii_form else 1):
        raise IsoError(f"DE {de}: {count} instead of {length}")
    if prefix and count > length:
        raise IsoError(f"DE {de}: {count} is more than {length}")
    return (_prefix(dialect, count, prefix) if prefix else b"") + body


def bitmap_of(dialect, numbers):
    """The bitmap bytes for these data elements; a second half when one is above 64."""
    bits = set(numbers) | ({1} if any(de > 64 for de in numbers) else set())
    raw = bytearray(16 if 1 in bits else 8)
    for de in bits:
        raw[(de - 1) // 8] |= 0x80 >> (de - 1) % 8
    return bytes(raw).hex().upper().encode() if dialect == "87ascii" else bytes(raw)


def encode_mti(dialect, mti):
    return mti.encode(CHARSETS[dialect]) if dialect in CHARSETS else _bcd(mti)


def encode(dialect, mti, fields):
    """A whole message. `fields` maps DE to text."""
    body = b"".join(encode_field(dialect, de, fields[de]) for de in sorted(fields))
    return encode_mti(dialect, mti) + bitmap_of(dialect, fields) + body


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise IsoError(f"ends at byte {len(self.data)}, {count} wanted at {self.at}")
        part = self.data[self.at:self.at + count]
        self.at += count
        return part


def _digits(text, what):
    if not (text.isascii() and text.isdigit()):
        raise IsoError(f"{what}: not digits")
    return text


def _take_digits(dialect, reader, count, what):
    if dialect in CHARSETS:
        return _digits(reader.take(count).decode(CHARSETS[dialect]), what)
    text = reader.take((count + 1) // 2).hex()
    return _digits(text[len(text) - count:], what)


def _decode_field(dialect, reader, de):
    kind, prefix, length = FIELDS[de]
    ascii_form = dialect == "87ascii"
    if prefix:
        count = int(_take_digits(dialect, reader, prefix, f"length of DE {de}"))
        if count > length:
            raise IsoError(f"DE {de}: length {count} is more than {length}")
    else:
        count = length
    if kind == "n":
        return _take_digits(dialect, reader, count, f"DE {de}")
    if kind == "s":
        return reader.take(count).decode(_charset(dialect, de))
    if kind == "x":
        return reader.take(1).decode("ascii") + _take_digits(dialect, reader, count - 1, f"DE {de}")
    if kind == "z":
        if ascii_form:
            return reader.take(count).decode("ascii").replace("=", "D")
        text = reader.take((count + 1) // 2).hex().upper()
        return text[len(text) - count:]
    if ascii_form:
        return reader.take(count * 2 if kind == "b" else count).decode("ascii").upper()
    return reader.take(count).hex().upper()


def decode(dialect, data):
    """(mti, {DE: text}); raises IsoError for anything that is not exactly one message."""
    reader = _Reader(data)
    mti = _take_digits(dialect, reader, 4, "MTI")

    def eight():
        raw = reader.take(16 if dialect == "87ascii" else 8)
        return bytes.fromhex(raw.decode("ascii")) if dialect == "87ascii" else raw

    bits = eight()
    if bits[0] & 0x80:
        bits += eight()
    numbers = [de for de in range(2, len(bits) * 8 + 1)
               if bits[(de - 1) // 8] & 0x80 >> (de - 1) % 8]
    fields = {}
    for de in numbers:
        if de not in FIELDS:
            raise IsoError(f"DE {de} is not in the witness's table")
        fields[de] = _decode_field(dialect, reader, de)
    if reader.at != len(data):
        raise IsoError(f"{len(data) - reader.at} bytes behind the last field")
    return mti, fields


# How each framing lays out a frame, written down once more from its public description. Prefix:
# bytes in front ("L" is the length), how the length is written, what it counts beyond the message,
# bytes of message header, trailer.
_FRAMINGS = {
    "binary2": (b"L", "be2", 0, 0, b""), "ascii4": (b"L", "dec4", 0, 0, b""),
    "ascii2": (b"L", "dec2", 0, 0, b""), "ascii3": (b"L", "dec3", 0, 0, b""),
    "ascii5": (b"L", "dec5", 0, 0, b""), "ascii6": (b"L", "dec6", 0, 0, b""),
    "nac": (b"L", "be2", 0, 5, b""), "ncc": (b"L", "bcd2", 0, 5, b""),
    "bcd2": (b"L", "bcd2", 0, 0, b""), "raw4": (b"L", "be4", 0, 0, b""),
    "hex4": (b"L", "hex4", 0, 0, b""), "cs": (b"L\0\0", "be2", 0, 0, b""),
    "vap": (b"L\0\0", "be2", 0, 22, b""), "vml": (b"L\0\0", "be2", 0, 0, b""),
    "amex": (b"L", "be2", 2, 0, b""), "base24tcp": (b"L", "be2", 0, 0, b"\3"),
    "gicc": (b"\0\0L", "be2", 0, 0, b""), "cmf": (b"L", "be3", 0, 0, b""),
    "rbp": (b"\xd0\x4aL\0\0", "be2", 0, 0, b""),
}


def _length_bytes(form, value):
    kind, size = form[:-1], int(form[-1])
    if kind == "be":
        return value.to_bytes(size, "big")
    if kind == "dec":
        return str(value).zfill(size).encode()
    if kind == "hex":
        return f"{value:0{size}X}".encode()
    return bytes.fromhex(str(value).zfill(2 * size))


def _length_value(form, data):
    kind = form[:-1]
    if kind == "be":
        return int.from_bytes(data, "big")
    return int(data.hex() if kind == "bcd" else data.decode("ascii"), 16 if kind == "hex" else 10)


def frame(framing, body, header=b""):
    """A message with its framing around it; `header` is the message header (TPDU, BASE1, ...)."""
    prefix, form, extra, _, trailer = _FRAMINGS[framing]
    length = extra + len(header) + len(body) + len(trailer)
    return prefix.replace(b"L", _length_bytes(form, length), 1) + header + body + trailer


def unframe_whole(framing, buffered):
    """(header, body, bytes used) of the first frame, or None when it is not complete."""
    prefix, form, extra, header_size, trailer = _FRAMINGS[framing]
    before = prefix.index(b"L")
    size = int(form[-1])
    start = len(prefix) - 1 + size
    if len(buffered) < start:
        return None
    length = _length_value(form, bytes(buffered[before:before + size]))
    if length == 0:
        return b"", b"", start
    inner = length - extra - len(trailer)
    end = start + inner + len(trailer)
    if len(buffered) < end:
        return None
    if bytes(buffered[:start]) != prefix.replace(b"L", _length_bytes(form, length), 1):
        raise IsoError(f"{framing}: prefix {bytes(buffered[:start]).hex()}")
    if bytes(buffered[end - len(trailer):end]) != trailer:
        raise IsoError(f"{framing}: trailer {bytes(buffered[end - len(trailer):end]).hex()}")
    whole = bytes(buffered[start:start + inner])
    return whole[:header_size], whole[header_size:], end


def unframe(framing, buffered):
    """(body, bytes used) of the first frame in `buffered`, or None when it is not complete."""
    found = unframe_whole(framing, buffered)
    return None if found is None else (found[1], found[2])


def test_pan(index, bin6="999901", seed=42):
    """The demo cards' PANs: BIN, nine digits, Luhn check digit."""
    body = bin6 + str((index + seed * 7919) % 10**9).zfill(9)
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)
