"""Takes the secrets we send out of what comes back, should the endpoint echo them.

It is done to the bytes, before anything is understood, shortened or kept: half a key, cut off
where a long message was shortened, could not be recognised any more.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Literal
from urllib.parse import parse_qsl, quote, urlsplit

from msgspec.structs import replace

from tapster.core.links import Answer, Call, Frame, Transport
from tapster.core.redaction import SHOWN, is_secret_name

# A shorter one may stand in an answer by chance, where taking it out would do damage.
_SHORTEST = 16
_SHOWN = SHOWN.encode()


class WithoutEchoes:
    """A transport whose answers hold none of the secrets its calls carry."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, call: Call) -> AbstractAsyncContextManager[Answer]:
        opening = self._transport.send(call)
        spellings = _spellings(call)
        return _CleanAnswer(opening, spellings) if spellings else opening


class _CleanAnswer:
    """Both the context of an answer and, once entered, the answer itself."""

    def __init__(
        self, opening: AbstractAsyncContextManager[Answer], spellings: tuple[bytes, ...]
    ) -> None:
        self._opening = opening
        self._spellings = spellings
        self._answer: Answer

    async def __aenter__(self) -> Answer:
        self._answer = await self._opening.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._opening.__aexit__(kind, error, traceback)

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    async def framing(self) -> Literal["events", "document"]:
        return await self._answer.framing()

    async def read(self) -> bytes:
        return self._clean(await self._answer.read())

    async def frames(self) -> AsyncIterator[list[Frame]]:
        async for frames in self._answer.frames():
            for place, frame in enumerate(frames):
                if (clean := self._clean(frame.data)) is not frame.data:
                    frames[place] = replace(frame, data=clean)
            yield frames

    def _clean(self, data: bytes) -> bytes:
        for spelling in self._spellings:
            if spelling in data:
                data = data.replace(spelling, _SHOWN)
        return data


def _spellings(call: Call) -> tuple[bytes, ...]:
    """Return the secrets of `call` in every spelling an answer may repeat them in."""
    told = [value.split(" ", 1)[-1] for name, value in call.headers.items() if is_secret_name(name)]
    if call.key is not None:
        told.append(call.key.reveal())
    if "?" in call.url:
        query = parse_qsl(urlsplit(call.url).query)
        told += [value for name, value in query if is_secret_name(name)]
    return tuple(
        dict.fromkeys(
            spelling.encode()
            for secret in told
            if len(secret) >= _SHORTEST
            for spelling in (
                secret,
                json.dumps(secret)[1:-1],
                secret.replace("/", r"\/"),
                quote(secret, safe=""),
            )
        )
    )
