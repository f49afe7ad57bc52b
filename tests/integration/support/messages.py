"""Request fields as a terminal sends them. Every builder returns a fresh dict; overrides win, an
override of None removes the field."""
import time

import iso
from support.client import de7_now, next_stan

ACQUIRER = "100001"
TERMINAL = "TERM0001"
EXPIRY = "3012"


def _fields(card, amount, processing_code, overrides):
    stan = next_stan()
    now = time.gmtime()
    fields = {
        2: iso.test_pan(card), 3: processing_code, 4: str(amount).zfill(12), 7: de7_now(), 11: stan,
        12: time.strftime("%H%M%S", now), 13: time.strftime("%m%d", now), 14: EXPIRY, 18: "5411",
        22: "051", 25: "00", 32: ACQUIRER, 37: time.strftime("%j%H%M", now)[1:] + stan,
        41: TERMINAL, 42: "MERCHANT0000001", 49: "978",
    }
    fields.update(overrides)
    return {de: value for de, value in fields.items() if value is not None}


def purchase(card, amount, **overrides):
    """0200; overrides as de4="...", de49=None."""
    return _fields(card, amount, "000000", _numbers(overrides))


def withdrawal(card, amount, **overrides):
    return _fields(card, amount, "010000", _numbers(overrides))


def refund(card, amount, **overrides):
    return _fields(card, amount, "200000", _numbers(overrides))


def inquiry(card, **overrides):
    return _fields(card, 0, "310000", _numbers({"de4": None, **overrides}))


def preauthorization(card, amount, **overrides):
    """0100."""
    return _fields(card, amount, "000000", _numbers(overrides))


def completion(hold, amount, approval=None, **overrides):
    """0220 for the hold's fields: same terminal and DE 37, a new STAN."""
    fields = dict(hold)
    fields.update({4: str(amount).zfill(12), 7: de7_now(), 11: next_stan()})
    if approval:
        fields[38] = approval
    fields.update(_numbers(overrides))
    return {de: value for de, value in fields.items() if value is not None}


def reversal(original, mti, replacement=None, **overrides):
    """0420 for the original's fields: DE 90 names it, a new STAN; DE 95 when partial."""
    fields = dict(original)
    fields[90] = (mti + original[11] + original[7] + original.get(32, "0").zfill(11) + "0" * 11)
    fields.update({7: de7_now(), 11: next_stan()})
    if replacement is not None:
        fields[95] = str(replacement).zfill(12) + "0" * 30
    fields.update(_numbers(overrides))
    return {de: value for de, value in fields.items() if value is not None}


def _numbers(overrides):
    return {int(name[2:]): value for name, value in overrides.items()}


def balances(de54):
    """{"01": ledger, "02": available} in minor units, from groups of twenty characters."""
    found = {}
    for at in range(0, len(de54), 20):
        group = de54[at:at + 20]
        found[group[2:4]] = int(group[8:20]) * (-1 if group[7] == "D" else 1)
    return found
