"""What would be sent: the very HTTP request, with every secret covered and nothing sent."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import msgspec
from msgspec import Struct, structs

from tapster.core.links import Answer, Call, Link, Transport
from tapster.core.redaction import is_secret_name
from tapster.core.requests import ChatRequest
from tapster.core.secrets import Secret
from tapster.relay.endpoints import Endpoint

COVER = "••••"
# Files in a body are shown by their beginning.
_LONGEST_FILE = 200
_FILE = re.compile(r"[A-Za-z0-9+/=_-]+")
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token|key)\s+")


class Outgoing(Struct, frozen=True):
    """A request as it goes out. Secrets show their last four characters at most, and to members
    nothing; files show their beginning. All else is exact.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any]
    notices: tuple[str, ...] = ()


class _Seen(Exception):  # it ends the sending, nothing went wrong
    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call


class _Witness:
    """A transport that stops at the call with `body`; a sign-in before it goes through."""

    def __init__(self, transport: Transport, body: bytes) -> None:
        self._transport = transport
        self._body = body

    @asynccontextmanager
    async def send(self, call: Call) -> AsyncIterator[Answer]:
        if call.body == self._body:
            raise _Seen(call)
        async with self._transport.send(call) as answer:
            yield answer


async def outgoing(endpoint: Endpoint, request: ChatRequest, *, in_full: bool = True) -> Outgoing:
    """Return what `endpoint` would be sent for `request`. The model is asked nothing.

    Secrets show their ends only `in_full`.
    """
    # What the answer will be called is not known before it is asked for.
    link, source = structs.replace(endpoint.link, answer=COVER), endpoint.source
    encoded = source.encoded(request, link)
    body = msgspec.json.encode(encoded.body)
    witness = structs.replace(link, transport=_Witness(link.transport, body))
    try:
        async for _ in source.batches(request, witness):
            pass
    except _Seen as seen:
        call = seen.call
    else:
        raise AssertionError("a source sent something else than it encoded")
    cover = _Cover(endpoint, link, ends=in_full)
    return Outgoing(
        method=call.method,
        url=_covered_url(call.url, cover),
        headers={name: _covered_header(name, value, cover) for name, value in call.headers.items()},
        body=_shown(encoded.body, cover, frozenset(_fields(link.include_body))),
        notices=tuple(notice.text for notice in encoded.notices),
    )


class _Cover:
    """What is shown instead of secrets: of those that are sent, and of what stands for one."""

    def __init__(self, endpoint: Endpoint, link: Link, *, ends: bool) -> None:
        self._ends = ends
        told = [door.link.key.reveal() for door in endpoint.doors if door.link.key]
        told += [value for name, value in link.headers.items() if is_secret_name(name)]
        self._told = {each: self.of(each) for each in told if len(each) >= 4}

    def of(self, secret: str) -> str:
        """Return what may be shown of `secret`."""
        return COVER + (Secret(secret).last4 if self._ends else "")

    def hides(self, value: str) -> bool:
        """Whether `value` is a secret that is sent."""
        return value in self._told

    def over(self, text: str) -> str:
        """Return `text` without the secrets that are sent."""
        for secret, shown in self._told.items():
            text = text.replace(secret, shown)
        return text


def _covered_header(name: str, value: str, cover: _Cover) -> str:
    if not is_secret_name(name):
        return cover.over(value)
    scheme = _SCHEME.match(value)
    start = scheme.end() if scheme else 0
    return value[:start] + cover.of(value[start:])


def _covered_url(url: str, cover: _Cover) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")
    query = "&".join(
        f"{name}={_covered_field(name, value, cover)}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    place = f"{COVER}@{host[2]}" if host[1] else parts.netloc
    return cover.over(urlunsplit((parts.scheme, place, parts.path, query, "")))


def _covered_field(name: str, value: str, cover: _Cover) -> str:
    if is_secret_name(name) or cover.hides(value):
        return cover.of(value)
    return quote(value, safe="")


def _shown(value: Any, cover: _Cover, secret_fields: frozenset[str]) -> Any:
    """Return `value` as it may be shown: no secret in it, and of files the beginning."""
    match value:
        case str():
            return _short(cover.over(value))
        case dict():
            return {
                cover.over(name): cover.of(inner)
                if name in secret_fields and isinstance(inner, str)
                else _shown(inner, cover, secret_fields)
                for name, inner in value.items()
            }
        case list() | tuple():
            return [_shown(inner, cover, secret_fields) for inner in value]
        case _:
            return value


def _fields(value: Any) -> Iterable[str]:
    """Yield the names in what the person has sent along that are those of secrets."""
    match value:
        case dict():
            for name, inner in value.items():
                if is_secret_name(name):
                    yield name
                yield from _fields(inner)
        case list():
            for inner in value:
                yield from _fields(inner)
        case _:
            return


def _short(text: str) -> str:
    """Return `text`, or the beginning of a file in base64 with its length."""
    if len(text) <= _LONGEST_FILE:
        return text
    start = 0
    with suppress(ValueError):
        start = text.index(";base64,", 0, _LONGEST_FILE) + len(";base64,")
    if not _FILE.fullmatch(text, start):
        return text
    return f"{text[: start + 40]}… ({len(text):,} characters)"
