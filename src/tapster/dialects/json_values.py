"""JSON from strangers: read if it can be read, each value taken only as what it should be."""

import math
from typing import Any

import msgspec

from tapster.core.unreadable import UNREADABLE

# The largest number JSON carries everywhere without loss; no true count is larger.
_LARGEST = 2**53

_decode = msgspec.json.Decoder().decode


def read_json(text: bytes | str) -> Any:
    """Return the value of `text`, or `None` where it is no JSON, or nested beyond reading."""
    try:
        return _decode(text)
    except UNREADABLE:
        return None


def object_in(value: object) -> dict[str, Any]:
    """Return the object `value`; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def objects_in(value: object) -> list[dict[str, Any]]:
    """Return the objects in the list `value`; nothing where it is no list."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def text_in(value: object) -> str | None:
    """Return the text `value`, or `None` where it is empty or no text."""
    return value if isinstance(value, str) and value else None


def number_in(value: object) -> float | None:
    """Return the number `value`, or `None` where it is none, or none that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def whole_in(value: object) -> int | None:
    """Return the number `value` without its fraction, or `None` where it counts nothing real."""
    number = number_in(value)
    return int(number) if number is not None and abs(number) <= _LARGEST else None


def count_in(value: object) -> int:
    """Return the count `value`; 0 where it is no number, or none that counts anything."""
    return max(0, whole_in(value) or 0)
