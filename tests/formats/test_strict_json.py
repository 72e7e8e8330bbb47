"""JSON that means one thing: what is ambiguous is refused, and that quickly."""

import json

import pytest

from tapster.core.errors import InvalidInput
from tapster.formats.strict_json import read_json


def test_the_name_that_is_there_twice_is_found_among_very_many():
    names = [f'"n{number}":1' for number in range(200_000)]

    with pytest.raises(InvalidInput, match="the name 'n199999' is there twice"):
        read_json(f"{{{','.join([*names, names[-1]])}}}".encode(), what="It")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', "the name 'c' is there twice"),
        (b"[NaN]", "NaN is no number"),
        (b"[1e999]", "1e999 is too large"),
        (b'["\\ud800"]', "half of a character"),
        (b'"\xff"', "not UTF-8 at byte 2"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"1," * 3_000_001 + b"1]", "more values than are read at once"),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_what_readers_would_not_agree_upon_is_refused(raw, why):
    with pytest.raises(InvalidInput, match=f"^It .*{why}"):
        read_json(raw, what="It")


def test_what_is_plain_is_read_as_it_stands():
    value = {"a": [1, 2.5, None, True, "Zoë \U0001f980"], "b": {}}

    assert read_json(json.dumps(value).encode(), what="It") == value
