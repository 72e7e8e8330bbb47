"""JSON that means one thing to every reader: no name twice, no NaN, no half of a character."""

import json
import math
from collections import Counter
from typing import Any

from tapster.core.errors import InvalidInput

_MOST_VALUES = 3_000_000
"""How many commas may be in a file: each stands for a value, or is a part of a text."""


def read_json(raw: bytes, *, what: str) -> Any:
    """Return the value in `raw`. Raises `InvalidInput`, which begins with `what` is no JSON."""
    if raw.count(b",") > _MOST_VALUES:
        raise InvalidInput(f"{what} has more values than are read at once.", field="file")
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_once,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise _no_json(what, f"it is not UTF-8 at byte {error.start + 1}") from None
    except UnicodeEncodeError:
        raise _no_json(what, "half of a character (a lone surrogate) is in it") from None
    except RecursionError:
        raise _no_json(what, "it is nested too deeply") from None
    except json.JSONDecodeError as error:
        said = error.msg.lower().removesuffix(" at")
        raise _no_json(what, f"{said} at character {error.pos + 1}") from None
    except ValueError as error:
        raise _no_json(what, str(error).partition(":")[0][:200]) from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the name {twice[:60]!r} is there twice")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number JSON has")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:40]} is too large a number")
    return number


def _no_json(what: str, why: str) -> InvalidInput:
    return InvalidInput(f"{what} is no JSON we can take: {why}.", field="file")
