"""Walks through the tree of a chat, each only as far as it is asked for."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import CTE, ColumnElement, Integer, String, Text, cast, literal, select, type_coerce

from tapster.core.chats import ChatMessage, Line
from tapster.core.messages import Part
from tapster.store.chat_tables import messages
from tapster.store.structs import from_row
from tapster.store.transactions import Transaction

# So far it is climbed step by step; each takes some microseconds.
_NEAR = 500

_PARTS = msgspec.json.Decoder(tuple[Part, ...])
_LINK = (messages.c.id, messages.c.parent_id)
# As they rest, in the order of the fields of a line.
_LINE = (
    messages.c.id,
    messages.c.parent_id,
    messages.c.role,
    messages.c.author,
    messages.c.hidden,
    cast(messages.c.parts, Text).label("parts"),
)


class Paths:
    """The ways from messages up to the first one, and down to the ends of branches."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def up(self, message_id: str, *, limit: int) -> tuple[ChatMessage, ...]:
        """Return the message and those above it, newest first, at most `limit`."""
        walk = _climb(message_id, limit=limit)
        rows = await self._transaction.fetch(
            select(messages).join(walk, messages.c.id == walk.c.id).order_by(walk.c.step)
        )
        return tuple(from_row(row, ChatMessage) for row in rows)

    async def lines(self, message_id: str, *, limit: int) -> tuple[Line, ...]:
        """Return what prompts need of the message and of those above it, newest first."""
        walk = _climb(message_id, limit=limit, carried=_LINE)
        rows: Sequence[Any] = await self._transaction.fetch(select(walk).order_by(walk.c.step))
        decode = _PARTS.decode
        return tuple(
            [
                Line(own, above, role, author, hidden, decode(parts))
                for own, above, role, author, hidden, parts, _ in rows
            ]
        )

    async def down(self, message_id: str, leaf: str, *, limit: int) -> tuple[ChatMessage, ...]:
        """Return those below the message on the path to `leaf`, oldest first, at most `limit`.

        There are none when the path to `leaf` does not lead through the message.
        """
        numbers = (await self._between(message_id, leaf))[:limit]
        rows = await self._transaction.fetch(select(messages).where(messages.c.number.in_(numbers)))
        found = {row.number: from_row(row, ChatMessage) for row in rows}
        return tuple(found[number] for number in numbers)

    async def is_above(self, message_id: str, other: str) -> bool:
        """Return whether the path to `other` leads through, or ends at, the message."""
        return message_id == other or bool(await self._between(message_id, other))

    async def below(
        self, chat_id: str, message_id: str, *, deleted_at: float | None = None
    ) -> tuple[str, ...]:
        """Return the ids of the living messages below the message, itself first.

        With `deleted_at` those that were deleted at that moment.
        """
        tree = (
            select(messages.c.id, messages.c.number)
            .where(messages.c.id == message_id)
            .cte("tree", recursive=True)
        )
        tree = tree.union_all(
            select(messages.c.id, messages.c.number)
            .join(tree, messages.c.parent_id == tree.c.id)
            .where(
                messages.c.chat_id == chat_id,
                messages.c.deleted_at.is_not_distinct_from(deleted_at),
            )
        )
        rows = await self._transaction.fetch(select(tree.c.id))
        return tuple(row.id for row in rows)

    async def step_below(self, message_id: str | None, leaf: str) -> str | None:
        """Return the message right below this one (`None`: the first) on the path to `leaf`."""
        numbers = await self._between(message_id, leaf)
        if not numbers:
            return None
        rows = await self._transaction.fetch(
            select(messages.c.id).where(messages.c.number == numbers[0])
        )
        return str(rows[0].id)

    async def living_above(self, message_id: str | None) -> str | None:
        """Return the message if it lives, else the nearest one above it that does."""
        if message_id is None:
            return None
        lives = (messages.c.id == message_id, messages.c.deleted_at.is_(None))
        if await self._transaction.fetch(select(messages.c.id).where(*lives)):
            return message_id
        walk = _climb(message_id)
        statement = (
            select(messages.c.id)
            .join(walk, messages.c.id == walk.c.id)
            .where(messages.c.deleted_at.is_(None))
            .order_by(walk.c.step)
            .limit(1)
        )
        rows = await self._transaction.fetch(statement)
        return rows[0].id if rows else None

    async def leaf_of(self, chat_id: str, message_id: str) -> str:
        """Return the end of the branch that always takes the newest message below."""
        walk = select(
            literal(message_id, String).label("id"), literal(0, Integer).label("step")
        ).cte("walk", recursive=True)
        newest = (
            select(messages.c.id)
            .where(
                messages.c.chat_id == chat_id,
                messages.c.parent_id == walk.c.id,
                messages.c.deleted_at.is_(None),
            )
            .order_by(messages.c.number.desc())
            .limit(1)
            .scalar_subquery()
            .correlate(walk)
        )
        walk = walk.union_all(
            select(type_coerce(newest, String), walk.c.step + 1).where(walk.c.id.is_not(None))
        )
        statement = (
            select(walk.c.id).where(walk.c.id.is_not(None)).order_by(walk.c.step.desc()).limit(1)
        )
        rows = await self._transaction.fetch(statement)
        return str(rows[0].id)

    async def _between(self, message_id: str | None, leaf: str) -> list[int]:
        """Return the numbers of what is below the message on the path to `leaf`, oldest first.

        None are when the path does not lead through the message; `None` is above the first.
        """
        walk = _climb(leaf, until=message_id, limit=_NEAR, carried=(*_LINK, messages.c.number))
        rows = await self._transaction.fetch(select(walk).order_by(walk.c.step))
        if not rows:
            return []
        end = rows[-1]
        if end.parent_id is not None and end.id != message_id and len(rows) == _NEAR:
            return await self._far_between(message_id, leaf)
        if message_id is not None:
            rows = rows[:-1] if end.id == message_id else []
        return [row.number for row in reversed(rows)]

    async def _far_between(self, message_id: str | None, leaf: str) -> list[int]:
        """Do the same for a long way, out of the indexes of the whole chat alone.

        Most messages follow what was said right before them: only of the others it is read what
        they stand below.
        """
        ids = {leaf, message_id or leaf}
        ends = select(messages.c.id, messages.c.number, messages.c.chat_id).where(
            messages.c.id.in_(ids)
        )
        numbers = {row.id: row for row in await self._transaction.fetch(ends)}
        if len(numbers) < len(ids):
            return []
        above = messages.alias("above")
        turns: Any = await self._transaction.fetch(
            select(messages.c.number, above.c.number)
            .outerjoin(above, above.c.id == messages.c.parent_id)
            .where(
                messages.c.chat_id == numbers[leaf].chat_id,
                above.c.number.is_distinct_from(messages.c.number - 1),
            )
        )
        parents: dict[int, int | None] = dict(turns)
        found: list[int] = []
        goal = numbers[message_id].number if message_id else None
        at: int | None = numbers[leaf].number
        while at is not None and at != goal:
            found.append(at)
            at = parents[at] if at in parents else at - 1
        return found[::-1] if at == goal else []


def _climb(
    message_id: str,
    *,
    limit: int | None = None,
    until: str | None = None,
    carried: Sequence[ColumnElement[Any]] = _LINK,
) -> CTE:
    """Return the walk from a message up to the first one, to `until`, or `limit` messages far.

    `carried` are the columns it has beside the number of the step.
    """
    walk = (
        select(*carried, literal(0, Integer).label("step"))
        .where(messages.c.id == message_id)
        .cte("walk", recursive=True)
    )
    further = select(*carried, walk.c.step + 1).join(walk, messages.c.id == walk.c.parent_id)
    if limit is not None:
        further = further.where(walk.c.step + 1 < limit)
    if until is not None:
        further = further.where(walk.c.id != until)
    return walk.union_all(further)
