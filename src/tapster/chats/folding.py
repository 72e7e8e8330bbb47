"""The events of a run folded into what they make: the parts of a message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from tapster.core.events import Failed
from tapster.core.messages import Part, Reasoning, Refusal, Text, ToolCall, joined_text
from tapster.core.run_events import (
    MessageAdded,
    RunEvent,
    RunFailed,
    RunFinished,
    RunInterrupted,
    RunNotice,
    RunPart,
    RunReasoning,
    RunRefusal,
    RunStarted,
    RunStopped,
    RunText,
    RunToolCall,
    RunUsage,
)
from tapster.core.usage import Usage


@dataclass
class Growing:
    """A part that still grows, in pieces."""

    kind: type[Text] | type[Reasoning] | type[Refusal]
    pieces: list[str]

    def done(self) -> Part:
        """Return the part."""
        return self.kind(text="".join(self.pieces))


@dataclass
class Folded:
    """What a run has said so far, in the order in which it began to say it."""

    last: int = 0
    added: MessageAdded | None = None
    usage: Usage | None = None
    error: Failed | None = None
    finish: str | None = None
    raw_finish: str | None = None
    notices: list[str] = field(default_factory=list)
    _parts: list[Growing | Part] = field(default_factory=list)
    _calls: dict[int, int] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What was said."""
        return tuple(part.done() if isinstance(part, Growing) else part for part in self._parts)

    @property
    def text(self) -> str:
        """The visible words."""
        return joined_text(self.parts)

    def hear_all(self, events: Iterable[RunEvent]) -> None:
        """Take `events`; those heard before are left out."""
        for event in events:
            if event.seq > self.last:
                self.hear(event)

    def hear(self, event: RunEvent) -> None:
        """Take the next event."""
        self.last = event.seq
        match event:
            case RunText(text=text):
                self._grow(Text, text)
            case RunReasoning(text=text):
                self._grow(Reasoning, text)
            case RunRefusal(text=text):
                self._grow(Refusal, text)
            case RunToolCall():
                self._call(event)
            case RunPart(part=Reasoning() as part):
                self._seal(part)
            case RunPart(part=part):
                self._parts.append(part)
            case MessageAdded():
                self.added = event
            case RunUsage(usage=usage):
                self.usage = usage
            case RunNotice(text=text):
                self.notices.append(text)
            case RunFinished(reason=reason, raw=raw):
                self.finish, self.raw_finish = reason, raw
            case RunFailed(error=error):
                self.finish, self.error = "failed", error
            case RunStopped():
                self.finish = "stopped"
            case RunInterrupted():
                self.finish = "interrupted"
            case RunStarted():
                pass

    def _grow(self, kind: type[Text] | type[Reasoning] | type[Refusal], text: str) -> None:
        newest = self._parts[-1] if self._parts else None
        if isinstance(newest, Growing) and newest.kind is kind:
            newest.pieces.append(text)
        else:
            self._parts.append(Growing(kind, [text]))

    def _call(self, event: RunToolCall) -> None:
        place = self._calls.get(event.slot)
        if place is None:
            self._calls[event.slot] = len(self._parts)
            name, call = event.name or "", event.id or ""
            self._parts.append(ToolCall(call, name, event.arguments, event.signature))
            return
        known = self._parts[place]
        if isinstance(known, ToolCall):
            self._parts[place] = replace(
                known,
                arguments=known.arguments + event.arguments,
                signature=event.signature or known.signature,
            )

    def _seal(self, part: Reasoning) -> None:
        """Put sealed thinking in the place of its readable words, where they came before."""
        for place, growing in enumerate(self._parts):
            if not isinstance(growing, Growing) or growing.kind is not Reasoning:
                continue
            words = "".join(growing.pieces)
            if part.text and words.startswith(part.text):
                rest = words[len(part.text) :]
                between: list[Growing | Part] = [part]
                if rest.strip():
                    between.append(Growing(Reasoning, [rest]))
                self._parts[place : place + 1] = between
                grown = len(between) - 1
                self._calls = {slot: at + grown * (at > place) for slot, at in self._calls.items()}
                return
        self._parts.append(part)


def continued(before: Sequence[Part], after: Sequence[Part]) -> tuple[Part, ...]:
    """Return `before` with `after` going on where it ended: its last words grow.

    Thinking that came before the new words stands before the words it led to.
    """
    parts = list(before)
    for part in after:
        place = _last_words(parts)
        if isinstance(part, Text) and place is not None:
            known = parts[place]
            if isinstance(known, Text):
                parts[place] = Text(known.text + part.text)
        elif isinstance(part, Reasoning) and place is not None:
            parts.insert(place, part)
        else:
            parts.append(part)
    return tuple(parts)


def _last_words(parts: Sequence[Part]) -> int | None:
    """Return where the last text is, when nothing but text is the end of `parts`."""
    if parts and isinstance(parts[-1], Text):
        return len(parts) - 1
    return None
