"""Search through the words of all messages of a person, on both databases alike."""

from typing import Any

from sqlalchemy import ColumnElement, column, func, select, table, text

from tapster.core.chats import ChatMessage, Hit, HitPage
from tapster.core.messages import Role
from tapster.core.words import Term, read_query, snippet_of
from tapster.store.chat_tables import chats, messages
from tapster.store.structs import from_row
from tapster.store.transactions import Transaction

# A date range of more messages than this is so wide that hits in it are soon found without
# knowing where it lies, and a character of more chats is met as often.
_WIDE = 50_000
_MANY_CHATS = 200

_TITLE = chats.c.title.label("chat_title")


class Searches:
    """What is found in living messages of living chats."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(
        self,
        owner: str,
        query: str,
        *,
        role: Role | None = None,
        character: str | None = None,
        chat_id: str | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int = 20,
        after: int | None = None,
    ) -> HitPage:
        """Return the newest messages of `owner` in which all of `query` occurs.

        Words, "phrases" and prefixes* are understood; `after` is the `next` of an earlier page.
        """
        terms = read_query(query)
        if not terms:
            return HitPage()
        place = [[f"o{owner}"]]
        place += [[f"c{chat_id}"]] if chat_id is not None else []
        place += [[f"r{role}"]] if role is not None else []
        if character is not None:
            known = await self._chats_of(owner, character)
            if not known:
                return HitPage()
            place += [[f"c{one}" for one in known]] if len(known) <= _MANY_CHATS else []
        number, matches = (_on_sqlite if self._transaction.is_sqlite else _on_postgresql)(
            terms, place
        )
        conditions = [
            matches,
            chats.c.owner == owner,
            chats.c.deleted_at.is_(None),
            messages.c.deleted_at.is_(None),
        ]
        conditions += [messages.c.chat_id == chat_id] if chat_id is not None else []
        conditions += [chats.c.character == character] if character is not None else []
        conditions += [messages.c.created_at >= since] if since is not None else []
        conditions += [messages.c.created_at < until] if until is not None else []
        conditions += [number < after] if after is not None else []
        if since is not None or until is not None:
            conditions += await self._numbers_within(number, since, until)
        words = number.table
        rows = await self._transaction.fetch(
            select(messages, _TITLE)
            .select_from(words)
            .join(messages, messages.c.number == number)
            .join(chats, chats.c.id == messages.c.chat_id)
            .where(*conditions)
            .order_by(number.desc())
            .limit(limit + 1)
        )
        hits = tuple(
            _hit(from_row(row, ChatMessage), row.chat_title, terms) for row in rows[:limit]
        )
        return HitPage(hits=hits, next=hits[-1].number if len(rows) > limit else None)

    async def _chats_of(self, owner: str, character: str) -> list[str]:
        statement = select(chats.c.id).where(
            chats.c.owner == owner, chats.c.character == character, chats.c.deleted_at.is_(None)
        )
        rows = await self._transaction.fetch(statement.limit(_MANY_CHATS + 1))
        return [row.id for row in rows]

    async def _numbers_within(
        self, number: ColumnElement[int], since: float | None, until: float | None
    ) -> list[ColumnElement[bool]]:
        """Return between which numbers the messages of a time lie, where it helps to know.

        Numbers grow with time but for imported messages: newer ones need not be looked through.
        """
        dated = select(messages.c.number)
        dated = dated if since is None else dated.where(messages.c.created_at >= since)
        dated = dated if until is None else dated.where(messages.c.created_at < until)
        if since is not None:
            dated = dated.limit(_WIDE + 1)
        within = dated.subquery()
        bounds = select(
            func.min(within.c.number).label("least"),
            func.max(within.c.number).label("most"),
            func.count().label("within"),
        )
        (found,) = await self._transaction.fetch(bounds)
        if since is not None and found.within > _WIDE:
            return []
        return [number >= (found.least or 0), number <= (found.most or 0)]


def _hit(message: ChatMessage, title: str, terms: tuple[Term, ...]) -> Hit:
    return Hit(
        chat_id=message.chat_id,
        chat_title=title,
        message_id=message.id,
        number=message.number,
        role=message.role,
        author=message.author,
        created_at=message.created_at,
        snippet=snippet_of(message.text, terms),
    )


def _on_sqlite(terms: tuple[Term, ...], place: list[list[str]]) -> tuple[Any, ColumnElement[bool]]:
    asked = [
        *(f'words : "{" ".join(term.words)}"{"*" if term.prefix else ""}' for term in terms),
        *("(" + " OR ".join(map(_place, any_of)) + ")" for any_of in place),
    ]
    index = table("message_words", column("rowid"))
    matches = text("message_words MATCH :asked").bindparams(asked=" AND ".join(asked))
    return index.c.rowid, matches  # type: ignore[return-value]


def _on_postgresql(
    terms: tuple[Term, ...], place: list[list[str]]
) -> tuple[Any, ColumnElement[bool]]:
    asked = [
        *(_phrase(term) for term in terms),
        *("(" + " | ".join(map(_lexeme, any_of)) + ")" for any_of in place),
    ]
    index = table("message_words", column("number"))
    matches = text("message_words.words @@ CAST(:asked AS tsquery)")
    return index.c.number, matches.bindparams(asked=" & ".join(asked))  # type: ignore[return-value]


def _place(one: str) -> str:
    return 'place : "{}"'.format(one.replace('"', '""'))


def _lexeme(one: str) -> str:
    return "'_{}'".format(one.replace("\\", "\\\\").replace("'", "''"))


def _phrase(term: Term) -> str:
    *firsts, last = (f"'{word}'" for word in term.words)
    return " <-> ".join([*firsts, last + (":*" if term.prefix else "")])
