#!/usr/bin/env python3
"""SIGSTOP and SIGCONT: a daemon that sleeps for seconds in the middle of the load answers
afterwards as if nothing had been, posts nothing twice, and still meets its deadlines."""
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support import journal_check, messages
from support.check import expect, expect_equal, main
from support.load import Load
from support.paying import Paying
from support.witness import Witness, check_repeats

CARDS = 2000
WITNESS_CARDS = 1000  # the upper cards stay out of their reach: they have money at the end
PAUSE_S = 2.5
# Room for whatever the witnesses manage to send on a fast disk.
SETTINGS = {"engine.transactions_max": 1 << 20, "engine.holds_max": 1 << 19}


def stopped_under_load(context):
    daemon = context.daemon
    witnesses = [Witness(daemon.port(), f"stop-{place}", f"STOP000{place}", WITNESS_CARDS)
                 for place in range(2)]
    load = Load(daemon, daemon.directory / "load.jsonl", 1000, 6, "auth=60,purchase=40",
                arguments=("--timeout", "10s"))
    for witness in witnesses:
        witness.start()
    for _ in range(2):
        time.sleep(0.6)
        daemon.process.send_signal(signal.SIGSTOP)
        time.sleep(PAUSE_S / 2)
        daemon.process.send_signal(signal.SIGCONT)
    report = load.finish(30)
    for witness in witnesses:
        witness.stop()
    expect_equal((report["timeouts"], report["lost"]), (0, 0), "messages without an answer")
    found = journal_check.by_key(daemon.records())
    for line in load.lines():
        if line["rc"] == "00":
            journal_check.expect_recorded_line(found, line)
    for witness in witnesses:
        check_repeats(context.client, witness.answered()[-50:], True)
    expect(daemon.trial_balance()["balanced"] is True, "the trial balance is not zero")
    return f"{report['sent']} messages"


def a_request_that_waited_is_answered_once(context):
    context.daemon.process.send_signal(signal.SIGSTOP)
    fields = messages.purchase(WITNESS_CARDS + 5, 123)
    context.client.send("0200", fields)
    context.client.send("0201", fields)
    time.sleep(PAUSE_S)
    context.daemon.process.send_signal(signal.SIGCONT)
    first, second = context.client.receive(), context.client.receive()
    expect_equal((first.code, second.code), ("00", "00"), "codes of request and repeat")
    expect_equal(second[38], first[38], "approval code of the repeat")


if __name__ == "__main__":
    sys.exit(main(lambda bin_dir, directory: Paying(bin_dir, directory, cards=CARDS,
                                                    settings=SETTINGS),
                  [stopped_under_load, a_request_that_waited_is_answered_once]))
