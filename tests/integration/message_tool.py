#!/usr/bin/env python3
"""`turnout message ...` on messages of every class of the corpus: what is shown, guessed, compared,
rewritten; and that no whole card number and no track ever appears in any output."""
import json
import pathlib
import re
import subprocess
import sys

import iso
from support.check import expect, expect_equal, expect_in, main
from support.pcap import Capture

TESTS = pathlib.Path(__file__).resolve().parents[1]
CORPUS = TESTS / "data" / "iso8583" / "messages.jsonl"
GOLDEN = TESTS / "golden"
MTI_WORDS = {"a": "ASCII MTI", "n": "packed MTI", "e": "EBCDIC MTI"}
EDITIONS = {"0": "1987", "1": "1993", "2": "2003"}


class Context:
    def __init__(self, binaries, directory):
        self.turnout = binaries / "turnout"
        self.directory = directory
        self.corpus = [json.loads(line) for line in CORPUS.read_text().splitlines()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, *arguments, ok=(0,), data=None):
        done = subprocess.run([str(self.turnout), "message", *map(str, arguments)], input=data,
                              capture_output=True, timeout=60, check=False)
        expect(done.returncode in ok, f"{arguments}: exit {done.returncode}: "
               f"{done.stderr.decode(errors='replace')[-600:]}")
        return done

    def hex_file(self, *lines, name="messages.hex"):
        path = self.directory / name
        path.write_text("".join(line + "\n" for line in lines))
        return path


def golden(name):
    return "".join((GOLDEN / name).read_text().split())


def secrets(record):
    """Everything that must never be seen: PAN and track, as text, as packed digits, as hex."""
    found = set()
    for number in ("2", "34", "35", "36", "45"):
        value = record["fields"].get(number)
        if not isinstance(value, str):
            continue
        digits = re.match(r"[^0-9]*([0-9]{12,19})", value)
        if not digits or not digits.group(1).strip("0"):  # zeros are no card number
            continue
        for text in {value, digits.group(1)}:
            found.add(text)
            found.add(text.encode().hex().upper())
            found.add(text.encode("cp500", errors="replace").hex().upper())
    return {text for text in found if len(text) >= 13}


def without_secrets(record, done, what):
    shown = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    plain = shown.replace(" ", "")
    for secret in secrets(record):
        expect(secret not in shown and secret not in plain,
               f"{record['id']}: {what} shows a whole card number or track")


def no_output_shows_a_card_number(context):
    for record in context.corpus:
        line = record["hex"]
        for dialect in ("auto", "87ascii", "87binary", "93binary"):
            for form in ([], ["--json"]):
                done = context.run("view", "-", "--dialect", dialect, *form, data=line.encode(),
                                   ok=(0, 3))
                without_secrets(record, done, f"view --dialect {dialect} {form}")
        done = context.run("doctor", "-", data=line.encode(), ok=(0, 1))
        without_secrets(record, done, "doctor")
        done = context.run("redact", "-", data=line.encode(), ok=(0, 3))
        without_secrets(record, done, "redact")
        done = context.run("convert", "-", "--to-dialect", "87ascii", data=line.encode(),
                           ok=(0, 3))
        without_secrets(record, done, "convert")
    return f"{len(context.corpus)} messages"


def doctor_names_family_and_framing(context):
    whole = 0
    for record in context.corpus:
        done = context.run("doctor", "-", "--json", data=record["hex"].encode(), ok=(0, 1))
        guess = json.loads(done.stdout)["guesses"][0]
        form = record["dialect"]
        wanted = MTI_WORDS[form["mti"]]
        right = wanted in guess["family"] and guess["framing"] == "none"
        right = right and ("hex digits" in guess["family"]) == (form["bitmap"] in ("h", "eh"))
        edition = EDITIONS.get(record["mti"][0])
        right = right and (edition is None or edition in guess["family"])
        expect(right,
               f"{record['id']}: {guess['family']}, framing {guess['framing']}, skip "
               f"{guess['skip_bytes']}; it is {form['mti']}/{form['bitmap']} {record['mti']}")
        whole += done.returncode == 0
    expect(whole * 2 > len(context.corpus), f"only {whole} decode whole")
    return f"{whole} of {len(context.corpus)} decode whole with a guessed dialect"


# A message of one field, or with a layout of its own, that says too little about itself.
EXPECTED_ODD = set()


def doctor_finds_the_framing_of_a_stream(context):
    body = bytes.fromhex(golden("bench-0100-bcd.hex"))
    for framing, frame in (("binary2", len(body).to_bytes(2, "big")),
                           ("ascii4", b"%04d" % len(body))):
        path = context.directory / f"{framing}.raw"
        path.write_bytes((frame + body) * 5)
        done = context.run("doctor", path, "--json", "--input", "raw")
        report = json.loads(done.stdout)
        best = report["guesses"][0]
        expect_equal((best["framing"], best["dialect"], best["messages"], best["whole"]),
                     (framing, "87binary", 5, 5), "best guess")
        expect(len(report["guesses"]) > 1, "a second-best guess is given")
        text = context.run("doctor", path, "--input", "raw").stdout.decode()
        expect_in("5 of 5 messages decode", text, "the evidence")


def nothing_fits_is_exit_1(context):
    done = context.run("doctor", "-", data=b"ffffffffffffffffffff\n", ok=(1,))
    expect_in("nothing fits", (done.stdout + done.stderr).decode(), "the report")


def view_of_all_input_forms_is_the_same(context):
    bodies = [bytes.fromhex(golden("bench-0100-bcd.hex"))] * 3
    hexes = [body.hex() for body in bodies]
    raw = context.directory / "three.raw"
    raw.write_bytes(b"".join(iso.frame("binary2", body) for body in bodies))
    lines = context.directory / "three.jsonl"
    lines.write_text("".join(json.dumps({"hex": text}) + "\n" for text in hexes))
    capture = context.directory / "three.pcap"
    with Capture(capture) as packets:
        parts = []
        for body in bodies:
            framed = iso.frame("binary2", body)
            parts += [(True, framed[:20]), (True, framed[20:])]
        packets.conversation(40_000, 8583, parts)
    dump = subprocess.run(["xxd"], input=bodies[0], capture_output=True, check=False).stdout \
        if subprocess.run(["sh", "-c", "command -v xxd"], capture_output=True,
                          check=False).returncode == 0 else own_dump(bodies[0])
    wanted = None
    for path in (context.hex_file(*hexes), raw, lines, capture):
        done = context.run("view", path, "--json")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        expect_equal(len(rows), 3, f"{path}: messages")
        fields = [(row["mti"], row["fields"]) for row in rows]
        wanted = wanted or fields
        expect_equal(fields, wanted, f"{path}: fields")
    for data in (dump, own_dump(bodies[0]), wrapped(hexes[0])):
        row = json.loads(context.run("view", "-", "--json", data=data).stdout)
        expect_equal((row["mti"], row["fields"]), wanted[0], "a dump's fields")


def own_dump(body):
    """As `hexdump -C` writes it."""
    out = []
    for at in range(0, len(body), 16):
        piece = body[at:at + 16]
        left = " ".join(f"{byte:02x}" for byte in piece[:8])
        right = " ".join(f"{byte:02x}" for byte in piece[8:])
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        out.append(f"{at:08x}  {left:<23}  {right:<23}  |{shown}|")
    return ("\n".join(out) + f"\n{len(body):08x}\n").encode()


def wrapped(text):
    return "\n".join(text[at:at + 64] for at in range(0, len(text), 64)).encode()


def view_is_as_it_was(context):
    """Golden output, written by the same commands: look at a difference before keeping it."""
    for message in ("bench-0100-bcd", "bench-0100-ascii"):
        for ending, form in (("txt", []), ("json", ["--json"])):
            done = context.run("view", "-", *form, data=golden(f"{message}.hex").encode())
            wanted = (GOLDEN / f"view-{message}.{ending}").read_text()
            expect_equal(done.stdout.decode(), wanted, f"view of {message} {form}")


def an_error_names_byte_field_and_rule(context):
    body = bytearray(bytes.fromhex(golden("bench-0100-bcd.hex")))
    body[22] = 0xFA
    done = context.run("view", "-", "--dialect", "87binary", data=body.hex().encode(), ok=(3,))
    text = done.stdout.decode()
    expect_in("DE4 @22 (Amount, transaction): a digit position", text, "the error")
    expect_in("476173******0010", text, "what was decoded before it")
    lines = text.splitlines()
    at = next(index for index, line in enumerate(lines) if "^^" in line)
    expect_equal(lines[at - 1][lines[at].index("^"):][:2], "FA", "the byte above the caret")
    expect_in("**", lines[at - 1], "the card number in front of it is hidden")
    row = json.loads(context.run("view", "-", "--dialect", "87binary", "--json",
                                 data=body.hex().encode(), ok=(3,)).stdout)
    expect_equal((row["ok"], row["error"]["de"], row["error"]["at"]), (False, 4, 22), "as JSON")
    expect(row["error"]["remedy"], "a remedy is given")


def quiet_shows_errors_and_totals(context):
    good = golden("bench-0100-bcd.hex")
    path = context.hex_file(good, good[:-2], "02zz", good)
    done = context.run("view", path, "--dialect", "87binary", "--json", "--quiet", ok=(3,))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    expect_equal([row.get("line") for row in rows[:-1]], [2, 3], "lines of the errors")
    total = rows[-1]
    expect_equal((total["messages"], total["ok"], total["undecodable"], total["unreadable"]),
                 (3, 2, 1, 1), "totals")


def validate_knows_rules_of_presence(context):
    good = golden("bench-0100-bcd.hex")
    without_stan = context.run("build", "--mti", "0100", "--set", "3=000000", "--set",
                               "4=1000").stdout.decode().strip()
    context.run("validate", "-", "--rules", "1987", data=good.encode())
    done = context.run("validate", "-", "--dialect", "87binary", "--rules", "1987",
                       data=without_stan.encode(), ok=(3,))
    expect_in("DE 11", done.stdout.decode(), "the field that is missing")


def diff_masks_what_differs(context):
    mti, fields = iso.decode("87binary", bytes.fromhex(golden("bench-0100-bcd.hex")))
    other = iso.encode("87binary", mti, {**fields, 2: iso.test_pan(3), 4: "000000000999"})
    left = context.hex_file(golden("bench-0100-bcd.hex"), name="left.hex")
    right = context.hex_file(other.hex(), name="right.hex")
    rows = [json.loads(line)
            for line in context.run("diff", left, right, "--json", ok=(1,)).stdout.splitlines()]
    expect_equal([row["de"] for row in rows], [2, 4], "data elements")
    expect("*" in rows[0]["left"] and "*" in rows[0]["right"], "the card numbers are masked")
    expect_equal(rows[1]["right"], "000000000999", "the amount")
    context.run("diff", left, right, "--ignore", "2,4")
    context.run("diff", left, left)
    both = context.hex_file(golden("bench-0100-bcd.hex"), other.hex(), name="both.hex")
    expect_in("1 pairs compared, 1 differ",
              context.run("diff", both, ok=(1,)).stdout.decode(), "two messages of one file")


def redact_keeps_everything_else(context):
    good = golden("bench-0100-bcd.hex")
    path = context.hex_file(good, good)
    done = context.run("redact", path)
    first, second = done.stdout.decode().split()
    expect_equal(first, second, "the same card number, the same replacement")
    expect_equal(len(first), len(good), "length")
    before, after = (iso.decode("87binary", bytes.fromhex(text))[1] for text in (good, first))
    changed = {number for number in before if before[number] != after[number]}
    expect(changed <= {2, 14, 35, 52, 55}, f"only secrets change, not {sorted(changed)}")
    expect(after[2].startswith("999901") and len(after[2]) == len(before[2]), "a test card")
    expect(luhn(after[2]), "a right check digit")
    expect(after[35].startswith(after[2]), "the track has the same card number")
    expect(context.run("redact", path).stdout != done.stdout, "another run, another key")
    raw = context.directory / "framed.raw"
    raw.write_bytes(iso.frame("binary2", bytes.fromhex(good)) * 2)
    out = context.run("redact", raw, "--input", "raw").stdout
    expect_equal((len(out), out[:2]), (raw.stat().st_size, raw.read_bytes()[:2]), "frames")


def luhn(digits):
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def convert_there_and_back(context):
    mti, fields = iso.decode("87binary", bytes.fromhex(golden("bench-0100-bcd.hex")))
    secret = {14, 35, 52, 55}
    fields = {number: value for number, value in fields.items() if number not in secret}
    fields[2] = iso.test_pan(3)
    packed = iso.encode("87binary", mti, fields).hex().upper()
    there = context.run("convert", "-", "--to-dialect", "87ascii", data=packed.encode()).stdout
    seen = iso.decode("87ascii", bytes.fromhex(there.decode().strip()))
    expect_equal(seen, (mti, fields), "in ASCII")
    back = context.run("convert", "-", "--dialect", "87ascii", "--to-dialect", "87binary",
                       data=there).stdout
    expect_equal(back.decode().strip(), packed, "and back")
    done = context.run("convert", "-", "--to-dialect", "93ascii", "--json", data=packed.encode())
    report = json.loads(done.stderr)
    left = {item["de"]: item["why"] for item in report["left_out"]}
    expect_in("12 instead of 6", left[12], "DE 12 of 1993 is another thing")


def build_from_options_and_json(context):
    done = context.run("build", "--mti", "0800", "--set", "7=1120173045", "--set", "11=123456",
                       "--set", "70=301", "--dialect", "87ascii")
    mti, fields = iso.decode("87ascii", bytes.fromhex(done.stdout.decode().strip()))
    expect_equal((mti, fields), ("0800", {7: "1120173045", 11: "123456", 70: "301"}), "built")
    viewed = context.run("view", "-", "--json", "--dialect", "87ascii", data=done.stdout).stdout
    again = context.run("build", "-", "--dialect", "87ascii", data=viewed).stdout
    expect_equal(again, done.stdout, "built again from what view shows")
    context.run("build", "--mti", "0800", "--set", "70=1234", ok=(3,))
    context.run("build", "--set", "70=301", ok=(2,))


def specs_can_be_shown_checked_and_used(context):
    listed = json.loads(context.run("specs", "--json").stdout)
    names = [dialect["name"] for dialect in listed["dialects"]]
    expect("87ascii" in names and "binary2" in listed["framings"], f"listed: {listed}")
    for name in names:
        path = context.directory / f"{name}.json"
        path.write_bytes(context.run("specs", "show", name).stdout)
        context.run("spec", "check", path)
    done = context.run("view", "-", "--dialect", context.directory / "87binary.json", "--json",
                       data=golden("bench-0100-bcd.hex").encode())
    expect(json.loads(done.stdout)["ok"], "decodes with the written dialect")
    broken = context.directory / "broken.json"
    broken.write_text('{"name": "x",\n "extends": "87asci"}\n')
    done = context.run("spec", "check", broken, ok=(3,))
    expect_in("broken.json:2:", done.stderr.decode(), "line of the error")


def doctor_writes_a_dialect_that_decodes(context):
    fields = {3: "000000", 4: "000000001000", 11: "123456"}
    body = iso.encode("87ascii", "0100", fields)
    mixed = body[:4] + bytes.fromhex(body[4:20].decode()) + body[20:]
    path = context.hex_file(mixed.hex(), mixed.hex())
    written = context.directory / "guessed.json"
    done = context.run("doctor", path, "--write", written)
    expect_in("binary bit map", done.stdout.decode(), "the family")
    viewed = context.run("view", path, "--dialect", written, "--framing", "none", "--json").stdout
    expect_equal(json.loads(viewed.splitlines()[0])["fields"]["11"]["value"], "123456", "DE 11")


def an_import_is_a_dialect_file(context):
    packager = context.directory / "packager.xml"
    packager.write_text(
        '<isopackager>\n'
        '<isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>\n'
        '<isofield id="1" length="16" name="BITMAP" class="org.jpos.iso.IFA_BITMAP"/>\n'
        '<isofield id="3" length="6" name="CODE" class="org.jpos.iso.IFA_NUMERIC"/>\n'
        '</isopackager>\n')
    out = context.directory / "imported.json"
    context.run("spec", "import", packager, "--from", "jpos", "-o", out)
    context.run("spec", "check", out)
    data = b"0800" + b"2000000000000000" + b"990000"
    row = json.loads(context.run("view", "-", "--dialect", out, "--json", "--framing", "none",
                                 data=data.hex().encode()).stdout)
    expect_equal(row["fields"]["3"]["value"], "990000", "a field of the imported dialect")


def output_in_a_pipe_has_no_colour(context):
    done = context.run("view", "-", data=golden("bench-0100-bcd.hex").encode())
    expect(b"\x1b" not in done.stdout + done.stderr, "escape characters in a pipe")


if __name__ == "__main__":
    sys.exit(main(Context, [
        view_of_all_input_forms_is_the_same, view_is_as_it_was, an_error_names_byte_field_and_rule,
        quiet_shows_errors_and_totals, validate_knows_rules_of_presence, diff_masks_what_differs,
        redact_keeps_everything_else, convert_there_and_back, build_from_options_and_json,
        specs_can_be_shown_checked_and_used, doctor_writes_a_dialect_that_decodes,
        an_import_is_a_dialect_file, output_in_a_pipe_has_no_colour,
        doctor_finds_the_framing_of_a_stream, nothing_fits_is_exit_1,
        doctor_names_family_and_framing, no_output_shows_a_card_number]))
