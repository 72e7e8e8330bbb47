"""What is measured under load; each function returns lines of the table."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from benchmarks.canned import EVENTS, PACED_EVERY
from benchmarks.load import Load, Outcome
from benchmarks.peers import Peer
from benchmarks.rounds import Noise, Row, interleave, middle, spread


class Plan(Struct, frozen=True, kw_only=True):
    """How long to measure. `paced` is how many paced streams, `words` how long each is."""

    rounds: int
    seconds: float
    paced: int
    words: int


FULL = Plan(rounds=5, seconds=2.0, paced=1000, words=200)
QUICK = Plan(rounds=2, seconds=1.0, paced=200, words=60)

_BUDGETS = {
    "whole": {"bare ASGI": 0.6, "LiteLLM": 60.0},
    "streamed": {"nginx": 1.0, "LiteLLM": 60.0},
}


def rate(outcome: Outcome) -> float:
    return outcome.rate


def whole_replies(peers: Sequence[Peer], plan: Plan, noise: Noise) -> list[Row]:
    """(a) Replies in one piece, 32 clients."""

    def make(peer: Peer) -> Load:
        return peer.load("closed", clients=32, seconds=plan.seconds)

    outcomes = interleave(peers, make, rounds=plan.rounds, noise=noise)
    return _beside_peers("whole replies, 32 clients", "req/s", outcomes, _BUDGETS["whole"])


def added_time(peers: Sequence[Peer], plan: Plan, noise: Noise) -> list[Row]:
    """(b) What each adds to one client's typical reply."""

    def make(peer: Peer) -> Load:
        return peer.load("closed", clients=1, seconds=plan.seconds)

    outcomes = interleave(peers, make, rounds=plan.rounds, noise=noise)
    direct = middle(outcomes["direct"], lambda outcome: outcome.p50)
    added = {
        name: middle(found, lambda outcome: outcome.p50) - direct
        for name, found in outcomes.items()
    }
    ours = added.pop("Tapster")
    apart = spread(outcomes["Tapster"], lambda outcome: outcome.p50 - direct)
    del added["direct"]
    return [
        Row(
            work="one client, added p50",
            unit="ms",
            budget="≤ 0.5 ms",
            ours=ours,
            peer=name,
            theirs=theirs,
            holds=ours <= 0.5,
            spread=apart,
        )
        for name, theirs in added.items()
    ]


def streamed_replies(peers: Sequence[Peer], plan: Plan, noise: Noise) -> list[Row]:
    """(c) Streams of 200 events, 16 clients, the upstream speaking the client's format."""

    def make(peer: Peer) -> Load:
        return peer.load(
            "closed",
            clients=16,
            seconds=_long_enough(peer, plan),
            stream=True,
            events=_least_events(peer),
        )

    outcomes = interleave(peers, make, rounds=plan.rounds, noise=noise)
    work = f"{EVENTS}-event streams, 16 clients"
    return _beside_peers(work, "replies/s", outcomes, _BUDGETS["streamed"])


def translated_replies(peers: Sequence[Peer], plan: Plan, noise: Noise) -> list[Row]:
    """(c) The same streams, the upstream speaking Anthropic's format."""

    def make(peer: Peer) -> Load | None:
        if peer.translated is None:
            return None
        return peer.load(
            "closed",
            model=peer.translated,
            clients=16,
            seconds=_long_enough(peer, plan),
            stream=True,
            events=_least_events(peer),
        )

    outcomes = interleave(peers, make, rounds=plan.rounds, noise=noise)
    ours = outcomes.pop("Tapster")
    events = EVENTS * middle(ours, rate)
    first = Row(
        work="the same, translated from Anthropic's format",
        unit="events/s",
        budget="≥ 30,000",
        ours=events,
        holds=events >= 30_000,
        spread=spread(ours, rate),
    )
    for name, found in outcomes.items():
        first.peer, first.theirs = name, EVENTS * middle(found, rate)
        first.worked_ratio = _worked_ratio(ours, found)
    return [first]


def paced_streams(peers: Sequence[Peer], plan: Plan, noise: Noise) -> list[Row]:
    """(d) Many streams at a reader's pace, all open at once."""
    seconds = plan.words * PACED_EVERY
    rounds = min(plan.rounds, 3)

    def make(peer: Peer) -> Load:
        return peer.load(
            "paced",
            model=f"{peer.paced}{plan.words}",
            clients=plan.paced,
            seconds=seconds,
            spread=seconds / 2,
            stream=True,
            events=plan.words,
        )

    outcomes = interleave(peers, make, rounds=rounds, noise=noise)
    return [
        *_paced_rows(plan, outcomes, "first token p99", 60.0, lambda one: one.first_p99),
        *_paced_rows(plan, outcomes, "largest gap", 120.0, lambda one: one.largest_gap),
    ]


def _paced_rows(
    plan: Plan,
    outcomes: dict[str, list[Outcome]],
    what: str,
    budget: float,
    of: Callable[[Outcome], float],
) -> list[Row]:
    ours = middle(outcomes["Tapster"], of)
    complete = min(outcome.answered for outcome in outcomes["Tapster"])
    return [
        Row(
            work=f"{plan.paced:,} paced streams, {what}",
            unit="ms",
            budget=f"≤ {budget:.0f} ms",
            ours=ours,
            peer=name,
            theirs=middle(found, of),
            holds=ours <= budget and complete == plan.paced,
            spread=spread(outcomes["Tapster"], of),
            note="" if complete == plan.paced else f"only {complete:,} complete",
        )
        for name, found in outcomes.items()
        if name != "Tapster"
    ]


def overload(peers: Sequence[Peer], plan: Plan, noise: Noise) -> list[Row]:
    """(g) Three times as many requests as can be answered, whether or not answers come."""
    rows: list[Row] = []
    for peer in peers:
        if peer.name not in {"bare ASGI", "Tapster"}:
            continue
        noise.listen()
        peak = interleave(
            [peer],
            lambda one: one.load("closed", clients=32, seconds=plan.seconds),
            rounds=max(2, plan.rounds // 2),
            noise=noise,
        )[peer.name]
        saturating = middle(peak, rate)
        beyond = interleave(
            [peer],
            lambda one, most=3 * saturating: one.load(  # type: ignore[misc]
                "open", clients=2000, seconds=2 * plan.seconds, rate=most
            ),
            rounds=max(2, plan.rounds // 2),
            noise=noise,
        )[peer.name]
        rows.append(_overload_row(peer.name, beyond, saturating))
    theirs, ours = rows
    ours.peer, ours.theirs = theirs.work, theirs.ours
    ours.work = "3 × saturation: throughput of its peak"
    ours.note += f"; {theirs.peer}: {theirs.note}"
    return [ours]


def _overload_row(name: str, beyond: Sequence[Outcome], saturating: float) -> Row:
    kept = 100 * middle(beyond, rate) / saturating
    refused = middle(beyond, lambda outcome: outcome.refused)
    quickly = middle(beyond, lambda outcome: outcome.refused_p99)
    waited = middle(beyond, lambda outcome: outcome.p99)
    left = middle(beyond, lambda outcome: outcome.unanswered)
    unsent = middle(beyond, lambda outcome: outcome.unsent)
    fared = f"{refused:,.0f} refused (p99 {quickly:.0f} ms)" if refused else "none refused"
    return Row(
        work=name,
        unit="%",
        budget="≥ 90 %, rest refused < 50 ms",
        ours=kept,
        peer=name,
        holds=kept >= 90 and refused > 0 and quickly < 50,
        note=(
            f"{fared}, answered p99 {waited:,.0f} ms, {left:,.0f} still waiting at the end, "
            f"{unsent:,.0f} not sent as 2,000 connections waited"
        ),
    )


def _beside_peers(
    work: str, unit: str, outcomes: dict[str, list[Outcome]], budgets: dict[str, float]
) -> list[Row]:
    ours = middle(outcomes["Tapster"], rate)
    rows = []
    for name, found in outcomes.items():
        if name == "Tapster":
            continue
        theirs = middle(found, rate)
        budget = budgets.get(name)
        rows.append(
            Row(
                work=work,
                unit=unit,
                budget=f"≥ {budget:g} ×" if budget else "",
                ours=ours,
                peer=name,
                theirs=theirs,
                holds=ours >= budget * theirs if budget else None,
                spread=spread(outcomes["Tapster"], rate),
                worked_ratio=_worked_ratio(outcomes["Tapster"], found),
            )
        )
    return rows


def _worked_ratio(ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> float | None:
    their_capacity = middle(theirs, lambda outcome: outcome.capacity)
    if not their_capacity:
        return None
    return middle(ours, lambda outcome: outcome.capacity) / their_capacity


def _long_enough(peer: Peer, plan: Plan) -> float:
    # Sixteen streams at once take LiteLLM longer than a round for the others lasts.
    return 10.0 if peer.name == "LiteLLM" else plan.seconds


def _least_events(peer: Peer) -> int:
    # LiteLLM joins some events; what it sends is taken as it is.
    return 0 if peer.name == "LiteLLM" else EVENTS
