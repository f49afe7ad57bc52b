#!/usr/bin/env python3
"""Messages that are framed well and wrong inside: answered with 30, 12, 13, ... or dropped, echoing
what could be read, without a record in the journal where nothing was decided."""
import sys

import iso
from support import messages, reasons
from support.check import expect, expect_equal, main
from support.client import de7_now
from support.ledger import Unchanged
from support.paying import Paying

DIALECT = "87binary"


def patched(fields, mti, de, body):
    """The message with this field's bytes (prefix and value) replaced."""
    parts = [body if number == de else iso.encode_field(DIALECT, number, fields[number])
             for number in sorted(set(fields) | {de})]
    numbers = set(fields) | {de}
    return iso.encode_mti(DIALECT, mti) + iso.bitmap_of(DIALECT, numbers) + b"".join(parts)


def rejected(context, body, code, mti="0210", echoes=(), fields=None):
    """Sends the bytes, expects this answer code, an unchanged journal and a link that goes on."""
    client = context.client
    with Unchanged(context.daemon):
        client.send_body(body)
        answer = client.receive()
        expect_equal((answer.mti, answer.code), (mti, code), "answer")
        for de in echoes:
            expect_equal(answer.get(de), fields[de], f"echo of DE {de}")
    expect_equal(client.network("301").code, "00", "echo afterwards")
    return answer


def dropped(context, body):
    with Unchanged(context.daemon):
        context.client.send_body(body)
        expect(context.client.silent(0.3), "an answer to what must be dropped")
    expect_equal(context.client.network("301").code, "00", "echo afterwards")


def unknown_mti(context):
    fields = {7: de7_now(), 11: "000123", 41: messages.TERMINAL}
    rejected(context, iso.encode(DIALECT, "0600", fields), "12", "0610", (7, 11, 41), fields)


def an_answer_sent_to_us_is_dropped(context):
    for mti in ("0110", "0210", "0430", "0810"):
        dropped(context, iso.encode(DIALECT, mti, messages.purchase(1, 100, de39="00")))


def with_extra_bit(fields, byte, bit):
    """A 0200 whose secondary bitmap names one more field, with nothing behind the last one."""
    bitmap = bytearray(iso.bitmap_of(DIALECT, set(fields) | {70}))
    bitmap[8] &= ~0x04 & 0xFF  # DE 70 was only there for the second half
    bitmap[byte] |= bit
    body = b"".join(iso.encode_field(DIALECT, de, fields[de]) for de in sorted(fields))
    return iso.encode_mti(DIALECT, "0200") + bytes(bitmap) + body


def bitmap_names_a_field_that_is_not_there(context):
    fields = messages.purchase(1, 100)
    rejected(context, with_extra_bit(fields, 15, 0x02), "30", echoes=(4, 11, 41), fields=fields)


def bitmap_is_cut(context):
    for length in range(2, 10):
        dropped(context, iso.encode(DIALECT, "0200", messages.purchase(1, 100))[:length])


def digits_that_are_none_before_the_key(context):
    """What names the request could not be read: nobody could match an answer."""
    fields = messages.purchase(1, 100)
    dropped(context, patched(fields, "0200", 4, bytes.fromhex("00000000A000")))
    dropped(context, patched(fields, "0200", 11, bytes.fromhex("00000A")))


def digits_that_are_none_behind_the_key(context):
    fields = messages.purchase(1, 100)
    rejected(context, patched(fields, "0200", 18, b"\x54\x1f"), "30",
             echoes=(2, 3, 4, 7, 11, 12, 13), fields=fields)


def length_beyond_the_fields_maximum(context):
    fields = messages.purchase(1, 100)
    pan20 = b"\x20" + bytes.fromhex("9" * 20)
    dropped(context, patched(fields, "0200", 2, pan20))
    acquirer12 = b"\x12" + bytes.fromhex("1" * 12)
    rejected(context, patched(fields, "0200", 32, acquirer12), "30", echoes=(2, 3, 4, 7, 11),
             fields=fields)


def length_that_is_no_number(context):
    fields = messages.purchase(1, 100)
    dropped(context, patched(fields, "0200", 2, b"\x1F" + bytes(8)))
    rejected(context, patched(fields, "0200", 32, b"\x0F" + bytes(8)), "30",
             echoes=(2, 3, 4, 7, 11), fields=fields)


def message_ends_inside_a_field(context):
    fields = messages.purchase(1, 100)
    whole = iso.encode(DIALECT, "0200", fields)
    rejected(context, whole[:-2], "30", echoes=(2, 3, 4, 7, 11, 12, 13, 32, 41), fields=fields)


def every_cut_of_a_message(context):
    """Cut before the end of DE 11 it is dropped, behind it answered with 30."""
    fields = messages.purchase(1, 100)
    whole = iso.encode(DIALECT, "0200", fields)
    head = {de: fields[de] for de in fields if de <= 11}
    key_end = len(iso.encode(DIALECT, "0200", head))
    with Unchanged(context.daemon):
        for length in range(1, len(whole)):
            context.client.send_body(whole[:length])
            if length >= key_end:
                answer = context.client.receive()
                expect_equal((answer.mti, answer.code), ("0210", "30"), f"cut at {length}")
        expect(context.client.silent(0.3), "an answer to a message without DE 11")
    return f"{len(whole) - key_end} answered, {key_end - 1} dropped"


def trailing_bytes(context):
    fields = messages.purchase(1, 100)
    rejected(context, iso.encode(DIALECT, "0200", fields) + b"\x00", "30",
             echoes=(2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49), fields=fields)


def amount_zero(context):
    rejected_or_declined(context, "0200", messages.purchase(1, 0), "13")


def currency_unknown(context):
    for code, answer in (("000", "12"), ("123", "12"), ("97A", "30")):
        fields = messages.purchase(1, 100, de49=code)
        rejected(context, iso.encode(DIALECT, "0200", fields), answer, echoes=(11,), fields=fields)


def processing_code_unknown(context):
    rejected_or_declined(context, "0200", messages.purchase(1, 100, de3="990000"), "12")
    rejected_or_declined(context, "0100", messages.preauthorization(1, 100, de3="200000"), "12",
                         "0110")


def required_fields_absent(context):
    for de in (2, 3, 4, 7, 11, 41, 49):
        fields = messages.purchase(1, 100, **{f"de{de}": None})
        rejected(context, iso.encode(DIALECT, "0200", fields), "30")
    fields = messages.reversal(messages.purchase(1, 100), "0200", de90=None, de37=None)
    rejected(context, iso.encode(DIALECT, "0420", fields), "30", "0430")
    rejected(context, iso.encode(DIALECT, "0800", {7: de7_now(), 11: "000001"}), "30", "0810")


def transmission_time_that_is_none(context):
    for when in ("1345120000", "0230120000", "1120256000"):
        rejected(context, iso.encode(DIALECT, "0200", messages.purchase(1, 100, de7=when)), "30")


def transmission_time_out_of_the_window(context):
    for offset_s in (-2 * 3600, +600):
        fields = messages.purchase(1, 100, de7=de7_now(offset_s))
        rejected_or_declined(context, "0200", fields, "30")


def foreign_acquirer(context):
    fields = messages.purchase(1, 100, de32="555555")
    rejected_or_declined(context, "0200", fields, "58")


def rejected_or_declined(context, mti, fields, codes, answer_mti="0210"):
    """Money and balances stay; whether a decline is journaled is the engine's business."""
    codes = (codes,) if isinstance(codes, str) else codes
    with Unchanged(context.daemon, journal=False):
        answer = context.client.request(mti, fields)
        expect_equal(answer.mti, answer_mti, "MTI of the answer")
        expect(answer.code in codes, f"expected one of {codes}, got {answer.code}")
        expect_equal(answer[11], fields[11], "echo of DE 11")


if __name__ == "__main__":
    sys.exit(main(lambda bin_dir, directory: Paying(
        bin_dir, directory, settings={f"listener.{reasons.DEV_LISTENER}.malformed_max": 1000}), [
        unknown_mti, an_answer_sent_to_us_is_dropped, bitmap_names_a_field_that_is_not_there,
        bitmap_is_cut, digits_that_are_none_before_the_key, digits_that_are_none_behind_the_key,
        length_beyond_the_fields_maximum, length_that_is_no_number, message_ends_inside_a_field,
        every_cut_of_a_message, trailing_bytes, amount_zero, currency_unknown,
        processing_code_unknown, required_fields_absent, transmission_time_that_is_none,
        transmission_time_out_of_the_window, foreign_acquirer]))
