"""Messages of a chat as a prompt looks at them, and a counter that counts words."""

from dataclasses import dataclass

from tapster.core.messages import Part, Role


@dataclass(frozen=True)
class Said:
    """A message of a chat, as far as a prompt looks at it."""

    id: str
    role: Role
    parts: tuple[Part, ...]
    author: str | None = None
    hidden: bool = False


class Words:
    """Counts a word as a token, so that tests can be checked by hand."""

    name = "words"
    is_estimate = False

    def __call__(self, text: str) -> int:
        return len(text.split())
