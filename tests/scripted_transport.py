"""A transport that plays answers in order and keeps what was asked."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

from msgspec import Struct, field

from tapster.core.links import Answer, Call, Frame
from tapster.net.framing import FrameParser
from tapster.net.limits import Limits


class Scripted(Struct, frozen=True):
    """One answer to play. A body that is no text goes out as JSON."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})

    async def framing(self) -> Literal["events", "document"]:
        events = self.headers.get("content-type") == "text/event-stream"
        return "events" if events else "document"

    async def read(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()

    async def frames(self) -> AsyncIterator[list[Frame]]:
        parser = FrameParser(Limits())
        yield parser.feed(await self.read())
        yield parser.close()


def streamed(*events: Any) -> Scripted:
    """Return a stream of server-sent events, each a JSON value or a bare text."""
    lines = (event if isinstance(event, str) else json.dumps(event) for event in events)
    return Scripted(
        "".join(f"data: {line}\n\n" for line in lines),
        headers={"content-type": "text/event-stream"},
    )


class ScriptedTransport:
    """Implements `core.links.Transport`: `calls` are what was sent, in order."""

    def __init__(self, *answers: Scripted) -> None:
        self.calls: list[Call] = []
        self.answers = list(answers)

    @asynccontextmanager
    async def send(self, call: Call) -> AsyncIterator[Answer]:
        self.calls.append(call)
        assert self.answers, f"nothing is scripted for {call.method} {call.url}"
        yield self.answers.pop(0)

    def said(self, place: int = -1) -> Any:
        """Return the JSON body of the call at `place`."""
        body = self.calls[place].body
        assert body is not None
        return json.loads(body)
