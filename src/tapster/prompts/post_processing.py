"""Post-processing: messages reshaped for endpoints that are strict about who speaks when.

Some take no second system message, some want the person first and both to take turns, some only
one message. A connection chooses a mode; what of a request does not fit is told, never lost.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tapster.core.events import Noticed
from tapster.core.messages import (
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest

PLACEHOLDER = "(The conversation begins here.)"
"""What the person is taken to say where the endpoint wants to hear them and they said nothing."""

_GAP = "\n\n"
_SYSTEM: tuple[Role, ...] = ("system", "developer")


class Mode(Struct, frozen=True):
    """What a mode does, beside letting nobody speak twice in a row.

    `one_system`: only the first message may be the system's. `user_first`: after that the person
    begins. `single`: all is one message of the person's. `tools`: tools are kept.
    """

    one_system: bool = False
    user_first: bool = False
    single: bool = False
    tools: bool = False


MODES: dict[str, Mode] = {
    "merge": Mode(),
    "merge_tools": Mode(tools=True),
    "semi": Mode(one_system=True),
    "semi_tools": Mode(one_system=True, tools=True),
    "strict": Mode(one_system=True, user_first=True),
    "strict_tools": Mode(one_system=True, user_first=True, tools=True),
    "single": Mode(single=True),
}


def post_process(request: ChatRequest, name: str | None) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` reshaped by the mode called `name`, and what had to be left out of it."""
    mode = MODES.get(name or "")
    if mode is None or request.prompt is not None:
        return request, ()
    changes: dict[str, Any] = {"messages": reshape(request.messages, mode)}
    if not mode.tools:
        changes |= {"tools": (), "tool_choice": None, "parallel_tool_calls": None}
    return replace(request, **changes), tuple(_notices(request, str(name), mode))


def reshape(messages: Sequence[Message], mode: Mode) -> tuple[Message, ...]:
    """Return `messages` as `mode` wants them."""
    spoken = [_with_speaker(message, mode) for message in messages]
    spoken = _merged(each for each in spoken if _says_something(each))
    if not spoken:
        return (says("user", PLACEHOLDER),)
    if mode.one_system:
        spoken = [spoken[0], *(_by_user(each, _SYSTEM) for each in spoken[1:])]
    if mode.user_first:
        spoken = _with_user_first(spoken)
    return tuple(_merged(each for each in spoken if each.parts))


def _notices(request: ChatRequest, name: str, mode: Mode) -> Iterable[Noticed]:
    if not mode.tools and request.tools:
        other = f"{name}_tools"
        hint = f" “{other}” keeps them." if other in MODES else ""
        yield Noticed(
            f"The tools were not sent: the connection's post-processing “{name}” is for models "
            f"without tools.{hint}",
            "tools",
        )
    if not mode.tools and any(_uses_tools(message) for message in request.messages):
        yield Noticed(
            "Calls of tools were not sent, and what the tools answered was sent as the person's "
            f"words: so wants the connection's post-processing “{name}”.",
            "messages",
        )
    if mode.single and request.messages and request.messages[-1].prefix:
        yield Noticed(
            f"The begun answer is not continued: the connection's post-processing “{name}” sends "
            "all as one message of the person's.",
            "prefix",
        )


def _uses_tools(message: Message) -> bool:
    return message.role == "tool" or any(
        isinstance(part, ToolCall | ToolResult) for part in message.parts
    )


def _with_speaker(message: Message, mode: Mode) -> Message:
    """Return `message` under the role and with the parts it goes on with, its name in words."""
    if message.role == "tool" and mode.tools:
        return message
    parts = message.parts if mode.tools else tuple(_without_tools(message.parts))
    if message.name and message.role != "tool":
        parts = _under_name(parts, f"{message.name}: ")
    message = replace(message, parts=_joined((), parts), name=None)
    if message.role == "tool":
        return _by_user(message, ("tool",))
    if mode.single:
        return _by_user(message, ("assistant", *_SYSTEM))
    return message


def _without_tools(parts: Sequence[Part]) -> Iterable[Part]:
    for part in parts:
        if isinstance(part, ToolResult):
            yield from (each for each in part.parts if not isinstance(each, Opaque))
        elif not isinstance(part, ToolCall):
            yield part


def _under_name(parts: tuple[Part, ...], prefix: str) -> tuple[Part, ...]:
    """Return `parts` with the speaker's name before the first words, unless it stands there."""
    for at, part in enumerate(parts):
        if isinstance(part, Text) and part.text:
            if part.text.startswith(prefix):
                return parts
            named = replace(part, text=prefix + part.text, signature=None)
            return (*parts[:at], named, *parts[at + 1 :])
    return parts


def _by_user(message: Message, roles: Sequence[Role]) -> Message:
    """Return `message` as the person's, if it is of one of `roles`.

    What only a model can have said goes: thoughts and sealed blocks. Its refusals become words.
    """
    if message.role not in roles:
        return message
    kept: list[Part] = []
    for part in message.parts:
        if isinstance(part, Refusal):
            kept.append(Text(part.text))
        elif isinstance(part, Text):
            kept.append(replace(part, signature=None))
        elif not isinstance(part, Reasoning | Opaque):
            kept.append(part)
    return replace(message, role="user", parts=_joined((), kept), prefix=False)


def _says_something(message: Message) -> bool:
    return any(not isinstance(part, Reasoning) for part in message.parts)


def _with_user_first(messages: list[Message]) -> list[Message]:
    placeholder = says("user", PLACEHOLDER)
    if messages[0].role in _SYSTEM:
        if len(messages) > 1 and messages[1].role == "user":
            return messages
        return [messages[0], placeholder, *messages[1:]]
    return messages if messages[0].role == "user" else [placeholder, *messages]


def _merged(messages: Iterable[Message]) -> list[Message]:
    """Return `messages` with those of one speaker in a row made one; tools speak for themselves."""
    merged: list[Message] = []
    for message in messages:
        last = merged[-1] if merged else None
        if last is None or message.role == "tool" or not _is_one_speaker(last.role, message.role):
            merged.append(message)
            continue
        merged[-1] = replace(
            last,
            parts=_joined(last.parts, message.parts),
            prefix=message.prefix,
            extra={**last.extra, **message.extra},
        )
    return merged


def _is_one_speaker(one: Role, other: Role) -> bool:
    return one == other or (one in _SYSTEM and other in _SYSTEM)


def _joined(above: Sequence[Part], below: Sequence[Part]) -> tuple[Part, ...]:
    """Return the parts of both, words that meet joined by a blank line; empty words go.

    Words a provider signed stay as they are, for the signature is of exactly those: within one
    message they may be halves of a sentence, and another message gets a blank line of its own.
    """
    parts: list[Part] = list(above)
    for part in below:
        if not isinstance(part, Text):
            parts.append(part)
            continue
        if not part.text:
            continue
        last = parts[-1] if parts else None
        if not isinstance(last, Text):
            parts.append(part)
        elif not last.signature and not part.signature:
            parts[-1] = Text(last.text + _GAP + part.text, cache=part.cache or last.cache)
        else:
            parts += [Text(_GAP), part] if len(parts) == len(above) else [part]
    return tuple(parts)
