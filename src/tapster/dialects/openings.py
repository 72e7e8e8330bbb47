"""Where the opening of a chat ends: the system messages that stand before all turns."""

from collections.abc import Sequence

from tapster.core.messages import Message


def first_turn(messages: Sequence[Message]) -> int:
    """Return the place of the first message that is no system message, or `len(messages)`."""
    for place, message in enumerate(messages):
        if message.role not in {"system", "developer"}:
            return place
    return len(messages)
