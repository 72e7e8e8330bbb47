"""What a server of one's own lets one do with its models, and how it is asked."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from msgspec.structs import replace

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Call, Transport
from tapster.core.model_jobs import DEEDS, Deed, Progress, ServedModel
from tapster.dialects.errors import error_in
from tapster.dialects.json_values import object_in, read_json, text_in
from tapster.sources._auth import Auth
from tapster.sources._options import Option

MakeCall = Callable[[Literal["GET", "POST"], str, Mapping[str, Any]], Awaitable[Call]]
ReadError = Callable[[int, Mapping[str, str], bytes], SourceError]

# As it is said that events are awaited, nothing on the way holds them back to compress them.
_STREAMS = "text/event-stream, application/x-ndjson, application/json"


@dataclass(frozen=True)
class Wanted:
    """The model something is to be done with, by the server's own name, and how.

    `options` are those of `Control.options` that are to be sent; one left out is as usual there.
    """

    model: str
    options: Mapping[str, Any] = field(default_factory=dict)


class Line:
    """The way to one server. All of it raises `SourceError`, also for an error that comes as 200.

    `every` is how many seconds to wait until it is asked again how far it is.
    """

    def __init__(
        self, call: MakeCall, transport: Transport, read_error: ReadError, *, every: float = 1.0
    ) -> None:
        self._call = call
        self._transport = transport
        self._read_error = read_error
        self._every = every

    async def get(self, path: str) -> dict[str, Any]:
        """Return the object at `path`."""
        return await self._ask(await self._call("GET", path, {}))

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the server answers to `body`; an empty object where that is none."""
        return await self._ask(await self._call("POST", path, body))

    async def stream(
        self, path: str, body: Mapping[str, Any]
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the objects the server sends while it works on `body`. Leaving ends its work."""
        call = await self._call("POST", path, body)
        call = replace(call, headers={**call.headers, "accept": _STREAMS})
        async with self._transport.send(call) as answer:
            if answer.status >= 300:
                raise self._read_error(answer.status, answer.headers, await answer.read())
            async for frames in answer.frames():
                for frame in frames:
                    yield _unless_refused(object_in(read_json(frame.data)))

    async def pause(self) -> None:
        """Wait until it is worth asking again."""
        await asyncio.sleep(self._every)

    async def _ask(self, call: Call) -> dict[str, Any]:
        async with self._transport.send(call) as answer:
            body = await answer.read()
            if answer.status >= 300:
                raise self._read_error(answer.status, answer.headers, body)
            return _unless_refused(object_in(read_json(body)))


Doing = Callable[[Line, Wanted], AsyncGenerator[Progress, None]]


@dataclass(frozen=True)
class Act:
    """One thing a server can do: `do` asks for it and yields how far it is, until it is done.

    Leaving `do` early stops most servers. `undo` is asked for afterwards, where that is not
    enough; `goes_on` says that nothing stops this server.
    """

    do: Doing
    undo: Callable[[Line, Wanted], Awaitable[object]] | None = None
    goes_on: bool = False


@dataclass(frozen=True, kw_only=True)
class Control:
    """What can be done with the models of a server, beside talking to them.

    - `models`: what it has, and how each stands.
    - `load`, `unload`, `download`: what it can be asked for; `options` are those of a load.
    - `example`: a name that can be downloaded, for the person to see what one looks like.
    - `auth`: where the key goes in these calls, if that is another place than in others.
      `admin` is whether it may want another key for them than for messages, `lists_to_admin`
      whether without that it lists no more than what is loaded.
    - `absent`: what it means that a server does not know these calls at all.
    """

    models: Callable[[Line], Awaitable[tuple[ServedModel, ...]]]
    load: Act | None = None
    unload: Act | None = None
    download: Act | None = None
    options: tuple[Option, ...] = ()
    example: str = ""
    auth: Auth | None = None
    admin: bool = False
    lists_to_admin: bool = False
    absent: str = ""

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What it can be asked for."""
        return tuple(deed for deed in DEEDS if self.act(deed))

    def act(self, deed: Deed) -> Act | None:
        """Return how it is asked for `deed`; `None` where it cannot be."""
        return {"load": self.load, "unload": self.unload, "download": self.download}[deed]


def at_once(ask: Callable[[Line, Wanted], Awaitable[object]]) -> Doing:
    """Return how to do what is done once the answer to `ask` is there."""

    async def do(line: Line, wanted: Wanted) -> AsyncGenerator[Progress, None]:
        yield Progress()
        await ask(line, wanted)

    return do


def epoch_of(written: object) -> float | None:
    """Return the moment an ISO 8601 text names, in seconds since the epoch, if it names one."""
    try:
        moment = datetime.fromisoformat(text_in(written) or "").timestamp()
    except (ValueError, OverflowError):
        return None
    return moment if moment > 0 else None


def failed(message: str | None) -> SourceError:
    """Return that the server says it failed, in its own words where it has any."""
    return SourceError(
        Reason.UPSTREAM, message or "The server says that it failed, and gives no reason."
    )


def demand_end(is_done: bool) -> None:
    """Raise `SourceError` where a report ended that did not say that all is done."""
    if not is_done:
        raise SourceError(
            Reason.INTERRUPTED, "The server's report ended before it said that all is done."
        )


def _unless_refused(document: dict[str, Any]) -> dict[str, Any]:
    if document.get("error"):
        raise error_in(document) or failed(None)
    return document
