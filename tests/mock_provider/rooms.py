"""The models a server of one's own has, and what goes wrong with it next."""

from dataclasses import dataclass, field


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
