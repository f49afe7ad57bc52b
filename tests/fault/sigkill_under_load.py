#!/usr/bin/env python3
"""SIGKILL under load, round after round on one data directory: every answered approval is in the
journal once, nothing is posted twice, repeats get the answers that were given before the crash, the
books balance, and the tail is clean or torn, never damaged.

TURNOUT_KILL_ROUNDS sets the number of rounds (30), TURNOUT_KILL_SEED the seed."""
import collections
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support import journal_check
from support.check import expect, expect_equal, main, wait_until
from support.client import Client
from support.daemon import Fixture
from support.load import Load
from support.witness import Witness, check_repeats

ROUNDS = int(os.environ.get("TURNOUT_KILL_ROUNDS", "30"))
SEED = int(os.environ.get("TURNOUT_KILL_SEED", "20260101"))
RATE = 3000
MIX = "auth=50,purchase=35,reversal=15"
CARDS = 1000
WITNESSES, LOAD_CONNECTIONS = 3, 8
SAMPLE = 40
SETTINGS = {
    "engine.transactions_max": 1 << 20, "engine.holds_max": 1 << 19, "journal.segment_mib": 16,
}


class Context(Fixture):
    def __init__(self, bin_dir, directory):
        super().__init__(bin_dir, directory, cards=CARDS, settings=SETTINGS)
        self.random = random.Random(SEED)
        self.recorded, self.witnessed, self.known = [], [], {}
        self.tails, self.checked_seq = collections.Counter(), 0


def one_round(context, number):
    """Load and witnesses, SIGKILL at a random moment, restart, everything compared."""
    port = context.daemon.port()
    witnesses = [Witness(port, f"{SEED}-{number}-{place}", f"W{number:05d}{place:02d}", CARDS)
                 for place in range(WITNESSES)]
    load = Load(context.daemon, context.daemon.directory / f"load-{number}.jsonl", RATE, 40, MIX,
                LOAD_CONNECTIONS)
    for witness in witnesses:
        witness.start()
    wait_until(lambda: context.daemon.connections() >= WITNESSES + LOAD_CONNECTIONS, 20,
               "the load is connected")
    time.sleep(0.5 + 1.2 * context.random.random())
    context.daemon.kill()
    for witness in witnesses:
        witness.stop()
    load.finish(30, ok=None)
    lines = load.lines()
    load.record.unlink()
    check_journal(context, lines, witnesses)
    context.daemon.start()
    check_answers(context, witnesses)
    return len(lines), sum(len(witness.answered()) for witness in witnesses)


def check_journal(context, lines, witnesses):
    """The dead daemon's directory, before anything repairs it."""
    first, second = context.daemon.verify(), context.daemon.verify()
    expect_equal(first["digest"], second["digest"], "digest of two replays")
    expect(first["tail"] in ("clean", "torn"), f"tail: {first}")
    context.tails[first["tail"]] += 1
    records = context.daemon.records(after=context.checked_seq)
    journal_check.expect_dense(records)
    expect(records[0]["seq"] == context.checked_seq + 1, "the journal lost its earlier records")
    context.checked_seq = records[-1]["seq"]
    found = journal_check.by_key(records)
    for key in found:
        expect(key not in context.known, f"a second record with the key {key}")
    context.known.update((key, None) for key in found)
    approvals = 0
    for line in lines:
        if line["rc"] == "00":
            journal_check.expect_recorded_line(found, line)
            approvals += 1
    expect(approvals > 50, f"only {approvals} approvals in the load's record")
    for witness in witnesses:
        for sent in witness.answered():
            journal_check.expect_recorded_answer(found, sent)


def check_answers(context, witnesses):
    """The restarted daemon says the same as the dead one did."""
    with Client(context.daemon.port()) as client:
        client.sign_on()
        for witness in witnesses:
            answered = witness.answered()
            expect(len(answered) > 5, f"a witness got only {len(answered)} answers")
            sample = context.random.sample(answered, min(SAMPLE, len(answered)))
            check_repeats(client, sample, True)
            check_repeats(client, witness.unanswered(), False)
    trial = context.daemon.trial_balance()
    expect(trial["balanced"] is True, f"the trial balance is not zero: {trial}")


def kill_rounds(context):
    started, messages, witnessed = time.monotonic(), 0, 0
    for number in range(ROUNDS):
        lines, answers = one_round(context, number)
        messages, witnessed = messages + lines, witnessed + answers
        print(f"  round {number + 1}/{ROUNDS}: {lines} messages, {answers} witnessed, "
              f"{context.checked_seq} records, tails {dict(context.tails)}", flush=True)
    took_s = time.monotonic() - started
    return f"seed {SEED}, {messages} messages, {witnessed} witnessed, {took_s:.0f} s"


def an_orderly_end(context):
    """The last record is a CHECKPOINT with the daemon's own digest; verify replays up to it."""
    expect_equal(context.daemon.stop(), 0, "exit code")
    seen = context.daemon.verify()
    expect_equal((seen["tail"], seen["clean_stop"], seen["ok"]), ("clean", True, True), "the end")
    expect_equal(context.daemon.records(after=seen["last_seq"] - 1)[0]["type"], "checkpoint",
                 "type of the last record")
    context.daemon.start()
    expect_equal(context.daemon.stop(), 0, "exit code after another start")


if __name__ == "__main__":
    sys.exit(main(Context, [kill_rounds, an_orderly_end]))
