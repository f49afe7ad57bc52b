#!/usr/bin/env python3
"""Peers that only cost: half-open connections by the thousand, a peer that never reads, more
connections than allowed. Memory stays bounded and a paying link is answered all the while."""
import resource
import selectors
import socket
import sys
import threading
import time

from support import messages, reasons
from support.check import Failed, expect, expect_equal, main, wait_until
from support.client import Client, de7_now
from support.daemon import Daemon, expect_logged
from support.memory import expect_grown_less

HALF_OPEN = 10_000
SPARE_FILES = 200
KIB_PER_HALF_OPEN = 32
FRAME_TIMEOUT_MS = 4_000
LISTENER = f"listener.{reasons.DEV_LISTENER}"


def raise_file_limit():
    """The most files this machine allows; a child inherits it. How many half-open we can hold."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        wanted = HALF_OPEN + 2 * SPARE_FILES
        if hard != resource.RLIM_INFINITY and hard < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
    except (ValueError, OSError):
        pass
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = hard if hard != resource.RLIM_INFINITY else HALF_OPEN + 2 * SPARE_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(HALF_OPEN, soft - SPARE_FILES)


class Payer(threading.Thread):
    """Pays once in a while on its own connection and keeps the longest wait."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.client = Client(port).sign_on()
        self.going, self.worst_s, self.count, self.failure = True, 0.0, 0, None

    def run(self):
        try:
            while self.going:
                started = time.monotonic()
                answer = self.client.request("0200", messages.purchase(1, 1))
                expect_equal(answer.code, "00", "payment beside the flood")
                self.worst_s = max(self.worst_s, time.monotonic() - started)
                self.count += 1
                time.sleep(0.02)
        except Exception as failure:  # reported by stop(), in the test's own thread
            self.failure = failure

    def stop(self, limit_s=1.0):
        self.going = False
        self.join(10)
        if self.failure is not None:
            raise self.failure
        expect(self.count > 5, f"only {self.count} payments beside the flood")
        expect(self.worst_s < limit_s, f"a payment waited {self.worst_s:.3f} s")
        self.client.__exit__()
        return f"{self.count} payments, the longest {self.worst_s * 1000:.0f} ms"


class Context:
    """Each case starts its own daemon, with its own limits."""

    def __init__(self, bin_dir, directory):
        self.bin, self.directory, self.half_open = bin_dir, directory, raise_file_limit()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def daemon(self, name, **settings):
        keys = {f"{LISTENER}.{key}": value for key, value in settings.items()}
        return Daemon(self.bin, self.directory / name, settings=keys).start()


def half_open_connections(context):
    with context.daemon("half-open", connections_max=HALF_OPEN + 1_000,
                        frame_timeout_ms=FRAME_TIMEOUT_MS) as daemon:
        payer = Payer(daemon.port())
        before_kib = daemon.memory_kib()
        payer.start()
        sockets, refused = [], 0
        try:
            for _ in range(context.half_open):
                try:
                    peer = socket.create_connection(("127.0.0.1", daemon.port()), timeout=5)
                    peer.sendall(b"\x01")  # half a header
                    sockets.append(peer)
                except OSError:
                    refused += 1
            grown_kib = expect_grown_less(daemon, before_kib, len(sockets) * KIB_PER_HALF_OPEN,
                                          f"for {len(sockets)} half-open connections")
            closed = count_closed(sockets, FRAME_TIMEOUT_MS / 1000 + 10)
            expect_equal(closed, len(sockets), "half-open connections closed at the deadline")
            note = payer.stop()
            wait_until(lambda: daemon.connections() < 10, 5, "closed peers are gone")
        finally:
            for peer in sockets:
                peer.close()
        expect(len(sockets) >= context.half_open * 0.99, f"{refused} connections refused")
        with Client(daemon.port()) as client:
            expect_equal(client.sign_on().network("301").code, "00", "echo afterwards")
        return f"{len(sockets)} of {HALF_OPEN} half-open, +{grown_kib} KiB, {note}"


def count_closed(sockets, timeout_s):
    """How many of the sockets the switch closes until the deadline."""
    with selectors.DefaultSelector() as selector:
        for peer in sockets:
            peer.setblocking(False)
            selector.register(peer, selectors.EVENT_READ)
        closed, deadline = 0, time.monotonic() + timeout_s
        while closed < len(sockets) and time.monotonic() < deadline:
            for key, _ in selector.select(0.5):
                try:
                    ended = key.fileobj.recv(100) == b""
                except ConnectionError:
                    ended = True
                if ended:
                    selector.unregister(key.fileobj)
                    closed += 1
        return closed


def a_peer_that_never_reads(context):
    with context.daemon("never-reads", write_timeout_ms=1_500) as daemon:
        payer = Payer(daemon.port())
        mark, before_kib = daemon.log_mark(), daemon.memory_kib()
        payer.start()
        sent_bytes, how = push_without_reading(daemon, 12)
        grown_kib = expect_grown_less(daemon, before_kib, 32 * 1024, "for a peer that never reads")
        note = payer.stop()
        if how == "closed":
            expect_logged(daemon, mark, reasons.WRITE_DEADLINE)
        return f"{how} after {sent_bytes} bytes, +{grown_kib} KiB, {note}"


def push_without_reading(daemon, for_s):
    """Sends echo requests and never reads; ("closed" or "stopped reading", bytes sent)."""
    with Client(daemon.port()) as client:
        client.sign_on()
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.socket.setblocking(False)
        chunk = client.bytes_of("0800", {7: de7_now(), 11: "000001", 70: "301"}) * 500
        sent, how, deadline = 0, None, time.monotonic() + for_s
        while time.monotonic() < deadline and how is None:
            try:
                sent += client.socket.send(chunk[sent % len(chunk):])
            except BlockingIOError:
                time.sleep(0.05)
            except ConnectionError:
                how = "closed"
        expect(sent < 512 * 1024 * 1024, "the switch takes everything and is never full")
        return sent, how or "stopped reading"


def connections_above_the_cap(context):
    with context.daemon("cap", connections_max=20) as daemon:
        mark = daemon.log_mark()
        clients = [Client(daemon.port()) for _ in range(20)]
        try:
            clients[0].sign_on()
            for client in clients:
                expect_equal(client.network("301").code, "00", "echo below the cap")
            time.sleep(1.1)  # the log lets so many lines of this kind through in a second
            with Client(daemon.port()) as extra:
                extra.expect_closed(3)
            expect_logged(daemon, mark, reasons.CONNECTIONS_MAX)
            clients.pop().__exit__()
            def room_again():
                with Client(daemon.port()) as client:
                    try:
                        return client.network("301").code == "00"
                    except (Failed, ConnectionError):
                        return False
            wait_until(room_again, 3, "room for a new connection")
        finally:
            for client in clients:
                client.__exit__()


def an_idle_peer_is_closed(context):
    with context.daemon("idle", idle_timeout_ms=800) as daemon:
        mark = daemon.log_mark()
        with Client(daemon.port()) as quiet, Client(daemon.port()) as busy:
            started = time.monotonic()
            quiet.network("301")
            for _ in range(6):
                time.sleep(0.2)
                expect_equal(busy.network("301").code, "00", "echo of the busy peer")
            quiet.expect_closed(3)
            expect(time.monotonic() - started > 0.7, "closed too early")
            expect_logged(daemon, mark, reasons.IDLE)


if __name__ == "__main__":
    sys.exit(main(Context, [half_open_connections, a_peer_that_never_reads,
                            connections_above_the_cap, an_idle_peer_is_closed]))
