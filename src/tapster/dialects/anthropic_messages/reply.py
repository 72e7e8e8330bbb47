"""Understanding what the Messages format answers, whole or event by event."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from tapster.core.events import (
    Event,
    Failed,
    Finished,
    FinishReason,
    Noticed,
    Started,
    TextDelta,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.unreadable import UNREADABLE
from tapster.core.usage import Usage
from tapster.dialects.anthropic_messages.blocks import Block
from tapster.dialects.anthropic_messages.failures import read_failure
from tapster.dialects.broken_replies import ended_early, not_a_reply
from tapster.dialects.json_values import (
    count_in,
    object_in,
    objects_in,
    read_json,
    text_in,
)

_FINISHES: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class Delta(Struct):
    """Every field of any delta we read."""

    type: Any = None
    text: Any = None
    thinking: Any = None
    signature: Any = None
    partial_json: Any = None
    citation: Any = None
    stop_reason: Any = None
    stop_details: Any = None


class Wire(Struct):
    """Every field of any event we read; all others are skipped over unread."""

    type: Any = None
    index: int | str | None = None
    delta: Delta | None = None
    content_block: Any = None
    message: Any = None
    usage: Any = None
    error: Any = None


_WIRE = msgspec.json.Decoder(Wire)


class MessageDecoder:
    """Understands one streamed message."""

    def __init__(self) -> None:
        self._blocks: dict[Any, Block] = {}
        self._slots = 0
        self._id: str | None = None
        self._usage: dict[str, Any] = {}
        self._stop: str | None = None
        self._details: Any = None
        self._spoke = False
        self._ended = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        """Return the events of `frames`."""
        events: list[Event] = []
        for frame in frames:
            if self._ended:
                break
            try:
                wire = _WIRE.decode(frame.data)
            except UNREADABLE:
                self._puzzle(frame.data, events)
                continue
            self._take(wire, frame.data, events)
        return events

    def close(self) -> list[Event]:
        """Return a `Failed` if the stream ended before the reason to stop was told."""
        if self._ended:
            return []
        events: list[Event] = []
        if self._stop is not None:
            self._finish(events)
            return events
        self._ended = True
        return [ended_early()]

    def whole(self, message: dict[str, Any]) -> list[Event]:
        """Return the events of a message that came in one piece."""
        events: list[Event] = []
        self._start(message, events)
        content = message.get("content")
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        for index, value in enumerate(objects_in(content)):
            self._open(index, value, events)
            self._close(index, events)
        self._stop = text_in(message.get("stop_reason"))
        self._details = message.get("stop_details")
        self._report(events)
        self._finish(events)
        return events

    def _take(self, wire: Wire, data: bytes, events: list[Event]) -> None:
        match wire.type:
            case "content_block_delta":
                self._add(wire, data, events)
            case "content_block_start":
                if isinstance(wire.content_block, dict):
                    self._open(wire.index, wire.content_block, events)
            case "content_block_stop":
                self._close(wire.index, events)
            case "message_start":
                if isinstance(wire.message, dict):
                    self._start(wire.message, events)
                    self._report(events)
            case "message_delta":
                self._count(wire.usage)
                if wire.delta is not None:
                    self._stop = text_in(wire.delta.stop_reason) or self._stop
                    self._details = wire.delta.stop_details or self._details
                self._report(events)
            case "message_stop":
                self._finish(events)
            case "error":
                self._fail(data, events)
            case None if wire.error:
                self._fail(data, events)
            case _:
                pass  # pings, and what is not invented yet

    def _start(self, message: dict[str, Any], events: list[Event]) -> None:
        self._id = text_in(message.get("id"))
        events.append(Started(id=self._id, model=text_in(message.get("model"))))
        self._count(message.get("usage"))

    def _open(self, index: Any, value: dict[str, Any], events: list[Event]) -> None:
        place = index if isinstance(index, int) else None
        block = Block(value, index=place, slot=self._slots, reply_id=self._id)
        self._blocks[index] = block
        self._spoke = True
        if block.kind == "tool_use":
            self._slots += 1
        block.start(events)

    def _add(self, wire: Wire, data: bytes, events: list[Event]) -> None:
        delta = wire.delta
        if delta is None:
            return
        block = self._blocks.get(wire.index)
        if block is None:
            # A sender that skips the start of a block; only words need none.
            if delta.type == "text_delta" and isinstance(delta.text, str):
                self._spoke = True
                events.append(TextDelta(delta.text))
            return
        match delta.type:
            case "text_delta" if isinstance(delta.text, str):
                block.add_text(delta.text, events)
            case "thinking_delta" if isinstance(delta.thinking, str):
                block.add_thinking(delta.thinking, events)
            case "signature_delta":
                block.add_signature(delta.signature)
            case "input_json_delta" if isinstance(delta.partial_json, str):
                block.add_input(delta.partial_json, events)
            case "citations_delta":
                block.add_citation(delta.citation, events)
            case _:
                if block.kind not in {"text", "thinking", "tool_use"}:
                    block.add_unknown(object_in(object_in(read_json(data)).get("delta")))

    def _close(self, index: Any, events: list[Event]) -> None:
        block = self._blocks.pop(index, None)
        if block is not None:
            block.stop(events)

    def _count(self, usage: Any) -> None:
        """Take over cumulative counts; a null says nothing new."""
        if isinstance(usage, dict):
            self._usage |= {name: value for name, value in usage.items() if value is not None}

    def _report(self, events: list[Event]) -> None:
        if self._usage:
            events.append(UsageReported(usage_of(dict(self._usage))))

    def _finish(self, events: list[Event]) -> None:
        self._ended = True
        for index in list(self._blocks):
            self._close(index, events)
        explanation = _explanation(self._details)
        if explanation:
            events.append(Noticed(f"The provider declined to answer: {explanation}"))
        fallback: FinishReason = "stop" if self._spoke else "error"
        reason = _FINISHES.get(self._stop, fallback) if self._stop else fallback
        events.append(Finished(reason, raw=self._stop))

    def _fail(self, data: bytes, events: list[Event]) -> None:
        self._ended = True
        events.append(_failed(data))

    def _puzzle(self, data: bytes, events: list[Event]) -> None:
        """Say what came in place of an event, unless it is harmless."""
        if data == b"[DONE]":
            return
        try:
            msgspec.json.decode(data)
        except UNREADABLE:
            self._fail(data, events)


def decode_message(body: bytes) -> list[Event]:
    """Return the events of a whole message object."""
    message = read_json(body)
    if not isinstance(message, dict) or message.get("type") == "error" or message.get("error"):
        return [_failed(body)]
    if "content" not in message:
        return [not_a_reply("/messages")]
    return MessageDecoder().whole(message)


def usage_of(raw: dict[str, Any]) -> Usage:
    """Return the token count; the provider's `input_tokens` leaves out what the cache knew."""
    read = count_in(raw.get("cache_read_input_tokens"))
    write = count_in(raw.get("cache_creation_input_tokens"))
    details = object_in(raw.get("output_tokens_details"))
    return Usage(
        input=count_in(raw.get("input_tokens")) + read + write,
        output=count_in(raw.get("output_tokens")),
        reasoning=count_in(details.get("thinking_tokens")),
        cache_read=read,
        cache_write=write,
        raw=raw,
    )


def _failed(data: bytes) -> Failed:
    return Failed.because(read_failure(200, {}, data))


def _explanation(details: Any) -> str | None:
    if not isinstance(details, dict) or details.get("type") != "refusal":
        return None
    return text_in(details.get("explanation")) or text_in(details.get("category"))
