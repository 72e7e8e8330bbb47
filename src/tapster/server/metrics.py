"""`/metrics`: what all workers of this server have counted, as Prometheus reads it.

Each worker writes its counts into a small file every few seconds; whichever is asked adds up
the newest of all. A worker that is started again goes on from the counts of the one before.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tapster.core.figures import SPANS, Figures, Times

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"

_EVERY = 2.0
_LEFT_BEHIND = 60.0

_Pairs = dict[str, dict[str, int]]
_Spans = dict[str, tuple[list[int], float]]


class Counts(Struct, kw_only=True):
    """The counts of one worker, or of several together."""

    requests: _Pairs = {}
    tokens: _Pairs = {}
    failures: _Pairs = {}
    runs: _Pairs = {}
    durations: _Spans = {}
    first_tokens: _Spans = {}
    commits: int = 0
    memory: int = 0
    running: int = 0
    workers: int = 1


class Metrics:
    """The counts of this process and, where there are more workers, of theirs.

    `folder` is where the workers of one server leave their counts; `running` tells how many runs
    run here, `commits` how many changes were committed.
    """

    def __init__(
        self,
        figures: Figures,
        *,
        commits: Callable[[], int],
        running: Callable[[], int] = lambda: 0,
        folder: Path | None = None,
        number: int = 1,
    ) -> None:
        self._figures = figures
        self._commits = commits
        self._running = running
        self._folder = folder
        self._server = os.getppid()
        self._number = number
        self._before = self._left_by_the_one_before() if folder else None

    def render(self) -> bytes:
        """Return the answer to `GET /metrics`."""
        # Seldom asked for, and nearly a tenth of the time a start may take.
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collected(_sum([self._own(), *self._others()])))
        return generate_latest(registry)

    async def publish(self) -> None:
        """Leave the counts for the other workers every few seconds, and once more at the end."""
        try:
            while self._folder:
                self.leave()
                await asyncio.sleep(_EVERY)
        finally:
            self.leave()

    def leave(self) -> None:
        """Write the counts down for the other workers; a disk that is full is no reason to fail."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self._file(self._number)
            partial = file.with_suffix(".partial")
            partial.write_bytes(msgspec.json.encode(self._own()))
            partial.replace(file)

    def _own(self) -> Counts:
        figures = self._figures
        now = Counts(
            requests=_pairs(figures.requests),
            tokens=_pairs(figures.tokens),
            failures=_pairs(figures.failures),
            runs=_pairs(figures.runs),
            durations=_spans(figures.durations),
            first_tokens=_spans(figures.first_tokens),
            commits=self._commits(),
            running=self._running(),
            memory=memory_of_process(),
        )
        if self._before is None:
            return now
        both = _sum([now, self._before])
        both.memory, both.running, both.workers = now.memory, now.running, 1
        return both

    def _others(self) -> Iterator[Counts]:
        if self._folder is None:
            return
        for file in self._folder.glob(f"counts-{self._server}-*.json"):
            if file != self._file(self._number):
                with suppress(OSError, msgspec.MsgspecError):
                    yield msgspec.json.decode(file.read_bytes(), type=Counts)

    def _left_by_the_one_before(self) -> Counts | None:
        folder = self._folder or Path()
        for file in folder.glob("counts-*"):
            with suppress(OSError):
                ours = file.name.startswith(f"counts-{self._server}-")
                if not ours and time.time() - file.stat().st_mtime > _LEFT_BEHIND:
                    file.unlink()
        try:
            return msgspec.json.decode(self._file(self._number).read_bytes(), type=Counts)
        except (OSError, msgspec.MsgspecError):
            return None

    def _file(self, number: int) -> Path:
        return (self._folder or Path()) / f"counts-{self._server}-{number}.json"


class _Collected:
    """Counts in the form Prometheus' library collects."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Any]:
        """Yield one family after the other."""
        from prometheus_client import core  # noqa: PLC0415  # see `render`

        counts = self._counts
        for name, words, labels, pairs in (
            ("requests", "Answered requests.", ("route", "status"), counts.requests),
            ("tokens", "Tokens as providers counted them.", ("source", "kind"), counts.tokens),
            (
                "upstream_errors",
                "Answers providers did not give.",
                ("source", "reason"),
                counts.failures,
            ),
            ("runs", "Runs that have ended.", ("kind", "ending"), counts.runs),
        ):
            family = core.CounterMetricFamily(f"tapster_{name}", words, labels=labels)
            for first, inner in pairs.items():
                for second, value in inner.items():
                    family.add_metric((first, second), value)
            yield family
        for name, words, label, spans in (
            ("request_seconds", "How long requests took.", "route", counts.durations),
            (
                "first_token_seconds",
                "How long the first part of an answer was waited for.",
                "source",
                counts.first_tokens,
            ),
        ):
            histogram = core.HistogramMetricFamily(f"tapster_{name}", words, labels=(label,))
            for key, (numbers, total) in spans.items():
                ends = [*map(str, SPANS), "+Inf"]
                buckets = list(zip(ends, accumulate(numbers), strict=True))
                histogram.add_metric((key,), buckets=buckets, sum_value=total)
            yield histogram
        yield core.CounterMetricFamily(
            "tapster_commits", "Changes committed to the database.", value=counts.commits
        )
        for name, words, number in (
            ("runs_running", "Runs that run.", counts.running),
            ("resident_memory_bytes", "Memory of all workers.", counts.memory),
            ("workers", "Workers that answer.", counts.workers),
        ):
            yield core.GaugeMetricFamily(f"tapster_{name}", words, value=number)


def memory_of_process() -> int:
    """Return how many bytes of memory this process holds, as far as the platform tells."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415  # not there on every platform

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _pairs(counter: dict[tuple[str, str], int]) -> _Pairs:
    found: _Pairs = {}
    for (first, second), count in counter.items():
        found.setdefault(first, {})[second] = count
    return found


def _spans(times: dict[str, Times]) -> _Spans:
    return {name: (list(each.counts), each.sum) for name, each in times.items()}


def _sum(counts: Iterable[Counts]) -> Counts:
    total = Counts(workers=0)
    for each in counts:
        for name in ("requests", "tokens", "failures", "runs"):
            into: _Pairs = getattr(total, name)
            for first, inner in getattr(each, name).items():
                for second, value in inner.items():
                    by_second = into.setdefault(first, {})
                    by_second[second] = by_second.get(second, 0) + value
        for name in ("durations", "first_tokens"):
            spans: _Spans = getattr(total, name)
            for key, (numbers, seconds) in getattr(each, name).items():
                known, before = spans.get(key, ([0] * len(numbers), 0.0))
                added = [one + other for one, other in zip(known, numbers, strict=True)]
                spans[key] = (added, before + seconds)
        total.commits += each.commits
        total.memory += each.memory
        total.running += each.running
        total.workers += each.workers
    return total
