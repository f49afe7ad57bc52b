"""tools/test.sh believes nothing: it counts what ctest and the fuzz targets really said, and fails
when a step fails, finds no test, or does not come to an end. Runs with stand-ins for the tools."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CTEST_GOOD = 'echo "100% tests passed, 0 tests failed out of 7"'
CTEST_BAD = 'echo "80% tests passed, 1 tests failed out of 5"; exit 8'
CTEST_DIES = 'echo "Test project"; exit 1'


class TestScript(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="turnout-test-sh-"))
        self.addCleanup(shutil.rmtree, self.root)
        for name in ("tools/test.sh", "tools/dev/install_packages.sh"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        # No package is needed here: the tools are stand-ins.
        self.write("tools/packages.txt", "[build]\n[check]\n")
        self.write("tests/fuzz/CMakeLists.txt", "turnout_fuzz(decode_fuzz SOURCES a.cpp)\n")
        for preset in ("release", "asan-ubsan", "tsan", "fuzz"):
            (self.root / "build" / preset).mkdir(parents=True)
        self.program("bin/cmake", "exit 0")
        self.program("bin/ctest", CTEST_GOOD)
        self.program("build/fuzz/bin/decode_fuzz", 'echo "stat::number_of_executed_units: 12"')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def program(self, name, body):
        self.write(name, f"#!/bin/bash\n{body}\n").chmod(0o755)

    def run_script(self, *arguments):
        environment = {**os.environ, "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}"}
        return subprocess.run([str(self.root / "tools" / "test.sh"), *arguments], env=environment,
                              capture_output=True, text=True, timeout=60, check=False)

    def assert_ends(self, run, code, line):
        self.assertEqual((code, line), (run.returncode, run.stdout.splitlines()[-1]),
                         run.stdout + run.stderr)

    def test_sum_of_a_suite(self):
        self.assert_ends(self.run_script("unit"), 0, "7 passed, 0 failed")

    def test_all_suites_are_summed_and_ctest_lines_are_repeated(self):
        run = self.run_script("all")
        # Ten runs of ctest (release five, asan-ubsan three, tsan two) and one fuzz target.
        self.assert_ends(run, 0, "71 passed, 0 failed")
        self.assertIn("tests passed, 0 tests failed out of 7", run.stdout.split("summary")[-1])

    def test_failing_test_fails_the_run(self):
        self.program("bin/ctest", CTEST_BAD)
        self.assert_ends(self.run_script("unit"), 1, "4 passed, 1 failed")

    def test_ctest_that_does_not_finish_is_a_failure(self):
        self.program("bin/ctest", CTEST_DIES)
        self.assert_ends(self.run_script("unit"), 1, "0 passed, 1 failed")

    def test_build_that_fails_is_a_failure(self):
        self.program("bin/cmake", "exit 1")
        self.assert_ends(self.run_script("unit"), 1, "0 passed, 1 failed")

    def test_build_that_fails_does_not_hide_the_other_builds(self):
        self.program("bin/cmake", '[[ "$*" != *release* ]]')
        self.assert_ends(self.run_script("all"), 1, "36 passed, 1 failed")

    def test_finding_of_a_fuzz_target_is_a_failure(self):
        self.program("build/fuzz/bin/decode_fuzz", "exit 77")
        self.assert_ends(self.run_script("fuzz"), 1, "0 passed, 1 failed")

    def test_fuzzing_without_targets_is_a_failure(self):
        self.write("tests/fuzz/CMakeLists.txt", "")
        self.assert_ends(self.run_script("fuzz"), 1, "0 passed, 1 failed")

    def test_tidy_counts_as_one_step_and_a_finding_fails_it(self):
        self.program("tools/dev/clang_tidy.sh", 'echo "clang-tidy: 3 files are clean"')
        run = self.run_script("tidy")
        self.assert_ends(run, 0, "1 passed, 0 failed")
        self.assertIn("3 files are clean", run.stdout.split("summary")[-1])
        self.program("tools/dev/clang_tidy.sh", "exit 123")
        self.assert_ends(self.run_script("tidy"), 1, "0 passed, 1 failed")

    def test_unknown_suite_is_a_usage_error(self):
        self.assertEqual(2, self.run_script("everything").returncode)


if __name__ == "__main__":
    unittest.main()
