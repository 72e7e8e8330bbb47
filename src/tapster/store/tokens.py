"""Access tokens as rows: only the digest of a token's secret is kept."""

from sqlalchemy import ColumnElement, delete, insert, select, update

from tapster.core.errors import Conflict, NotFound
from tapster.core.keys import AccessToken
from tapster.core.people import ME
from tapster.store.structs import from_row, to_columns
from tapster.store.tables import access_tokens
from tapster.store.transactions import Transaction


class Tokens:
    """Access tokens, oldest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def all(self) -> tuple[AccessToken, ...]:
        """Return every access token."""
        rows = await self._transaction.fetch(
            select(access_tokens).order_by(access_tokens.c.created_at, access_tokens.c.name)
        )
        return tuple(from_row(row, AccessToken) for row in rows)

    async def by_digest(self, digest: bytes) -> AccessToken | None:
        """Return the token whose secret has this SHA-256, if it exists."""
        return await self._one(access_tokens.c.digest == digest)

    async def by_name(self, name: str, *, owner: str = ME) -> AccessToken | None:
        """Return the token of `owner` called `name`, if it exists."""
        return await self._one((access_tokens.c.name == name) & (access_tokens.c.owner == owner))

    async def of(self, owner: str) -> tuple[AccessToken, ...]:
        """Return the tokens of a person."""
        return tuple([token for token in await self.all() if token.owner == owner])

    async def add(self, token: AccessToken) -> None:
        """Keep a new token. Raises `Conflict` when its name is taken."""
        if await self.by_name(token.name, owner=token.owner) is not None:
            raise Conflict(
                f"An access token named {token.name!r} exists already: choose another name, or "
                "revoke that one first."
            )
        await self._transaction.write(insert(access_tokens).values(to_columns(token)))

    async def remove(self, token_id: str) -> None:
        """Revoke a token for good. Raises `NotFound` when it is gone."""
        statement = delete(access_tokens).where(access_tokens.c.id == token_id)
        if not await self._transaction.write(statement):
            raise NotFound("There is no such access token: it may have been revoked already.")

    async def mark_used(self, token_id: str, at: float) -> None:
        """Note that the token was shown at `at`, in seconds since the epoch."""
        await self._transaction.write(
            update(access_tokens).where(access_tokens.c.id == token_id).values(last_used_at=at),
            notable=False,
        )

    async def _one(self, condition: ColumnElement[bool]) -> AccessToken | None:
        found = await self._transaction.fetch(select(access_tokens).where(condition))
        return from_row(found[0], AccessToken) if found else None
