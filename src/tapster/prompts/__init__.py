"""What goes out to a model, put together from a chat: pure, with a report of every part."""

from tapster.prompts.assembly import Assembly, Prompt, assemble
from tapster.prompts.counting import Counter, Estimate
from tapster.prompts.occasion import ASSUMED_CONTEXT, Kind, Occasion, Turn
from tapster.prompts.post_processing import MODES, post_process
from tapster.prompts.report import Cut, Item, Report

__all__ = [
    "ASSUMED_CONTEXT",
    "MODES",
    "Assembly",
    "Counter",
    "Cut",
    "Estimate",
    "Item",
    "Kind",
    "Occasion",
    "Prompt",
    "Report",
    "Turn",
    "assemble",
    "post_process",
]
