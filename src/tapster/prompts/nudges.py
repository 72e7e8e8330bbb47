"""What we say to a model when the history alone does not say what is wanted.

They are the user's messages, for there are models that take no system message but the first.
"""

from tapster.core.messages import Message, Role, says
from tapster.prompts.occasion import Occasion
from tapster.prompts.report import Label

CONTINUE = (
    "[Your last message broke off. Go on from its very last character: write only what comes "
    "next, repeat nothing of it, and say nothing about going on.]"
)
OPEN = "[The conversation begins here. Write your first message.]"
NEXT = "[Nobody has answered yet. Write your next message.]"
_IMPERSONATE = (
    "[Change sides for one message: write what {person} says or does next, in the voice, person "
    "and length of the messages {person} wrote before. Write that message and nothing else.]"
)
_NOBODY = "the user"


def nudge_for(occasion: Occasion, last: Role | None) -> tuple[Label, Message] | None:
    """Return what has to be said at the end, with what it is called; `None` where nothing has.

    `last` is who spoke last in the history, if anybody did: to an empty history, and to their own
    words, models have no answer.
    """
    match occasion.kind:
        case "continue":
            if last != "assistant":
                return None  # nothing of the answer was written yet
            return None if occasion.prefills else ("continue nudge", says("user", CONTINUE))
        case "impersonate":
            words = _IMPERSONATE.format(person=occasion.person or _NOBODY)
            if about := occasion.instruction.strip():
                words = f"{words}\n\n{about}"
            return "impersonate nudge", says("user", words)
        case "quiet":
            return "instruction", says("user", occasion.instruction)
        case "say" | "swipe" | "regenerate":
            if last is None:
                return "turn nudge", says("user", OPEN)
            return ("turn nudge", says("user", NEXT)) if last == "assistant" else None
