"""Reads the header of a GGUF file, and of nothing else: bounded, without the weights.

https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import mmap
import struct
from pathlib import Path
from typing import Any

from msgspec import Struct

from tapster.core.errors import InvalidInput

MAGIC = b"GGUF"

_HEADER = 512 * 1024 * 1024
_NAMES = 65_536
_ENTRIES = 100_000
_DEPTH = 2
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_U32, _U64 = _SCALARS[4], _SCALARS[10]

# ggml's tensor types: how many weights one block holds, and its size in bytes.
_BLOCKS = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    9: (32, 36),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    15: (256, 292),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    19: (256, 50),
    20: (32, 18),
    21: (256, 110),
    22: (256, 82),
    23: (256, 136),
    24: (1, 1),
    25: (1, 2),
    26: (1, 4),
    27: (1, 8),
    28: (1, 8),
    29: (256, 56),
    30: (1, 2),
    34: (256, 54),
    35: (256, 66),
    39: (32, 17),
}


class Header(Struct, frozen=True):
    """What a GGUF file says of itself. Long lists (the vocabulary) are left out of `metadata`.

    `complete` is the size in bytes the file must at least have to hold all its tensors.
    """

    version: int
    metadata: dict[str, Any]
    tensors: int
    complete: int

    def number(self, name: str) -> int:
        """Return the whole number `name` of the model's architecture, or 0."""
        value = self.metadata.get(f"{self.architecture}.{name}")
        if isinstance(value, list) and value:
            value = value[0]
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def text(self, name: str) -> str:
        """Return the text `name`, or nothing."""
        value = self.metadata.get(name)
        return value if isinstance(value, str) else ""

    @property
    def architecture(self) -> str:
        """The kind of model, such as `llama`."""
        return self.text("general.architecture")


def read_header(path: Path) -> Header:
    """Return the header of the GGUF file at `path`; raise `InvalidInput` if it is none."""
    try:
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise _refused(path, "it is no GGUF model file")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(data, path).header()
    except OSError as error:
        raise _refused(path, f"it cannot be read ({error.strerror or error})") from error
    except (struct.error, IndexError, OverflowError) as error:
        raise _refused(path, "it ends in the middle of its header") from error


def _refused(path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"{path.name!r} cannot be used: {why}. Give a complete .gguf file of a chat model.",
        field="path",
    )


class _Reader:
    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data = data
        self._path = path
        self._at = 4
        self._end = min(len(data), _HEADER)

    def header(self) -> Header:
        version = self._take(_U32)
        if version not in {2, 3}:
            raise self._bad(f"its GGUF version is {version}, and only 2 and 3 are known")
        tensors = self._take(_U64)
        entries = self._take(_U64)
        if tensors > _NAMES or entries > _ENTRIES:
            raise self._bad("its header is damaged")
        metadata: dict[str, Any] = {}
        for _ in range(entries):
            name = self._text()
            value = self._value(self._take(_U32))
            if value is not None:
                metadata[name] = value
        return Header(version, metadata, tensors, self._complete(tensors, metadata))

    def _complete(self, tensors: int, metadata: dict[str, Any]) -> int:
        last = 0
        for _ in range(tensors):
            self._text()
            dimensions = self._take(_U32)
            if dimensions > 4:
                raise self._bad("its list of tensors is damaged")
            weights = 1
            for _ in range(dimensions):
                weights *= self._take(_U64)
            block, size = _BLOCKS.get(self._take(_U32), (1, 0))
            last = max(last, self._take(_U64) + weights // block * size)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
            raise self._bad("its header is damaged")
        return -(-self._at // alignment) * alignment + last

    def _value(self, kind: int, depth: int = 0) -> Any:
        """Read one value; long lists are passed over and are `None`."""
        if kind == _STRING:
            return self._text()
        if kind != _ARRAY:
            return self._take(self._scalar(kind))
        if depth == _DEPTH:
            raise self._bad("its header is damaged")
        inner, length = self._take(_U32), self._take(_U64)
        if inner not in {_STRING, _ARRAY}:
            scalar = self._scalar(inner)
            if length > 1024:
                self._skip(length * scalar.size)
                return None
            return [self._take(scalar) for _ in range(length)]
        if length > self._end:
            raise self._bad("its header is damaged")
        if inner == _STRING:
            self._skip_texts(length)
            return None
        for _ in range(length):
            self._value(_ARRAY, depth + 1)
        return None

    def _scalar(self, kind: int) -> struct.Struct:
        if kind not in _SCALARS:
            raise self._bad("its header is damaged")
        return _SCALARS[kind]

    def _take(self, scalar: struct.Struct) -> Any:
        (value,) = scalar.unpack_from(self._data, self._at)
        self._at += scalar.size
        return value

    def _text(self) -> str:
        length = self._take(_U64)
        start = self._at
        self._skip(length)
        return self._data[start : self._at].decode("utf-8", "replace")

    def _skip(self, length: int) -> None:
        self._at += length
        if self._at > self._end:
            raise IndexError

    def _skip_texts(self, count: int) -> None:
        # The vocabulary: a hundred thousand words, so the loop is kept bare.
        data, at, end, read = self._data, self._at, self._end, _U64.unpack_from
        for _ in range(count):
            at += 8 + read(data, at)[0]
            if at > end:
                raise IndexError
        self._at = at

    def _bad(self, why: str) -> InvalidInput:
        return _refused(self._path, why)
