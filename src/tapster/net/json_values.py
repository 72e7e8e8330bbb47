"""JSON values that stand one after another in a stream, found without decoding them."""

import re

from tapster.core.links import Frame
from tapster.net.limits import too_large

BETWEEN = b" \t,"  # stands before a line or between two values and means nothing
OPENING = b"{["
PING = "ping"  # the name of events that only keep the connection alive

# A line that begins with d, e, i or r is a field of an event (data, event, id, retry) and is
# never the inside of a JSON value: it ends a value that was never closed.
_STRUCTURE = re.compile(rb'["{}\[\]]|\n[deir]')
_STRING_END = re.compile(rb'["\\\n]')
_NEXT = re.compile(rb"[^ \t\n,]")
_QUOTE, _BACKSLASH, _NEWLINE = b'"\\\n'


class JsonValues:
    """Takes bytes from where a value begins, up to where something else does.

    An object is a frame; so is each object or array inside an outermost array, as soon as it
    is complete. `event` is the name the first of them carries. Every byte is looked at once,
    and nesting costs nothing: only its depth is counted.
    """

    def __init__(self, limit: int, event: str | None) -> None:
        self._limit = limit
        self._event = event
        self._buffer = bytearray()
        self._position = 0
        self._start = -1  # where the value begins that is to become a frame
        self._depth = 0
        self._base = 0  # the depth at which such values stand: 1 inside an outermost array
        self._in_string = False

    def take(self, chunk: bytes, frames: list[Frame]) -> bytes | None:
        """Add the values that `chunk` completed; return what follows once no value does.

        `None` means that a value is still open. Line ends are line feeds.
        """
        self._buffer += chunk
        while True:
            if not self._depth and not self._open_next():
                return bytes(self._buffer[self._position :])
            step = self._skip_string if self._in_string else self._follow_structure
            outcome = step(frames)
            if outcome == "abandoned":
                return bytes(self._buffer[self._position :])
            if outcome == "exhausted":
                self._forget_taken()
                return None

    def _open_next(self) -> bool:
        """Enter the value that comes next, if one does."""
        found = _NEXT.search(self._buffer, self._position)
        if found is None:
            self._position = len(self._buffer)
            return False
        self._position = found.start()
        opening = self._buffer[self._position]
        if opening not in OPENING:
            return False
        is_array = opening == OPENING[1]
        self._base = 1 if is_array else 0
        self._start = -1 if is_array else self._position
        self._depth = 1
        self._position += 1
        return True

    def _skip_string(self, frames: list[Frame]) -> str:
        del frames
        found = _STRING_END.search(self._buffer, self._position)
        if found is None:
            self._position = len(self._buffer)
            return "exhausted"
        byte = self._buffer[found.start()]
        if byte == _NEWLINE:  # no JSON string holds a bare line end
            self._position = found.end()
            return "abandoned"
        if byte == _BACKSLASH:
            if found.end() == len(self._buffer):
                self._position = found.start()
                return "exhausted"
            self._position = found.end() + 1
            return "moved"
        self._position = found.end()
        self._in_string = False
        return "moved"

    def _follow_structure(self, frames: list[Frame]) -> str:
        buffer = self._buffer
        found = _STRUCTURE.search(buffer, self._position)
        if found is None:
            # A line feed at the very end is looked at again together with what follows it.
            self._position = len(buffer) - buffer.endswith(b"\n", self._position)
            return "exhausted"
        byte = buffer[found.start()]
        self._position = found.start() + 1
        if byte == _NEWLINE:
            return "abandoned"
        if byte == _QUOTE:
            self._in_string = True
        elif byte in OPENING:
            if self._depth == self._base:
                self._start = found.start()
            self._depth += 1
        else:
            self._depth -= 1
            if self._depth == self._base and self._start >= 0:
                self._emit(frames)
        return "moved"

    def _emit(self, frames: list[Frame]) -> None:
        self._check_size(self._position)
        if self._event != PING:
            frames.append(Frame(bytes(self._buffer[self._start : self._position]), self._event))
        self._event = None
        self._start = -1

    def _forget_taken(self) -> None:
        if self._start >= 0:
            self._check_size(len(self._buffer))
            taken, self._start = self._start, 0
        else:
            taken = self._position
        del self._buffer[:taken]
        self._position -= taken

    def _check_size(self, end: int) -> None:
        if end - self._start > self._limit:
            raise too_large("A JSON value of the stream", self._limit)
