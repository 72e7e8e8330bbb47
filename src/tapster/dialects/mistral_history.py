"""A history put into the order Mistral accepts, without losing what was said.

Mistral refuses with status 400: system turns after the first other turn, empty turns, a user
turn right after a tool's, tool calls and results that do not match, call ids that are not nine
letters and digits, and a last turn of the model that is not marked to be continued.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tapster.core.messages import Message, Part, Text, ToolCall, ToolResult, says
from tapster.dialects.notices import Notices
from tapster.dialects.openings import first_turn

_FITTING_ID = re.compile(r"^[a-zA-Z0-9]{9}$")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FILLER = "."
_MISSING_RESULT = "No result."


def normalised(messages: Sequence[Message], notices: Notices) -> tuple[Message, ...]:
    """Return `messages` as Mistral accepts them; what is changed in meaning is told."""
    ordered = _with_system_in_front(messages, notices)
    turns = [turn for turn in map(_with_fitting_ids, ordered) if _says_something(turn)]
    turns = list(_with_matching_results(turns, notices))
    turns = list(_with_answers_to_tools(turns))
    return tuple(_with_open_end(turns, notices))


def fitting_id(call_id: str) -> str:
    """Return `call_id` if Mistral takes it, else nine letters and digits made from it."""
    if _FITTING_ID.match(call_id):
        return call_id
    number = int.from_bytes(hashlib.sha256(call_id.encode("utf-8", "replace")).digest()[:8], "big")
    digits: list[str] = []
    for _ in range(9):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(digits)


def _with_system_in_front(messages: Sequence[Message], notices: Notices) -> list[Message]:
    """Merge the system turns at the front into one; later ones become the user's."""
    first = first_turn(messages)
    rest: list[Message] = []
    for message in messages[first:]:
        if message.role not in {"system", "developer"}:
            rest.append(message)
            continue
        rest.append(msgspec.structs.replace(message, role="user"))
        if _says_something(message):
            notices.tell(
                "System messages after the beginning were sent as the user's: "
                f"{notices.to} takes them only at the front."
            )
    front = [part for message in messages[:first] for part in message.parts]
    texts = [part.text for part in front if isinstance(part, Text) and part.text]
    return [says("system", "\n\n".join(texts)), *rest] if texts else rest


def _with_fitting_ids(message: Message) -> Message:
    if not any(isinstance(part, ToolCall | ToolResult) for part in message.parts):
        return message
    return msgspec.structs.replace(message, parts=tuple(map(_fitting, message.parts)))


def _fitting(part: Part) -> Part:
    if isinstance(part, ToolCall):
        return msgspec.structs.replace(part, id=fitting_id(part.id))
    if isinstance(part, ToolResult):
        return msgspec.structs.replace(part, call_id=fitting_id(part.call_id))
    return part


def _says_something(message: Message) -> bool:
    return any(not isinstance(part, Text) or part.text for part in message.parts)


def _with_matching_results(turns: Sequence[Message], notices: Notices) -> Iterator[Message]:
    """Give each call exactly one result, in order, right after it; leave out strays."""
    place = 0
    while place < len(turns):
        turn = turns[place]
        place += 1
        if not turn.tool_calls:
            rest = _without_results(turn)
            if rest is not turn:
                notices.tell(
                    f"A tool's result without its call was not sent: {notices.to} refuses it."
                )
            if _says_something(rest):
                yield rest
            continue
        yield turn
        following: list[Message] = []
        while place < len(turns) and _has_results(turns[place]):
            following.append(turns[place])
            place += 1
        results = {result.call_id: result for result in results_in(following)}
        for call in turn.tool_calls:
            result = results.get(call.id)
            if result is None:
                result = ToolResult(call.id, (Text(_MISSING_RESULT),), name=call.name)
                notices.tell(
                    f"“{_MISSING_RESULT}” was sent as the result of “{call.name}”: {notices.to} "
                    "wants one for every call."
                )
            elif result.name is None:
                result = msgspec.structs.replace(result, name=call.name)
            yield Message("tool", (result,))
        yield from filter(_says_something, map(_without_results, following))


def _has_results(turn: Message) -> bool:
    return any(isinstance(part, ToolResult) for part in turn.parts)


def results_in(turns: Iterable[Message]) -> Iterator[ToolResult]:
    """Yield the tool results of `turns`, in order."""
    for turn in turns:
        yield from (part for part in turn.parts if isinstance(part, ToolResult))


def _without_results(turn: Message) -> Message:
    rest = tuple(part for part in turn.parts if not isinstance(part, ToolResult))
    return turn if len(rest) == len(turn.parts) else msgspec.structs.replace(turn, parts=rest)


def _with_answers_to_tools(turns: Iterable[Message]) -> Iterator[Message]:
    """Put a short turn of the model between a tool's result and the user's next turn."""
    before: Message | None = None
    for turn in turns:
        if before is not None and before.role == "tool" and turn.role == "user":
            yield says("assistant", _FILLER)
        yield turn
        before = turn


def _with_open_end(turns: list[Message], notices: Notices) -> list[Message]:
    """Mark or follow a last turn of the model, which Mistral refuses to leave as it is."""
    if not turns or turns[-1].role != "assistant" or turns[-1].prefix:
        return turns
    notices.tell(
        f"“{_FILLER}” was put after the chat as the user's words: {notices.to} does not answer its "
        "own message. Use “continue” to let it go on."
    )
    return [*turns, says("user", _FILLER)]
