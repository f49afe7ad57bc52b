"""The common context: a daemon with one signed-on connection, and balances asked over the wire."""
from support import messages
from support.check import expect_equal
from support.client import Client
from support.daemon import Fixture


def balance(client, card):
    """(ledger, available) of a card's account in minor units, by a balance inquiry."""
    answer = client.request("0100", messages.inquiry(card))
    expect_equal((answer.mti, answer.code), ("0110", "00"), "balance inquiry")
    found = messages.balances(answer[54])
    return found["01"], found["02"]


class Paying(Fixture):
    """A daemon and a client that is signed on; `connect()` gives more of them."""

    def __enter__(self):
        super().__enter__()
        self.client = Client(self.daemon.port()).sign_on()
        return self

    def __exit__(self, *what):
        self.client.__exit__()
        super().__exit__(*what)

    def connect(self):
        return Client(self.daemon.port())

    def restart(self):
        """An orderly stop and a start; the client is connected and signed on again."""
        self.client.__exit__()
        self.daemon.restart()
        self.client = Client(self.daemon.port()).sign_on()

    def balance(self, card):
        return balance(self.client, card)

    def request(self, mti, fields):
        return self.client.request(mti, fields)

    def approved(self, mti, fields):
        """The answer; fails when it is not an approval."""
        answer = self.client.request(mti, fields)
        expect_equal(answer.code, "00", f"answer to {mti}")
        return answer

    def refused(self, mti, fields, code):
        answer = self.client.request(mti, fields)
        expect_equal(answer.code, code, f"answer to {mti}")
        return answer

    def moved(self, card, action, ledger, available):
        """Runs the action and checks by how much the card's balances moved, to the cent."""
        before = self.balance(card)
        result = action()
        after = self.balance(card)
        expect_equal((after[0] - before[0], after[1] - before[1]), (ledger, available),
                     "change of (ledger, available) balance")
        return result
