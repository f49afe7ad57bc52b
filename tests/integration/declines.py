#!/usr/bin/env python3
"""Business answers: each decline has its code, moves no money, leaves the card's balances alone."""
import sys

from support import demo, messages
from support.check import expect_equal, main
from support.client import de7_now
from support.ledger import Unchanged, expect_balanced
from support.paying import Paying


def declined(context, fields, code, mti="0200"):
    with Unchanged(context.daemon, journal=False):
        answer = context.client.request(mti, fields)
        expect_equal((answer.mti, answer.code), (mti[:2] + "10", code), "answer")
        expect_equal(answer.get(38), None, "approval code of a decline")
    return answer


def unknown_card(context):
    declined(context, messages.purchase(1, 100, de2="9999010000000000"), "14")
    declined(context, messages.purchase(1, 100, de2="4761739001010010"), "14")


def card_is_expired_by_its_date(context):
    declined(context, messages.purchase(1, 100, de14="2001"), "54")


def expiry_differs_from_the_cards(context):
    declined(context, messages.purchase(1, 100, de14="3011"), "54")


def cards_own_state(context):
    for state, code in (("blocked", "62"), ("lost", "41"), ("stolen", "43"), ("expired", "54")):
        card = demo.card(state, context.daemon.cards)
        declined(context, messages.purchase(card, 100, de14=None), code)


def currency_differs_from_the_accounts(context):
    declined(context, messages.purchase(1, 100, de49="840"), "57")


def insufficient_funds(context):
    declined(context, messages.purchase(1, 10_000_001), "51")
    declined(context, messages.purchase(demo.POOR_CARD, 6), "51")
    declined(context, messages.preauthorization(1, 10_000_001), "51", "0100")
    declined(context, messages.withdrawal(1, 10_000_001), "51")


def the_last_cent_can_be_spent_and_no_more(context):
    answer = context.client.request("0200", messages.purchase(demo.POOR_CARD, 5))
    expect_equal(answer.code, "00", "the last five cents")
    declined(context, messages.purchase(demo.POOR_CARD, 1), "51")


def before_sign_on(context):
    expect_equal(context.client.network("002").code, "00", "sign-off")
    with Unchanged(context.daemon):
        for mti, fields in (("0200", messages.purchase(1, 100)),
                            ("0100", messages.preauthorization(1, 100))):
            answer = context.client.request(mti, fields)
            expect_equal(answer.code, "91", f"{mti} while signed off")
        expect_equal(context.client.network("301").code, "00", "echo while signed off")
    context.client.sign_on()
    answer = context.client.request("0200", messages.purchase(1, 100))
    expect_equal(answer.code, "00", "purchase after sign-on")


def unknown_network_code(context):
    with Unchanged(context.daemon):
        answer = context.client.request("0800", {7: de7_now(), 11: "000777", 70: "999"})
        expect_equal((answer.mti, answer.code), ("0810", "12"), "answer")


def a_decline_is_journaled_once_and_repeated_the_same(context):
    fields = messages.purchase(1, 10_000_001)
    before = context.daemon.verify()["last_seq"]
    answers = [context.client.request("0200", fields), context.client.request("0201", fields)]
    expect_equal([answer.code for answer in answers], ["51", "51"], "codes")
    expect_equal(context.daemon.verify()["last_seq"], before + 1, "records")


def answers_echo_the_fields(context):
    fields = messages.purchase(7, 1234)
    answer = context.client.request("0200", fields)
    for de in (2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49):
        expect_equal(answer[de], fields[de], f"DE {de}")
    expect_equal(sorted(answer.fields), [2, 3, 4, 7, 11, 12, 13, 32, 37, 38, 39, 41, 42, 49],
                 "fields of the answer")
    expect_equal(len(answer[38].strip()), 6, "approval code")


def trial_balance_is_zero(context):
    expect_balanced(context.daemon.trial_balance())


if __name__ == "__main__":
    sys.exit(main(Paying, [
        unknown_card, card_is_expired_by_its_date, expiry_differs_from_the_cards, cards_own_state,
        currency_differs_from_the_accounts, insufficient_funds,
        the_last_cent_can_be_spent_and_no_more, before_sign_on, unknown_network_code,
        a_decline_is_journaled_once_and_repeated_the_same, answers_echo_the_fields,
        trial_balance_is_zero]))
