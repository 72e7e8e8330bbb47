"""The models a server of one's own has, and what goes wrong with it next."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from mock_provider.outputs import Output, Piece, stream, whole

# Bytes of each model.
SIZE = 4_000_000_000
# Seconds nobody waits for.
_NEVER = float("inf")


@dataclass(slots=True)
class Room:
    """`models` are states by name. `trouble` is what the server does instead of its work:

    `dies` breaks off, `hangs` falls silent, `disk` and `memory` are full; a server has more.
    """

    models: dict[str, str]
    trouble: str = ""
    context: dict[str, int] = field(default_factory=dict)
    arriving: str = ""
    steps: int = 0

    @property
    def loaded(self) -> str | None:
        """The loaded model of a server that has one at a time."""
        return next((name for name, state in self.models.items() if state == "loaded"), None)

    def only(self, model: str, context: int) -> None:
        """Have `model` loaded and no other, or none."""
        for name in self.models:
            self.models[name] = "loaded" if name == model else "unloaded"
        self.context[model] = context

    def begin(self, model: str) -> None:
        """Begin work on `model`."""
        self.arriving, self.steps = model, 0

    def step(self) -> int:
        """Be a step further, and return which it is."""
        self.steps += 1
        return self.steps


def told(room: Room, pieces: Iterable[Piece], kind: str) -> Output:
    """Return a report that breaks off, or falls silent, where the room says so."""
    output = stream(pieces, kind)
    if room.trouble in {"dies", "hangs"}:
        first = tuple(output.pieces)[:2]
        ending = "cut" if room.trouble == "dies" else "hang"
        output = replace(output, pieces=first, ending=ending)
    return output


def answered(room: Room, value: Any) -> Output:
    """Return an answer that never comes where the room says so."""
    if room.trouble == "dies":
        return Output(status=0)
    return whole(value, delay=_NEVER if room.trouble == "hangs" else 0.0)
