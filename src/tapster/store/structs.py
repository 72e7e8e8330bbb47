"""Rows from structs and structs from rows: a column is a field of the same name."""

from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

T = TypeVar("T", bound=msgspec.Struct)


def to_columns(value: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of `value` as column values."""
    columns: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(bytes,))
    return columns


def from_row(row: Row[Any], kind: type[T]) -> T:
    """Return the struct `kind` whose fields are the columns of `row`."""
    fields = {name: getattr(row, name) for name in kind.__struct_fields__}
    return msgspec.convert(fields, kind, builtin_types=(bytes,))
