"""Carries a request to a connection's model and its answer back, trying again where it helps."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace

from msgspec import structs

from tapster.core.connections import Connection
from tapster.core.errands import Asker
from tapster.core.errors import InvalidInput, KeyDetached, Reason, SourceError, StoreError
from tapster.core.events import Event, Noticed, Started, UsageReported
from tapster.core.figures import Figures
from tapster.core.links import Transport
from tapster.core.requests import ChatRequest
from tapster.prompts import post_process
from tapster.relay.alternatives import ask_in_parallel
from tapster.relay.attempts import Attempt, Patience, Trail, try_other_key, wait_before_retry
from tapster.relay.behalf import OnBehalf
from tapster.relay.book import Book
from tapster.relay.checks import Checks
from tapster.relay.counts import Counts
from tapster.relay.endpoints import Door, Endpoint, Endpoints
from tapster.relay.halts import Halts
from tapster.relay.lookout import Lookout
from tapster.relay.outgoing import Outgoing, outgoing
from tapster.relay.probes import is_elsewhere
from tapster.relay.searches import Searches
from tapster.relay.served import Served, unready
from tapster.relay.shelf import Shelf
from tapster.relay.standings import Standings
from tapster.relay.timing import TimedTransport
from tapster.relay.verdicts import waits_for_key, way_out
from tapster.sources import Source
from tapster.store import Store
from tapster.vault import Vault


class Relay:
    """The way to every model. One per process; `clock` tells seconds since the epoch."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        sources: Mapping[str, Source],
        transport: Transport,
        environment: Mapping[str, str],
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
        figures: Figures | None = None,
    ) -> None:
        self._figures = figures or Figures()
        self.book = Book(store, sources, environment)
        self.endpoints = Endpoints(self.book, vault, sources, transport)
        self._patience = patience = patience or Patience()
        self._clock = clock
        self._turns: dict[str, int] = {}
        self._halts = Halts()
        self.counts = Counts(self.endpoints)
        # The address each connection last answered at.
        self._answered: dict[str, str | None] = {}
        self.standings = Standings(store, clock=clock)
        self.shelf = Shelf(
            store, self.endpoints, self.standings, clock=clock, pause=patience.list_pause
        )
        self.served = Served(self.endpoints, patience=patience)
        self._searches = Searches(self.book, self.endpoints, pause=patience.list_pause, clock=clock)
        self.lookout = Lookout(sources, within=patience.look)
        self.checks = Checks(
            book=self.book,
            endpoints=self.endpoints,
            searches=self._searches,
            shelf=self.shelf,
            standings=self.standings,
            lookout=self.lookout,
            patience=patience,
            clock=clock,
        )

    async def aclose(self) -> None:
        """Stop what runs in the background."""
        await self._halts.aclose()
        await self.checks.aclose()
        await self.shelf.aclose()
        await self.standings.aclose()

    async def batches(
        self,
        connection: Connection,
        request: ChatRequest,
        *,
        trail: Trail | None = None,
        asker: Asker | None = None,
    ) -> AsyncGenerator[list[Event], None]:
        """Yield the answer's events in the groups they arrived in. `asker`: whose page asks.

        Raises `SourceError`, with every secret taken out of its words, when the provider
        refuses or breaks off. Nothing is tried again once a part of the answer was yielded.
        """
        trail = trail if trail is not None else Trail()
        endpoint = await self.endpoints.reach(connection)
        _refuse_early(endpoint, request)
        request, notices = post_process(request, connection.post_processing)
        several = (request.settings.n or 1) > 1
        if several and not endpoint.source.gives_many(request, endpoint.link):
            trail.asked = request.settings.n or 1
            batches = ask_in_parallel(
                request, lambda one: self._persist(endpoint, one, trail, asker)
            )
        else:
            batches = self._persist(endpoint, request, trail, asker)
        began, usage, source = time.monotonic(), None, connection.source
        try:
            async with aclosing(batches) as answer:
                async for events in answer:
                    if began:
                        self._figures.note_first_token(source, time.monotonic() - began)
                        began = 0.0
                    for event in events:
                        if type(event) is UsageReported:
                            usage = event.usage
                    if notices:
                        events, notices = [*notices, *events], ()  # noqa: PLW2901  # said with the first
                    yield events
        except SourceError as error:
            self._figures.note_failure(source, error.reason.value)
            self.standings.note_failure(endpoint, request, error)
            raise unready(endpoint, endpoint.without_secrets(error)) from None
        finally:
            if usage is not None:
                self._figures.note_usage(source, usage)

    async def explained(self, connection: Connection, error: SourceError) -> SourceError:
        """Return `error`, with the way out where the provider's own words leave that open."""
        endpoint = await self.endpoints.reach(connection)
        told = way_out(endpoint, error, now=self._clock())
        return error if told is None else endpoint.without_secrets(error, told=told)

    async def preview(
        self, connection: Connection, request: ChatRequest, *, in_full: bool = True
    ) -> Outgoing:
        """Return exactly what `batches` would send first, its secrets covered.

        Their ends are shown only `in_full`, to who may see keys.
        """
        request, notices = post_process(request, connection.post_processing)
        endpoint = await self.endpoints.reach(connection)
        sent = await outgoing(endpoint, request, in_full=in_full)
        told = tuple(notice.text for notice in notices)
        return structs.replace(sent, notices=(*told, *sent.notices))

    async def stream(
        self,
        connection: Connection,
        request: ChatRequest,
        *,
        trail: Trail | None = None,
        asker: Asker | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Yield the answer's events one by one."""
        batches = self.batches(connection, request, trail=trail, asker=asker)
        async with aclosing(batches) as answer:
            async for events in answer:
                for event in events:
                    yield event

    async def _persist(
        self, endpoint: Endpoint, request: ChatRequest, trail: Trail, asker: Asker | None
    ) -> AsyncGenerator[list[Event], None]:
        """Yield the answer of the first try that gets one."""
        doors = self._in_turn(endpoint)
        done = 0
        while True:
            door, began = doors[0], False
            done += 1
            try:
                answering = self._ask(endpoint.source, request, door, trail, asker)
                async with aclosing(answering) as answer:
                    async for events in answer:
                        began = True
                        yield events
            except SourceError as error:
                if began:
                    raise
                trail.failed.append(Attempt(door.key, endpoint.without_secrets(error)))
                if waits_for_key(endpoint, door.key, error, now=self._clock()):
                    self.checks.watch(endpoint.connection)
                if len(doors) > 1 and try_other_key(error):
                    doors, done = doors[1:], 0
                elif moved := await self._moved(endpoint, error):
                    trail.failed[-1] = replace(trail.failed[-1], moved_from=door.link.endpoint)
                    endpoint, doors, done = moved, list(moved.doors), 0
                else:
                    await _wait_or_give_up(error, done, self._patience)
            else:
                self._answered[endpoint.connection.id] = door.link.endpoint
                if endpoint.source.ability is None:
                    self.standings.note_answer(endpoint.connection)
                # The answer is complete: a busy database must not spoil it.
                with suppress(StoreError):
                    await self.endpoints.note_worked(endpoint, door.key)
                return

    def _in_turn(self, endpoint: Endpoint) -> list[Door]:
        """Return the doors, those of the lowest rank first, beginning with another each time."""
        ranks = [door.key.rank if door.key else 0 for door in endpoint.doors]
        lowest = ranks.count(ranks[0])
        doors, others = list(endpoint.doors[:lowest]), list(endpoint.doors[lowest:])
        if len(doors) > 1:
            turn = self._turns.get(endpoint.connection.id, random.randrange(len(doors)))  # noqa: S311  # fairness, not secrecy
            self._turns[endpoint.connection.id] = turn + 1
            turn %= len(doors)
            doors = doors[turn:] + doors[:turn]
        return doors + others

    async def _moved(self, endpoint: Endpoint, error: SourceError) -> Endpoint | None:
        """Return the endpoint at the address that works, such as with `/v1`, and keep that.

        `None` when there is no better one, or this one is known to work.
        """
        known = self._answered.get(endpoint.connection.id) == endpoint.link.endpoint
        if endpoint.own_address or known or not is_elsewhere(error):
            return None
        address = await self._searches.find(endpoint)
        if address is None:
            return None
        self._answered[endpoint.connection.id] = address
        # That it cannot be kept is no reason not to answer.
        with suppress(StoreError):
            await self._searches.keep(endpoint, address)
        doors = (
            Door(structs.replace(each.link, endpoint=address), each.key) for each in endpoint.doors
        )
        return replace(endpoint, doors=tuple(doors))

    async def _ask(
        self,
        source: Source,
        request: ChatRequest,
        door: Door,
        trail: Trail,
        asker: Asker | None,
    ) -> AsyncGenerator[list[Event], None]:
        """Yield the answer's events, nothing before the model itself begins to answer.

        As long as nothing was yielded another try is possible.
        """
        transport: Transport = TimedTransport(door.link.transport, trail.waiting)
        if asker is not None:
            transport = OnBehalf(transport, asker)
        link = structs.replace(
            door.link,
            transport=transport,
            answer=secrets.token_hex(16),
        )
        held: list[Event] = []
        began = False
        try:
            async with aclosing(source.batches(request, link)) as answer:
                async for events in answer:
                    if began:
                        yield events
                        continue
                    held += events
                    if any(map(_is_answer, events)):
                        began = True
                        yield held
        except (GeneratorExit, asyncio.CancelledError):
            self._halts.order(source, structs.replace(link, transport=door.link.transport))
            raise
        except SourceError as error:
            # What is not waited for any longer, the server goes on with for nobody.
            if error.reason is Reason.TIMEOUT:
                self._halts.order(source, structs.replace(link, transport=door.link.transport))
            raise
        if held and not began:
            yield held


async def _wait_or_give_up(error: SourceError, done: int, patience: Patience) -> None:
    wait = wait_before_retry(error, done=done, patience=patience)
    if wait is None:
        raise error
    await asyncio.sleep(wait)


def _is_answer(event: Event) -> bool:
    return not isinstance(event, Noticed | Started)


def _refuse_early(endpoint: Endpoint, request: ChatRequest) -> None:
    """Refuse to ask a source that is no more, or cannot answer this or without a key."""
    name = endpoint.connection.name
    if request.prompt is not None and endpoint.source.text is None:
        raise InvalidInput(
            f"Connection {name!r} ({endpoint.source.title}) has no text completions: its models "
            "answer messages. Use POST /v1/chat/completions instead.",
            field="model",
        )
    if retired := endpoint.source.retired_at(endpoint.link):
        raise SourceError(Reason.NOT_FOUND, retired)
    if endpoint.lacks_its_key:
        raise KeyDetached(
            f"The key of connection {name!r} is not sent: it was entered for another address, or "
            f"the address has changed since. Enter it again {endpoint.key_place}."
        )
    if endpoint.own_address and not endpoint.has_key and endpoint.source.key_need == "required":
        page = f" Make one at {endpoint.source.key_page}." if endpoint.source.key_page else ""
        raise SourceError(
            Reason.AUTH,
            f"Connection {name!r} has no key yet.{page} Enter it {endpoint.key_place}.",
            status=401,
            code="no_key",
        )
