"""What a server counts a prompt to be, laid beside our estimate of it."""

from msgspec.structs import replace

from tapster.prompts.costs import PER_MESSAGE, PRIMING
from tapster.prompts.report import Counting, Report

# Of a prompt that takes less of the budget it does not matter what exactly it takes.
_TIGHT = 0.8
# With so much of the budget free, messages were left out that have room.
_ROOMY = 0.9
# Of short prompts most is what the template adds, which says nothing of words.
_TELLING = 200
_LEAST, _MOST = 0.125, 8.0


def measured(report: Report, tokens: int, counting: Counting) -> Report:
    """Return `report` with the `tokens` that were counted, and what was not counted estimated."""
    if counting == "words":
        tokens += PER_MESSAGE * len(report.items)
    # What opens the answer is kept free beside the budget: here it is among what was counted.
    opening = PRIMING if counting == "whole" else 0
    return replace(report, counted=tokens, counting=counting, budget=report.budget + opening)


def is_tight(report: Report) -> bool:
    """Whether it matters what exactly the prompt takes: it is near a limit that is known."""
    if report.context_assumed:
        return False
    return _was_cut(report) or report.total >= _TIGHT * report.budget


def is_misjudged(report: Report) -> bool:
    """Whether the prompt, as it was counted, is too long, or older messages have room in it."""
    if report.counted is None or report.context_assumed:
        return False
    if report.counted > report.budget:
        return True
    return _was_cut(report) and report.counted < _ROOMY * report.budget


def correction_of(report: Report, *, so_far: float = 1.0) -> float | None:
    """Return how many tokens are counted for each that is estimated; `None` if too few were.

    The estimates in `report` were multiplied by `so_far` already. However often it is corrected,
    a server that counts nonsense does not lead far away.
    """
    if report.counted is None:
        return None
    signs = PER_MESSAGE * len(report.items)
    opening = PRIMING if report.counting == "whole" else 0
    words = report.total - signs
    if words < _TELLING:
        return None
    return min(_MOST, max(_LEAST, so_far * (report.counted - signs - opening) / words))


def _was_cut(report: Report) -> bool:
    return any(cut.why == "budget" for cut in report.cuts)
