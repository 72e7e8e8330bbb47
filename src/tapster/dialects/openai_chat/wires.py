"""How single response settings are written where their name alone would not do."""

import json
from collections.abc import Callable, Mapping
from typing import Any

# Returns the fields of the body that the value of a setting becomes.
Write = Callable[[Any], dict[str, Any]]
Wires = Mapping[str, str | Write]

_LONG_NUMBER = 20


def written(wire: str | Write, value: Any) -> dict[str, Any]:
    """Return the fields that `value` becomes; a tuple is a list on the wire."""
    value = list(value) if isinstance(value, tuple) else value
    return {wire: value} if isinstance(wire, str) else wire(value)


def same(*names: str) -> dict[str, str]:
    """Return the wires of settings that are called on the wire as we call them."""
    return {name: name for name in names}


def beside(name: str, **fixed: Any) -> Write:
    """Write the value as `name`, beside the fields it says nothing without."""
    return lambda value: {name: value, **fixed}


def counted(name: str, *, least: int = 0) -> Write:
    """Write a switch or a number as the number `name`; what is neither goes as it stands."""
    return lambda value: {name: max(least, int(value)) if isinstance(value, int) else value}


def inside(outer: str, name: str) -> Write:
    """Write the value as the field `name` of the object `outer`."""
    return lambda value: {outer: {name: value}}


def joined(name: str) -> Write:
    """Write a list as one text with commas in between."""
    return _of_list(name, lambda items: ",".join(map(str, items)))


def quoted(name: str) -> Write:
    """Write a list as one text of quoted items with commas in between."""

    def write(items: list[Any]) -> str:
        return ", ".join(json.dumps(item, ensure_ascii=False) for item in items)

    listed = _of_list(name, write)
    # A program may know the endpoint's own form, which is a text.
    return lambda value: {name: value} if isinstance(value, str) else listed(value)


def as_bias(bias: float | bool) -> Write:
    """Write a list of token ids as a `logit_bias` that keeps each of them away.

    The bias is a number, or false where that is the word for never.
    """
    return _of_list("logit_bias", lambda tokens: {str(token): bias for token in tokens})


def numbered(name: str, numbers: Mapping[str, int]) -> Write:
    """Write a list of words as their numbers; numbers may be given themselves."""

    def number(word: Any) -> Any:
        text = str(word)
        # Python refuses to read a number of thousands of digits.
        is_number = text.isdecimal() and len(text) < _LONG_NUMBER
        return int(text) if is_number else numbers.get(text, word)

    return _of_list(name, lambda words: [number(word) for word in words])


def lay_in(body: dict[str, Any], fields: Mapping[str, Any]) -> None:
    """Put `fields` into `body`; objects that both have become one."""
    for name, value in fields.items():
        known = body.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            value = {**known, **value}  # noqa: PLW2901  # the two become one
        body[name] = value


def _of_list(name: str, write: Callable[[list[Any]], Any]) -> Write:
    """Return what writes a list by `write` as the field `name`.

    What programs give alone is a list of one. What is neither goes as it stands: the endpoint
    says itself that it refuses it.
    """

    def written_list(value: Any) -> dict[str, Any]:
        if isinstance(value, str | int) and not isinstance(value, bool):
            value = [value]
        return {name: write(value) if isinstance(value, list) else value}

    return written_list
