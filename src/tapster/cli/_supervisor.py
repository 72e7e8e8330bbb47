"""Keeps the workers of one server: starts them, starts them again, and stops them together.

The process that read the settings and bound the address becomes this one (`exec`), so that what
stays is small: it imports nothing of Tapster. Each worker inherits the listening socket and one
end of a pair of sockets: over it says that it answers, and notices when the supervisor is gone.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import NamedTuple

# What a worker finds in its environment: its number, the listening socket, its line to us.
VARIABLE = "TAPSTER_WORKER_OF"
# Run without the current folder among the places modules are looked for in (`-P`).
_COMMAND = "from tapster.cli import main; main()"
# A worker that lived this long has earned a fresh start at once. Seconds.
_LONG_ENOUGH = 60.0
_LONGEST_WAIT = 30.0
# So many times in a row a worker may end before it has lived long enough.
_MOST_FAILURES = 20
# What the last answers, the runs and the database may take beyond the grace. Seconds.
_BEYOND_GRACE = 15.0


class Plan(NamedTuple):
    """What the workers are, as it travels through `exec`."""

    listening: int
    workers: int
    grace: float
    words: list[str]
    said: str


class Worker:
    """One of the workers, by its number, and the process that is it at the moment."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: subprocess.Popen[bytes] | None = None
        self.line: socket.socket | None = None
        self.is_ready = False
        self.failures = 0
        self.began = 0.0
        self.next_start = 0.0

    def start(self, plan: Plan, now: float) -> None:
        """Start the process."""
        ours, theirs = socket.socketpair()
        with theirs:
            place = f"{self.number},{plan.listening},{theirs.fileno()}"
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and words
                [sys.executable, "-P", "-c", _COMMAND, *plan.words],
                env={**os.environ, VARIABLE: place},
                pass_fds=(plan.listening, theirs.fileno()),
                # Ctrl-C on the terminal is for us alone: we hand it on, once.
                process_group=0,
            )
        self.line, self.is_ready, self.began = ours, False, now

    def hear(self) -> None:
        """Take in that the worker answers."""
        with suppress(OSError):
            self.is_ready = self.line is not None and bool(self.line.recv(1))

    def end(self) -> int | None:
        """Return the exit code once the process has ended, and be without one."""
        code = self.process.poll() if self.process else None
        if code is not None:
            if self.line is not None:
                self.line.close()
            self.process = self.line = None
        return code


class Supervisor:
    """The workers together."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._workers = [Worker(number) for number in range(1, plan.workers + 1)]
        self._stopped_by: int | None = None
        self._kill_at = 0.0
        self._has_served = False
        self._code = 0

    def run(self) -> int:
        """Keep the workers until told to stop, and return the exit code."""
        waking, wake = socket.socketpair()
        waking.setblocking(False)
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            self._look_after(time.monotonic())
            if self._stopped_by is not None and not self._running:
                break
            self._wait(waking)
        return 130 if self._stopped_by == signal.SIGINT else self._code

    @property
    def _running(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.process is not None]

    def _look_after(self, now: float) -> None:
        for worker in self._running:
            if (code := worker.end()) is not None and self._stopped_by is None:
                self._miss(worker, code, now)
        if self._stopped_by is not None:
            if self._kill_at and now > self._kill_at:
                self._tell(signal.SIGKILL)
            return
        for worker in self._workers:
            # The first one makes or updates the database; the others find it done.
            if worker.process is None and now >= worker.next_start:
                worker.start(self._plan, now)
            if not self._has_served and not worker.is_ready:
                break
        if not self._has_served and all(worker.is_ready for worker in self._workers):
            self._has_served = True
            _say(self._plan.said)

    def _miss(self, worker: Worker, code: int, now: float) -> None:
        if not self._has_served:
            # It has said itself why; the others would say the same.
            self._give_up(code)
            return
        worker.failures = 1 if now - worker.began > _LONG_ENOUGH else worker.failures + 1
        if worker.failures > _MOST_FAILURES:
            _say(f"tapster: Worker {worker.number} ended {_MOST_FAILURES} times in a row: stopped.")
            self._give_up(1)
            return
        wait = min(_LONGEST_WAIT, 2.0 ** (worker.failures - 1) - 1)
        worker.next_start = now + wait
        how = f"killed by signal {-code}" if code < 0 else f"ended with {code}"
        again = f"in {wait:.0f} seconds" if wait else "at once"
        _say(f"tapster: Worker {worker.number} was {how}; it is started again {again}.")

    def _give_up(self, code: int) -> None:
        self._code = code if code > 0 else 1
        self._stop(signal.SIGTERM, None)

    def _stop(self, number: int, _: object) -> None:
        self._stopped_by = self._stopped_by or number
        self._kill_at = time.monotonic() + self._plan.grace + _BEYOND_GRACE
        self._tell(signal.SIGTERM if number == signal.SIGHUP else number)

    def _tell(self, number: int) -> None:
        for worker in self._running:
            if worker.process is not None:
                worker.process.send_signal(number)

    def _wait(self, waking: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(waking, selectors.EVENT_READ)
            for worker in self._running:
                if worker.line is not None and not worker.is_ready:
                    selector.register(worker.line, selectors.EVENT_READ, worker)
            for key, _ in selector.select(self._until_next(time.monotonic())):
                if isinstance(key.data, Worker):
                    key.data.hear()
                else:
                    waking.recv(4096)
            # One that has closed its line without a word is about to end.
            if any(worker.line and not worker.is_ready for worker in self._running):
                time.sleep(0.01)

    def _until_next(self, now: float) -> float | None:
        if self._stopped_by is not None:
            return max(0.05, min(1.0, self._kill_at - now))
        waits = [worker.next_start - now for worker in self._workers if worker.process is None]
        return max(0.0, min(waits)) if waits and self._has_served else None


def become_supervisor(plan: Plan) -> None:
    """Put the supervisor in the place of this process. It does not return."""
    os.set_inheritable(plan.listening, True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(  # noqa: S606  # our own interpreter
        sys.executable, [sys.executable, "-P", "-m", "tapster.cli._supervisor", json.dumps(plan)]
    )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(Supervisor(Plan(*json.loads(sys.argv[1]))).run())
