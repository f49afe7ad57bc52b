#!/usr/bin/env python3
"""Bytes that are no message: the connection is closed with its reason in the log, or nothing
happens. The ledger does not change, and a paying link is answered all the while."""
import sys
import time

import iso
from support import messages, reasons
from support.check import expect, expect_equal, main
from support.client import Client, de7_now
from support.daemon import Fixture, expect_logged
from support.ledger import Unchanged
from support.memory import expect_grown_less

FRAME_TIMEOUT_MS = 600
SETTINGS = {
    f"listener.{reasons.DEV_LISTENER}.frame_timeout_ms": FRAME_TIMEOUT_MS,
    f"listener.{reasons.DEV_LISTENER}.malformed_max": 4,
}


def context(bin_dir, directory):
    return Fixture(bin_dir, directory, settings=SETTINGS)


def connect(context):
    return Client(context.daemon.port())


def still_pays(context):
    with connect(context) as client:
        answer = client.sign_on().request("0200", messages.purchase(1, 100))
        expect_equal(answer.code, "00", "purchase afterwards")


def truncated_frame_then_close(context):
    mark = context.daemon.log_mark()
    with Unchanged(context.daemon):
        with connect(context) as client:
            client.send_raw((100).to_bytes(2, "big") + b"\x01\x00" + bytes(18))
        expect_logged(context.daemon, mark, reasons.CLOSED_INSIDE_FRAME)
    still_pays(context)


def truncated_frame_then_silence(context):
    mark = context.daemon.log_mark()
    with Unchanged(context.daemon), connect(context) as client:
        client.send_raw((100).to_bytes(2, "big") + b"\x01\x00")
        started = time.monotonic()
        expect_equal(client.expect_closed(FRAME_TIMEOUT_MS / 1000 + 2), [], "answers")
        took_s = time.monotonic() - started
        expect(took_s >= FRAME_TIMEOUT_MS / 1000 * 0.5, f"closed after {took_s:.3f} s, too early")
        expect_logged(context.daemon, mark, reasons.FRAME_DEADLINE)
    still_pays(context)


def a_header_of_one_byte_then_silence(context):
    mark = context.daemon.log_mark()
    with Unchanged(context.daemon), connect(context) as client:
        client.send_raw(b"\x00")
        client.expect_closed(FRAME_TIMEOUT_MS / 1000 + 2)
        expect_logged(context.daemon, mark, reasons.FRAME_DEADLINE)


def a_slow_drip_does_not_extend_the_deadline(context):
    with Unchanged(context.daemon), connect(context) as client:
        started = time.monotonic()
        client.send_raw((200).to_bytes(2, "big"))
        try:
            while time.monotonic() - started < FRAME_TIMEOUT_MS / 1000 + 3:
                client.send_raw(b"\x01")
                if not client.silent(0.05):
                    break
        except ConnectionError:
            pass
        took_s = time.monotonic() - started
        expect(took_s < FRAME_TIMEOUT_MS / 1000 + 2, f"a dripping peer was kept for {took_s:.1f} s")


def length_beyond_the_maximum(context):
    mark = context.daemon.log_mark()
    with Unchanged(context.daemon), connect(context) as client:
        client.send_raw(b"\xff\xff" + b"0" * 64)
        expect_equal(client.expect_closed(2), [], "answers")
        expect_logged(context.daemon, mark, reasons.FRAME_TOO_LONG)
    still_pays(context)


def zero_length_is_a_keep_alive(context):
    with connect(context) as client:
        with Unchanged(context.daemon):
            client.send_raw(b"\x00\x00" * 5)
            expect(client.silent(FRAME_TIMEOUT_MS / 1000 + 0.3), "a keep-alive was answered")
        client.sign_on()
        payment = client.bytes_of("0200", messages.purchase(2, 150))
        client.send_raw(b"\x00\x00" + payment + b"\x00\x00")
        expect_equal(client.receive().code, "00", "purchase between keep-alives")


def garbage_is_closed_after_malformed_max(context):
    mark = context.daemon.log_mark()
    with Unchanged(context.daemon), connect(context) as client:
        for _ in range(40):
            try:
                client.send_body(b"\xee\xee" + b"\xff" * 30)
            except ConnectionError:
                break
        expect_equal(client.expect_closed(3), [], "answers to garbage")
        expect_logged(context.daemon, mark, reasons.MALFORMED_MAX)
    still_pays(context)


def garbage_without_a_known_mti_is_dropped(context):
    mark = context.daemon.log_mark()
    with Unchanged(context.daemon), connect(context) as client:
        client.send_body(b"\xaa\xaa" + bytes(8))
        expect(client.silent(0.3), "a message without an MTI was answered")
        expect_logged(context.daemon, mark, reasons.MALFORMED)
        expect_equal(client.network("301").code, "00", "echo on the same connection")


def byte_at_a_time(context):
    with connect(context) as client:
        client.sign_on()
        data = client.bytes_of("0200", messages.purchase(3, 200))
        for at in range(len(data)):
            client.send_raw(data[at:at + 1])
        expect_equal(client.receive().code, "00", "purchase in single bytes")


def many_frames_in_one_segment(context):
    with connect(context) as client:
        client.sign_on()
        requests = [messages.purchase(10 + index, 100 + index) for index in range(50)]
        client.send_raw(b"".join(client.bytes_of("0200", fields) for fields in requests))
        answers = {answer[11]: answer for answer in (client.receive() for _ in requests)}
        for fields in requests:
            answer = answers[fields[11]]
            expect_equal((answer.mti, answer.code, answer[4]), ("0210", "00", fields[4]), "answer")


def a_frame_split_at_every_place(context):
    with connect(context) as client:
        client.sign_on()
        echo = iso.encode("87binary", "0800", {7: de7_now(), 11: "000001", 70: "301"})
        data = iso.frame("binary2", echo) * 2
        for cut in range(1, len(data)):
            client.send_raw(data[:cut])
            time.sleep(0.002)
            client.send_raw(data[cut:])
            for _ in range(2):
                expect_equal(client.receive().code, "00", f"echo cut at {cut}")


def memory_stays_bounded(context):
    before_kib = context.daemon.memory_kib()
    for _ in range(300):
        with connect(context) as client:
            client.send_raw(b"\x1f\xff" + b"\x02" * 8000)
    still_pays(context)
    grown_kib = expect_grown_less(context.daemon, before_kib, 16 * 1024, "after 300 cut frames")
    return f"{grown_kib} KiB"


if __name__ == "__main__":
    sys.exit(main(context, [
        truncated_frame_then_close, truncated_frame_then_silence, a_header_of_one_byte_then_silence,
        a_slow_drip_does_not_extend_the_deadline, length_beyond_the_maximum,
        zero_length_is_a_keep_alive, garbage_without_a_known_mti_is_dropped,
        garbage_is_closed_after_malformed_max, byte_at_a_time, many_frames_in_one_segment,
        a_frame_split_at_every_place, memory_stays_bounded]))
