#!/usr/bin/env python3
"""A failing disk under the running daemon: a write or sync that fails ends the process with 70
before anything else is answered, and a restart keeps what was answered. A full disk refuses new
payments with 91 while reversals go on, and payments go on when there is room again."""
import errno
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support import journal_check, messages
from support.check import Failed, expect, expect_equal, expect_in, main, wait_until
from support.client import Client
from support.daemon import Daemon, expect_logged
from support.ledger import expect_balanced
from support.witness import Sent, check_repeats

IO_FAILED = 70
BURST = 40


class Context:
    def __init__(self, bin_dir, directory):
        self.bin, self.directory = bin_dir, directory
        self.shim, self.count = bin_dir.resolve() / "disk_fault_shim.so", 0
        expect(self.shim.exists(), f"{self.shim} is missing")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def daemon(self, kind, error, at=1, **settings):
        """A daemon whose calls of this kind fail once its file `armed` exists."""
        self.count += 1
        directory = self.directory / f"daemon-{self.count}"
        env = {"LD_PRELOAD": str(self.shim), "TURNOUT_FAULT": kind,
               "TURNOUT_FAULT_ERROR": str(error), "TURNOUT_FAULT_AT": str(at),
               "TURNOUT_FAULT_ARMED": str(directory / "armed")}
        return Daemon(self.bin, directory, env=env, settings=settings)


def send_one_by_one(client, requests):
    try:
        for request in requests:
            request.answer = client.request("0200", request.fields)
    except (Failed, ConnectionError):
        pass  # the connection ends with the process


def send_at_once(client, requests):
    client.send_raw(b"".join(client.bytes_of("0200", request.fields) for request in requests))
    try:
        for request in requests:
            request.answer = client.receive()
    except (Failed, ConnectionError):
        pass


def stops_and_recovers(context, kind, error, at, answered_max, tail="clean", at_once=False):
    with context.daemon(kind, error, at) as daemon:
        daemon.start()
        sent = [Sent("0200", messages.purchase(card, 100 + card)) for card in range(BURST)]
        with Client(daemon.port()) as client:
            client.sign_on()
            sent[0].answer = client.request("0200", sent[0].fields)
            expect_equal(sent[0].answer.code, "00", "payment before the fault")
            (daemon.directory / "armed").touch()
            (send_at_once if at_once else send_one_by_one)(client, sent[1:])
        expect_equal(daemon.wait(10), IO_FAILED, "exit code")
        expect_in("recovery decides", daemon.log(), "the log")
        answered = [request for request in sent if request.answer is not None]
        expect(len(answered) <= 1 + answered_max, f"{len(answered) - 1} answered after the fault")
        (daemon.directory / "armed").unlink()
        recovered(daemon, tail, answered, [request for request in sent if request.answer is None])
        return f"{len(answered) - 1} answered in between"


def recovered(daemon, tail, answered, unanswered):
    """A start without the fault: the journal has what was answered, repeats agree with it."""
    seen = daemon.verify()
    expect_equal((seen["ok"], seen["tail"]), (True, tail), "journal after the fault")
    found = journal_check.by_key(daemon.records())
    for request in answered:
        journal_check.expect_recorded_answer(found, request)
    daemon.start()
    with Client(daemon.port()) as client:
        client.sign_on()
        check_repeats(client, answered, True)
        check_repeats(client, unanswered, False)
    expect_equal(daemon.stop(), 0, "exit code of the stop")
    expect_balanced(daemon.trial_balance())


def a_write_fails(context):
    return stops_and_recovers(context, "write", errno.EIO, 1, 0)


def a_later_write_fails(context):
    return stops_and_recovers(context, "write", errno.EIO, 8, 7)


def a_write_is_short(context):
    """A frame of many records, of which only the first half reaches the disk."""
    return stops_and_recovers(context, "write", 0, 1, 0, tail="torn", at_once=True)


def there_is_no_room_for_a_write(context):
    return stops_and_recovers(context, "write", errno.ENOSPC, 1, 0)


def a_sync_fails(context):
    return stops_and_recovers(context, "sync", errno.EIO, 1, 0)


def a_later_sync_fails(context):
    return stops_and_recovers(context, "sync", errno.EIO, 5, 4)


def a_sync_of_the_witness_fails(context):
    return stops_and_recovers(context, "witness", errno.EIO, 1, BURST)


def there_is_no_room_for_the_next_segment(context):
    with context.daemon("create", errno.ENOSPC, **{"journal.segment_mib": 1}) as daemon:
        daemon.start()
        with Client(daemon.port()) as client:
            client.sign_on()
            first = messages.purchase(1, 100)
            expect_equal(client.request("0200", first).code, "00", "payment before the fault")
            (daemon.directory / "armed").touch()
            paid = 0
            while client.request("0200", messages.purchase(2, 1)).code == "00":
                paid += 1
                expect(paid < 5_000, "payments go on although no segment can be made")
            refused = messages.purchase(2, 1)
            before = daemon.verify()["last_seq"]
            expect_equal(client.request("0200", refused).code, "91", "payment without room")
            expect_equal(daemon.verify()["last_seq"], before, "last sequence")
            expect_logged(daemon, 0, ["error", "no room for the next journal segment"])
            reversal = messages.reversal(first, "0200")
            expect_equal(client.request("0420", reversal).code, "00", "reversal without room")
            (daemon.directory / "armed").unlink()
            wait_until(lambda: client.request("0200", refused).code == "00", 15,
                       "payments once there is room")
            expect_logged(daemon, 0, ["room for journal segments again"])
        expect_equal(daemon.stop(), 0, "exit code")
        seen = daemon.verify()
        expect(seen["ok"], f"after the shortage: {seen}")
        expect_balanced(daemon.trial_balance())
        return f"{paid} payments until the last segment"


if __name__ == "__main__":
    sys.exit(main(Context, [
        a_write_fails, a_later_write_fails, a_write_is_short, there_is_no_room_for_a_write,
        a_sync_fails, a_later_sync_fails, a_sync_of_the_witness_fails,
        there_is_no_room_for_the_next_segment]))
