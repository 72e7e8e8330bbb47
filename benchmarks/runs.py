"""Many runs at once in one process: 200 answers are written, followed and saved side by side."""

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncGenerator

from benchmarks.rounds import Row
from tapster.broadcast import MemoryBroadcast
from tapster.chats import Runs
from tapster.core.chats import Chat
from tapster.core.events import Event, Finished, Started, TextDelta
from tapster.core.run_events import RunText
from tapster.core.runs import RunAsked
from tapster.store import Store

PARALLEL = 200
_PEOPLE = 20
_WORDS = 100
# Seconds between two words of one answer.
_PACE = 0.05
# Budgets: to begin a run, and from a word's being said to its being heard. Milliseconds.
_BEGIN, _HEARD = 50.0, 120.0


async def _write(_asked: RunAsked) -> AsyncGenerator[list[Event], None]:
    """Say a hundred times what time it is."""
    yield [Started(model="clock")]
    begins = time.perf_counter()
    for number in range(_WORDS):
        await asyncio.sleep(max(0.0, begins + number * _PACE - time.perf_counter()))
        yield [TextDelta(f"{time.perf_counter()!r} ")]
    yield [Finished("stop")]


def parallel_runs(url: str) -> list[Row]:
    """(h) 200 parallel runs of 20 words a second, each followed."""
    return asyncio.run(_measure(url))


async def _measure(url: str) -> list[Row]:
    store = await Store.open(url)
    numbers = itertools.count()
    runs = Runs(
        store,
        MemoryBroadcast(),
        writer=_write,
        new_id=lambda: f"run-{next(numbers)}",
        clock=time.time,
        worker="bench",
        boot="1",
    )
    await runs.start()
    try:
        async with store.begin() as rows:
            for number in range(PARALLEL):
                await rows.chats.add(Chat(id=f"runs-{number}", owner=_person(number)))
        hearing, begun = [], []
        worked = time.process_time()
        for number in range(PARALLEL):
            began = time.perf_counter()
            said = await runs.say(_person(number), f"runs-{number}", "Hello")
            begun.append((time.perf_counter() - began) * 1000)
            hearing.append(asyncio.create_task(_hear(runs, _person(number), said.run.id)))
        heard = await asyncio.gather(*hearing)
        worked = time.process_time() - worked
    finally:
        await runs.close()
        await store.close()
    lags = sorted(lag for one in heard for lag in one)
    if len(lags) != PARALLEL * _WORDS:
        raise RuntimeError(f"{len(lags)} words were heard of {PARALLEL * _WORDS}")
    return [
        _row("begin one", statistics.median(begun), _BEGIN),
        _row("a word is heard, median", statistics.median(lags), _HEARD),
        _row("a word is heard, p99", lags[len(lags) * 99 // 100], _HEARD),
        _row("all work, per word", worked * 1000 / len(lags), None),
    ]


async def _hear(runs: Runs, owner: str, run_id: str) -> list[float]:
    """Return how many milliseconds after it was said each word was heard."""
    lags = []
    async for event in runs.follow(owner, run_id):
        if isinstance(event, RunText):
            now = time.perf_counter()
            lags += [(now - float(word)) * 1000 for word in event.text.split()]
    return lags


def _person(number: int) -> str:
    return f"person-{number % _PEOPLE}"


def _row(work: str, found: float, budget: float | None) -> Row:
    return Row(
        work=f"{PARALLEL} parallel runs: {work}",
        unit="ms",
        budget=f"≤ {budget:.0f} ms" if budget else "",
        ours=found,
        holds=found <= budget if budget else None,
    )
