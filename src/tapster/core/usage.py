"""Tokens as the provider counted them, normalised, with the raw count kept."""

from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from tapster.core.models import Price

_MILLION = 1_000_000


class Usage(Struct, frozen=True, omit_defaults=True):
    """`input` is everything the model read (cached parts too); `output` everything it wrote
    (thinking too). `cost` is in US dollars, as the provider says it; where it says none and the
    model's price is known, it is computed, and `cost_estimated`.
    """

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cost: float | None = None
    cost_estimated: bool = False
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Tokens read and written."""
        return self.input + self.output


def priced(usage: Usage, price: Price | None) -> Usage:
    """Return `usage` with what it costs at `price`, unless the provider said that itself.

    Cached tokens whose price nobody tells cost as much as the others.
    """
    if usage.cost is not None or price is None or price.input is None or price.output is None:
        return usage
    read = price.input if price.cache_read is None else price.cache_read
    written = price.input if price.cache_write is None else price.cache_write
    fresh = max(0, usage.input - usage.cache_read - usage.cache_write)
    cost = (
        fresh * price.input
        + usage.cache_read * read
        + usage.cache_write * written
        + usage.output * price.output
    ) / _MILLION
    return replace(usage, cost=round(cost, 9), cost_estimated=True)
