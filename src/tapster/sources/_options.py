"""What a person may set on a connection of one source alone."""

import re
from typing import Any, Literal

import msgspec

LONGEST_CONTEXT = 4_194_304
"""Tokens. No model is loaded with more."""

_WHOLE = re.compile(r"-?[0-9]{1,12}")


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """A setting of a connection that only this source has, such as a region or an API choice.

    `body` is the field it goes into (`provider.order`: the field `order` of the field
    `provider`), `header` the header; an option with neither is read by the source itself.
    What a request says itself stands. A `header` kind of value is the name of one; a `duration`
    is a number of seconds, or a text such as `1h30m`. A number is from `low` to `high`.
    """

    name: str
    title: str
    meaning: str
    kind: Literal[
        "text", "integer", "number", "switch", "choice", "list", "map", "header", "duration"
    ] = "text"
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    body: str = ""
    header: str = ""
    low: int | None = None
    high: int | None = None


def as_sent(option: Option, value: Any) -> Any:
    """Return `value` as it goes out: a duration that is a bare number is a number there."""
    if option.kind == "duration" and isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    return value


def lay_under(body: dict[str, Any], path: list[str], value: Any) -> None:
    """Set the field at `path` unless it is there already."""
    name, *rest = path
    if not rest:
        body.setdefault(name, value)
        return
    inner = body.get(name, {})
    if isinstance(inner, dict):
        body[name] = dict(inner)
        lay_under(body[name], rest, value)
