"""What a process counts of its work, as plain numbers: cheap to add to, read by `/metrics`."""

from bisect import bisect_left
from collections import Counter

from tapster.core.usage import Usage

# Upper ends of the spans times are counted in. Seconds.
SPANS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Times:
    """How often something took how long."""

    __slots__ = ("counts", "sum")

    def __init__(self) -> None:
        self.counts = [0] * (len(SPANS) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one that took `seconds`."""
        self.counts[bisect_left(SPANS, seconds)] += 1
        self.sum += seconds


class Figures:
    """The counts of one process since it began."""

    def __init__(self) -> None:
        # Keys are a family of routes and a status; a source and `input` or `output`; a source
        # and a reason; a kind of run and its ending.
        self.requests: Counter[tuple[str, str]] = Counter()
        self.tokens: Counter[tuple[str, str]] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()
        self.runs: Counter[tuple[str, str]] = Counter()
        self.durations: dict[str, Times] = {}
        self.first_tokens: dict[str, Times] = {}

    def note_request(self, family: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self.requests[family, str(status)] += 1
        _times(self.durations, family).add(seconds)

    def note_usage(self, source: str, usage: Usage) -> None:
        """Count the tokens of an answer."""
        self.tokens[source, "input"] += usage.input
        self.tokens[source, "output"] += usage.output

    def note_first_token(self, source: str, seconds: float) -> None:
        """Count how long the first part of an answer was waited for."""
        _times(self.first_tokens, source).add(seconds)

    def note_failure(self, source: str, reason: str) -> None:
        """Count an answer a provider did not give."""
        self.failures[source, reason] += 1

    def note_run(self, kind: str, ending: str) -> None:
        """Count a run that has ended."""
        self.runs[kind, ending] += 1


def _times(of: dict[str, Times], name: str) -> Times:
    if (found := of.get(name)) is None:
        found = of[name] = Times()
    return found
