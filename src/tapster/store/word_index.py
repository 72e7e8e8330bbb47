"""The index of the words of messages: kept in the transaction that keeps the message."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from tapster.core.chats import ChatMessage
from tapster.core.words import words_of
from tapster.store.chat_tables import ON_ITS_WAY_TO
from tapster.store.transactions import Transaction

# PostgreSQL counts the places of words up to here.
_LAST_PLACE = 16_383

# Whose a chat is, or will be.
_OWNER = f"replace(owner, '{ON_ITS_WAY_TO}', '')"
_ADD = {
    True: text(
        "INSERT INTO message_words (rowid, words, place) "  # noqa: S608  # nothing in it is given
        f"SELECT :number, :words, 'o' || {_OWNER} || ' c' || :chat_id || ' r' || :role "
        "FROM chats WHERE id = :chat_id"
    ),
    False: text(
        "INSERT INTO message_words (number, words) "  # noqa: S608  # nothing in it is given
        "SELECT :number, CAST(:words AS tsvector) || array_to_tsvector("
        f"ARRAY['_o' || {_OWNER}, '_c' || CAST(:chat_id AS text), '_r' || CAST(:role AS text)]) "
        "FROM chats WHERE id = :chat_id"
    ),
}
_FORGET = {
    True: text("DELETE FROM message_words WHERE rowid = :number"),
    False: text("DELETE FROM message_words WHERE number = :number"),
}
_FORGET_CHAT = text(
    "DELETE FROM message_words WHERE rowid IN "
    "(SELECT number FROM messages WHERE chat_id = :chat_id)"
)


class WordIndex:
    """Which words occur in which message."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, messages: Sequence[ChatMessage]) -> None:
        """Index new messages."""
        rows = [self._row(message) for message in messages]
        statement = _ADD[self._transaction.is_sqlite]
        await self._transaction.write_all(statement, [row for row in rows if row["words"]])

    async def replace(self, message: ChatMessage) -> None:
        """Index a message anew."""
        forget = _FORGET[self._transaction.is_sqlite].bindparams(number=message.number)
        await self._transaction.write(forget, notable=False)
        await self.add([message])

    async def drop(self, numbers: Sequence[int]) -> None:
        """Drop the words of messages that are about to be removed."""
        if self._transaction.is_sqlite:  # in PostgreSQL they go with their messages
            statement = _FORGET[True]
            await self._transaction.write_all(statement, [{"number": each} for each in numbers])

    async def forget(self, chat_id: str) -> None:
        """Drop the words of a chat that is about to be removed."""
        if self._transaction.is_sqlite:  # as above
            await self._transaction.write(_FORGET_CHAT.bindparams(chat_id=chat_id), notable=False)

    def _row(self, message: ChatMessage) -> dict[str, Any]:
        words = words_of(message.text)
        return {
            "number": message.number,
            "chat_id": message.chat_id,
            "role": message.role,
            "words": " ".join(words) if self._transaction.is_sqlite else _vector(words),
        }


def _vector(words: Sequence[str]) -> str:
    """Return a tsvector as PostgreSQL writes it; words are letters and digits only."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(str(min(place, _LAST_PLACE)))
    return " ".join(f"'{word}':{','.join(at[:255])}" for word, at in places.items())
