"""Ollama's native chat: one JSON object a line, samplers under `options`.

https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tapster.core.errors import Reason, SourceError
from tapster.core.events import (
    Event,
    Finished,
    FinishReason,
    Noticed,
    ReasoningDelta,
    Started,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.links import Frame
from tapster.core.messages import (
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    joined_text,
)
from tapster.core.models import Model, ModelPage
from tapster.core.requests import ChatRequest, Settings, Tool
from tapster.core.usage import Usage
from tapster.dialects.broken_replies import ended_early, failure_in
from tapster.dialects.call_arguments import arguments_of
from tapster.dialects.call_ids import call_id
from tapster.dialects.data_urls import read_data_url
from tapster.dialects.dialect import Decoder, Encoded
from tapster.dialects.errors import read_error_body
from tapster.dialects.json_values import count_in, object_in, objects_in, read_json, text_in
from tapster.dialects.notices import Notices

_OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "typical_p": "typical_p",
    "repetition_penalty": "repeat_penalty",
    "repetition_range": "repeat_last_n",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "max_tokens": "num_predict",
    "seed": "seed",
}
_TAKES = frozenset(
    {*_OPTIONS, "stop", "logprobs", "top_logprobs", "reasoning_effort", "json_schema"}
)
_KNOWN = frozenset({"think", "format", "keep_alive", "truncate", "shift"})
_KNOWN_OPTIONS = frozenset(
    {
        "num_ctx",
        "num_keep",
        "num_batch",
        "num_gpu",
        "main_gpu",
        "num_thread",
        "use_mmap",
        "repeat_last_n",
        "repeat_penalty",
        "num_predict",
        "draft_num_predict",
    }
)
_EFFORTS = {"none": False, "minimal": "low", "xhigh": "max"}
_FINISHES: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "load": "stop",
    "unload": "stop",
}


@dataclass(frozen=True)
class OllamaChat:
    """Ollama's `/api/chat`. The endpoint is the server's root."""

    path: str = "/api/chat"

    @property
    def takes(self) -> frozenset[str]:
        """Names of the response settings the format has a field for."""
        return _TAKES

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        body, notices = _encode_body(request)
        return Encoded(path=self.path, body=body, notices=notices)

    def decoder(self, request: ChatRequest) -> Decoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        return _LineDecoder(request)

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        decoder = _LineDecoder(request)
        events = decoder.feed([Frame(data=body)])
        return events + decoder.close()

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        return read_error_body(status, headers, body)

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return _read_models(body)


def _encode_body(request: ChatRequest) -> tuple[dict[str, Any], tuple[Noticed, ...]]:
    settings = request.settings
    notices = Notices("Ollama")
    notices.omit_settings(settings, _TAKES)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": _messages(request.messages, notices),
        # Streaming is Ollama's default: it must be said either way.
        "stream": request.stream,
    }
    options = _options(settings)
    if settings.reasoning_effort is not None:
        effort = settings.reasoning_effort
        body["think"] = _EFFORTS.get(effort, effort)
    body |= {
        name: value
        for name in ("logprobs", "top_logprobs")
        if (value := getattr(settings, name)) is not None
    }
    if tools := [_tool(tool) for tool in request.tools if tool.raw is None]:
        body["tools"] = tools
    for tool in request.tools:
        if tool.raw is not None:
            notices.omit_tool(tool)
    if request.tool_choice and request.tool_choice.mode != "auto":
        notices.omit_fields(["tool_choice"])
    if request.parallel_tool_calls is False:
        notices.omit_fields(["parallel_tool_calls"])
    if (wanted := request.response_format) and wanted.kind != "text":
        body["format"] = wanted.schema if wanted.schema is not None else "json"
    elif wanted is None and settings.json_schema:
        body["format"] = settings.json_schema
    for name, value in request.extra.items():
        if name == "options" and isinstance(value, dict):
            options |= value
        elif name in _KNOWN_OPTIONS:
            options[name] = value
        elif name in _KNOWN:
            body[name] = value
        else:
            notices.omit_fields([name])
    if options:
        body["options"] = options
    return body, notices.told()


def _options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        field: value
        for name, field in _OPTIONS.items()
        if (value := getattr(settings, name)) is not None
    }
    if settings.stop:
        options["stop"] = list(settings.stop)
    return options


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    function["parameters"] = tool.parameters or {"type": "object", "properties": {}}
    return {"type": "function", "function": function}


def _messages(messages: Sequence[Message], notices: Notices) -> list[dict[str, Any]]:
    names: dict[str, str] = {}
    encoded: list[dict[str, Any]] = []
    for message in messages:
        notices.omit_name(message)
        notices.omit_extra(message)
        names |= {call.id: call.name for call in message.tool_calls}
        encoded += [
            _result(part, names, notices) for part in message.parts if isinstance(part, ToolResult)
        ]
        rest = [part for part in message.parts if not isinstance(part, ToolResult)]
        if rest:
            encoded.append(_turn(message, rest, notices))
    return encoded


def _result(result: ToolResult, names: Mapping[str, str], notices: Notices) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": "tool", "content": joined_text(result.parts)}
    turn["tool_call_id"] = result.call_id
    if name := result.name or names.get(result.call_id):
        turn["tool_name"] = name
    if images := _images(result.parts, notices):
        turn["images"] = images
    return turn


def _turn(message: Message, parts: Sequence[Part], notices: Notices) -> dict[str, Any]:
    role = {"developer": "system", "tool": "user"}.get(message.role, message.role)
    text = "".join(part.text for part in parts if isinstance(part, Text | Refusal))
    turn: dict[str, Any] = {"role": role, "content": text}
    if images := _images(parts, notices):
        turn["images"] = images
    calls = [part for part in parts if isinstance(part, ToolCall)]
    if calls:
        turn["tool_calls"] = [_call(call, index, notices) for index, call in enumerate(calls)]
    return turn


def _images(parts: Sequence[Part], notices: Notices) -> list[str]:
    """Return the pictures as Ollama takes them: base64 alone. It fetches no addresses."""
    images: list[str] = []
    for part in parts:
        if isinstance(part, Image):
            if inline := read_data_url(part.url):
                images.append(inline.data)
            else:
                notices.tell(
                    f"A picture was not sent: {notices.to} fetches none from the web. Attach the "
                    "file itself."
                )
        elif not isinstance(part, Text | Refusal | Reasoning | ToolCall):
            notices.omit_part(part)
    return images


def _call(call: ToolCall, index: int, notices: Notices) -> dict[str, Any]:
    arguments = arguments_of(call, notices)
    function = {"index": index, "name": call.name, "arguments": arguments}
    return {"id": call.id, "function": function}


class _LineDecoder:
    """Reads a reply line by line; a whole reply is one line that is also the last."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._started = False
        self._slots = 0
        self._said = False
        self._over = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        events: list[Event] = []
        for frame in frames:
            if self._over:
                break
            self._read(frame.data, events)
        return events

    def close(self) -> list[Event]:
        if self._over:
            return []
        self._over = True
        return [ended_early()]

    def _read(self, data: bytes, events: list[Event]) -> None:
        line = read_json(data)
        if (
            not isinstance(line, dict)
            or "error" in line
            or not ("message" in line or "done" in line)
        ):
            self._over = True
            events.append(failure_in(data))
            return
        if not self._started:
            self._started = True
            model = line.get("model")
            events.append(Started(model=model if isinstance(model, str) else None))
        if isinstance(message := line.get("message"), dict):
            self._read_message(message, line, events)
        if isinstance(found := line.get("logprobs"), list) and found:
            events.append(TokenLogprobs(tuple(objects_in(found))))
        if line.get("done"):
            self._over = True
            events += _usage(line)
            events.append(self._finished(line.get("done_reason")))

    def _read_message(
        self, message: Mapping[str, Any], line: Mapping[str, Any], events: list[Event]
    ) -> None:
        if isinstance(thinking := message.get("thinking"), str) and thinking:
            events.append(ReasoningDelta(thinking))
        if isinstance(text := message.get("content"), str) and text:
            self._said = True
            events.append(TextDelta(text))
        for call in objects_in(message.get("tool_calls")):
            function = call.get("function")
            if not isinstance(function, dict):
                continue
            slot, self._slots = self._slots, self._slots + 1
            seed = (line.get("created_at"), len(self._request.messages), slot)
            events.append(
                ToolCallDelta(
                    slot=slot,
                    id=str(call.get("id") or call_id(*seed)),
                    name=str(function.get("name", "")),
                    arguments=_arguments(function.get("arguments")),
                )
            )

    def _finished(self, word: object) -> Finished:
        raw = text_in(word)
        reason = _FINISHES.get(raw or "stop")
        if reason is None:
            reason = "stop" if self._said or self._slots else "error"
        return Finished(reason, raw=raw)


def _arguments(value: object) -> str:
    if isinstance(value, str):
        return value or "{}"
    return msgspec.json.encode(value or {}).decode()


def _usage(line: Mapping[str, Any]) -> list[Event]:
    """Return the counts; durations beside them are nanoseconds. Cached prompts may count none."""
    raw = {
        name: value
        for name, value in line.items()
        if name.endswith(("_count", "_duration")) and isinstance(value, int)
    }
    if not {"prompt_eval_count", "eval_count"} & raw.keys():
        return []
    usage = Usage(input=raw.get("prompt_eval_count", 0), output=raw.get("eval_count", 0), raw=raw)
    return [UsageReported(usage)]


def _read_models(body: bytes) -> ModelPage:
    """Return the models `/api/tags` or `/api/ps` names. Those that only embed are left out."""
    answer = read_json(body)
    rows = answer.get("models") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or (not isinstance(rows, list) and "models" not in answer):
        raise SourceError(
            Reason.NOT_AN_API,
            "The address answered, but not with a list of Ollama models. Check the endpoint: it "
            "is the server's root, such as http://127.0.0.1:11434.",
        )
    models = [_model_of(row) for row in objects_in(rows)]
    return ModelPage(models=tuple(model for model in models if model))


def _model_of(row: Mapping[str, Any]) -> Model | None:
    name = row.get("model") or row.get("name")
    able = row.get("capabilities")
    able = [str(word) for word in able] if isinstance(able, list) else None
    if not isinstance(name, str) or (able and "completion" not in able):
        return None
    return Model(
        id=name,
        context=count_in(row.get("context_length")) or None,
        inputs=("text", "image") if able and "vision" in able else ("text",),
        tools="tools" in able if able else None,
        reasoning="thinking" in able if able else None,
        extra=object_in(row.get("details")),
    )
