"""Replies written: streamed as server-sent events, or whole, in OpenAI's chat format."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tapster.core.errors import Reason, SourceError
from tapster.core.events import (
    Annotated,
    Event,
    Failed,
    Finished,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.messages import Audio, Image
from tapster.dialects.openai_chat.details import write_detail
from tapster.dialects.openai_chat.signatures import write_signature
from tapster.dialects.openai_chat.usage import write_usage

if TYPE_CHECKING:
    from tapster.core.usage import Usage

_encode = msgspec.json.Encoder().encode

_ERROR_TYPES: dict[Reason, str] = {
    Reason.AUTH: "authentication_error",
    Reason.PERMISSION: "permission_error",
    Reason.BILLING: "billing_error",
    Reason.NOT_FOUND: "not_found_error",
    Reason.TOO_LARGE: "invalid_request_error",
    Reason.RATE_LIMIT: "rate_limit_error",
    Reason.OVERLOADED: "overloaded_error",
    Reason.INVALID: "invalid_request_error",
    Reason.FILTERED: "content_filter",
    Reason.TIMEOUT: "timeout_error",
}


class ReplyEncoder:
    """Writes one streamed reply, batch by batch.

    Text takes a path of its own: the bytes around it are made once for each choice.
    """

    object_name = "chat.completion.chunk"

    def __init__(
        self,
        id: str,  # noqa: A002  # the field's name on the wire
        created: int,
        model: str,
        include_usage: bool,
    ) -> None:
        self._head = (
            b'data: {"id":'
            + _encode(id)
            + b',"object":'
            + _encode(self.object_name)
            + b',"created":'
            + str(created).encode()
            + b',"model":'
            + _encode(model)
        )
        self._include_usage = include_usage
        self._usage: Usage | None = None
        self._text_heads: dict[int, bytes] = {}
        self._called: dict[int, dict[int, bool]] = {}

    def feed(self, events: Sequence[Event]) -> bytes:
        """Return the server-sent events that say `events`."""
        pieces: list[bytes] = []
        heads = self._text_heads
        encode = _encode
        for event in events:
            kind = type(event)
            if kind is TextDelta:
                head = heads.get(event.choice)  # type: ignore[union-attr]  # kind says what it is
                if head is None:
                    head = self._open(event.choice, pieces)  # type: ignore[union-attr]
                pieces += (head, encode(event.text), _TEXT_TAIL)  # type: ignore[union-attr]
            elif kind is UsageReported:
                self._usage = event.usage  # type: ignore[union-attr]
            elif isinstance(event, Failed):
                pieces.append(self.fail(event.as_error()))
            else:
                self._write(event, pieces)
        return b"".join(pieces)

    def end(self) -> bytes:
        """Return what closes the stream: the usage where it was asked for, and the end mark."""
        if not self._include_usage or self._usage is None:
            return b"data: [DONE]\n\n"
        usage = _encode(write_usage(self._usage))
        return self._head + b',"choices":[],"usage":' + usage + b"}\n\ndata: [DONE]\n\n"

    def fail(self, error: SourceError) -> bytes:
        """Return the event that tells the client what went wrong."""
        return b"data: " + encode_source_error(error) + b"\n\n"

    def _open(self, choice: int, pieces: list[bytes]) -> bytes:
        """Say who speaks, before a choice's first words; return what stands before its text."""
        before = self._head + b',"choices":[{"index":' + str(choice).encode() + b',"delta":{'
        pieces += (before, b'"role":"assistant","content":""', _DELTA_TAIL)
        head = self._text_heads[choice] = before + b'"content":'
        return head

    def _write(self, event: Event, pieces: list[bytes]) -> None:
        choice = getattr(event, "choice", None)
        if choice is None:
            return
        head = self._text_heads.get(choice)
        if head is None:
            head = self._open(choice, pieces)
        before = head[: -len(b'"content":')]
        match event:
            case ReasoningDelta():
                pieces += (before, b'"reasoning_content":', _encode(event.text), _DELTA_TAIL)
            case Finished():
                self._complete_calls(choice, before, pieces)
                pieces += (before, b'},"logprobs":null,"finish_reason":')
                pieces += (_encode(event.reason), b"}]}\n\n")
            case TokenLogprobs():
                logprobs = _encode({"content": event.content, "refusal": None})
                pieces += (before, b'},"logprobs":', logprobs, b',"finish_reason":null}]}\n\n')
            case _ if delta := self._delta(event):
                # The object's own braces stand in `before` and in the tail already.
                pieces += (before, _encode(delta)[1:-1], _DELTA_TAIL)

    def _delta(self, event: Event) -> dict[str, Any] | None:
        match event:
            case ToolCallDelta():
                return {"tool_calls": [self._tool_call(event)]}
            case RefusalDelta():
                return {"refusal": event.text}
            case ReasoningSealed():
                return {"reasoning_details": [write_detail(event.part)]}
            case Annotated():
                return {"annotations": [event.annotation]}
            case PartAdded(part=Image(url=url)):
                return {"images": [_image(url)]}
            case PartAdded(part=Audio(data=data)):
                return {"audio": {"id": "audio", "data": data}}
            case _:
                return None

    def _complete_calls(self, choice: int, before: bytes, pieces: list[bytes]) -> None:
        """Give calls that came without any arguments the empty object that clients can parse."""
        for slot, has_arguments in self._called.get(choice, {}).items():
            if not has_arguments:
                call = {"index": slot, "function": {"arguments": "{}"}}
                pieces += (before, _encode({"tool_calls": [call]})[1:-1], _DELTA_TAIL)

    def _tool_call(self, event: ToolCallDelta) -> dict[str, Any]:
        function: dict[str, Any] = {"arguments": event.arguments}
        call: dict[str, Any] = {"index": event.slot}
        called = self._called.setdefault(event.choice, {})
        if event.slot not in called:
            call |= {"id": event.id or "", "type": "function"}
        called[event.slot] = called.get(event.slot, False) or bool(event.arguments)
        if event.name is not None:
            function = {"name": event.name, **function}
        call["function"] = function
        if event.signature is not None:
            call["extra_content"] = write_signature(event.signature)
        return call


_TEXT_TAIL = b'},"logprobs":null,"finish_reason":null}]}\n\n'
_DELTA_TAIL = _TEXT_TAIL


def encode_reply(
    events: Iterable[Event],
    *,
    id: str,  # noqa: A002  # the field's name on the wire
    created: int,
    model: str,
) -> bytes:
    """Return the whole reply `events` tell; raise the `SourceError` of a `Failed`."""
    choices: dict[int, _Whole] = {}
    usage: Usage | None = None
    for event in events:
        if isinstance(event, Failed):
            raise event.as_error()
        if isinstance(event, UsageReported):
            usage = event.usage
        elif (index := getattr(event, "choice", None)) is not None:
            choices.setdefault(index, _Whole()).add(event)
    body: dict[str, Any] = {
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [choices[index].written(index) for index in sorted(choices)],
    }
    if usage is not None:
        body["usage"] = write_usage(usage)
    return _encode(body)


class _Whole:
    """One choice of a whole reply, put together from its events."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._logprobs: list[dict[str, Any]] = []
        self._finish: str = "stop"
        self._lists: dict[str, list[dict[str, Any]]] = {}
        self._audio: dict[str, Any] | None = None

    def add(self, event: Event) -> None:
        match event:
            case TextDelta():
                self._text.append(event.text)
            case ReasoningDelta():
                self._reasoning.append(event.text)
            case RefusalDelta():
                self._refusal.append(event.text)
            case ToolCallDelta():
                self._add_call(event)
            case TokenLogprobs():
                self._logprobs += event.content
            case Finished():
                self._finish = event.reason
            case ReasoningSealed():
                self._lists.setdefault("reasoning_details", []).append(write_detail(event.part))
            case Annotated():
                self._lists.setdefault("annotations", []).append(event.annotation)
            case PartAdded(part=Image(url=url)):
                self._lists.setdefault("images", []).append(_image(url))
            case PartAdded(part=Audio(data=data)):
                self._audio = {"id": "audio", "data": data, "expires_at": 0, "transcript": ""}
            case _:
                pass

    def written(self, index: int) -> dict[str, Any]:
        text = "".join(self._text)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": text if text or not (self._calls or self._refusal) else None,
            "refusal": "".join(self._refusal) or None,
        }
        if self._reasoning:
            message["reasoning_content"] = "".join(self._reasoning)
        message |= self._lists
        if self._audio:
            message["audio"] = self._audio
        if self._calls:
            message["tool_calls"] = [self._calls[slot] for slot in sorted(self._calls)]
            for call in message["tool_calls"]:
                call["function"]["arguments"] = call["function"]["arguments"] or "{}"
        logprobs = {"content": self._logprobs, "refusal": None} if self._logprobs else None
        return {
            "index": index,
            "message": message,
            "logprobs": logprobs,
            "finish_reason": self._finish,
        }

    def _add_call(self, event: ToolCallDelta) -> None:
        call = self._calls.get(event.slot)
        if call is None:
            call = self._calls[event.slot] = {
                "id": event.id or "",
                "type": "function",
                "function": {"name": "", "arguments": ""},
            }
        if event.name is not None:
            call["function"]["name"] = event.name
        call["function"]["arguments"] += event.arguments
        if event.signature is not None:
            call["extra_content"] = write_signature(event.signature)


def encode_error(
    message: str,
    *,
    type: str,  # noqa: A002  # the field's name on the wire
    param: str | None = None,
    code: str | int | None = None,
) -> bytes:
    """Return an error in OpenAI's envelope."""
    return _encode({"error": {"message": message, "type": type, "param": param, "code": code}})


def encode_source_error(error: SourceError) -> bytes:
    """Return a provider's error in OpenAI's envelope, under its own type where it named one."""
    return encode_error(
        error.message,
        type=error.type or _ERROR_TYPES.get(error.reason, "upstream_error"),
        param=error.param,
        code=error.code if error.code is not None else error.reason.value,
    )


def _image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}
