"""What a message costs in tokens, beyond the words in it."""

from tapster.core.messages import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Video,
)
from tapster.prompts.counting import Counter

PER_MESSAGE = 4
"""What parts a message from the next: its role and the signs around it."""

PRIMING = 3
"""What opens the answer."""

# What most providers take for a picture of a million pixels; the small detail has a fixed price.
_IMAGE = 1_100
_SMALL_IMAGE = 85
_AUDIO = 1_000
_VIDEO = 8_000
# A page of a document as text and picture; how many pages it has is not known here.
_FILE = 3_000
_GUESSED = (Image, Audio, Video, File, Opaque)
# The signs around a call and its result.
_PER_CALL = 8


def cost_of(message: Message, count: Counter) -> int:
    """Return about how many tokens `message` takes.

    Thinking counts where the model gets it back, that is together with its tool calls. Pictures,
    sound, films and documents count a flat estimate each.
    """
    if len(message.parts) == 1 and not message.name and isinstance(message.parts[0], Text):
        return PER_MESSAGE + count(message.parts[0].text)
    in_loop = bool(message.tool_calls)
    tokens = PER_MESSAGE
    if message.name:
        tokens += count(message.name)
    for part in message.parts:
        if isinstance(part, Text):
            tokens += count(part.text)
        elif in_loop or not isinstance(part, Reasoning):
            tokens += _cost_of_part(part, count)
    return tokens


def is_guessed(message: Message) -> bool:
    """Whether a part of `message` has a flat estimate for its cost, whatever the counter is."""
    return any(isinstance(part, _GUESSED) for part in message.parts)


def _cost_of_part(part: Part, count: Counter) -> int:
    match part:
        case Text(text=text) | Refusal(text=text) | Reasoning(text=text):
            return count(text)
        case Image(detail=detail):
            return _SMALL_IMAGE if detail == "low" else _IMAGE
        case Audio():
            return _AUDIO
        case Video():
            return _VIDEO
        case File():
            return _FILE
        case ToolCall(name=name, arguments=arguments):
            return _PER_CALL + count(name) + count(arguments)
        case ToolResult(parts=parts):
            return _PER_CALL + sum(_cost_of_part(each, count) for each in parts)
        case Opaque(value=value):
            return count(str(value))
