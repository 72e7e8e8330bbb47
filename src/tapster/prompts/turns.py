"""A chat's messages as the model is to get them: what belongs together, and what cannot go out."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from tapster.core.messages import Message, Opaque, Part, Reasoning, Text, ToolCall, ToolResult
from tapster.prompts.occasion import Turn
from tapster.prompts.report import Why


class Sent(Struct, frozen=True, gc=False):
    """A message that goes out, and the id of the chat's message it is."""

    id: str
    message: Message


class Unit(Struct, frozen=True, gc=False):
    """Messages that go out together or not at all, oldest first."""

    sent: tuple[Sent, ...]

    @property
    def is_said(self) -> bool:
        """Whether it is a message of the user."""
        return self.sent[0].message.role == "user"


class Omitted(Struct, frozen=True):
    """A message, or some of its parts, that cannot go out whatever the budget is."""

    id: str
    why: Why
    message: Message


class Gathering:
    """Makes units of turns that come newest first."""

    def __init__(self) -> None:
        # Tool results whose call has not come yet, newest first.
        self._results: list[Turn] = []

    def take(self, turn: Turn) -> Iterable[Unit | Omitted]:
        """Return what is complete with `turn`: at most one unit."""
        message = Message(turn.role, turn.parts)
        if turn.hidden:
            return (Omitted(turn.id, "hidden", message),)
        if not self._results and is_plain(turn.parts):
            # Nearly every message of a long chat comes this way.
            return (Unit((Sent(turn.id, message),)),)
        if _holds_results(turn):
            self._results.append(turn)
            return ()
        if message.role == "assistant" and message.tool_calls:
            results, self._results = self._results[::-1], []
            return _with_results(turn.id, message, results)
        if _says_something(message.parts):
            return (*self.end(), Unit((Sent(turn.id, message),)))
        return (*self.end(), Omitted(turn.id, "empty", message))

    def end(self) -> Iterator[Omitted]:
        """Yield the results nobody asked for, now that no call can come any more."""
        results, self._results = self._results[::-1], []
        for turn in results:
            yield Omitted(turn.id, "tool-unasked", Message(turn.role, turn.parts))


def _with_results(
    called: str, message: Message, results: Sequence[Turn]
) -> Iterator[Unit | Omitted]:
    """Yield an assistant's message with the results of its calls.

    Providers refuse a call without a result and a result without a call.
    """
    asked = {call.id for call in message.tool_calls}
    answered: set[str] = set()
    kept: list[Sent] = []
    for turn in results:
        good = tuple(part for part in turn.parts if _fits(part, asked))
        answered |= {part.call_id for part in good if isinstance(part, ToolResult)}
        if good:
            kept.append(Sent(turn.id, Message(turn.role, good)))
        if bad := tuple(part for part in turn.parts if not _fits(part, asked)):
            yield Omitted(turn.id, "tool-unasked", Message(turn.role, bad))
    open_calls = tuple(call for call in message.tool_calls if call.id not in answered)
    if open_calls:
        yield Omitted(called, "tool-unanswered", Message("assistant", open_calls))
        rest = tuple(part for part in message.parts if part not in open_calls)
        message = structs.replace(message, parts=rest)
    if _says_something(message.parts):
        yield Unit((Sent(called, message), *kept))


def is_plain(parts: Sequence[Part]) -> bool:
    """Whether all there is to `parts` is one text that says something."""
    if len(parts) != 1 or not isinstance(text := parts[0], Text):
        return False
    return bool(text.text) and not text.text.isspace()


def _fits(part: Part, asked: set[str]) -> bool:
    return not isinstance(part, ToolResult) or part.call_id in asked


def _holds_results(turn: Turn) -> bool:
    return any(isinstance(part, ToolResult) for part in turn.parts)


def _says_something(parts: Sequence[Part]) -> bool:
    """Whether anything is left for a provider to read: there are none that take blank messages."""
    for part in parts:
        match part:
            case Text(text=text):
                if text.strip():
                    return True
            case Reasoning():
                pass
            case ToolCall() | Opaque() | _:
                return True
    return False
