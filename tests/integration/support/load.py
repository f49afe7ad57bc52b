"""Runs `turnout load` beside a test and reads what it recorded."""
import json
import subprocess

from support.check import expect


class Load:
    """A load run as a child process; the record is one JSON line per message."""

    def __init__(self, daemon, record, rate=3000, seconds=10, mix=None, connections=8,
                 arguments=()):
        self.record = record
        command = [str(daemon.bin / "turnout"), "load", "--target", f"127.0.0.1:{daemon.port()}",
                   "--duration", f"{seconds}s", "--warmup", "0s", "--cards", str(daemon.cards),
                   "--connections", str(connections), "--record", str(record), "--json",
                   *arguments]
        if rate:
            command += ["--rate", f"{rate}/s"]
        if mix:
            command += ["--mix", mix]
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        cwd=daemon.directory)

    def finish(self, timeout_s=30, ok=(0,)):
        """Waits for its end; the report as a dict, or None when it printed none."""
        try:
            out, err = self.process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        expect(ok is None or self.process.returncode in ok,
               f"{' '.join(self.command)} ended with {self.process.returncode}:\n{out}{err}")
        return json.loads(out) if out.strip() else None

    def lines(self):
        """Recorded messages; a last line that was cut by a signal does not count."""
        found = []
        for line in self.record.read_text().splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return found
