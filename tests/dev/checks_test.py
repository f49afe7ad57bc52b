"""Proves that each development check can fail: a tree with one fault each must be refused, and the
same tree without the fault accepted. A check that cannot fail would let everything pass."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADER = "// A small header of a test tree.\n// It belongs to nobody and promises nothing.\n"
TABLE = (ROOT / "switch" / "README.md").read_text(encoding="utf-8")


class Tree(unittest.TestCase):
    """A scratch repository with the real floor table."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="turnout-dev-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.write("CMakeLists.txt", "project(scratch)\n")
        self.write("switch/README.md", TABLE)
        self.write("protocol/core/bytes.hpp", HEADER + "#pragma once\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_check(self, script, *arguments):
        return subprocess.run(
            [sys.executable, str(ROOT / "tools" / "dev" / script), "--root", str(self.root),
             *arguments], capture_output=True, text=True, timeout=60, check=False)

    def assert_passes(self, script, *arguments):
        run = self.run_check(script, *arguments)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)

    def assert_refuses(self, script, words, *arguments):
        run = self.run_check(script, *arguments)
        self.assertEqual(1, run.returncode, run.stdout + run.stderr)
        self.assertIn(words, run.stdout)


class Floors(Tree):
    def include(self, source, target):
        self.write(target, HEADER + "#pragma once\n")
        self.write(source, f'#include "{target}"\n')

    def test_downward_include_passes(self):
        self.include("switch/engine/engine.cpp", "switch/ledger/ledger.hpp")
        self.assert_passes("floors.py")

    def test_upward_include_is_refused(self):
        self.include("switch/ledger/ledger.cpp", "switch/engine/engine.hpp")
        self.assert_refuses("floors.py", "switch/ledger/ledger.cpp:1: floor 5")

    def test_include_sideways_is_refused(self):
        self.include("switch/security/keys.cpp", "switch/journal/journal.hpp")
        self.assert_refuses("floors.py", "floor 4")

    def test_allowed_neighbour_passes(self):
        self.include("switch/journal/journal.cpp", "switch/security/keys.hpp")
        self.assert_passes("floors.py")

    def test_forbidden_lower_floor_is_refused(self):
        self.include("switch/engine/engine.cpp", "switch/journal/journal.hpp")
        self.assert_refuses("floors.py", "must not know switch/journal")

    def test_product_including_tools_is_refused(self):
        self.include("switch/app/main.cpp", "tools/cli/command.hpp")
        self.assert_refuses("floors.py", "no module of the floor table")

    def test_product_including_tests_is_refused(self):
        self.include("protocol/core/bytes.cpp", "tests/support/fake.hpp")
        self.assert_refuses("floors.py", "no module of the floor table")

    def test_load_generator_including_the_switch_is_refused(self):
        self.include("tools/loadgen/run.cpp", "switch/base/ids.hpp")
        self.assert_refuses("floors.py", "tools/loadgen may include only")

    def test_load_generator_including_the_protocol_passes(self):
        self.include("tools/loadgen/run.cpp", "protocol/wire/framing.hpp")
        self.assert_passes("floors.py")

    def test_floor_server_sharing_code_with_the_product_is_refused(self):
        self.include("bench/end_to_end/floor.cpp", "switch/base/ids.hpp")
        self.assert_refuses("floors.py", "bench/end_to_end may include only")

    def test_unknown_module_is_refused(self):
        self.include("switch/novelty/a.cpp", "protocol/core/bytes.hpp")
        self.assert_refuses("floors.py", "has no row")

    def test_missing_file_is_refused(self):
        self.write("switch/base/a.cpp", '#include "switch/base/nowhere.hpp"\n')
        self.assert_refuses("floors.py", "does not exist")

    def test_test_including_its_neighbour_passes(self):
        self.write("tests/unit/a/fixture.hpp", HEADER + "#pragma once\n")
        self.write("tests/unit/a/a_test.cpp", '#include "fixture.hpp"\n')
        self.assert_passes("floors.py")

    def test_product_including_its_neighbour_by_name_is_refused(self):
        self.write("switch/base/a.hpp", HEADER + "#pragma once\n")
        self.write("switch/base/a.cpp", '#include "a.hpp"\n')
        self.assert_refuses("floors.py", "does not exist")

    def test_angle_brackets_around_our_own_header_are_refused(self):
        self.write("switch/base/a.cpp", "#include <protocol/core/bytes.hpp>\n")
        self.assert_refuses("floors.py", "with quotes")


class Tidy(Tree):
    def refuses(self, name, text, words):
        self.write(name, text)
        self.assert_refuses("tidy.py", words)

    def test_tree_in_order_passes(self):
        self.write("switch/base/a.cpp", "int add(int a, int b)\n{\n    return a + b;\n}\n")
        self.assert_passes("tidy.py")

    def test_wide_line(self):
        self.refuses("switch/base/a.cpp", f"// {'x' * 98}\n", "a.cpp:1: 101 columns")

    def test_tab(self):
        self.refuses("switch/base/a.cpp", "\tint a;\n", "tab")

    def test_trailing_space(self):
        self.refuses("docs/a.md", "text \n", "trailing space")

    def test_no_newline_at_the_end(self):
        self.refuses("switch/base/a.cpp", "int a;", "one newline")

    def test_leftover_marker(self):
        self.refuses("switch/base/a.cpp", "// TO" "DO: later\n", "leftover marker")

    def test_long_function(self):
        body = "    step();\n" * 69
        self.refuses("switch/base/a.cpp", f"void run()\n{{\n{body}}}\n", "function of 71 lines")

    def test_longest_function_passes(self):
        body = "    step();\n" * 68
        self.write("switch/base/a.cpp", f"void run()\n{{\n{body}}}\n")
        self.assert_passes("tidy.py")

    def test_long_python_function(self):
        body = "    step()\n" * 71
        self.refuses("tools/dev/a.py", f"def run():\n{body}", "function of 72 lines")

    def test_long_file(self):
        self.refuses("switch/base/a.cpp", "int a;\n" * 1001, "1001 lines, at most 1000")

    def test_long_file_is_mentioned_before_it_is_refused(self):
        self.write("switch/base/a.cpp", "int a;\n" * 601)
        self.assertIn("a.cpp has 601 lines", self.run_check("tidy.py").stdout)

    def test_header_without_opening_comment(self):
        self.refuses("switch/base/a.hpp", "#pragma once\n", "a header opens with")

    def test_header_without_pragma_once(self):
        self.refuses("switch/base/a.hpp", HEADER + "int a();\n", "#pragma once")

    def test_printing_library(self):
        self.refuses("protocol/wire/a.cpp", 'void f() { std::cout << "x"; }\n', "must not print")

    def test_skipped_test(self):
        self.refuses("tests/unit/a_test.cpp", "GTEST_" "SKIP();\n", "skipped test")

    def test_endless_sleep_in_a_test(self):
        text = "while (true) {\n    std::this_thread::sleep_for(1ms);\n}\n"
        self.refuses("tests/unit/a_test.cpp", text, "endless loop")

    def test_path_of_a_machine(self):
        self.refuses("docs/a.md", "see /ho" "me/me/notes\n", "somebody's machine")


class Nondeterminism(Tree):
    def refuses(self, name, text, words):
        self.write(name, text)
        self.assert_refuses("nondeterminism.py", words)

    def test_clock_in_its_home_passes(self):
        self.write("switch/base/clock.cpp", "clock_gettime(CLOCK_REALTIME, &now);\n")
        self.assert_passes("nondeterminism.py")

    def test_clock_elsewhere(self):
        self.refuses("switch/net/a.cpp", "auto t = std::chrono::steady_clock::now();\n", "a clock")

    def test_c_time(self):
        self.refuses("switch/net/a.cpp", "auto t = ::time(nullptr);\n", "a clock")

    def test_member_called_time_passes(self):
        self.write("switch/net/a.cpp", "auto t = view.time(0);\n")
        self.assert_passes("nondeterminism.py")

    def test_randomness_outside_of_security(self):
        self.refuses("switch/engine/a.cpp", "std::random_device seed;\n", "draws randomness")

    def test_randomness_in_security_passes(self):
        self.write("switch/security/a.cpp", "getrandom(out, 16, 0);\n")
        self.assert_passes("nondeterminism.py")

    def test_write_in_the_engine(self):
        self.refuses("switch/engine/a.cpp", "::write(1, text, 3);\n", "no I/O")

    def test_thread_in_the_ledger(self):
        self.refuses("switch/ledger/a.hpp", HEADER + "#include <thread>\n", "no I/O")

    def test_unordered_container_in_the_engine(self):
        self.refuses("switch/engine/a.hpp", "std::unordered_map<int, int> a;\n", "unordered")

    def test_order_by_address(self):
        self.refuses("switch/engine/a.hpp", "std::map<Account const*, int> a;\n", "by address")

    def test_comment_about_a_clock_passes(self):
        self.write("switch/engine/a.cpp", "// steady_clock would differ on replay\n")
        self.assert_passes("nondeterminism.py")

    def test_excused_line_passes(self):
        line = "std::unordered_map<int, int> a;  // nondeterminism: looked up, never walked\n"
        self.write("switch/engine/a.cpp", line)
        self.assert_passes("nondeterminism.py")


class Headers(Tree):
    def test_header_that_leans_on_its_user(self):
        self.write("switch/base/a.hpp", HEADER + "#pragma once\nstd::uint8_t f();\n")
        self.assert_refuses("check_headers.py", "switch/base/a.hpp does not compile alone")

    def test_header_without_guard(self):
        self.write("switch/base/a.hpp", "struct A {};\n")
        self.assert_refuses("check_headers.py", "does not compile alone")

    def test_complete_header_passes(self):
        self.write("switch/base/a.hpp", HEADER + "#pragma once\n#include <cstdint>\n"
                   "std::uint8_t f();\n")
        self.assert_passes("check_headers.py")


class Docs(Tree):
    def setUp(self):
        super().setUp()
        program = self.write("bin/turnout", '#!/bin/sh\n'
                             'case "$*" in\n'
                             '"--help") echo "--version" ;;\n'
                             '"load --help") echo "--rate N" ;;\n'
                             '*) exit 2 ;;\n'
                             'esac\n')
        program.chmod(0o755)
        self.bin = ("--bin", str(self.root / "bin"))

    def test_known_command_and_option_pass(self):
        self.write("docs/a.md", "```sh\nturnout load --rate 2000 &\n```\n")
        self.assert_passes("check_docs.py", *self.bin)

    def test_unknown_command(self):
        self.write("docs/a.md", "```console\n$ turnout fly --rate 1\n```\n")
        self.assert_refuses("check_docs.py", "no command 'fly'", *self.bin)

    def test_unknown_option(self):
        self.write("docs/a.md", "Type `turnout load --speed 3`.\n")
        self.assert_refuses("check_docs.py", "no option --speed", *self.bin)

    def test_missing_script(self):
        self.write("docs/a.md", "```sh\ntools/nowhere.sh\n```\n")
        self.assert_refuses("check_docs.py", "cannot be executed")

    def test_broken_link(self):
        self.write("docs/a.md", "See [b](b.md).\n")
        self.assert_refuses("check_docs.py", "no such file")

    def test_broken_anchor(self):
        self.write("docs/b.md", "# Only this\n")
        self.write("docs/a.md", "See [b](b.md#other).\n")
        self.assert_refuses("check_docs.py", "no such heading")

    def test_good_anchor_passes(self):
        self.write("docs/b.md", "# Only `this`, or that\n")
        self.write("docs/a.md", "See [b](b.md#only-this-or-that).\n")
        self.assert_passes("check_docs.py")

    def test_failing_block(self):
        self.write("docs/a.md", "```sh run\nfalse\n```\n")
        self.assert_refuses("check_docs.py", "block exits with 1", *self.bin)


class WireTables(Tree):
    """The scratch tree has the real tables; the document starts as the real one."""

    def setUp(self):
        super().setUp()
        sources = [f"protocol/iso8583/dialect_{edition}.cpp" for edition in (1987, 1993, 2003)]
        for name in (*sources, "docs/formats/wire.md"):
            self.write(name, (ROOT / name).read_text(encoding="utf-8"))

    def test_document_that_agrees_passes(self):
        self.assert_passes("wire_tables.py", "--check")

    def test_changed_length_is_noticed_and_repaired(self):
        path = self.root / "protocol/iso8583/dialect_1987.cpp"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("fixed, 12, false", "fixed, 14, false", 1), encoding="utf-8")
        self.assert_refuses("wire_tables.py", "differs", "--check")
        self.assert_passes("wire_tables.py")
        self.assert_passes("wire_tables.py", "--check")


class Packages(unittest.TestCase):
    """The installer reads the list that the scripts rely on, and refuses what it does not know."""

    def run_installer(self, *arguments):
        return subprocess.run([str(ROOT / "tools" / "dev" / "install_packages.sh"), *arguments],
                              capture_output=True, text=True, timeout=60, check=False)

    def test_list_has_the_compiler_and_no_comment(self):
        names = self.run_installer("--list", "build").stdout.split()
        self.assertIn("g++", names)
        self.assertNotIn("#", "".join(names))

    def test_unknown_group_is_refused(self):
        self.assertEqual(2, self.run_installer("--list", "nonsense").returncode)

    def test_no_group_is_refused(self):
        self.assertEqual(2, self.run_installer().returncode)


if __name__ == "__main__":
    unittest.main()
