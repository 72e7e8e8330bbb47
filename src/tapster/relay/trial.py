"""The test message: one short question, and how it went."""

import time
from collections.abc import Callable

from msgspec import Struct

from tapster.core.connections import Connection
from tapster.core.errands import Asker
from tapster.core.events import Finished, ReasoningDelta, Started, TextDelta, UsageReported
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings
from tapster.core.usage import Usage
from tapster.relay.relay import Relay


class Trial(Struct, frozen=True, omit_defaults=True):
    """How a test message went. Times are milliseconds; `model` is the name the provider echoed."""

    model: str | None
    first_words: str
    first_token: int | None
    latency: int
    usage: Usage | None = None
    finish: str | None = None


async def try_model(
    relay: Relay,
    connection: Connection,
    model: str,
    *,
    asker: Asker | None = None,
    stopwatch: Callable[[], float] = time.monotonic,
) -> Trial:
    """Send "Hi" to `model` and return what came back; raises what sending raises."""
    request = ChatRequest(
        model=model, messages=(says("user", "Hi"),), settings=Settings(max_tokens=64)
    )
    began = stopwatch()
    echoed: str | None = None
    words: list[str] = []
    first: float | None = None
    usage: Usage | None = None
    finish: str | None = None
    async for event in relay.stream(connection, request, asker=asker):
        match event:
            case Started(model=name):
                echoed = name or echoed
            case TextDelta(text=text):
                first = first or stopwatch()
                words.append(text)
            case ReasoningDelta():
                first = first or stopwatch()
            case UsageReported(usage=reported):
                usage = reported
            case Finished(reason=reason):
                finish = reason
            case _:
                pass
    return Trial(
        model=echoed,
        first_words="".join(words)[:200],
        first_token=round((first - began) * 1000) if first else None,
        latency=round((stopwatch() - began) * 1000),
        usage=usage,
        finish=finish,
    )
