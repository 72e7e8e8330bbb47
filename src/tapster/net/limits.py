"""How much of an answer we take before we call it broken."""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from tapster.core.errors import Reason, SourceError

MIB = 1024 * 1024


class Limits(Struct, frozen=True, kw_only=True):
    """Bytes, all counted after decompression.

    `line` bounds one line of a stream, `event` one event (a generated picture is the largest
    that is real), `stream` all of a stream, `document` a body read whole, `header` one line
    of the answer's head. No answer is held in memory beyond these, whatever its length claims.
    """

    line: int = 32 * MIB
    event: int = 32 * MIB
    document: int = 64 * MIB
    stream: int = 256 * MIB
    header: int = 64 * 1024

    def within(self, longest: int | None) -> Self:
        """Return limits under which an answer has `longest` bytes at most."""
        if longest is None:
            return self
        return replace(self, document=min(longest, self.document), stream=min(longest, self.stream))


def too_large(what: str, limit: int) -> SourceError:
    """Return the error for an answer that outgrew `limit` bytes; `what` begins its sentence."""
    shown = f"{limit / MIB:.0f} MiB" if limit >= MIB else f"{limit:,} bytes"
    return SourceError(
        Reason.TOO_LARGE,
        f"{what} is larger than {shown}, so it was not read further. "
        "Check that the address is that of a model's API.",
    )
