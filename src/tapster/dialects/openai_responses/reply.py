"""Understanding what the Responses format answers, whole or event by event."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from tapster.core.events import (
    Annotated,
    Event,
    Failed,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.broken_replies import ended_early, failure_in, not_a_reply
from tapster.dialects.call_ids import call_id
from tapster.dialects.json_values import objects_in, read_json, text_in, whole_in
from tapster.dialects.openai_responses.ending import ending_of, failure_of, usage_of
from tapster.dialects.openai_responses.output import OutputItem


class Wire(Struct):
    """Every field of any event we read; all others are skipped over unread."""

    type: Any = None
    delta: Any = None
    logprobs: Any = None
    output_index: int | str | None = None
    item_id: int | str | None = None
    content_index: int | str | None = None
    arguments: Any = None
    input: Any = None
    text: Any = None
    refusal: Any = None
    annotation: Any = None
    item: Any = None
    response: Any = None
    error: Any = None


_WIRE = msgspec.json.Decoder(Wire)


class ResponseDecoder:
    """Understands one streamed response.

    Whatever was not told in pieces is told when the item it belongs to is done, so senders
    that leave out the pieces, or all but the last event, are understood too.
    """

    def __init__(self, reasoning_format: str) -> None:
        self._reasoning_format = reasoning_format
        self._items: dict[Any, OutputItem] = {}
        self._ids: set[str] = set()
        self._kinds: set[str] = set()
        self._slots = 0
        self._id: str | None = None
        self._started = False
        self._ended = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        """Return the events of `frames`."""
        events: list[Event] = []
        for frame in frames:
            if self._ended:
                break
            if frame.data == b"[DONE]":
                continue
            try:
                wire = _WIRE.decode(frame.data)
            except UNREADABLE:
                self._puzzle(frame.data, events)
                continue
            self._take(wire, frame, events)
        return events

    def close(self) -> list[Event]:
        """Return a `Failed` if the terminal event never came."""
        if self._ended:
            return []
        self._ended = True
        return [ended_early()]

    def whole(self, response: dict[str, Any]) -> list[Event]:
        """Return the events of a response object that came in one piece."""
        events: list[Event] = []
        self._end(response, events)
        return events

    def _take(self, wire: Wire, frame: Frame, events: list[Event]) -> None:
        match wire.type:
            case "response.output_text.delta":
                self._piece(wire, ("text", wire.content_index), TextDelta, events)
                self._logprobs(wire, events, whole=False)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                self._piece(wire, "reasoning", ReasoningDelta, events)
            case "response.refusal.delta":
                self._piece(wire, ("refusal", wire.content_index), RefusalDelta, events)
            case "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta":
                self._arguments(wire, wire.delta, events, whole=False)
            case "response.function_call_arguments.done":
                self._arguments(wire, wire.arguments, events, whole=True)
            case "response.custom_tool_call_input.done":
                self._arguments(wire, wire.input, events, whole=True)
            case "response.output_item.added" if isinstance(wire.item, dict):
                self._start(None, events)
                self._open(_key(wire, wire.item), wire.item, events)
            case "response.output_item.done" if isinstance(wire.item, dict):
                self._start(None, events)
                key = _key(wire, wire.item)
                self._item_done(key, wire.item, events, index=wire.output_index)
            case "response.output_text.done":
                self._late_text(wire, ("text", wire.content_index), wire.text, events)
                self._logprobs(wire, events, whole=True)
            case "response.refusal.done":
                self._late_text(wire, ("refusal", wire.content_index), wire.refusal, events)
            case "response.output_text.annotation.added":
                if isinstance(wire.annotation, dict):
                    self._item(wire, "message").told.add("annotations")
                    events.append(Annotated(wire.annotation))
            case (
                "response.completed"
                | "response.incomplete"
                | "response.failed"
                | "response.cancelled"
                | "response.done"
            ):
                if isinstance(wire.response, dict):
                    self._end(wire.response, events)
            case "response.created" | "response.in_progress" | "response.queued":
                self._start(wire.response, events)
            case "error":
                self._fail(failure_of(frame.data), events)
            case None if wire.error:
                self._fail(failure_in(frame.data), events)
            case _:
                pass  # progress of hosted tools, padding, and what is not invented yet

    def _start(self, response: Any, events: list[Event]) -> None:
        if self._started:
            return
        self._started = True
        told = response if isinstance(response, dict) else {}
        self._id = text_in(told.get("id"))
        events.append(
            Started(
                id=self._id,
                model=text_in(told.get("model")),
                created=whole_in(told.get("created_at")),
            )
        )

    def _piece(
        self,
        wire: Wire,
        piece: Any,
        delta: type[TextDelta | ReasoningDelta | RefusalDelta],
        events: list[Event],
    ) -> None:
        """Add words that came in pieces, and remember that they did."""
        self._start(None, events)
        kind = "reasoning" if piece == "reasoning" else "message"
        self._item(wire, kind).told.add(piece)
        if isinstance(wire.delta, str) and wire.delta:
            events.append(delta(wire.delta))

    def _item(self, wire: Wire, kind: str | None) -> OutputItem:
        if kind is not None:
            self._kinds.add(kind)
        # The place is steadier than the id: some hosts disguise ids anew in every event.
        key = wire.output_index if wire.output_index is not None else wire.item_id
        item = self._items.get(key)
        if item is None:
            item = self._items[key] = OutputItem()
        return item

    def _open(self, key: Any, told: dict[str, Any], events: list[Event]) -> OutputItem:
        item = self._items[key] = OutputItem(kind=text_in(told.get("type")))
        if isinstance(told.get("id"), str):
            self._items[told["id"]] = item
            self._ids.add(told["id"])
        self._kinds.add(str(told.get("type")))
        if item.is_call:
            item.slot = self._slots
            self._slots += 1
            events.append(
                ToolCallDelta(
                    slot=item.slot,
                    id=text_in(told.get("call_id"))
                    or text_in(told.get("id"))
                    or call_id(self._id, item.slot),
                    name=text_in(told.get("name")) or "",
                )
            )
        return item

    def _arguments(self, wire: Wire, text: Any, events: list[Event], *, whole: bool) -> None:
        item = self._item(wire, None)
        if item.slot is not None and isinstance(text, str):
            item.tell_arguments(text, events, whole=whole)

    def _logprobs(self, wire: Wire, events: list[Event], *, whole: bool) -> None:
        if wire.logprobs:
            item = self._item(wire, "message")
            item.tell_logprobs(wire.logprobs, wire.content_index, events, whole=whole)

    def _late_text(self, wire: Wire, piece: Any, text: Any, events: list[Event]) -> None:
        item = self._item(wire, "message")
        if piece in item.told or not isinstance(text, str) or not text:
            return
        self._start(None, events)
        item.told.add(piece)
        events.append(TextDelta(text) if piece[0] == "text" else RefusalDelta(text))

    def _item_done(
        self, key: Any, told: dict[str, Any], events: list[Event], *, index: Any
    ) -> None:
        item = self._items.get(key)
        if item is None or item.kind not in (text_in(told.get("type")), None):
            item = self._open(key, told, events)
        elif item.kind is None:
            told_before, item = item.told, self._open(key, told, events)
            item.told |= told_before
        item.finish(
            told,
            events,
            reasoning_format=self._reasoning_format,
            index=index if isinstance(index, int) else None,
        )

    def _end(self, response: dict[str, Any], events: list[Event]) -> None:
        self._start(response, events)
        ids, kinds = frozenset(self._ids), frozenset(self._kinds)
        for place, told in enumerate(objects_in(response.get("output"))):
            if text_in(told.get("id")) in ids:
                self._item_done(told["id"], told, events, index=place)
            elif text_in(told.get("type")) not in kinds:
                self._item_done(("end", place), told, events, index=place)
        if usage := usage_of(response.get("usage")):
            events.append(UsageReported(usage))
        events += ending_of(response, has_calls=self._slots > 0, spoke=bool(self._items))
        self._ended = True

    def _fail(self, failed: Failed, events: list[Event]) -> None:
        self._ended = True
        events.append(failed)

    def _puzzle(self, data: bytes, events: list[Event]) -> None:
        """Say what came in place of an event, unless it is harmless JSON of another shape."""
        try:
            msgspec.json.decode(data)
        except UNREADABLE:
            self._fail(failure_in(data), events)


def decode_response(body: bytes, reasoning_format: str) -> list[Event]:
    """Return the events of a whole response object."""
    response = read_json(body)
    if not isinstance(response, dict) or (response.get("error") and "output" not in response):
        return [failure_in(body)]
    if "output" not in response:
        return [not_a_reply("/responses")]
    return ResponseDecoder(reasoning_format).whole(response)


def _key(wire: Wire, item: dict[str, Any]) -> int | str | None:
    return wire.output_index if wire.output_index is not None else text_in(item.get("id"))
