"""Chats as trees: messages below messages, earlier versions, named places, what was changed."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from tapster.core.errors import Reason
from tapster.core.events import Failed, FinishReason
from tapster.core.messages import Part, Role, joined_text
from tapster.core.requests import Settings
from tapster.core.usage import Usage

TitledBy = Literal["nobody", "opening", "model", "person"]
CheckpointKind = Literal["checkpoint", "branch"]
ChangeKind = Literal[
    "say",
    "reply",
    "edit",
    "hide",
    "unhide",
    "move",
    "delete",
    "delete-below",
    "restore",
    "rename",
    "configure",
    "pin",
    "delete-chat",
    "restore-chat",
    "add-checkpoint",
    "rename-checkpoint",
    "remove-checkpoint",
]
ChangeState = Literal["done", "undone", "dropped"]

ATTACHMENT = "attachment:"
"""What the url of a part begins with that refers to an attachment by its id."""


class Chat(Struct, frozen=True, kw_only=True):
    """A conversation of one person: a tree of messages, and where in it the person is.

    `head` is the last message of the path that is shown. `version` counts what a person set;
    a moved head is a change of view and does not count.
    """

    id: str
    owner: str
    title: str = ""
    titled_by: TitledBy = "nobody"
    connection: str | None = None
    model: str | None = None
    system: str = ""
    settings: Settings = Settings()
    character: str | None = None
    head: str | None = None
    pinned: bool = False
    created_at: float = 0.0
    updated_at: float = 0.0
    version: int = 1
    deleted_at: float | None = None


class ChatFields(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person may set of a chat; what is not given stays as it is."""

    title: str | UnsetType = UNSET
    connection: str | UnsetType | None = UNSET
    model: str | UnsetType | None = UNSET
    system: str | UnsetType = UNSET
    settings: Settings | UnsetType = UNSET
    character: str | UnsetType | None = UNSET
    pinned: bool | UnsetType = UNSET


class FailedTry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A try that failed before the answer came, or before it was given up.

    `status` is the provider's HTTP status, `key` the end of the key that was shown. `address` is
    the path that was tried, where the API was then found at another one. The answers of members
    are kept without these two.
    """

    reason: Reason
    message: str
    status: int | None = None
    key: str | None = None
    address: str | None = None


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an answer came to be. `answered_by` is the provider's own name of the model.

    Before `first_text_at`, the first visible word, the model may have thought.

    `attempts` are the tries that failed before it. `sent_from` is the first message of the chat
    that was sent, where there was no room for those before it.
    """

    connection: str | None = None
    source: str | None = None
    model: str | None = None
    answered_by: str | None = None
    usage: Usage | None = None
    finish: FinishReason | Literal["stopped", "interrupted", "failed"] | None = None
    raw_finish: str | None = None
    error: Failed | None = None
    notices: tuple[str, ...] = ()
    attempts: tuple[FailedTry, ...] = ()
    sent_from: str | None = None
    began_at: float | None = None
    first_token_at: float | None = None
    first_text_at: float | None = None
    ended_at: float | None = None


class ChatMessage(Struct, frozen=True, kw_only=True):
    """One message of a chat.

    `number` grows with every message of the database and orders siblings; the store gives it.
    `run_id` is the run that wrote it last; `editions` counts its earlier versions.
    """

    id: str
    chat_id: str
    parent_id: str | None = None
    number: int = 0
    role: Role
    author: str | None = None
    parts: tuple[Part, ...] = ()
    hidden: bool = False
    reply: Reply | None = None
    run_id: str | None = None
    editions: int = 0
    created_at: float = 0.0
    updated_at: float = 0.0
    version: int = 1
    deleted_at: float | None = None

    @property
    def text(self) -> str:
        """The visible words, joined."""
        return joined_text(self.parts)


class Line(Struct, frozen=True, gc=False):
    """What of a message goes into a prompt: of long chats, no more than that is read."""

    id: str
    parent_id: str | None
    role: Role
    author: str | None
    hidden: bool
    parts: tuple[Part, ...]


class Edition(Struct, frozen=True, kw_only=True):
    """An earlier version of a message: what it said until `replaced_at`."""

    id: str
    message_id: str
    number: int = 0
    parts: tuple[Part, ...] = ()
    reply: Reply | None = None
    run_id: str | None = None
    created_at: float = 0.0
    replaced_at: float = 0.0
    deleted_at: float | None = None


class Checkpoint(Struct, frozen=True, kw_only=True):
    """A named place in a chat: a point to come back to, or the end of a named branch."""

    id: str
    chat_id: str
    message_id: str
    kind: CheckpointKind = "checkpoint"
    name: str
    created_at: float = 0.0
    deleted_at: float | None = None


class Patch(Struct, frozen=True, kw_only=True):
    """Fields of some rows before and after a change. Rows never vanish: they are marked."""

    noun: Literal["chat", "message", "edition", "checkpoint"]
    ids: tuple[str, ...]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


class Change(Struct, frozen=True, kw_only=True):
    """A line of a chat's journal. `subject` is the id of what was changed, where it is one."""

    number: int = 0
    chat_id: str
    person: str
    kind: ChangeKind
    subject: str | None = None
    at: float
    state: ChangeState = "done"


class Placed(Struct, frozen=True, kw_only=True):
    """A message where it stands: the `swipe`th (from 0) of `swipes` alternatives."""

    message: ChatMessage
    swipe: int = 0
    swipes: int = 1


class Window(Struct, frozen=True, kw_only=True):
    """A stretch of a path, oldest first. `leaf` is the end of the path it belongs to."""

    chat: Chat
    messages: tuple[Placed, ...] = ()
    leaf: str | None = None
    more_before: bool = False
    more_after: bool = False


class Opening(Struct, frozen=True, gc=False):
    """How a message begins."""

    role: Role
    author: str | None
    created_at: float
    text: str


class Segment(Struct, frozen=True, kw_only=True):
    """Messages that follow one another without a fork: `count` of them, `first` to `last`.

    `parent` is the message above `first`: the last one of another segment, or none. `text` is
    how the first message begins; `names` are the checkpoints and branches named in here;
    `on_path` says that the path that is shown leads through.
    """

    first: str
    last: str
    parent: str | None = None
    count: int = 1
    role: Role
    author: str | None = None
    text: str = ""
    created_at: float
    ends_at: float
    names: tuple[str, ...] = ()
    on_path: bool = False


class Outline(Struct, frozen=True, kw_only=True):
    """The tree of a chat in segments, each below the one it hangs on, in order.

    With `more` there are further segments; the shown path is in here first of all.
    """

    segments: tuple[Segment, ...] = ()
    head: str | None = None
    more: bool = False


class ChatListed(Chat, frozen=True, kw_only=True):
    """A chat as it stands in a list: how many messages it has, and the last words.

    `messages` is counted up to 200. `preview` is how the last message of the shown path begins.
    """

    messages: int = 0
    preview: str = ""


class ChatPage(Struct, frozen=True, kw_only=True):
    """Some chats of a list; `next` asks for those after them, where there are more."""

    chats: tuple[ChatListed, ...] = ()
    next: str | None = None


class Snippet(Struct, frozen=True, kw_only=True):
    """Words around what was found. `marks` are ranges of `text`: from, up to."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class Hit(Struct, frozen=True, kw_only=True):
    """A message that was found."""

    chat_id: str
    chat_title: str
    message_id: str
    number: int
    role: Role
    author: str | None = None
    created_at: float
    snippet: Snippet


class HitPage(Struct, frozen=True, kw_only=True):
    """What a search found, newest first; `next` asks for older ones, where there are more."""

    hits: tuple[Hit, ...] = ()
    next: int | None = None


class Attachment(Struct, frozen=True, kw_only=True):
    """A file kept for messages to refer to. `digest` is the SHA-256 of its bytes, in hex."""

    id: str
    owner: str
    name: str
    media_type: str
    size: int
    digest: str
    created_at: float = 0.0


def attachments_of(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """Return the ids of the attachments that `parts` refer to, each once."""
    found: dict[str, None] = {}
    for part in parts:
        url = getattr(part, "url", None)
        if isinstance(url, str) and url.startswith(ATTACHMENT):
            found[url.removeprefix(ATTACHMENT)] = None
    return tuple(found)
