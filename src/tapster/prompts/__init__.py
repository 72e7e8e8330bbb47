"""What goes out to a model, put together from a chat: pure, with a report of every part."""

from tapster.prompts.assembly import Assembly, Prompt, assemble
from tapster.prompts.costs import is_guessed
from tapster.prompts.counting import Corrected, Counter, Estimate
from tapster.prompts.measuring import correction_of, is_misjudged, is_tight, measured
from tapster.prompts.occasion import ASSUMED_CONTEXT, Kind, Occasion, Turn
from tapster.prompts.post_processing import MODES, post_process
from tapster.prompts.report import Counting, Cut, Item, Report

__all__ = [
    "ASSUMED_CONTEXT",
    "MODES",
    "Assembly",
    "Corrected",
    "Counter",
    "Counting",
    "Cut",
    "Estimate",
    "Item",
    "Kind",
    "Occasion",
    "Prompt",
    "Report",
    "Turn",
    "assemble",
    "correction_of",
    "is_guessed",
    "is_misjudged",
    "is_tight",
    "measured",
    "post_process",
]
