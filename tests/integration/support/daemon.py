"""The daemon as a test sees it: start until its listeners are open, stop, kill, log, memory.

Only processes started here are ever signalled, by their own id.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import time

from support.check import Failed, expect, expect_equal, wait_until

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 20

# Small tables and segments, so that a start costs milliseconds. A test's own settings win.
SMALL = {
    "engine.accounts_max": 20_000, "engine.cards_max": 20_000, "engine.holds_max": 20_000,
    "engine.transactions_max": 65_536, "journal.segment_mib": 4,
}

_ESTABLISHED, _CLOSE_WAIT = "01", "08"  # as /proc/net/tcp writes them


class Daemon:
    """turnoutd in a directory of its own; `--dev` unless a configuration file is given."""

    def __init__(self, bin_dir, directory, config=None, settings=None, cards=1000, env=None):
        self.bin, self.directory = pathlib.Path(bin_dir), pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.config, self.cards = config, cards
        self.settings = {**SMALL, **(settings or {})}
        self.env = {**os.environ, **(env or {})}
        self.ready_file = self.directory / "ready.json"
        self.log_path = self.directory / "turnoutd.log"
        self.process, self.ready = None, None

    def command(self):
        command = [str(self.bin / "turnoutd"), "--ready-file", str(self.ready_file)]
        if self.config:
            command += ["-c", str(self.config)]
        else:
            command += ["--dev", "--data", str(self.directory / "node"), "--port", "0",
                        "--demo-cards", str(self.cards)]
        for key, value in self.settings.items():
            command += ["--set", f"{key}={value}"]
        return command

    def spawn(self):
        """Starts the process and returns at once."""
        self.ready_file.unlink(missing_ok=True)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=self.env, cwd=self.directory)

    def start(self):
        self.spawn()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.ready_file.exists():
            if self.process.poll() is not None:
                raise Failed(f"turnoutd ended with {self.process.returncode}:\n{self.log_end()}")
            if time.monotonic() > deadline:
                self.kill()
                raise Failed(f"turnoutd not ready in {START_TIMEOUT_S} s:\n{self.log_end()}")
            time.sleep(0.005)
        return self.read_ready_file()

    def read_ready_file(self):
        self.ready = json.loads(self.ready_file.read_text())
        return self

    def port(self, listener=None):
        for entry in self.ready["listeners"]:
            if listener is None or entry["name"] == listener:
                return entry["port"]
        raise Failed(f"no listener {listener!r} in {self.ready}")

    def stop(self):
        """SIGTERM; the exit code, 0 after an orderly drain."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(STOP_TIMEOUT_S)

    def wait(self, timeout_s):
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"turnoutd still runs after {timeout_s} s:\n{self.log_end()}") from None

    def kill(self):
        """SIGKILL: nothing in the process gets to run again."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def restart(self):
        expect_equal(self.stop(), 0, "exit code of the stop")
        return self.start()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_end(self):
        return self.log()[-3000:]

    def log_mark(self):
        """A place in the log; log_since() gives what came behind it."""
        return self.log_path.stat().st_size

    def log_since(self, mark):
        with open(self.log_path, "rb") as log:
            log.seek(mark)
            return log.read().decode(errors="replace")

    def memory_kib(self):
        """Resident set size."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def connections(self):
        """Connections that the kernel holds for the listeners and the daemon has not closed."""
        ports = {f"{entry['port']:04X}" for entry in self.ready["listeners"]}
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        fields = [line.split() for line in lines]
        held = (_ESTABLISHED, _CLOSE_WAIT)
        return sum(1 for field in fields if field[1].split(":")[1] in ports and field[3] in held)

    # -- what the tools say about this daemon's directory --

    def tool(self, *arguments, timeout_s=60, ok=(0,), config=True):
        """Runs `turnout ... -c <configuration in force>`; the finished process."""
        command = [str(self.bin / "turnout"), *arguments]
        if config:
            command += ["-c", self.ready["config"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s,
                              cwd=self.directory, stdin=subprocess.DEVNULL)
        if ok is not None:
            expect(done.returncode in ok, f"{' '.join(command)} ended with {done.returncode}:\n"
                                          f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def verify(self):
        """`journal verify`: last_seq, digest, tail and the rest, as a dict."""
        return json.loads(self.tool("journal", "verify", "--json").stdout)

    def trial_balance(self):
        return json.loads(self.tool("ledger", "trial-balance", "--json").stdout)

    def records(self, after=0):
        """The journal's records behind this sequence, oldest first."""
        text = self.tool("journal", "cat", "--json", "--start", str(after + 1)).stdout
        return [json.loads(line) for line in text.splitlines() if line.strip()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def expect_logged(daemon, mark, words):
    """Waits for a line of the log behind the mark that has all the words."""
    def found():
        lines = daemon.log_since(mark).splitlines()
        return any(all(word in line for word in words) for line in lines)
    try:
        wait_until(found, 3, "a line in the log")
    except Failed:
        raise Failed(f"no line in the log has {words}:\n{daemon.log_since(mark)[-2000:]}") from None


class Fixture:
    """One started daemon for all cases of a test, with what the cases share."""

    def __init__(self, bin_dir, directory, **options):
        self.daemon = Daemon(bin_dir, directory / "daemon", **options)

    def __enter__(self):
        self.daemon.start()
        return self

    def __exit__(self, *_):
        self.daemon.kill()

    def post_mortem(self):
        print("--- end of the daemon's log ---")
        print(self.daemon.log()[-4000:])
