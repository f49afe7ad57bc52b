"""The journal against what clients were told: each answered approval once, nothing posted twice."""
from support.check import expect, expect_equal

# Records that answer a request; any other type is bookkeeping.
ANSWERING = {"post", "hold", "capture", "void", "reversal", "tombstone", "decline"}


def key_of(record):
    """What makes a request unique: class, STAN, terminal, transmission time."""
    return record["mti"][1], record["stan"], record["terminal"], record["de7"]


def by_key(records):
    """{key: record} of the answering ones; fails on two with one key."""
    found = {}
    for record in records:
        if record["type"] not in ANSWERING or record["mti"] == "0000":  # an opening balance
            continue
        key = key_of(record)
        expect(key not in found, f"two records with the key {key}: {found.get(key)} and {record}")
        found[key] = record
    return found


def expect_dense(records):
    for place, record in enumerate(records):
        expect_equal(record["seq"], records[0]["seq"] + place, "sequence of records")


def expect_recorded_line(found, line):
    """A line of the load tool's record is in the journal with the answer that it tells."""
    key = line["mti"][1], line["stan"], line["terminal"], line["de7"]
    _expect_recorded(found, key, line["rc"], line["approval"])


def expect_recorded_answer(found, sent):
    """The same for a request of a witness."""
    key = sent.mti[1], sent.fields[11], sent.fields[41], sent.fields[7]
    _expect_recorded(found, key, sent.answer.code, sent.answer.get(38))


def _expect_recorded(found, key, code, approval):
    record = found.get(key)
    expect(record is not None, f"no record with the key {key}, although it was answered {code}")
    expect_equal(record["rc"], code, f"code in the journal of {key}")
    if approval:
        expect_equal(record["approval"], approval, f"approval code in the journal of {key}")
