"""Runs: one generation each, owned by the server and not by whoever watches it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Literal

from msgspec import Struct

from tapster.core.chats import Chat, FailedTry, Line
from tapster.core.events import Event, Failed
from tapster.core.usage import Usage

RunKind = Literal["say", "swipe", "regenerate", "continue", "impersonate", "quiet"]
RunState = Literal["running", "finished", "stopped", "failed", "interrupted"]


class Run(Struct, frozen=True, kw_only=True):
    """One generation.

    `parent_id` is the message that is answered; `target_id` the one that is continued or
    answered anew; `message_id` the one it writes, once that has a row; `head_id` where the
    chat's head was, so that it moves to the answer only if nobody moved it meanwhile. `text` is
    what an impersonate or quiet run wrote: it adds no message. The process `boot` of `worker`
    runs it until `lease_until`, and renews that while it lives. Times are seconds since the
    epoch.
    """

    id: str
    owner: str
    chat_id: str
    kind: RunKind
    state: RunState = "running"
    parent_id: str | None = None
    target_id: str | None = None
    head_id: str | None = None
    message_id: str | None = None
    worker: str
    boot: str
    lease_until: float
    stop_asked: bool = False
    started_at: float
    ended_at: float | None = None
    last_event: int = 0
    text: str = ""
    finish: str | None = None
    usage: Usage | None = None
    error: Failed | None = None

    @property
    def adds_message(self) -> bool:
        """Whether it writes a message of its own into the chat."""
        return self.kind in {"say", "swipe", "regenerate"}


class RunPiece(Struct, frozen=True, kw_only=True):
    """The events `first` to `last` of a run as they rest: a JSON list."""

    run_id: str
    first: int
    last: int
    saved_at: float
    events: str


class Chosen(Struct, frozen=True, kw_only=True):
    """Who is asked: a connection's id, its source's id, and the model."""

    connection: str | None = None
    source: str | None = None
    model: str | None = None


def _forget(noted: object) -> None:
    del noted


class RunAsked(Struct, frozen=True, kw_only=True):
    """What a writer is given to write one answer.

    `history` goes back from the message that is answered (from the one that is continued, when
    it is that) to the first of the chat, and reads no more than is taken from it.
    `instruction` is what a quiet run is for, or what an impersonation should be about.
    `connection` and `model` are what was wished for this once, in place of the chat's own, and
    `page` is the open page that asks, if one does. The writer calls `choose` when it knows whom it
    asks, `note_cut` with the first message that is sent where older ones have no room, and
    `note_tries` with what failed on the way.
    """

    run: Run
    chat: Chat
    history: Callable[[], AsyncIterator[Line]]
    choose: Callable[[Chosen], None]
    note_cut: Callable[[str], None] = _forget
    note_tries: Callable[[tuple[FailedTry, ...]], None] = _forget
    instruction: str = ""
    connection: str | None = None
    model: str | None = None
    page: str | None = None


Writer = Callable[[RunAsked], AsyncGenerator[list[Event], None]]
"""Yields an answer's events in the groups they arrived in, or raises what went wrong."""
