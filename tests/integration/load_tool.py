#!/usr/bin/env python3
"""`turnout load` against the daemon: the report's shape and totals, equal to the journal's;
thresholds, a mix with follow-ups, the saturating mode, and its exit codes."""
import collections
import json
import re
import sys

from support import journal_check
from support.check import expect, expect_equal, main
from support.ledger import expect_balanced
from support.load import Load
from support.paying import Paying

CARDS = 1000
SETTINGS = {"engine.holds_max": 200_000, "engine.transactions_max": 1_000_000}
KEYS = ("valid", "reason", "sent", "answered", "approved", "business_declined",
        "technical_declined", "declined", "timeouts", "lost", "dropped", "late", "duplicates",
        "malformed", "mismatched", "throughput_per_s", "seconds", "corrected", "raw", "lag_p99_ns",
        "whole_run")
QUIET = ("timeouts", "lost", "dropped", "late", "unmatched", "duplicates", "malformed",
         "mismatched", "connections_lost")


def run(context, name, **options):
    """A run from the first to the last message; (report, its record, the journal's new records)."""
    before = context.daemon.verify()["last_seq"]
    load = Load(context.daemon, context.daemon.directory / f"{name}.jsonl", **options)
    report = load.finish(60)
    return report, load.lines(), context.daemon.records(after=before)


def expect_agreement(report, lines, records):
    """Report, record and journal tell the same story, code by code."""
    for name in QUIET:
        expect_equal(report[name], 0, name)
    expect_equal(report["sent"], report["answered"], "answered")
    expect_equal(len(lines), report["sent"], "lines in the record")
    by_code = collections.Counter(line["rc"] for line in lines)
    expect_equal(by_code["00"], report["approved"], "approved in the record")
    found = journal_check.by_key(records)
    approved = sum(1 for record in found.values() if record["rc"] == "00")
    expect_equal(approved, report["approved"], "approved in the journal")
    for code, count in report["declined"].items():
        journaled = sum(1 for record in found.values() if record["rc"] == code)
        expect_equal(journaled, count, f"declined with {code} in the journal")
    for line in lines:
        journal_check.expect_recorded_line(found, line)


def open_model_at_2000_a_second(context):
    report, lines, records = run(context, "open", rate=2000, seconds=3, arguments=("--verify",))
    for key in KEYS:
        expect(key in report, f"the report has no {key!r}: {sorted(report)}")
    expect(5_990 <= report["sent"] <= 6_000, f"{report['sent']} messages sent")
    expect(report["valid"] in (True, False), "valid is a truth value")
    expect(0 < report["corrected"]["p50_ns"] <= report["corrected"]["p99_ns"], "percentiles")
    expect(report["declined"].get("51", 0) > 0, "no card without money was drawn")
    expect_agreement(report, lines, records)
    expect_equal({record["type"] for record in records} - {"checkpoint"}, {"hold", "decline"},
                 "types of records")
    verdict = "VALID" if report["valid"] else f"INVALID: {report['reason']}"
    return f"{verdict}, p50 {report['corrected']['p50_ns'] / 1000:.0f} us"


def a_mix_with_completions_and_reversals(context):
    mix = "auth=40,purchase=25,withdrawal=5,refund=5,completion=15,reversal=10"
    report, lines, records = run(context, "mix", rate=1000, seconds=2, mix=mix)
    expect_agreement(report, lines, records)
    types = {record["type"] for record in records}
    for name in ("hold", "post", "capture"):
        expect(name in types, f"no {name} among {types}")
    expect_balanced(context.daemon.trial_balance())


def saturating_with_a_window(context):
    report, lines, records = run(context, "window", rate=None, seconds=10, connections=4,
                                 arguments=("--window", "16", "--count", "15000"))
    expect(report["sent"] >= 15_000, f"{report['sent']} messages sent")
    expect_agreement(report, lines, records)
    expect(report["throughput_per_s"] > 500, f"{report['throughput_per_s']:.0f}/s")
    return f"{report['throughput_per_s']:.0f}/s"


def thresholds_decide_the_exit_code(context):
    for threshold, code in (("td<1%", (0, 4)), ("p99<1ns", (4,))):
        load = Load(context.daemon, context.daemon.directory / "threshold.jsonl", rate=200,
                    seconds=1, arguments=("--threshold", threshold))
        report = load.finish(30, ok=code)
        missed = report["thresholds_missed"]
        expect_equal(missed, [threshold] if code == (4,) else [], "thresholds missed")


def nobody_listens(context):
    done = context.daemon.tool("load", "--target", "127.0.0.1:1", "--rate", "10", "-d", "1s",
                               "--json", ok=(5,), config=False)
    expect_equal(json.loads(done.stdout)["exit"], 5, "exit code in the JSON")


def no_card_number_is_shown(context):
    for path in context.daemon.directory.glob("*.jsonl"):
        # Exactly 16 digits: within longer numbers, such as times, the BIN occurs by chance.
        found = re.search(r"(?<!\d)999901\d{10}(?!\d)", path.read_text())
        expect(found is None, f"a PAN is in {path.name}")
    expect('"pan":"999901' not in context.daemon.tool("journal", "cat", "--json").stdout
           .replace(" ", "").replace('"pan":"999901*', ""), "a PAN is in the journal's listing")


if __name__ == "__main__":
    sys.exit(main(lambda bin_dir, directory: Paying(
        bin_dir, directory, cards=CARDS, settings=SETTINGS), [
        open_model_at_2000_a_second, a_mix_with_completions_and_reversals,
        saturating_with_a_window, thresholds_decide_the_exit_code, nobody_listens,
        no_card_number_is_shown]))
