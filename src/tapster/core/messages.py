"""What is said in a chat: messages made of parts, the same for every provider."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct, field

Role = Literal["system", "developer", "user", "assistant", "tool"]


class CacheMark(Struct, frozen=True, omit_defaults=True):
    """The end of a prefix the provider is asked to keep in its prompt cache."""

    ttl: Literal["5m", "1h"] | None = None


class Text(Struct, frozen=True, tag="text", tag_field="type", omit_defaults=True):
    """Words. `signature` is what the provider signed them with, if it did."""

    text: str
    cache: CacheMark | None = None
    signature: str | None = None


class Image(Struct, frozen=True, tag="image", tag_field="type", omit_defaults=True):
    """A picture: an `https:` address or a `data:` URL."""

    url: str
    detail: str | None = None
    cache: CacheMark | None = None


class Audio(Struct, frozen=True, tag="audio", tag_field="type", omit_defaults=True):
    """Sound as base64 and its format (`wav`, `mp3`, …)."""

    data: str
    format: str


class Video(Struct, frozen=True, tag="video", tag_field="type", omit_defaults=True):
    """A film: an `https:` address or a `data:` URL."""

    url: str


class File(Struct, frozen=True, tag="file", tag_field="type", omit_defaults=True):
    """A document: a `data:` URL, an address, or an id the provider gave on upload."""

    name: str | None = None
    url: str | None = None
    file_id: str | None = None
    cache: CacheMark | None = None


class Reasoning(Struct, frozen=True, tag="reasoning", tag_field="type", omit_defaults=True):
    """Thinking, kept apart from the text and replayed only as its sealer allows.

    `format` names who sealed it, in the terms OpenRouter established
    (`anthropic-claude-v1`, `openai-responses-v1`, `google-gemini-v1`, `xai-responses-v1`,
    `unknown`). `encrypted` stands for thinking that cannot be read; `index` keeps the order.
    """

    text: str = ""
    kind: Literal["text", "summary", "encrypted"] = "text"
    signature: str | None = None
    encrypted: str | None = None
    id: str | None = None
    format: str | None = None
    index: int | None = None


class ToolCall(Struct, frozen=True, tag="tool-call", tag_field="type", omit_defaults=True):
    """The model asks for a tool. `arguments` is JSON as text, as the model wrote it."""

    id: str
    name: str
    arguments: str = ""
    signature: str | None = None


class Refusal(Struct, frozen=True, tag="refusal", tag_field="type", omit_defaults=True):
    """The model's words when it declines."""

    text: str


class Opaque(Struct, frozen=True, tag="opaque", tag_field="type", omit_defaults=True):
    """A provider's own block we do not read; it goes back only to the dialect it came from."""

    dialect: str
    value: dict[str, Any]


class ToolResult(Struct, frozen=True, tag="tool-result", tag_field="type", omit_defaults=True):
    """What a tool answered to the call `call_id`."""

    call_id: str
    parts: tuple[Text | Image | File | Opaque, ...] = ()
    name: str | None = None
    is_error: bool = False
    cache: CacheMark | None = None


Part = Text | Image | Audio | Video | File | Reasoning | ToolCall | ToolResult | Refusal | Opaque


class Message(Struct, frozen=True, omit_defaults=True):
    """One turn of a chat.

    `prefix` marks a last assistant message the model should continue. `extra` holds fields of
    the message we have no word for; they travel untouched to endpoints of the same dialect.
    """

    role: Role
    parts: tuple[Part, ...] = ()
    name: str | None = None
    prefix: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The visible words, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools the model asked for in this turn."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))


def says(role: Role, text: str) -> Message:
    """Return a message of plain text."""
    return Message(role=role, parts=(Text(text),))


def joined_text(parts: Sequence[object]) -> str:
    """Return the words of `parts`, joined; what is not text is left out."""
    return "".join(part.text for part in parts if isinstance(part, Text))


def reworded(parts: Sequence[Part], text: str) -> tuple[Part, ...]:
    """Return `parts` with `text` for all words in them; thoughts, pictures and calls stay.

    Whole paragraphs that `text` still begins with stay parts of their own: a file stood before
    the words, and is told from them by that.
    """
    kept: list[Part] = []
    place = None
    for part in parts:
        if not isinstance(part, Text):
            kept.append(part)
        elif place is None and part.text.endswith("\n\n") and text.startswith(part.text):
            kept.append(part)
            text = text.removeprefix(part.text)
        elif place is None:
            place = len(kept)
    if text:
        kept.insert(len(kept) if place is None else place, Text(text))
    return tuple(kept)
