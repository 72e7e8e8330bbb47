"""Tells which server stands at an address: each kind is asked for what it alone answers.

Kinds whose signs cannot be mistaken are asked for at the same time; of two that answer, the one
listed first counts. One that others imitate is asked for when it is none of the others.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Call, Link, Timeouts
from tapster.core.origins import origin_of
from tapster.core.servers import Server, Sight
from tapster.relay.sightings import known, no_api, nothing, ourselves, unknown
from tapster.sources import (
    CALL_TAILS,
    Said,
    ServerKind,
    Source,
    below,
    models_in,
    owners_in,
    tidied,
)

# Bytes. The longest answers are lists of some thousand models.
_LONGEST = 4 * 1024 * 1024
# Answers waited for one after another, at most.
_IN_A_ROW = 6
_OTHER_LOOPBACK = {"127.0.0.1": "[::1]", "::1": "127.0.0.1"}

Kinds = Sequence[tuple[Source, ServerKind]]


class Lookout:
    """Looks at addresses. Each answer may take `within` seconds."""

    def __init__(self, sources: Mapping[str, Source], *, within: float = 2.0) -> None:
        self._kinds: Kinds = [
            (source, kind) for source in sources.values() if (kind := source.server) is not None
        ]
        self._within = within
        tails = (tail for source, _ in self._kinds for tail in getattr(source, "tails", ()))
        self._tails = (*CALL_TAILS, "/models", *tails)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports at which the servers we know listen by themselves."""
        return tuple(
            sorted({port for source, kind in self._kinds for port in _ports(source, kind)})
        )

    async def look(self, link: Link, *, likely: Source | None = None) -> Server:
        """Return what stands at the link's endpoint, which may have a tail that is none of it.

        The kind `likely` is asked for first. Raises `AddressRefused` by the guard.
        """
        root = tidied(link.endpoint or "", tails=self._tails)
        async with aclosing(_Asking(link, root, self._within)) as asking:
            try:
                async with asyncio.timeout(self._within * _IN_A_ROW):
                    return await self._look(asking, likely)
            except TimeoutError:
                return nothing(root, asking.silence)

    async def confirm(self, link: Link, source: Source) -> Server | None:
        """Return what stands at the link's endpoint if it is a server of the kind `source`.

        It is asked nothing that others would be asked.
        """
        root = tidied(link.endpoint or "", tails=self._tails)
        async with aclosing(_Asking(link, root, self._within)) as asking:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._within * _IN_A_ROW):
                    facts = await source.server.look(asking) if source.server else None
                    if facts is not None:
                        return known(root, source, facts, with_key=asking.has_key)
        return None

    async def look_both_ways(self, link: Link) -> Server:
        """Return what stands at the link's endpoint or, where that is one of this machine's two
        own addresses and nothing answers, at the other.
        """
        found = await self.look(link)
        parts = urlsplit(found.address)
        other = _OTHER_LOOPBACK.get(parts.hostname or "")
        if found.sight is not Sight.NOTHING or other is None:
            return found
        port = f":{parts.port}" if parts.port else ""
        address = parts._replace(netloc=other + port).geturl()
        # The key was entered for the address that was named.
        there = await self.look(replace(link, endpoint=address, key=None))
        if not there.is_found:
            return found
        moved = f" It listens at {there.address}, not at {found.address}."
        return replace(there, message=there.message + moved)

    async def _look(self, asking: "_Asking", likely: Source | None) -> Server:
        for kinds in self._rounds(asking.root, likely):
            told = await asyncio.gather(*(kind.look(asking) for _, kind in kinds))
            for (source, _), facts in zip(kinds, told, strict=True):
                if facts is not None:
                    return known(asking.root, source, facts, with_key=asking.has_key)
            if asking.status is None:
                return nothing(asking.root, asking.silence)
        return await _look_at_stranger(asking)

    def _rounds(self, root: str, likely: Source | None) -> Iterator[Kinds]:
        """Yield the kinds that are asked for at the same time, the likely ones first.

        A server that is asked for what it has no call for says so in its log, as if something
        were wrong.
        """
        port = _port_of(root)

        def is_likely(source: Source, kind: ServerKind) -> bool:
            return source is likely or (likely is None and port in _ports(source, kind))

        plain = [each for each in self._kinds if not each[1].imitated]
        first = [each for each in plain if is_likely(*each)]
        others = [each for each in plain if not is_likely(*each)]
        imitated = [each for each in self._kinds if each[1].imitated]
        return filter(None, (first, others, imitated))


class _Asking:
    """Asks the server below `root`, the same thing once only, and hears no more than it must."""

    def __init__(self, link: Link, root: str, within: float) -> None:
        self.root = root
        self.status: int | None = None
        self._link = link
        self._timeouts = Timeouts(connect=within, idle=within, total=within)
        self._trouble: SourceError | None = None
        self._asked: dict[tuple[str, bytes | None], asyncio.Task[Said]] = {}

    @property
    def has_key(self) -> bool:
        """Whether a key is shown."""
        return self._link.key is not None

    @property
    def silence(self) -> SourceError:
        """Why nothing was heard."""
        if self._trouble is None:
            return SourceError(
                Reason.TIMEOUT,
                "The server answers, but too slowly to tell which it is. It may be at work: try "
                "again in a moment.",
            )
        if self._trouble.reason is Reason.TIMEOUT:
            # What can be set to wait longer is set on a connection, which this is none.
            return SourceError(
                Reason.TIMEOUT,
                f"Nothing was heard from there for {self._timeouts.idle:g} seconds. A server may "
                "be at work: try again in a moment. If it stays silent, check the address, and "
                "whether a firewall or a missing VPN stands between.",
            )
        if self._trouble.reason is Reason.INTERRUPTED:
            # That something may have been worked on is said of messages, and this was none.
            origin = origin_of(self.root)
            return SourceError(
                Reason.INTERRUPTED,
                f"{origin} closed the connection without an answer. Try again, and check that the "
                "port and http:// or https:// are right.",
            )
        return self._trouble

    async def __call__(self, path: str, question: Mapping[str, Any] | None = None) -> Said:
        body = None if question is None else msgspec.json.encode(question)
        asked = self._asked.get((path, body))
        if asked is None:
            asked = self._asked[path, body] = asyncio.create_task(self._hear(path, body))
        return await asyncio.shield(asked)

    async def aclose(self) -> None:
        """Ask nothing more."""
        for asked in self._asked.values():
            asked.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _hear(self, path: str, body: bytes | None) -> Said:
        link = self._link
        headers = {"accept": "*/*"}
        if body is not None:
            headers["content-type"] = "application/json"
        if link.key is not None:
            headers["authorization"] = f"Bearer {link.key.reveal()}"
        headers |= {name.lower(): value for name, value in link.headers.items()}
        call = Call(
            method="GET" if body is None else "POST",
            url=below(self.root, path),
            headers=headers,
            body=body,
            key=link.key,
            timeouts=self._timeouts,
            outbound_proxy=link.outbound_proxy,
            verify_tls=link.verify_tls,
            longest=_LONGEST,
        )
        said = Said()
        try:
            async with link.transport.send(call) as answer:
                self.status = answer.status
                said = Said(answer.status, answer.headers)
                return Said(answer.status, answer.headers, await answer.read())
        except SourceError as error:
            # What it began to say tells something, too.
            self._trouble = error
            return said


async def _look_at_stranger(asking: _Asking) -> Server:
    """Return what answers where it is none of the kinds we know."""
    root = asking.root
    alive = await asking("/health/live")
    if alive.found.get("status") == "live" and "version" in alive.found:
        return ourselves(root)
    for path in ("/v1/models", "/models"):
        listed = await asking(path)
        address = below(root, path.removesuffix("/models"))
        if models := models_in(listed):
            return unknown(address, models, owners_in(listed), refused=False)
        if listed.wants_key and listed.document.get("error"):
            return unknown(address, (), (), refused=True)
    # Some speak it without a list: what is there, but for another method, says so.
    chat = await asking("/v1/chat/completions")
    if chat.status == 405 and listed.status != 405:
        return unknown(below(root, "/v1"), (), (), refused=False)
    return no_api(root, asking.status or 0)


def _ports(source: Source, kind: ServerKind) -> set[int]:
    own = _port_of(source.base_url or "")
    return {*kind.ports, *((own,) if own else ())}


def _port_of(address: str) -> int | None:
    try:
        return urlsplit(address).port
    except ValueError:
        return None
