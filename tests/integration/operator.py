#!/usr/bin/env python3
"""What an operator meets at night: a hangup, a log that is rotated, a mistyped participant at the
first start, a key file that is gone, a journal that is followed, a trial that fails to start."""
import json
import os
import pathlib
import signal
import subprocess
import sys

from support import messages
from support.check import expect, expect_equal, expect_in, main, wait_until
from support.client import Client
from support.daemon import Daemon, expect_logged
from support.paying import Paying

CONFIG_INVALID = 3
INTERRUPTED = 130


class Context(Paying):
    def __init__(self, bin_dir, directory):
        super().__init__(bin_dir, directory)
        self.bin, self.directory = bin_dir, directory

    def other(self, name, **settings):
        """A second daemon, in a directory of its own."""
        return Daemon(self.bin, self.directory / name, settings=settings)


def refused(daemon, *words):
    mark = daemon.log_mark() if daemon.log_path.exists() else 0
    daemon.spawn()
    expect_equal(daemon.wait(20), CONFIG_INVALID, f"exit code; it said:\n{daemon.log_end()}")
    for word in words:
        expect_in(word, daemon.log_since(mark), "the refusal")


def a_hangup_does_not_end_payments(context):
    mark = context.daemon.log_mark()
    context.daemon.process.send_signal(signal.SIGHUP)
    expect_logged(context.daemon, mark, ["hangup"])
    context.approved("0200", messages.purchase(1, 100))


def a_hangup_opens_a_rotated_log_anew(context):
    with context.other("rotated", **{"log.file": '"t.log"'}) as daemon:
        daemon.start()
        path = daemon.directory / "node" / "t.log"
        wait_until(path.exists, 5, "the log file")
        path.rename(path.with_suffix(".1"))
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: path.exists() and "hangup" in path.read_text(), 5, "a new log file")
        expect_equal(daemon.stop(), 0, "exit code")
        expect_in("stopped in order", path.read_text(), "the new log file")
        expect("hangup" not in path.with_suffix(".1").read_text(), "the old file still grows")


def a_refused_start_is_in_the_log_file_too(context):
    settings = {"log.file": '"t.log"', "link.demo.participant": "nobody"}
    with context.other("refused", **settings) as daemon:
        refused(daemon, "participant 'nobody'")
        text = (daemon.directory / "node" / "t.log").read_text()
        expect_in("participant 'nobody'", text, "the log file")


def full_tables_are_told_without_being_asked(context):
    with context.other("full", **{"engine.holds_max": 16}) as daemon:
        daemon.start()
        with Client(daemon.port()) as client:
            client.sign_on()
            codes = [client.request("0100", messages.preauthorization(card, 100)).code
                     for card in range(40)]
        expect("96" in codes, f"no table became full: {codes}")
        expect_logged(daemon, 0, ["error", "got 96", "holds_max"])


def a_mistyped_participant_at_the_first_start_loads_nothing(context):
    with context.other("mistyped", **{"link.demo.participant": "demo-acqirer"}) as daemon:
        refused(daemon, "participant 'demo-acqirer'", "did you mean 'demo-acquirer'?",
                "no account was loaded")
        del daemon.settings["link.demo.participant"]
        daemon.start()
        expect_in("master data loaded", daemon.log(), "the log of the second start")
        expect_equal(daemon.stop(), 0, "exit code")


def a_missing_key_file_is_named_and_never_replaced(context):
    kek = pathlib.Path(context.daemon.ready["kek"])
    expect_equal(context.daemon.stop(), 0, "exit code")
    kept = kek.rename(kek.with_suffix(".kept"))
    refused(context.daemon, str(kek), "restore it")
    expect(not kek.exists(), "a new key was put in the place of the old one")
    kept.rename(kek)
    kek.chmod(0o644)
    refused(context.daemon, "mode 0600")
    kek.chmod(0o600)
    context.client.__exit__()
    context.daemon.start()
    context.client = Client(context.daemon.port()).sign_on()


def nothing_is_made_for_a_start_without_a_key_file(context):
    path = context.directory / "no-key"
    path.mkdir()
    done = subprocess.run([str(context.bin / "turnout"), "config", "default"], check=True,
                          capture_output=True, text=True, timeout=20)
    (path / "t.toml").write_text(done.stdout)
    start = subprocess.run([str(context.bin / "turnoutd"), "-c", "t.toml", "--set",
                            "data.directory=data", "--set", "data.kek_file=kek"], cwd=path,
                           capture_output=True, text=True, timeout=20)
    expect_equal(start.returncode, CONFIG_INVALID, "exit code")
    expect_in("openssl rand -hex 32", start.stderr, "what to do")
    expect_equal([entry.name for entry in path.iterdir()], ["t.toml"], "files")


def a_trial_that_cannot_start_leaves_nothing_behind(context):
    path = context.directory / "tmp"
    path.mkdir()
    for wrong in (["--set", "no.such=1"], ["--set", "link.demo.participant=nobody"]):
        start = subprocess.run([str(context.bin / "turnoutd"), "--dev", "--port", "0", *wrong],
                               env={**os.environ, "TMPDIR": str(path)}, capture_output=True,
                               text=True, timeout=20)
        expect_equal(start.returncode, CONFIG_INVALID, f"exit code of {wrong}:\n{start.stderr}")
        expect_equal(list(path.iterdir()), [], f"what {wrong} left")


def following_shows_a_payment_when_it_is_made(context):
    after = context.daemon.verify()["last_seq"]
    command = [str(context.bin / "turnout"), "journal", "cat", "--follow", "--json", "--start",
               str(after + 1), "-c", context.daemon.ready["config"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follower:
        try:
            for amount in (101, 102, 103):
                context.approved("0200", messages.purchase(2, amount))
                line = json.loads(follower.stdout.readline())
                expect_equal((line["type"], line["amount"]), ("post", amount), "the record")
            follower.send_signal(signal.SIGINT)
            expect_equal(follower.wait(10), INTERRUPTED, "exit code after Ctrl-C")
            expect_equal(follower.stdout.read(), "", "more records")
        finally:
            follower.kill()


if __name__ == "__main__":
    sys.exit(main(Context, [
        a_hangup_does_not_end_payments, a_hangup_opens_a_rotated_log_anew,
        a_refused_start_is_in_the_log_file_too, full_tables_are_told_without_being_asked,
        a_mistyped_participant_at_the_first_start_loads_nothing,
        nothing_is_made_for_a_start_without_a_key_file,
        a_trial_that_cannot_start_leaves_nothing_behind,
        following_shows_a_payment_when_it_is_made,
        a_missing_key_file_is_named_and_never_replaced]))
