"""Settings as one source takes them: within its ranges, with values and words of its own."""

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from tapster.core.settings import SETTINGS, Setting

Ranges = Mapping[str, tuple[float, float]]
# What is not as in the table of all settings, by setting: `{"tfs": {"neutral": 0}}`.
Own = Mapping[str, Mapping[str, Any]]


def within(names: frozenset[str], ranges: Ranges, own: Own) -> tuple[Setting, ...]:
    """Return the settings called `names`, each within its range."""
    return tuple(
        structs.replace(setting, **_bounds(setting.name, ranges), **own.get(setting.name, {}))
        for setting in SETTINGS.values()
        if setting.name in names
    )


def _bounds(name: str, ranges: Ranges) -> dict[str, float]:
    return dict(zip(("low", "high"), ranges.get(name, ()), strict=False))
