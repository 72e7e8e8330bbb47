"""What a person waiting for the embedded model may be shown."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct


class Progress(Struct, frozen=True):
    """Where a model is on its way: `seconds` since the loading began.

    `found` names the file that will be loaded, `loading` is repeated about twice a second,
    `ready` says how long it took; `failed` carries the sentence why; `unloaded` gives the
    memory back.
    """

    state: Literal["found", "loading", "ready", "failed", "unloaded"]
    model: str
    seconds: float = 0.0
    message: str = ""


Report = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    """Take a report that nobody waits for."""
    del progress
