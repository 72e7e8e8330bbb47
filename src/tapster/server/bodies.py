"""Bodies below `/api`: JSON that means one thing to every reader, and not too much of it."""

import asyncio
import json
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from litestar.serialization import decode_json

BODY_LIMIT = 12 * 1024 * 1024

# From how many bytes on a body is read in a thread, and what it may have in it then.
_LARGE = 64 * 1024
_MOST_VALUES = 20_000
_MOST_SIGNS = {b'"': ("quotation marks", 1_000_000), b"\\": ("backslashes", 2_000_000)}


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON has no duplicate names, no NaN and no half of a character."""

    async def body(self) -> bytes:
        """Return the body as it came, unpacked."""
        if self.headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
            raise HTTPException(
                status_code=415, detail="Send the body as it is, without Content-Encoding."
            )
        return await super().body()

    async def json(self) -> Any:
        """Return the body decoded. Raises for what two readers would read differently.

        A large one is read in a thread, so that everybody else is answered meanwhile.
        """
        raw = await self.body()
        if len(raw) <= _LARGE:
            return _value_in(raw or b"null")
        return await asyncio.to_thread(_value_in_large, raw)


def _value_in_large(raw: bytes) -> Any:
    _refuse_crowded(raw)
    return _value_in(raw)


def _value_in(raw: bytes) -> Any:
    _demand_plain(raw)
    return decode_json(raw)


def _refuse_crowded(raw: bytes) -> None:
    """Raise where so many values are in a body that to decode it would hold up everybody.

    A decoder lets no other thread run before it is done; what is counted here lets them.
    """
    for sign, (name, most) in _MOST_SIGNS.items():
        if raw.count(sign) > most:
            raise _malformed(f"it has more than {most:,} {name}")
    values, inside = 0, False
    for piece in raw.split(b'"'):
        if inside:
            # A quotation mark behind an odd number of backslashes does not end the text.
            inside = (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1
            continue
        inside = True
        for at in range(0, len(piece), _LARGE):
            values += sum(piece.count(sign, at, at + _LARGE) for sign in (b",", b"[", b"{"))
            if values > _MOST_VALUES:
                raise _malformed(f"it has more than {_MOST_VALUES:,} values")


def _demand_plain(raw: bytes) -> None:
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise _malformed(f"it is not UTF-8 at byte {error.start + 1}") from None
    except UnicodeEncodeError:
        raise _malformed("half of a character (a lone surrogate) is in it") from None
    except RecursionError:
        raise _malformed("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _malformed(
            f"{error.msg.lower().removesuffix(' at')} at character {error.pos + 1}"
        ) from None
    except ValueError as error:
        raise _malformed(str(error).partition(":")[0][:200]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} is there twice")
    return dict(pairs)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number JSON has")


def _malformed(why: str) -> HTTPException:
    return HTTPException(status_code=400, detail=f"The body is no JSON we can take: {why}.")
