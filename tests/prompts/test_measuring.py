"""What a server counts, beside what was estimated."""

import pytest
from msgspec.structs import replace

from tapster.prompts import correction_of, is_misjudged, is_tight, measured
from tapster.prompts.report import Cut, Item, Report

ITEMS = tuple(Item("history", "user", 500) for _ in range(10))
CUT = (Cut("budget", 3, 900),)


def report(**more):
    usual = {"items": ITEMS, "total": 5_000, "budget": 8_000, "context": 10_000, "reply": 1_997}
    return Report(**usual | more)


@pytest.mark.parametrize(
    ("counting", "counted", "budget"),
    [
        ("whole", 4_000, 8_003),
        ("all but the opening", 4_000, 8_000),
        ("guess", 4_000, 8_000),
        # Four more for each of ten messages.
        ("words", 4_040, 8_000),
    ],
)
def test_what_was_not_counted_is_estimated(counting, counted, budget):
    known = measured(report(), 4_000, counting)

    assert (known.counted, known.counting, known.budget) == (counted, counting, budget)


@pytest.mark.parametrize(
    ("more", "tight"),
    [
        ({}, False),
        ({"total": 6_400}, True),
        ({"cuts": CUT}, True),
        ({"cuts": (Cut("hidden", 3, 900),)}, False),
        # Nobody knows that limit: no count tells whether it is met.
        ({"cuts": CUT, "total": 7_900, "context_assumed": True}, False),
    ],
)
def test_near_the_limit_it_matters_what_it_really_takes(more, tight):
    assert is_tight(report(**more)) is tight


@pytest.mark.parametrize(
    ("counted", "cuts", "misjudged"),
    [
        (8_001, (), True),
        (8_000, (), False),
        (5_000, CUT, True),
        (7_500, CUT, False),
        (5_000, (), False),
        (None, CUT, False),
    ],
)
def test_too_long_or_cut_in_vain_is_misjudged(counted, cuts, misjudged):
    assert is_misjudged(report(counted=counted, cuts=cuts)) is misjudged
    assert not is_misjudged(report(counted=counted, cuts=cuts, context_assumed=True))


def test_the_correction_is_of_the_words():
    # 5,000 less 4 for each of ten messages; the count besides less 3 that open the answer.
    assert correction_of(measured(report(), 2_523, "whole")) == pytest.approx(0.5)
    assert correction_of(measured(report(), 4_960, "words")) == pytest.approx(1.0)


def test_a_short_prompt_corrects_nothing():
    short = replace(report(), total=100, items=ITEMS[:1])

    assert correction_of(measured(short, 400, "whole")) is None
    assert correction_of(report()) is None


def test_a_count_out_of_all_proportion_is_bounded():
    assert correction_of(measured(report(), 10**9, "guess")) == 8.0
    assert correction_of(measured(report(), 0, "guess")) == 0.125
    assert correction_of(measured(report(), 9_960, "guess"), so_far=5.0) == 8.0
    assert correction_of(measured(report(), 0, "guess"), so_far=0.125) == 0.125
