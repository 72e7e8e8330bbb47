"""What is known of one response setting."""

from typing import Literal

from msgspec import Struct

# `ids` is a list of whole numbers, `code` a text of several lines, `json` an object.
Kind = Literal[
    "number", "integer", "text", "list", "map", "switch", "choice", "ids", "code", "json"
]


class Setting(Struct, frozen=True, omit_defaults=True):
    """A response setting. `neutral` is the value that changes nothing, where there is one.

    `usual` is a value to begin with where the neutral one would do nothing. `group` is the
    heading a page folds it away under; what nearly everybody turns has none. The `choices` of a
    list are words it is likely to hold.
    """

    name: str
    title: str
    meaning: str
    kind: Kind = "number"
    low: float | None = None
    high: float | None = None
    neutral: float | None = None
    usual: float | None = None
    choices: tuple[str, ...] = ()
    group: str = ""
