"""Values a person writes in YAML, as far as they can go into JSON."""

import math
from typing import Any

import yaml

from tapster.core.errors import InvalidInput

_LONGEST = 100_000
_DEEPEST = 40
_DATE = "tag:yaml.org,2002:timestamp"


def read_yaml(text: str, field: str) -> Any:
    """Return what `text` says; `InvalidInput` naming `field` for what JSON has no place for."""
    if len(text) > _LONGEST:
        raise InvalidInput(f"That is longer than {_LONGEST:,} characters.", field=field)
    try:
        # The loader is a safe one with less in it.
        value = yaml.load(text, Loader=_PlainLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError) as error:
        said = f"{field.replace('_', ' ')}: that is not valid YAML{_place(error)}."
        raise InvalidInput(said, field=field) from error
    if not _fits_json(value):
        raise InvalidInput(
            "That holds something JSON has no place for: write texts, numbers, true, false, "
            "null, lists, and objects whose names are texts.",
            field=field,
        )
    return value


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, by which a few lines become gigabytes, and without dates."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # the library's own name and kind
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _DATE]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias (*name) cannot be used here")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="it is nested too deeply")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _fits_json(value: object) -> bool:
    match value:
        case dict():
            return all(isinstance(name, str) and _fits_json(each) for name, each in value.items())
        case list():
            return all(map(_fits_json, value))
        case float():
            return math.isfinite(value)
        case _:
            return value is None or isinstance(value, str | int)


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None)
    where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{where}: {problem}" if problem else where
