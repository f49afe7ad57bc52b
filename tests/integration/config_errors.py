#!/usr/bin/env python3
"""A wrong configuration: every error at once, with file, line, column, the line and a suggestion;
exit code 3 and nothing created. The texts are golden: people search for them."""
import pathlib
import subprocess
import sys
import time

from support.check import expect, expect_equal, expect_in, main

GOOD = """\
[data]
directory = "data"
kek_file = "kek"

[[listener]]
name = "acquirers"
port = 0
dialect = "87binary"

[[link]]
name = "first"
listener = "acquirers"
participant = "demo-acquirer"
peers = ["127.0.0.1"]
acquirer_id = 100001
"""


class Context:
    def __init__(self, bin_dir, directory):
        self.bin, self.directory = bin_dir, directory
        self.path = directory / "turnout.toml"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def daemon(self, *arguments):
        """Runs turnoutd until it ends by itself; (exit code, standard error and output)."""
        done = subprocess.run([str(self.bin / "turnoutd"), *arguments], text=True, timeout=20,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, cwd=self.directory)
        return done.returncode, done.stdout

    def refused(self, text, *golden):
        """The daemon and `config check` both refuse it with 3 and show each golden block."""
        self.path.write_text(text)
        before = sorted(path.name for path in self.directory.iterdir())
        for program in (("turnoutd", "-c", str(self.path)),
                        ("turnout", "config", "check", "-c", str(self.path))):
            done = subprocess.run([str(self.bin / program[0]), *program[1:]], text=True, timeout=20,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, cwd=self.directory)
            expect_equal(done.returncode, 3, f"exit code of {program[0]}; it said:\n{done.stdout}")
            for block in golden:
                expect_in(block.replace("FILE", str(self.path)), done.stdout, program[0])
        after = sorted(path.name for path in self.directory.iterdir())
        expect_equal(after, before, "files after a refused start")


def an_unknown_section_suggests_the_right_one(context):
    context.refused(GOOD.replace("[[listener]]", "[[lisstener]]", 1), """\
  --> FILE:5:3
   5 | [[lisstener]]
     |   ^^^^^^^^^ did you mean 'listener'?
""")


def an_unknown_key_suggests_the_right_one(context):
    context.refused(GOOD.replace("port = 0", "prot = 0"), """\
error: unknown key 'prot' in [listener]
  --> FILE:7:1
   7 | prot = 0
     | ^^^^ did you mean 'port'?
""", "1 error; nothing was changed (exit 3)\n")


def a_reference_to_nothing_names_what_is_there(context):
    context.refused(GOOD.replace('listener = "acquirers"', 'listener = "acquirer"'), """\
  --> FILE:12:12
  12 | listener = "acquirer"
     |            ^^^^^^^^^^""", "acquirers")


def a_number_out_of_range(context):
    context.refused(GOOD.replace("port = 0", "port = 70000"), """\
error: 'port' is out of range
  --> FILE:7:8
   7 | port = 70000
     |        ^^^^^ expected 0 to 65535
""")


def a_dialect_that_is_none(context):
    context.refused(GOOD.replace("87binary", "87binray"), "FILE:8:11", "did you mean '87binary'?")


def a_dialect_of_another_edition(context):
    context.refused(GOOD.replace("87binary", "93binary"), "FILE:8:11", "dialect '93binary': DE ",
                    "messages of the 1987 edition")


def a_dialect_file_with_errors(context):
    path = context.directory / "own.json"
    path.write_text('{"name": "own", "extends": "87binary",\n'
                    ' "fields": {"37": {"encodng": "ascii"}}}')
    context.refused(GOOD.replace("87binary", "own.json"), "FILE:8:11", f"{path}:2:", "encodng",
                    "message spec check")
    path.write_text('{"name": "own", "extends": "87binary", "fields": {"11": {"length": 12}}}')
    context.refused(GOOD.replace("87binary", "own.json"), "FILE:8:11", "DE 11 has another length")
    context.refused(GOOD.replace("87binary", "none.json"), "FILE:8:11", "none.json")


def a_syntax_error(context):
    context.refused(GOOD.replace("port = 0", "port = = 0"), "FILE:7:")


def a_missing_key(context):
    context.refused(GOOD.replace('kek_file = "kek"\n', ""), "[data] needs 'kek_file'")


def all_errors_at_once(context):
    text = GOOD.replace("port = 0", "prot = 0").replace("87binary", "93binary")
    text = text.replace("127.0.0.1", "127.0.0.300")
    context.refused(text, "FILE:7:1", "FILE:8:11", "FILE:14:",
                    "3 errors; nothing was changed (exit 3)\n")


def a_file_that_is_not_there(context):
    code, text = context.daemon("-c", str(context.directory / "missing.toml"))
    expect_equal(code, 3, f"exit code; it said:\n{text}")
    expect_in("missing.toml", text, "the message")


def an_override_is_checked_too(context):
    context.path.write_text(GOOD)
    code, text = context.daemon("-c", str(context.path), "--set", "engine.loops=many")
    expect_equal(code, 3, f"exit code; it said:\n{text}")
    expect_in("loops", text, "the message")
    code, text = context.daemon("-c", str(context.path), "--set", "engine.lops=1")
    expect_equal(code, 3, f"exit code; it said:\n{text}")
    expect_in("did you mean 'loops'?", text, "the message")


def usage(context):
    for arguments in (["--nonsense"], []):
        code, text = context.daemon(*arguments)
        expect_equal(code, 2, f"exit code of turnoutd {arguments}; it said:\n{text}")
    code, text = context.daemon("--version")
    expect_equal(code, 0, f"exit code of --version; it said:\n{text}")


def the_default_is_a_good_configuration(context):
    tool = str(context.bin / "turnout")
    default = subprocess.run([tool, "config", "default"], capture_output=True, text=True,
                             timeout=20)
    expect_equal(default.returncode, 0, "exit code of config default")
    pathlib.Path(context.path).write_text(default.stdout)
    check = subprocess.run([tool, "config", "check", "-c", str(context.path)], capture_output=True,
                           text=True, timeout=20)
    expect_equal(check.returncode, 0, f"exit code of config check:\n{check.stdout}{check.stderr}")
    started = time.monotonic()
    subprocess.run([tool, "--help"], capture_output=True, check=True, timeout=20)
    took_s = time.monotonic() - started
    expect(took_s < 1, f"the help took {took_s:.1f} s")


if __name__ == "__main__":
    sys.exit(main(Context, [
        an_unknown_section_suggests_the_right_one, an_unknown_key_suggests_the_right_one,
        a_reference_to_nothing_names_what_is_there, a_number_out_of_range, a_dialect_that_is_none,
        a_dialect_of_another_edition, a_dialect_file_with_errors,
        a_syntax_error, a_missing_key, all_errors_at_once, a_file_that_is_not_there,
        an_override_is_checked_too, usage, the_default_is_a_good_configuration]))
