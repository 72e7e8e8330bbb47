"""Where the open tool loop of a chat begins: the only place sealed thinking is sent back.

Providers bind thinking to the exact conversation before it and want it back only while the
model waits for a tool; a chat that can be edited is safest when all other thinking stays home.
"""

from collections.abc import Sequence

from tapster.core.messages import Message, ToolResult


def loop_start(messages: Sequence[Message]) -> int:
    """Return the place of the first message of the open tool loop, or `len(messages)`.

    A loop is open when a tool has answered since the model last spoke; it reaches back to the
    last turn a person really took.
    """
    last = max(
        (place for place, message in enumerate(messages) if message.role == "assistant"), default=-1
    )
    if last < 0 or not any(_has_result(message) for message in messages[last + 1 :]):
        return len(messages)
    for place in range(last, -1, -1):
        if messages[place].role == "user" and not _only_results(messages[place]):
            return place + 1
    return 0


def _has_result(message: Message) -> bool:
    return message.role == "tool" or any(isinstance(part, ToolResult) for part in message.parts)


def _only_results(message: Message) -> bool:
    return bool(message.parts) and all(isinstance(part, ToolResult) for part in message.parts)
