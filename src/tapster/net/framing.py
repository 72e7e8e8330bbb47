"""Bytes in, frames out: server-sent events, JSON lines and streamed JSON arrays.

The events of https://html.spec.whatwg.org/multipage/server-sent-events.html, and what
providers send beside them: a bare JSON object between events, objects one after another with
or without line breaks, and an array whose elements arrive one by one.
"""

from collections.abc import Callable, Sequence

import msgspec

from tapster.core.errors import SourceError
from tapster.core.links import Frame
from tapster.net.json_values import BETWEEN, PING, JsonValues
from tapster.net.limits import Limits, too_large

_MARK = b"\xef\xbb\xbf"
_OPENINGS = frozenset((b"{", b"["))
_SLICE = 64 * 1024  # bounds what one step copies, so that any input costs linear time

_check_json: Callable[[bytes], object] = msgspec.json.Decoder(msgspec.Raw).decode


class FrameParser:
    """Cuts the bytes of one stream into frames, wherever the network cut them.

    Feed it what was read, in order; `close` it once at the end. Left out are comments, pings,
    events without data, single numbers or words of an array, and a JSON value that is not
    whole when the stream ends. Raises `SourceError` when a line or an event outgrows its
    limit, after all frames before it were returned.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._head = b""  # the first bytes, until we know whether they are a byte order mark
        self._started = False
        self._skips_line_feed = False
        self._line = bytearray()  # the line that has not ended yet
        self._line_is_text = False  # it began with something that is no JSON value
        self._data: list[bytes] = []  # the lines of the event that has not ended yet
        self._size = 0
        self._event: str | None = None
        self._json: JsonValues | None = None
        self._failure: SourceError | None = None

    def feed(self, chunk: bytes) -> list[Frame]:
        """Return the frames that `chunk` completed."""
        frames: list[Frame] = []
        try:
            if self._failure is not None:
                raise self._failure
            if len(chunk) <= _SLICE:
                self._take(chunk, frames)
            else:
                for begin in range(0, len(chunk), _SLICE):
                    self._take(chunk[begin : begin + _SLICE], frames)
        except SourceError as error:
            self._failure = error
            if not frames:
                raise
        return frames

    def close(self) -> list[Frame]:
        """Return the last frames: an event is whole even if no blank line ends the stream."""
        if self._failure is not None:
            raise self._failure
        frames: list[Frame] = []
        if not self._started:
            self._started = True
            self._take(self._head, frames)
        if self._json is None:
            if self._line and not _is_cut_off(self._line):
                self._take_lines([self._whole_line(b"")], frames)
            self._end_event(frames)
        return frames

    def _take(self, chunk: bytes, frames: list[Frame]) -> None:
        if not self._started:
            chunk = self._without_mark(chunk)
        text, ended, beginning = self._with_line_feeds(chunk).rpartition(b"\n")
        if ended:
            if self._line:
                end, ended, rest = (text + ended).partition(b"\n")
                text = self._whole_line(end) + ended + rest
            else:
                text += ended
            self._take_events(text, frames)
            self._line_is_text = False
        if beginning:
            self._take_beginning(beginning, frames)

    def _without_mark(self, chunk: bytes) -> bytes:
        self._head += chunk
        if len(self._head) < len(_MARK) and _MARK.startswith(self._head):
            return b""
        self._started = True
        return self._head.removeprefix(_MARK)

    def _with_line_feeds(self, chunk: bytes) -> bytes:
        """Return `chunk` with a line feed for every kind of line end, also one cut in two."""
        if self._skips_line_feed and chunk:
            self._skips_line_feed = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" not in chunk:
            return chunk
        self._skips_line_feed = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _whole_line(self, end: bytes) -> bytes:
        self._line += end
        line = bytes(self._line)
        self._line.clear()
        self._check_line(len(line))
        return line

    def _take_beginning(self, text: bytes, frames: list[Frame]) -> None:
        """Keep the beginning of a line for later, unless JSON can be taken out of it."""
        rest: bytes | None = text
        if self._json is not None:
            rest = self._take_json(text, frames)
        elif not self._line_is_text and (meant := text.lstrip(BETWEEN))[:1] in _OPENINGS:
            self._line.clear()
            self._begin_json(frames)
            rest = self._take_json(meant, frames)
        if rest:
            self._line_is_text = self._line_is_text or bool(rest.lstrip(BETWEEN))
            self._line += rest
            self._check_line(len(self._line))

    def _take_events(self, text: bytes, frames: list[Frame]) -> None:
        """Take whole lines; an event of one plain line, the common case, without a closer look."""
        *events, rest = text.split(b"\n\n")
        for event in events:
            if (
                event.startswith(b"data: {")
                and b"\n" not in event
                and not (self._data or self._event or self._json)
                and len(event) <= self._limits.event
            ):
                frames.append(Frame(event[6:]))
            else:
                self._take_lines((*event.split(b"\n"), b""), frames)
        self._take_lines(rest.split(b"\n")[:-1], frames)

    def _take_lines(self, lines: Sequence[bytes], frames: list[Frame]) -> None:
        for whole in lines:
            line = whole
            if self._json is not None:
                left = self._take_json(line + b"\n", frames)
                if not left:
                    continue
                line = left[:-1]
            if line.startswith(b"data: "):
                self._add_data(line[6:], frames)
            elif not line:
                self._end_event(frames)
            elif (meant := line.lstrip(BETWEEN))[:1] not in _OPENINGS:
                self._take_field(meant, frames)
            elif not self._take_json_line(meant, frames):
                self._begin_json(frames)
                if left := self._take_json(meant + b"\n", frames):
                    self._take_field(left[:-1], frames)

    def _begin_json(self, frames: list[Frame]) -> None:
        event = self._event
        self._end_event(frames)
        self._json = JsonValues(self._limits.event, event)

    def _take_json(self, text: bytes, frames: list[Frame]) -> bytes | None:
        """Return what follows the last value; `None` while a value is open."""
        if self._json is None:
            return text
        left = self._json.take(text, frames)
        if left is not None:
            self._json = None
        return left

    def _take_json_line(self, line: bytes, frames: list[Frame]) -> bool:
        """Take a line that is one whole object, the common case, without looking inside."""
        if line[:1] == b"[":
            return False
        try:
            _check_json(line)
        except (msgspec.DecodeError, RecursionError):
            return False
        event = self._event
        self._end_event(frames)
        self._add_data(line.rstrip(), frames)
        self._event = event
        self._end_event(frames)
        return True

    def _take_field(self, line: bytes, frames: list[Frame]) -> None:
        name, _, value = line.partition(b":")
        # llama.cpp long wrote its errors in a field of that name.
        if name in {b"data", b"error"}:
            self._add_data(value.removeprefix(b" "), frames)
        elif name == b"event":
            self._event = value.removeprefix(b" ").decode(errors="replace") or None

    def _add_data(self, value: bytes, frames: list[Frame]) -> None:
        # Some senders leave out the blank lines. No JSON goes on like this after a brace.
        if self._data and self._data[-1].endswith(b"}") and value.startswith((b"{", b"[DONE")):
            self._end_event(frames)
        self._data.append(value)
        self._size += len(value) + 1
        if self._size > self._limits.event + 1:
            raise too_large("An event of the stream", self._limits.event)

    def _end_event(self, frames: list[Frame]) -> None:
        lines = self._data
        if lines:
            data = lines[0] if len(lines) == 1 else b"\n".join(lines)
            if data and self._event != PING and not data.isspace():
                frames.append(Frame(data, self._event))
            self._data, self._size = [], 0
        self._event = None

    def _check_line(self, length: int) -> None:
        if length > self._limits.line:
            raise too_large("A line of the stream", self._limits.line)


def _is_cut_off(line: bytes | bytearray) -> bool:
    """Tell whether the last line is an event's object that the end of the stream cut off."""
    name, _, value = bytes(line).partition(b":")
    value = value.strip()
    if name != b"data" or not value.startswith(b"{") or value.endswith(b"}"):
        return False
    try:
        _check_json(value)
    except (msgspec.DecodeError, RecursionError):
        return True
    return False
