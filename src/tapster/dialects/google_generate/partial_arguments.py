"""Tool-call arguments that Vertex AI streams piece by piece, each at a JSON path.

https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
"""

import re
from collections.abc import Sequence
from typing import Any

from tapster.dialects.json_values import objects_in

_STEP = re.compile(r"""\.?([^.\[\]'"]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]""")
# A path may name any place in a list: what lies far beyond its end is not one to make room for.
_MOST = 10_000


class PartialArguments:
    """The arguments of one call, growing."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self._growing: set[str] = set()

    def add(self, pieces: object) -> None:
        """Put `pieces` in their places; a text that is still growing is appended to."""
        for piece in objects_in(pieces):
            if isinstance(path := piece.get("jsonPath"), str):
                self._put(path, piece)

    def _put(self, path: str, piece: dict[str, Any]) -> None:
        steps = _steps_of(path)
        if not steps or not isinstance(steps[0], str):
            return
        value = _value_of(piece)
        if path in self._growing and isinstance(value, str):
            value = f"{_get(self.value, steps) or ''}{value}"
        _set(self.value, steps, value)
        if piece.get("willContinue"):
            self._growing.add(path)
        else:
            self._growing.discard(path)


def _value_of(piece: dict[str, Any]) -> Any:
    for name in ("stringValue", "numberValue", "boolValue"):
        if name in piece:
            number = piece[name]
            whole = isinstance(number, float) and number.is_integer()
            return int(number) if whole else number
    return None


def _steps_of(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for match in _STEP.finditer(path.removeprefix("$")):
        if match[2] is not None:
            steps.append(int(match[2]))
        else:
            steps.append(next(name for name in (match[1], match[3], match[4]) if name is not None))
    return steps


def _get(place: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        try:
            place = place[step]
        except (KeyError, IndexError, TypeError):
            return None
    return place


def _set(place: Any, steps: Sequence[str | int], value: Any) -> None:
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        empty = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, str) and isinstance(place, dict):
            if following is None or not isinstance(place.get(step), (dict, list)):
                place[step] = empty
        elif isinstance(step, int) and isinstance(place, list) and step < _MOST:
            place += [None] * (step + 1 - len(place))
            if following is None or not isinstance(place[step], (dict, list)):
                place[step] = empty
        else:
            return
        place = place[step]
