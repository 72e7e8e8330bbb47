"""Backups: what one file holds, and what became of a restore."""

from typing import Literal

from msgspec import Struct

Kind = Literal["manual", "automatic", "before-restore", "before-update"]


class Contents(Struct, frozen=True, kw_only=True):
    """What a backup file says of itself: when and of what it was made, and the rows it holds."""

    made_at: float
    kind: Kind
    note: str = ""
    version: str
    schema: str
    database: Literal["sqlite", "postgresql"]
    counts: dict[str, int]


class Backup(Struct, frozen=True, kw_only=True):
    """A backup in the folder. `damage` says in a sentence why it cannot be used, if it cannot."""

    name: str
    size: int
    contents: Contents | None = None
    damage: str | None = None


class Restored(Struct, frozen=True, kw_only=True):
    """What a restore did.

    `before` names the backup of the state that was replaced; `rows` are how many were written,
    by table. Brought back as copies, `chats` are the new chats' ids, and `unchanged` is how many
    chats were left out because they are as they were.
    """

    name: str
    how: Literal["replace", "copies"]
    before: str | None = None
    rows: dict[str, int] = {}
    chats: tuple[str, ...] = ()
    unchanged: int = 0
