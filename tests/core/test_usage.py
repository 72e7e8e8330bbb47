"""What an answer costs, where the provider does not say it."""

import pytest

from tapster.core.models import Price
from tapster.core.usage import Usage, priced

PRICE = Price(input=3.0, output=15.0, cache_read=0.3, cache_write=3.75)


@pytest.mark.parametrize(
    ("usage", "price", "cost"),
    [
        (Usage(input=1_000_000, output=0), PRICE, 3.0),
        (Usage(input=0, output=2_000_000), PRICE, 30.0),
        # The cached parts are among what was read, and have prices of their own.
        (Usage(input=1_000_000, cache_read=600_000, cache_write=400_000), PRICE, 0.18 + 1.5),
        (Usage(input=1_000_000, cache_read=1_000_000), Price(input=3.0, output=1.0), 3.0),
        (Usage(input=10, cache_read=30, output=10), PRICE, (30 * 0.3 + 150) / 1e6),
        (Usage(input=9, output=9), Price(input=0.0, output=0.0), 0.0),
    ],
    ids=str,
)
def test_tokens_cost_what_the_price_says(usage, price, cost):
    told = priced(usage, price)

    assert told.cost == pytest.approx(cost)
    assert told.cost_estimated


@pytest.mark.parametrize(
    ("usage", "price"),
    [
        (Usage(input=5, cost=0.25), PRICE),
        (Usage(input=5, cost=0.0), PRICE),
        (Usage(input=5), None),
        (Usage(input=5), Price(input=1.0)),
        (Usage(input=5), Price(output=1.0)),
    ],
    ids=str,
)
def test_what_the_provider_says_stands_and_half_a_price_says_nothing(usage, price):
    assert priced(usage, price) == usage
