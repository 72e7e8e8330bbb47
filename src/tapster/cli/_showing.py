"""An answer in the terminal, shown as it is heard."""

import sys
from dataclasses import dataclass, field

from tapster.cli._tables import show_json
from tapster.cli._terminal import note, printable
from tapster.core.events import (
    Event,
    Finished,
    Noticed,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
    UsageReported,
)
from tapster.core.messages import Message, Part, Reasoning, Text
from tapster.core.requests import Settings
from tapster.core.run_events import (
    RunEvent,
    RunFinished,
    RunNotice,
    RunPart,
    RunReasoning,
    RunRefusal,
    RunText,
    RunUsage,
)
from tapster.core.usage import Usage

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True)
class Manner:
    """How answers are asked for and shown."""

    stream: bool = True
    reasoning: bool = True
    as_json: bool = False
    system: str | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass
class Answer:
    """One answer as it was heard."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    sealed: list[Part] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    usage: Usage | None = None
    finish: str | None = None

    def as_message(self) -> Message:
        """Return the turn as it goes into the history."""
        return Message("assistant", (*self.sealed, Text("".join(self.text))))


class Showing:
    """Shows one answer in a manner, and keeps what was heard in `answer`."""

    def __init__(self, manner: Manner) -> None:
        self.answer = Answer()
        self._manner = manner

    def hear(self, event: Event | RunEvent) -> None:
        """Take the next event of the answer."""
        heard = self.answer
        match event:
            case (
                TextDelta(text=text)
                | RefusalDelta(text=text)
                | RunText(text=text)
                | RunRefusal(text=text)
            ):
                if heard.reasoning and not heard.text:
                    self._show("\n\n" if self._manner.reasoning else "", dim=True)
                heard.text.append(text)
                self._show(text)
            case ReasoningDelta(text=text) | RunReasoning(text=text):
                heard.reasoning.append(text)
                if self._manner.reasoning:
                    self._show(text, dim=True)
            case ReasoningSealed(part=part) | RunPart(part=Reasoning() as part):
                heard.sealed.append(part)
            case Noticed(text=text) | RunNotice(text=text):
                heard.notices.append(text)
                note(text)
            case PartAdded(part=part) | RunPart(part=part):
                kind = type(part).__name__.lower()
                note(f"[the model sent a part of kind {kind}, which a terminal cannot show]")
            case UsageReported(usage=usage) | RunUsage(usage=usage):
                heard.usage = usage
            case Finished(reason=reason) | RunFinished(reason=reason):
                heard.finish = reason
            case _:
                pass

    def end(self, *, way_on: str = "") -> None:
        """Say what is to be said of the answer once nothing more comes.

        `way_on` says how one that was cut short can go on.
        """
        heard = self.answer
        if heard.text and not self._manner.as_json:
            if not self._manner.stream:
                sys.stdout.write(printable("".join(heard.text)))
            print()
        match heard.finish:
            case "length":
                note(f"[the answer was cut at its longest length{way_on}]")
            case "content_filter":
                note("[the provider's filter ended the answer]")
            case "stop" if not heard.text:
                note("[the model answered with nothing]")
            case _:
                pass

    def print_json(self, connection: str, model: str, chat: str | None = None) -> None:
        """Print all of the answer as JSON."""
        heard = self.answer
        show_json(
            {
                **({"chat": chat} if chat else {}),
                "connection": connection,
                "model": model,
                "text": "".join(heard.text),
                "reasoning": "".join(heard.reasoning),
                "finish": heard.finish,
                "usage": heard.usage,
                "notices": heard.notices,
            }
        )

    def _show(self, text: str, *, dim: bool = False) -> None:
        if self._manner.as_json or not text:
            return
        shown = printable(text)
        if dim:
            on_terminal = sys.stderr.isatty()
            sys.stderr.write(f"{_DIM}{shown}{_PLAIN}" if on_terminal else shown)
            sys.stderr.flush()
        elif self._manner.stream:
            sys.stdout.write(shown)
            sys.stdout.flush()
