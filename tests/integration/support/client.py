"""An acquirer's connection: frames, raw bytes, requests and answers; blocking, with deadlines."""
import itertools
import random
import socket
import time

import iso
from support.check import Failed, expect_equal

_stan = itertools.count(random.randrange(1, 500_000))


def next_stan():
    return f"{next(_stan) % 1_000_000:06d}"


def de7_now(offset_s=0):
    """Transmission date and time, UTC, MMDDhhmmss."""
    return time.strftime("%m%d%H%M%S", time.gmtime(time.time() + offset_s))


class Answer:
    """A decoded answer: its MTI, its fields as text, and its bytes."""

    def __init__(self, dialect, raw):
        self.raw = raw
        self.mti, self.fields = iso.decode(dialect, raw)

    def __getitem__(self, de):
        if de not in self.fields:
            raise Failed(f"answer {self.mti} has no DE {de}: {sorted(self.fields)}")
        return self.fields[de]

    def get(self, de):
        return self.fields.get(de)

    @property
    def code(self):
        return self[39]


class Client:
    """One connection. Closed at the end of its `with` block."""

    def __init__(self, port, dialect="87binary", framing="binary2", host="127.0.0.1", source=None,
                 header=b""):
        self.dialect, self.framing = dialect, framing
        self.header, self.last_header = header, b""  # sent with each message; of the last answer
        self._buffer = bytearray()
        self.keep_alives = 0
        self.closed = False
        self.socket = socket.create_connection((host, port), timeout=10,
                                               source_address=(source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_raw(self, data):
        self.socket.settimeout(10)
        self.socket.sendall(data)

    def bytes_of(self, mti, fields):
        return iso.frame(self.framing, iso.encode(self.dialect, mti, fields), self.header)

    def send(self, mti, fields):
        self.send_raw(self.bytes_of(mti, fields))

    def send_body(self, body):
        """A message that is already bytes, framed here."""
        self.send_raw(iso.frame(self.framing, body, self.header))

    def receive_raw(self, timeout_s=5):
        """Bytes of the next message; None at end of stream; Failed when nothing comes."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = iso.unframe_whole(self.framing, self._buffer)
            if found:
                header, body, used = found
                del self._buffer[:used]
                if body:
                    self.last_header = header
                    return body
                self.keep_alives += 1
                continue  # a keep-alive
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise Failed(f"no answer within {timeout_s} s")
            self.socket.settimeout(left_s)
            try:
                data = self.socket.recv(65536)
            except socket.timeout:
                continue
            except ConnectionError:
                data = b""
            if not data:
                self.closed = True
                return None
            self._buffer += data

    def receive(self, timeout_s=5):
        raw = self.receive_raw(timeout_s)
        if raw is None:
            raise Failed("the connection was closed instead of an answer")
        return Answer(self.dialect, raw)

    def silent(self, for_s=0.3):
        """True when nothing comes and the connection stays open for this long."""
        try:
            return self.receive_raw(for_s) is not None and False
        except Failed:
            return True

    def expect_closed(self, timeout_s=5):
        """Fails unless the switch closes the connection; answers on the way are returned."""
        answers, deadline = [], time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                raw = self.receive_raw(max(0.05, deadline - time.monotonic()))
            except Failed:
                break
            if raw is None:
                return answers
            answers.append(Answer(self.dialect, raw))
        raise Failed(f"the connection is still open after {timeout_s} s")

    def request(self, mti, fields, timeout_s=5):
        self.send(mti, fields)
        return self.receive(timeout_s)

    def network(self, code):
        """0800: 001 signs on, 002 signs off, 301 is an echo."""
        answer = self.request("0800", {7: de7_now(), 11: next_stan(), 70: code})
        expect_equal(answer.mti, "0810", "answer to 0800")
        return answer

    def sign_on(self):
        expect_equal(self.network("001").code, "00", "sign-on")
        return self
