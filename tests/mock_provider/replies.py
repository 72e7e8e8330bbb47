"""What was asked and what is said, in words common to all vendors."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Finish = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call the model makes; `arguments` is JSON as text. Without an id one is made up."""

    name: str
    arguments: str = "{}"
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool the client offers."""

    name: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image the client sent: its media type and bytes, or its address."""

    media_type: str = ""
    size: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A chat request as a vendor understood it."""

    model: str
    stream: bool = False
    turns: tuple[tuple[str, str], ...] = ()
    tools: tuple[Tool, ...] = ()
    forced_tool: str | None = None
    tool_result: str | None = None
    schema: dict[str, Any] | None = None
    json_mode: bool = False
    pictures: tuple[Picture, ...] = ()
    choices: int = 1
    logprobs: bool = False
    stops: tuple[str, ...] = ()
    max_tokens: int | None = None
    prefix: str = ""
    include_usage: bool = False
    thinks: bool | None = None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def last_user(self) -> str:
        """The words of the last user turn."""
        return next((text for role, text in reversed(self.turns) if role == "user"), "")

    @property
    def prompt_tokens(self) -> int:
        """What the mock counts for the input: about four characters a token, 4 per turn."""
        return sum(count_tokens(text) + 4 for _, text in self.turns) + 85 * len(self.pictures)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says. Text and reasoning are cut into deltas unless given as a tuple.

    `fault` is written as in the path (`cut@3+crlf`); `pause` is in seconds, before each delta;
    `sealed` hides the reasoning's words as the vendor does; `cached` counts input tokens read
    from the cache; `images` are base64 PNG.
    """

    text: str | tuple[str, ...] = ""
    reasoning: str | tuple[str, ...] = ""
    tool_calls: tuple[ToolUse, ...] = ()
    refusal: str = ""
    finish: Finish = "stop"
    pause: float = 0.0
    sealed: bool = False
    cached: int = 0
    images: tuple[str, ...] = ()
    fault: str = ""

    @property
    def deltas(self) -> tuple[str, ...]:
        """The text in the pieces in which it is streamed."""
        return cut(self.text) if isinstance(self.text, str) else self.text

    @property
    def thoughts(self) -> tuple[str, ...]:
        """The reasoning in the pieces in which it is streamed."""
        return cut(self.reasoning) if isinstance(self.reasoning, str) else self.reasoning

    @property
    def whole_text(self) -> str:
        return "".join(self.deltas)

    @property
    def whole_reasoning(self) -> str:
        return "".join(self.thoughts)

    @property
    def reasoning_tokens(self) -> int:
        return count_tokens(self.whole_reasoning)

    @property
    def answer_tokens(self) -> int:
        """Output tokens without the reasoning."""
        calls = sum(count_tokens(call.name + call.arguments) for call in self.tool_calls)
        return count_tokens(self.whole_text + self.refusal) + calls


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`: a list that is easier to read and to keep short."""
    return tuple(text.split())


def count_tokens(text: str) -> int:
    """Count as the mock's tokenizer does: four characters a token, rounded up."""
    return (len(text) + 3) // 4


def cut(text: str) -> tuple[str, ...]:
    """Cut `text` into several pieces that join to it again: at words, or a word in two."""
    pieces = re.findall(r"\s*\S+\s*\Z|\s*\S+|\s+", text)
    if len(pieces) == 1 and len(text) > 1:
        middle = (len(text) + 1) // 2
        return (text[:middle], text[middle:])
    return tuple(pieces)


def cut_arguments(arguments: str) -> tuple[str, ...]:
    """Cut a tool call's arguments into a few fragments, not at JSON's own seams."""
    size = max(1, (len(arguments) + 2) // 3)
    return tuple(arguments[at : at + size] for at in range(0, len(arguments), size))
