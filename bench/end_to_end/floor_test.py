"""The floor server answers as the product would, in both dialects, however the stream is cut, and
counts what it served. A floor that answered wrongly would make every ratio meaningless."""
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path("bench_floor")
GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"
BCD_0110 = ("0110723800000EC08000" "164761739001010010" "000000" "000000012345" "1120173045"
            "123456" "173045" "1120" "363332353137313233343536" "303030303030" "3030"
            "5445524D30303031" "4D45524348414E5430303030303031" "393738")
ASCII_0110 = ("0110723800000EC08000" "164761739001010010" "000000" "000000012345" "1120173045"
              "123456" "173045" "1120" "632517123456" "000000" "00" "TERM0001" "MERCHANT0000001"
              "978")
DEADLINE_S = 10


def golden(name):
    return bytes.fromhex((GOLDEN / name).read_text(encoding="ascii").strip())


def framed(body):
    return struct.pack(">H", len(body)) + body


class Floor:
    """A running bench_floor; stop() returns its report."""

    def __init__(self, *arguments):
        # O_DIRECT needs a real file system, so not the temporary directory but where we were built.
        self.directory = tempfile.TemporaryDirectory(prefix="floor-", dir=PROGRAM.parent)
        path = Path(self.directory.name)
        ready = path / "ready.json"
        self.process = subprocess.Popen(
            [str(PROGRAM), "--file", str(path / "journal"), "--file-mib", "4", "--ready-file",
             str(ready), *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        end = time.monotonic() + DEADLINE_S
        while not ready.exists() and time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.01)
        self.port = json.loads(ready.read_text(encoding="ascii"))["listeners"][0]["port"]

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def stop(self):
        self.process.terminate()
        output, _ = self.process.communicate(timeout=DEADLINE_S)
        self.directory.cleanup()
        return json.loads(output)


def receive(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            break
        data += part
    return data


class FloorServer(unittest.TestCase):
    def exchange(self, floor, request, answer, count=1, chunk=None):
        stream = framed(request) * count
        chunk = chunk or len(stream)
        expected = framed(answer) * count
        with floor.connect() as connection:
            # Answers are read while requests are sent: else both sides could wait for each other.
            sender = threading.Thread(target=lambda: [connection.sendall(stream[at:at + chunk])
                                                      for at in range(0, len(stream), chunk)])
            sender.start()
            received = receive(connection, len(expected))
            sender.join(DEADLINE_S)
            self.assertTrue(received == expected, f"{len(received)} bytes: {received[:200].hex()}")

    def test_answers_the_binary_vector_after_the_sync(self):
        floor = Floor()
        self.exchange(floor, golden("bench-0100-bcd.hex"), bytes.fromhex(BCD_0110), 100)
        report = floor.stop()
        self.assertEqual((100, 0), (report["messages"], report["unknown"]))
        self.assertGreater(report["frames"], 0)

    def test_answers_the_ascii_vector(self):
        floor = Floor("--dialect", "87ascii")
        self.exchange(floor, golden("bench-0100-ascii.hex"), ASCII_0110.encode("ascii"), 3)
        self.assertEqual(3, floor.stop()["messages"])

    def test_survives_any_cut_of_the_stream(self):
        floor = Floor()
        self.exchange(floor, golden("bench-0100-bcd.hex"), bytes.fromhex(BCD_0110), 20, chunk=7)
        self.assertEqual(20, floor.stop()["messages"])

    def test_more_than_the_ring_waits_instead_of_being_lost(self):
        floor = Floor("--record-bytes", "4096")
        self.exchange(floor, golden("bench-0100-bcd.hex"), bytes.fromhex(BCD_0110), 40_000)
        report = floor.stop()
        self.assertEqual(40_000, report["messages"])
        self.assertGreaterEqual(report["frames"], 40_000 // 16)

    def test_without_journal_no_frame_is_written(self):
        floor = Floor("--no-journal")
        self.exchange(floor, golden("bench-0100-bcd.hex"), bytes.fromhex(BCD_0110), 5)
        self.assertEqual(0, floor.stop()["frames"])

    def test_answers_a_sign_on(self):
        floor = Floor()
        request = bytes.fromhex("0800" "82200000008000000400000000000000" "1120173045"
                                "000001" "4C30303030303031" "0001")
        answer = bytes.fromhex("0810" "82200000028000000400000000000000" "1120173045"
                               "000001" "3030" "4C30303030303031" "0001")
        self.exchange(floor, request, answer)
        floor.stop()

    def test_unknown_length_closes_the_connection_and_is_counted(self):
        floor = Floor()
        with floor.connect() as connection:
            connection.sendall(framed(b"x" * 17))
            self.assertEqual(b"", receive(connection, 1))
        self.assertEqual(1, floor.stop()["unknown"])


if __name__ == "__main__":
    unittest.main()
