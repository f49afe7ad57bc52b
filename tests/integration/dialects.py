#!/usr/bin/env python3
"""A configuration file with four listeners (binary, ASCII, EBCDIC, a dialect file) and links known
by address: the same money behind all, and peers that no link names are turned away."""
import json
import sys

import iso
from support import messages
from support.check import Failed, expect, expect_equal, main
from support.client import Client, de7_now
from support.daemon import Daemon, Fixture
from support.ledger import Unchanged, expect_balanced
from support.paying import balance

CONFIG = """
[node]
name = "two-listeners"

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

[[listener]]
name = "binary"
port = 0
dialect = "87binary"
framing = "binary2"

[[listener]]
name = "ascii"
port = 0
dialect = "87ascii"
framing = "ascii4"
frame_bytes_max = 2048

[[listener]]
name = "ebcdic"
port = 0
dialect = "87ebcdic"
framing = "raw4"

[[listener]]
name = "own"
port = 0
dialect = "mixed.json"

[[link]]
name = "fourth"
listener = "ebcdic"
participant = "demo-acquirer"
peers = ["127.0.0.0/8"]
acquirer_id = 100001

[[link]]
name = "fifth"
listener = "own"
participant = "demo-acquirer"
peers = ["127.0.0.0/8"]
acquirer_id = 100001

[[link]]
name = "first"
listener = "binary"
participant = "demo-acquirer"
peers = ["127.0.0.1"]
acquirer_id = 100001

[[link]]
name = "second"
listener = "binary"
participant = "demo-acquirer-2"
peers = ["127.0.0.2"]
acquirer_id = 100002
also_acquirers = [200002]

[[link]]
name = "third"
listener = "ascii"
participant = "demo-acquirer"
peers = ["127.0.0.0/8"]
acquirer_id = 100001
"""


# What differs from 87binary, as docs/formats/dialect.md says it.
MIXED = {"name": "mixed", "extends": "87binary",
         "fields": {"37": {"encoding": "ebcdic-500"}, "41": {"encoding": "ebcdic-500"}}}


class Context(Fixture):
    """Master data from a first run of the demo; then our own configuration over its journal."""

    def __init__(self, bin_dir, directory):
        demo = Daemon(bin_dir, directory / "demo")
        with demo.start():
            expect_equal(demo.stop(), 0, "exit code of the demo")
        path = directory / "turnout.toml"
        path.write_text(CONFIG.format(data=demo.ready["data"], kek=demo.ready["kek"]))
        (directory / "mixed.json").write_text(json.dumps(MIXED))
        super().__init__(bin_dir, directory, config=path)
        self.daemon.settings = {}

    def binary(self, source="127.0.0.1"):
        return Client(self.daemon.port("binary"), source=source)

    def ascii(self):
        return Client(self.daemon.port("ascii"), "87ascii", "ascii4")

    def ebcdic(self):
        return Client(self.daemon.port("ebcdic"), "87ebcdic", "raw4")

    def mixed(self):
        return Client(self.daemon.port("own"), "mixed")


def ready_file_names_all_listeners(context):
    seen = {(entry["name"], entry["dialect"], entry["framing"])
            for entry in context.daemon.ready["listeners"]}
    expect_equal(seen, {("binary", "87binary", "binary2"), ("ascii", "87ascii", "ascii4"),
                        ("ebcdic", "87ebcdic", "raw4"), ("own", "mixed", "binary2")},
                 "listeners")


def the_same_money_in_both_dialects(context):
    with context.binary() as binary, context.ascii() as text:
        binary.sign_on()
        text.sign_on()
        before = balance(binary, 1)
        for client, amount in ((binary, 1_000), (text, 2_000)):
            fields = messages.purchase(1, amount)
            answer = client.request("0200", fields)
            expect_equal((answer.code, answer[4]), ("00", fields[4]), client.dialect)
        after = balance(text, 1)
        expect_equal((before[0] - after[0], before[1] - after[1]), (3_000, 3_000), "spent")
        expect_equal(balance(binary, 1), after, "balance seen by the other dialect")


def ebcdic_and_a_dialect_file_are_served_as_the_others(context):
    with context.binary() as binary, context.ebcdic() as ebcdic, context.mixed() as mixed:
        hold = messages.preauthorization(8, 4_000, de41="EBTERM01")
        answer = ebcdic.request("0100", hold)
        for de in (2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49):
            expect_equal(answer[de], hold[de], f"DE {de} in EBCDIC")
        expect_equal(answer.code, "00", "hold in EBCDIC")
        # Terminal and RRN are the same text whatever the code page: the hold is found.
        done = mixed.request("0220", messages.completion(hold, 3_000, answer[38]))
        expect_equal((done.code, done[37], done[41]), ("00", hold[37], "EBTERM01"), "completion")
        again = binary.request("0101", hold)
        expect_equal((again.code, again[38]), ("00", answer[38]), "repeat in BCD")
        spent = messages.purchase(8, 1_000)
        expect_equal(mixed.request("0200", spent).code, "00", "purchase")
        undone = ebcdic.request("0420", messages.reversal(spent, "0200", 400))
        expect_equal(undone.code, "00", "partial reversal, DE 90 and 95 in EBCDIC")
        found = messages.balances(ebcdic.request("0100", messages.inquiry(8))[54])
        expect_equal((found["01"], found["02"]), balance(binary, 8), "DE 54 in EBCDIC")


def ascii_hold_completed_in_binary(context):
    with context.binary() as binary, context.ascii() as text:
        hold = messages.preauthorization(2, 5_000)
        answer = text.request("0100", hold)
        expect_equal(answer.code, "00", "hold over ASCII")
        done = binary.request("0220", messages.completion(hold, 5_000, answer[38]))
        expect_equal(done.code, "00", "completion over BCD")


def a_repeat_over_the_other_dialect(context):
    with context.binary() as binary, context.ascii() as text:
        fields = messages.purchase(3, 1_000)
        first = binary.request("0200", fields)
        repeat = text.request("0201", fields)
        expect_equal((repeat.code, repeat[38]), (first.code, first[38]), "repeat over ASCII")


def every_field_comes_back_in_ascii(context):
    with context.ascii() as text:
        fields = messages.purchase(4, 1_234)
        answer = text.request("0200", fields)
        for de in (2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49):
            expect_equal(answer[de], fields[de], f"DE {de}")


def bad_input_in_ascii(context):
    with context.ascii() as text, Unchanged(context.daemon):
        fields = messages.purchase(4, 100)
        good = iso.encode("87ascii", "0200", fields)
        for what, body in (("a letter in DE 14", good.replace(b"3012", b"3O12", 1)),
                           ("trailing byte", good + b"0"), ("cut", good[:-1])):
            text.send_body(body)
            answer = text.receive()
            expect_equal((answer.mti, answer.code), ("0210", "30"), what)
    with context.ascii() as text, Unchanged(context.daemon):
        text.send_body(b"0200G23C448028E09200" + b"0" * 40)  # G is no hexadecimal digit
        try:
            expect_equal(text.receive(0.5).code, "30", "bad bitmap")
        except Failed:
            pass  # dropped is right too
    for header in (b"00x1", b"-001", b"9999"):
        with context.ascii() as text, Unchanged(context.daemon):
            text.send_raw(header + b"0200")
            expect_equal(text.expect_closed(2), [], f"answers to length {header}")


def the_link_is_chosen_by_the_peers_address(context):
    with context.binary("127.0.0.2") as second:
        fields = messages.purchase(5, 100, de32="100002")
        expect_equal(second.request("0200", fields).code, "91", "before the second one signs on")
        second.sign_on()
        for acquirer, code in (("100002", "00"), ("200002", "00"), (None, "00"), ("100001", "58")):
            fields = messages.purchase(5, 100, de32=acquirer)
            expect_equal(second.request("0200", fields).code, code, f"DE 32 {acquirer}")


def nobody_takes_back_what_another_has_done(context):
    with context.binary() as first, context.binary("127.0.0.2") as second:
        fields = messages.purchase(7, 1_000)
        expect_equal(first.request("0200", fields).code, "00", "purchase")
        theft = messages.reversal(fields, "0200", de32="100002")
        with Unchanged(context.daemon):
            expect_equal(second.request("0420", theft).code, "58", "reversal by the other one")


def sign_off_is_per_participant(context):
    with context.binary() as first, context.binary("127.0.0.2") as second:
        expect_equal(first.network("002").code, "00", "sign-off of the first")
        expect_equal(first.request("0200", messages.purchase(6, 10)).code, "91", "the first")
        expect_equal(second.request("0200", messages.purchase(6, 10, de32="100002")).code, "00",
                     "the second")
        first.sign_on()


def an_unknown_peer_is_turned_away(context):
    mark = context.daemon.log_mark()
    with context.binary("127.0.0.3") as stranger, Unchanged(context.daemon):
        try:
            stranger.send("0800", {7: de7_now(), 11: "000001", 70: "001"})
        except ConnectionError:
            pass
        expect_equal(stranger.expect_closed(2), [], "answers to a stranger")
    expect("127.0.0.3" in context.daemon.log_since(mark), "the stranger is not in the log")


def sums_are_zero(context):
    expect_balanced(context.daemon.trial_balance())


if __name__ == "__main__":
    sys.exit(main(Context, [
        ready_file_names_all_listeners, the_same_money_in_both_dialects,
        ebcdic_and_a_dialect_file_are_served_as_the_others,
        ascii_hold_completed_in_binary, a_repeat_over_the_other_dialect,
        every_field_comes_back_in_ascii, bad_input_in_ascii,
        the_link_is_chosen_by_the_peers_address, nobody_takes_back_what_another_has_done,
        sign_off_is_per_participant,
        an_unknown_peer_is_turned_away, sums_are_zero]))
