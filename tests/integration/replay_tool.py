#!/usr/bin/env python3
"""`turnout replay`: recorded requests from JSON lines and from a packet capture, sent again as they
are (stored answers) or re-stamped (new postings), with their answers compared."""
import json
import sys

import iso
from support import messages
from support.check import expect, expect_equal, expect_in, main
from support.ledger import Unchanged
from support.paying import Paying
from support.pcap import Capture

PURCHASES = 20


class Context(Paying):
    """Records traffic of the first run: purchases that are approved and one that is declined."""

    def __enter__(self):
        super().__enter__()
        self.recorded = []
        amounts = [100 + index for index in range(PURCHASES)] + [90_000_000]
        for index, amount in enumerate(amounts):
            body = iso.encode("87binary", "0200", messages.purchase(80 + index % 10, amount))
            self.client.send_body(body)
            self.recorded.append((body, self.client.receive_raw()))
        self.file = self.daemon.directory / "captured.jsonl"
        write(self.file, self.recorded)
        return self

    def replay(self, path, *arguments, ok=(0,)):
        done = self.daemon.tool("replay", str(path), "--target", f"127.0.0.1:{self.daemon.port()}",
                                "--json", *arguments, ok=ok, config=False)
        return json.loads(done.stdout)


def write(path, pairs):
    lines = [json.dumps({"hex": request.hex(), "at_ns": index * 1_000_000, "expect": answer.hex()})
             for index, (request, answer) in enumerate(pairs)]
    path.write_text("\n".join(lines) + "\n")


def the_same_requests_get_the_same_answers(context):
    with Unchanged(context.daemon):
        report = context.replay(context.file, "--topspeed", "--compare", "DE39,DE38")
    count = PURCHASES + 1
    expect_equal((report["requests"], report["sent"], report["answered"]), (count,) * 3, "messages")
    expect_equal((report["compared"], report["same"]), (count, count), "answers compared")
    expect_equal(report["codes"], {"00": PURCHASES, "51": 1}, "codes")


def re_stamped_requests_are_new(context):
    before = context.daemon.verify()["last_seq"]
    report = context.replay(context.file, "--topspeed", "--restamp", "stan,rrn,time", "--compare",
                            "DE39")
    expect_equal((report["same"], report["codes"]["00"]), (PURCHASES + 1, PURCHASES), "answers")
    records = context.daemon.records(after=before)
    posted = [record for record in records if record["type"] == "post"]
    expect_equal(len(posted), PURCHASES, "postings")


def loops_and_a_rate(context):
    before = context.daemon.verify()["last_seq"]
    report = context.replay(context.file, "--rate", "200", "--loop", "3", "--restamp",
                            "stan,rrn,time")
    expect_equal((report["sent"], report["answered"]), (3 * (PURCHASES + 1),) * 2, "messages")
    expect(report["seconds"] > 0.25, f"63 messages at 200/s took {report['seconds']} s")
    expect_equal(context.daemon.verify()["last_seq"], before + 3 * (PURCHASES + 1), "records")


def another_answer_is_a_difference(context):
    request, answer = context.recorded[0]
    mti, fields = iso.decode("87binary", answer)
    changed = iso.encode("87binary", mti, {**fields, 39: "05"})
    path = context.daemon.directory / "changed.jsonl"
    write(path, [(request, changed), context.recorded[1]])
    report = context.replay(path, "--topspeed", "--compare", "DE39", ok=(1,))
    expect_equal((report["same"], report["different"]), (1, {"39": 1}), "comparison")
    example = report["examples"][0]
    seen = example["message"], example["expected"], example["got"]
    expect_equal(seen, (1, "05", "00"), "message, recorded and new answer")


def a_broken_file_is_named_with_its_line(context):
    path = context.daemon.directory / "broken.jsonl"
    path.write_text(context.file.read_text().splitlines()[0] + '\n{"hex":"02zz"}\n')
    done = context.daemon.tool("replay", str(path), "--target", "127.0.0.1:1", ok=(3,),
                               config=False)
    expect_in("broken.jsonl:2", done.stderr, "the error")


def a_packet_capture(context):
    path = context.daemon.directory / "day.pcap"
    with Capture(path) as capture:
        for stream in range(3):
            parts = []
            for request, answer in context.recorded[stream * 7:stream * 7 + 7]:
                framed = iso.frame("binary2", request)
                parts += [(True, framed[:30]), (True, framed[30:]),
                          (False, iso.frame("binary2", answer))]
            capture.conversation(40_000 + stream, 8583, parts)
    with Unchanged(context.daemon):
        report = context.replay(path, "--topspeed", "--compare", "DE39,DE38", "--dst-port", "8583")
    expect_equal((report["streams"], report["requests"], report["same"]),
                 (3, PURCHASES + 1, PURCHASES + 1), "streams, requests, same answers")


if __name__ == "__main__":
    sys.exit(main(Context, [
        the_same_requests_get_the_same_answers, re_stamped_requests_are_new, loops_and_a_rate,
        another_answer_is_a_difference, a_broken_file_is_named_with_its_line, a_packet_capture]))
