"""What sources have in common whose model lives in a browser: an address in it, and plain words."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec.structs import replace

from tapster.core.errands import Ability
from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.messages import Message, Part, Reasoning, Refusal, Text, ToolResult
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Encoded
from tapster.dialects.notices import Notices
from tapster.sources._options import LONGEST_CONTEXT, Option

CONTEXT = Option(
    "context",
    "Context",
    "How many tokens the model can read. Older messages are left out beyond it.",
    kind="integer",
    low=1,
    high=LONGEST_CONTEXT,
)


def inside(ability: Ability) -> str:
    """Return the address below which pages are asked that have `ability`."""
    return f"page://{ability}"


def below(ability: Ability) -> Callable[[Encoded, Link, ChatRequest | None], str]:
    """Return what builds the address of a call: none outside a browser, whatever was set."""

    def address(encoded: Encoded, link: Link, request: ChatRequest | None) -> str:
        del link, request
        return f"{inside(ability)}{encoded.path}"

    return address


def in_words(
    to: str, *, systems: Literal["anywhere", "first"]
) -> Callable[[ChatRequest, Link], tuple[ChatRequest, tuple[Noticed, ...]]]:
    """Return what makes a request one of plain words; `to` names who takes no more than that.

    `systems`: whether instructions may stand anywhere, or one alone and before all else.
    """

    def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
        del link
        notices = Notices(to)
        messages = [*_in_words(request.messages, notices)]
        if systems == "first":
            messages = [*_instructed_first(messages, notices)]
        if request.tools:
            notices.omit_fields(["tools"])
        plain = replace(
            request,
            messages=tuple(messages),
            tools=(),
            tool_choice=None,
            parallel_tool_calls=None,
        )
        return plain, notices.told()

    return refine


def _in_words(messages: Iterable[Message], notices: Notices) -> Iterator[Message]:
    """Yield `messages` as words alone: names stand before them, and what is no text is left out."""
    for message in messages:
        words = [text for part in message.parts if (text := _text_of(part, notices))]
        if not words and not message.prefix:
            continue
        text = ("" if message.role == "assistant" else "\n").join(words)
        role = message.role
        if role == "tool":
            role = "user"
        elif role == "developer":
            role = "system"
        if message.name and message.role != "tool":
            text = f"{message.name}: {text}"
        yield Message(role, (Text(text),), prefix=message.prefix)


def _text_of(part: Part, notices: Notices) -> str:
    match part:
        case Text(text=text) | Refusal(text=text):
            return text
        case ToolResult(parts=parts):
            return "\n".join(filter(None, (_text_of(each, notices) for each in parts)))
        case Reasoning():
            return ""
        case _:
            notices.omit_part(part)
            return ""


def _instructed_first(messages: list[Message], notices: Notices) -> Iterator[Message]:
    """Yield `messages` with the first instructions as one, and later ones as the person's words."""
    first = next(
        (place for place, each in enumerate(messages) if each.role != "system"), len(messages)
    )
    if first:
        yield Message("system", (Text("\n\n".join(each.text for each in messages[:first])),))
    for each in messages[first:]:
        if each.role == "system":
            notices.tell(
                "An instruction within the chat was sent as words of yours: "
                f"{notices.to} takes instructions at the beginning only."
            )
            yield replace(each, role="user")
        else:
            yield each
