"""What must not change, and what must add up: snapshots of the journal and the trial balance."""
from support.check import expect, expect_equal


def snapshot(daemon):
    """State of the ledger as the journal tells it: digest, last sequence, every account."""
    seen = daemon.verify()
    trial = daemon.trial_balance()
    return {"digest": seen["digest"], "last_seq": seen["last_seq"],
            "totals": (trial["currencies"], trial["holds_open"]),
            "accounts": daemon.tool("ledger", "accounts", "--json").stdout}


class Unchanged:
    """A `with` block in which no account may change; `journal` also forbids records."""

    def __init__(self, daemon, journal=True):
        self.daemon, self.journal = daemon, journal

    def __enter__(self):
        self.before = snapshot(self.daemon)
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        after = snapshot(self.daemon)
        if self.journal:
            expect_equal(after["last_seq"], self.before["last_seq"], "last sequence")
            expect_equal(after["digest"], self.before["digest"], "digest of the ledger")
        expect_equal(after["totals"], self.before["totals"], "totals of the ledger")
        expect(after["accounts"] == self.before["accounts"], "an account has changed")


def expect_balanced(trial_balance):
    """Posted and pending sums are zero in every currency."""
    expect(trial_balance["balanced"] is True, f"the trial balance says: {trial_balance}")
    for book in trial_balance["currencies"]:
        differences = book["posted_difference"], book["pending_difference"]
        expect_equal(differences, (0, 0), f"differences of currency {book['currency']}")
