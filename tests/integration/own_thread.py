#!/usr/bin/env python3
"""The engine on a thread of its own with two loops: the same happy path, spread over connections of
both loops, and the same refusals and restarts."""
import sys

import duplicates
import lifecycle
import reversals
from support import messages
from support.check import expect_equal, main
from support.client import Client
from support.ledger import expect_balanced
from support.paying import Paying

SETTINGS = {"engine.thread": "own", "engine.loops": 2}
CONNECTIONS, EACH = 16, 50


def many_connections_over_both_loops(context):
    clients = [context.connect() for _ in range(CONNECTIONS)]
    try:
        for round_number in range(EACH):
            sent = []
            for client in clients:
                fields = messages.purchase(round_number % 90, 10)
                client.send("0200", fields)
                sent.append((client, fields))
            for client, fields in sent:
                answer = client.receive()
                expect_equal((answer[11], answer.code), (fields[11], "00"), "answer")
    finally:
        for client in clients:
            client.__exit__()
    expect_balanced(context.daemon.trial_balance())


def a_kill_keeps_what_was_answered(context):
    fields = messages.purchase(95, 1_000)
    answer = context.approved("0200", fields)
    context.client.__exit__()
    context.daemon.kill()
    context.daemon.start()
    context.client = Client(context.daemon.port()).sign_on()
    repeat = context.request("0201", fields)
    expect_equal((repeat.code, repeat[38]), ("00", answer[38]), "repeat after the kill")


def it_stops_in_order(context):
    expect_equal(context.daemon.stop(), 0, "exit code")
    expect_equal(context.daemon.verify()["tail"], "clean", "tail")


if __name__ == "__main__":
    sys.exit(main(lambda bin_dir, directory: Paying(bin_dir, directory, settings=SETTINGS), [
        lifecycle.balance_inquiry, lifecycle.purchase, lifecycle.withdrawal, lifecycle.refund,
        lifecycle.completion_in_full, lifecycle.completion_in_part_releases_the_rest,
        lifecycle.completion_without_a_hold_is_forced, lifecycle.sign_off_and_echo,
        duplicates.the_same_bytes_three_times,
        duplicates.the_same_bytes_three_times_in_one_segment,
        duplicates.the_same_bytes_on_two_connections, duplicates.another_amount_under_the_same_key,
        reversals.reversal_of_a_purchase, reversals.partial_reversal,
        reversals.reversal_before_its_original, many_connections_over_both_loops,
        duplicates.repeats_of_every_kind_after_a_restart, a_kill_keeps_what_was_answered,
        it_stops_in_order]))
