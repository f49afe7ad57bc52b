#!/usr/bin/env python3
"""Ends and starts of the daemon: an orderly stop loses nothing, a second daemon, a wrong key and a
damaged journal are refused with a text that says what to do."""
import pathlib
import re
import sys
import time

from support import journal_files, messages
from support.check import Failed, expect, expect_equal, expect_in, main, wait_until
from support.client import Client
from support.daemon import Daemon
from support.ledger import expect_balanced
from support.paying import Paying

REFUSED = 78


def sigterm_drains(context):
    """A burst is on the wire when SIGTERM comes: what is answered is in the journal."""
    for burst in (1, 40, 400):
        requests = [messages.purchase(index % 90, 10 + index) for index in range(burst)]
        client = context.client
        client.send_raw(b"".join(client.bytes_of("0200", fields) for fields in requests))
        context.daemon.process.terminate()
        answers = answers_until_closed(client)
        expect_equal(context.daemon.wait(20), 0, "exit code")
        seen = context.daemon.verify()
        expect_equal(seen["tail"], "clean", "tail after an orderly stop")
        posted = {(record["stan"], record["terminal"]) for record in context.daemon.records()
                  if record["type"] == "post"}
        for answer in answers:
            if answer.code == "00":
                expect((answer[11], answer[41]) in posted, f"STAN {answer[11]} is not journaled")
        context.client.__exit__()
        context.daemon.start()
        context.client = Client(context.daemon.port()).sign_on()
        for fields in requests:  # unanswered ones may be posted or not: a repeat tells, once
            expect_equal(context.request("0201", fields).code, "00", "repeat after the stop")
    expect_balanced(context.daemon.trial_balance())
    return f"{len(answers)} of the last {burst} answered"


def answers_until_closed(client):
    answers = []
    try:
        while True:
            answers.append(client.receive(5))
    except (Failed, ConnectionError):
        expect(client.closed, "the connection was not closed by the stop")
    return answers


def a_stopped_daemon_takes_no_connections(context):
    port = context.daemon.port()
    expect_equal(context.daemon.stop(), 0, "exit code")
    try:
        Client(port)
        raise Failed("a connection to a stopped daemon was accepted")
    except ConnectionRefusedError:
        pass
    context.daemon.start()
    context.client = Client(context.daemon.port()).sign_on()


def restart_keeps_digest_and_balances(context):
    context.approved("0200", messages.purchase(5, 777))
    balances = [context.balance(card) for card in range(10)]
    expect_equal(context.daemon.stop(), 0, "exit code")
    first = context.daemon.verify()
    totals = context.daemon.trial_balance()["currencies"]
    expect_equal(context.daemon.verify(), first, "two verifications of one journal")
    context.client.__exit__()
    context.daemon.start()
    context.client = Client(context.daemon.port()).sign_on()
    expect_equal([context.balance(card) for card in range(10)], balances, "balances")
    expect_equal(context.daemon.trial_balance()["currencies"], totals, "trial balance")


def a_kill_keeps_what_was_answered(context):
    fields = messages.purchase(6, 888)
    answer = context.approved("0200", fields)
    after = context.balance(6)
    context.client.__exit__()
    context.daemon.kill()
    context.daemon.start()
    context.client = Client(context.daemon.port()).sign_on()
    expect_equal(context.balance(6), after, "balance")
    repeat = context.request("0201", fields)
    expect_equal((repeat.code, repeat[38]), ("00", answer[38]), "repeat")


def a_second_daemon_is_refused(context):
    second = Daemon(context.daemon.bin, context.daemon.directory / "second",
                    config=context.daemon.ready["config"])
    second.spawn()
    with second:
        expect_equal(second.wait(20), REFUSED, "exit code of the second daemon")
        expect_in("lock", second.log().lower(), "its log")
    context.approved("0200", messages.purchase(7, 10))


def refused_to_start(context, *words):
    """A start that must end with 78 and a text that has the words; nothing on disk changes."""
    mark = context.daemon.log_mark()
    context.daemon.spawn()
    expect_equal(context.daemon.wait(20), REFUSED, "exit code")
    text = context.daemon.log_since(mark)
    for word in words:
        expect_in(word, text, "the refusal")
    expect(not context.daemon.ready_file.exists(), "it said that it was ready")


def a_wrong_key_encryption_key_is_refused(context):
    kek = pathlib.Path(context.daemon.ready["kek"])
    expect_equal(context.daemon.stop(), 0, "exit code")
    right = kek.read_text()
    wrong = "".join("0" if digit != "0" else "1" for digit in right.strip())
    try:
        kek.write_text(wrong + "\n")
        refused_to_start(context, "key")
        expect(wrong[:16] not in context.daemon.log(), "a key is in the log")
        kek.unlink()
        refused_to_start_without_kek(context)
    finally:
        kek.write_text(right)
        kek.chmod(0o600)
    started_again(context)


def refused_to_start_without_kek(context):
    """--dev would make a fresh key; with the journal of another one it must not."""
    context.daemon.spawn()
    code = context.daemon.wait(20)
    expect(code in (REFUSED, 3), f"without the key file it ended with {code}")


def started_again(context):
    context.client.__exit__()
    context.daemon.start()
    context.client = Client(context.daemon.port()).sign_on()
    context.approved("0200", messages.purchase(8, 10))


def a_damaged_journal_is_refused(context):
    for _ in range(5):
        context.approved("0200", messages.purchase(8, 10))
    expect_equal(context.daemon.stop(), 0, "exit code")
    path = [segment for segment in journal_files.segments(context.daemon)
            if journal_files.frames(segment)][-1]
    frames = journal_files.frames(path)
    middle, last = frames[len(frames) // 2], frames[-1]
    damages = {
        "a body byte in the middle": middle[0] * journal_files.PAGE + 128 + middle[1] // 2,
        "a header byte in the middle": middle[0] * journal_files.PAGE + 20,
        "a body byte of the last frame": last[0] * journal_files.PAGE + 130,
        "a tag of the last frame": last[0] * journal_files.PAGE + 85,
    }
    for what, offset in damages.items():
        journal_files.flip(path, offset)
        try:
            refused_to_start(context, path.name, f"page {offset // journal_files.PAGE}")
            verify = context.daemon.tool("journal", "verify", "--json", ok=None)
            expect_equal(verify.returncode, 3, f"exit code of verify with {what} changed")
            expect_in(path.name, verify.stdout + verify.stderr, "verify")
        finally:
            journal_files.flip(path, offset)
    started_again(context)
    return ", ".join(damages)


def a_cut_tail_behind_the_witness_is_refused(context):
    for _ in range(3):
        context.approved("0200", messages.purchase(8, 10))
    expect_equal(context.daemon.stop(), 0, "exit code")
    path = [segment for segment in journal_files.segments(context.daemon)
            if journal_files.frames(segment)][-1]
    page = journal_files.frames(path)[-1][0]
    whole = path.read_bytes()
    try:
        with open(path, "r+b") as segment:
            segment.seek(page * journal_files.PAGE)
            segment.write(bytes(journal_files.PAGE))
        refused_to_start(context, path.name)
    finally:
        with open(path, "r+b") as segment:
            segment.write(whole)
    started_again(context)


def no_card_number_in_the_log_or_on_disk(context):
    pans = [messages.purchase(card, 1)[2] for card in (5, 6, 7, 8)]
    log = context.daemon.log()
    for pan in pans:
        expect(pan not in log, "a PAN is in the log")
    expect(not re.search(r"\b9999\d{12}\b", log), "something like a PAN is in the log")
    for path in pathlib.Path(context.daemon.directory).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for pan in pans:
                for form in (pan.encode(), bytes.fromhex(pan)):
                    expect(form not in data, f"a PAN is in clear in {path.name}")


def ready_file_comes_after_the_listeners(context):
    expect_equal(context.daemon.stop(), 0, "exit code")
    context.client.__exit__()
    context.daemon.spawn()
    wait_until(context.daemon.ready_file.exists, 20, "ready file")
    started = time.monotonic()
    context.daemon.read_ready_file()
    context.client = Client(context.daemon.port()).sign_on()
    expect_equal(context.daemon.ready["pid"], context.daemon.process.pid, "pid in the ready file")
    return f"{(time.monotonic() - started) * 1000:.0f} ms to the first answer"


if __name__ == "__main__":
    sys.exit(main(Paying, [
        ready_file_comes_after_the_listeners, sigterm_drains, a_stopped_daemon_takes_no_connections,
        restart_keeps_digest_and_balances, a_kill_keeps_what_was_answered,
        a_second_daemon_is_refused, a_wrong_key_encryption_key_is_refused,
        a_damaged_journal_is_refused, a_cut_tail_behind_the_witness_is_refused,
        no_card_number_in_the_log_or_on_disk]))
