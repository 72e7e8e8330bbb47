"""Who is calling: one resolver for whatever a program or a browser shows, wherever it shows it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from tapster.app.sessions import PREFIX as SESSION_PREFIX
from tapster.app.sessions import digest_of
from tapster.core.errors import StoreError
from tapster.core.people import Caller, Person, Session
from tapster.gateway import AccessTokens
from tapster.store import Store

K = TypeVar("K")
V = TypeVar("V")

# Seconds for which what was looked up is good. Whoever is shut out anywhere is shut out here
# this much later; nothing is looked up through two of these, so the times do not add up.
_FRESH_FOR = 0.5
_MOST_KNOWN = 10_000
# Seconds between two notes that a session is used.
_SEEN_EVERY = 60.0


class Callers:
    """Recognises access tokens and sessions by the SHA-256 of the whole of them."""

    def __init__(
        self,
        *,
        store: Store,
        tokens: AccessTokens,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._people: _Fresh[str, Person] = _Fresh(self._look_up_person, clock)
        self._sessions: _Fresh[bytes, Session] = _Fresh(self._look_up_session, clock)

    async def find(self, shown: str) -> Caller | None:
        """Return who shows `shown`; `None` for anything unknown, ended, revoked or disabled."""
        if shown.startswith(SESSION_PREFIX):
            session = await self._sessions.get(digest_of(shown))
            person = await self._person(session.owner) if session else None
            if session is None or person is None:
                return None
            await self._mark_seen(session)
            return Caller(person=person, session=session)
        token = await self._tokens.recognise(shown)
        person = await self._person(token.owner) if token else None
        return Caller(person=person, token=token) if person else None

    async def still_valid(self, caller: Caller) -> bool:
        """Return whether `caller` may go on listening: nothing they showed has ended since.

        Cheap enough to be asked a few times a second for each stream that is open.
        """
        person = await self._person(caller.person.id)
        if person is None or person.role != caller.person.role:
            return False
        if caller.session is not None:
            return await self._sessions.get(caller.session.digest) is not None
        if caller.token is not None:
            return await self._tokens.still_good(caller.token)
        return True

    def forget(self) -> None:
        """Look everything up again: somebody was changed in this process."""
        self._people.forget()
        self._sessions.forget()

    async def _mark_seen(self, session: Session) -> None:
        """Note that a session is used, now and then: those unused longest make room for others."""
        now = self._clock()
        # The first use tells a browser that keeps its cookie from one that never comes back.
        since = session.seen_at if session.seen_at > session.created_at else 0.0
        if now - self._seen.get(session.id, since) < _SEEN_EVERY:
            return
        if len(self._seen) >= _MOST_KNOWN:
            self._seen.clear()
        self._seen[session.id] = now
        # Whoever is signed in stays so, whether or not that can be written.
        with suppress(StoreError):
            async with self._store.begin() as rows:
                await rows.sessions.mark_seen(session.id, now)

    async def _person(self, person_id: str) -> Person | None:
        person = await self._people.get(person_id)
        return None if person is None or person.is_disabled else person

    async def _look_up_person(self, person_id: str) -> Person | None:
        async with self._store.read() as rows:
            return await rows.people.by_id(person_id)

    async def _look_up_session(self, digest: bytes) -> Session | None:
        async with self._store.read() as rows:
            session = await rows.sessions.by_digest(digest)
        return session if session is not None and session.ends_at > self._clock() else None


class _Fresh(Generic[K, V]):
    """What was looked up a moment ago. Who asks at once shares one look."""

    def __init__(
        self, look: Callable[[K], Awaitable[V | None]], clock: Callable[[], float]
    ) -> None:
        self._look = look
        self._clock = clock
        self._known: dict[K, tuple[float, V]] = {}
        self._looking: dict[K, asyncio.Future[V | None]] = {}
        self._age = 0

    async def get(self, key: K) -> V | None:
        known = self._known.get(key)
        if known is not None and self._clock() - known[0] < _FRESH_FOR:
            return known[1]
        looking = self._looking.get(key)
        if looking is None:
            looking = self._looking[key] = asyncio.ensure_future(self._look_up(key, self._age))
            looking.add_done_callback(lambda done: self._looked_up(key, done))
        return await asyncio.shield(looking)

    def forget(self) -> None:
        self._known.clear()
        # A look that is under way may have begun before the change: it is told, but not kept.
        self._looking.clear()
        self._age += 1

    async def _look_up(self, key: K, age: int) -> V | None:
        began = self._clock()
        found = await self._look(key)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        if found is None:
            self._known.pop(key, None)
        elif age == self._age:
            self._known[key] = (began, found)
        return found

    def _looked_up(self, key: K, done: "asyncio.Future[V | None]") -> None:
        if self._looking.get(key) is done:
            del self._looking[key]
        if not done.cancelled():
            done.exception()  # whoever still waits is told; nobody may be left to
