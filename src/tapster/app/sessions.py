"""Where people are signed in: with a password, or without one while nobody has any."""

import hashlib
import secrets
import time
from collections.abc import Callable

from tapster.app.backoff import Backoff, begin_all
from tapster.core.errors import NotSignedIn
from tapster.core.people import ME, Person, Session, handle_of
from tapster.core.secrets import Secret
from tapster.store import Rows, Store
from tapster.vault import Passwords

PREFIX = "tas-"
LASTS = 30 * 86_400.0
"""Seconds after which a person signs in again."""

_MOST = 50
_LONGEST_AGENT = 200


class Sessions:
    """The desk where people sign in and out. Of a session's secret only the SHA-256 is kept."""

    def __init__(
        self,
        *,
        store: Store,
        passwords: Passwords,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
        by_name: Backoff | None = None,
        by_address: Backoff | None = None,
        by_account: Backoff | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._new_id = new_id
        self._clock = clock
        self._by_name = by_name or Backoff()
        # A household or office shares an address; nobody there forgets this often at once.
        self._by_address = by_address or Backoff(free=30)
        # Guesses from many addresses are slowed down, without shutting the person out for long.
        self._by_account = by_account or Backoff(free=50, longest=30.0)
        self._changed = changed

    async def sign_in(
        self, name: str, password: Secret, *, address: str, agent: str = ""
    ) -> tuple[Person, Secret]:
        """Return the person and the secret of a new session.

        Raises `NotSignedIn` in the same words and time for whatever is wrong, and `TooOften`
        after too many tries for one name, or from one address. An empty `address` is one that
        says nothing of who asks: a stranger's tries for other names then shut nobody out.
        """
        handle = handle_of(name[:200])
        named = f"{address} {handle}"
        tries = [(self._by_name, named), (self._by_account, handle)]
        tries += [(self._by_address, address)] if address else []
        begin_all(tries)
        async with self._store.read() as rows:
            person = await rows.people.by_handle(handle)
            sealed = await rows.people.password_of(person.id) if person else None
        fits = await self._passwords.fits(sealed, password)
        async with self._store.begin() as rows:
            # They may have been disabled, or given another password, in the meantime.
            person = await rows.people.by_handle(handle)
            if (
                not fits
                or person is None
                or person.is_disabled
                or await rows.people.password_of(person.id) != sealed
            ):
                raise NotSignedIn("The name or the password is wrong.")
            secret = await self._open(rows, person, agent)
        self._by_name.succeed(named)
        self._by_account.succeed(handle)
        # Who knows one password may still be guessing others.
        self._by_address.take_back(address)
        return person, secret

    async def enter(self, *, agent: str = "") -> tuple[Person, Secret] | None:
        """Return the person of single-person mode and a new session; `None` once sign-in is due."""
        async with self._store.begin() as rows:
            me = await rows.people.by_id(ME)
            if me is None or me.is_disabled or await rows.people.with_password():
                return None
            return me, await self._open(rows, me, agent)

    async def of(self, owner: str) -> tuple[Session, ...]:
        """Return the sessions of a person, oldest first."""
        now = self._clock()
        async with self._store.read() as rows:
            return tuple([each for each in await rows.sessions.of(owner) if each.ends_at > now])

    async def end(self, owner: str, session_id: str) -> None:
        """Sign out. Raises `NotFound`, for another's session as for none at all."""
        async with self._store.begin() as rows:
            await rows.sessions.remove(owner, session_id)
        self._changed()

    async def _open(self, rows: Rows, person: Person, agent: str) -> Secret:
        secret = Secret(PREFIX + secrets.token_urlsafe(32))
        now = self._clock()
        session_id = self._new_id()
        await rows.sessions.remove_ended(now)
        await rows.sessions.add(
            Session(
                id=session_id,
                owner=person.id,
                digest=digest_of(secret.reveal()),
                agent=_printable(agent),
                created_at=now,
                seen_at=now,
                ends_at=now + LASTS,
            )
        )
        await rows.sessions.keep_newest(person.id, _MOST, new=session_id)
        return secret


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of the whole of `secret`."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _printable(agent: str) -> str:
    return "".join(filter(str.isprintable, agent))[:_LONGEST_AGENT]
