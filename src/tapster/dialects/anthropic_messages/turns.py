"""Messages as Anthropic's turns: alternating, the user first, made of content blocks."""

import re
from typing import Any

from tapster.core.messages import (
    Audio,
    CacheMark,
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
from tapster.dialects.anthropic_messages.attachments import file_block, image_block
from tapster.dialects.anthropic_messages.cache_marks import mark
from tapster.dialects.call_arguments import arguments_of
from tapster.dialects.notices import Notices
from tapster.dialects.openings import first_turn
from tapster.dialects.tool_loop import loop_start

DIALECT = "anthropic-messages"
SEAL = "anthropic-claude-v1"
OPENING = "Let's get started."

_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9_-]")

Block = dict[str, Any]


class TurnWriter:
    """Writes one request's `system` and `messages`."""

    def __init__(self, request: ChatRequest, notices: Notices) -> None:
        self._notices = notices
        self.system: str | list[Block] | None = None
        self.messages: list[dict[str, Any]] = []
        self._loop = loop_start(request.messages)
        first = first_turn(request.messages)
        self._write_system(request.messages[:first])
        for place, message in enumerate(request.messages[first:], start=first):
            self._write(message, place)
        self._trim_end()
        self._open_with_user()

    def _write_system(self, messages: tuple[Message, ...]) -> None:
        blocks: list[Block] = []
        for message in messages:
            for part in message.parts:
                if isinstance(part, Text):
                    blocks += _text(part.text, part.cache)
                else:
                    self._notices.omit_part(part)
        if any("cache_control" in block for block in blocks):
            self.system = blocks
        elif blocks:
            self.system = "\n\n".join(block["text"] for block in blocks)

    def _write(self, message: Message, place: int) -> None:
        self._notices.omit_name(message)
        if message.role == "assistant":
            self._add("assistant", self._said_by_model(message, in_loop=place >= self._loop))
        else:
            self._add("user", [block for part in message.parts for block in self._said(part)])

    def _add(self, role: str, blocks: list[Block]) -> None:
        """Add `blocks`, to the last turn if it is of the same role; tool results stand first."""
        if not blocks:
            return
        if not self.messages or self.messages[-1]["role"] != role:
            self.messages.append({"role": role, "content": []})
        content: list[Block] = self.messages[-1]["content"]
        content += blocks
        if role == "user":
            content.sort(key=lambda block: block.get("type") != "tool_result")

    def _said(self, part: Part) -> list[Block]:
        match part:
            case Text(text=text, cache=cache):
                return _text(text, cache)
            case Refusal(text=text):
                return _text(text, None)
            case Image():
                return [mark(image_block(part.url), part.cache)]
            case File():
                return [mark(file_block(part), part.cache)]
            case ToolResult():
                return [self._result(part)]
            case Opaque(dialect=dialect, value=value) if dialect == DIALECT:
                return [dict(value)]
            case Opaque() | Audio() | Video():
                self._notices.omit_part(part)
            case Reasoning() | ToolCall():
                pass
        return []

    def _result(self, result: ToolResult) -> Block:
        block: Block = {"type": "tool_result", "tool_use_id": _NOT_IN_ID.sub("_", result.call_id)}
        content = [inner for part in result.parts for inner in self._said(part)]
        if len(content) == 1 and set(content[0]) == {"type", "text"}:
            block["content"] = content[0]["text"]
        elif content:
            block["content"] = content
        if result.is_error:
            block["is_error"] = True
        return mark(block, result.cache)

    def _said_by_model(self, message: Message, *, in_loop: bool) -> list[Block]:
        blocks: list[Block] = []
        for part in message.parts:
            match part:
                case ToolCall():
                    blocks.append(self._call(part))
                case Reasoning():
                    blocks += _thinking(part) if in_loop else []
                case Image() | File() | Audio() | Video():
                    self._notices.omit_part(part)
                case _:
                    blocks += self._said(part)
        return blocks

    def _call(self, call: ToolCall) -> Block:
        return {
            "type": "tool_use",
            "id": _NOT_IN_ID.sub("_", call.id),
            "name": call.name,
            "input": arguments_of(call, self._notices),
        }

    def _trim_end(self) -> None:
        """Cut white space off the end of a begun answer, which is refused with it."""
        if not self.messages or self.messages[-1]["role"] != "assistant":
            return
        content = self.messages[-1]["content"]
        if content[-1].get("type") == "text":
            content[-1]["text"] = content[-1]["text"].rstrip()

    def _open_with_user(self) -> None:
        if self.messages and self.messages[0]["role"] == "user":
            return
        self.messages.insert(0, {"role": "user", "content": [{"type": "text", "text": OPENING}]})
        self._notices.tell(
            f"“{OPENING}” was put before the chat: {self._notices.to} wants the user to speak "
            "first."
        )


def _text(text: str, cache: CacheMark | None) -> list[Block]:
    """Return a text block, or none: blocks of white space alone are refused."""
    if not text.strip():
        return []
    return [mark({"type": "text", "text": text}, cache)]


def _thinking(part: Reasoning) -> list[Block]:
    """Return thinking as it was sealed; what somebody else sealed, or nobody, stays home."""
    if part.format != SEAL:
        return []
    if part.encrypted:
        return [{"type": "redacted_thinking", "data": part.encrypted}]
    if part.signature:
        return [{"type": "thinking", "thinking": part.text, "signature": part.signature}]
    return []
