"""Notes on what one transaction changes, for whoever is told once it is kept."""

from collections.abc import Iterator

from sqlalchemy import Connection as Wire
from sqlalchemy import select

from tapster.core.news import ChatChanged, News
from tapster.store.chat_tables import chats

# SQLite takes so many values in one statement, and more.
_AT_ONCE = 500


class Notes:
    """What there is to tell, each once; an owner that is `None` is everybody."""

    def __init__(self) -> None:
        self.chats: dict[str, None] = {}
        self.news: dict[tuple[str | None, News], None] = {}

    def chat(self, chat_id: str) -> None:
        """Note that a chat is changed. How it is in the end is looked up in the end."""
        self.chats[chat_id] = None

    def tell(self, news: News, *, to: str | None = None) -> None:
        """Note news."""
        self.news[to, news] = None

    def copy(self) -> "Notes":
        """Return notes that stay as they are."""
        kept = Notes()
        kept.become(self)
        return kept

    def become(self, other: "Notes") -> None:
        """Forget what was noted since `other` was copied."""
        self.chats, self.news = dict(other.chats), dict(other.news)

    def read(self, wire: Wire) -> Iterator[tuple[str | None, News]]:
        """Yield whom to tell what, as the transaction on `wire` leaves it."""
        ids = list(self.chats)
        columns = (chats.c.id, chats.c.owner, chats.c.version, chats.c.head, chats.c.deleted_at)
        for at in range(0, len(ids), _AT_ONCE):
            statement = select(*columns).where(chats.c.id.in_(ids[at : at + _AT_ONCE]))
            for row in wire.execute(statement):
                is_deleted = row.deleted_at is not None
                yield row.owner, ChatChanged(row.id, row.version, row.head, is_deleted)
        yield from self.news
