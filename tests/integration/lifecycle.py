#!/usr/bin/env python3
"""Money from the wire to the balance and back: every kind of transaction, checked to the cent by
balance inquiries, in the journal and in the trial balance, before and after a restart."""
import sys

from support import messages
from support.check import expect, expect_equal, main
from support.ledger import Unchanged, expect_balanced
from support.paying import Paying

OPENING = 10_000_000


def balance_inquiry(context):
    expect_equal(context.balance(20), (OPENING, OPENING), "opening balance")
    answer = context.request("0200", messages.inquiry(20))
    expect_equal((answer.mti, answer.code), ("0210", "00"), "0200 inquiry")
    with Unchanged(context.daemon):
        context.balance(20)


def purchase(context):
    context.moved(20, lambda: context.approved("0200", messages.purchase(20, 1999)), -1999, -1999)


def purchase_with_cash_back(context):
    fields = messages.purchase(20, 2500, de3="090000")
    context.moved(20, lambda: context.approved("0200", fields), -2500, -2500)


def withdrawal(context):
    context.moved(21, lambda: context.approved("0200", messages.withdrawal(21, 5000)), -5000, -5000)


def refund(context):
    context.moved(21, lambda: context.approved("0200", messages.refund(21, 700)), 700, 700)


def hold(context, card, amount):
    fields = messages.preauthorization(card, amount)
    answer = context.moved(card, lambda: context.approved("0100", fields), 0, -amount)
    return fields, answer


def completion_in_full(context):
    fields, answer = hold(context, 22, 10_000)
    context.moved(22, lambda: context.approved(
        "0220", messages.completion(fields, 10_000, answer[38])), -10_000, 0)


def completion_in_part_releases_the_rest(context):
    fields, answer = hold(context, 23, 10_000)
    context.moved(23, lambda: context.approved(
        "0220", messages.completion(fields, 6_500, answer[38])), -6_500, +3_500)


def completion_of_more_than_the_hold_is_refused(context):
    fields, _ = hold(context, 24, 10_000)
    context.moved(24, lambda: context.refused(
        "0220", messages.completion(fields, 10_001), "61"), 0, 0)
    context.moved(24, lambda: context.approved(
        "0220", messages.completion(fields, 9_999)), -9_999, +1)


def completion_by_original_data_elements(context):
    fields, _ = hold(context, 25, 3_000)
    advice = messages.completion(fields, 3_000, de37="000000999999")
    advice[90] = "0100" + fields[11] + fields[7] + messages.ACQUIRER.zfill(11) + "0" * 11
    context.moved(25, lambda: context.approved("0220", advice), -3_000, 0)


def completion_with_another_card_does_not_touch_the_hold(context):
    fields, _ = hold(context, 26, 4_000)
    advice = messages.completion(fields, 4_000, de2=messages.purchase(27, 1)[2])
    before = context.balance(26)
    answer = context.request("0220", advice)
    expect_equal(context.balance(26), before, "balances of the hold's card")
    return f"answered {answer.code}"


def completion_without_a_hold_is_forced(context):
    fields = messages.purchase(28, 1_500)
    context.moved(28, lambda: context.approved("0220", fields), -1_500, -1_500)


def a_forced_advice_goes_below_the_limit(context):
    fields = messages.purchase(29, OPENING + 5_000)
    context.moved(29, lambda: context.approved("0220", fields), -OPENING - 5_000, -OPENING - 5_000)
    context.refused("0200", messages.purchase(29, 1), "51")


def an_authorization_advice_is_a_forced_hold(context):
    fields = messages.preauthorization(30, 2_000)
    context.moved(30, lambda: context.approved("0120", fields), 0, -2_000)


def an_advice_of_a_decline_moves_nothing(context):
    fields = messages.purchase(31, 2_000, de39="05")
    context.moved(31, lambda: context.approved("0220", fields), 0, 0)


def a_forced_advice_with_an_unknown_card_goes_to_suspense(context):
    fields = messages.purchase(31, 2_000, de2="9999010000000000")
    context.moved(31, lambda: context.approved("0220", fields), 0, 0)
    expect_balanced(context.daemon.trial_balance())


def a_hold_blocks_the_money(context):
    hold(context, 32, OPENING - 100)
    context.refused("0200", messages.purchase(32, 101), "51")
    context.moved(32, lambda: context.approved("0200", messages.purchase(32, 100)), -100, -100)


def approval_codes_are_six_digits_and_differ(context):
    codes = [context.approved("0200", messages.purchase(33, 10))[38] for _ in range(20)]
    expect(all(code.isdigit() and len(code) == 6 for code in codes), f"approval codes: {codes}")
    expect_equal(len(set(codes)), 20, "distinct approval codes")


def sign_off_and_echo(context):
    expect_equal(context.client.network("301").code, "00", "echo")
    expect_equal(context.client.network("002").code, "00", "sign-off")
    context.refused("0200", messages.purchase(33, 10), "91")
    context.client.sign_on()
    context.approved("0200", messages.purchase(33, 10))


def everything_survives_a_restart(context):
    before = [context.balance(card) for card in range(20, 34)]
    fields, answer = hold(context, 34, 800)
    digest = context.daemon.verify()["digest"]
    context.restart()
    expect_equal([context.balance(card) for card in range(20, 34)], before, "balances")
    context.moved(34, lambda: context.approved(
        "0220", messages.completion(fields, 800, answer[38])), -800, 0)
    seen = context.daemon.verify()
    expect(seen["digest"] != digest, "the digest did not move with the completion")
    expect_balanced(context.daemon.trial_balance())


if __name__ == "__main__":
    sys.exit(main(Paying, [
        balance_inquiry, purchase, purchase_with_cash_back, withdrawal, refund, completion_in_full,
        completion_in_part_releases_the_rest, completion_of_more_than_the_hold_is_refused,
        completion_by_original_data_elements, completion_with_another_card_does_not_touch_the_hold,
        completion_without_a_hold_is_forced, a_forced_advice_goes_below_the_limit,
        an_authorization_advice_is_a_forced_hold, an_advice_of_a_decline_moves_nothing,
        a_forced_advice_with_an_unknown_card_goes_to_suspense, a_hold_blocks_the_money,
        approval_codes_are_six_digits_and_differ, sign_off_and_echo,
        everything_survives_a_restart]))
