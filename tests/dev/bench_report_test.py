"""The figures are computed right: medians, ratios per pair, verdicts against the bars."""
import contextlib
import importlib.util
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "tools" / "dev" / "bench_report.py"


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def google_run(name, time, unit="ns"):
    return {"name": name, "run_name": name, "run_type": "iteration", "cpu_time": time,
            "time_unit": unit}


class Report(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="turnout-report-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def run_report(self, *arguments):
        run = subprocess.run([sys.executable, str(REPORT), *map(str, arguments)],
                             capture_output=True, text=True, timeout=60, check=False)
        lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        return run, {line["name"]: line for line in lines}

    def test_codec_figure_is_the_median_with_its_ratio_to_the_copy(self):
        runs = [google_run("codec.decode.bcd", time) for time in (90, 70, 80)]
        runs += [google_run("codec.copy_floor.bcd", time) for time in (0.01, 0.02, 0.03)]
        for run in runs[3:]:
            run["time_unit"] = "us"
        runs.append({"run_type": "aggregate", "name": "codec.decode.bcd_mean"})
        raw = self.write("codec.json", json.dumps({"benchmarks": runs}))
        run, figures = self.run_report(raw)
        self.assertEqual(0, run.returncode, run.stderr)
        figure = figures["codec.decode.bcd"]
        self.assertEqual((80, "ns", 20, 4), (figure["value"], figure["unit"], figure["floor"],
                                             figure["ratio"]))
        self.assertEqual([70, 90], figure["spread"])

    def test_json_lines_come_last_and_have_the_five_keys(self):
        raw = self.write("a.jsonl", '{"name": "x", "value": 1, "unit": "ns"}\n')
        run, _ = self.run_report(raw)
        last = json.loads(run.stdout.splitlines()[-1])
        self.assertLessEqual({"name", "value", "unit", "floor", "ratio"}, set(last))

    def test_missed_bar_is_said_and_enforced_only_on_demand(self):
        raw = self.write("a.jsonl", '{"name": "end_to_end.throughput", "value": 1, "unit": "1/s",'
                                    ' "floor": 4, "ratio": 0.25}\n')
        run, _ = self.run_report(raw)
        self.assertEqual(0, run.returncode)
        self.assertIn("below the bar: end_to_end.throughput", run.stderr)
        self.assertEqual(4, self.run_report("--enforce", raw)[0].returncode)

    def test_reached_bar_passes_when_enforced(self):
        raw = self.write("a.jsonl", '{"name": "end_to_end.throughput", "value": 3, "unit": "1/s",'
                                    ' "floor": 4, "ratio": 0.75}\n')
        run, _ = self.run_report("--enforce", raw)
        self.assertEqual((0, ""), (run.returncode, run.stderr))

    def test_figure_without_a_value_is_refused(self):
        run, _ = self.run_report(self.write("a.jsonl", '{"name": "x"}\n'))
        self.assertEqual(1, run.returncode)

    def test_no_figure_at_all_is_refused(self):
        self.assertEqual(1, self.run_report(self.write("a.jsonl", ""))[0].returncode)

    def test_saved_baseline_names_the_machine(self):
        raw = self.write("a.jsonl", '{"name": "x", "value": 1, "unit": "ns"}\n')
        saved = self.directory / "saved.json"
        self.run_report("--save", saved, raw)
        content = json.loads(saved.read_text(encoding="utf-8"))
        self.assertLessEqual({"cpu", "kernel", "revision"}, set(content["machine"]))
        self.assertEqual("x", content["figures"][0]["name"])

    def test_table_in_the_document_is_replaced(self):
        raw = self.write("a.jsonl", '{"name": "x", "value": 1, "unit": "ns", "spread": [1, 2]}\n')
        report = module(REPORT)
        document = self.write("a.md", f"before\n{report.BEGIN}\nold\n{report.END}\nbehind\n")
        self.assertEqual(0, self.run_report(f"--docs={document}", raw)[0].returncode)
        text = document.read_text(encoding="utf-8")
        self.assertIn("| `x` | 1 | ns | - | - | 1 to 2 |  |  |", text)
        self.assertTrue(text.startswith("before\n") and text.endswith("behind\n"), text)
        self.assertNotIn("old", text)

    def test_every_bar_can_be_judged(self):
        report = module(REPORT)
        bars = json.loads((ROOT / "bench/baselines/bars.json").read_text(encoding="utf-8"))
        for name, bar in bars.items():
            figure = {"value": bar["aim"], "ratio": bar["aim"]}
            self.assertEqual("aim", report.verdict(figure, bar), name)
            worse = bar["bar"] * (0.5 if bar["better"] == "higher" else 2)
            figure = {"value": worse, "ratio": worse}
            self.assertEqual("missed", report.verdict(figure, bar), name)


class EndToEnd(unittest.TestCase):
    def setUp(self):
        self.runner = module(ROOT / "bench" / "end_to_end" / "run.py")

    def pair(self, floor, product, valid=True):
        return {"floor": {"p50": floor, "valid": True}, "product": {"p50": product, "valid": valid}}

    def test_ratio_is_the_median_of_the_pairs_not_the_ratio_of_the_medians(self):
        pairs = [self.pair(100, 200), self.pair(10, 11), self.pair(50, 150)]
        figure = self.runner.figure("p50_20k", "us", pairs, "p50")
        self.assertEqual(("end_to_end.p50_20k", 2.0, [1.1, 3.0], 3, 0),
                         (figure["name"], figure["ratio"], figure["spread"], figure["runs"],
                          figure["not_valid"]))
        self.assertEqual((150, 50), (figure["value"], figure["floor"]))

    def test_pairs_that_were_not_valid_are_left_out_and_counted(self):
        pairs = [self.pair(1, 9, valid=False), self.pair(10, 20)]
        figure = self.runner.figure("p50_20k", "us", pairs, "p50")
        self.assertEqual((2.0, 1, 1), (figure["ratio"], figure["runs"], figure["not_valid"]))

    def test_without_a_valid_pair_the_figure_says_so(self):
        figure = self.runner.figure("p50_20k", "us", [self.pair(1, 1, valid=False)], "p50")
        self.assertEqual((1, 1), (figure["runs"], figure["not_valid"]))

    def test_pairs_alternate_and_end_when_enough_are_valid(self):
        runs, verdicts = [], iter([True, False, True, True, True, True])

        def measure(_options, _mode, kind):
            runs.append(kind)
            return {"throughput": 1, "p50": 1, "p99": 1, "cpu_per_message": 1,
                    "valid": next(verdicts), "reason": "lag"}

        self.runner.measure = measure
        options = type("Options", (), {"pairs": 2})
        with contextlib.redirect_stderr(io.StringIO()):
            pairs = self.runner.run_pairs(options, self.runner.MODES[0])
        self.assertEqual(3, len(pairs))
        self.assertEqual(["floor", "product", "product", "floor", "floor", "product"], runs)

    def test_every_mode_has_figures_and_fits_the_disk(self):
        for mode in self.runner.MODES:
            self.assertIn(mode.name, self.runner.FIGURES)
            self.assertLessEqual(self.runner.journal_mib(mode), 4096)

    def test_latency_is_taken_from_the_intended_send_time(self):
        report = {"whole_run": {"answered": 4}, "throughput_per_s": 2.0,
                  "corrected": {"p50_ns": 3000, "p99_ns": 5000}, "raw": {"p50_ns": 1, "p99_ns": 1},
                  "generator_cpu_s": 0.1, "lag_p99_ns": 10, "approved_percent": 100.0,
                  "valid": True, "reason": ""}
        result = self.runner.result_of(report, 20.0)
        self.assertEqual((3.0, 5.0, 5.0), (result["p50"], result["p99"],
                                           result["cpu_per_message"]))


if __name__ == "__main__":
    unittest.main()
