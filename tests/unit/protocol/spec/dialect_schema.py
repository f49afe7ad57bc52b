#!/usr/bin/env python3
"""The published schema of dialect files: all built-in dialects and examples keep to it, the test's
wrong files do not, and it knows the same words as the loader.

usage: dialect_schema.py PRINT_DIALECTS   (the program tests/support/print_dialects.cpp)
"""
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[4]
EXAMPLES = ROOT / "docs" / "formats" / "examples"
SCHEMA = ROOT / "docs" / "formats" / "dialect.schema.json"
NAMES = ROOT / "protocol" / "spec" / "spec_names.hpp"

WRONG = {
    "no name": {},
    "unknown key": {"name": "t", "feilds": {}},
    "field 1": {"name": "t", "fields": {"1": {}}},
    "field 193": {"name": "t", "fields": {"193": {}}},
    "leading zero": {"name": "t", "fields": {"04": {}}},
    "unknown type": {"name": "t", "fields": {"4": {"type": "numeric"}}},
    "length word": {"name": "t", "fields": {"4": {"length": "LLVARR"}}},
    "seven digits": {"name": "t", "fields": {"4": {"length": {"digits": 7}}}},
    "rule without name": {"name": "t", "rules": [{"mti": "0200", "mandatory": [4]}]},
    "rule set": {"name": "t", "rules": ["2003"]},
    "two tests": {"name": "t", "rules": [
        {"name": "r", "mti": "0200", "mandatory": [4],
         "when": {"field": 3, "present": True, "equals": "x"}}]},
}


def documents(text):
    """JSON documents that follow each other."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        yield document
        while at < len(text) and text[at].isspace():
            at += 1


def words_of_loader():
    """The names in each table of spec_names.hpp."""
    text = NAMES.read_text(encoding="utf-8")
    tables = re.findall(r"Named<[^>]+> (k\w+)\[\] = \{(.*?)\n\};", text, re.DOTALL)
    return {name: set(re.findall(r'\{"([^"]+)",', body)) for name, body in tables}


def words_of_schema(schema):
    field = schema["definitions"]["field"]["properties"]
    inside = schema["definitions"]["inside"]["properties"]
    bitmap = schema["properties"]["bitmap"]["oneOf"][1]["properties"]
    header = schema["properties"]["header"]["items"]["properties"]
    lists = {
        "kAttributes": field["type"], "kJustifies": field["justify"],
        "kEncodings": schema["definitions"]["encoding"],
        "kPrefixes": schema["definitions"]["prefix"], "kUnits": schema["definitions"]["counts"],
        "kPads": schema["definitions"]["pad"], "kCharsets": schema["definitions"]["charset"],
        "kBitmaps": schema["definitions"]["bitmap_form"], "kTertiaries": bitmap["tertiary"],
        "kHeaderKinds": header["kind"], "kLayouts": inside["layout"],
        "kTagForms": inside["tag"]["properties"]["encoding"],
    }
    return {name: set(entry["enum"]) for name, entry in lists.items()}


def main():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    printed = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout
    good = {document["name"]: document for document in documents(printed)}
    builtin = len(good)
    for path in sorted(EXAMPLES.glob("*.json")):
        good[path.name] = json.loads(path.read_text(encoding="utf-8"))
    failures = [f"{name}: {error.json_path}: {error.message}"
                for name, document in good.items() for error in validator.iter_errors(document)]
    failures += [f"'{name}' should be refused"
                 for name, document in WRONG.items() if validator.is_valid(document)]
    if builtin < 6 or len(good) - builtin < 4:
        failures.append(f"{builtin} built-in dialects and {len(good) - builtin} examples: too few")
    if words_of_loader() != words_of_schema(schema):
        failures.append(f"words differ: loader {words_of_loader()}, "
                        f"schema {words_of_schema(schema)}")
    print("\n".join(failures) if failures else
          f"schema: {builtin} built-in dialects and {len(good) - builtin} examples keep to it")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
