"""Several answers from a source that gives only one at a time: ask it that many times."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from tapster.core.errors import InvalidInput
from tapster.core.events import Event, Noticed, Started, UsageReported
from tapster.core.requests import ChatRequest
from tapster.core.usage import Usage

Ask = Callable[[ChatRequest], AsyncGenerator[list[Event], None]]

# What OpenAI allows, and more than anybody reads.
_MOST = 128


async def ask_in_parallel(request: ChatRequest, ask: Ask) -> AsyncGenerator[list[Event], None]:
    """Yield the events of `request.settings.n` answers, each under its own `choice`.

    The answers run at once; the usage is their sum. If one fails, all end with its error.
    """
    count = request.settings.n or 1
    if count > _MOST:
        raise InvalidInput(f"At most {_MOST} answers can be asked for at once.", field="n")
    one = msgspec.structs.replace(
        request, settings=msgspec.structs.replace(request.settings, n=None)
    )
    arrivals: asyncio.Queue[tuple[int, list[Event] | BaseException | None]] = asyncio.Queue(64)
    tasks = [asyncio.create_task(_carry(ask(one), choice, arrivals)) for choice in range(count)]
    usages = [Usage() for _ in range(count)]
    running = count
    try:
        while running:
            choice, arrived = await arrivals.get()
            if isinstance(arrived, BaseException):
                raise arrived
            if arrived is None:
                running -= 1
                continue
            if events := _as_choice(arrived, choice, usages):
                yield events
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    yield [UsageReported(_total(usages))]


async def _carry(
    batches: AsyncGenerator[list[Event], None],
    choice: int,
    arrivals: "asyncio.Queue[tuple[int, list[Event] | BaseException | None]]",
) -> None:
    try:
        async with aclosing(batches) as open_batches:
            async for events in open_batches:
                await arrivals.put((choice, events))
    except Exception as error:  # noqa: BLE001  # carried over and raised where the answer is read
        await arrivals.put((choice, error))
    else:
        await arrivals.put((choice, None))


def _as_choice(events: list[Event], choice: int, usages: list[Usage]) -> list[Event]:
    """Return `events` under `choice`; the usage is set aside, and said once of all."""
    kept: list[Event] = []
    for event in events:
        match event:
            case UsageReported(usage=usage):
                usages[choice] = usage
            case Started() | Noticed():
                if choice == 0:
                    kept.append(event)
            case _:
                kept.append(msgspec.structs.replace(event, choice=choice))
    return kept


def _total(usages: list[Usage]) -> Usage:
    costs = [usage.cost for usage in usages if usage.cost is not None]
    return Usage(
        input=sum(usage.input for usage in usages),
        output=sum(usage.output for usage in usages),
        reasoning=sum(usage.reasoning for usage in usages),
        cache_read=sum(usage.cache_read for usage in usages),
        cache_write=sum(usage.cache_write for usage in usages),
        cost=sum(costs) if costs else None,
        raw={"each": [usage.raw for usage in usages]},
    )
