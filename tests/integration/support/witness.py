"""A client that knows every request it sent: mixed traffic on one connection, a window outstanding.

After a crash it is asked again, by repeats, what it was told before."""
import random
import threading

from support import messages
from support.check import Failed, expect_equal
from support.client import Client

WINDOW = 16
SENT_MAX = 200_000  # then it rests: the tables of a test are bounded, whatever the disk can do


class Sent:
    """One request, and its answer when there was one."""

    def __init__(self, mti, fields):
        self.mti, self.fields, self.answer = mti, fields, None

    def key(self):
        return self.fields[11], self.fields[41]

    def repeat_mti(self):
        return self.mti[:3] + "1"


class Witness(threading.Thread):
    """Sends purchases, holds, completions, refunds and reversals until told to stop or cut off."""

    def __init__(self, port, seed, terminal, cards):
        super().__init__(daemon=True)
        self.random = random.Random(seed)
        self.client = Client(port).sign_on()
        self.terminal, self.cards = terminal, cards
        self.sent, self.waiting, self.going, self.failure = [], {}, True, None

    def run(self):
        try:
            while self.going and (self.waiting or len(self.sent) < SENT_MAX):
                while len(self.waiting) < WINDOW and len(self.sent) < SENT_MAX:
                    self._send(*self._next())
                self._receive()
        except (Failed, ConnectionError, OSError):
            pass  # the switch was killed: what is in `waiting` has no answer
        except Exception as failure:  # shown by stop(), in the test's own thread
            self.failure = failure

    def stop(self):
        self.going = False
        self.join(10)
        self.client.__exit__()
        if self.failure is not None:
            raise self.failure

    def answered(self):
        return [sent for sent in self.sent if sent.answer is not None]

    def unanswered(self):
        return [sent for sent in self.sent if sent.answer is None]

    def _card(self):
        return self.random.randrange(0, self.cards - 10)  # the last ones are blocked or expired

    def _next(self):
        amount, draw = self.random.randrange(1, 500), self.random.random()
        if draw < 0.45:
            return "0200", messages.purchase(self._card(), amount, de41=self.terminal)
        if draw < 0.70:
            return "0100", messages.preauthorization(self._card(), amount, de41=self.terminal)
        if draw < 0.75:
            return "0200", messages.refund(self._card(), amount, de41=self.terminal)
        earlier = self.sent[self.random.randrange(len(self.sent))] if self.sent else None
        if earlier is None or earlier.answer is None or earlier.mti[1] == "4":
            return "0200", messages.withdrawal(self._card(), amount, de41=self.terminal)
        if draw < 0.85 and earlier.mti == "0100":
            held = int(earlier.fields[4])
            return "0220", messages.completion(earlier.fields, self.random.randrange(1, held + 1))
        return "0420", messages.reversal(earlier.fields, earlier.mti)

    def _send(self, mti, fields):
        sent = Sent(mti, fields)
        self.sent.append(sent)
        self.waiting[sent.key()] = sent
        self.client.send(mti, fields)

    def _receive(self):
        answer = self.client.receive(10)
        sent = self.waiting.pop((answer[11], answer[41]))
        expect_equal(answer.mti, sent.mti[:2] + ("30" if sent.mti[2] == "2" else "10"),
                     "MTI of an answer")
        sent.answer = answer


def check_repeats(client, sent_list, answered):
    """Each repeat gets the first answer again; unanswered ones get one answer, and keep it."""
    for sent in sent_list:
        first = sent.answer or client.request(sent.repeat_mti(), sent.fields, timeout_s=10)
        again = client.request(sent.repeat_mti(), sent.fields, timeout_s=10)
        expect_equal((again.code, again.get(38)), (first.code, first.get(38)),
                     f"repeat of {sent.mti} STAN {sent.fields[11]} terminal {sent.fields[41]} "
                     f"({'answered' if answered else 'not answered'} before)")
