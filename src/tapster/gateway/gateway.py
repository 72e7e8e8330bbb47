"""The gateway: OpenAI-shaped questions in, OpenAI-shaped answers out, any provider between."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct, structs

from tapster.core.errors import Reason, SourceError, TapsterError
from tapster.core.events import Event, Noticed
from tapster.core.keys import AccessToken
from tapster.core.models import Model
from tapster.dialects.openai_chat import serve as chat_completions
from tapster.dialects.openai_chat.serve import Asked, ReplyEncoder
from tapster.dialects.openai_text import serve as text_completions
from tapster.gateway.aim import Aim, Aims
from tapster.gateway.harm import demand_harmless
from tapster.relay import Relay, Shelf, Trail

_MOST_NOTICES = 1500
_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-"})


class Whole(Struct, frozen=True):
    """An answer in one piece."""

    body: bytes
    headers: dict[str, str]


class Streamed(Struct, frozen=True):
    """An answer that is still coming; `chunks` yields server-sent events, one write at a time.

    The provider is at work already: whoever does not read it to its end calls `aclose`.
    """

    chunks: AsyncGenerator[bytes, None]
    headers: dict[str, str]
    answer: AsyncGenerator[list[Event], None]

    async def aclose(self) -> None:
        """Let the provider go, also where not one chunk was read."""
        await self.chunks.aclose()
        # Chunks that nobody began to read know nothing of what they come from.
        await self.answer.aclose()


class _Format(Struct, frozen=True):
    """How the questions of one route are read, and their answers written."""

    prefix: str
    read: Callable[[bytes], Asked]
    encoder: type[ReplyEncoder]
    write: Callable[..., bytes]


_CHAT = _Format(
    prefix="chatcmpl-",
    read=chat_completions.decode_request,
    encoder=chat_completions.ReplyEncoder,
    write=chat_completions.encode_reply,
)
_TEXT = _Format(
    prefix="cmpl-",
    read=text_completions.decode_request,
    encoder=text_completions.TextEncoder,
    write=text_completions.encode_reply,
)


class Gateway:
    """What programs call."""

    def __init__(
        self,
        *,
        relay: Relay,
        shelf: Shelf,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._relay = relay
        self._aims = Aims(relay, shelf)
        self._new_id = new_id
        self._clock = clock

    async def aim(self, name: str) -> Aim:
        """Return which connection and model `name` means."""
        return await self._aims.find(name)

    async def models(self, token: AccessToken | None) -> bytes:
        """Return the body of `GET /v1/models`, only what `token` may use."""
        data = [_described(aim, model) for aim, model in await self._aims.every(token)]
        return msgspec.json.encode({"object": "list", "data": data})

    async def model(self, name: str, token: AccessToken | None) -> bytes:
        """Return the body of `GET /v1/models/{name}`."""
        aim = await self._aims.find(name, token)
        models = {model.id: model for model in await self._aims.of(aim.connection)}
        # A model its endpoint does not list may be asked all the same.
        model = models.get(aim.model) or Model(id=aim.model, external=True)
        return msgspec.json.encode(_described(aim, model))

    async def complete(self, body: bytes, token: AccessToken | None) -> Whole | Streamed:
        """Answer the body of `POST /v1/chat/completions`. Raises as `_answer` does."""
        return await self._answer(body, token, _CHAT)

    async def continue_text(self, body: bytes, token: AccessToken | None) -> Whole | Streamed:
        """Answer the body of `POST /v1/completions`. Raises as `_answer` does, and `InvalidInput`
        where the connection has no text completions.
        """
        return await self._answer(body, token, _TEXT)

    async def _answer(
        self, body: bytes, token: AccessToken | None, how: _Format
    ) -> Whole | Streamed:
        """Answer `body`, which came in the format `how`.

        Raises `InvalidInput` for a body that cannot be taken, and `SourceError` when the
        provider failed before the first part of an answer; later failures are told inside the
        stream.
        """
        began = time.perf_counter()
        asked = how.read(body)
        aim = await self._aims.find(asked.request.model, token)
        demand_harmless(asked.request, token)
        request = structs.replace(asked.request, model=aim.model)
        trail = Trail()
        answer = self._relay.batches(aim.connection, request, trail=trail)
        id_ = f"{how.prefix}{self._new_id()}"
        created = int(self._clock())
        if not request.stream:
            events: list[Event] = []
            async with aclosing(answer):
                async for batch in answer:
                    events += batch
            reply = how.write(events, id=id_, created=created, model=aim.name)
            return Whole(reply, _headers(aim, trail, events, began))
        first = await _first_answer(answer)
        encoder = how.encoder(
            id=id_, created=created, model=aim.name, include_usage=asked.include_usage
        )
        headers = _headers(aim, trail, first, began)
        return Streamed(_stream(first, answer, encoder), headers, answer)


async def _first_answer(answer: AsyncGenerator[list[Event], None]) -> list[Event]:
    """Return the events up to the first that is more than a notice."""
    events: list[Event] = []
    try:
        async for batch in answer:
            events += batch
            if any(not isinstance(event, Noticed) for event in batch):
                break
    except BaseException:
        await answer.aclose()
        raise
    return events


async def _stream(
    first: list[Event], answer: AsyncGenerator[list[Event], None], encoder: ReplyEncoder
) -> AsyncGenerator[bytes, None]:
    async with aclosing(answer):
        try:
            if chunk := encoder.feed(first):
                yield chunk
            async for events in answer:
                if chunk := encoder.feed(events):
                    yield chunk
        except SourceError as error:
            yield encoder.fail(error)
            return
        except TapsterError as error:
            # Whatever broke, the answer has begun: the client hears of it in the stream.
            yield encoder.fail(SourceError(Reason.INTERRUPTED, error.message))
            return
        yield encoder.end()


def _headers(aim: Aim, trail: Trail, events: list[Event], began: float) -> dict[str, str]:
    own = max(0.0, time.perf_counter() - began - trail.waiting.seconds) * 1000
    headers = {
        "x-tapster-connection": aim.connection.slug,
        "x-tapster-attempts": str(trail.count),
        "x-tapster-overhead-ms": f"{own:.2f}",
    }
    notices = [event.text for event in events if isinstance(event, Noticed)]
    if notices:
        headers["x-tapster-notice"] = _in_ascii(" ".join(notices)[:_MOST_NOTICES])
    return headers


def _in_ascii(text: str) -> str:
    """Return `text` as a header may hold it; what is not ASCII is written as in an address."""
    return quote(text.translate(_PLAIN), safe=" !\"#$&'()*+,-./:;<=>?@[]^_`{|}~")


def _described(aim: Aim, model: Model) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": aim.name,
        "object": "model",
        "created": model.created or 0,
        "owned_by": model.vendor or aim.connection.source,
    }
    if model.title:
        described["name"] = model.title
    if model.context:
        described["context_length"] = model.context
    if model.max_output:
        described["max_completion_tokens"] = model.max_output
    if model.external:
        described["external"] = True
    return described
