#!/usr/bin/env python3
"""Reversals: in full, in part, twice, before the original, of a decline, a hold, what never was."""
import sys

from support import messages
from support.check import expect, expect_equal, main
from support.client import de7_now
from support.ledger import Unchanged, expect_balanced
from support.paying import Paying


def reversal_of_a_purchase(context):
    fields = messages.purchase(60, 2_000)
    context.approved("0200", fields)
    reversal = messages.reversal(fields, "0200")
    answer = context.moved(60, lambda: context.approved("0420", reversal), 2_000, 2_000)
    expect_equal(answer.mti, "0430", "MTI of the answer")
    expect_equal(answer[90], reversal[90], "echo of DE 90")
    for mti in ("0420", "0421"):
        context.moved(60, lambda: context.approved(mti, reversal), 0, 0)


def reversal_request_0400(context):
    fields = messages.purchase(60, 2_100)
    context.approved("0200", fields)
    answer = context.moved(60, lambda: context.approved("0400", messages.reversal(fields, "0200")),
                           2_100, 2_100)
    expect_equal(answer.mti, "0410", "MTI of the answer")


def a_second_reversal_with_its_own_key_moves_nothing(context):
    fields = messages.purchase(61, 1_000)
    context.approved("0200", fields)
    context.approved("0420", messages.reversal(fields, "0200"))
    before = context.balance(61)
    answer = context.request("0420", messages.reversal(fields, "0200"))
    expect_equal(context.balance(61), before, "balances")
    return f"answered {answer.code}"


def reversal_of_a_hold_voids_it(context):
    fields = messages.preauthorization(62, 3_000)
    context.approved("0100", fields)
    context.moved(62, lambda: context.approved("0420", messages.reversal(fields, "0100")), 0, 3_000)


def reversal_of_a_completion(context):
    fields = messages.preauthorization(63, 3_000)
    context.approved("0100", fields)
    completion = messages.completion(fields, 3_000)
    context.approved("0220", completion)
    reversal = messages.reversal(completion, "0220")
    context.moved(63, lambda: context.approved("0420", reversal), 3_000, 3_000)


def reversal_of_a_refund(context):
    fields = messages.refund(64, 500)
    context.approved("0200", fields)
    reversal = messages.reversal(fields, "0200")
    context.moved(64, lambda: context.approved("0420", reversal), -500, -500)


def reversal_by_retrieval_reference(context):
    fields = messages.purchase(65, 700)
    context.approved("0200", fields)
    reversal = messages.reversal(fields, "0200", de90=None)
    context.moved(65, lambda: context.approved("0420", reversal), 700, 700)


def reversal_with_an_acquirer_of_zeros_in_de90(context):
    fields = messages.purchase(65, 710)
    context.approved("0200", fields)
    reversal = messages.reversal(fields, "0200")
    reversal[90] = reversal[90][:20] + "0" * 22
    context.moved(65, lambda: context.approved("0420", reversal), 710, 710)


def partial_reversal(context):
    fields = messages.purchase(66, 5_000)
    context.approved("0200", fields)
    reversal = messages.reversal(fields, "0200", replacement=3_000)
    context.moved(66, lambda: context.approved("0420", reversal), 2_000, 2_000)
    context.moved(66, lambda: context.approved("0421", reversal), 0, 0)


def partial_reversals_of_a_hold_do_not_add_up(context):
    """Each names the amount that remains, so the second one has nothing left to release."""
    fields = messages.preauthorization(66, 5_000)
    context.approved("0100", fields)
    def reverse():
        context.approved("0420", messages.reversal(fields, "0100", replacement=3_000))
    context.moved(66, reverse, 0, 2_000)
    context.moved(66, reverse, 0, 0)
    completion = messages.completion(fields, 3_000)
    context.moved(66, lambda: context.approved("0220", completion), -3_000, 0)


def partial_reversals_of_a_purchase_do_not_add_up(context):
    fields = messages.purchase(66, 5_000)
    context.approved("0200", fields)
    def reverse(replacement):
        context.approved("0420", messages.reversal(fields, "0200", replacement=replacement))
    context.moved(66, lambda: reverse(3_000), 2_000, 2_000)
    context.moved(66, lambda: reverse(3_000), 0, 0)
    context.moved(66, lambda: reverse(1_000), 2_000, 2_000)
    context.moved(66, lambda: reverse(None), 1_000, 1_000)
    context.moved(66, lambda: reverse(None), 0, 0)


def reversal_before_its_original(context):
    fields = messages.purchase(67, 4_000)
    reversal = messages.reversal(fields, "0200")
    context.moved(67, lambda: context.approved("0420", reversal), 0, 0)
    def late_original():
        answer = context.request("0200", fields)
        expect(answer.code != "00", "the late original was approved")
        return answer.code
    code = context.moved(67, late_original, 0, 0)
    context.restart()
    def again():
        expect_equal(context.request("0201", fields).code, code, "repeat of the late original")
    context.moved(67, again, 0, 0)
    return f"the original then gets {code}"


def a_tombstone_survives_a_restart(context):
    fields = messages.purchase(68, 4_100)
    context.approved("0420", messages.reversal(fields, "0200"))
    context.restart()
    def late_original():
        expect(context.request("0200", fields).code != "00", "approved after its reversal")
    context.moved(68, late_original, 0, 0)


def reversal_of_a_decline_is_acknowledged(context):
    fields = messages.purchase(69, 90_000_000)
    context.refused("0200", fields, "51")
    context.moved(69, lambda: context.approved("0420", messages.reversal(fields, "0200")), 0, 0)


def reversal_with_another_amount_or_card(context):
    fields = messages.purchase(70, 800)
    context.approved("0200", fields)
    other = {**messages.reversal(fields, "0200"), 4: "000000000801"}
    with Unchanged(context.daemon, journal=False):
        expect_equal(context.request("0420", other).code, "94", "another amount")
        other = {**messages.reversal(fields, "0200"), 2: messages.purchase(71, 1)[2]}
        expect_equal(context.request("0420", other).code, "94", "another card")
    context.moved(70, lambda: context.approved("0420", messages.reversal(fields, "0200")), 800, 800)


def reversal_of_a_reversal_is_refused(context):
    fields = messages.purchase(71, 800)
    context.approved("0200", fields)
    reversal = messages.reversal(fields, "0200")
    context.approved("0420", reversal)
    again = messages.reversal(reversal, "0420", de37="000000777777")
    context.moved(71, lambda: context.refused("0420", again, "12"), 0, 0)


def reversal_older_than_its_window(context):
    fields = messages.purchase(72, 800, de7=de7_now(-80 * 3600))
    reversal = messages.reversal(fields, "0200")
    with Unchanged(context.daemon, journal=False):
        answer = context.request("0420", reversal)
    expect_equal(answer.code, "25", "a reversal of something that is long gone")


def reversal_after_a_restart_finds_its_original(context):
    fields = messages.purchase(73, 950)
    context.approved("0200", fields)
    context.restart()
    context.moved(73, lambda: context.approved("0420", messages.reversal(fields, "0200")), 950, 950)


def sums_are_zero(context):
    expect_balanced(context.daemon.trial_balance())


if __name__ == "__main__":
    sys.exit(main(Paying, [
        reversal_of_a_purchase, reversal_request_0400,
        a_second_reversal_with_its_own_key_moves_nothing, reversal_of_a_hold_voids_it,
        reversal_of_a_completion, reversal_of_a_refund, reversal_by_retrieval_reference,
        reversal_with_an_acquirer_of_zeros_in_de90, partial_reversal,
        partial_reversals_of_a_hold_do_not_add_up, partial_reversals_of_a_purchase_do_not_add_up,
        reversal_before_its_original,
        a_tombstone_survives_a_restart, reversal_of_a_decline_is_acknowledged,
        reversal_with_another_amount_or_card, reversal_of_a_reversal_is_refused,
        reversal_older_than_its_window, reversal_after_a_restart_finds_its_original,
        sums_are_zero]))
