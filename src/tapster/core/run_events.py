"""What happens in a run, numbered: the same values in the database, between workers, and for
whoever follows it.

`seq` counts from 1 without a gap. Order: `started` first; `message-added` once the answer has a
row of its own in the chat; exactly one of `finished`, `stopped`, `failed` and `interrupted`,
and nothing after it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from tapster.core.events import Failed, FinishReason
from tapster.core.messages import Audio, Image, Opaque, Reasoning
from tapster.core.usage import Usage


class RunStarted(Struct, frozen=True, tag="started", tag_field="type", omit_defaults=True):
    """The run began; `parent_id` is the message that is answered."""

    seq: int
    kind: str
    chat_id: str
    parent_id: str | None = None
    target_id: str | None = None


class MessageAdded(Struct, frozen=True, tag="message-added", tag_field="type", omit_defaults=True):
    """The answer is part of the chat now.

    `shown` says whether the chat's head moved to it: not when somebody has moved the head
    elsewhere since the run began. `answered_by` is the provider's own name of the model.
    """

    seq: int
    message_id: str
    shown: bool = True
    connection: str | None = None
    source: str | None = None
    model: str | None = None
    answered_by: str | None = None


class RunText(Struct, frozen=True, tag="text-delta", tag_field="type", omit_defaults=True):
    """More visible words."""

    seq: int
    text: str


class RunReasoning(
    Struct, frozen=True, tag="reasoning-delta", tag_field="type", omit_defaults=True
):
    """More readable thinking."""

    seq: int
    text: str


class RunRefusal(Struct, frozen=True, tag="refusal-delta", tag_field="type", omit_defaults=True):
    """More words of a refusal."""

    seq: int
    text: str


class RunToolCall(Struct, frozen=True, tag="tool-call", tag_field="type", omit_defaults=True):
    """More of the tool call in place `slot`; the first one of a slot carries `id` and `name`."""

    seq: int
    slot: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    signature: str | None = None


class RunPart(Struct, frozen=True, tag="part-added", tag_field="type", omit_defaults=True):
    """A whole part: an image, a sound, a provider's own block, or thinking as it was sealed."""

    seq: int
    part: Image | Audio | Opaque | Reasoning


class RunNotice(Struct, frozen=True, tag="notice", tag_field="type", omit_defaults=True):
    """Something we did to the request that the person should know."""

    seq: int
    text: str
    field: str | None = None


class RunUsage(Struct, frozen=True, tag="usage", tag_field="type", omit_defaults=True):
    """The provider's token count so far; the last one counts."""

    seq: int
    usage: Usage


class RunFinished(Struct, frozen=True, tag="finished", tag_field="type", omit_defaults=True):
    """The answer is complete. `raw` is the provider's own word for why."""

    seq: int
    reason: FinishReason
    message_id: str | None = None
    raw: str | None = None


class RunStopped(Struct, frozen=True, tag="stopped", tag_field="type", omit_defaults=True):
    """A person stopped it; what came before is kept."""

    seq: int
    message_id: str | None = None


class RunFailed(Struct, frozen=True, tag="failed", tag_field="type", omit_defaults=True):
    """The provider, or we, broke off; what came before is kept."""

    seq: int
    error: Failed
    message_id: str | None = None


class RunInterrupted(Struct, frozen=True, tag="interrupted", tag_field="type", omit_defaults=True):
    """The process that ran it ended first; what was saved by then is kept.

    Words that were heard while they were not saved yet are lost: who heard such words is told
    the end after them, and finds in the message what was kept.
    """

    seq: int
    message_id: str | None = None


RunEvent = (
    RunStarted
    | MessageAdded
    | RunText
    | RunReasoning
    | RunRefusal
    | RunToolCall
    | RunPart
    | RunNotice
    | RunUsage
    | RunFinished
    | RunStopped
    | RunFailed
    | RunInterrupted
)

Closing = RunFinished | RunStopped | RunFailed | RunInterrupted

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[list[RunEvent]] = msgspec.json.Decoder(list[RunEvent])


def closes(event: Any) -> bool:
    """Whether `event` is the last one of its run."""
    return isinstance(event, Closing)


def encode_events(events: Sequence[RunEvent]) -> bytes:
    """Return `events` as a JSON list."""
    return _ENCODER.encode(events)


def decode_events(body: bytes | str) -> list[RunEvent]:
    """Return the events of a JSON list."""
    return _DECODER.decode(body)


def join_bodies(bodies: Sequence[bytes]) -> bytes:
    """Return several JSON lists as one."""
    if len(bodies) == 1:
        return bodies[0]
    return b"[" + b",".join(body[1:-1] for body in bodies) + b"]"
