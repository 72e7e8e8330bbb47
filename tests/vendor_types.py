"""Checking a body against the parameter types of a vendor's own SDK."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator


def check(kind: Any, body: dict[str, Any]) -> None:
    """Raise `pydantic_core.ValidationError` unless `body` is a `kind`, to the innermost value,
    without a field too many anywhere.
    """
    _validator(kind).validate_python(body)


@cache
def _validator(kind: Any) -> SchemaValidator:
    return SchemaValidator(_strictly(TypeAdapter(kind).core_schema))


def _strictly(schema: Any) -> Any:
    """Return `schema` for a whole check: lists in place of iterables, no unknown fields."""
    if isinstance(schema, dict):
        changed = {name: _strictly(value) for name, value in schema.items()}
        match schema.get("type"):
            case "generator":
                changed["type"] = "list"
            case "typed-dict":
                changed["extra_behavior"] = "forbid"
                changed.pop("extras_schema", None)
            case _:
                pass
        return changed
    if isinstance(schema, list):
        return [_strictly(value) for value in schema]
    if isinstance(schema, tuple):
        return tuple(_strictly(value) for value in schema)
    return schema
