#!/usr/bin/env python3
"""Repeats get the stored answer and post nothing, in this run and after restarts and crashes;
the same key with other content gets 94."""
import sys

from support import messages
from support.check import expect, expect_equal, main
from support.client import Client, de7_now
from support.ledger import Unchanged
from support.paying import Paying


def essence(answer):
    return answer.code, answer.get(38), answer.get(4)


def the_same_bytes_three_times(context):
    fields = messages.purchase(40, 1_000)
    def thrice():
        return [essence(context.request("0200", fields)) for _ in range(3)]
    answers = context.moved(40, thrice, -1_000, -1_000)
    expect_equal(answers[0][0], "00", "first answer")
    expect_equal(answers[1:], answers[:1] * 2, "answers to the same bytes")


def the_same_bytes_three_times_in_one_segment(context):
    fields = messages.purchase(40, 1_100)
    def at_once():
        context.client.send_raw(context.client.bytes_of("0200", fields) * 3)
        return [essence(context.client.receive()) for _ in range(3)]
    answers = context.moved(40, at_once, -1_100, -1_100)
    expect_equal((answers[0][0], answers[1:]), ("00", answers[:1] * 2), "answers in one segment")


def the_same_bytes_on_two_connections(context):
    fields = messages.purchase(41, 1_200)
    def twice():
        with context.connect() as other:
            context.client.send("0200", fields)
            other.send("0200", fields)
            return essence(context.client.receive()), essence(other.receive())
    first, second = context.moved(41, twice, -1_200, -1_200)
    expect_equal((first[0], second), ("00", first), "answers on two connections")


def a_repeat_has_its_own_mti(context):
    fields = messages.purchase(42, 900)
    original = context.approved("0200", fields)
    repeat = context.moved(42, lambda: context.request("0201", fields), 0, 0)
    expect_equal((repeat.mti, essence(repeat)), ("0210", essence(original)), "answer to the repeat")


def a_repeat_whose_original_never_came_is_the_original(context):
    fields = messages.purchase(42, 910)
    answer = context.moved(42, lambda: context.approved("0201", fields), -910, -910)
    expect_equal(essence(context.request("0201", fields)), essence(answer), "second repeat")


def another_amount_under_the_same_key(context):
    fields = messages.purchase(43, 1_000)
    context.approved("0200", fields)
    with Unchanged(context.daemon):
        for other in ({4: "000000001001"}, {3: "010000"}, {2: messages.purchase(44, 1)[2]}):
            answer = context.request("0200", {**fields, **other})
            expect_equal((answer.code, answer.get(38)), ("94", None), f"answer with {other}")
    expect_equal(context.request("0200", fields).code, "00", "the first content again")


def every_part_of_the_key_counts(context):
    fields = messages.purchase(45, 100)
    context.approved("0200", fields)
    others = ({11: "000001"}, {41: "TERM0002"}, {7: de7_now(-5)})
    context.moved(45, lambda: [context.approved("0200", {**fields, **other}) for other in others],
                  -300, -300)


def the_class_is_part_of_the_key(context):
    fields = messages.purchase(46, 100)
    context.approved("0100", fields)
    context.moved(46, lambda: context.approved("0200", fields), -100, -100)


def another_acquirer_has_its_own_keys(context):
    fields = messages.purchase(46, 120)
    absent = {de: value for de, value in fields.items() if de != 32}
    context.approved("0200", fields)
    context.moved(46, lambda: expect_equal(context.request("0200", absent).code, "00",
                                           "the link's acquirer when DE 32 is absent"), 0, 0)


def a_duplicate_of_a_decline(context):
    fields = messages.purchase(47, 20_000_000)
    before = context.daemon.verify()["last_seq"]
    codes = [context.request(mti, fields).code for mti in ("0200", "0200", "0201")]
    expect_equal(codes, ["51"] * 3, "answers")
    expect_equal(context.daemon.verify()["last_seq"], before + 1, "records")


def repeats_of_every_kind_after_a_restart(context):
    hold = messages.preauthorization(48, 5_000)
    kinds = [("0100", hold), ("0200", messages.purchase(48, 1_500)),
             ("0200", messages.refund(48, 300)), ("0200", messages.withdrawal(48, 400)),
             ("0200", messages.purchase(48, 90_000_000))]
    answered = [(mti, fields, essence(context.request(mti, fields))) for mti, fields in kinds]
    completion = messages.completion(hold, 4_000)
    answered.append(("0220", completion, essence(context.approved("0220", completion))))
    reversal = messages.reversal(kinds[1][1], "0200")
    answered.append(("0420", reversal, essence(context.approved("0420", reversal))))
    stored = context.balance(48)
    for stop in (context.restart, lambda: crash(context)):
        stop()
        for mti, fields, wanted in answered:
            repeat = mti[:3] + "1"
            with Unchanged(context.daemon):
                expect_equal(essence(context.request(repeat, fields))[:2], wanted[:2], repeat)
        expect_equal(context.balance(48), stored, "balances after the repeats")
        other = {**answered[1][1], 4: "000000001501"}
        expect_equal(context.request("0201", other).code, "94", "other content after a restart")


def crash(context):
    context.client.__exit__()
    context.daemon.kill()
    context.daemon.start()
    context.client = Client(context.daemon.port()).sign_on()


def digests_agree_after_all_of_it(context):
    first, second = context.daemon.verify(), context.daemon.verify()
    expect_equal(first["digest"], second["digest"], "digest of two replays")
    expect(context.daemon.trial_balance()["balanced"] is True, "the trial balance is not zero")


if __name__ == "__main__":
    sys.exit(main(Paying, [
        the_same_bytes_three_times, the_same_bytes_three_times_in_one_segment,
        the_same_bytes_on_two_connections, a_repeat_has_its_own_mti,
        a_repeat_whose_original_never_came_is_the_original, another_amount_under_the_same_key,
        every_part_of_the_key_counts, the_class_is_part_of_the_key,
        another_acquirer_has_its_own_keys, a_duplicate_of_a_decline,
        repeats_of_every_kind_after_a_restart, digests_agree_after_all_of_it]))
