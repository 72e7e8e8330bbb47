"""How many tokens a text is taken for."""

import time

import pytest

from tapster.prompts import Estimate
from tapster.prompts.counting import estimated

PROSE = (
    "The rain had not let up since morning, and the tavern's windows were fogged with breath and "
    'smoke. She set her cup down, looked at him for a long moment, and said nothing. "You came '
    'back," she murmured at last. *Her fingers tightened around the handle.* "I did not think '
    'you would, after what happened at the bridge." He shrugged, pulled out a chair, and sat.'
)


@pytest.mark.parametrize(
    ("text", "real"),
    [
        # As the vocabulary o200k_base counts them.
        (PROSE, 86),
        ("def path_to(node):\n    return [node, *path_to(node.parent)] if node else []\n" * 5, 100),
        (
            (
                "Der Regen hatte seit dem Morgen nicht nachgelassen, und die Fenster "
                "der Schänke waren beschlagen von Atem und Rauch. Sie stellte den Becher ab "
                "und schwieg lange."
            ),
            37,
        ),
        (
            (
                "Дождь не прекращался с самого утра, и окна трактира запотели от дыхания "
                "и дыма. Она поставила кружку и долго молчала."
            ),
            36,
        ),
        (
            "雨从早上起就没有停过,酒馆的窗户上蒙着一层水汽和烟雾。她放下杯子,看了他很久,什么也没说。",
            36,
        ),
        (
            "朝から雨が止まず、酒場の窓は息と煙で曇っていた。彼女は杯を置き、長いあいだ黙って彼を見つめた。",
            39,
        ),
    ],
)
def test_an_estimate_is_near_what_a_large_vocabulary_counts(text, real):
    assert 0.75 * real <= estimated(text) <= 1.4 * real


def test_nothing_costs_nothing_and_anything_something():
    assert estimated("") == 0
    assert estimated("a") >= 1
    assert estimated("\ud800") >= 1


@pytest.mark.parametrize("text", ["short", PROSE, PROSE + "ü🌧"])
def test_the_same_text_always_counts_the_same(text):
    count = Estimate()

    assert count(text) == count(text) == estimated(text) == Estimate()(text)


def test_longer_texts_cost_more():
    assert estimated(PROSE) < estimated(PROSE + PROSE) <= 2 * estimated(PROSE)


def test_ten_megabytes_are_counted_at_once():
    text = PROSE * (10_000_000 // len(PROSE))

    began = time.perf_counter()
    estimated(text)

    # A tenth of a second here; what is meant is that it grows with the text, and no faster.
    assert time.perf_counter() - began < 3
