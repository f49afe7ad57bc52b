#!/usr/bin/env python3
"""Listeners with the framings of other networks, over loopback: message headers come back swapped,
trailers are written, keep-alives are treated as configured, and the tools speak them too."""
import json
import sys

import iso
from support import messages
from support.check import Failed, expect, expect_equal, main
from support.client import Client
from support.daemon import Daemon
from support.ledger import Unchanged, expect_balanced

HEAD = """
[node]
name = "framings"

[data]
directory = "{data}"
kek_file = "{kek}"

[engine]
accounts_max = 20000
cards_max = 20000
holds_max = 20000
transactions_max = 65536

[journal]
segment_mib = 4
"""
LISTENER = """
[[listener]]
name = "{name}"
port = 0
{keys}
frame_bytes_max = 900

[[link]]
name = "link-{name}"
listener = "{name}"
participant = "demo-acquirer"
peers = ["127.0.0.0/8"]
acquirer_id = 100001
"""
TPDU = bytes.fromhex("6012345678")
SWAPPED = bytes.fromhex("6056781234")
BASE1 = bytes.fromhex("16 01 02 0000 111111 222222 00 0001 000002 07 000000 09")
# name of the listener: (keys, framing of the witness, header sent, header expected back)
SETUPS = {
    "nac": ('framing = "nac"', "nac", TPDU, SWAPPED),
    "nac-kept": ('framing = "nac"\nheader_swap = false', "nac", TPDU, TPDU),
    "ncc": ('framing = "ncc"\nempty_frame = "echo"', "ncc", TPDU, SWAPPED),
    "vap": ('framing = "vap"\nempty_frame = "echo"', "vap", BASE1, None),
    "base24tcp": ('framing = "base24tcp"\nempty_frame = "error"', "base24tcp", b"", b""),
    "amex": ('framing = "binary2"\nlength_includes_itself = true', "amex", b"", b""),
    "rbp": ('framing = "x\'D04A\' binary:2 x\'0000\'"', "rbp", b"", b""),
    "gicc": ('framing = "gicc"\nempty_frame = "echo"', "gicc", b"", b""),
    "hex4": ('framing = "hex4"\ndialect = "87ascii"', "hex4", b"", b""),
}
# Two digits are too few for a purchase.
for _name in ("ascii3", "ascii5", "ascii6", "bcd2", "raw4", "cs", "vml", "cmf"):
    SETUPS[_name] = (f'framing = "{_name}"', _name, b"", b"")


class Context:
    """Master data from a first run of the demo; then one listener for each framing."""

    def __init__(self, bin_dir, directory):
        demo = Daemon(bin_dir, directory / "demo")
        with demo.start():
            expect_equal(demo.stop(), 0, "exit code of the demo")
        text = HEAD.format(data=demo.ready["data"], kek=demo.ready["kek"])
        for name, (keys, *_) in SETUPS.items():
            text += LISTENER.format(name=name, keys=keys)
        path = directory / "turnout.toml"
        path.write_text(text)
        self.directory = directory
        self.daemon = Daemon(bin_dir, directory / "daemon", config=path)
        self.daemon.settings = {}

    def __enter__(self):
        self.daemon.start()
        with self.client("nac") as client:
            client.sign_on()
        return self

    def __exit__(self, *_):
        self.daemon.kill()

    def post_mortem(self):
        print(self.daemon.log()[-4000:])

    def client(self, name):
        keys, framing, header, _ = SETUPS[name]
        dialect = "87ascii" if "87ascii" in keys else "87binary"
        return Client(self.daemon.port(name), dialect, framing, header=header)


def a_purchase_over_every_framing(context):
    for index, (name, (_, _, _, back)) in enumerate(SETUPS.items()):
        with context.client(name) as client:
            fields = messages.purchase(index, 1_000)
            answer = client.request("0200", fields)
            expect_equal((answer.code, answer[4]), ("00", fields[4]), name)
            if back is not None:
                expect_equal(client.last_header, back, f"header over {name}")


def frames_in_pieces(context):
    for name in ("nac", "base24tcp", "vap", "gicc"):
        with context.client(name) as client:
            data = client.bytes_of("0200", messages.purchase(30, 10))
            for at in range(len(data)):
                client.send_raw(data[at:at + 1])
            expect_equal(client.receive().code, "00", name)
            pair = client.bytes_of("0200", messages.purchase(31, 10))
            pair += client.bytes_of("0200", messages.purchase(32, 10))
            client.send_raw(pair)
            expect_equal((client.receive().code, client.receive().code), ("00", "00"), name)


def a_base1_header_is_swapped_and_counts_anew(context):
    with context.client("vap") as client:
        client.send("0200", messages.purchase(33, 10))
        body = client.receive_raw()
        expected = (BASE1[:3] + (22 + len(body)).to_bytes(2, "big") + BASE1[8:11] + BASE1[5:8] +
                    BASE1[11:])
        expect_equal(client.last_header, expected, "header")


def keep_alives_as_configured(context):
    for name, poll, echoed in (("nac", b"\0\0", False), ("ncc", b"\0\0", True),
                               ("gicc", b"\0\0\0\0", True), ("vap", b"\0\0\0\0", True),
                               ("cmf", b"\0\0\0", False)):
        with context.client(name) as client, Unchanged(context.daemon):
            client.send_raw(poll * 3)
            expect_equal(client.network("301").code, "00", f"echo test behind polls of {name}")
            expect_equal(client.keep_alives, 3 if echoed else 0, f"polls that {name} sent back")
    with context.client("base24tcp") as client, Unchanged(context.daemon):
        client.send_raw(b"\0\0")
        expect_equal(client.expect_closed(2), [], "answers to a poll that is an error")


def streams_out_of_step_are_closed(context):
    for name, data in (("base24tcp", b"\0\x04abc\x04"), ("rbp", b"\xd0\x4b"), ("gicc", b"\1"),
                       ("hex4", b"00G"), ("amex", b"\0\1"), ("bcd2", b"\x0a"),
                       ("vml", b"\x08\x01\0\0"), ("raw4", b"\xff\xff\xff\xff")):
        with context.client(name) as client, Unchanged(context.daemon):
            client.send_raw(data)
            expect_equal(client.expect_closed(2), [], f"answers over {name}")


def a_frame_without_its_header_is_skipped(context):
    with context.client("nac") as client, Unchanged(context.daemon):
        client.send_raw(b"\0\3abc")
        expect_equal(client.network("301").code, "00", "the connection goes on")
    with context.client("vap") as client, Unchanged(context.daemon):
        client.send_raw(iso.frame("vap", b"\2\0", b"\x17" * 22) * 16)
        expect_equal(client.expect_closed(2), [], "answers to sixteen wrong headers")


def format_errors_carry_the_header_too(context):
    with context.client("nac") as client, Unchanged(context.daemon):
        client.send_body(iso.encode("87binary", "0200", messages.purchase(34, 10)) + b"x")
        answer = client.receive()
        expect_equal((answer.mti, answer.code), ("0210", "30"), "answer")
        expect_equal(client.last_header, SWAPPED, "header")


def load_over_nac_and_base24(context):
    for name in ("nac", "base24tcp", "rbp", "vap"):
        done = context.daemon.tool(
            "load", "--target", f"127.0.0.1:{context.daemon.port(name)}", "--framing", name,
            "--rate", "500", "--count", "300", "--connections", "2", "--json", config=False)
        report = json.loads(done.stdout)
        expect_equal((report["answered"], report["malformed"]), (report["sent"], 0), name)
        expect(report["approved"] > 0, f"nothing approved over {name}")


def replay_over_a_described_framing(context):
    body = iso.encode("87binary", "0200", messages.purchase(35, 10))
    path = context.directory / "one.jsonl"
    path.write_text(json.dumps({"hex": body.hex(), "at_ns": 0}) + "\n")
    done = context.daemon.tool(
        "replay", str(path), "--target", f"127.0.0.1:{context.daemon.port('base24tcp')}",
        "--framing", "binary:2 trailer:x'03'", "--topspeed", "--json", config=False)
    report = json.loads(done.stdout)
    expect_equal((report["sent"], report["answered"], report["codes"]), (1, 1, {"00": 1}), "replay")


def sums_are_zero(context):
    expect_balanced(context.daemon.trial_balance())


if __name__ == "__main__":
    sys.exit(main(Context, [
        a_purchase_over_every_framing, frames_in_pieces, a_base1_header_is_swapped_and_counts_anew,
        keep_alives_as_configured, streams_out_of_step_are_closed,
        a_frame_without_its_header_is_skipped, format_errors_carry_the_header_too,
        load_over_nac_and_base24, replay_over_a_described_framing, sums_are_zero]))
