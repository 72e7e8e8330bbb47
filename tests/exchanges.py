"""Recorded exchanges of providers, and what a client must have understood of them.

They are shared data beside the project, not part of it: where they are absent, the tests over
them are skipped.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tapster.core.events import (
    Event,
    Failed,
    Finished,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.messages import Image, Message, Opaque, Part, Text, ToolCall
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Dialect
from tapster.net.framing import FrameParser
from tapster.net.limits import Limits

ROOT = Path(__file__).parents[1].parent / "shared" / "recordings"


def exchanges(*apis: str, kind: str, feature: str | None = None) -> list[Any]:
    """Return the recorded exchanges of `apis` as pytest parameters named by their ids."""
    if not ROOT.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip("the shared recordings are absent"))]
    return [
        pytest.param(exchange, id=f"{path.parent.name}.{path.stem}")
        for path in sorted(ROOT.glob("*/*.json"))
        if (exchange := json.loads(path.read_bytes()))["api"] in apis
        and exchange["expected"]["kind"] == kind
        and (feature is None or feature in exchange["features"])
    ]


def waiting(cases: Sequence[Any], *, streamed: bool = True) -> list[Any]:
    """Return those of `cases` in which the model waits for a tool, streamed ones only if asked."""
    return [
        case
        for case in cases
        if (exchange := case.values[0]) is None
        or (exchange["expected"]["tool_calls"] and (streamed or not exchange["stream"]))
    ]


def body_of(exchange: dict[str, Any]) -> bytes:
    """Return the answer's whole body."""
    response = exchange["response"]
    if "chunks" in response:
        return b"".join(chunks_of(exchange))
    if "body" in response:
        return json.dumps(response["body"]).encode()
    return response.get("body_text", "").encode()


def chunks_of(exchange: dict[str, Any], size: int | None = None) -> Iterator[bytes]:
    """Yield the answer in its recorded pieces, or in pieces of `size` bytes."""
    pieces = (
        piece.encode() if isinstance(piece, str) else base64.b64decode(piece["b64"])
        for piece in exchange["response"]["chunks"]
    )
    if size is None:
        yield from pieces
        return
    whole = b"".join(pieces)
    for begin in range(0, len(whole), size):
        yield whole[begin : begin + size]


def heard(dialect: Dialect, exchange: dict[str, Any], size: int | None = None) -> list[Event]:
    """Return all the dialect understands of a recorded answer."""
    request = ChatRequest(model=exchange.get("model") or "x", messages=())
    response = exchange["response"]
    if response["status"] >= 300:
        headers = {name.lower(): value for name, value in response["headers"].items()}
        error = dialect.read_error(response["status"], headers, body_of(exchange))
        return [Failed.because(error)]
    if "chunks" not in response:
        return dialect.decode_reply(body_of(exchange), request)
    parser, decoder = FrameParser(Limits()), dialect.decoder(request)
    events: list[Event] = []
    for chunk in chunks_of(exchange, size):
        events += _unless_over(decoder.feed(parser.feed(chunk)), events)
    events += _unless_over(decoder.feed(parser.close()), events)
    return events + _unless_over(decoder.close(), events)


def stream(dialect: Dialect, *pieces: Any, request: ChatRequest | None = None) -> list[Event]:
    """Return what the dialect understands of a stream of JSON pieces."""
    decoder = dialect.decoder(request or ChatRequest(model="x", messages=()))
    events = decoder.feed([Frame(json.dumps(piece).encode()) for piece in pieces])
    return events + _unless_over(decoder.close(), events)


def _unless_over(more: list[Event], events: Sequence[Event]) -> list[Event]:
    if events and isinstance(events[-1], Failed):
        assert not more, "a failure is the last event"
    return more


def folded(events: Sequence[Event]) -> dict[str, Any]:
    """Return what a person would have got of choice 0."""
    calls: dict[int, dict[str, Any]] = {}
    for event in events:
        if isinstance(event, ToolCallDelta) and event.choice == 0:
            call = calls.setdefault(event.slot, {"id": event.id, "name": event.name, "args": ""})
            call["args"] += event.arguments
    parts = [event.part for event in events if isinstance(event, PartAdded)]
    usage = [event.usage for event in events if isinstance(event, UsageReported)]
    return {
        "text": "".join(e.text for e in events if isinstance(e, TextDelta) and e.choice == 0),
        "reasoning": "".join(
            e.text for e in events if isinstance(e, ReasoningDelta) and e.choice == 0
        ),
        "refusal": "".join(e.text for e in events if isinstance(e, RefusalDelta) and e.choice == 0),
        "tool_calls": [calls[slot] for slot in sorted(calls)],
        "finish": next(
            (e.reason for e in events if isinstance(e, Finished) and e.choice == 0), None
        ),
        "raw": next((e.raw for e in events if isinstance(e, Finished) and e.choice == 0), None),
        "usage": usage[-1] if usage else None,
        "choices": len({e.choice for e in events if isinstance(e, Finished)}),
        "images": sum(isinstance(part, Image) for part in parts),
        "blocks": [part.value.get("type") for part in parts if isinstance(part, Opaque)],
        "failed": next((e for e in events if isinstance(e, Failed)), None),
        "started": sum(isinstance(e, Started) for e in events),
        "id": next((e.id for e in events if isinstance(e, Started)), None),
        "model": next((e.model for e in events if isinstance(e, Started)), None),
    }


def said(events: Iterable[Event]) -> Message:
    """Fold `events` into the turn the model took, as it would be kept in a chat."""
    parts: list[Part] = []
    for event in events:
        match event:
            case TextDelta(text=text):
                last = parts.pop() if parts and isinstance(parts[-1], Text) else Text("")
                parts.append(Text(last.text + text))
            case ReasoningSealed(part=part) | PartAdded(part=part):
                parts.append(part)
            case ToolCallDelta(id=str(id_), name=str(name)):
                parts.append(ToolCall(id_, name))
            case ToolCallDelta(arguments=more):
                call = next(part for part in reversed(parts) if isinstance(part, ToolCall))
                parts[parts.index(call)] = replace(call, arguments=call.arguments + more)
            case _:
                pass
    return Message(role="assistant", parts=tuple(parts))


def same_calls(told: Sequence[dict[str, Any]], expected: Sequence[dict[str, Any]]) -> None:
    """Assert that the tool calls are the recorded ones; ids are ours where none was sent."""
    assert [(call["name"], json.loads(call["args"] or "{}")) for call in told] == [
        (call["name"], call["args"]) for call in expected
    ]
    for call, wanted in zip(told, expected, strict=True):
        assert call["id"] == wanted["id"] or wanted["id"] is None
    assert len({call["id"] for call in told}) == len(told)
    assert all(call["id"] is not None for call in told)
