"""Compressed bodies, opened piece by piece so that a small body cannot fill the memory."""

import importlib
import zlib
from typing import Any, Protocol

from tapster.core.errors import Reason, SourceError

ACCEPTED = "gzip, deflate"
_PIECE = 64 * 1024
_TAKEN = 4 * 1024
_GZIP = 0x1F  # the first byte of a gzip member


class Opener(Protocol):
    """Takes compressed bytes and gives back the opened ones, a bounded piece at a time."""

    def add(self, data: bytes) -> None:
        """Take more compressed bytes."""
        ...

    def next_piece(self) -> bytes:
        """Return the next piece, empty when more compressed bytes are needed."""
        ...

    def is_whole(self) -> bool:
        """Tell whether the compressed data ended where it says it ends."""
        ...


class Deflated:
    """gzip and deflate, the latter also without its header, as some servers send it."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._inflate: Any = None
        self._begun = False

    def add(self, data: bytes) -> None:
        self._pending += data

    def next_piece(self) -> bytes:
        while self._inflate is not None or self._begin():
            taken = self._inflate.unconsumed_tail or self._take()
            piece: bytes = self._inflate.decompress(taken, _PIECE)
            if self._inflate.eof:
                self._pending[:0] = self._inflate.unused_data
                self._inflate = None
            if piece:
                return piece
            if not taken:
                return b""
        return b""

    def is_whole(self) -> bool:
        return self._inflate is None

    def _begin(self) -> bool:
        """Begin to open the data, or the next of several gzip members; drop what is neither."""
        if not self._pending:
            return False
        first = self._pending[0]
        if self._begun and first != _GZIP:
            self._pending.clear()
            return False
        self._begun = True
        has_header = first == _GZIP or first & 0x0F == zlib.DEFLATED
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32 if has_header else -zlib.MAX_WBITS)
        return True

    def _take(self) -> bytes:
        """Return a little: what is not used up by one step is copied by the next."""
        taken = bytes(self._pending[:_TAKEN])
        del self._pending[:_TAKEN]
        return taken


class Brotli:
    """Brotli, where its library is installed."""

    def __init__(self, library: Any) -> None:
        self._brotli = library.Decompressor()
        self._pending = b""

    def add(self, data: bytes) -> None:
        self._pending += data

    def next_piece(self) -> bytes:
        while self._pending or not self._brotli.can_accept_more_data():
            if self._brotli.is_finished():
                self._pending = b""
                return b""
            taken = b""
            if self._brotli.can_accept_more_data():
                taken, self._pending = self._pending, b""
            piece: bytes = self._brotli.process(taken, output_buffer_limit=_PIECE)
            if piece:
                return piece
        return b""

    def is_whole(self) -> bool:
        return bool(self._brotli.is_finished())


def opener_of(encoding: str) -> Opener | None:
    """Return what opens a body of this content encoding, `None` if it is not compressed."""
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip" | "deflate":
            return Deflated()
        case "br" if (library := _brotli_library()) is not None:
            return Brotli(library)
        case other:
            raise SourceError(
                Reason.NOT_AN_API,
                f"The answer is compressed as {other[:40]!r}, which was not asked for and cannot "
                "be opened here. If a proxy stands before the API, let it pass answers on as "
                "they are.",
            )


def is_bad_data(error: Exception) -> bool:
    """Tell whether `error` says that the data is not compressed as its header claims."""
    library = _brotli_library()
    return isinstance(error, zlib.error) or (
        library is not None and isinstance(error, library.error)
    )


def _brotli_library() -> Any:
    try:
        return importlib.import_module("brotli")  # optional, and most endpoints never send it
    except ImportError:
        return None
