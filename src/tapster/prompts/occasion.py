"""What is known of a generation before its prompt is put together."""

from typing import Literal, Protocol

from msgspec import Struct

from tapster.core.errors import InvalidInput
from tapster.core.messages import Part, Role
from tapster.prompts.costs import PRIMING

Kind = Literal["say", "swipe", "regenerate", "continue", "impersonate", "quiet"]

ASSUMED_CONTEXT = 32_768
"""Tokens a model is taken to have room for where nobody says."""

_USUAL_REPLY = 2_048


class Turn(Protocol):
    """What of a chat's message counts for a prompt."""

    @property
    def id(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def parts(self) -> tuple[Part, ...]: ...
    @property
    def author(self) -> str | None: ...
    @property
    def hidden(self) -> bool: ...


class Occasion(Struct, frozen=True, kw_only=True):
    """One generation: its kind, who speaks, and how much the model takes.

    - `system`: the chat's system prompt.
    - `person`: the name of the one who writes the user's messages.
    - `instruction`: what a quiet generation is for; for impersonating, what to write about.
    - `context`: tokens the model has room for; `None` where nobody says, and `assumed` counts.
    - `reply`: tokens the answer may have; `None` for the usual length.
    - `longest_reply`: the most the model writes at once, where that is known.
    - `prefills`: whether the model goes on from a begun answer by itself.
    """

    kind: Kind = "say"
    system: str = ""
    person: str | None = None
    instruction: str = ""
    context: int | None = None
    assumed: int = ASSUMED_CONTEXT
    reply: int | None = None
    longest_reply: int | None = None
    prefills: bool = False

    @property
    def room(self) -> int:
        """The tokens the model has room for, known or assumed."""
        return self.context or max(self.assumed, 2 * (self.reply or 0))

    @property
    def kept_for_reply(self) -> int:
        """The tokens that are left free for the answer."""
        if self.reply is not None:
            return self.reply
        usual = min(_USUAL_REPLY, self.room // 4)
        return min(usual, self.longest_reply or usual)

    @property
    def budget(self) -> int:
        """The tokens the prompt may take."""
        left = self.room - self.kept_for_reply - PRIMING
        if left <= 0:
            raise InvalidInput(
                f"The longest answer, {self.kept_for_reply:,} tokens, takes all of the "
                f"{self.room:,} the model has room for: ask for a shorter one (max_tokens).",
                field="max_tokens",
            )
        return left
