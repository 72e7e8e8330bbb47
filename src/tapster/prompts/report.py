"""What became of a chat in its prompt: every part with its tokens, and what was left out."""

from typing import Literal

from msgspec import Struct

from tapster.core.messages import Role

Label = Literal[
    "system prompt",
    "history",
    "continue nudge",
    "impersonate nudge",
    "turn nudge",
    "instruction",
]
Why = Literal["budget", "hidden", "empty", "tool-unanswered", "tool-unasked"]

Counting = Literal["whole", "all but the opening", "words", "guess"]
"""What was counted: all that the model reads; that without what opens its answer; the words
alone; or all, by a vocabulary that need not be the model's.
"""

MOST_NAMED = 100
"""So many of the messages left out for one reason are named; all of them are counted."""


class Item(Struct, frozen=True, omit_defaults=True, gc=False):
    """A message of the prompt. `message_id` is the chat's message it came from, if from one."""

    label: Label
    role: Role
    tokens: int
    message_id: str | None = None


class Cut(Struct, frozen=True, omit_defaults=True):
    """What was left out for one reason: how many messages, of how many tokens, which of them.

    `and_older` tells that everything before them was left out as well, unread.
    """

    why: Why
    count: int
    tokens: int
    message_ids: tuple[str, ...] = ()
    and_older: bool = False


class Report(Struct, frozen=True, kw_only=True):
    """How a prompt was put together.

    `total` is what it takes of `budget`, which is the model's `context` less what is kept for the
    `reply`. `context_assumed` tells that nobody knows the model's real one. `estimated` tells
    that the numbers are a guess; `counter` whose they are. `counted` is what the server itself
    counted for the whole, where it was asked; `counting` how much of it.
    """

    items: tuple[Item, ...]
    total: int
    budget: int
    context: int
    reply: int
    cuts: tuple[Cut, ...] = ()
    context_assumed: bool = False
    estimated: bool = True
    counter: str = ""
    counted: int | None = None
    counting: Counting = "whole"

    @property
    def sent_from(self) -> str | None:
        """The first message of the chat that goes out, where there is no room for older ones."""
        if all(cut.why != "budget" for cut in self.cuts):
            return None
        return next((item.message_id for item in self.items if item.message_id), None)
