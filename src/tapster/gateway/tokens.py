"""Access tokens: what a program shows to the gateway, and what it may then do."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from contextlib import suppress

from msgspec import structs

from tapster.core.errors import Conflict, InvalidInput, NotFound, StoreError
from tapster.core.keys import AccessToken
from tapster.core.people import ME
from tapster.core.secrets import Secret
from tapster.store import Store

PREFIX = "tap-"
SCOPES = ("chat", "models", "api", "admin")
USUAL_SCOPES = ("chat", "models")
_LONGEST_NAME = 100
_SEEN_AGAIN_AFTER = 60.0
_FRESH_FOR = 0.5


class AccessTokens:
    """Makes, lists, revokes and recognises access tokens. Only their SHA-256 is kept."""

    def __init__(
        self,
        store: Store,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._new_id = new_id
        self._clock = clock
        self._known: dict[bytes, tuple[float, AccessToken]] = {}
        # When the last use of a token was noted here, or could not be.
        self._noted: dict[str, float] = {}
        self._looking: dict[bytes, asyncio.Task[AccessToken | None]] = {}

    async def create(
        self,
        name: str,
        *,
        owner: str = ME,
        scopes: tuple[str, ...] = USUAL_SCOPES,
        connections: tuple[str, ...] | None = None,
        models: tuple[str, ...] | None = None,
        lasts: float | None = None,
    ) -> tuple[AccessToken, Secret]:
        """Make a token of `owner`; its secret is returned this once. `lasts` is in seconds."""
        name = name.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InvalidInput(
                f"Give the token a name of 1 to {_LONGEST_NAME} printable characters, so that you "
                "know it later.",
                field="name",
            )
        if unknown := set(scopes) - set(SCOPES):
            raise InvalidInput(
                f"There is no scope {', '.join(sorted(unknown))}; there are: {', '.join(SCOPES)}.",
                field="scopes",
            )
        if not scopes:
            raise InvalidInput("A token without any scope could do nothing.", field="scopes")
        if {"api", "admin"} & set(scopes) and (connections is not None or models is not None):
            raise InvalidInput(
                "A token limited to connections or models is for the gateway: the scopes api and "
                "admin reach beyond them. Make two tokens.",
                field="scopes",
            )
        if "admin" in scopes and "api" not in scopes:
            raise InvalidInput("The scope admin adds to the scope api: name both.", field="scopes")
        if lasts is not None and not lasts > 0:
            raise InvalidInput("A token must last longer than no time at all.", field="lasts")
        secret = Secret(PREFIX + secrets.token_urlsafe(32))
        now = self._clock()
        token = AccessToken(
            id=self._new_id(),
            owner=owner,
            name=name,
            digest=_digest(secret.reveal()),
            last4=secret.last4,
            scopes=scopes,
            connections=connections,
            models=tuple(map(_exact_name, models)) if models is not None else None,
            created_at=now,
            expires_at=now + lasts if lasts else None,
        )
        async with self._store.begin() as rows:
            if await rows.tokens.by_name(name, owner=owner) is not None:
                raise Conflict(
                    f"There is a token called {name!r} already. Choose another name, or revoke it "
                    f"first: tapster tokens revoke {name}"
                )
            await rows.tokens.add(token)
        return token, secret

    async def all(self) -> tuple[AccessToken, ...]:
        """Return every token, without its secret, which nobody has."""
        async with self._store.read() as rows:
            return tuple(await rows.tokens.all())

    async def of(self, owner: str) -> tuple[AccessToken, ...]:
        """Return the tokens of a person."""
        async with self._store.read() as rows:
            return await rows.tokens.of(owner)

    async def revoke(self, which: str, *, owner: str | None = None) -> AccessToken:
        """End the token of this name or id, of `owner` alone where one is given.

        Programs that show it are refused from then on.
        """
        which = which.strip()
        async with self._store.begin() as rows:
            every = await rows.tokens.all() if owner is None else await rows.tokens.of(owner)
            found = [token for token in every if token.id == which] or [
                token for token in every if token.name == which
            ]
            if not found:
                raise NotFound(f"There is no token {which!r}. See `tapster tokens list`.")
            if len(found) > 1:
                raise InvalidInput(
                    f"{len(found)} people have a token {which!r}: give the id of one, from "
                    "`tapster tokens list --json`.",
                    field="name",
                )
            await rows.tokens.remove(found[0].id)
        self._known.clear()
        return found[0]

    async def still_good(self, token: AccessToken) -> bool:
        """Return whether a token that was recognised would be recognised again."""
        return await self._recognise(token.digest) is not None

    async def recognise(self, shown: str) -> AccessToken | None:
        """Return the token whose secret is `shown`, or `None` for anything else."""
        return await self._recognise(_digest(shown))

    async def _recognise(self, digest: bytes) -> AccessToken | None:
        now = self._clock()
        known = self._known.get(digest)
        if known and now - known[0] < _FRESH_FOR:
            return None if _is_over(known[1], now) else known[1]
        # Requests that come at once with the same token share one look at the database.
        looking = self._looking.get(digest)
        if looking is None:
            looking = self._looking[digest] = asyncio.ensure_future(self._look_up(digest, now))
            looking.add_done_callback(lambda done: self._looked_up(digest, done))
        return await asyncio.shield(looking)

    def _looked_up(self, digest: bytes, done: "asyncio.Task[AccessToken | None]") -> None:
        del self._looking[digest]
        if not done.cancelled():
            done.exception()  # whoever still waits is told; nobody may be left to

    async def _look_up(self, digest: bytes, now: float) -> AccessToken | None:
        async with self._store.read() as rows:
            token = await rows.tokens.by_digest(digest)
        if token is None or _is_over(token, now):
            self._known.pop(digest, None)
            return None
        token = await self._note_used(token, now)
        self._known[digest] = (now, token)
        return token

    async def _note_used(self, token: AccessToken, now: float) -> AccessToken:
        """Note at most once a minute that `token` is used; a busy database refuses nobody."""
        noted = max(token.last_used_at or 0, self._noted.get(token.id, 0))
        if now - noted <= _SEEN_AGAIN_AFTER:
            return token
        self._noted[token.id] = now
        with suppress(StoreError):
            async with self._store.begin() as rows:
                await rows.tokens.mark_used(token.id, now)
            return structs.replace(token, last_used_at=now)
        return token


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _exact_name(model: str) -> str:
    """Return the one spelling under which the gateway knows `model`."""
    slug, slash, rest = model.strip().partition("/")
    if not slash or not slug or not rest:
        raise InvalidInput(
            f"{model!r} is not the full name of a model: write <connection>/<model id>, as "
            "GET /v1/models lists it.",
            field="models",
        )
    return f"{slug.casefold()}/{rest}"


def _is_over(token: AccessToken, now: float) -> bool:
    return token.expires_at is not None and token.expires_at <= now
