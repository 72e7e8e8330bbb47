"""A chat outside any database: its whole tree, told by the places of messages, not by ids."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from tapster.core.chats import CheckpointKind, Reply, TitledBy
from tapster.core.messages import Part, Role, joined_text
from tapster.core.requests import Settings

MOST_MESSAGES = 100_000
"""How many messages a chat that is written or read may have."""

Moment = Annotated[float, Meta(ge=0, lt=1e11)]
Place = Annotated[int, Meta(ge=1)]


class _Strict(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Earlier(_Strict, frozen=True, kw_only=True):
    """What a message said before it was edited."""

    parts: tuple[Part, ...] = ()
    reply: Reply | None = None
    created_at: Moment = 0.0
    replaced_at: Moment = 0.0


class Written(_Strict, frozen=True, kw_only=True):
    """A message. `below` is the place of the one above it, counted from 1."""

    below: Place | None = None
    role: Role
    author: str | None = None
    parts: tuple[Part, ...] = ()
    hidden: bool = False
    reply: Reply | None = None
    created_at: Moment = 0.0
    updated_at: Moment = 0.0
    earlier: tuple[Earlier, ...] = ()

    @property
    def text(self) -> str:
        """The visible words, joined."""
        return joined_text(self.parts)


class Named(_Strict, frozen=True, kw_only=True):
    """A checkpoint, or the end of a named branch: `message` is the place of what it names."""

    message: Place
    kind: CheckpointKind = "checkpoint"
    name: str
    created_at: Moment = 0.0


class Kept(_Strict, frozen=True, kw_only=True):
    """A file that messages refer to as `attachment:<number>`, counted from 1."""

    number: Place
    name: str
    media_type: str
    digest: str
    content: bytes = b""


class Conversation(_Strict, frozen=True, kw_only=True):
    """What is set of a chat. `head` is the place of the last message of the shown path."""

    title: str = ""
    titled_by: TitledBy = "nobody"
    connection: str | None = None
    model: str | None = None
    system: str = ""
    settings: Settings = Settings()
    character: str | None = None
    pinned: bool = False
    head: Place | None = None
    created_at: Moment = 0.0
    updated_at: Moment = 0.0


class Archive(Struct, frozen=True, kw_only=True):
    """A chat with its whole tree. Siblings are in the order of their places."""

    chat: Conversation
    messages: tuple[Written, ...] = ()
    names: tuple[Named, ...] = ()
    files: tuple[Kept, ...] = ()


def shown_path(archive: Archive) -> list[int]:
    """Return the places of the messages of the shown path, the first one first."""
    return list(_upwards(archive.messages, archive.chat.head))[::-1]


def places_below(archive: Archive) -> dict[int | None, list[int]]:
    """Return the places of what is right below each place, in order."""
    below: dict[int | None, list[int]] = {}
    for place, message in enumerate(archive.messages, start=1):
        below.setdefault(message.below, []).append(place)
    return below


def is_tree(messages: Sequence[Written]) -> bool:
    """Return whether every message hangs on another of these, or on none, and not on itself."""
    if any(each.below is not None and each.below > len(messages) for each in messages):
        return False
    # The round in which a place was met: met twice in one round is met on its own way up.
    met = [0] * (len(messages) + 1)
    for start in range(1, len(messages) + 1):
        for place in _upwards(messages, start):
            if met[place]:
                if met[place] == start:
                    return False
                break
            met[place] = start
    return True


def _upwards(messages: Sequence[Written], place: int | None) -> Iterator[int]:
    while place is not None:
        yield place
        place = messages[place - 1].below
