"""What a person is told of a request that could not go out as it was: one sentence a matter."""

from collections.abc import Iterable
from typing import Any

import msgspec

from tapster.core.events import Noticed
from tapster.core.messages import Audio, File, Image, Message, Opaque, Part, ToolCall, Video
from tapster.core.requests import Settings, Tool
from tapster.core.settings import SETTINGS

# Beside the neutral values of the table of settings: asking for one answer, and for no numbers.
_NEUTRAL: dict[str, Any] = {"n": 1, "logprobs": False, "ignore_eos": False}


class Notices:
    """The notices of one request, each told once, in order.

    `to` names who would not take it, as it stands within a sentence: a format or a model.
    """

    def __init__(self, to: str) -> None:
        self.to = to
        self._told: dict[str, Noticed] = {}

    def tell(self, text: str, field: str = "messages") -> None:
        """Add the sentence `text` about the request's `field`, unless it was told."""
        self._told.setdefault(text, Noticed(text, field=field))

    def told(self) -> tuple[Noticed, ...]:
        """Return all that was told."""
        return tuple(self._told.values())

    def omit_setting(self, name: str, why: str = "has no field for it") -> None:
        """Tell that a response setting was not sent."""
        self.tell(f"“{SETTINGS[name].title}” was not sent: {self.to} {why}.", name)

    def omit_settings(self, settings: Settings, takes: frozenset[str]) -> None:
        """Tell of each chosen setting outside `takes` that would have changed something."""
        chosen: dict[str, Any] = msgspec.structs.asdict(settings)
        for name, value in chosen.items():
            if name not in takes and not self.asks_nothing(name, value):
                self.omit_setting(name)

    @staticmethod
    def asks_nothing(name: str, value: Any) -> bool:
        """Whether the setting `name` at `value` would change nothing anyway."""
        if value is None or value in ({}, (), ""):
            return True
        neutral = _NEUTRAL.get(name, SETTINGS[name].neutral)
        return neutral is not None and bool(value == neutral)

    def omit_fields(self, names: Iterable[str]) -> None:
        """Tell of fields of the body that were not sent."""
        for name in names:
            self.tell(f"“{name}” was not sent: {self.to} has no field for it.", name)

    def omit_tool(self, tool: Tool) -> None:
        """Tell that a tool of another provider's kind was not sent."""
        self.tell(
            f"The tool “{tool.name}” was not sent: {self.to} does not know its kind.", "tools"
        )

    def omit_name(self, message: Message) -> None:
        """Tell that the speaker's name was not sent, if there is one."""
        if message.name and message.role != "tool":
            self.tell(f"The speakers' names were not sent: {self.to} has no field for them.")

    def omit_extra(self, message: Message) -> None:
        """Tell that fields of the message we have no word for were not sent, if there are any."""
        if message.extra:
            self.tell(f"Some fields of the messages were not sent: {self.to} does not know them.")

    def cannot_continue(self) -> None:
        """Tell that a begun answer will not be gone on with."""
        self.tell(f"The begun answer is not continued: {self.to} only takes whole turns.", "prefix")

    def omit_part(self, part: Part) -> None:
        """Tell that a part of a message was not sent."""
        self.tell(f"{_kind_of(part)} was not sent: {self.to} has no place for it there.")


def _kind_of(part: Part) -> str:
    match part:
        case Image():
            return "A picture"
        case Audio():
            return "A sound"
        case Video():
            return "A film"
        case File():
            return "A document"
        case Opaque():
            return "A block of another provider"
        case ToolCall():
            return "A tool call"
        case _:
            return "A part of a message"
