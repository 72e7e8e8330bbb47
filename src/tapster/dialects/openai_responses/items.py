"""Messages as the input items of the Responses format."""

from collections.abc import Iterator
from typing import Any

from tapster.core.messages import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Video,
)
from tapster.core.requests import ChatRequest
from tapster.dialects.data_urls import is_data_url
from tapster.dialects.notices import Notices
from tapster.dialects.tool_loop import loop_start

DIALECT = "openai-responses"


def input_items(
    request: ChatRequest, reasoning_format: str, notices: Notices
) -> list[dict[str, Any]]:
    """Return `request`'s messages as items."""
    return _Writer(request, reasoning_format, notices).items


class _Writer:
    """Writes the items of one request."""

    def __init__(self, request: ChatRequest, reasoning_format: str, notices: Notices) -> None:
        self.items: list[dict[str, Any]] = []
        self._notices = notices
        self._reasoning_format = reasoning_format
        self._custom = {tool.name for tool in request.tools if _is_custom(tool.raw)}
        self._custom_calls: set[str] = set()
        start = loop_start(request.messages)
        for place, message in enumerate(request.messages):
            notices.omit_name(message)
            if message.role == "assistant":
                self._assistant(message, in_loop=place >= start)
            else:
                self._said(message)

    def _said(self, message: Message) -> None:
        """Write a turn of anyone but the model: tool results first, then what was said."""
        for part in message.parts:
            if isinstance(part, ToolResult):
                self._result(part)
        content = [block for part in message.parts if (block := self._input(part)) is not None]
        if not content:
            return
        role = "user" if message.role == "tool" else message.role
        self.items.append({"role": role, "content": _plain(content)})

    def _input(self, part: Part) -> dict[str, Any] | None:
        match part:
            case Text(text=text):
                return {"type": "input_text", "text": text} if text else None
            case Image(url=url, detail=detail):
                return {"type": "input_image", "image_url": url, "detail": detail or "auto"}
            case File():
                return _file(part)
            case Audio(data=data, format=form):
                return {"type": "input_audio", "input_audio": {"data": data, "format": form}}
            case Opaque(dialect=dialect, value=value) if dialect == DIALECT:
                return value
            case Refusal(text=text):
                return {"type": "input_text", "text": text}
            case Video() | Opaque():
                self._notices.omit_part(part)
            case ToolResult() | Reasoning() | ToolCall():
                pass
        return None

    def _result(self, result: ToolResult) -> None:
        custom = result.call_id in self._custom_calls
        content = [block for part in result.parts if (block := self._input(part)) is not None]
        self.items.append(
            {
                "type": "custom_tool_call_output" if custom else "function_call_output",
                "call_id": result.call_id,
                "output": _plain(content) if content else "",
            }
        )

    def _assistant(self, message: Message, *, in_loop: bool) -> None:
        if message.prefix:
            self._notices.cannot_continue()
        words: list[str] = []
        for part in _grouped(message.parts):
            match part:
                case Text(text=text) | Refusal(text=text):
                    words.append(text)
                case ToolCall():
                    self._flush(words, message)
                    self._call(part)
                case list():
                    self._flush(words, message)
                    if in_loop and (item := self._reasoning(part)):
                        self.items.append(item)
                case Opaque(dialect=dialect, value=value) if dialect == DIALECT:
                    # Outside the loop its reasoning is gone, without which it is refused.
                    self._flush(words, message)
                    if in_loop:
                        self.items.append(value)
                case _:
                    self._notices.omit_part(part)
        self._flush(words, message)

    def _flush(self, words: list[str], message: Message) -> None:
        text = "".join(words)
        words.clear()
        if not text:
            return
        item: dict[str, Any] = {"role": "assistant", "content": text}
        if "phase" in message.extra:
            item["phase"] = message.extra["phase"]
        self.items.append(item)

    def _call(self, call: ToolCall) -> None:
        if call.name in self._custom:
            self._custom_calls.add(call.id)
            kind, field = "custom_tool_call", "input"
        else:
            kind, field = "function_call", "arguments"
        self.items.append(
            {
                "type": kind,
                "call_id": call.id,
                "name": call.name,
                field: call.arguments or ("{}" if field == "arguments" else ""),
            }
        )

    def _reasoning(self, group: list[Reasoning]) -> dict[str, Any] | None:
        """Return the item the parts of `group` were one of, if it may go back at all.

        Nothing is stored, so an item the provider would have to look up by id is of no use.
        """
        if group[0].format != self._reasoning_format or not group[0].id:
            return None
        sealed = next((part.encrypted for part in group if part.encrypted), None)
        said = [part.text for part in group if part.kind == "text" and part.text]
        if sealed is None and not said:
            return None
        item: dict[str, Any] = {
            "type": "reasoning",
            "id": group[0].id,
            "summary": [
                {"type": "summary_text", "text": part.text}
                for part in group
                if part.kind == "summary" and part.text
            ],
        }
        if said:
            item["content"] = [{"type": "reasoning_text", "text": text} for text in said]
        if sealed is not None:
            item["encrypted_content"] = sealed
        return item


def _grouped(parts: tuple[Part, ...]) -> Iterator[Part | list[Reasoning]]:
    """Yield `parts`, with neighbouring thinking of one item as one list."""
    group: list[Reasoning] = []
    for part in parts:
        if isinstance(part, Reasoning):
            if group and part.id != group[0].id:
                yield group
                group = []
            group.append(part)
            continue
        if group:
            yield group
            group = []
        yield part
    if group:
        yield group


def _plain(content: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if len(content) == 1 and content[0].get("type") == "input_text":
        return str(content[0]["text"])
    return content


def _file(part: File) -> dict[str, Any]:
    item: dict[str, Any] = {"type": "input_file"}
    if part.file_id:
        item["file_id"] = part.file_id
    elif part.url and is_data_url(part.url):
        item["file_data"] = part.url
        item["filename"] = part.name or "file"
    else:
        item["file_url"] = part.url or ""
    return item


def _is_custom(raw: dict[str, Any] | None) -> bool:
    return raw is not None and raw.get("type") == "custom" and "input_schema" not in raw
