"""People, their passwords and their sessions as rows."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select, update

from tapster.core.errors import Conflict, NotFound
from tapster.core.people import Person, Session
from tapster.store.people_tables import passwords, people, sessions
from tapster.store.structs import from_row, to_columns
from tapster.store.transactions import Transaction


class People:
    """Everyone who has an account, oldest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def all(self) -> tuple[Person, ...]:
        """Return everyone."""
        statement = select(people).order_by(people.c.created_at, people.c.handle)
        return tuple(from_row(row, Person) for row in await self._transaction.fetch(statement))

    async def by_id(self, person_id: str) -> Person | None:
        """Return the person `person_id`, if there is one."""
        return await self._one(people.c.id == person_id)

    async def by_handle(self, handle: str) -> Person | None:
        """Return the person whose name has the form `handle`, if there is one."""
        return await self._one(people.c.handle == handle)

    async def add(self, person: Person) -> None:
        """Keep a new person. Raises `Conflict` when the name is taken."""
        await self._refuse_taken(person)
        await self._transaction.write(insert(people).values(to_columns(person)))

    async def replace(self, person: Person) -> None:
        """Keep a changed person. Raises `Conflict` for a taken name, or `NotFound`."""
        await self._refuse_taken(person)
        statement = update(people).where(people.c.id == person.id).values(to_columns(person))
        if not await self._transaction.write(statement):
            raise NotFound(f"The person {person.name!r} was removed in the meantime.")

    async def remove(self, person_id: str) -> None:
        """Remove a person with all that is theirs. Raises `NotFound`."""
        if not await self._transaction.write(delete(people).where(people.c.id == person_id)):
            raise NotFound("There is no such person: they may have been removed already.")

    async def password_of(self, person_id: str) -> str | None:
        """Return the hash of the person's password, if they have one."""
        statement = select(passwords.c.sealed).where(passwords.c.person_id == person_id)
        found = await self._transaction.fetch(statement)
        return str(found[0].sealed) if found else None

    async def keep_password(self, person_id: str, sealed: str, *, at: float) -> None:
        """Put the hash `sealed` in the place of the one before."""
        await self._transaction.write(delete(passwords).where(passwords.c.person_id == person_id))
        values = {"person_id": person_id, "sealed": sealed, "changed_at": at}
        await self._transaction.write(insert(passwords).values(values))

    async def with_password(self) -> frozenset[str]:
        """Return the ids of those who have a password."""
        found = await self._transaction.fetch(select(passwords.c.person_id))
        return frozenset(row.person_id for row in found)

    async def _one(self, condition: ColumnElement[bool]) -> Person | None:
        found = await self._transaction.fetch(select(people).where(condition))
        return from_row(found[0], Person) if found else None

    async def _refuse_taken(self, person: Person) -> None:
        other = await self.by_handle(person.handle)
        if other is not None and other.id != person.id:
            raise Conflict(f"There is a person called {other.name!r} already: choose another name.")


class Sessions:
    """Where people are signed in, oldest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, owner: str) -> tuple[Session, ...]:
        """Return the sessions of a person."""
        return await self._find(
            select(sessions)
            .where(sessions.c.owner == owner)
            .order_by(sessions.c.created_at, sessions.c.id)
        )

    async def by_digest(self, digest: bytes) -> Session | None:
        """Return the session whose secret has this SHA-256, if there is one."""
        found = await self._find(select(sessions).where(sessions.c.digest == digest))
        return found[0] if found else None

    async def add(self, session: Session) -> None:
        """Keep a new session."""
        await self._transaction.write(insert(sessions).values(to_columns(session)))

    async def remove(self, owner: str, session_id: str) -> None:
        """End a session of `owner`. Raises `NotFound`, for another's as for none at all."""
        statement = delete(sessions).where(sessions.c.id == session_id, sessions.c.owner == owner)
        if not await self._transaction.write(statement):
            raise NotFound("There is no such session: it may have ended already.")

    async def remove_of(self, owner: str, *, but: str | None = None) -> int:
        """End all sessions of `owner`, except the one with the id `but`; return how many."""
        ended = sessions.c.owner == owner
        if but is not None:
            ended &= sessions.c.id != but
        return await self._transaction.write(delete(sessions).where(ended))

    async def remove_ended(self, now: float) -> None:
        """Forget the sessions whose time is over."""
        await self._transaction.write(
            delete(sessions).where(sessions.c.ends_at <= now), notable=False
        )

    async def keep_newest(self, owner: str, count: int, *, new: str) -> None:
        """End all sessions of `owner` but `new` and those used last, `count` of them in all.

        Those nobody came back to go before those in use.
        """
        order = case((sessions.c.id == new, 0), (sessions.c.seen_at > sessions.c.created_at, 1))
        rank = func.row_number().over(
            order_by=(func.coalesce(order, 2), sessions.c.seen_at.desc(), sessions.c.id)
        )
        own = select(sessions.c.id, rank.label("rank")).where(sessions.c.owner == owner)
        ranked = own.subquery()
        older = select(ranked.c.id).where(ranked.c.rank > count)
        await self._transaction.write(delete(sessions).where(sessions.c.id.in_(older)))

    async def mark_seen(self, session_id: str, at: float) -> None:
        """Note that the session was used at `at`."""
        await self._transaction.write(
            update(sessions).where(sessions.c.id == session_id).values(seen_at=at), notable=False
        )

    async def _find(self, statement: Select[Any]) -> tuple[Session, ...]:
        return tuple(from_row(row, Session) for row in await self._transaction.fetch(statement))
