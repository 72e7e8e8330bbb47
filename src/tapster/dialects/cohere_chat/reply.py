"""Cohere's replies as events: v2 whole and streamed, v1 whole and streamed."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tapster.core.errors import Reason
from tapster.core.events import (
    Annotated,
    Event,
    Failed,
    Finished,
    FinishReason,
    PartAdded,
    ReasoningDelta,
    Started,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.messages import Opaque
from tapster.core.requests import ChatRequest
from tapster.core.usage import Usage
from tapster.dialects.broken_replies import ended_early, failure_in
from tapster.dialects.call_ids import call_id
from tapster.dialects.cohere_chat.request import DIALECT
from tapster.dialects.json_values import count_in, object_in, objects_in, read_json, text_in

_FINISHES: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "USER_CANCEL": "stop",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
    "ERROR": "error",
    "TIMEOUT": "error",
}


def read_reply(body: bytes, request: ChatRequest) -> list[Event]:
    """Return the events of a whole reply of either version."""
    reply = object_in(read_json(body))
    if isinstance(message := reply.get("message"), dict):
        return _read_v2(reply, message)
    if isinstance(reply.get("text"), str):
        return _read_v1(reply, request)
    return [failure_in(body)]


def _read_v2(reply: Mapping[str, Any], message: Mapping[str, Any]) -> list[Event]:
    events: list[Event] = [Started(id=text_in(reply.get("id")))]
    if plan := text_in(message.get("tool_plan")):
        events.append(_plan(plan))
    content = message.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    for block in objects_in(content):
        events += _block(block)
    for slot, call in enumerate(objects_in(message.get("tool_calls"))):
        events.append(_call(call, slot))
    events += [Annotated(citation) for citation in objects_in(message.get("citations"))]
    events += _logprobs(reply.get("logprobs"))
    events += _usage(reply.get("usage"))
    said = any(isinstance(event, TextDelta) for event in events)
    called = any(isinstance(event, ToolCallDelta) for event in events)
    return [*events, _finished(reply.get("finish_reason"), said=said, called=called)]


def _read_v1(reply: Mapping[str, Any], request: ChatRequest) -> list[Event]:
    events: list[Event] = [
        Started(id=text_in(reply.get("generation_id")) or text_in(reply.get("response_id")))
    ]
    if text := reply["text"]:
        events.append(TextDelta(text))
    for slot, call in enumerate(objects_in(reply.get("tool_calls"))):
        events.append(_v1_call(call, slot, request))
    events += [Annotated(citation) for citation in objects_in(reply.get("citations"))]
    events += _usage(reply.get("meta"))
    said = any(isinstance(event, TextDelta) for event in events)
    called = any(isinstance(event, ToolCallDelta) for event in events)
    return [*events, _finished(reply.get("finish_reason"), said=said, called=called)]


def _v1_call(call: Mapping[str, Any], slot: int, request: ChatRequest) -> ToolCallDelta:
    return ToolCallDelta(
        slot=slot,
        id=call_id(len(request.messages), slot),
        name=str(call.get("name", "")),
        arguments=msgspec.json.encode(call.get("parameters") or {}).decode(),
    )


class StreamDecoder:
    """Reads a streamed reply of either version."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._plan = ""
        self._slots: dict[str, int] = {}
        self._said = False
        self._over = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        """Return the events of `frames`. A `Failed` is always the last event."""
        events: list[Event] = []
        for frame in frames:
            if self._over:
                break
            if frame.data != b"[DONE]":
                self._read(frame.data, events)
        return events

    def close(self) -> list[Event]:
        """Return a `Failed` if the terminal event never came."""
        if self._over:
            return []
        return [*self._told_plan(), ended_early()]

    def _read(self, data: bytes, events: list[Event]) -> None:
        event = object_in(read_json(data))
        kind = event.get("type") or event.get("event_type")
        if kind is None:
            self._over = True
            events.append(failure_in(data))
            return
        delta = object_in(event.get("delta"))
        message = object_in(delta.get("message"))
        match kind:
            case "content-delta" | "content-start":
                self._note(_block(message.get("content")), events)
            case "tool-plan-delta":
                self._plan += text_in(message.get("tool_plan")) or ""
            case "tool-call-start" | "tool-call-delta":
                events += self._told_plan()
                self._read_call(kind, event.get("index"), message.get("tool_calls"), events)
            case "citation-start":
                cited = message.get("citations")
                found = objects_in(cited if isinstance(cited, list) else [cited])
                events += [Annotated(citation) for citation in found]
            case "message-start":
                events.append(Started(id=text_in(event.get("id"))))
            case "message-end":
                self._end(delta, events)
            case _:
                self._read_v1(str(kind), event, events)
        if logprobs := event.get("logprobs"):
            events += _logprobs(logprobs if isinstance(logprobs, list) else [logprobs])

    def _note(self, found: list[Event], events: list[Event]) -> None:
        self._said = self._said or any(isinstance(event, TextDelta) for event in found)
        events += found

    def _new_slot(self, index: object) -> int:
        slot = len(self._slots)
        # Two calls under one index are two calls all the same.
        key = str(index) if str(index) not in self._slots else f"{index}/{slot}"
        self._slots[key] = slot
        return slot

    def _read_call(self, kind: str, index: object, call: object, events: list[Event]) -> None:
        call = call[0] if isinstance(call, list) and call else call
        if kind == "tool-call-start":
            slot = self._new_slot(index)
            events.append(_call(call, slot, empty=""))
        elif isinstance(call, dict) and isinstance(function := call.get("function"), dict):
            slot = self._slots.get(str(index), max(len(self._slots) - 1, 0))
            if more := text_in(function.get("arguments")):
                events.append(ToolCallDelta(slot=slot, arguments=more))

    def _end(self, delta: Mapping[str, Any], events: list[Event]) -> None:
        self._over = True
        events += self._told_plan()
        events += _usage(delta.get("usage"))
        if words := text_in(delta.get("error")):
            events.append(
                Failed(Reason.UPSTREAM, words, error_type=text_in(delta.get("finish_reason")))
            )
            return
        reason = delta.get("finish_reason")
        events.append(_finished(reason, said=self._said, called=bool(self._slots)))

    def _told_plan(self) -> list[Event]:
        plan, self._plan = self._plan, ""
        return [_plan(plan)] if plan else []

    def _read_v1(self, kind: str, event: Mapping[str, Any], events: list[Event]) -> None:
        match kind:
            case "stream-start":
                events.append(Started(id=text_in(event.get("generation_id"))))
            case "text-generation":
                self._note(_block({"text": event.get("text")}), events)
            case "tool-calls-generation":
                for call in objects_in(event.get("tool_calls")):
                    slot = self._new_slot(len(self._slots))
                    events.append(_v1_call(call, slot, self._request))
            case "citation-generation":
                cited = objects_in(event.get("citations"))
                events += [Annotated(citation) for citation in cited]
            case "stream-end":
                meta = object_in(event.get("response")).get("meta")
                self._end({"usage": meta, "finish_reason": event.get("finish_reason")}, events)


def _block(block: object) -> list[Event]:
    """Return the events of a content block, or of a piece of one."""
    if not isinstance(block, dict):
        return []
    if (text := block.get("text")) is not None:
        return [TextDelta(text)] if isinstance(text, str) and text else []
    if (thinking := block.get("thinking")) is not None:
        return [ReasoningDelta(thinking)] if isinstance(thinking, str) and thinking else []
    return [PartAdded(Opaque(dialect=DIALECT, value=block))] if "type" in block else []


def _plan(plan: str) -> Event:
    """Keep the plan, neither answer nor thought: it goes back with the calls it announced."""
    return PartAdded(Opaque(dialect=DIALECT, value={"tool_plan": plan}))


def _call(call: object, slot: int, *, empty: str = "{}") -> ToolCallDelta:
    call = object_in(call)
    function = object_in(call.get("function"))
    return ToolCallDelta(
        slot=slot,
        id=text_in(call.get("id")),
        name=text_in(function.get("name")) or "",
        arguments=text_in(function.get("arguments")) or empty,
    )


def _logprobs(found: object) -> list[Event]:
    """Return Cohere's log probabilities (token ids with their text) in OpenAI's shape."""
    content = []
    for piece in objects_in(found):
        values = piece.get("logprobs")
        if isinstance(values, list) and values:
            text = str(piece.get("text", ""))
            total = sum(value for value in values if isinstance(value, (int, float)))
            content.append({"token": text, "logprob": total, "bytes": list(text.encode())})
    return [TokenLogprobs(tuple(content))] if content else []


def _usage(usage: object) -> list[Event]:
    if not isinstance(usage, dict):
        return []
    tokens = usage.get("tokens") or usage.get("billed_units")
    if not isinstance(tokens, dict):
        return []
    return [
        UsageReported(
            Usage(
                input=count_in(tokens.get("input_tokens")),
                output=count_in(tokens.get("output_tokens")),
                reasoning=count_in(tokens.get("reasoning_tokens")),
                cache_read=count_in(usage.get("cached_tokens")),
                raw=usage,
            )
        )
    ]


def _finished(word: object, *, said: bool, called: bool) -> Finished:
    raw = text_in(word)
    reason = _FINISHES.get((raw or "").upper())
    if called and reason in {None, "stop"}:
        reason = "tool_calls"
    if reason is None:
        reason = "stop" if said else "error"
    return Finished(reason, raw=raw)
