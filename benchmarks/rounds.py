"""Short rounds, peers in turn, and what the machine itself does meanwhile."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct, field

from benchmarks.load import Load, Outcome
from benchmarks.peers import Peer
from benchmarks.processes import GATEWAY_CORE, LOAD_CORE, pin, python, variables, work_of


class Row(Struct, kw_only=True):
    """One line of the table: our figure beside a peer's, and the budget for it.

    `worked_ratio` compares answers per second of the gateway's own work.
    """

    work: str
    unit: str
    budget: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    holds: bool | None = None
    spread: float = 0.0
    worked_ratio: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.theirs if self.theirs else None


class Noise(Struct):
    """How long the same small work took on the gateway's core, round after round. Seconds."""

    times: list[float] = field(default_factory=list)

    def listen(self) -> None:
        pin(GATEWAY_CORE)
        began = time.perf_counter()
        total = 0
        for number in range(400_000):
            total += number
        self.times.append(time.perf_counter() - began)
        pin(LOAD_CORE)

    def said(self) -> str:
        fastest = min(self.times)
        typical, worst = statistics.median(self.times) / fastest, max(self.times) / fastest
        verdict = "quiet" if typical < 1.1 else "busy: others share it, read ratios only"
        return (
            f"The machine was {verdict}: the same work took {typical:.2f} times its best time in "
            f"the median round, {worst:.2f} in the worst."
        )


def measure(load: Load) -> Outcome:
    """Run one load in a process of its own on the load's core."""
    done = subprocess.run(
        python("benchmarks.load", msgspec.json.encode(load).decode()),
        env=variables(),
        stdout=subprocess.PIPE,
        timeout=load.warm + load.seconds + load.spread + 120,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Outcome)


def interleave(
    peers: Sequence[Peer],
    make: Callable[[Peer], Load | None],
    *,
    rounds: int,
    noise: Noise,
) -> dict[str, list[Outcome]]:
    """Ask every peer in turn, several times over; return the outcomes by the peer's name.

    A peer for which `make` has no load is left out.
    """
    outcomes: dict[str, list[Outcome]] = {}
    for _ in range(rounds):
        for peer in peers:
            load = make(peer)
            if load is None:
                continue
            noise.listen()
            before = work_of(peer.worker)
            outcome = measure(load)
            outcome.worked = work_of(peer.worker) - before
            outcomes.setdefault(peer.name, []).append(outcome)
            if outcome.failed:
                print(f"  {peer.name}: {outcome.failed} of {load.way}", file=sys.stderr)
    return outcomes


def middle(outcomes: Sequence[Outcome], of: Callable[[Outcome], float]) -> float:
    return statistics.median(map(of, outcomes))


def spread(outcomes: Sequence[Outcome], of: Callable[[Outcome], float]) -> float:
    """Return how far the rounds lie apart, as a share of their median."""
    found = list(map(of, outcomes))
    typical = statistics.median(found)
    return (max(found) - min(found)) / typical if typical else 0.0
