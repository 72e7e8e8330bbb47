"""How single response settings are written where their name alone would not do."""

import json
from collections.abc import Callable, Mapping
from typing import Any

# Returns the fields of the body that the value of a setting becomes.
Write = Callable[[Any], dict[str, Any]]
Wires = Mapping[str, str | Write]


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


def inside(outer: str, name: str) -> Write:
    """Write the value as the field `name` of the object `outer`."""
    return lambda value: {outer: {name: value}}


def joined(name: str) -> Write:
    """Write a list as one text with commas in between."""
    return lambda value: {name: ",".join(map(str, _listed(value)))}


def quoted(name: str) -> Write:
    """Write a list as one text of quoted items with commas in between."""

    def write(value: Any) -> dict[str, Any]:
        if isinstance(value, str):
            return {name: value}  # a program may know the endpoint's own form
        return {name: ", ".join(json.dumps(item, ensure_ascii=False) for item in value)}

    return write


def as_bias(bias: float | bool) -> Write:
    """Write a list of token ids as a `logit_bias` that keeps each of them away.

    The bias is a number, or false where that is the word for never.
    """
    return lambda value: {"logit_bias": {str(token): bias for token in _listed(value)}}


def numbered(name: str, numbers: Mapping[str, int]) -> Write:
    """Write a list of words as their numbers; numbers may be given themselves."""

    def number(word: Any) -> Any:
        text = str(word)
        return int(text) if text.isdecimal() else numbers.get(text, word)

    return lambda value: {name: [number(word) for word in _listed(value)]}


def lay_in(body: dict[str, Any], fields: Mapping[str, Any]) -> None:
    """Put `fields` into `body`; objects that both have become one."""
    for name, value in fields.items():
        known = body.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            value = {**known, **value}  # noqa: PLW2901  # the two become one
        body[name] = value


def _listed(value: Any) -> list[Any]:
    """Return the items of a list; what programs give alone is a list of one."""
    return value if isinstance(value, list) else [value]
