"""Answers `page:` addresses from the pages a person has open.

POST page://<ability>/chat/completions   OpenAI's chat request; always streamed
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from tapster.core.errands import OWN_CHOICE, Ability, Broke, Done, Left, MoreWords
from tapster.core.links import Answer, Call
from tapster.engine.answers import Stream, refusal
from tapster.errands.desk import Desk
from tapster.errands.errand import Errand
from tapster.errands.failures import failure_of, only_in_pages, page_gone

_ABILITIES = frozenset(get_args(Ability))


class PageTransport:
    """A transport whose far end is an open page of the person who asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @asynccontextmanager
    async def send(self, call: Call) -> AsyncIterator[Answer]:
        """Have `call` carried out. Leaving the context tells the page to stop.

        Raises `SourceError` where nobody's page asks; while the answer is read, where no page
        can, or the one that could is gone.
        """
        place = urlsplit(call.url)
        ability = place.netloc
        if ability not in _ABILITIES or call.method != "POST" or call.body is None:
            yield refusal(404, f"A page has no route {call.method} {place.path or '/'}.")
            return
        if call.asker is None:
            raise only_in_pages()
        body: dict[str, Any] = msgspec.json.decode(call.body)
        if body.get("model") == OWN_CHOICE:
            del body["model"]
        named = next(each for each in get_args(Ability) if each == ability)
        with self._desk.errand(call.asker, named, body) as errand:
            yield Stream(_chunks(errand, body.get("model")))


async def _chunks(errand: Errand, model: str | None) -> AsyncIterator[list[bytes]]:
    """Yield what a page says as chunks of OpenAI's kind."""
    said: list[str] = []
    async for pieces in errand.pieces():
        words = "".join(piece.text for piece in pieces if isinstance(piece, MoreWords))
        said.append(words)
        last = pieces[-1]
        if isinstance(last, Done):
            words += _rest(last.text, "".join(said))
        chunks = [_chunk(errand, model, {"content": words})] if words else []
        match last:
            case MoreWords():
                yield chunks
            case Done():
                yield [*chunks, _chunk(errand, model, {}, finish="stop")]
            case Left():
                yield chunks
                raise page_gone()
            case Broke(code=code, message=message):
                yield chunks
                raise failure_of(errand.ability, code, message)


def _rest(whole: str | None, said: str) -> str:
    """Return what of the `whole` answer was not said yet: where it was, it is not said again."""
    if whole is None or not whole.startswith(said):
        return ""
    return whole[len(said) :]


def _chunk(
    errand: Errand, model: str | None, delta: dict[str, Any], *, finish: str | None = None
) -> bytes:
    return msgspec.json.encode(
        {
            "id": errand.id,
            "object": "chat.completion.chunk",
            "model": errand.model or model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
    )
